#!/bin/sh
# dist.sh - one version, said by every program; make dist gives the same bytes
# twice, and from its own tarball without git; the tarball builds.
# ONCE
. "$TESTS/lib.sh"

v=$(cat "$SRC/VERSION")
like "$("$BUILD/bin/reeve" --version)" "^reeve \\(reeve\\) $v( \\(commit [0-9a-f]{12}\\+?\\))?\$" \
	'reeve --version says the number, and of a checkout the commit'
is "$(for p in svc init-alone log; do "$BUILD/bin/reeve-$p" --version | sed 's/^[^)]*)//'; done | sort -u | wc -l)" \
	1 'and every program says the same'

if ! tar --version 2>/dev/null | grep -q GNU || ! command -v xz >/dev/null; then
	skip 5 'make dist needs GNU tar and xz'
	end
fi
sh "$SRC/tools/dist" one >out 2>&1;	is $? 0 'make dist'
t=reeve-$v.tar.xz
(cd one && sha256sum -c -s "$t.sha256" 2>/dev/null || sha256sum -c --quiet "$t.sha256")
is $? 0 'its checksum is right'
tar -xf "one/$t";	is "$(ls -A "reeve-$v" | grep -c '^\.git$')" 0 'it holds no repository'
find "reeve-$v" -type f -newermt "@$(($(stat -c %Y "reeve-$v/VERSION") + 1))" >newer
is "$(cat newer)" '' 'every file has one time'
sh "reeve-$v/tools/dist" two >out 2>&1
cmp "one/$t" "two/$t" >diff 2>&1;	is $? 0 'from the tarball, without git: the same bytes'
is "$(sh "reeve-$v/tools/version")" "$v" 'a build of it says the number alone'
end
