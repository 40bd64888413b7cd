#!/bin/sh
# compat/s6-names.sh - the installer of s6's names links what we have, says
# what to use instead of the rest, and touches nothing of others.
. "$TESTS/lib.sh"

mkdir bin d
for p in svc rc linux-init-hpr supervise; do
	printf '#!/bin/sh\necho "$0 $*"\n' >bin/reeve-$p
	chmod +x bin/reeve-$p
	ln -s ../bin/reeve-$p d/
done
names() { sh "$SRC/tools/s6-names" d reeve reeve-svc reeve-rc reeve-linux-init-hpr reeve-supervise; }
ok 'it runs' names
for p in s6-svc s6-rc s6-linux-init-hpr; do
	is "$(readlink d/$p)" "reeve-${p#s6-}" "$p is a link"
done
is "$(d/s6-svc -u x)" 'd/s6-svc -u x' 'that can be called'
# Every name of Debian's package is provided for.
if [ -e /var/lib/dpkg/info/s6.list ]; then
	is "$(sed -n 's,^.*/bin/,,p' /var/lib/dpkg/info/s6.list | sort -u |
		while read -r n; do [ -e d/$n ] || echo $n; done |
		grep -v '^reeve-')" '' 'all names of Debian'"'"'s s6 are there'
else
	skip 1 'no list of Debian'"'"'s s6'
fi
for p in d/*; do
	[ -h "$p" ] && continue
	"$p" -h x >out 2>err; r=$?
	[ "$r $(wc -c <out) $(wc -l <err)" = '100 0 1' ] && grep -q 'Reeve does not have' err
	ok "${p#d/} says what to use" [ $? = 0 ]
done
echo mine >d/s6-svc.txt; rm d/s6-svdt; echo mine >d/s6-svdt
rm d/s6-svok; ln -s /usr/bin/other d/s6-svok
names 2>err
is "$(cat d/s6-svdt)" mine 'a file of someone else stays'
is "$(readlink d/s6-svok)" /usr/bin/other 'so does a link'
is "$(wc -l <err)" 2 'and that is said'
sh "$SRC/tools/s6-names" d reeve reeve-svc reeve-svperms
is "$(readlink d/s6-svperms)" reeve-svperms 'a program that came later is linked'
not 'one that went is not' test -h d/s6-rc
sh "$SRC/tools/s6-names" 2>/dev/null;	is $? 100 'no argument is misuse'
end
