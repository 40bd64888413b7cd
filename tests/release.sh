#!/bin/sh
# release.sh - what tools/release offers: built twice, the same bytes; the
# programs run from wherever they are unpacked; the overlay has s6's programs
# where s6-overlay has them; checksums and SBOM hold.
# ONCE
# LONG
# TIMEOUT: 900
. "$TESTS/lib.sh"

v=$(cat "$SRC/VERSION")
command -v musl-gcc >/dev/null || { skip 8 'musl-gcc is not installed'; end; }
sh "$SRC/tools/release" one x86_64 >out 2>err;	is $? 0 'a release'
[ -e one/SHA256SUMS ] || { tail err; bail 'no release was made'; }
(cd one && sha256sum --quiet -c SHA256SUMS) >out 2>&1;	is $? 0 'its checksums are right'
sh "$SRC/tools/release" two x86_64 >out 2>err
is "$(cd two && sha256sum --quiet -c ../one/SHA256SUMS 2>&1)" '' \
	'built again: the same bytes'
mkdir here
tar -C here -xf "one/reeve-$v-x86_64.tar.xz"
is "$(here/usr/bin/reeve --version)" "reeve (reeve) $v" 'its reeve says its version'
is "$(file -b here/usr/bin/reeve-multicall 2>/dev/null | grep -c 'not stripped')" 0 'stripped'
mkdir -p home/sv/hello home/sv/default/contents.d
echo 'sleep 1000' >home/sv/hello/command
echo bundle >home/sv/default/type; : >home/sv/default/contents.d/hello
REEVE_HOME=$PWD/home here/usr/bin/reeve up >out 2>&1;	is $? 0 'a tree runs from where it was unpacked'
REEVE_HOME=$PWD/home here/usr/bin/reeve down >out 2>&1;	is $? 0 'and ends'
mkdir there
tar -C there -xf "one/reeve-overlay-$v-x86_64.tar.xz"
is "$(there/command/s6-svscan --help | head -n 1 | cut -d ' ' -f 2)" s6-svscan \
	'/command has the s6 names'
is "$(python3 -c 'import json,sys
for f in sys.argv[1:]: json.load(open(f))' one/*.spdx.json 2>&1)" '' 'each SBOM is JSON'
end
