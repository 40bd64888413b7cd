#!/bin/sh
# security/reach.sh - what of a tree another user can write to, all of it: the
# sockets of sd_notify, which go by who sends, and nothing else; and who cannot
# end, start or ask a service.
# TIMEOUT: 240
. "$TESTS/lib.sh"
. "$TESTS/security/lib.sh"
sv app user 'www\n' command 'sleep 1000\n' logger ''
sv told user 'www\n' notification-fd '3\n' command '/bin/sh -c "echo >&3; exec sleep 1000"\n'
sv notifies user 'www\n' notification-type 'sd_notify\n' \
	command 'python3 -c "import os,socket,time;socket.socket(socket.AF_UNIX,socket.SOCK_DGRAM).sendto(b\\"READY=1\\",os.environ[\\"NOTIFY_SOCKET\\"]);time.sleep(1000)"\n'
sv once type 'oneshot\n' user 'www\n' up 'true\n' logger ''
sv at type 'oneshot\n' user 'www\n' schedule '0 0 1 1 *\n' up 'true\n'
sv root command 'sleep 1000\n' data/file 'x\n' env/A 'y\n'
sv default type 'bundle\n' contents 'app\ntold\nnotifies\nonce\nat\nroot\n'
echo log >/srv/sv/log-user
umask 0
reeve up >/dev/null 2>&1;	is $? 0 'a tree, by an umask of 0'
reeve restart app once >/dev/null; reeve reload app >/dev/null 2>&1
echo '# x' >>/srv/sv/root/env/A; reeve switch >/dev/null 2>&1
umask 022
writable() { # what USER can write to, links aside
	"$1" find /run /var/lib /var/log -writable ! -type l 2>/dev/null
}
is "$(writable mallory)" /run/reeve/servicedirs/notifies/sd-notify 'another user'
is "$(writable www)" /run/reeve/servicedirs/notifies/sd-notify "a service's user"
for who in mallory www; do
	for c in 'svc -d /run/service/app' 'svc -u /run/service/root' 'svscanctl -a /run/service' \
		'svlink /run/service /srv/sv/app evil' 'svunlink /run/service app'
	do
		not "$who: $c" $who timeout 9 "${P}${c%% *}" ${c#* } 2>/dev/null
	done
	not "$who: reeve-rc stop" $who timeout 9 reeve-rc -l /run/reeve stop app 2>/dev/null
	$who python3 -c 'import socket
socket.socket(socket.AF_UNIX).connect("/run/reeve/servicedirs/s6rc-oneshot-runner/s")' 2>/dev/null
	not "$who: no connection to the daemon of oneshots" [ $? = 0 ]
done
mallory python3 -c 'import socket
s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
for m in b"STATUS=evil", b"MAINPID=1", b"READY=1": s.sendto(m, "/run/reeve/servicedirs/notifies/sd-notify")'
reeve restart root >/dev/null
if built_with LINUX; then
	is "$(reeve status notifies | grep -c evil)" 0 "who is not the service's user reports nothing for it"
else
	skip 1 'who sends is known on Linux only'
fi
# The hangup of its reload has ended app, which is started again.
ok 'all is as it was' within 10 reeve status -q app told notifies at root
reeve down >/dev/null 2>&1
end
