#!/bin/sh
# rc/lock-in-time.sh - the wait for another switch counts for --timeout.
. "$TESTS/lib.sh"
. "$TESTS/helpers/tree.sh"
definitions
reeve up >/dev/null 2>&1 || bail 'reeve up'
longrun db <<-EOF
	: >$PWD/begun
	until test -e $PWD/go; do sleep 0.02; done
	echo >&3
	exec sleep 1000
EOF
reeve-switch -q & switch=$!
within 10 test -e begun || bail 'the switch does not start db'
for c in switch 'switch --abort' rollback; do
	# shellcheck disable=SC2086
	timeout 20 reeve-switch -t 300 $c >out 2>&1
	is $? 10 "$c: it is not waited for longer than asked"
	like "$(cat out)" "waiting for the change in progress .pid $switch" "$c: for whom"
	like "$(cat out)" 'out of time: the change in progress' "$c: why it ends"
done
reeve-switch --no-block >out 2>&1
is $? 111 'nor at all with --no-block'
: >go
wait $switch;			is $? 0 'the other goes on'
reeve down >/dev/null
end
