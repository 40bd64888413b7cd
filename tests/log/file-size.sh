#!/bin/sh
# log/file-size.sh - a limit on the size of files (RLIMIT_FSIZE) neither ends
# the logger nor loses a line: current is rotated there, and where that does
# not help the logger waits, as for a full disk.
# TIMEOUT: 90
. "$TESTS/log/lib.sh"
in_memory
need prlimit

seq -f 'line %04g abcdefghijklmnopqrstuvwxyzabcdefghijklm' 1 2000 >in
content() { # DIR: all of it, in order
	c_d=$1
	set -- "$c_d"/@*
	[ -e "$1" ] || shift
	gzip -cdf "$@" "$c_d/current"
}
# limited BYTES COMMAND...
limited() { l_n=$1; shift; prlimit --fsize="$l_n" "$@"; }

for script in n1000 t 'n1000 +line' '!cat' '%compress=gzip' %full=drop-oldest; do
	rm -rf d
	# shellcheck disable=SC2086
	limited 10010 timeout 20 reeve-log n1000 s90000 r20 $script ./d <in 2>err
	is $? 0 "a limit of 10010 bytes ($script): ends well"
	content d | { [ "$script" = t ] && cut -c27- || cat; } | cmp - in
	is $? 0 'loses and doubles nothing'
	is "$(tail -qc 1 d/@* | tr -d '\n' | wc -c)" "$(case $script in
		%c*) for f in d/@*; do echo; done | wc -l ;; *) echo 0 ;; esac)" \
		'every file ends with a line'
	is "$(grep -c RLIMIT_FSIZE err)" 1 'it is said once'
	is "$(grep -c unable err)" 0 'and nothing fails'
	[ "$script" = %compress=gzip ] ||
		ok 'the files are of that size' test "$(find d -size +9900c \
			! -size +10000c | wc -l)" -gt 4
done
rm -rf d
limited 10000 reeve-log n1000 s8192 ./d <in 2>err
is "$? $(cat err)" '0 ' 'a limit that is not reached is not spoken of'

# Lines longer than the limit: they are continued in the next file.
for n in 1 2 3 4 5; do
	head -c 7000 /dev/zero | tr '\0' $n; echo; echo "after $n"
done >long
for script in n1000 t; do
	rm -rf d
	limited 3000 reeve-log n1000 s90000 $script ./d <long 2>err
	is $? 0 "lines longer than the limit ($script)"
	content d | { [ "$script" = t ] && sed 's/@[0-9a-f]\{24\} //' || cat; } |
		cmp - long
	is $? 0 'no byte is lost'
done

# A processor that needs more than there may be.
rm -rf d
limited 10010 timeout 20 reeve-log n1000 s90000 r20 '?cat; exec cat ../in' ./d <in 2>err
is $? 0 'a processor that writes too much'
content d | cmp - in;			is $? 0 'is done without'
ok 'which is said' grep -q 'may not write so large a file' err

# None may be written at all, and then they may again.
rm -rf d; mkfifo ff said
cat said >err &
prlimit --fsize=0: reeve-log n1000 s90000 r20 ./d <ff 2>said & pid=$!
exec 5>ff
cat in >&5
within 10 grep -q 'File too large' err;	is $? 0 'a limit of nothing: said'
slept=$(sleeps $pid)
tried_again() { [ "$(sleeps $pid)" -ge $((slept + 3)) ]; }
within 10 tried_again;			is $? 0 'tried again'
is "$(grep -c 'File too large' err)" 1 'said once'
prlimit --pid $pid --fsize=20000:
within 10 grep -q 'working again' err;	is $? 0 'more is allowed: said'
exec 5>&-
wait $pid;				is $? 0 'it goes on'
content d | cmp - in;			is $? 0 'nothing is lost'

# Its other places, and its own messages.
rm -rf d
limited 2000 reeve-log n1000 2 1 =status ./d <in >out 2>err
is $? 0 'alerts, standard output and a status file'
is "$(tail -n 1 in)" "$(head -n 1 status)" 'go on'
content d | cmp - in;			is $? 0 'nothing is lost'

# A processor begins with the signal as it is for everybody.
rm -rf d
# shellcheck disable=SC2016 # for the shell of the processor
limited 10000 reeve-log n1000 s4096 \
	'?grep SigIgn /proc/self/status >../ignored; cat' ./d <in
is "$(cut -f 2 ignored)" "$(sed -n 's/^SigIgn:.//p' /proc/self/status)" \
	'a processor ignores no signal'
end
