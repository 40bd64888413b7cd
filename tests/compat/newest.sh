#!/bin/sh
# compat/newest.sh - programs, options and answers that s6 has from 2.15 on,
# beside those of such an s6 where there is one (tests/newer-s6).
# TIMEOUT: 240
. "$TESTS/lib.sh"
. "$TESTS/compat/names.sh"

WANT='0
0
100
100
exit 0' same_new 'waiting for nothing' <<'X'
for p in 's6-svwait' 's6-svwait -u' 's6-svlisten' 's6-svlisten1'; do $p 2>/dev/null; echo $?; done
X

same_new 'events: what is printed, and the code of a timeout' <<'X'
s6-mkfifodir ev
s6-ftrig-wait -t 50 ev x 2>/dev/null; echo $?
s6-ftrig-listen1 -t 50 ev x true 2>/dev/null; echo $?
for re in '^x' 'z$' 'a|b' 'x.*b'; do
	s6-ftrig-listen1 -t 5000 ev "$re" s6-ftrig-notify ev xaybz; echo $?
	s6-ftrig-listen1 --timeout=5000 ev "$re" s6-ftrig-notify ev xaybz; echo $?
done
s6-ftrig-listen --or --timeout=5000 ' ev' ' x' ' ev' ' q' '' s6-ftrig-notify ev xaybz; echo $?
s6-ftrig-listen --and -t 5000 ' ev' ' x' ' ev' ' z' '' s6-ftrig-notify ev xaybz; echo $?
X

same_new 'notifyoncheck: the descriptor first' <<'X'
code() { "$@" 2>/dev/null; echo $?; }
code s6-notifyoncheck true
code s6-notifyoncheck -3 9 true
code s6-notifyoncheck -3 8 true 8>/dev/null
code s6-notifyoncheck --notification-fd=8 true 8>/dev/null
code s6-notifyoncheck --notification-fd 8 true 8>/dev/null
echo 9 >notification-fd; code s6-notifyoncheck true
echo junk >notification-fd; code s6-notifyoncheck true
code s6-notifyoncheck --tries=x -3 8 true 8>/dev/null
code s6-notifyoncheck --nosuch true
X

same_new 'background-watch: codes' <<'X'
code() { timeout 20 "$@" 2>/dev/null; echo $?; }
cat >daemon <<'D'
#!/bin/sh
setsid sh -c 'echo $$ >pid.new; mv pid.new pid; '"$1" >/dev/null 2>&1 &
until [ -s pid ]; do sleep 0.01; done
D
chmod +x daemon
code s6-background-watch pid ./daemon 'sleep 0.3; exit 7'
rm -f pid; echo junk >pid; code s6-background-watch -t 3000 pid true
rm -f pid; code s6-background-watch -t 300 pid sh -c 'kill -9 $$'
rm -f pid; code s6-background-watch -t 300 pid true
rm -f pid; code s6-background-watch -t 300 pid false
rm -f pid; code s6-background-watch pid ./nosuch
code s6-background-watch pid
code s6-background-watch
code s6-background-watch -d x pid true
rm -f pid; code s6-background-watch --timeout-ready=3000 pid ./daemon 'sleep 0.3; exit 3'
rm -f pid; s6-background-watch -d 4 pid ./daemon 'sleep 0.5; exit 5' 4>ready; echo $? $(od -An -c ready)
rm -f pid; s6-background-watch pid ./daemon 'trap "exit 9" TERM; touch up; while :; do sleep 0.05; done' & p=$!
until [ -e up ]; do sleep 0.02; done; sleep 0.2
kill -TERM $p; wait $p; echo $?
X

same_new 'notify-socket-from-fd' <<'X'
cat >listen.py <<'P'
import os, socket, sys
s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
s.bind("sock"); open("bound", "w").close(); s.settimeout(20)
got = ""
while "READY=1" not in got:
    got += s.recv(4096).decode() + "\n"
print(sorted(l for l in got.split() if not l.startswith("MAINPID")))
P
code() { timeout 20 "$@" 2>/dev/null; echo $?; }
python3 listen.py >heard & p=$!
until [ -e bound ]; do sleep 0.02; done
NOTIFY_SOCKET=$PWD/sock code s6-notify-socket-from-fd -d 5 sh -c 'echo >&5; exit 3'
wait $p; cat heard
code env -u NOTIFY_SOCKET s6-notify-socket-from-fd -d 5 sh -c 'echo "${NOTIFY_SOCKET-none}"; exit 4'
code s6-notify-socket-from-fd
for a in '' relative /no/such; do
	NOTIFY_SOCKET=$a code s6-notify-socket-from-fd -d 5 sh -c 'echo "<${NOTIFY_SOCKET-none}>"; exit 6'
	NOTIFY_SOCKET=$a code s6-notify-socket-from-fd -k -d 5 sh -c 'echo "<${NOTIFY_SOCKET-none}>"'
done
code s6-notify-socket-from-fd --keep-environment --notification-fd=5 --no-doublefork true
code s6-notify-socket-from-fd -d x true
code s6-notify-socket-from-fd --nosuch true
X

