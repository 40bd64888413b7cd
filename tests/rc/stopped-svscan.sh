#!/bin/sh
# rc/stopped-svscan.sh - an svscan that does nothing: --timeout is the time for
# all that a switch waits for, and what is said of it is true.
. "$TESTS/lib.sh"
. "$TESTS/helpers/tree.sh"
definitions
reeve up >/dev/null 2>&1 || bail 'reeve up'
scan=$(pgrep -o -x reeve-svscan)
new() { echo "exec sleep $2" | longrun "$1"; : >"t/sv/default/contents.d/$1"; }
new one 1010
kill -STOP "$scan"
timeout 20 reeve-switch -t 1500 >out 2>&1
is $? 12 'a new service that nobody supervises: undone' || show out
like "$(cat out)" 'one: not supervised in time' 'it is waited for as long as asked'
like "$(cat out)" 'timed out after 1500 ms' 'which is what is said'
ok 'what runs is whole' within 10 reeve status --check
kill -CONT "$scan"
ok 'when it goes on all can be done' reeve-switch -q
is "$(state one)" running 'it runs'

# --- one goes
rm -r t/sv/one t/sv/default/contents.d/one
kill -STOP "$scan"
timeout 20 reeve-switch -t 5000 >out 2>&1
is $? 0 'a service goes without svscan' || show out
kill -CONT "$scan"
reeve down >/dev/null 2>&1
end
