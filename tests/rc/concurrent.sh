#!/bin/sh
# rc/concurrent.sh - several updaters and changers at once, at random: nothing
# mixes, nothing hangs, and the end is what the last ones asked for.
# TIMEOUT: 120
. "$TESTS/lib.sh"
. "$TESTS/helpers/rc.sh"
seconds=8
[ -n "$REEVE_LONG" ] && seconds=60
for s in 1 2 3; do
	longrun set$s same
	longrun set$s aa
	longrun set$s bb aa
	oneshot set$s os aa
	longrun set$s only$s same
	echo "# $s" >>set$s/aa/run
	comp db$s set$s
done
live_on db1
rc start same aa bb os
same=$(pid same)
end_at=$(($(date +%s) + seconds))
worker() { # worker N: a random act until the time is over
	n=$1 acts=0
	while [ "$(date +%s)" -lt $end_at ]; do
		n=$(((n * 7919 + 104729) % 65521))
		case $((n % 8)) in
		0|1) reeve-rc-update -v0 -l live db$((n / 8 % 3 + 1)) ;;
		2) reeve-rc -v0 -l live start bb os ;;
		3) reeve-rc -v0 -l live stop aa ;;
		4) reeve-rc -v0 -l live restart aa ;;
		5) timeout -s KILL 0.0$((n / 8 % 9 + 1)) \
			reeve-rc-update -v0 -l live db$((n / 8 % 3 + 1)) ;;
		6) reeve-rc-update -v0 -l live --abort ;;
		7) reeve-rc -l live -a list ;;
		esac >>out.$1 2>&1
		r=$?
		acts=$((acts + 1))
		case $r in 0|1|137) ;; *) echo "act $n: exit $r" >>odd ;; esac
	done
	echo $acts >acts.$1
}
: >odd
jobs=''
for w in 1 2 3 4 5 6 7 8 9 10; do
	worker $w & jobs="$jobs $!"
done
# shellcheck disable=SC2086
wait $jobs
echo "# $(cat acts.* | awk '{ n += $1 } END { print n }') acts by ten at once"
is "$(sort odd | uniq -c | head -n 5)" '' 'nothing ended in another way than it may'
is "$(pid same)" "$same" 'what never changed was never touched'
for s in 2 3 1; do
	ok "update to set $s" upd db$s
	cmp -s live/current/db db$s;	is $? 0 'is exactly that'
	ok 'start' rc start aa bb os only$s
	is "$(ups)" "aa bb only$s same os" 'all is up'
	is "$(echo $(ls live/servicedirs))" \
		"aa bb only$s s6rc-oneshot-runner same" 'no directory is left over'
	is "$(echo $(ls scan))" \
		"aa bb only$s s6rc-oneshot-runner same" 'and no entry'
done
not 'no journal' test -e live/journal
# Never twice up without a down between, whoever was killed when.
is "$(awk '$1 == "up" && up[$2]++ { print } $1 == "down" { up[$2] = 0 }' \
	oneshots | head -n 3)" '' 'no oneshot was up twice'
end
