#!/bin/sh
# log/removed.sh - a log directory, or current, that is removed from under its
# logger is made again; where it cannot be, lines wait until it can.
. "$TESTS/log/lib.sh"
in_memory
mkfifo f
log() { # log SCRIPT...
	reeve-log "$@" <f 2>err & pid=$!
	exec 5>f
	echo begin >&5
}
# ticks_in FILE: write until a line comes to it
ticks_in() {
	n=0
	tick() { n=$((n + 1)); echo "tick $n" >&5; [ -s "$1" ]; }
	within 20 tick "$1"
}

for script in n1000 '!cat' t; do
	log n1000 s4096 r50 $script ./d
	within 9 test -s d/current
	rm -rf d
	ticks_in d/current;		is $? 0 "a removed directory is made again ($script)"
	is "$(grep -c 'd was removed: it is made again' err)" 1 'said once'
	is "$(stat -c %a d)" 2700 'with its mode'
	reeve-log ./d </dev/null 2>err2; is $? 111 'and locked'
	like "$(cat err2)" "locked by another logger \(pid $pid\)" 'by it'
	echo mark >&5
	seq -f 'line %04g abcdefghijklmnopqrstuvwxyzabcdefghijklm' 1 500 >want
	cat want >&5
	exec 5>&-; wait $pid;		is $? 0 'the end is as always'
	cat d/@* d/current | { [ $script = t ] && cut -c27- || cat; } |
		sed '1,/^mark$/d' | cmp - want
	is $? 0 'nothing is lost after it'
	ok 'rotation works' test "$(find d -name '@*.s' | wc -l)" -gt 3
	rm -rf d

	log n1000 s4096 r50 $script ./d
	within 9 test -s d/current
	seq 1000 >&5
	within 9 sh -c 'ls d | grep -q @'
	rm d/current
	ticks_in d/current;		is $? 0 "a removed current ($script)"
	ok 'the archives stay' sh -c 'ls d | grep -q @'
	is "$(grep -c 'd/current was removed: it is made again' err)" 1 'said once'
	exec 5>&-; wait $pid;		is $? 0 'the end is as always'
	rm -rf d
done

# Told to rotate at once.
log n1000 s4096 r50 ./d
within 9 test -s d/current
rm -rf d
kill -ALRM $pid
ok 'removed, and told to rotate: made again' within 20 test -e d/current
exec 5>&-; wait $pid;			is $? 0 'in good order'
rm -rf d

# While a processor runs there.
printf '#!/bin/sh\necho >../started; sleep 1; cat\n' >slow; chmod 755 slow
log n1000 s4096 r50 '!../slow' ./d
seq 2000 >&5
within 9 test -e started
rm -rf d
ticks_in d/current;			is $? 0 'removed while a processor runs'
exec 5>&-; wait $pid;			is $? 0 'in good order'
rm -rf d

# It cannot be made again.
mkdir p
log n1000 s4096 r50 ./p/d
within 9 test -s p/d/current
rm -rf p; : >p
said() { echo before >&5; grep -q 'unable to make the log directory' err; }
within 20 said;				is $? 0 'it cannot be made: said'
seq 1 3000 >&5 & w=$!
slept=$(sleeps $pid)
again() { [ "$(sleeps $pid)" -ge $((slept + 3)) ]; }
within 10 again;			is $? 0 'tried again'
is "$(grep -c 'unable to make the log directory' err)" 1 'said once'
rm p; mkdir p
within 20 grep -q 'working again' err;	is $? 0 'it can: said'
wait $w
exec 5>&-; wait $pid;			is $? 0 'it goes on'
seq 1 3000 >want
cat p/d/@* p/d/current | grep -v before | cmp - want
is $? 0 'lines have waited'

# Nothing of this costs a call for each line.
if strace -o /dev/null true 2>/dev/null; then
	rm -rf d
	strace -o trace reeve-log ./d </dev/null
	none=$(grep -c 'stat[a-z0-9]*(' trace)
	{ for i in 1 2 3 4 5 6 7 8 9; do seq 100; sleep 0.05; done; } |
		strace -o trace reeve-log ./d
	ok 'no call for each line' test \
		"$(grep -c 'stat[a-z0-9]*(' trace)" -lt $((none + 6))
fi
end
