#!/bin/sh
# tools/fdholderd.sh - clients that are slow, silent, many or greedy keep no
# other from being served, and need no more memory than is named.
. "$TESTS/lib.sh"
need python3
[ "$(id -u)" = 0 ] || skip_all 'needs root, to be several users'
grep -q 'HAS_SO_PEERCRED 1' "$BUILD/config.h" ||
	skip_all 'this build cannot see who a client is'
chmod 755 .
for u in 0 12345 12346; do
	mkdir -p rules/uid/$u/env; touch rules/uid/$u/allow
	printf . >rules/uid/$u/env/S6_FDHOLDER_LIST
done
for v in STORE_REGEX GETDUMP; do printf . >rules/uid/0/env/S6_FDHOLDER_$v; done
cat >client <<'E'
#!/usr/bin/env python3
# client SOCKET WHAT...; a word uN first: as user N
import array, os, select, socket, struct, sys, time
if sys.argv[2][0] == 'u':
    uid = int(sys.argv[2][1:])
    os.setgroups([]); os.setgid(uid); os.setuid(uid)
    del sys.argv[2]
path, what = sys.argv[1:3]
def message(b, n=0): return struct.pack('>IH', len(b), n) + b
def connect():
    s = socket.socket(socket.AF_UNIX); s.connect(path); s.settimeout(20)
    return s
def get(s, n, fds=None):
    b = b''
    while len(b) < n:
        a = array.array('i')
        d, anc, fl, _ = s.recvmsg(n - len(b), socket.CMSG_SPACE(4 * 253))
        for l, t, c in anc: a.frombytes(c)
        for f in a:
            if fds is not None: fds.append(f)
            os.close(f)
        if not d: raise EOFError
        b += d
    return b
def answer(s, fds=None):
    n, k = struct.unpack('>IH', get(s, 6, fds))
    return get(s, n, fds)
def say(x): print(x, flush=True)
s = connect()
if what == 'store':         # N descriptors with the longest of names
    for i in range(int(sys.argv[3])):
        b = (b'S' + struct.pack('>QI', 3 << 61, 0) + b'\xff' +
            b'%0255d' % i + b'\0')
        s.sendmsg([message(b, 1)], [(socket.SOL_SOCKET, socket.SCM_RIGHTS,
            array.array('i', [0]))])
        assert answer(s) == b'\0'
elif what == 'list':
    s.sendall(message(b'L'))
    print(struct.unpack('>I', answer(s)[1:5])[0])
elif what == 'flood':       # ask, and never read
    s.setblocking(False)
    n = 0
    end = time.time() + 1
    while time.time() < end and n < 4000:
        try: n += s.send(message(b'L') * 100) // 7
        except BlockingIOError: select.select([], [s], [], 0.1)
    say('sent %d' % n); time.sleep(1000)
elif what == 'idle':        # N connections, and no word
    all = [s] + [connect() for i in range(int(sys.argv[3]) - 1)]
    say('here'); time.sleep(1000)
elif what == 'busy':        # N connections that never rest
    all = [s] + [connect() for i in range(int(sys.argv[3]) - 1)]
    said = 0
    while True:
        for i in range(len(all)):
            try: all[i].sendall(message(b'L')); answer(all[i])
            except (OSError, EOFError):
                all[i].close(); all[i] = connect()
        if not said: say('here')
        said = 1
elif what == 'dump':        # ask for all; read when another has been served
    s.sendall(message(b'?'))
    select.select([s], [], [])
    print(os.popen(sys.argv[3]).read(), end='')
    parts, total = struct.unpack('>II', answer(s)[1:])
    fds = []
    for i in range(parts): answer(s, fds)
    print(total, len(fds))
