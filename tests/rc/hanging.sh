#!/bin/sh
# rc/hanging.sh - a oneshot's script that hangs, up or down, without a time
# limit: the switch says for what it waits, a limit of its own ends it, and one
# that was left behind by an interrupted switch is named by the next.
. "$TESTS/lib.sh"
. "$TESTS/helpers/rc.sh"
place
n=0
hang() { # hang SCRIPT: it hangs until ./go is there
	n=$((n + 1))
	echo "sh -c \": $n; echo \$\$ >$D/hangs; until [ -e $D/go ]; do sleep 0.02; done\"" \
		>"$sv/shot/$1"
}
hangs() { [ -s hangs ]; }
said() { grep -Eq "$1" out; }
cut_off() { # a switch that hangs, and is interrupted twice
	rm -f hangs go
	reeve-switch >out 2>&1 & p=$!
	within 20 hangs || bail "nothing hangs: $(cat out)"
	kill -INT $p
	within 10 said 'asking for nothing more' || bail 'it is not interrupted'
	kill -INT $p
	wait $p
}
oneshot $sv shot
longrun $sv a
bundle $sv default shot a
scanned home/service
ok 'a set' sw
generation=$(live)

# --- up
hang up
sw -t 1000; is $? 12 'an up script that hangs is ended by a limit'
like "$(cat out)" 'unable to start service shot: timed out after ' 'which is said'
is "$(live)" "$generation" 'and the switch undone'
rm -f hangs go
reeve-switch >out 2>&1 & p=$!
within 20 hangs || bail 'it does not run'
ok 'without one it is said after a while' \
	within 20 said "service shot: its up script .pid $(cat hangs). runs for 10 s now, and has no time limit; waiting"
like "$(cat out)" 'timeout-up of its definition, or --timeout' 'with what would end it'
like "$(reeve status shot | tr '\n' ' ')" "shot +starting .*shot: its up script runs .pid $(cat hangs)." \
	'and status shows it'
: >go
wait $p; is $? 0 'it ends, and the switch is done'

# --- left by an interrupted switch
hang up
cut_off; is $? 13 'a switch that hangs is interrupted'
like "$(cat out)" 'not finished: run it again to finish it, or with --abort' \
	'with what can be done'
pid=$(cat hangs)
sw -t 1000; is $? 111 'the next one has a limit, too'
like "$(cat out)" "timed out: the script of shot .pid $pid., left by an earlier change, is still running .kill -- -$pid ends it" \
	'and names what runs'
like "$(cat out)" 'not switched; nothing was touched' 'and that it did nothing'
reeve-switch >out 2>&1 & p=$!
ok 'without a limit it says for what it waits' \
	within 20 said "waiting for the script of shot .pid $pid., of an earlier change"
kill -- -"$pid"
ok 'that ends as is said there' within 10 no_process "$pid"
rm -f hangs; : >go
wait $p; is $? 0 'then it goes on'
is "$(reeve-rc -l $l -a list | sort | tr '\n' ' ')" 'a shot ' 'all is up'

# --- down
echo true >$sv/shot/up; hang down
ok 'a set with a down script that will hang' sw
generation=$(live)
echo true >$sv/shot/down
rm go
sw -t 1000; is $? 10 'it hangs: not switched'
like "$(cat out)" 'unable to stop service shot: timed out after' 'as it was too slow'
like "$(cat out)" 'if a down script cannot be mended: --ignore-down' \
	'with what can be done (2)'
is "$(live)" "$generation" 'nothing is switched'
is "$(reeve-rc -l $l -a list | sort | tr '\n' ' ')" 'a shot ' 'all is up (2)'
cut_off; is $? 14 'interrupted while it hangs'
like "$(cat out)" 'cut off with 1 services left to stop' 'that is said'
pid=$(cat hangs)
sw -t 1000 --ignore-down; is $? 111 'it runs still'
kill -- -"$pid"
within 10 no_process "$pid"
# It is run again, and ends by itself this time: a limit for all of it that the
# script used up would leave nothing for the start.
: >go
ok 'when it has been ended' sw --ignore-down
not 'the switch is done' [ "$(live)" = "$generation" ]
is "$(reeve-rc -l $l -a list | sort | tr '\n' ' ')" 'a shot ' 'all is up (3)'
end
