#!/bin/sh
# rc/torture.sh - random definitions, commands and faults, compared with a
# model: a sample of what make torture does for as long as one likes.
# TIMEOUT: 400
# SEEDS="1 2" tries those, SECS=n so long each, ROUNDS=n so many rounds; MODE
# is the kind of fault (see torture/attack.py); SHOW=1 tells each command.
# REEVE_LONG=1 takes an hour.  With PART=K/N (see tests/run) the seed is K.
. "$TESTS/lib.sh"
need strace python3 prlimit
strace -o /dev/null true 2>/dev/null || skip_all 'strace cannot trace here'
built_with SUBREAPER || skip_all 'how a script ended is not known here'
[ "$P" = reeve- ] || skip_all 'for our own names'
# A python that is picked by the home directory would not be found in ours.
[ ! -x /usr/bin/python3 ] || PATH=/usr/bin:$PATH
export PYTHONDONTWRITEBYTECODE=1
D=$PWD
# SAMPLE: without what is known to be open (see attack.py).
[ -n "${SEEDS-}$REEVE_LONG" ] || export SAMPLE=1
seeds=${SEEDS-${PART:-1}} seeds=${seeds%/*} seconds=${SECS-20}
[ -z "$REEVE_LONG" ] || seeds=${SEEDS-$(seq 1001 1120)} seconds=${SECS-30}
for seed in $seeds; do
	mkdir "$D/$seed"
	cd "$D/$seed" || bail "no directory for $seed"
	as=
	# Some trees are those of another user.
	if [ $((seed % 5)) = 4 ] && [ "$(id -u)" = 0 ] &&
		setpriv --reuid=65534 --regid=65534 --clear-groups true; then
		as='setpriv --reuid=65534 --regid=65534 --clear-groups'
		chown 65534:65534 .
	fi
	# shellcheck disable=SC2086
	$as python3 "$TESTS/torture/attack.py" "$seed" "$seconds" \
		"${MODE:-any}" >../out 2>&1
	code=$?
	grep '^# ' ../out
	is "$code" 0 "seed $seed: $(tail -n 1 ../out)" || {
		show ../out
		tail -n 5 home/log/catch-all/current 2>/dev/null | show
		# What still runs is none of the next tree's.
		break
	}
	cd "$D" || exit
done
end
