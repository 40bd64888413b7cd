#!/bin/sh
# log/kill.sh - killed at any system call, start, rotation and end included,
# a log directory is repaired by the next start, of reeve-log or of s6-log:
# every line that was written is there, once, in order.
# TIMEOUT: 240
. "$TESTS/log/lib.sh"
need strace
strace -o /dev/null true 2>/dev/null || skip_all 'strace cannot trace here'
in_memory
top=$PWD

seq -f 'line %04g abcdefghijklmnopqrstuvwxyzabcdefghijklm' 1 240 >in

# What the directory holds, in order.
content() {
	set -- d/@*
	[ -e "$1" ] || shift
	[ ! -e d/current ] || set -- "$@" d/current
	# Also what is not compressed.
	gzip -cdf "$@"
}

# killed CALL N REPAIRER SCRIPT...: 0 if all is well.
killed() {
	k_call=$1 k_n=$1-$2 k_when=$2 k_repair=$3; shift 3
	rm -rf d
	strace -o trace -e trace="write,$k_call" \
		-e inject="$k_call":signal=SIGKILL:when="$k_when" \
		reeve-log n100 s4096 r50 "$@" ./d <"$top/in" 2>err
	k_r=$?
	# Bytes written to current before the kill: writes of lines.
	written=$(awk '/^write\([0-9]+, "line.* = [0-9]+$/ { n += $NF }
		END { print n + 0 }' trace)
	case $k_repair in
	s6) # a first start may fail for two archives of one name
		s6-log n100 s4096 ./d </dev/null 2>>err ||
		s6-log n100 s4096 ./d </dev/null 2>>err ;;
	*) reeve-log n100 s4096 r50 "$@" ./d </dev/null 2>>err ;;
	esac || { echo "# call $k_n: not repaired"; cat err; return 1; }
	content >got
	size=$(wc -c <got)
	cmp -s -n "$size" "$top/in" got || {
		echo "# call $k_n: not the lines as they were"; ls -l d; return 1
	}
	[ "$size" -ge "$written" ] || {
		echo "# call $k_n: $written bytes written, $size there"
		ls -l d; return 1
	}
	[ -x d/current ] && [ ! -e d/previous ] || {
		echo "# call $k_n: not clean"; ls -l d; return 1; }
	[ "$k_r" = 137 ] && kills=$((kills + 1))
	return 0
}

# every NAME STEP REPAIRER SCRIPT...: beside others, in a directory NAME.  All
# that comes before the logger touches ./d is one case: it is killed when it
# is about to.
every() {
	mkdir "$1" && cd "$1" || exit 111
	e_step=$2 e_who=$3; shift 3
	strace -o all reeve-log n100 s4096 r50 "$@" ./d <"$top/in"
	calls all >calls
	bad=0 kills=0
	while read -r call n times <&4; do
		while [ "$n" -le "$times" ]; do
			! share || killed "$call" "$n" "$e_who" "$@" ||
				bad=$((bad + 1))
			n=$((n + e_step))
		done
	done 4<calls
	echo "$bad $kills $e_who ($*)" >result
}

# What SIGKILL can lose is what one read has brought: all of it but a partial
# line is written before the next read.
seq -f 'line %06g abcdefghijklmnopqrstuvwxyz' 1 20000 >long
for script in n100 'n100 s8192' t 't +line'; do
	rm -rf d
	# shellcheck disable=SC2086
	cat long | strace -o trace -e trace=read,write reeve-log \
		$script ./d
	is "$(awk -v stamp="$(case $script in t*) echo 26 ;; *) echo 0 ;; esac)" '
		# Lines are 39 bytes, and their stamps.
		/^read\(0,.* = [0-9]+$/ {
			if (got - put / (39 + stamp) * 39 > 8192)
				bad++
			got += $NF
			if ($NF > 65536)
				bad++
		}
		/^write\([0-9]+, "(@|line)/ { put += $NF }
		END { print got, bad + 0 }' trace)" "$((20000 * 39)) 0" \
		"what was read is written before the next read ($script)"
done

# What a loss of power can take is synced before something else is removed
# for it: current, and what the processor made of it, each once.
rm -rf d
strace -o trace -e trace=fsync,fdatasync reeve-log n100 s4096 '!cat' ./d <in
archives=$(ls d | grep -c @)
is "$(grep -c 'sync(' trace)" $((3 * archives + 1)) \
	"three syncs for each rotation with a processor, $archives times"

run='own own-cat own-gzip'
every own 1 reeve >own.log 2>&1 &
every own-cat 1 reeve '!cat' >own-cat.log 2>&1 &
every own-gzip 2 reeve '%compress=gzip' >own-gzip.log 2>&1 &
if command -v s6-log >/dev/null; then
	run="$run s6 s6-cat"
	every s6 1 s6 >s6.log 2>&1 &
	every s6-cat 1 s6 '!cat' >s6-cat.log 2>&1 &
fi
wait
for r in $run; do
	grep '^#' $r.log
	read -r bad kills what <$r/result || what='did not come to its end'
	is "$bad" 0 "killed at $kills calls, repaired by $what"
	ok 'those were enough' test "$kills" -gt $((60 / parts))
done
[ -d s6 ] || skip 4 'no s6-log'
end
