#!/bin/sh
# tools/notify-socket.sh - readiness in systemd's way becomes a newline, with
# or without one at the end of the message; and the other way round.
. "$TESTS/lib.sh"
[ "$P" = reeve- ] || skip_all 's6 has these from 2.15 on'
need python3

cat >say <<'END'
#!/usr/bin/env python3
import os, socket, sys
a = os.environ['NOTIFY_SOCKET']
s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
s.connect('\0' + a[1:] if a[0] == '@' else a)
for m in sys.argv[1:]:
    s.send(m.encode().decode('unicode_escape').encode())
END
chmod +x say
PATH=$PWD:$PATH
from="s6-notify-fd-from-socket"
"$from" 2>/dev/null;			is $? 100 'no prog'
"$from" -3 9 true 9>&- 2>/dev/null;	is $? 111 'the descriptor is not open'
"$from" true 2>/dev/null;		is $? 111 'no notification-fd'
"$from" -3 1 nosuch >/dev/null 2>&1;	is $? 127 'prog not found'
"$from" -t x true 2>/dev/null;		is $? 100 'bad timeout'
for m in READY=1 'READY=1\n' 'STATUS=up\nREADY=1' 'READY=1\nSTATUS=up\n' \
	'MAINPID=3\nREADY=1\nX=y'; do
	is "$("$from" -3 1 say "$m" | wc -l)" 1 "$(echo "$m" | tr '\n' /) is readiness"
	is "$("$from" -f -3 1 say "$m" | wc -l)" 1 'so it is with -f'
done
for m in READY=0 'READY=11' 'XREADY=1' 'READY=1x\n' '' 'STATUS=READY=1'; do
	is "$("$from" -3 1 say "$m" | wc -l)" 0 "$(echo "$m" | tr '\n' /) is not"
done
is "$("$from" -3 1 say STATUS=a RELOADING=1 READY=1 READY=1 | wc -l)" 1 \
	'once, whatever else is said'
is "$("$from" -3 9 sh -c 'ls /proc/self/fd | tr "\n" " "' 9>/dev/null)" \
	"$(sh -c 'ls /proc/self/fd | tr "\n" " "')" \
	'the program gets no descriptor of ours'

service s <<'END'
exec s6-notify-fd-from-socket sh -c 'say READY=1; while :; do sleep 0.05; done'
END
echo 3 >s/notification-fd
supervised s
ok 'a service becomes ready' "${P}svwait" -U -t 9000 s
printf '#!/bin/sh\nexec s6-notify-fd-from-socket sh -c "while :; do sleep 0.05; done"\n' >s/run
"${P}svc" -r s
within 9 sh -c "[ \$(ps -o comm= ax | grep -c notify-fd) = 1 ]"
"${P}svc" -wd -T 9000 -d s
ok 'the helper ends with the service' within 9 sh -c '! ps -o comm= ax | grep -q notify-fd'
if [ "$(id -u)" = 0 ]; then
	chmod 755 .
	if built_with SO_PEERCRED; then
		is "$("$from" -3 1 sh -c 's6-setsid reeve-setuidgid nobody \
			say READY=1; :' 2>/dev/null | wc -l)" 0 \
			'a stranger is not believed'
	else
		skip 1 'in this build nobody knows who sent a message'
	fi
	is "$("$from" -3 1 reeve-setuidgid nobody sh -c 'say READY=1; sleep 0.3' | wc -l)" 1 \
		'but a process of the session is'
fi

to="s6-notify-socket-from-fd"
unset NOTIFY_SOCKET
"$to" sh -c 'exit 3' 2>err;		is "$? $(cat err)" '3 ' 'no NOTIFY_SOCKET'
NOTIFY_SOCKET=x "$to" sh -c 'exit 3' 2>err; is $? 3 'not an address'
like "$(cat err)" "is 'x', neither .*nobody is told" 'it says so'
NOTIFY_SOCKET=$PWD/none "$to" sh -c 'exit 3' 2>err; is $? 3 'nobody listens'
like "$(cat err)" 'unable to connect to .*none .nobody is told' 'it says so'
cat >hear <<'END'
#!/usr/bin/env python3
import os, socket, sys, subprocess
s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
s.bind('sock'); s.settimeout(float(os.environ.get('WAIT', '9')))
p = subprocess.Popen(sys.argv[1:], env={**os.environ, 'NOTIFY_SOCKET': os.getcwd() + '/sock'})
try:
    m, fds, f, a = socket.recv_fds(s, 4096, 4)
    print(m.decode().replace('MAINPID=%d' % p.pid, 'MAINPID=pid').strip())
    m, fds, f, a = socket.recv_fds(s, 4096, 4)
    print(m.decode(), len(fds))
    for x in fds: os.close(x)
except TimeoutError:
    print('nothing')
p.wait()
os.unlink('sock')
END
chmod +x hear
want='MAINPID=pid
READY=1
BARRIER=1 1'
is "$(hear "$to" sh -c 'echo; exit 0')" "$want" 'a newline on 1 is readiness'
is "$(hear "$to" -f -d 4 sh -c 'echo x >&4')" "$want" 'on another descriptor'
is "$(WAIT=0.3 hear "$to" -d 4 sh -c 'printf x >&4')" nothing 'no newline'
is "$(WAIT=0.5 hear "$to" -t 50 -d 4 sh -c 'sleep 0.2; echo >&4' 2>/dev/null)" \
	nothing '-t'
is "$(WAIT=0.2 hear "$to" -d 4 sh -c 'echo ${NOTIFY_SOCKET-unset}')" 'unset
nothing' 'NOTIFY_SOCKET is not passed on'
like "$(WAIT=0.2 hear "$to" -k -d 4 sh -c 'echo $NOTIFY_SOCKET')" '/sock' \
	'but with -k'
end
