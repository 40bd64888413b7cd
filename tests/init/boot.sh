#!/bin/sh
# boot.sh - a real kernel boots Reeve: qemu, Debian's kernel, an initramfs of
# static programs only and a disk for the state.  All services ready, switch,
# reboot, power cuts in the middle of switches, poweroff, ctrl-alt-del.
# MUSL_BUILD names a build directory of `configure --enable-static'.
# TIMEOUT: 240
# ONCE
. "$TESTS/lib.sh"
. "$TESTS/init/qemu.sh"
qemu_ready

# --- the image: our programs, stripped, and one helper --------------------
mkdir -p root/bin root/modules root/etc/reeve root/proc root/sys root/run \
	root/var/lib/reeve root/tmp
for p in init svscan supervise rc rc-init rc-oneshotd rc-compile rc-update \
	rc-db switch plan rollback generations gc log shutdown shutdownd svc \
	svstat svscanctl; do
	[ -e "$MUSL_BUILD/bin/reeve-$p" ] || continue
	cp -P "$MUSL_BUILD/bin/reeve-$p" root/bin/
	[ -h "root/bin/reeve-$p" ] || strip "root/bin/reeve-$p"
done
[ ! -e "$MUSL_BUILD/bin/reeve-multicall" ] ||
	strip -o root/bin/reeve-multicall "$MUSL_BUILD/bin/reeve-multicall"
for n in halt poweroff reboot; do
	ln -s reeve-shutdown "root/bin/reeve-$n"
done
strip -o root/bin/guest "$MUSL_BUILD/obj/tests/helpers/guest"
ln -s bin/guest root/init
qemu_modules root/modules

longrun() { # longrun SV NAME ARGUMENT [DEPENDENCY...]
	_d=root/etc/reeve/$1/$2
	mkdir -p "$_d"
	echo longrun >"$_d/type"
	printf '#!/bin/guest %s\n' "$3" >"$_d/run"
	chmod 755 "$_d/run"
	shift 3
	for _x; do mkdir -p "$_d/dependencies.d"; : >"$_d/dependencies.d/$_x"; done
}
set_of() { # set_of SV NAME...: the services there are, and `default'
	_sv=root/etc/reeve/$1; shift
	mkdir -p "$_sv/default/contents.d"
	echo bundle >"$_sv/default/type"
	for _x; do : >"$_sv/default/contents.d/$_x"; done
}
for sv in sv sv2; do
	longrun $sv serve serve
	for i in 1 2 3 4 5 6; do
		longrun $sv s$i sleep prepare
	done
	longrun $sv s7 sleep s1 s2
	mkdir -p root/etc/reeve/$sv/prepare
	echo oneshot >root/etc/reeve/$sv/prepare/type
	echo '/bin/guest true' >root/etc/reeve/$sv/prepare/up
done
longrun sv2 added sleep s7
set_of sv serve prepare s1 s2 s3 s4 s5 s6 s7
set_of sv2 serve prepare s1 s2 s3 s4 s5 s6 s7 added
(cd root && find . | cpio -o -H newc --quiet | gzip -1 >../initramfs)
echo "# initramfs: $(stat -c %s initramfs) bytes, programs unpacked:" \
	"$(du -sk root/bin | cut -f1) kB"

# The disk: empty, or with a compiled database where there is no switch.
mkdir state
if [ ! -e root/bin/reeve-switch ]; then
	reeve-rc-compile state/first root/etc/reeve/sv || bail 'compile'
	ln -s first state/boot
fi
mke2fs -q -t ext4 -d state disk.img 16M || skip_all 'mke2fs -d does not work'

services() { ask 20 reeve-rc -l /run/reeve -a list | sort | tr '\n' ' '; }
old='prepare s1 s2 s3 s4 s5 s6 s7 serve '
new="added $old"

machine
ready
is $? 0 'it boots to all services ready' || show console
like "$(cat console)" 'reeve [0-9.]+' '... and says which init it is'
within 20 grep -q serving answers
is "$(services)" "$old" '... all of them are up'
echo "# $(grep -o 'all services ready.*' console | tr -d '\r')"
ask 20 memory | sed 's/^/# /'
like "$(ask 10 reeve-svstat /run/service/s6-svscan-log)" '^up ' \
	'the catch-all logger runs'
like "$(ask 10 show /run/uncaught-logs/current)" \
	'@[0-9a-f]* reeve-init: all services ready' '... and has the messages'
if [ -e root/bin/reeve-switch ]; then
	ask 30 reeve-switch /etc/reeve/sv2
	is $? 0 'switch to a set with one service more'
	is "$(services)" "$new" '... it runs'
else
	skip 2 'no reeve-switch yet'
fi
tell reeve-reboot
gone 20;	is $? 0 'reboot ends the machine'
like "$(tail -n 3 console)" 'reeve-init: reboot' '... as a reboot'
not '... with no panic' grep -q 'Kernel panic' console
not '... with all unmounted' grep -q 'unable to unmount' console

machine
ready;		is $? 0 'it boots again'
within 20 grep -q serving answers
if [ -e root/bin/reeve-switch ]; then
	is "$(services)" "$new" '... with the service that was added'
else
	skip 1 'no reeve-switch yet'
fi
echo 'sendkey ctrl-alt-delete' |
	socat - unix:monitor >/dev/null 2>&1 ||
	echo '# socat is not installed: ctrl-alt-del is not tried' >&2
if command -v socat >/dev/null; then
	gone 20;	is $? 0 'ctrl-alt-del ends the machine'
	like "$(tail -n 3 console)" 'reeve-init: reboot' '... as a reboot'
else
	skip 2 'socat is not installed'
	tell reeve-reboot
	gone 20
fi

# --- power cuts in the middle of a switch ----------------------------------
cuts=3
[ -z "$REEVE_LONG" ] || cuts=30
if [ -e root/bin/reeve-switch ]; then
	to=sv cut=0 whole=0 seen=
	while [ $cut -lt $cuts ]; do
		cut=$((cut + 1))
		machine
		ready || break
		within 20 grep -q serving answers
		now=$(services)
		case $now in
		"$old") seen=$seen-; to=sv2 whole=$((whole + 1)) ;;
		"$new") seen=$seen+; to=sv whole=$((whole + 1)) ;;
		*) echo "# after cut $cut: $now" ;;
		esac
		tell reeve-switch /etc/reeve/$to
		sleep "0.$((cut * 7 % 10))5"
		kill -9 $qemu
		wait $qemu 2>/dev/null
	done
	is "$whole" "$cuts" "whole after each of $((cuts - 1)) cuts ($seen)"
	machine
	ready;	is $? 0 'boots after the last cut'
	within 20 grep -q serving answers
	like "$(services)" "^($old|$new)$" '... with a whole generation'
	ask 30 reeve-switch /etc/reeve/sv2
	is "$? $(services)" "0 $new" '... and switches'
else
	skip 4 'no reeve-switch yet'
	machine
	ready
	within 20 grep -q serving answers
fi
tell reeve-shutdown -h now
gone 20;	is $? 0 'poweroff ends the machine'
like "$(tail -n 3 console)" 'reeve-init: poweroff' '... and is one'
wait $qemu;	is $? 0 '... qemu ends well'
not '... with no panic' grep -q 'Kernel panic' console
end
