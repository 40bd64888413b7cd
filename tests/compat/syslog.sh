#!/bin/sh
# compat/syslog.sh - socklog and ucspilogd translate as Debian's do; socklog
# loses nothing that it took; svscanboot has a logger for what nobody logs.
. "$TESTS/lib.sh"
. "$TESTS/compat/names.sh"

same 'ucspilogd' <<'X'
printf '<13>a\n<30>b\nnopri\n<999>x\n\n<14>with tag[1]: z\n<>\n<5\n<7>last' | env V=1 W=zz ucspilogd V W GONE
printf '<13>a\nb\0c' | ucspilogd -D none GONE
i=0; while [ $i -lt 200 ]; do echo "<$i>"; i=$((i + 1)); done | ucspilogd
ucspilogd -X 2>/dev/null </dev/null; echo $?
X

cat >.send <<'X'
import socket
s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM); s.connect('dev')
for m in (b'<13>one\nline two\0<14>next', b'<7>kern\n', b'nopri', b'<999>x', b'<3 y', b'\n', b'<191>tab\there\x01\x80 end \n\n', b'<13>end'):
    s.send(m)
X
command -v python3 >/dev/null || skip_all 'python3 is not installed'
same 'socklog on a local socket' <<'X'
for r in '' -r; do
	rm -f out
	s6-socklog $r -d 3 -l 100 -t 1000 -x dev 3>ready >out & p=$!
	until [ -s ready ]; do sleep 0.01; done
	ls -l dev | cut -c1-10
	python3 ../.send
	until grep -q end$ out; do sleep 0.01; done
	kill $p; wait $p; echo $?
	cat -A out
	rm -f ready dev
done
s6-socklog -x /none/dev 2>/dev/null; echo $?
UID_=1; env -u GID -u GIDLIST s6-socklog -U -x dev3 2>/dev/null; echo $?
X

# s6-overlay's call
mkdir so; cd so || exit
env GID=0 GIDLIST= sh -c 'exec env UID=0 "$0" "$@"' reeve-socklog -d3 -U -t3000 -x dev 3>ready >out & p=$!
within 5 test -s ready
python3 ../.send; within 5 grep -q 'user.notice: end' out
kill $p; wait $p;	is $? 0 'socklog -d3 -U -t3000'
# a message longer than the limit is cut, and the next one comes
reeve-socklog -l 80 -x dev >out & p=$!
within 5 test -S dev
sleep 0.1
python3 -c "
import socket
s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
import time
while True:
    try: s.connect('dev'); break
    except OSError: time.sleep(0.01)
s.send(b'<13>' + b'A' * 3000); s.send(b'<13>after')"
within 5 grep -q after out
is "$(head -n 1 out | wc -c)" $((76 + 13 + 1)) 'a long message is cut'
kill $p; wait $p
# nobody reads: the time limit
mkfifo pipe; exec 5<>pipe
python3 -c 'import os; os.set_blocking(5, False)
try:
    while True: os.write(5, b"x" * 4096)
except BlockingIOError: pass
try:
    while True: os.write(5, b"x")
except BlockingIOError: pass'
reeve-socklog -d 3 -t 200 -x dev2 3>ready2 >&5 & p=$!
within 5 test -s ready2
python3 -c "
import socket
s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM); s.connect('dev2'); s.send(b'<13>unread')"
sleep 0.2; kill $p; wait $p;	is $? 99 'with lines unwritten: 99'
exec 5>&-
cd ..

# UDP
reeve-socklog -d 3 -i 127.0.0.1_15140 3>udp.ready >udp.out & p=$!
within 5 test -s udp.ready
python3 -c "
import socket
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM); s.sendto(b'<13>udp', ('127.0.0.1', 15140))" 2>/dev/null
if within 3 test -s udp.out; then
	like "$(cat udp.out)" '^127.0.0.1_[0-9]+: user.notice: udp$' 'UDP: who sent it'
else
	skip 1 'no loopback network here'
fi
kill $p
reeve-socklog -i nonsense 2>/dev/null;	is $? 100 'a bad address'

# Of root's groups none is left.
if [ "$(id -u)" = 0 ] && setpriv --groups=4,5,6 true 2>/dev/null; then
	ids() { # ids OPTION...: real ones of a socklog
		rm -f id.ready
		setpriv --groups=4,5,6 reeve-socklog "$@" -d 3 -x id.dev \
			3>id.ready >/dev/null & p=$!
		within 5 test -s id.ready
		awk '/^(Uid|Gid):/ { printf "%s ", $2 }
			/^Groups:/ { $1 = ""; print $0 }' /proc/$p/status |
			sed 's/  */ /g; s/ $//'
		kill $p; wait $p
	}
	is "$(ids)" '0 0 4 5 6' 'socklog as it is'
	is "$(ids -u 1234 -g 1235)" '1234 1235' '-u -g: no other group'
	is "$(ids -g 1235)" '0 1235' '-g: no other group'
	is "$(ids -u 1234)" '1234 1234' '-u: the group of that number'
	is "$(ids -u 2)" "2 $(getent passwd 2 | cut -d: -f4)" \
		'-u: the group of the account'
	is "$(ids -u 1234 -g 1235 -G 7,8)" '1234 1235 7 8' '-G: those'
else
	skip 6 'needs root and setpriv'
fi

# svscanboot
if [ -x "$BUILD/bin/reeve-log" ]; then
	mkdir -p scan/talk; printf '#!/bin/sh\necho heard >&2\nsleep 1000\n' >scan/talk/run; chmod +x scan/talk/run
	with ours s6-svscanboot -D "$PWD/logs" -o 'n2 T' -d 3 -t 0 scan 3>boot.ready & p=$!
	within 5 test -s boot.ready
	ok 'svscanboot: what nobody logs is in the log' within 9 grep -q 'heard' logs/current
	is "$(stat -c %a logs)" 2750 'its mode'
	reeve-svscanctl -b scan; wait $p
	with ours s6-svscanboot 2>/dev/null; is $? 100 'svscanboot: no scan directory'
	with ours s6-svscanboot -l nosuchuser -D "$PWD/l2" scan2 2>/dev/null; is $? 100 'svscanboot: no such user'
else
	skip 4 'no reeve-log in this build'
fi
end
