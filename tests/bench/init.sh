#!/bin/sh
# bench/init.sh - reeve-init as the first process of a container: one process
# against tini, dumb-init and catatonit; ten services against s6-svscan.
# Boot: from clone to the exec of the last process.  Stop: from TERM to the
# end.  Medians of 30.  MUSL_BUILD names a static build (default build-musl
# below the source); MULTI_BUILD one with --enable-multicall.
command -v asinit >/dev/null 2>&1 || { echo 'SKIP bench/init: make units first'; exit 0; }
[ "$(id -u)" = 0 ] || { echo 'SKIP bench/init: needs root'; exit 0; }
: "${MUSL_BUILD:=$SRC/build-musl}" "${MULTI_BUILD:=$SRC/build-multi}"
mkfifo fifo
stamp="$(command -v asinit) stamp $PWD/fifo"
export REEVE_SOURCES="$PWD/none" REEVE_STATE="$PWD/none"

row() { # row NAME ROUNDS STAMPS COMMAND...
	_n=$1 _r=$2 _s=$3; shift 3
	# shellcheck disable=SC2046
	set -- $(asinit "$_r" "$_s" fifo "$@" 2>err) ||
		{ echo "$_n failed: $(cat err)"; return; }
	[ -n "$5" ] || { echo "$_n failed: $(cat err)"; return; }
	printf '%-26s %9s %9s %12s %12s\n' "$_n" "$1" "$2" "$3" "$4"
}
head_line() {
	printf '%-26s %9s %9s %12s %12s\n' "$1" 'boot ms' 'stop ms' \
		'pid 1 Pss kB' 'all Pss kB'
}

# Programs without debugging information, as they are installed.
strip_to() { # strip_to BUILD DIR
	mkdir -p "$2"
	for p in init init-alone svscan supervise rc rc-init rc-oneshotd; do
		[ -x "$1/bin/reeve-$p" ] && strip -o "$2/reeve-$p" "$1/bin/reeve-$p"
	done
}
strip_to "$BUILD" dyn
[ -x "$MUSL_BUILD/bin/reeve-init" ] && strip_to "$MUSL_BUILD" static
unset REEVE_BIN

head_line 'one process'
# shellcheck disable=SC2086
{
row 'nothing between' 30 1 $stamp
[ ! -d static ] || row 'reeve-init, static' 30 1 "$PWD/static/reeve-init" $stamp
row 'reeve-init' 30 1 "$PWD/dyn/reeve-init" $stamp
for p in tini tini-static dumb-init catatonit; do
	if command -v $p >/dev/null; then row $p 30 1 $p -- $stamp
	else echo "SKIP $p: not installed"; fi
done
}

# Ten services, each of the last five needs one of the first.
for i in 1 2 3 4 5 6 7 8 9 10; do
	mkdir -p sv/s$i sv/default/contents.d
	echo longrun >sv/s$i/type
	printf '#!/bin/sh\nexec %s\n' "$stamp" >sv/s$i/run
	chmod +x sv/s$i/run
	: >sv/default/contents.d/s$i
	mkdir -p plain/s$i
	cp sv/s$i/run plain/s$i/
	if [ $i -gt 5 ]; then
		mkdir sv/s$i/dependencies.d
		: >sv/s$i/dependencies.d/s$((i - 5))
	fi
done
echo bundle >sv/default/type
"$BUILD/bin/reeve-rc-compile" db sv || exit 1
mkdir state; ln -s ../db state/boot
export REEVE_STATE="$PWD/state"
echo
head_line 'ten services'
[ ! -d static ] || {
	REEVE_BIN=$PWD/static row 'reeve-init, static' 30 10 "$PWD/static/reeve-init"
}
REEVE_BIN=$PWD/dyn row 'reeve-init' 30 10 "$PWD/dyn/reeve-init"
if command -v s6-svscan >/dev/null; then
	row 's6-svscan, no order' 30 10 sh -c \
		'cp -r plain /run/s; exec s6-svscan /run/s'
else echo 'SKIP s6-svscan: not installed'; fi
if command -v runsvdir >/dev/null; then
	row 'runsvdir, no order' 30 10 sh -c \
		'cp -r plain /run/s; trap "" TERM; exec runsvdir -P /run/s'
else echo 'SKIP runsvdir: not installed'; fi
echo

# A kernel, in qemu without acceleration: its own time is the larger part.
boots() {
	. "$TESTS/lib.sh"
	. "$TESTS/init/qemu.sh"
	qemu_ready
	mkdir -p root/bin root/proc root/sys root/run root/dev root/tmp \
		root/var/lib/reeve
	for p in init svscan supervise rc rc-init rc-oneshotd log shutdownd; do
		strip -o "root/bin/reeve-$p" "$MUSL_BUILD/bin/reeve-$p"
	done
	strip -o root/bin/guest "$MUSL_BUILD/obj/tests/helpers/guest"
	ln -s bin/guest root/init
	for d in sv/s*; do printf '#!/bin/guest sleep\n' >"$d/run"; done
	"$BUILD/bin/reeve-rc-compile" root/var/lib/reeve/db sv
	ln -s db root/var/lib/reeve/boot
	(cd root && find . | cpio -o -H newc --quiet | gzip -1 >../initramfs)
	: >disk.img
	truncate -s 1M disk.img
	for i in 1 2 3; do
		machine
		ready && grep -o 'all services ready: .*' console |
			sed "s/all services ready/boot $i, ten services/"
		kill $qemu
		wait $qemu 2>/dev/null
	done
}
(TEST=bench/init; P=reeve-; boots)
echo
# Of the same skalibs as the static build, if nobody has made one.
if [ ! -x "$MULTI_BUILD/bin/reeve-multicall" ] &&
	[ -x "$MUSL_BUILD/bin/reeve-init" ]; then
	ska=$(sed -n 's/^CPPFLAGS = .*-I\([^ ]*\)\/include.*/\1/p' \
		"$MUSL_BUILD/config.mak")
	mkdir multi-build
	(cd multi-build && CC=musl-gcc "$SRC/configure" --enable-static \
		--enable-multicall --with-skalibs="$ska" && make -s -j2 all) \
		>multi.log 2>&1 && MULTI_BUILD=$PWD/multi-build
fi
if [ -x "$MULTI_BUILD/bin/reeve-multicall" ]; then
	strip -o multi "$MULTI_BUILD/bin/reeve-multicall"
	echo "image, all programs in one static executable: $(stat -c %s multi) bytes"
else echo 'SKIP image size: no multicall build'; fi
