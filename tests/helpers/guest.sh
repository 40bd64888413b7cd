# guest.sh - run a test script inside a virtual machine: qemu without
# acceleration and Debian's kernel.  For what this machine may not have: a
# cgroup v2 tree with every controller, all capabilities, a process 1 that is
# one, a root file system that may be broken.
#
#	#!/bin/sh
#	# limits.sh - what the test promises.
#	# TIMEOUT: 240
#	. "$TESTS/lib.sh"
#	. "$TESTS/helpers/guest.sh"
#	in_guest nginx /usr/lib/execline
#	... the test, as any other; it ends with `end'
#
# in_guest makes a disk image with $BUILD/bin, the tests, a usual set of
# programs of this machine (guest_programs below) and those that are named
# (a directory: all in it), boots it and runs this same test there; its output
# and exit code are the test's.  In the guest in_guest does nothing.  Where
# there is no qemu or kernel the test is skipped, loudly.
#
# The test runs there as root, below a process 1 that only reaps, in an empty
# writable directory (ext4), with the test's usual environment and
# REEVE_GUEST=1; /sys/fs/cgroup is cgroup v2, all controllers given to the
# children of its root; /run, /tmp, /dev/shm are tmpfs, lo is up, there is no
# other network.  It costs about 6 s; everything in it is some 10 times slower
# than outside, so give `within' time.  GUEST_MB=256 is its memory.
#
# For a test that brings its own process 1 (see tests/init/boot.sh too):
#	guest_ready		skip the test unless machines can be made here
#	guest_root DIR [PROGRAM...]   a root directory as in_guest makes it
#	guest_image DIR FILE	a disk image of it (ext4)
#	guest_boot FILE SECONDS [KERNEL-WORD...]
#	guest_said [PREFIX]	what a script there checked
# guest_boot returns when the machine has ended (0) or its time is over; the
# console is in ./console, what came over /dev/ttyS1 in ./serial.  The kernel
# word guest_init=PATH names the process 1 of the image; it gets no argument
# but has the kernel's words in /proc/cmdline, devtmpfs on /dev, and nothing
# else mounted.  There `/guest script' runs /guest-script with its output in
# ./serial, followed by a line "#guest exit CODE".
# shellcheck shell=sh
. "$TESTS/init/qemu.sh"

guest_programs='sh dash bash env cat cp mv ln ls mkdir rm rmdir chmod chown
	touch head tail cut tr sort uniq wc seq sleep date id stat readlink
	realpath mktemp mkfifo mknod dirname basename expr test true false
	echo printf tee timeout nproc uname sync dd od sed grep egrep awk
	find xargs mount umount unshare nsenter setpriv setsid prlimit ps
	pgrep kill sysctl cmp diff flock dmesg md5sum sha256sum stty tty tac
	paste comm join nice nohup strace mountpoint switch_root'

# guest_ready: qemu, a kernel, a static guest program in ./guest.
guest_ready() {
	need ldd
	qemu_kernel
	[ -x guest ] || ${CC:-cc} -w -O1 -static -s -D_GNU_SOURCE -o guest \
		"$TESTS/helpers/guest.c" 2>/dev/null ||
		skip_all 'no static C library for the program of the guest'
	mkdir -p initrd/mnt initrd/bin
	cp guest initrd/init
	qemu_modules initrd/modules
	(cd initrd && find . | cpio -o -H newc --quiet | gzip -1 >../initrd.gz)
}

