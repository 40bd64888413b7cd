#!/bin/sh
# log/kill.sh - killed at any system call, start, rotation and end included,
# a log directory is repaired by the next start, of reeve-log or of s6-log:
# every line that was written is there, once, in order.
# TIMEOUT: 240
. "$TESTS/lib.sh"
need strace
strace -o /dev/null true 2>/dev/null || skip_all 'strace cannot trace here'

seq -f 'line %04g abcdefghijklmnopqrstuvwxyzabcdefghijklm' 1 240 >in

# What the directory holds, in order.
content() {
	for c_f in d/@* d/current; do
		[ -e "$c_f" ] || continue
		case $c_f in
		*.gz) zcat "$c_f" ;;
		*) cat "$c_f" ;;
		esac
	done
}

# killed CALL N REPAIRER SCRIPT...: 0 if all is well.
killed() {
	k_call=$1 k_n=$1-$2 k_when=$2 k_repair=$3; shift 3
	rm -rf d
	strace -o trace -e trace=all -e inject="$k_call":signal=SIGKILL:when="$k_when" \
		reeve-log n100 s4096 r50 "$@" ./d <in 2>err
	k_r=$?
	# Bytes written to current before the kill: writes of lines.
	written=$(sed -n 's/^write([0-9]*, "line.* = \([0-9]*\)$/\1/p' trace |
		awk '{ n += $1 } END { print n + 0 }')
	case $k_repair in
	s6) # a first start may fail for two archives of one name
		s6-log n100 s4096 ./d </dev/null 2>>err ||
		s6-log n100 s4096 ./d </dev/null 2>>err ;;
	*) reeve-log n100 s4096 r50 "$@" ./d </dev/null 2>>err ;;
	esac || { echo "# call $k_n: not repaired"; cat err; return 1; }
	content >got
	size=$(wc -c <got)
	head -c "$size" in | cmp -s - got || {
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

# every REPAIRER STEP SCRIPT...
every() {
	e_who=$1 e_step=$2; shift 2
	rm -rf d
	strace -o all reeve-log n100 s4096 r50 "$@" ./d <in
	sed -n 's/^\([a-z0-9_]*\)(.*/\1/p' all | sort | uniq -c >calls
	bad=0 kills=0
	while read -r times call <&4; do
		n=1
		while [ $n -le "$times" ]; do
			killed "$call" $n "$e_who" "$@" || bad=$((bad + 1))
			n=$((n + e_step))
		done
	done 4<calls
	is $bad 0 "killed at $kills calls, repaired by $e_who ($*)"
	ok 'those were enough' test $kills -gt 60
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

step=1
every reeve 1
every reeve $step '!cat'
every reeve $((step * 2)) '%compress=gzip'
if command -v s6-log >/dev/null; then
	every s6 $step
	every s6 $step '!cat'
else
	skip 4 'no s6-log'
fi
end
