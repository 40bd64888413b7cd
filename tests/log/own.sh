#!/bin/sh
# log/own.sh - what reeve-log does beyond s6-log: JSON, syslog, bounds on all
# of a directory, rate limit, joined lines, rotation by time.
. "$TESTS/lib.sh"
TZ=UTC; export TZ
seq -f 'line %04g abcdefghijklmnopqrstuvwxyzabcdefghijklm' 1 1000 >in

# --- JSON
printf 'a "quoted" \\ back\ttab\001\377\n' | reeve-log %service=web j 1 >out
like "$(cat out)" '^\{"time":"20[0-9-]{8}T[0-9:]{8}\.[0-9]{9}Z","service":"web","text":"a \\"quoted\\" \\\\ back\\ttab\\u0001.*"\}$' 'a JSON object'
mkdir -p sv/db-log sv/api/log
(cd sv/db-log && echo x | reeve-log j 1) >out
like "$(cat out)" '"service":"db"' 'the name by the directory NAME-log'
(cd sv/api/log && echo x | reeve-log pq j 1) >out
like "$(cat out)" '"service":"api","prefix":"q"' 'and NAME/log; the prefix'
if command -v python3 >/dev/null; then
	head -c 20000 /dev/urandom | reeve-log j 1 >out
	ok 'any bytes make valid JSON' python3 -c 'import json,sys
for l in open(sys.argv[1], encoding="utf-8"): json.loads(l)' out
else
	skip 1 'no python3'
fi

# --- syslog
unixrecv dgram >got & within 5 test -S dgram
printf 'hello\nworld\n' | reeve-log %service=web %priority=local0.err \
	%syslog=dgram
within 5 sh -c '[ "$(wc -l <got)" = 2 ]'
like "$(head -n 1 got)" \
	'^<131>1 20[0-9-]{8}T[0-9:]{8}\.[0-9]{6}Z [^ ]+ web - - - hello$' \
	'RFC 5424 in a datagram'
unixrecv -s stream >got & within 5 test -S stream
printf 'hello\n' | reeve-log %service=web %syslog=stream
within 5 test -s got
like "$(cat got)" '^[0-9]+ <30>1 .* web - - - hello$' \
	'and with its length to a stream'
head -n 3 in | reeve-log ./d1 %syslog=nobody 2>err;	is $? 0 'nobody there'
head -n 3 in | cmp -s - d1/current;	is $? 0 'holds up nothing'
like "$(cat err)" '3 lines were not sent to nobody' 'and is counted'
mkfifo f
reeve-log ./d2 %syslog=late 2>err <f & pid=$!
exec 5>f
echo one >&5
within 5 grep -q 'unable to send to late' err
unixrecv late >got 5>&- &
within 5 test -S late
echo two >&5
within 5 sh -c '[ "$(wc -l <got)" = 2 ]';	is $? 0 'kept until it is there'
exec 5>&-; wait $pid

# --- bounds
reeve-log n1000 s8192 %total=40k ./total <in
bytes() { cat "$1"/@* "$1/current" | wc -c; }
ok '%total: not more' test "$(bytes total)" -le 40960
ok 'and not much less' test "$(bytes total)" -ge 24000
cat total/@* total/current | tail -n 50 | cmp -s - d1/x 2>/dev/null
tail -n 50 in >want; cat total/@* total/current | tail -n 50 | cmp -s - want
is $? 0 'the newest are there'
reeve-log n3 s8192 %total=400k ./total2 <in
is "$(ls total2 | grep -c @)" 3 'n holds besides'
reeve-log n2 s8192 %compress=gzip ./gz <in
is "$(ls gz | grep -c '@.*\.s\.gz$')" 2 'n counts compressed archives'

# --- rate
{ head -n 500 in; } | reeve-log %rate=100/1h ./rate
is "$(grep -c ^line rate/current)" 100 '%rate: so many lines'
is "$(tail -n 1 rate/current)" \
	'reeve-log: 400 lines dropped (limit: 100 lines per 3600000 ms)' \
	'and how many were dropped'
reeve-log %rate=2/300ms ./rate2 <f & pid=$!
exec 5>f
head -n 5 in >&5
within 5 grep -q '3 lines dropped' rate2/current
is $? 0 'said when the time is over, without more input'
echo again >&5
within 5 grep -q again rate2/current;	is $? 0 'and accepts again'
exec 5>&-; wait $pid

# --- joined lines
printf 'Exception: x\n  at a\n\tat b\nnext\n  more\n' >trace
reeve-log %join ./join j ./joinj <trace
is "$(cat join/current)" 'Exception: x\n  at a\n	at b
next\n  more' '%join: records'
like "$(head -n 1 joinj/current)" \
	'"text":"Exception: x\\n  at a\\n\\tat b"\}$' 'newlines in JSON'
