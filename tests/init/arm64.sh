#!/bin/sh
# arm64.sh - the static arm64 build: its programs run under qemu-user (the
# main tests, in a user namespace with its own binfmt_misc), and Debian's
# arm64 kernel boots it to all services ready and powers off.
# ARM64_BUILD names what tests/cross-arm64 made (default build-arm64).
# TIMEOUT: 300
# ONCE
. "$TESTS/lib.sh"
: "${ARM64_BUILD:=$SRC/build-arm64}"
bin=$ARM64_BUILD/build/bin
[ -x "$bin/reeve-init" ] ||
	skip_all 'no arm64 build (sh tests/cross-arm64 build-arm64)'
like "$(od -A n -t x1 -j 18 -N 1 "$bin/reeve-svscan")" b7 'the programs are for arm64'

# --- under qemu-user -------------------------------------------------------
# The magic numbers of an arm64 program, and F: the interpreter is opened
# now, so that it is there in every root.
q=$(command -v qemu-aarch64-static)
entry=':reeve:M::\x7fELF\x02\x01\x01\x00\x00\x00\x00\x00\x00\x00\x00\x00\x02\x00\xb7\x00:\xff\xff\xff\xff\xff\xff\xff\x00\xff\xff\xff\xff\xff\xff\xff\xff\xfe\xff\xff\xff:'"$q"':F'
cat >in_ns <<'END2'
mount -t binfmt_misc none /proc/sys/fs/binfmt_misc || exit 77
printf '%s\n' "$ENTRY" >/proc/sys/fs/binfmt_misc/register || exit 77
reeve-svok --version >/dev/null 2>&1 || "$BUILD/bin/reeve-svok" --version || exit 77
for t; do
	"$TESTS/sandbox" "$TESTS/$t" >one 2>&1
	r=$?
	printf '%s %s\n' "$r" "$t"
	[ $r = 0 ] || show one
done
END2
tests='supervise/control.sh supervise/signals.sh rc/database.sh
	tools/svc.sh log/basic.sh'
if [ -n "$q" ]; then
	# shellcheck disable=SC2086
	ENTRY=$entry BUILD=$ARM64_BUILD/build unshare --user --map-root-user \
		--mount --pid --fork --mount-proc sh in_ns $tests >results 2>err
	if [ $? = 77 ]; then
		cat err >&2
		# shellcheck disable=SC2086
		skip "$(echo $tests | wc -w)" \
			'this kernel has no binfmt_misc for a user namespace'
	else
		for t in $tests; do
			is "$(sed -n "s|^\([0-9]*\) $t\$|\1|p" results)" 0 \
				"$t under qemu-user" || sed -n "/ $(echo "$t" |
				sed 's|/|\\/|')\$/,/^[0-9]/{/^#.*not ok/,/^# ok/p}" results
		done
	fi
else
	echo 'SKIP arm64: qemu-user-static is not installed' >&2
	# shellcheck disable=SC2086
	skip "$(echo $tests | wc -w)" 'qemu-user-static is not installed'
fi

# --- on a kernel -----------------------------------------------------------
kernel=$(ls "$ARM64_BUILD"/root/boot/vmlinuz-* 2>/dev/null | tail -n 1)
if [ -n "$kernel" ] && command -v qemu-system-aarch64 >/dev/null &&
	command -v cpio >/dev/null; then
	mkdir -p root/bin root/etc root/proc root/sys root/run root/tmp root/dev \
		root/var/lib/reeve sv/off sv/default/contents.d
	for p in init svscan supervise rc rc-init rc-oneshotd log shutdown \
		shutdownd; do
		aarch64-linux-gnu-strip -o root/bin/reeve-$p "$bin/reeve-$p"
	done
	aarch64-linux-gnu-strip -o root/bin/guest \
		"$ARM64_BUILD/build/obj/tests/helpers/guest"
	ln -s bin/guest root/init
	ln -s reeve-shutdown root/bin/reeve-poweroff
	for i in 1 2 3; do
		mkdir -p sv/s$i
		echo longrun >sv/s$i/type
		printf '#!/bin/guest sleep\n' >sv/s$i/run
		chmod 755 sv/s$i/run
		: >sv/default/contents.d/s$i
	done
	# Powers off when the others are up.
	mkdir sv/off/dependencies.d
	echo longrun >sv/off/type
	printf '#!/bin/guest off\n' >sv/off/run
	chmod 755 sv/off/run
	for i in 1 2 3; do : >sv/off/dependencies.d/s$i; done
	: >sv/default/contents.d/off
	echo bundle >sv/default/type
	# The database is the same for every machine.
	reeve-rc-compile root/var/lib/reeve/db sv; is $? 0 'compiled here, for there'
	ln -s db root/var/lib/reeve/boot
	(cd root && find . | cpio -o -H newc --quiet | gzip -1 >../initramfs)
	timeout 120 qemu-system-aarch64 -M virt -cpu cortex-a57 -m 256 -no-reboot \
		-display none -nodefaults -serial file:console -kernel "$kernel" \
		-initrd initramfs -append 'console=ttyAMA0 quiet panic=-1' \
		</dev/null
	is $? 0 'a kernel of arm64 boots it and it powers off' ||
		tail -n 20 console | sed 's/^/# /'
	like "$(cat console)" 'all services ready' '... all services were ready'
	like "$(cat console)" 'reeve-init: poweroff' '... in order'
	not '... with no panic' grep -q 'Kernel panic' console
	echo "# $(grep -o 'all services ready.*' console | tr -d '\r')"
else
	echo 'SKIP arm64: no kernel, qemu-system-aarch64 or cpio: not booted' >&2
	skip 5 'no kernel, qemu-system-aarch64 or cpio'
fi
end
