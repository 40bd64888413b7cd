#!/bin/sh
# doc-examples.sh - the examples in the manual pages are run as written.
# TIMEOUT: 240
#
# In the source of a page, a comment before a display (.Bd ... .Ed) says what
# is done with it:
#   .\" RUN          lines "$ command" are typed, one after the other, with
#                    their continuation lines "> ..."; other lines show what
#                    comes out, and are not compared
#   .\" FILE path    the display is written to that file first
# and besides, invisible to readers:
#   .\" DO command   typed as well
#   .\" LIKE ere     what the last command printed matches this
#   .\" FAILS        the next command fails, as it should
#   .\" NEEDS prog   skip the page where the program is missing
#   .\" TREE name    run the page with its own REEVE_HOME below this name
# All of a page is one shell session in an empty directory, which is also
# the home directory, and each command must succeed.
. "$TESTS/lib.sh"

extract() {
	awk '
	function plain(s) {
		gsub(/\\&/, "", s); gsub(/\\-/, "-", s)
		gsub(/\\\(dq/, "\"", s); gsub(/\\\(aq/, "\047", s)
		gsub(/\\e/, "\\", s)
		return s
	}
	function say(kind, s) { print kind "\t" s }
	/^\.\\" (DO|LIKE|FAILS|NEEDS|TREE)/ {
		k = $2; s = $0; sub(/^\.\\" [A-Z]+ ?/, "", s); say(k, s); next }
	/^\.\\" RUN/ { mode = "run"; next }
	/^\.\\" FILE / { mode = "file"; say("FILE", $3); next }
	/^\.Bd/ && mode != "" { inside = 1; next }
	/^\.Ed/ && inside { inside = 0
		if (mode == "file") say("END", ""); mode = ""; next }
	inside && mode == "file" { say("LINE", plain($0)) }
	inside && mode == "run" {
		s = plain($0)
		if (s ~ /^\$ /) say("DO", substr(s, 3))
		else if (s ~ /^> /) say("MORE", substr(s, 3))
		else if (s == ">") say("MORE", "")
	}' "$1"
}

# A page becomes a script that prints "ok" or "not ok" lines itself.
script() {
	extract "$1" | awk -F'\t' '
	function q(s) { gsub(/\047/, "\047\\\047\047", s); return "\047" s "\047" }
	function flush() {
		if (cmd != "") print "step " want " " q(cmd)
		cmd = ""; want = 0
	}
	$1 == "DO" { next_want = fails + 0; fails = 0; flush()
		cmd = substr($0, 4); want = next_want; next }
	$1 == "MORE" { cmd = cmd "\n" substr($0, 6); next }
	{ flush() }
	$1 == "LIKE" { print "matches " q(substr($0, 6)) }
	$1 == "FAILS" { fails = 1 }
	$1 == "NEEDS" { print "needs " q($2) }
	$1 == "TREE" { print "home " q($2) }
	$1 == "FILE" { print "mkdir -p \"$(dirname " q($2) ")\"; : >" q($2); f = $2 }
	$1 == "LINE" { print "printf \047%s\\n\047 " q(substr($0, 6)) " >>" q(f) }
	END { flush() }'
}

cat >runner <<'END2'
step() { # step FAILS COMMAND
	if eval "$2" >"$OUT" 2>&1 </dev/null; then r=0; else r=$?; fi
	if [ "$1" = 0 ] && [ $r != 0 ]; then
		echo "not ok"; echo "$PAGE: exit $r: $2"; cat "$OUT"; exit 1
	elif [ "$1" = 1 ] && [ $r = 0 ]; then
		echo "not ok"; echo "$PAGE: did not fail: $2"; exit 1
	fi
}
matches() {
	grep -Eq -e "$1" "$OUT" && return
	echo "not ok"; echo "$PAGE: does not match: $1"; cat "$OUT"; exit 1
}
needs() { command -v "$1" >/dev/null || { echo "skip $1"; exit 0; }; }
home() { REEVE_HOME=$PWD/$1; export REEVE_HOME; }
END2

LC_ALL=C TZ=UTC NO_COLOR=1 PAGER=cat
export LC_ALL TZ NO_COLOR PAGER
for page in "$SRC"/doc/*.[1578]; do
	grep -q '^\.\\" RUN' "$page" || continue
	name=${page##*/}
	mkdir "$name"
	# A page is written for an ordinary user or for root; here the tree is
	# below HOME in any case, so that nothing of the machine is touched.
	{
		cat runner
		script "$page"
		echo 'echo done'
	} >"$name.sh"
	began=$(date +%s)
	out=$(cd "$name" && HOME=$PWD OUT=$PWD/../$name.out PAGE=$name \
		timeout 100 sh "../$name.sh" 2>&1)
	case $out in
	*done) is 'done' 'done' "$name: its examples run as written" ;;
	skip*) skip 1 "${out#skip } is not installed ($name)" ;;
	*) is "$out" 'done' "$name: its examples run as written" ;;
	esac
	took=$(($(date +%s) - began))
	# 15 minutes are for reading it.
	[ "$name" != reeve-tutorial.7 ] ||
		ok "the tutorial's commands took $took s" test $took -le 90
done
[ "${count:-0}" -gt 0 ] || skip 1 'no page has examples'
end
