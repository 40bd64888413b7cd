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

# --- reeve up waits for it, too
reeve start -t 60 slow >/dev/null 2>&1 & start=$!
starts() { [ "$(state slow)" = starting ]; }
within 10 starts || bail 'slow does not start'
reeve up >out 2>&1;		is $? 0 'reeve up waits for a start'
like "$(cat out)" 'waiting for the change in progress .pid [0-9]*' 'and says so'
wait $start;			is $? 0 'which is not disturbed'

# --- a lock that cannot be opened is nobody's change
as='setpriv --reuid=65534 --regid=65534 --clear-groups'
if [ "$(id -u)" = 0 ] && $as true 2>/dev/null; then
	chmod 755 . t t/live
	chmod 600 t/live/lock
	$as timeout 10 reeve-rc -l "$PWD/t/live" start web >out 2>&1
	is $? 111 'the lock of another user'
	not 'is not waited for' grep -q 'waiting for the change' out
	like "$(cat out)" 'Permission denied' 'and the reason is given' || show out
else
	skip 3 'there is no other user here'
fi
reeve down >/dev/null
end
