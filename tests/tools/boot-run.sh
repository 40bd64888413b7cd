#!/bin/sh
# tools/boot-run.sh - what `reeve install-boot' writes is run by that init or
# cron itself, where it is installed: the tree comes up, and goes down.
. "$TESTS/lib.sh"
. "$TESTS/helpers/tree.sh"
[ "$(id -u)" = 0 ] || skip_all 'needs root'
mkdir etc && cp -a /etc/. etc 2>/dev/null
mount --bind etc /etc 2>/dev/null || skip_all 'cannot mount over /etc here'
mount -t tmpfs none /run || skip_all 'cannot mount over /run here'
rm -f /etc/inittab /etc/rc.local
definitions
echo "touch $PWD/went-down" >t/sv/mnt/down
healthy() { [ "$(reeve status --check 2>/dev/null)" = 'healthy: 3 up' ]; }
# In order: what was up is down, and was not only killed.
gone() { [ -e went-down ] &&
	! ps -e -o args= | grep -q '[r]eeve-\(svscan\|supervise\|log\)'; }
install() { rm -f went-down; reeve install-boot -y "$1" >out 2>&1; is $? 0 "$1: installed"; }

run=$(command -v openrc-run)
if [ -n "$run" ]; then
	# What its own start makes.
	for d in starting started stopping inactive wasinactive failed \
		hotplugged daemons options exclusive scheduled init.d tmp; do
		mkdir -p /run/openrc/$d
	done
	mkdir -p /etc/init.d
	echo default >/run/openrc/softlevel
	install openrc
	openrc-run /etc/init.d/reeve --nodeps start >out 2>&1
	is $? 0 'OpenRC: start' || show out
	ok 'OpenRC: all is up' healthy
	openrc-run /etc/init.d/reeve --nodeps stop >out 2>&1
	is $? 0 'OpenRC: stop' || show out
	ok 'OpenRC: all went down in order' gone
else
	skip 5 'OpenRC is not installed'
fi

if command -v cron >/dev/null && command -v crontab >/dev/null; then
	mkdir -p spool/crontabs
	mount --bind spool /var/spool/cron
	install crontab
	like "$(crontab -l)" '^@reboot env REEVE_HOME=' 'cron: the line is there'
	reeve install-boot -y crontab >/dev/null
	is "$(crontab -l | grep -c @reboot)" 1 'cron: once'
	cron -f & cron=$!
	ok 'cron: all is up' within 20 healthy
	kill $cron; wait $cron
	reeve down >/dev/null
else
	skip 4 'cron is not installed'
fi

printf '#!/bin/sh -e\necho before >>did\nexit 0\n' >/etc/rc.local
install rc.local
is "$(tail -n 1 /etc/rc.local)" 'exit 0' 'rc.local: its last line stays the last'
sh -e /etc/rc.local;			is $? 0 'rc.local: it runs'
is "$(reeve status --check 2>&1)" 'healthy: 3 up' 'rc.local: all is up' || reeve status >&2
reeve down >/dev/null
rm /etc/rc.local; install rc.local
is "$(head -n 1 /etc/rc.local)" '#!/bin/sh' 'rc.local: a new one is a script'

# An init is process 1 of a namespace; its shutdown is asked for by a signal
# or by the runlevel.
pidns() {
	unshare --pid --fork --kill-child --mount-proc "$@" </dev/null \
		>init.out 2>&1 &
	init=$!
}
# Its processes are seen from here by the pids of here, but the tree's own
# are those of the namespace: ask inside.
inside() { nsenter -t "$(child)" -p -m "$@"; }
child() { ps -o pid= --ppid $init | tr -d ' '; }
up_inside() { inside reeve status -q web; }
busybox=$(command -v busybox)
if [ -n "$busybox" ] && busybox --list | grep -qx init; then
	install busybox
	pidns "$busybox" init
	ok 'busybox init: all is up' within 20 up_inside ||
		show init.out
	kill -USR2 "$(child)"		# as poweroff does
	ok 'busybox init: it ends everything first' within 30 gone
	within 10 sh -c "! kill -0 $init" 2>/dev/null
	kill -KILL $init 2>/dev/null; wait $init 2>/dev/null
	rm /etc/inittab
else
	skip 3 'busybox has no init'
fi
sysv=${SYSVINIT-$(for f in /lib/sysvinit/init /sbin/init; do
	[ -x $f ] && $f --version 2>&1 | grep -q SysV && echo $f; done)}
if [ -n "$sysv" ]; then
	echo 'id:2:initdefault:' >/etc/inittab
	install inittab
	pidns "$sysv"
	ok 'sysvinit: all is up' within 20 up_inside || show init.out
	inside "${sysv%/*}/telinit" 0 || inside "$sysv" 0
	ok 'sysvinit: at runlevel 0 all goes down' within 30 gone
	kill -KILL $init 2>/dev/null; wait $init 2>/dev/null
else
	# Its lines, at least, are commands.
	install inittab
	sh -c "$(sed -n 's/^rv:[0-9]*:once://p' /etc/inittab)"
	ok 'inittab: all is up' healthy
	sh -c "$(sed -n 's/^rd:[0-9]*:wait://p' /etc/inittab)"
	ok 'inittab: all went down in order' gone
	echo 'SKIP sysvinit itself: it is not installed' >&2
fi
umount /etc
end
