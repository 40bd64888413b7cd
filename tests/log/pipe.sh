#!/bin/sh
# log/pipe.sh - what is in the pipe of a pipeline is kept when the producer,
# the logger and both of their supervises are killed at once.
. "$TESTS/lib.sh"
[ "$P" = reeve- ] || skip_all 's6 has no pipes without a holder'
[ -d /proc/self/fd ] || skip_all 'no /proc to look into'
top=$PWD
mkdir scan
service scan/out <<END
trap 'exit 0' TERM
[ -e "$top/written" ] || seq -f 'line %g' 1 1000
: >"$top/written"
while :; do sleep 0.1; done
END
service scan/log <<END
exec reeve-log t $top/d
END
: >scan/log/down
for s in out log; do echo '0 0' >scan/$s/backoff; done
echo "$top/pipe" >scan/out/stdout-fifo
echo ../../pipe >scan/log/stdin-fifo
supervise_of() { pgrep -o -P "$scan_pid" -f "^[^ ]*reeve-supervise $1\$"; }
kill_all() { # kill_all NAME...: their supervises, and what they run, at once;
	# and wait until they are gone, so that a svok speaks of the next one
	k_all=
	for k_n; do
		k_all="$k_all $(supervise_of "$k_n")"
		k_pid=$(field "scan/$k_n" pid)
		[ "$k_pid" -gt 0 ] && k_all="$k_all $k_pid"
	done
	# shellcheck disable=SC2086
	kill -KILL $k_all
	for k_pid in $k_all; do within 10 sh -c "! kill -0 $k_pid"; done
}
held() { find "/proc/$scan_pid/fd" -lname "$top/pipe" | grep -q .; }
free() { ! held; }
logged() { cut -c27- d/current | cmp -s - want; }
seq -f 'line %g' 1 1000 >want

scanned scan 2>>err
within 10 test -e written;		is $? 0 'lines are in the pipe'
within 10 reeve-svok scan/log
ok 'svscan holds the pipe' held
kill_all out log
within 10 up scan/out;			is $? 0 'the producer is back'
within 10 reeve-svok scan/log && reeve-svc -u scan/log
within 10 logged;			is $? 0 'and the logger finds the lines'

# The same after svscan has become a new program.
reeve-svc -wD -T 9000 -d scan/log
rm -rf d written
kill_all out
within 10 test -e written
reeve-svscanctl --reexec scan;		is $? 0 'svscan becomes a new program'
within 10 reeve-svscanctl -z scan
within 10 held;				is $? 0 'which holds the pipe as well'
kill_all out log
within 10 reeve-svok scan/log && reeve-svc -u scan/log
within 10 logged;			is $? 0 'so nothing is lost then'

# An entry that goes is not held.
reeve-svc -wD -T 9000 -d scan/log
mv scan/log gone
reeve-svscanctl -an scan
within 10 free;				is $? 0 'that of a gone entry is not'
kill -TERM "$scan_pid"
wait "$scan_pid";			is $? 0 'and svscan ends'
end
