#!/bin/sh
# security/catch-all.sh - who writes to the catch-all log cannot read it, and
# supervise and svscan wait for nobody who does not read it.
# TIMEOUT: 240
. "$TESTS/lib.sh"
. "$TESTS/security/lib.sh"
built_with LINUX || skip_all 'an open fifo can be opened again on Linux only'

mode() { # mode PID FD: how it has it open (octal flags, last digit)
	sed -n 's/^flags:.*\([0-7]\)$/\1/p' "/proc/$1/fdinfo/$2"
}
pid() { reeve-svstat -o pid "$1"; }
sv spy type 'longrun\n' user 'www\n' run '#!/bin/sh\nexec sleep 1000\n'
reeve up >/dev/null 2>&1; reeve start spy >/dev/null
p=$(pid /run/service/spy)
is "$(mode "$p" 1) $(mode "$p" 2)" '1 1' 'reeve up: a service can only write'
is "$(readlink /proc/"$p"/fd/2)" /run/service/reeve-catchall/closed/fifo 'to the catch-all'
is "$(stat -c %A /run/service/reeve-catchall/closed /run/service/reeve-catchall/closed/fifo | tr '\n' ' ')" \
	'drwx------ prw--w--w- ' 'and open it again only to write'
reeve-svscanctl --reexec /run/service
s=$(pgrep -o -x reeve-svscan)
ours() { [ "$(mode "$s" 2)" = 1 ] && ls -l "/proc/$s/fd" | grep -v ' [12] ->' | grep -q catchall/closed/fifo; }
within 10 ours;	is $? 0 'after a change of the program svscan keeps the other end'
reeve restart spy >/dev/null
p=$(pid /run/service/spy)
is "$(mode "$p" 1) $(mode "$p" 2)" '1 1' 'and a service can only write'

# The logger is stopped, the pipe filled by a service.
logger=$(pid /run/service/reeve-catchall)
kill -STOP "$logger"
sv noisy type 'longrun\n' run '#!/bin/sh\nwhile :; do echo noise noise noise noise noise; done\n'
timeout 20 reeve switch >/dev/null 2>&1
timeout 20 reeve start noisy >/dev/null 2>&1
full() { # nothing more goes in
	! timeout 1 python3 -c 'import os,sys
os.write(os.open("/run/service/reeve-catchall/closed/fifo", os.O_WRONLY|os.O_NONBLOCK), b"x\n"*2000)'
}
within 20 full;	is $? 0 'a service fills the pipe'
# Things that supervise and svscan have to say.
rm -f /run/reeve/servicedirs/spy/run; ln -s nowhere /run/reeve/servicedirs/spy/run
for i in 1 2 3; do mkdir "/run/service/$(head -c 25$i /dev/zero | tr '\0' n)"; done
ok 'svscan is told' reeve-svscanctl -a /run/service
reeve-svc -r /run/service/spy
mkdir /run/service/later; printf '#!/bin/sh\nexec sleep 100\n' >/run/service/later/run
chmod 755 /run/service/later/run
reeve-svscanctl -a /run/service
within 20 up /run/service/later;	is $? 0 'svscan still starts what is new'
ok 'supervise still obeys' timeout 20 reeve-svc -wD -d /run/service/noisy
ok 'and that of a service with something to say' timeout 20 reeve-svc -wD -d /run/service/spy
kill -CONT "$logger"
rm -r /run/service/later /run/service/nnn*
ok 'the end of everything' timeout 60 sh -c 'reeve down >/dev/null 2>&1'

# The same under reeve-catchall.
mkdir -p /srv/scan/spy; printf '#!/bin/sh\nexec sleep 1000\n' >/srv/scan/spy/run
chmod 755 /srv/scan/spy/run
reeve-catchall -D /var/log/c /srv/scan 2>/dev/null &
within 10 up /srv/scan/spy
p=$(pid /srv/scan/spy)
is "$(mode "$p" 1) $(mode "$p" 2)" '1 1' 'reeve-catchall: a service can only write'
is "$(stat -c %a /var/log/c)" 2700 'its log is for its owner'
reeve-svscanctl -t /srv/scan
end
