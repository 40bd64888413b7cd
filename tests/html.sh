#!/bin/sh
# html.sh - `make html' builds every page with its pictures, and no link in it
# leads nowhere.
# ONCE
. "$TESTS/lib.sh"
need mandoc
out=$(sh "$SRC/doc/build-html" html 2>err);	is $? 0 'it is built' || show err
is "$out" html/index.html 'it says where'
for page in "$SRC"/doc/*.[1578]; do
	name=${page##*/}
	[ -s "html/$name.html" ] && grep -q "\"$name.html\"" html/index.html ||
		echo "$name"
done >missing
is "$(cat missing)" '' 'every page is there, and in the index'
is "$(grep -ohE 'href="reeve[^"#]*\.html' html/*.html | cut -d'"' -f2 | sort -u |
	while read -r f; do [ -e "html/$f" ] || echo "$f"; done)" '' \
	'no link to a page that does not exist'
if command -v dot >/dev/null; then
	for dot in "$SRC"/doc/pictures/*.dot; do
		svg=$(basename "$dot" .dot)
		ok "$svg is a picture" grep -q '</svg>' "html/$svg.svg"
		ok "and shown in its page" grep -q "id=\"${svg##*.}\".*<img src=\"$svg.svg\"" \
			"html/${svg%.*}.html"
	done
else
	skip 12 'graphviz is not installed'
fi
end