E
chmod 755 client
start() { # start OPTION...
	: >ready
	reeve-ipcserver-socketbinder -a 0777 s s6-fdholderd -1 "$@" \
		-i rules >ready 2>err & daemon=$!
	within 9 test -s ready
}
stop() { kill $daemon; wait $daemon; }
rss() { sed -n 's/^VmRSS:[^0-9]*\([0-9]*\).*/\1/p' /proc/$daemon/status; }

start -n 1000
ok 'a thousand are stored' ./client s store 1000
before=$(rss)
./client s flood >sent & flood=$!
within 20 test -s sent
is "$(timeout 20 ./client s list)" 1000 'while one asks and does not read, others are served'
after=$(rss)
ok "and its answers need no memory ($before, then $after kB)" \
	[ $((after - before)) -lt 20000 ]
kill $flood
is "$(timeout 60 ./client s dump 'timeout 20 ./client s list')" "1000
1000 1000" 'nor does one that does not read its dump keep others waiting'
stop
start -n 2 -v 2
not 'a third is refused' ./client s store 3 2>/dev/null
like "$(cat err)" 'refusing to hold more than 2 descriptors' 'which is said'
stop

start -c 4
./client s u12345 idle 4 >here & silent=$!
within 9 test -s here
is "$(timeout 20 ./client s u12346 list)" 0 'silent clients take no place from others'
like "$(cat err)" 'all 4 connections.*dropping one of the 4 of user 12345 for one of user 12346' \
	'which is said'
kill $silent; : >here
./client s u12345 busy 4 >here 2>busy-err & busy=$!
within 9 test -s here
is "$(timeout 20 ./client s u12346 list)" 0 'nor do those of one user that never rest'
is "$(timeout 20 ./client s list)" 0 'not from root either'
kill $busy
stop

# Requests that never end, are too large, or are none; with descriptors.
cat >broken <<'E'
import array, socket, struct, sys
path, what, n = sys.argv[1], sys.argv[2], int(sys.argv[3])
null = open('/dev/null')
fds = [(socket.SOL_SOCKET, socket.SCM_RIGHTS,
    array.array('i', [null.fileno()] * 200))]
all = []
for i in range(n):
    s = socket.socket(socket.AF_UNIX); s.connect(path); all.append(s)
    try:
        if what == 'half':      # 2 bytes of 256, with 400 descriptors
            s.sendmsg([struct.pack('>IH', 256, 1)], fds)
            s.sendmsg([b'xx'], fds)
        elif what == 'many':    # 100 bytes of 256, each with as many
            s.sendmsg([struct.pack('>IH', 256, 1)], fds)
            for j in range(100): s.sendmsg([b'x'], fds)
        elif what == 'huge': s.sendall(b'\x7f\xff\xff\xff\0\0' * 10000)
        elif what == 'junk': s.sendall(struct.pack('>IH', 9, 0) + b'?' * 9000)
    except OSError: pass
print('here', flush=True)
ended = 0
for s in all:
    s.settimeout(30)
    try:
        while s.recv(4096): pass
        ended += 1
    except ConnectionError: ended += 1
    except socket.timeout: pass
print('ended', ended, flush=True)
E
start -c 10 -t 3000
fds() { ls /proc/$daemon/fd | wc -l; }
before=$(fds) m0=$(rss)
for what in half many huge junk; do
	: >here
	python3 broken s $what 10 >here 2>&1 & b=$!
	within 20 grep -q here here
	held=$(fds)
	is "$(timeout 20 ./client s list)" 0 "10 clients: $what: others are served"
	[ $what != half ] ||
		ok 'what it sent waits' test "$held" -gt $((before + 4000))
	ok "descriptors are bounded ($held)" test "$held" -le \
		$((before + 10 + 10 * 2 * 253))
	wait $b
	is "$(tail -n 1 here)" 'ended 10' 'they are hung up on'
	freed() { [ "$(fds)" -le "$before" ]; }
	ok 'theirs are closed' within 9 freed
done
ok 'the memory is as it was' test $(($(rss) - m0)) -lt 4000
stop
end
