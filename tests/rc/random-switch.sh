#!/bin/sh
# rc/random-switch.sh - random sets, switches between them, wishes, cut-offs
# and dead daemons, compared with a model (helpers/switcher.c).
# TIMEOUT: 600
# SEEDS="1 2" tries those, SECS=n so long each; SHOW=1 prints what the programs
# said in a round that went wrong; KEEP=dir copies the directory of a seed that
# went wrong, with the stories of all its rounds in the file history.
# REEVE_LONG=1 takes thousands of rounds.
# With PART=K/N (see tests/run) the seed is K.
# What is killed when is a matter of time too, so a seed does not repeat all.
. "$TESTS/lib.sh"
need strace reeve-log reeve-svscan
strace -o /dev/null true 2>/dev/null || skip_all "strace cannot trace here"
D=$PWD
seeds=${SEEDS-${PART:-1 2 3}} seeds=${seeds%/*} seconds=${SECS-10}
[ -n "$REEVE_LONG" ] && seeds=${SEEDS-$(seq 101 140)} seconds=${SECS-100}
most=4
[ -z "$SHOW" ] || most=100
: >all
for seed in $seeds; do
	mkdir "$D/$seed"
	cd "$D/$seed" || bail "no directory for $seed"
	switcher "$seed" "$seconds" $ROUNDS >found 2>&1
	code=$?
	[ $code = 0 ] || code="$code
$(grep -v "^rounds" found | head -n $most)
$(head -n 5 complaints 2>/dev/null)"
	is "$code" 0 \
		"seed $seed: $(tail -n 1 found), $(cat lines 2>/dev/null) lines"
	tail -n 1 found >>../all
	cd "$D" || exit
	[ "$code" = 0 ] || [ -z "$KEEP" ] || cp -a "$seed" "$KEEP"
	rm -rf "$seed"
done
awk '{ r += $2; s += $4; c += $6 }
	END { print "# " r " rounds, " s " changes, " c " of them cut off" }' all
end
