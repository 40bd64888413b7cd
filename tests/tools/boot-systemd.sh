#!/bin/sh
# tools/boot-systemd.sh - what `reeve install-boot systemd' writes is run by
# systemd as process 1 of a machine (a real kernel in qemu): the tree comes up
# with the boot, a killed svscan is not the end of it, a stop and the end of
# the machine take everything down in order, and the next boot has it again.
# ONCE (it is about systemd, and one build shows it)
# TIMEOUT: 360
. "$TESTS/lib.sh"
. "$TESTS/helpers/guest.sh"
. "$TESTS/helpers/tree.sh"
grep -q sanitize "$BUILD/config.mak" 2>/dev/null &&
	skip_all 'a build with sanitizers has no /proc to start with in there'
systemd=/usr/lib/systemd/systemd
[ -x $systemd ] || skip_all 'systemd is not installed'
guest_ready
need systemctl systemd-analyze
guest_root root systemctl /usr/lib/systemd
units=root/etc/systemd/system
mkdir -p $units/multi-user.target.wants root/var/lib/machine

# The tree's definitions are where root has them, as nobody was asked.
definitions
rm -rf t/sv/bad t/sv/slow
echo 'echo $1 >>/order' >root/note
echo 'sh /note up' >t/sv/mnt/up
echo 'sh /note down' >t/sv/mnt/down
mkdir -p root/etc/reeve
cp -R t/sv root/etc/reeve/sv
out=$(env -u REEVE_HOME reeve install-boot -y --root root systemd 2>&1)
is $? 0 'the unit is written' || echo "$out"
ln -s ../reeve.service $units/multi-user.target.wants/
# Nothing that only a whole distribution needs.
for u in systemd-udevd systemd-udev-trigger systemd-journald systemd-logind \
	systemd-networkd systemd-tmpfiles-setup systemd-tmpfiles-setup-dev \
	systemd-sysusers systemd-firstboot systemd-repart getty@tty1 \
	systemd-update-utmp systemd-update-utmp-runlevel dbus \
	systemd-random-seed systemd-timesyncd kmod-static-nodes \
	systemd-journal-flush systemd-machine-id-commit systemd-sysctl \
	systemd-user-sessions systemd-modules-load systemd-binfmt; do
	ln -s /dev/null "$units/$u.service"
done
for u in systemd-journald systemd-journald-dev-log systemd-journald-audit \
	systemd-udevd-control systemd-udevd-kernel dbus systemd-initctl; do
	ln -s /dev/null "$units/$u.socket"
done
for u in getty cryptsetup integritysetup veritysetup; do
	ln -s /dev/null "$units/$u.target"
done
echo 0123456789abcdef0123456789abcdef >root/etc/machine-id
: >root/etc/fstab
cat >$units/check.service <<'END'
[Unit]
After=reeve.service
[Service]
Type=oneshot
ExecStart=/guest script
[Install]
WantedBy=multi-user.target
END
ln -s ../check.service $units/multi-user.target.wants/

cat >root/guest-script <<END
exec 2>&1
PATH=$BUILD/bin:/usr/bin:/usr/sbin REEVE_BIN=$BUILD/bin HOME=/root
export PATH REEVE_BIN HOME
END
cat >>root/guest-script <<'END'
is() { if [ "$1" = "$2" ]; then echo "ok - $3"; else
	echo "not ok - $3"; echo "#   got:  $1"; echo "#   want: $2"; fi; }
ready() { n=0; until "$@"; do n=$((n + 1)); [ $n -lt 600 ] || return; sleep 0.05; done; }
healthy() { [ "$(reeve status --check 2>/dev/null)" = 'healthy: 3 up' ]; }
svscan() { pgrep -o -x reeve-svscan; }
if [ -e /second ]; then
	ready healthy; is $? 0 'the next boot has it again'
	is "$(cat /order | tr '\n' ' ')" 'up down up down up ' 'each boot and stop, once'
	systemctl --no-block poweroff 2>/dev/null
	exit
fi
is "$(cat /proc/1/comm)" systemd 'process 1'
ready healthy; is $? 0 'all is up'
is "$(systemctl is-active reeve)" active 'the unit is active'
pid=$(reeve status --json web | sed -n 's/.*"state":.*"pid":\([0-9]*\).*/\1/p')
old=$(svscan)
kill -KILL $old
another() { new=$(svscan) && [ "$new" != "$old" ] && healthy; }
ready another; is $? 0 'svscan was killed: systemd starts another'
is "$(systemctl show -P NRestarts reeve)" 1 '... once'
is "$(reeve status --json web | sed -n 's/.*"state":.*"pid":\([0-9]*\).*/\1/p')" \
	"$pid" '... and has taken the service over'
systemctl stop reeve
is $? 0 'systemctl stop'
is "$(systemctl is-active reeve)" inactive '... is not a failure'
is "$(cat /order | tr '\n' ' ')" 'up down ' '... takes everything down in order'
is "$(ps -e -o args= | grep -c '[r]eeve-\(svs\|sup\|log\)')" 0 '... and nothing is left'
systemctl start reeve
ready healthy; is $? 0 'systemctl start'
: >/second
systemctl --no-block reboot 2>/dev/null
END
guest_image root disk.img

# machine WHAT: boot it; what it said becomes our assertions.
machine() {
	guest_boot disk.img 150 "guest_init=$systemd systemd.show_status=0" \
		"systemd.default_timeout_start_sec=20 systemd.unit=multi-user.target"
	is $? 0 "$1: the machine ends" || sed 's/^/# console: /' console
	guest_said
}
machine 'first boot'
is "$(grep -c '^ok' said)" 11 'first boot: all was checked' ||
	sed 's/^/# console: /' console
machine 'second boot'
is "$(grep -c '^ok' said)" 2 'second boot: all was checked' ||
	sed 's/^/# console: /' console
debugfs -R 'cat /order' disk.img 2>/dev/null >order
is "$(tr '\n' ' ' <order)" 'up down up down up down ' \
	'the end of the machine takes everything down in order'
end
