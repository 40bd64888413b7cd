#!/bin/sh
# doc.sh - what a program says of its options (--help), its man page and the
# shell completion agree, for every program and every subcommand of reeve.
# PART 3
. "$TESTS/lib.sh"

# Options of a --help text: "-x" and "--long", one a line.
help_options() {
	sed -n '/^Options:/,/^[^ ]/p' | awk '
	/^  (-[^ ]|    --)/ {
		for (i = 1; i <= 2 && i <= NF; i++) {
			o = $i; sub(/,$/, "", o); sub(/[=\[].*/, "", o)
			if (o ~ /^-[^-]$/ || o ~ /^--./) print o
			if ($i !~ /,$/) break
		}
	}' | sort -u
}

# Options of an mdoc page, from its list items; with a second argument only
# those of that subsection (.Ss).  A subsection whose title names programs,
# as "halt, poweroff, reboot", is about those.
page_options() {
	awk -v ss="${2-}" '
	function fl(from,   i, on) {
		on = 0
		for (i = from; i <= NF; i++) {
			if ($i == "Fl") { on = 1; continue }
			if ($i ~ /^(Ar|Ns|Op|Oo|Oc|Cm|Ic|Li|No|Xo|Xc|Pa|Ql)$/) {
				on = 0; continue }
			if ($i == "," || $i == "|") continue
			if (on) print "-" $i
		}
	}
	$1 == ".Sh" || $1 == ".Ss" { inside = 0
		if ($1 == ".Ss") { t = $0; sub(/^.Ss */, "", t)
			gsub(/"/, "", t); inside = (t == ss) } }
	$1 == ".Sh" || $1 == ".Ss" { others = $1 == ".Ss" && ss == "" &&
		/^.Ss [a-z]+(, [a-z]+)+$/ }
	(ss != "" && !inside) || others { next }
	$1 == ".It" && $2 == "Xo" { xo = 1; fl(3); next }
	xo && $1 == ".Xc" { xo = 0 }
	xo && $1 == ".Fl" { $1 = "Fl"; fl(1) }
	$1 == ".It" && $2 == "Fl" { fl(2) }
	' "$1" | sort -u
}

page_of() {
	for _s in 1 8; do
		[ -f "$SRC/doc/$1.$_s" ] && { echo "$SRC/doc/$1.$_s"; return; }
	done
}

# Compare: program, its --help, page, subsection of the page.
compare() {
	if [ ! -s help ]; then
		is "no Options: in $1 --help" options "$1: --help explains"
		return
	fi
	page_options "$3" "${4-}" >page
	if cmp -s help page; then
		is 0 0 "$1: --help and ${3##*/} name the same options"
	else
		is "$(diff help page | sed -n 's/^</in --help only:/p;s/^>/in the page only:/p')" \
			'' "$1: --help and ${3##*/} name the same options"
	fi
	# A name of s6 may be that of s6's own program.
	case $1 in s6-*|ucspilogd) return ;; esac
	if [ -n "$bash" ]; then
		# shellcheck disable=SC2086
		"$bash" "$TESTS/helpers/complete.bash" \
			"$SRC/tools/front/completion/reeve.bash" $1 - 2>/dev/null |
			sort -u >offered
		is "$(comm -23 help offered | tr '\n' ' ')" '' \
			"$1: completion offers every option"
	fi
}

bash=$(command -v bash)
[ -n "$bash" ] || echo "SKIP completion: bash is not installed" >&2

for p in "$BUILD"/bin/*; do
	p=${p##*/}
	[ "$p" = reeve-multicall ] && continue
	"$p" --help >text 2>&1 </dev/null
	is $? 0 "$p --help exits 0"
	is "$(awk 'length > 80' text)" '' "$p --help fits into 80 columns"
	help_options <text >help
	# A program whose name is a link has the page of what it links to,
	# unless it has one of its own.
	page=$(page_of "$p")
	if [ -z "$page" ]; then
		is missing "doc/$p.1" "$p has a man page"
		continue
	fi
	[ "$p" = reeve ] || compare "$p" text "$page"
	"$p" --version >text 2>&1 </dev/null
	is "$? $(cut -d' ' -f1,2 text)" "0 $p (reeve)" "$p --version"
done

# The subcommands of reeve itself, and what they share.
if command -v reeve >/dev/null; then
	reeve help --list | awk -F'\t' '{print $1 "\t" $2}' >subs
	while IFS='	' read -r sub by; do
		[ "$by" = reeve ] || continue
		reeve "$sub" --help >text 2>&1 </dev/null
		is "$(awk 'length > 80' text)" '' \
			"reeve $sub --help fits into 80 columns"
		help_options <text >help
		compare "reeve $sub" text "$SRC/doc/reeve.1" "reeve $sub"
	done <subs
	"$bash" "$TESTS/helpers/complete.bash" \
		"$SRC/tools/front/completion/reeve.bash" reeve '' 2>/dev/null |
		sort -u >offered
	is "$(cut -f1 subs | sort -u | comm -23 - offered | tr '\n' ' ')" '' \
		'completion offers every subcommand of reeve'
	is "$(sed -n 's/^\.Ss reeve \([a-z-]*\)$/\1/p' "$SRC/doc/reeve.1" |
		sort -u | comm -23 - offered | tr '\n' ' ')" '' \
		'every subcommand in reeve(1) exists'
	while IFS='	' read -r sub by; do
		like "$(grep -c -e "^\.Ss reeve $sub\$" -e "^\.It Ic $sub\b" \
			"$SRC/doc/reeve.1")" '^[1-9]' "reeve(1) describes $sub"
	done <subs
fi

# Every message that reeve-troubleshooting(7) explains can really appear.
find "$SRC/lib" "$SRC/supervise" "$SRC/svscan" "$SRC/rc" "$SRC/log" \
	"$SRC/init" "$SRC/tools" -name '*.c' -exec cat {} + |
	tr '\n\t' '  ' | sed 's/"  *"//g' >sources
sed -n 's/^\.It Sy "\(.*\)"$/\1/p' "$SRC/doc/reeve-troubleshooting.7" |
	while read -r m; do
		grep -qF -e "$m" sources || echo "$m"
	done >stale
is "$(cat stale)" '' 'reeve-troubleshooting(7) quotes messages that exist'
end