same_new 'notify-fd-from-socket' <<'X'
cat >say.py <<'P'
import os, socket, sys
a = os.environ["NOTIFY_SOCKET"]
print(a[0])
s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
s.connect("\0" + a[1:] if a[0] == "@" else a)
s.send(b"READY=1\n")
P
code() { timeout 20 "$@" 2>/dev/null; echo $?; }
code s6-notify-fd-from-socket -3 9 true
code s6-notify-fd-from-socket
code s6-notify-fd-from-socket true
code s6-notify-fd-from-socket -3 5 python3 say.py 5>ready
# Who waits for the message is there before the program is.
for o in '' -f --doublefork --no-doublefork; do
	code s6-notify-fd-from-socket $o --timeout=2000 -3 8 sh -c \
		'ps -o args= --ppid $$ | grep -c "[n]otify-fd-from-socket"' 8>/dev/null
done
X

same_new 'softlimit -P' <<'X'
code() { "$@" >out 2>/dev/null; echo $?; tr -s ' ' <out; }
for v in 0 5 = x; do for h in '' -h -H; do
	code s6-softlimit $h -P $v grep realtime /proc/self/limits
done; done
X

same_new 'softlimit: hard limits' <<'X'
# A soft one first, which a hard one cannot be below.
for v in 100 10 99999999 = x; do for h in '' -h -H; do
	s6-softlimit -o 50 s6-softlimit $h -o $v sh -c 'ulimit -Sn; ulimit -Hn' 2>/dev/null; echo $?
done; done
X

same_new 'setsid: long options' <<'X'
for o in session background-process-group foreground foreground-process-group \
	foreground-process-group-grab grab strict no-strict quiet ctty=0; do
	s6-setsid --$o --ctty=0 true 2>/dev/null; echo $?
done
s6-setsid --nosuch true 2>/dev/null; echo $?
X

same_new 'svc: -l, several directories, letters of groups' <<'X'
mk() { mkdir -p $1; printf '#!/bin/sh\ntrap "echo HUP >>hup" HUP\ntrap "echo USR1 >>hup" USR1\necho $$ >p.new; mv p.new p\nwhile :; do sleep 0.02; done\n' >$1/run; chmod +x $1/run; }
mk a; mk b; echo USR1 >b/reload-signal
s6-supervise a & s6-supervise b &
until [ -s a/p ] && [ -s b/p ]; do sleep 0.02; done
s6-svc -l a b; echo $?
until [ -s a/hup ] && [ -s b/hup ]; do sleep 0.02; done
cat a/hup b/hup
s6-svc -P a; echo $?
until grep -q '^State:.T' /proc/$(cat a/p)/status; do sleep 0.02; done
s6-svc -C a; echo $?
until ! grep -q '^State:.T' /proc/$(cat a/p)/status; do sleep 0.02; done
old=$(cat a/p); s6-svc -K a; echo $?
until [ "$(cat a/p)" != "$old" ]; do sleep 0.02; done
s6-svc -u nosuch a 2>/dev/null; echo $?
mkdir dead; s6-svc -u dead 2>/dev/null; echo $?
s6-svc -u dead a 2>/dev/null; echo $?
s6-svc -s USR1 a b; echo $?; s6-svc -s nosuch a 2>/dev/null; echo $?
s6-svc -wD -T 9000 -dx a b; echo $?
wait
X

same_new 'svwait: what cannot come any more' <<'X'
for s in a b c; do mkdir $s; printf '#!/bin/sh\nexit 0\n' >$s/run; printf '#!/bin/sh\nexit 125\n' >$s/finish; chmod +x $s/*; touch $s/down; done
s6-supervise a & s6-supervise b & s6-supervise c &
for s in a b c; do until s6-svstat $s >/dev/null 2>&1; do sleep 0.02; done; done
s6-svc -u a b c
until [ "$(s6-svstat -o wantedup a)$(s6-svstat -o wantedup b)$(s6-svstat -o wantedup c)" = falsefalsefalse ]; do sleep 0.02; done
s6-svwait -D -t 9000 a b c; echo $?
s6-svc -x a b c; wait
s6-svwait -u -t 200 a 2>/dev/null; echo $?
X

same_new 'log R: rotation by time' <<'X'
mkfifo f; s6-log -d3 n3 R1 1 ./d 3>r <f & p=$!; exec 4>f
until [ -s r ]; do sleep 0.02; done
echo one >&4
until [ "$(ls d | grep -c '^@')" = 1 ]; do sleep 0.05; done
cat d/@*
exec 4>&-; wait $p; echo $?
s6-log R 1 ./d </dev/null 2>/dev/null; echo $?
s6-log Rx 1 ./d </dev/null 2>/dev/null; echo $?
X

same_new 'svscan: one directory is needed' <<'X'
s6-svscan 2>/dev/null; echo $?
s6-svscan nosuch 2>/dev/null; echo $?
mkdir s; s6-svscan --notification-fd=9 s 2>/dev/null; echo $?
s6-svscan --services-max=x s 2>/dev/null; echo $?
s6-svscan --notification-fd=4 --services-max=50 --name-max=40 --timeout=1000 s 4>r & p=$!
until [ -s r ]; do sleep 0.02; done
s6-svscanctl -t s; wait $p; echo $?
X

same_new 'svscanboot: what is refused, and nothing made' <<'X'
for a in '-m x' '-m 99' '-d 2' '-d 99' '-d x' '-C x' '-L x' '-t x' -Z --catchall-mode=8; do
	s6-svscanboot -D $PWD/logs $a scan 2>/dev/null; echo "$a $?"
done
s6-svscanboot 2>/dev/null; echo $?
ls
X
end
