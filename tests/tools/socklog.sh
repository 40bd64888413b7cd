#!/bin/sh
# tools/socklog.sh - who sends without end, or more than there may be, needs no
# memory of socklog and does not keep it from being told to end; what others
# send comes whole.
. "$TESTS/lib.sh"
. "$TESTS/helpers/hostile.sh"
cat >send.py <<'E'
import socket, sys, time
path, what = sys.argv[1:3]
s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
s.connect(path)
if what == 'flood':     # without end
    print('here', flush=True)
    while True:
        try: s.send(b'<13>flood ' + b'x' * 500)
        except OSError: sys.exit()
elif what == 'large':   # each larger than a line may be
    for n in 2000, 20000, 100000: s.send(b'<13>large ' + b'y' * n)
elif what == 'junk':
    for b in (b'', b'\0', b'\n', b'<', b'<>', b'<99999999999999999999>a',
        b'<-1>b', b'\xff\x1b[31m', b'<13>' + b'\0\n' * 300): s.send(b)
s.send(b'<13>last of ' + what.encode())
E
start() { # start OPTION...
	: >ready
	reeve-socklog -d 3 -x dev "$@" 3>ready >&4 2>err & pid=$!
	within 9 test -s ready
}

exec 4>out
start -l 1000
python3 send.py dev large
ok 'too large ones are cut' within 9 grep -q 'last of large' out
is "$(grep -c 'large y' out)" 3 'none is left out'
is "$(awk 'length > 1100' out | wc -l)" 0 'all of them'
: >out
python3 send.py dev junk
ok 'junk' within 9 grep -q 'last of junk' out
is "$(tail -n 1 out)" 'user.notice: last of junk' 'the next is whole'
m0=$(rss $pid) f0=$(fds $pid)
: >here
python3 send.py dev flood >here & flood=$!
within 9 test -s here
ok 'beside one who sends without end' timeout 30 python3 send.py dev large
ok 'others are heard' within 20 grep -q 'last of large' out
is "$(fds $pid)" "$f0" 'in the same descriptors'
ok 'and memory' test $(($(rss $pid) - m0)) -lt 500
kill $pid
ended() { ! kill -0 $pid; }
ok 'and it ends when it is told to' within 9 ended
wait $pid;			is $? 0 'in good order'
kill $flood 2>/dev/null; wait $flood 2>/dev/null; rm -f dev

# Nobody reads.
mkfifo pipe; exec 4<>pipe
start -t 500
python3 send.py dev flood >here 2>/dev/null & flood=$!
m0=$(rss $pid)
full() { python3 -c '
import os, sys
fd = os.open("/proc/self/fd/4", os.O_WRONLY | os.O_NONBLOCK)
try: os.write(fd, b"x" * 4096); sys.exit(1)
except BlockingIOError: pass'; }
ok 'the pipe is full' within 20 full
ok 'nobody reads: no memory' test $(($(rss $pid) - m0)) -lt 500
kill $pid
ok 'it ends after -t' within 9 ended
wait $pid;			is $? 99 'and says so'
kill $flood 2>/dev/null

# What is no socket is not its own.
echo kept >notes
reeve-socklog -x notes >/dev/null 2>err;	is $? 111 'a file in its place'
like "$(cat err)" 'unable to bind socket to notes' '... is named'
is "$(cat notes)" kept '... and left alone'
end
