#!/bin/sh
# log/basic.sh - reeve-log writes, stamps, rotates and keeps every line.
. "$TESTS/lib.sh"

seq -f 'line %05g abcdefghijklmnopqrstuvwxyz' 1 3000 >in
all() { cat "$1"/@* "$1/current"; }

"${P}log" n100 s10000 ./a <in;		is $? 0 'it ends with its input'
all a | cmp -s - in;			is $? 0 'all lines, in order'
ok 'it was rotated' test "$(ls a | grep -c '^@.*\.s$')" -gt 5
ok 'current is marked whole' test -x a/current

"${P}log" n100 s10000 t ./t <in
all t | cut -c27- | cmp -s - in;	is $? 0 'TAI64N: the lines'
like "$(all t | head -n 1)" '^@4000000[0-9a-f]{17} line' 'the stamp'
"${P}log" T ./T <in
like "$(all T | head -n 1)" \
	'^20..-..-.. ..:..:..\.[0-9]{9}  line' 'ISO: the stamp'

"${P}log" n3 s5000 ./n <in
is "$(ls n | grep -c @)" 3 'n: so many archives'
tail -n 5 in >want; tail -n 5 n/current >got
cmp -s got want;			is $? 0 'the newest are kept'

printf 'x\n' | "${P}log" -d3 1 3>ready
is "$(od -An -c ready | tr -d ' ')" '\n' 'readiness'
"${P}log" -d3 1 3>&- 2>/dev/null </dev/null;	is $? 100 'a closed fd'

mkfifo f
# Debian's s6-log has no -t yet.
patient='-t 0'; [ "$P" = reeve- ] || patient=
"${P}log" $patient -d3 ./term <f 3>running & pid=$!
exec 4>f
within 5 test -s running
printf 'one\ntwo\n' >&4; printf 'thr' >&4
kill -TERM $pid
printf 'ee\n' >&4
wait $pid;				is $? 0 'TERM ends it'
is "$(cat term/current)" "one
two
three" 'after what was written before, and the partial line'
exec 4>&-
end
