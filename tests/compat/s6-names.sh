#!/bin/sh
# compat/s6-names.sh - the installer of s6's names links what we have, says
# what to use instead of the rest, and touches nothing of others.
. "$TESTS/lib.sh"

mkdir bin d
for p in reeve-svc reeve-rc s6-linux-init-hpr reeve-supervise s6-fdholder-list; do
	printf '#!/bin/sh\necho "$0 $*" # %%s (reeve)\n' >bin/$p
	chmod +x bin/$p
done
ln -s ../bin/reeve-svc ../bin/reeve-rc ../bin/reeve-supervise d/
names() {
	sh "$SRC/tools/s6-names" d reeve reeve-svc reeve-rc s6-linux-init-hpr \
		reeve-supervise s6-fdholder-list
}
ok 'it runs' names
for p in s6-svc s6-rc; do
	is "$(readlink d/$p)" "reeve-${p#s6-}" "$p is a link"
done
ok 'what has no other name is the program' cmp bin/s6-linux-init-hpr d/s6-linux-init-hpr
is "$(d/s6-linux-init-hpr -r)" 'd/s6-linux-init-hpr -r' 'that can be called'
is "$(readlink d/s6-fdholder-listc)" s6-fdholder-list 'one with two names is a link'
is "$(d/s6-svc -u x)" 'd/s6-svc -u x' 'that can be called'
# Every name of Debian's package is provided for.
if [ -e /var/lib/dpkg/info/s6.list ]; then
	mkdir all
	# shellcheck disable=SC2046
	(cd "$BUILD" && sh "$SRC/tools/s6-names" "$OLDPWD/all" $(cd bin && ls))
	is "$(sed -n 's,^.*/bin/,,p' /var/lib/dpkg/info/s6.list | sort -u |
		while read -r n; do [ -h all/$n ] || [ -e all/$n ] || echo $n
		done)" '' 'all names of Debian'"'"'s s6 are there'
else
	skip 1 'no list of Debian'"'"'s s6'
fi
for p in d/*; do
	[ -h "$p" ] && continue
	[ ! -e "bin/${p#d/}" ] || continue
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
echo mine >d/s6-linux-init-hpr; names 2>/dev/null
is "$(cat d/s6-linux-init-hpr)" mine 'nor is a program put over another'
sh "$SRC/tools/s6-names" d reeve reeve-svc reeve-svperms 2>/dev/null
is "$(readlink d/s6-svperms)" reeve-svperms 'a program that came later is linked'
not 'one that went is not' test -h d/s6-rc
sh "$SRC/tools/s6-names" 2>/dev/null;	is $? 100 'no argument is misuse'
end
