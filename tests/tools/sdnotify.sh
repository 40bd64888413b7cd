#!/bin/sh
# tools/sdnotify.sh - READY=1 becomes the newline that supervise waits for;
# the program stays who it is; the helper ends with it.
. "$TESTS/lib.sh"
need python3
cat >say <<'E'
#!/usr/bin/env python3
import os,socket,sys,time
s=socket.socket(socket.AF_UNIX,socket.SOCK_DGRAM)
def adr(): return os.environ["NOTIFY_SOCKET"].replace("@","\0")
for m in sys.argv[1:]:
    if m.startswith("wait"): time.sleep(float(m[4:])); continue
    if m == "go":
        while not os.path.exists("go"): time.sleep(0.02)
        continue
    if m == "fork":
        if os.fork()==0: s.sendto(b"READY=1",adr()); os._exit(0)
        os.wait(); continue
    s.sendto(m.encode().replace(b"|",b"\n"),adr())
E
chmod 755 say
mkfifo fifo

reeve-sdnotify ./say 'STATUS=starting|X=1' go READY=1 'STATUS=at work' wait30 3>ready & pid=$!
within 5 grep -q starting status-text; is $? 0 'STATUS is kept'
is "$(wc -c <ready)" 0 'it is not ready yet'
: >go
within 5 test -s ready; is $? 0 'READY=1'
is "$(od -An -c ready | tr -d ' ')" '\n' 'is a newline'
within 5 grep -q 'at work' status-text; is $? 0 'STATUS again'
like "$(ps -o args= -p $pid)" 'python3.*say' 'the program is in our place'
is "$(ps -o comm= --ppid $pid)" '' 'and has no child it does not know'
kill $pid; wait $pid 2>/dev/null; is $? 143 'its end is its own'
within 5 sh -c '! [ -e status-text ]'; is $? 0 'the helper ends with it'

reeve-sdnotify ./say fork wait9 3>ready2 & pid=$!
within 5 test -s ready2; is $? 0 'a descendant may say it'
kill $pid; wait $pid 2>/dev/null
reeve-sdnotify ./say READY=1 RELOADING=1 wait9 3>/dev/null & pid=$!
within 5 grep -q reloading status-text; is $? 0 'RELOADING'
kill $pid; wait $pid 2>/dev/null
reeve-sdnotify -w 300 ./say READY=1 wait0.2 WATCHDOG=1 wait0.2 WATCHDOG=1 wait0.2 WATCHDOG=1 wait30 3>/dev/null 2>err & pid=$!
wait $pid 2>/dev/null; is $? 134 'without a sign of life: SIGABRT'
like "$(cat err)" 'no sign of life for 300 ms' 'and it is said'
if [ -d /dev/shm ]; then
	d=$(mktemp -d /dev/shm/reeve-test.XXXXXX); here=$PWD; cd "$d" || exit
	reeve-sdnotify "$here/say" READY=1 wait9 3>ready & pid=$!
	within 5 test -s ready; is $? 0 'a socket in the service directory'
	ok 'is there' [ -S sd-notify ]
	kill $pid; wait $pid 2>/dev/null
	cat >flood <<'E'
import os, socket
s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
if os.fork() == 0:
    os.setgroups([]); os.setuid(12345)
    for i in range(50): s.sendto(b'STATUS=bad', 'sd-notify')
    os._exit(0)
os.wait()
s.sendto(b'STATUS=good', 'sd-notify')
E
	if [ "$(id -u)" = 0 ]; then
		chmod 755 .
		reeve-sdnotify "$here/say" READY=1 wait30 3>ready 2>err & pid=$!
		within 5 test -S sd-notify
		python3 flood
		ok 'whoever may' within 5 grep -q good status-text
		if built_with SO_PEERCRED; then
			is "$(grep -c 'not one of the service' err)" 1 \
				'others cannot fill the log'
		else
			skip 1 'in this build nobody knows who sent a message'
		fi
		kill $pid; wait $pid 2>/dev/null
	else skip 2 'not root'; fi
	cd "$here" || exit; rm -rf "$d"
else skip 4 'there is no /dev/shm'; fi
reeve-sdnotify -3 9 true 2>err 9>&-; is $? 100 'a descriptor that is not open'
reeve-sdnotify 2>err; is $? 100 'no program'
reeve-sdnotify nosuchprogram 3>/dev/null 2>err; is $? 127 'a program that is not there'
end
