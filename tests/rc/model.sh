#!/bin/sh
# The models of the protocols in tests/model: they are of the code as it is
# (calls and enums are compared), spin finds no fault in any state, and finds
# one in each model that is broken on purpose.
# ONCE
. "$TESTS/lib.sh"
need spin gcc perl

models=$TESTS/model
is "$(perl "$models/calls" "$SRC" "$models"/*.pml)" '' \
	'the models say what the code does'
# The comparison can fail.
sed 's/record running_ended/running_ended record/' "$models/oneshot.pml" >turned.pml
like "$(perl "$models/calls" "$SRC" turned.pml)" 'conclude: the code has' \
	'another order of steps is found'

# check MODEL DEFINITION...: what spin found in all states, in $found: "errors:
# N" and how many states.
check() {
	rm -rf spin && mkdir spin && cp "$models/$1" spin/ || bail "no $1"
	_f=$1; shift
	(cd spin && spin -a "$@" "$_f" >out 2>&1 &&
		# shellcheck disable=SC2086
		gcc -w -O1 -DSAFETY -DCOLLAPSE -DMEMLIM=1000 -I"$SRC" -I"$BUILD" \
			-o pan pan.c ${linked-} >>out 2>&1 &&
		./pan -m1000000 -w22 >>out 2>&1)
	found=$(sed -n -e 's/.*\(errors: [0-9]*\).*/\1/p' \
		-e 's/^ *\([0-9]*\) states, stored.*/\1 states/p' \
		-e '/error: max search depth/p' -e '/Search not/p' \
		-e '/out of memory/p' spin/out | tr '\n' ' ')
	[ -n "$found" ] || show spin/out
}
# sound LABEL MODEL STATES DEFINITION...: no fault, and all was looked at: so
# many states at least (spins differ by a few).
sound() {
	_l=$1 _m=$2 _n=$3
	shift 3
	check "$_m" "$@"
	_s=${found#errors: 0 } _s=${_s% states }
	case $_s in *[!0-9]*|'') _s=0 ;; esac
	is "$((_s >= _n))" 1 "$_l ($found)"
}
# broken MODEL N LABEL: a fault is found.
broken() {
	check "$1" -DBREAK="$2"
	like "$found" 'errors: 1' "found: $3"
}

sound 'oneshots: two clients, all states' oneshot.pml 420000
[ -z "${REEVE_LONG-}" ] ||
	sound 'oneshots: three clients' oneshot.pml 4000000 -DCLIENTS=3
broken oneshot.pml 1 'a child that does not look whether its daemon is gone'
broken oneshot.pml 2 'a child that does not withdraw what it has noted'
broken oneshot.pml 3 'a daemon that forgets what runs'
broken oneshot.pml 4 'an answer before the record'
broken oneshot.pml 5 'a daemon that does not know the number again'
broken oneshot.pml 6 'a script that is not noted'
broken oneshot.pml 7 'a change that takes no lock'
broken oneshot.pml 8 'a change that does not wait for what runs'
end
