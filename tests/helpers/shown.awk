# shown.awk - does a program print what a page shows?  First file: the lines
# shown, second: what came out.  They have to come in that order; between them
# there may be others.  Numbers, times, identities and the width of columns
# may differ; "..." stands for anything.  Exit 1, and the first line that did
# not come.
function same(s) {
	gsub(/[0-9a-f][0-9a-f][0-9a-f][0-9a-f][0-9a-f][0-9a-f][0-9a-f][0-9a-f][0-9a-f][0-9a-f][0-9a-f][0-9a-f]+/, "0", s)
	gsub(/(Mon|Tue|Wed|Thu|Fri|Sat|Sun) /, "", s)
	gsub(/(Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec) /, "", s)
	gsub(/[0-9]+/, "0", s)
	gsub(/[ \t]+/, " ", s)
	sub(/^ /, "", s); sub(/ $/, "", s)
	return s
}
function fits(line, want,   i, n, part, at) {
	n = split(want, part, /\.\.\./)
	if (n < 2) return line == want
	for (i = 1; i <= n; i++) {
		sub(/^ /, "", part[i])
		if (part[i] == "") continue
		at = index(line, part[i])
		if (!at || (i == 1 && at != 1)) return 0
		line = substr(line, at + length(part[i]))
	}
	return part[n] == "" || line == ""
}
NR == FNR { if ($0 != "...") want[++n] = $0; next }
at < n && fits(same($0), same(want[at + 1])) { at++ }
END { if (at < n) { print "not shown: " want[at + 1]; exit 1 } }
