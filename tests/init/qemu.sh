# qemu.sh - a machine that boots ./initramfs with ./disk.img, and a way to have
# `guest serve' (a service there) carry out commands.  Included by the tests
# that boot a kernel; the static programs are those of $MUSL_BUILD.
# shellcheck shell=sh

# qemu_kernel: $kernel and $modules, or skip the test.
qemu_kernel() {
	need qemu-system-x86_64 cpio mke2fs
	_k=$(sh "$TESTS/init/kernel.sh" 2>/dev/null) ||
		skip_all 'no kernel (apt-get download linux-image-cloud-amd64)'
	kernel=${_k% *} modules=${_k#* }
}
# qemu_ready: skip the test unless all that is needed is there.
qemu_ready() {
	: "${MUSL_BUILD:=$SRC/build-musl}"
	[ -x "$MUSL_BUILD/bin/reeve-init" ] ||
		skip_all 'no static build (set MUSL_BUILD)'
	make -s -C "$MUSL_BUILD" obj/tests/helpers/guest >/dev/null 2>&1 ||
		skip_all 'the helper for the guest cannot be built'
	qemu_kernel
}
# qemu_modules DIR: what the disk needs.
qemu_modules() {
	mkdir -p "$1"
	_n=0
	for _m in virtio/virtio_ring virtio/virtio \
		virtio/virtio_pci_modern_dev virtio/virtio_pci_legacy_dev \
		virtio/virtio_pci block/virtio_blk; do
		_n=$((_n + 1))
		cp "$modules/kernel/drivers/$_m.ko" "$1/$_n-${_m##*/}.ko" ||
			skip_all "the kernel has no module $_m"
	done
}
machine() { # machine [KERNEL WORD...]
	rm -f cmd.in cmd.out
	mkfifo cmd.in cmd.out
	: >console
	qemu-system-x86_64 -accel tcg -m "${MB:-128}" -no-reboot -display none \
		-nodefaults -serial file:console -serial pipe:cmd \
		-monitor unix:monitor,server,nowait \
		-kernel "$kernel" -initrd initramfs \
		-drive file=disk.img,format=raw,if=virtio,cache=writeback \
		-append "console=ttyS0 quiet panic=-1 $*" </dev/null &
	# shellcheck disable=SC2034 # for the test
	qemu=$!
	: >answers
	cat cmd.out >answers 2>/dev/null &
	exec 8>cmd.in
}
ready() { within 60 grep -q 'all services ready' console; }
# ask SECONDS COMMAND...: run it there; its output, its exit code.
ask() {
	_t=$1; shift
	echo >>asks		# a file: this may be a subshell
	asked=$(grep -c '' asks)
	printf '%s %s\n' $asked "$*" >&8
	within "$_t" grep -q "^=$asked [0-9]" answers || return 99
	sed -n "/^+$asked\$/,/^=$asked /p" answers | tr -d '\r' |
		grep -v "^[+=]$asked"
	return "$(sed -n "s/^=$asked \([0-9]*\).*/\1/p" answers)"
}
tell() { # the same without waiting
	echo >>asks		# a file: this may be a subshell
	asked=$(grep -c '' asks)
	printf '%s %s\n' $asked "$*" >&8
}
gone() { # gone SECONDS: qemu ends by itself
	within "$1" sh -c "! kill -0 $qemu 2>/dev/null || grep -q zombie /proc/$qemu/status"
}
