#!/bin/sh
# bench/log.sh - the logger beside s6-log, svlogd, multilog and `cat >file'.
# SIZE of lines of 100 bytes (100M; 1G with REEVE_LONG=1) through a pipe, onto
# a tmpfs if there is one, TRIES times, the best one counts.  Ratios are to
# `cat' (CPU) and to the best peer (MB/s); calls are those of the logger.
tries=${TRIES:-3}
size=${SIZE:-${REEVE_LONG:+1G}}
case ${size:-100M} in
*[!0-9MG]*) echo "SIZE is like 300M or 1G, not $size" >&2; exit 100 ;;
*G) mb=$((${size%G} * 1000)) ;;
*) mb=${size:-100M}; mb=${mb%M} ;;
esac
uptime
mkdir work
mount -t tmpfs none work 2>/dev/null || echo "(no tmpfs: on disk)"
cd work || exit 1
line=$(printf '%099d' 0 | tr 0 'x')
yes "$line" | head -c 1000000 >mega
has() { command -v "$1" >/dev/null 2>&1; }

# input: mb times a megabyte, by large writes
input() {
	i=0
	while [ $i -lt "$mb" ]; do echo mega; i=$((i + 1)); done | xargs cat
}
seconds() { awk -v a="$1" -v b="$2" 'BEGIN { printf "%.2f", (b - a) / 1e9 }'; }

# run GROUP NAME COMMAND...: one row, the best of all tries.
run() {
	group=$1 name=$2; shift 2
	best='' try=0
	while [ $((try = try + 1)) -le "$tries" ]; do
		rm -rf d out svd; mkdir svd
		a=$(date +%s%N)
		input | bash -c 'times_of() { "$@"; }
			TIMEFORMAT="%U %S"; time "$@" >/dev/null' x "$@" \
			2>t
		b=$(date +%s%N)
		w=$(seconds "$a" "$b")
		c=$(tail -n 1 t | awk '{ printf "%.2f", $1 + $2 }')
		if [ -z "$best" ] || awk "BEGIN { exit !($w < ${best% *}) }"
		then best="$w $c"; fi
	done
	calls=-
	if has strace; then
		strace -f -c -o s "$@" <mega >/dev/null 2>&1 &&
			calls=$(awk '$NF == "total" { print $4 }' s)
		rm -rf d out svd; mkdir svd
	fi
	echo "$group $name $best $calls" >>table
	echo "$group $name: $best" >&2
}
: >table
run plain cat sh -c 'cat >out'
run plain reeve-log reeve-log n10 s1000000 ./d
has s6-log && run plain s6-log s6-log n10 s1000000 ./d
has multilog && run plain multilog multilog n10 s1000000 ./d
has svlogd && run plain svlogd svlogd svd
run t reeve-log reeve-log n10 s1000000 t ./d
has s6-log && run t s6-log s6-log n10 s1000000 t ./d
has multilog && run t multilog multilog t n10 s1000000 ./d
has svlogd && run t svlogd svlogd -t svd
run T reeve-log reeve-log n10 s1000000 T ./d
has s6-log && run T s6-log s6-log n10 s1000000 T ./d
has svlogd && run T svlogd svlogd -tt svd
run select reeve-log reeve-log n10 s1000000 -- '-^DEBUG' '-foo.*bar' t ./d
has s6-log && run select s6-log s6-log n10 s1000000 -- '-^DEBUG' \
	'-foo.*bar' t ./d
awk -v mb="$mb" '
{ g[NR] = $1; n[NR] = $2; w[NR] = $3; c[NR] = $4; s[NR] = $5 }
$2 == "cat" { cat = $4 }
$2 != "cat" && $2 != "reeve-log" && (!($1 in peer) || $3 < peer[$1]) {
	peer[$1] = $3
}
END {
	printf "%-8s %-10s %8s %8s %8s %10s %9s\n", "script", "logger",
		"MB/s", "CPU s", "CPU/cat", "/best peer", "calls/MB"
	for (i = 1; i <= NR; i++) {
		r = "-"
		if (g[i] in peer)
			r = sprintf("%.2f", peer[g[i]] / w[i])
		printf "%-8s %-10s %8.0f %8.2f %8.2f %10s %9s\n", g[i], n[i],
			mb / w[i], c[i], (cat > 0 ? c[i] / cat : 0), r, s[i]
	}
}' table

echo
echo "memory of an idle logger that has logged a line, kB anonymous:"
idle() {
	mkfifo f; rm -rf d svd; mkdir svd
	"$@" <f >/dev/null 2>&1 & p=$!
	exec 5>f; echo hello >&5; sleep 0.5
	awk -v n="$1" '/^Anonymous/ { k += $2 } END { printf "  %-12s %d\n", n, k }' \
		/proc/$p/smaps_rollup
	exec 5>&-; wait $p; rm f
}
idle reeve-log t ./d
has s6-log && idle s6-log t ./d
has multilog && idle multilog t ./d
has svlogd && idle svlogd -t svd

echo
echo "one line after another, each when the one before is in the file, µs:"
latency() {
	mkfifo f; rm -rf d svd; mkdir svd d
	l_file=$1; shift
	"$@" <f >/dev/null 2>&1 & p=$!
	exec 5>f; echo hello >&5
	until [ -s "$l_file" ]; do sleep 0.01; done
	printf '  %-12s %s\n' "$1" "$(logwait "$l_file" 2000 2>&1 >&5)"
	exec 5>&-; wait $p; rm f
}
if has logwait; then
	latency d/current reeve-log t ./d
	has s6-log && latency d/current s6-log t ./d
	has multilog && latency d/current multilog t ./d
	has svlogd && latency svd/current svlogd -t svd
fi

echo
echo "five lines, one each second, after a burst: µs until it is in the file;"
echo "and how often the logger was woken in that time (5 is none in between):"
woken() {
	mkfifo f; rm -rf d svd; mkdir svd d
	l_file=$1; shift
	"$@" <f >/dev/null 2>&1 & p=$!
	exec 5>f; cat mega >&5
	sleep 2.5
	a=$(sed -n 's/^voluntary_ctxt_switches:[^0-9]*//p' /proc/$p/status)
	t=$(logwait "$l_file" 5 1000 2>&1 >&5)
	sleep 0.5
	b=$(sed -n 's/^voluntary_ctxt_switches:[^0-9]*//p' /proc/$p/status)
	printf '  %-12s %-36s %s\n' "$1" "$t" $((b - a))
	exec 5>&-; wait $p; rm f
}
if has logwait; then
	woken d/current reeve-log n10 s1000000 t ./d
	has s6-log && woken d/current s6-log n10 s1000000 t ./d
	has multilog && woken d/current multilog n10 s1000000 t ./d
	has svlogd && woken svd/current svlogd -t svd
fi
