#!/bin/sh
# rc/props.sh - reeve-explain and reeve-definition(5) say the same of every
# file, and every file that is listed is known to the compiler.
. "$TESTS/lib.sh"
reeve-explain --mdoc >items
sed -n '/^\.Ss All files$/,/^\.Sh FILES$/p' "$SRC/doc/reeve-definition.5" |
	sed '1,2d;$d' | sed '$d' >page
is "$(diff items page)" '' 'reeve-definition(5) has the items of reeve-explain --mdoc'
# Those of each type are listed in front of them.
sed -n '/^\.Ss By type$/,/^\.El$/p' "$SRC/doc/reeve-definition.5" | awk '
	$1 == ".It" { t = $0; sub(/^[^"]*"/, "", t); sub(/"$/, "", t) }
	$1 == ".Pa" { print t ": " $2 }' | sort >page
reeve-explain --list | awk '{ n = $1; $1 = ""; sub(/^ /, "")
	t = $0 == "every service" ? "Every type" : $0 == "longrun, oneshot" ?
		"A longrun or a oneshot" : $0 == "beside the services" ?
		"Beside the services" : "A " $0
	print t ": " n }' | sort >items
is "$(diff items page)" '' 'and a list of them by type'
like "$(reeve-explain sv/web/contents.d/)" '^contents.d  \(bundle' 'a path will do'
reeve-explain enviroment 2>err; is $? 1 'an unknown name: 1'
like "$(cat err)" 'did you mean environment' 'the nearest is said'
is "$(reeve-explain --list | awk '{print $1}' | LC_ALL=C sort -c 2>&1)" '' 'they are in order'
# A file of each kind: none is unknown to the compiler.
mkdir -p sv/l sv/o sv/b
for t in longrun oneshot bundle; do
	d=sv/$(echo $t | cut -c 1); echo $t >$d/type; [ $t = longrun ] || : >$d/contents
	reeve-explain --list | grep -E "$t|every" | awk '{print $1}' | while read -r p; do
		[ -e $d/$p ] || : >$d/$p
	done
done
reeve-rc-compile -v2 out sv 2>&1 | grep unknown >unknown
is "$(cat unknown | grep 'unknown file')" '' 'the compiler knows them all'
end
