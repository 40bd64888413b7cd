#!/bin/sh
# rc/exactly-once.sh - a script of a oneshot runs once for each request, whoever
# is killed while it runs: the daemon (during start, stop, restart, a switch
# with and without going back) or the updater; and one rerun ends it.
# TIMEOUT: 180
. "$TESTS/lib.sh"
. "$TESTS/helpers/tree.sh"
. "$TESTS/helpers/once.sh"
[ "$P" = reeve- ] || skip_all 'for our own names'
built_with SUBREAPER || skip_all 'how a script ended is not known here'
once_set
reeve up >/dev/null || bail 'reeve up fails'

# killed COMMAND...: the daemon, while the script that it starts runs.
killed() {
	hold o
	"$@" >out 2>&1 & client=$!
	within 20 held o || bail "no script runs: $(cat out)"
	kill -KILL "$(reeve-svstat -o pid "$RUNNER")"
	release o
	wait $client
	is $? 0 "the daemon is killed during: $*" || cat out
	is "$(once_faults o)" '' 'never twice, and never two at once'
}
killed reeve stop o
killed reeve start o
killed reeve restart o
new_version o
killed reeve switch
new_version p
killed reeve switch --no-rollback
is "$(state o)" 'done' 'it is up at the end'

# The updater is killed: the next one waits for the script.
for how in '' --abort; do
	new_version o
	hold o
	reeve switch >out 2>&1 & client=$!
	within 20 held o
	kill -KILL $client $(pgrep -f '[r]eeve-switch')
	wait $client 2>/dev/null
	# shellcheck disable=SC2086
	reeve switch $how >out2 2>&1 & again=$!
	release o
	wait $again
	is $? 0 "the updater is killed, then: switch $how" || cat out2
	is "$(once_faults o)" '' 'never twice, and never two at once'
done
reeve switch >out 2>&1;	is $? 0 'one more switch'
reeve down >out 2>&1;	is $? 0 'down'
is "$(once_faults o p)" '' 'as often down as up'
end