is "$(reeve-log '%join= | ' 1 <trace | tail -n 1)" 'next |   more' \
	'%join=TEXT'
reeve-log %join ./join2 <f & pid=$!
exec 5>f
printf 'first\n  second\n' >&5
within 5 grep -q second join2/current;	is $? 0 'waits not for ever'
exec 5>&-; wait $pid
{ printf 'a\n'; seq -f '  %03g' 1 100; } | reeve-log -l 50 %join 1 >out
ok 'a record is bounded' test "$(awk 'length > 100' out | wc -l)" = 0
is "$(sed 's/\\n/\n/g' out | wc -l)" 101 'and nothing is lost'

# --- R
reeve-log R1 ./r <f & pid=$!
exec 5>f
echo one >&5
within 5 sh -c 'ls r | grep -q @';	is $? 0 'R: rotated by time'
sleep 1.3
is "$(ls r | grep -c @)" 1 'but not when empty'
exec 5>&-; wait $pid

# --- at rest: after a burst memory is given back once, and then nothing wakes
# it; also with the beginning of a line in the buffer.
if strace -o /dev/null true 2>/dev/null; then
	for last in '' part; do
		rm -rf idle trace
		strace -o trace -e trace=poll,ppoll,read,madvise reeve-log t \
			./idle <f & pid=$!
		exec 5>f
		{ head -n 1000 in; printf '%s' "$last"; } >&5
		within 9 sh -c '[ "$(grep -c DONTNEED trace)" = 2 ]'
		is $? 0 "memory is given back (${last:-whole lines})"
		before=$(wc -l <trace)
		sleep 1.5
		is "$(wc -l <trace)" "$before" 'and nothing wakes it after'
		echo x >&5
		within 5 sh -c 'tail -n 1 idle/current | grep -q x'
		sleep 1.5
		is "$(sed -n "$((before + 1)),\$p" trace | grep -c '^read(0')" 1 \
			'but a line'
		is "$(($(wc -l <trace) - before))" 2 'once'
		exec 5>&-; wait $pid
		tail -n 1 idle/current | grep -q "${last}x$"
		is $? 0 'which is whole'
	done
else
	skip 10 'strace cannot trace here'
fi

# --- stop, alarm
reeve-log -p ./p <f & pid=$!
exec 5>f
echo one >&5
within 5 test -s p/current
kill -TERM $pid; kill -ALRM $pid
within 5 sh -c 'ls p | grep -q @';	is $? 0 'ALRM rotates; TERM with -p'
kill -HUP $pid; wait $pid;		is $? 0 'HUP ends it'
exec 5>&-

# --- places
reeve-log 1 ./both <in >/dev/full 2>err;	is $? 0 'a broken stdout'
like "$(cat err)" 'standard output.*giving it up' 'is said'
cat both/@* both/current 2>/dev/null | cmp -s - in; is $? 0 'others go on'
{ reeve-log 1 ./slow <in; } | { sleep 0.5; cat; } | cmp -s - in
is $? 0 'a slow reader of stdout'
reeve-log ./d1 <f 2>err & pid=$!
exec 5>f
echo mine >&5
within 5 grep -qx mine d1/current	# so it has the lock
reeve-log ./d1 </dev/null 2>err2;	is $? 111 'a directory in use is refused'
like "$(cat err2)" 'locked by another logger \(pid [0-9]+\)' 'by whom'
exec 5>&-; wait $pid

mkdir gone
reeve-log =gone/s ./d3 <f 2>err3 & pid=$!
exec 5>f
rmdir gone
head -n 3 in >&5
within 5 grep -q 'unable to write gone/s (trying again' err3
is $? 0 'a status file that cannot be written is said'
exec 5>&-
within 10 sh -c "! kill -0 $pid";	is $? 0 'and holds up no end'
wait $pid;				is $? 0 'which is in order'
like "$(cat err3)" 'gone/s is left as it was' 'what it lacks is said'
head -n 3 in | cmp -s - d3/current;	is $? 0 'others have the lines'

# --- descriptors: what a processor gets
reeve-log n9 s4096 '?readlink /proc/self/fd/* >>../fds; cat' ./fds.d <in \
	3</dev/null 2>/dev/null
is "$(grep -c 'lock$' fds)" 0 'a processor does not get the lock'
is "$(grep -c 'current$' fds)" 0 'nor current'
ok 'but state' grep -q 'fds.d/state$' fds
end
