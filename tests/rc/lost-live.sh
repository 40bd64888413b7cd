#!/bin/sh
# rc/lost-live.sh - what says which set is live is removed under services that
# run: nothing is called live, or made anew beneath them.  reeve down and
# reeve up mend it.
# TIMEOUT: 120
. "$TESTS/lib.sh"
. "$TESTS/helpers/tree.sh"
definitions
pids() { pgrep -f '[s]leep 100[0-9]' | sort | tr '\n' ' '; }
for lost in 'rm boot' 'rm current' 'rm scandir' 'ln -sfn gen/99 current' \
	'ln -sfn nothing current'; do
	reeve up >/dev/null 2>&1 || bail 'reeve up'
	was=$(pids)
	(cd t/live && $lost)
	echo "# $lost" >>t/sv/web/run
	for c in switch plan up; do
		timeout 20 reeve $c >out 2>&1
		is $? 111 "$lost: $c fails"
		like "$(cat out)" 'current or scandir is lost there .reeve down' \
			"$lost: $c says what to do"
	done
	not "$lost: it is not healthy" reeve status --check
	is "$(pids)" "$was" "$lost: what runs, runs"
	ok "$lost: down" timeout 60 reeve down
	is "$(pids)" '' "$lost: nothing is left"
done
ok 'up makes it anew' reeve up
ok 'it is healthy' reeve status --check
reeve down
end
