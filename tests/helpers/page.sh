# page.sh - the commands of a manual page as a script.  Included by the tests
# of pages.  There is nothing in a page for them that its readers do not see.
# shellcheck shell=sh

# page_script PAGE: the script, on standard output.  It prints "done", or what
# went wrong.  $NOT_RUN has commands that are left out, one a line.
page_script() {
	cat <<'END2'
# step COMMAND SHOWN: it succeeds, and prints that.  Who reads is slower than
# a script: where a command only looks, it is given time to see it.
step() {
	printf '%s\n' "$2" >"$OUT.shown"
	tries=100
	case $1 in
	'reeve status'*|'reeve logs'*|'docker exec '*' status'*) ;;
	*) tries=1 ;;
	esac
	while :; do
		if eval "$1" >"$OUT" 2>&1 </dev/null; then r=0; else r=$?; fi
		if [ $r = 0 ] && [ -z "$2" ]; then return; fi
		[ $r != 0 ] || ! awk -f "$TESTS/helpers/shown.awk" "$OUT.shown" \
			"$OUT" >"$OUT.missing" || return 0
		tries=$((tries - 1))
		[ $tries -gt 0 ] || break
		sleep 0.1
	done
	[ $r = 0 ] && cat "$OUT.missing" || echo "exit $r"
	echo "of: $1"; cat "$OUT"; exit 1
}
trap 'reeve down >/dev/null 2>&1' EXIT
END2
	awk -f "$TESTS/helpers/page.awk" "$1" | awk -F'\t' '
	function q(s) { gsub(/\047/, "\047\\\047\047", s); return "\047" s "\047" }
	function flush() {
		if (cmd != "" && !(cmd in left_out))
			print "step " q(cmd) " " q(shown)
		cmd = shown = ""
	}
	BEGIN { n = split(ENVIRON["NOT_RUN"], a, "\n")
		while (n) left_out[a[n--]] = 1 }
	$1 == "DO" { flush(); cmd = substr($0, 4); next }
	$1 == "MORE" { cmd = cmd "\n" substr($0, 6); next }
	$1 == "SHOWN" { shown = shown (shown == "" ? "" : "\n") substr($0, 7); next }
	{ flush() }
	$1 == "FILE" { f = "\"" $2 "\""
		print "mkdir -p \"$(dirname " f ")\"; : >" f }
	$1 == "LINE" { print "printf \047%s\\n\047 " q(substr($0, 6)) " >>" f }
	END { flush(); print "echo done" }'
}
# page_needs PAGE: the first word of its commands that is not installed.
page_needs() {
	awk -f "$TESTS/helpers/page.awk" "$1" | sed -n 's/^DO	\([a-z-]*\).*/\1/p' |
		sort -u | while read -r _word; do
			command -v "$_word" >/dev/null || { echo "$_word"; break; }
		done
}
# page_home DIR: run the rest of this shell on a machine of its own, as far as
# files go: what is in /etc is copied, the rest begins empty.
page_home() {
	cp -a /etc "$1/etc" 2>/dev/null
	mount --bind "$1/etc" /etc && for _d in /var/lib /var/log /run; do
		mount -t tmpfs -o mode=755 none $_d || return 1
	done
}