# guest_path NAME: where PATH has it; the shell's own words are no answer.
guest_path() {
	case $1 in /*) [ -e "$1" ] && echo "$1"; return ;; esac
	_ifs=$IFS; IFS=:
	for _d in $PATH; do
		[ -x "$_d/$1" ] && { IFS=$_ifs; echo "$_d/$1"; return; }
	done
	IFS=$_ifs
}

# guest_root DIR [PROGRAM...]
guest_root() {
	_r=$1; shift
	mkdir -p "$_r/usr/bin" "$_r/usr/sbin" "$_r/usr/lib" "$_r/usr/lib64" \
		"$_r/dev" "$_r/proc" "$_r/sys" "$_r/run" "$_r/tmp" "$_r/etc" \
		"$_r/var/lib" "$_r/var/log" "$_r/root" "$_r/work" "$_r/mnt"
	chmod 1777 "$_r/tmp"
	for _x in bin sbin lib lib64; do ln -s usr/$_x "$_r/$_x"; done
	cp /etc/passwd /etc/group "$_r/etc/"
	# shellcheck disable=SC2086
	for _x in $guest_programs "$@"; do
		_p=$(guest_path "$_x")
		[ -n "$_p" ] || continue
		mkdir -p "$_r${_p%/*}"
		if [ -d "$_p" ]; then cp -RL "$_p" "$_r${_p%/*}/"
		else cp -L "$_p" "$_r$_p"; fi
	done
	mkdir -p "$_r$BUILD/obj/tests" "$_r$SRC"
	cp -R "$BUILD/bin" "$BUILD/config.h" "$_r$BUILD/"
	cp -R "$BUILD/obj/tests/helpers" "$_r$BUILD/obj/tests/"
	cp -R "$TESTS" "$_r$SRC/"
	cp guest "$_r/guest"
	# What was built is all linked with the same libraries.
	{ find "$_r/usr" -type f -perm /111 -print0
	printf '%s\0' "$_r$BUILD/bin/reeve" "$_r$BUILD/bin/reeve-supervise"
	} | xargs -0 ldd 2>/dev/null |
		awk '/=> \//{print $3} /^\t\/[^ ]* \(/{print $1}' | sort -u |
		while read -r _x; do
			mkdir -p "$_r${_x%/*}"
			cp -L "$_x" "$_r$_x"
		done
}

# guest_image DIR FILE
guest_image() {
	_n=$(($(du -sm "$1" | cut -f 1) * 5 / 4 + 128))
	mke2fs -q -t ext4 -d "$1" "$2" "${_n}M" >/dev/null 2>&1 ||
		skip_all 'mke2fs -d does not work'
}

# guest_boot FILE SECONDS [KERNEL-WORD...]
guest_boot() {
	_f=$1 _s=$2; shift 2
	: >console; : >serial
	timeout "$_s" qemu-system-x86_64 -accel tcg -m "${GUEST_MB:-256}" \
		-no-reboot -display none -nodefaults -serial file:console \
		-serial file:serial -kernel "$kernel" -initrd initrd.gz \
		-drive "file=$_f,format=raw,if=virtio,cache=unsafe" \
		-append "console=ttyS0 quiet panic=-1 guest_root=/dev/vda $*" \
		</dev/null
}

# guest_said [PREFIX]: lines of a guest script, "ok - LABEL" and "not ok - LABEL",
# become assertions of the test; all that it said is in ./said.
guest_said() {
	tr -d '\r' <serial | grep -v '^$' >said
	while IFS= read -r _l; do
		case $_l in
		'ok - '*) is 0 0 "${1-}${_l#ok - }" ;;
		'not ok - '*) is failed '' "${1-}${_l#not ok - }" ;;
		'#guest exit'*) ;;
		*) echo "# $_l" ;;
		esac
	done <said
}

# in_guest [PROGRAM...]
in_guest() {
	[ -z "${REEVE_GUEST-}" ] || return 0
	guest_ready
	guest_root root "$@"
	for _x in TESTS SRC BUILD P TEST PATH REEVE_BIN MUSL_BUILD REEVE_LONG \
		PATIENCE SUP SCAN; do
		eval "[ -z \"\${$_x-}\" ] || printf \"export %s='%s'\\n\" $_x \"\$$_x\""
	done >root/guest-script
	cat >>root/guest-script <<END
export REEVE_GUEST=1 HOME=/work
cd /work
exec sh '$TEST'
END
	guest_image root disk.img
	rm -rf root
	# The sandbox ends the test when its time is over.
	guest_boot disk.img 600
	grep -v '^#guest exit ' serial
	_c=$(sed -n 's/^#guest exit //p' serial)
	[ -n "$_c" ] || {
		sed 's/^/# console: /' console
		bail 'the guest ended without a result'
	}
	exit "$_c"
}
