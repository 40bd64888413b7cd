#!/bin/sh
# compat/machine.sh - a machine boots from a directory that s6-linux-init-maker
# wrote: a real kernel in qemu executes its bin/init as process 1, which
# mounts /run, has a catch-all logger, runs rc.init, changes runlevels, and
# ends by shutdown, reboot and power-off with everything unmounted.
# TIMEOUT: 360
. "$TESTS/lib.sh"
. "$TESTS/helpers/guest.sh"
grep -q sanitize "$BUILD/config.mak" 2>/dev/null &&
	skip_all 'a build with sanitizers has no /proc to start with in there'
built_with LINUX ||
	skip_all 'the first process of s6-linux-init mounts /run and the rest'
guest_ready
need debugfs dumpe2fs
guest_root root
base=/etc/s6-linux-init/current
mkdir -p root/names root/etc/s6-linux-init skel
for p in "$BUILD"/bin/reeve-*; do
	ln -s "$p" "root/names/s6-${p##*/reeve-}"
done
: >root/var/log/wtmp
cat >skel/rc.init <<'END'
#!/bin/sh
mount -t proc proc /proc
mount -t devpts devpts /dev/pts 2>/dev/null || { mkdir -p /dev/pts; mount -t devpts devpts /dev/pts; }
echo "rc.init $1 PATH=$PATH COLOUR=$COLOUR"
echo "$(cat /proc/sys/kernel/ctrl-alt-del)" >/cad
exec /guest script
END
cat >skel/rc.shutdown <<'END'
#!/bin/sh
echo rc.shutdown >>/order
END
cat >skel/rc.shutdown.final <<'END'
#!/bin/sh
: >/dev/kmsg && echo '<1>rc.shutdown.final' >/dev/kmsg
END
printf '#!/bin/sh\necho "runlevel $1" >>/order\nexit 7\n' >skel/runlevel
s6-linux-init-maker -c $base -p "/names:$PATH" -f "$PWD/skel" -V 2 -t 2 -L \
	-q 2000 -e COLOUR=blue -e "ASAN_OPTIONS=$ASAN_OPTIONS" -R o700 \
	-s /run/kernel_env -G 'sleep 1000' root$base
is $? 0 'the maker writes the directory'
ln -s $base/bin/init root/init

# What is checked inside; its lines come back as TAP without numbers.
cat >root/guest-script <<'END'
exec 2>&1
is() { if [ "$1" = "$2" ]; then echo "ok - $3"; else
	echo "not ok - $3"; echo "#   got:  $1"; echo "#   want: $2"; fi; }
ready() { n=0; until "$@"; do n=$((n + 1)); [ $n -lt 600 ] || return; sleep 0.05; done; }
is "$(cat /proc/1/comm | sed 's/^reeve-//;s/^s6-//')" svscan 'process 1 is the scanner'
is "$(stat -f -c %T /run)" tmpfs '/run is a tmpfs'
is "$(cat /cad)" 0 'ctrl-alt-del is for process 1'
is "$(umask)" 0022 'the umask'
is "$(sed -n 's/^Max open files *\([0-9]*\) *\([0-9]*\).*/\1 \2/p' /proc/1/limits)" '700 700' '-R: the hard limit'
is "$(readlink /proc/1/fd/0)" /dev/null 'its standard input'
is "$(cat /run/kernel_env/guest_root)" /dev/vda '-s: the kernel'"'"'s environment'
for s in s6-svscan-log s6-linux-init-shutdownd s6-linux-init-runleveld s6-linux-init-logouthookd; do
	ready s6-svwait -U -t 20000 /run/service/$s
	is $? 0 "$s is ready"
done
# Its supervise was there before rc.init had mounted /proc.
s=s6-linux-init-runleveld
was=$(s6-svstat -o pid /run/service/$s)
super=$(pgrep -o -f "supervise $s\$")
kill -KILL $super
ready sh -c "n=\$(pgrep -f 'supervise $s\$') && [ \$n != $super ] && s6-svok /run/service/$s"
is "$(s6-svstat -o pid /run/service/$s)" "$was" \
	'a supervise of before /proc is replaced, and its service taken over'
is "$(s6-svstat -u /run/service/s6-linux-init-early-getty)" true 'the early getty runs'
ready grep -q rc.init /run/uncaught-logs/current
is "$(sed -n 's/^[0-9-]* [0-9:.]*  rc.init \([^ ]*\) .*COLOUR=\(.*\)/\1 \2/p' /run/uncaught-logs/current)" "default blue" \
	'rc.init: the runlevel and the environment, in the log'
s6-linux-init-telinit 4
is "$? $(tail -n 1 /order)" '7 runlevel 4' 'telinit runs the runlevel script'
is "$(s6-linux-init-shutdown -h +9 2>&1; echo $?)" 0 'a shutdown is planned'
is "$(s6-linux-init-shutdown -c 2>&1; echo $?)" 0 'and cancelled'
sh -c 'trap "" TERM HUP; while :; do sleep 1; done' &
eval "$(sed -n 's/.*ask=\([a-z]*\).*/ask=\1/p' /proc/cmdline)"
echo "ok - asking for $ask"
case $ask in
reboot) s6-linux-init-hpr -r ;;
poweroff) s6-linux-init-shutdown -t 1 -p now ;;
esac
is $? 0 "$ask is asked for"
END
guest_image root disk.img

# machine ASK: boot it; what it said becomes our assertions.
machine() {
	_a=$1
	guest_boot disk.img 100 "guest_init=/init ask=$_a"
	_r=$?
	guest_said "$_a: "
	is "$(grep -c "^ok - $_a is asked for" said)" 1 "$_a: all was checked" ||
		sed 's/^/# console: /' console
}
on_disk() { debugfs -R "cat $1" disk.img 2>/dev/null; }
clean() { # unmounted, or read-only: nothing to recover
	dumpe2fs -h disk.img 2>/dev/null | grep -q '^Filesystem features:.*needs_recovery' &&
		return 1
	:
}

machine reboot
is $_r 0 'reboot: the machine ended'
like "$(cat console)" 'rc\.shutdown\.final' 'reboot: rc.shutdown.final was run'
is "$(on_disk /order | tr '\n' ' ')" 'runlevel 4 rc.shutdown ' 'reboot: rc.shutdown was run once'
ok 'reboot: the disk is clean' clean
like "$(cat console)" 'had to be killed after 2000 ms' 'reboot: what ignores signals is killed'
# 384 bytes, or 400 with musl.
like "$(on_disk /var/log/wtmp | wc -c)" '^(384|400)$' 'reboot: wtmp has a record'
machine poweroff
is $_r 0 'poweroff: the machine ended'
ok 'poweroff: the disk is clean' clean
like "$(cat console)" 'had to be killed after 1000 ms' 'poweroff: -t is the grace time'
not 'no panic' grep -q 'Kernel panic' console
end
