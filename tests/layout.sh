#!/bin/sh
# layout.sh - the tree is what CONTRIBUTING says: includes go one way, every
# program has a page and a test, every page passes mandoc's lint and refers
# only to pages that exist, exported names carry their module.
# ONCE
. "$TESTS/lib.sh"
cd "$SRC" || exit 111

# allowed FOLDER: folders that its files may include from
allowed() {
	case $1 in
	lib) echo lib ;;
	supervise) echo lib supervise ;;
	log) echo lib log ;;
	svscan) echo lib supervise svscan ;;
	rc) echo lib supervise svscan rc ;;
	init) echo lib supervise svscan rc init ;;
	tools) echo lib supervise svscan rc log tools ;;
	esac
}
for d in lib supervise svscan rc log init tools; do
	[ -d $d ] || continue
	pat=$(allowed $d | tr ' ' '|')
	is "$(grep -rnE '^#include "[a-z]+/' --include='*.[ch]' $d |
		grep -vE "#include \"($pat)/")" '' \
		"$d/ includes only from: $(allowed $d)"
done

has_test() {
	# Tests write ${P}svok, the whole name, or the name in s6.
	grep -rlqE -e "(\\\$\{P\}|\\\$P|reeve-|s6-)${1#reeve-}([^a-z0-9-]|\$)" \
		tests/*/*.sh tests/*.sh 2>/dev/null
}
for p in "$BUILD"/bin/*; do
	p=${p##*/}
	[ "$p" = reeve-multicall ] && continue
	ok "$p has a man page" sh -c "ls doc/$p.[18] >/dev/null 2>&1"
	[ "$p" = reeve ] || ok "$p has a test" has_test "$p"
done

if command -v mandoc >/dev/null; then
	for m in doc/*.[1578]; do
		is "$(mandoc -Tlint -W style "$m" 2>&1 |
			grep -v -e 'referenced manual not found' -e 'mandoc.db' \
				-e 'operating system explicitly specified')" '' \
			"lint of $m"
	done
else
	skip 1 'mandoc is not installed'
fi
# A reference to one of our own pages must not dangle.
is "$(grep -hE '^\.Xr reeve' doc/*.[1578] | awk '{print $2 "." $3}' |
	sed 's/[,.;:)]*$//' | sort -u |
	while read -r x; do [ -e "doc/$x" ] || echo "$x"; done)" '' \
	'every page that is referred to exists'
end
