#!/bin/sh
# security/hardened.sh - what reads the bytes of others as root is linked
# harder than the rest, where the compiler can: configure decides, and
# doc/design.md has the numbers.
. "$TESTS/lib.sh"
command -v readelf >/dev/null || skip_all 'readelf is not installed'
how=$(sed -n 's/^EXPOSED_LDFLAGS = *//p' "$BUILD/config.mak")
grep -q '^MULTICALL = yes' "$BUILD/config.mak" && skip_all 'one executable is each of them'
few='reeve-init reeve-shutdownd reeve-rc-oneshotd reeve-rc reeve-socklog s6-sudod s6-ipcserverd'
case $how in
-Wl,-z,now)
	for p in $few reeve-svscan reeve-supervise reeve-log reeve-init-alone; do
		like "$(readelf -d "$BUILD/bin/$p")" 'NOW' "$p looks all symbols up at the start"
	done
	is "$(readelf -d "$BUILD/bin/reeve-setuidgid" | grep -c BIND_NOW)" 0 'what scripts chain does not' ;;
-static-pie)
	for p in $few; do
		like "$(readelf -h "$BUILD/bin/$p")" 'Type: *DYN' "$p is a PIE"
	done ;;
*) skip_all 'this compiler, or configure --without-hardening, has neither' ;;
esac
end
