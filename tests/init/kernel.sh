# kernel.sh - print the path of a Linux kernel for qemu and of the directory
# of its modules: Debian's, downloaded once without installing it, into
# ${TMPDIR:-/tmp}/reeve-kernel.  Exit 1 if there is none.
dir=${REEVE_KERNEL:-${TMPDIR:-/tmp}/reeve-kernel}
find_it() {
	k=$(ls "$dir"/x/boot/vmlinuz-* 2>/dev/null | head -n 1)
	[ -n "$k" ] && echo "$k $dir/x/lib/modules/${k##*/vmlinuz-}"
}
find_it && exit
mkdir -p "$dir" && cd "$dir" || exit 1
p=$(apt-cache depends linux-image-cloud-amd64 2>/dev/null |
	awk '/Depends: linux-image/{print $2; exit}')
[ -n "$p" ] && apt-get download -q "$p" >&2 && dpkg-deb -x linux-image*.deb x &&
	find_it
