#!/bin/sh
# root.sh - an initramfs hands over to the root file system of a disk: with
# what it mounted, or with a root that is read-only and a /dev that is empty;
# and kexec starts another kernel, which comes up again.
# MUSL_BUILD names a build directory of `configure --enable-static'.
# TIMEOUT: 240
# ONCE
. "$TESTS/lib.sh"
. "$TESTS/init/qemu.sh"
qemu_ready

# --- initramfs: one program of ours and the helper ------------------------
mkdir -p first/bin first/mnt first/proc first/run
strip -o first/bin/reeve-init "$MUSL_BUILD/bin/reeve-init"
strip -o first/bin/guest "$MUSL_BUILD/obj/tests/helpers/guest"
ln -s bin/guest first/init
qemu_modules first/modules
echo left >first/leftover
(cd first && find . | cpio -o -H newc --quiet | gzip -1 >../initramfs)

# --- the root: /sbin/init is reeve-init, services, no device nodes --------
mkdir -p root/bin root/sbin root/boot root/etc root/dev root/proc root/sys \
	root/run root/tmp root/var/lib/reeve sv/default/contents.d
for p in init svscan supervise rc rc-init rc-oneshotd log shutdown shutdownd \
	svstat; do
	strip -o root/bin/reeve-$p "$MUSL_BUILD/bin/reeve-$p"
done
strip -o root/bin/guest "$MUSL_BUILD/obj/tests/helpers/guest"
ln -s ../bin/reeve-init root/sbin/init
ln -s reeve-shutdown root/bin/reeve-poweroff
cp "$kernel" root/boot/kernel
cp initramfs root/boot/initramfs
for s in serve sleep; do
	mkdir sv/$s
	echo longrun >sv/$s/type
	printf '#!/bin/guest %s\n' $s >sv/$s/run
	chmod 755 sv/$s/run
	: >sv/default/contents.d/$s
done
echo bundle >sv/default/type
reeve-rc-compile root/var/lib/reeve/db sv || bail 'compile'
ln -s db root/var/lib/reeve/boot
mke2fs -q -t ext4 -d root disk.img 64M >/dev/null 2>&1 || skip_all 'mke2fs -d does not work'
MB=256

up() { # up LABEL [KERNEL WORD...]
	_l=$1; shift
	machine guest_root=/dev/vda guest_switch=yes "$@"
	ok "$_l" ready || tail -n 20 console | sed 's/^/# /'
	within 20 grep -q serving answers
}
mounts() { ask 20 show /proc/mounts; }

up 'an initramfs hands over to the init of a disk'
like "$(mounts)" '^/dev/vda / ext4 rw' '... the disk is the root'
like "$(mounts)" ' /dev devtmpfs ' '... /dev came along'
is "$(mounts | grep -c '^tmpfs /run ')" 1 '... and /run, not mounted twice'
ask 10 exists /leftover;	is $? 1 '... nothing of the initramfs is seen'
is "$(ask 20 reeve-rc -l /run/reeve -a list | sort | tr '\n' ' ')" \
	'serve sleep ' '... all services are up'

# Another kernel (the same), without the firmware in between.
if ask 60 /bin/guest kexec /boot/kernel /boot/initramfs >out 2>&1; then
	: >console
	tell reeve-shutdown --kexec now
	ok 'kexec: the kernel that was loaded is started' within 60 \
		grep -q 'all services ready' console ||
		tail -n 20 console | sed 's/^/# /'
	# Once by each kernel.
	within 30 sh -c '[ "$(grep -c serving answers)" = 2 ]'
	like "$(ask 20 show /proc/cmdline)" 'kexeced=yes' \
		'... with the words that were given'
	is "$(ask 20 reeve-rc -l /run/reeve -a list | sort | tr '\n' ' ')" \
		'serve sleep ' '... all services are up'
	tell reeve-shutdown -h now
else
	sed 's/^/# /' out
	echo 'SKIP root: this kernel loads no other one: kexec is not tried' >&2
	skip 3 'this kernel loads no other one'
	tell reeve-shutdown -h now
fi
gone 20;	is $? 0 '... poweroff ends it'
not '... with no panic' grep -q 'Kernel panic' console
not '... with all unmounted' grep -q 'unable to unmount' console

# Nothing to write to, and nothing in /dev.
up 'the same with a read-only root and an empty /dev' guest_ro=yes \
	guest_nodev=yes
like "$(mounts)" '^/dev/vda / ext4 ro' '... it is read-only'
like "$(mounts)" ' /dev devtmpfs ' '... /dev is filled'
like "$(ask 10 reeve-svstat /run/service/s6-svscan-log)" '^up ' \
	'... the catch-all logger runs'
tell reeve-shutdown -h now
gone 20;	is $? 0 '... poweroff ends it'
not '... with no panic' grep -q 'Kernel panic' console
e2fsck -fn disk.img >fsck 2>&1;	is $? 0 'the file system is clean' ||
	show fsck
end
