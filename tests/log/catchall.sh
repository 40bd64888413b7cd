#!/bin/sh
# log/catchall.sh - reeve-catchall keeps the messages of services without a
# logger and of the scanner.
. "$TESTS/lib.sh"
service scan/noisy <<'END'
echo hello from noisy
echo and an error >&2
exec sleep 1000
END
REEVE_LOGS=$PWD/logs; export REEVE_LOGS
reeve-catchall scan >out 2>err & pid=$!
within 10 grep -q 'hello from noisy' logs/catch-all/current
is $? 0 'standard output of a service'
within 10 grep -q 'and an error' logs/catch-all/current
is $? 0 'its standard error'
reeve-svc -r scan/s6-svscan-log
reeve-svc -r scan/noisy
within 10 sh -c '[ "$(cat logs/catch-all/* | grep -c hello)" = 2 ]'
is $? 0 'also while the logger is restarted'
within 5 sh -c 'reeve-logs catch-all | grep -q hello'
is $? 0 'reeve logs catch-all shows it'
is "$(cat out)" '' 'nothing goes elsewhere'
kill -QUIT $pid; wait $pid;	is $? 0 'SIGQUIT ends all'
ok 'the log is whole' test -x logs/catch-all/current
reeve-catchall 2>/dev/null;	is $? 100 'no scan directory'
reeve-catchall -D "it's here" scan2 & pid=$!
within 10 test -s scan2/s6-svscan-log/supervise/status
within 10 test -e "it's here/lock";	is $? 0 'a quote in the name'
kill -QUIT $pid; wait $pid

# SIGTERM: the logger stays for the last words, and then all is over.
service scan3/last <<'END'
trap 'sleep 0.3; echo last words; exit 0' TERM
echo begun
while :; do sleep 0.05; done
END
reeve-catchall scan3 >out 2>err & pid=$!
within 10 grep -q begun logs/catch-all/current
kill -TERM $pid
within 10 sh -c '! reeve-svscanctl -z scan3'
is $? 0 'SIGTERM ends all' && { wait $pid; is $? 0 'and the scanner exits 0'; }
ok 'what was written last is there' grep -q 'last words' logs/catch-all/current
ok 'the log is whole then too' test -x logs/catch-all/current
not 'no supervise is left' sh -c 'reeve-svok scan3/s6-svscan-log ||
	reeve-svok scan3/last'
is "$(cat out)" '' 'again nothing goes elsewhere'
end
