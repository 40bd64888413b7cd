# lib.sh - what behaviour tests share.  Each test runs in an empty directory
# of its own (tests/sandbox) and ends with `end'.  $P is the prefix of the
# programs under test: reeve-, or s6- to run the same test against Debian's.
# shellcheck shell=sh

count=0 failed=0
P=${P-reeve-}
# Debian's s6 programs are on PATH by their own names.  $SUP and $SCAN are the
# prefixes of the supervise and the svscan that the test drives, if they are
# to be others than $P.

# THEIRS: the directory of the system's own s6, or nothing.  Of what we have
# by s6's names only, ours comes first in PATH (unless P says otherwise).
THEIRS=
for _p in /usr/bin /bin; do
	# shellcheck disable=SC2034 # for the test
	[ -x $_p/s6-supervise ] && THEIRS=$_p && break
done

# named "NAME ARGUMENT...": the same with the prefix that the program has.
named() {
	if command -v "$P${1%% *}" >/dev/null; then echo "$P$1"; else echo "s6-$1"; fi
}

# missed LABEL LINE...: a test fails, and the lines say why.  prove shows
# standard output only when asked, so what fails once in a crowd is also told
# where it is seen.
missed() {
	failed=$((failed + 1))
	echo "not ok $count - $1"
	_l=$1; shift
	printf '%s\n' "$@" | sed 's/^/#   /'
	[ -n "${VERBOSE-}" ] || {
		echo "FAILED ${TEST-} $count - $_l"
		printf '%s\n' "$@" | head -n 10 | cut -c 1-300
	} >&2
	return 1
}

# show [FILE...]: what was said, below a test that failed.  Whole lines: prove
# would wait for the rest of the last one.
show() {
	awk -v verbose="${VERBOSE-}" '{ print "#   " $0 }
		!verbose && NR <= 30 { print "    " substr($0, 1, 300) >"/dev/stderr" }' "$@"
}

# is GOT WANT LABEL
is() {
	count=$((count + 1))
	if [ "$1" = "$2" ]; then
		echo "ok $count - $3"
	else
		missed "$3" "got:  $1" "want: $2"
	fi
}

# like GOT ERE LABEL
like() {
	count=$((count + 1))
	if printf '%s\n' "$1" | grep -Eq -e "$2"; then
		echo "ok $count - $3"
	else
		missed "$3" "got:  $1" "like: $2"
	fi
}

# ok LABEL COMMAND...: the command succeeds.  not LABEL COMMAND...: it fails.
ok() {
	_l=$1; shift
	if "$@"; then is 0 0 "$_l"; else is "exit $?: $*" 0 "$_l"; fi
}
not() {
	_l=$1; shift
	if "$@"; then is "exit 0: $*" failure "$_l"; else is 0 0 "$_l"; fi
}

# clock: hundredths of seconds since some moment, in $_clock; where it can, by
# no process and by no clock that is set.
if [ -r /proc/uptime ]; then
	clock() {
		read -r _clock _ </proc/uptime
		# No number that begins with 0.
		_clock=$((${_clock%.*} * 100 + 1${_clock#*.} - 100))
	}
else
	clock() { _clock=$(($(date +%s%N) / 10000000)); }
fi

# within SECONDS COMMAND...: wait until the command succeeds.  From 5 seconds
# on that is a bound on a failure, not what is tested: PATIENCE times as long
# on a machine that has much else to do.
within() {
	_bound=$1 _tries=0; shift
	[ "$_bound" -lt 5 ] || _bound=$((_bound * ${PATIENCE:-1}))
	until "$@" >/dev/null 2>&1; do
		clock
		[ $_tries != 0 ] || _until=$((_clock + _bound * 100))
		[ $_clock -lt $_until ] || return 1
		_tries=$((_tries + 1))
		sleep 0.02
	done
}

# share: is this point of a sweep for this run?  All are; with PART=K/N (see
# run) each N-th, from the K-th.
parts=${PART:+${PART#*/}} parts=${parts:-1}
_part=${PART:+${PART%/*}} _part=${_part:-0}
share() {
	_point=$((${_point:-0} + 1))
	[ $((_point % parts)) = $((_part % parts)) ]
}

# service NAME: make a service directory whose run script is standard input.
service() {
	mkdir -p "$1"
	{ echo '#!/bin/sh'; cat; } >"$1/run"
	chmod 755 "$1/run"
}

# supervised NAME: start a supervise on it and wait until it listens.
supervised() {
	"${SUP-$P}supervise" "$1" &
	eval "super_pid=$!"
	within 10 "${P}svok" "$1" || bail "no supervise for $1"
	within 10 test -e "$1/supervise/status"
}

# scanned DIR [OPTION...]: start an svscan on it and wait until it listens.
scanned() {
	_d=$1; shift
	mkdir -p "$_d"
	"${SCAN-$P}svscan" "$@" "$_d" &
	# shellcheck disable=SC2034 # for the test
	scan_pid=$!
	within 10 "${P}svscanctl" -z "$_d" || bail "no svscan on $_d"
}

# field DIR FIELD[,FIELD]: s6-svstat -o
field() {
	"${P}svstat" -o "$2" "$1"
}

# up DIR / down DIR: questions for `within'.
up() { [ "$(field "$1" up 2>/dev/null)" = true ]; }
down() { [ "$(field "$1" up 2>/dev/null)" = false ]; }

# no_process PID: it has ended, whether somebody has waited for it yet or not.
no_process() {
	! kill -0 "$1" 2>/dev/null ||
		grep -q '^State:[^A-Z]*Z' "/proc/$1/status" 2>/dev/null
}
need() { # need PROGRAM...: skip the test where one is missing
	for _p; do
		command -v "$_p" >/dev/null 2>&1 || skip_all "$_p is not installed"
	done
}
skip_all() {
	echo "1..0 # SKIP $*"
	echo "SKIP $TEST: $*" >&2
	exit 0
}
# old: the programs under test are s6's, and not yet of 2.15.
old() { [ "$P" = s6- ] && [ -z "${S6_NEW-}" ]; }

# newer N WHAT: skip N tests of what Debian's s6, 2.11.3, does not do yet; s6
# 2.15, which it will have (S6_NEW: see tests/newer-s6), does.
newer() {
	old || return 0
	skip "$1" "s6 2.11.3 $2"
	return 1
}
# built_with FEATURE: HAS_FEATURE was found by configure (tests/all also runs
# everything on a build that has nothing of Linux: --without-linux).
built_with() {
	[ -e "$BUILD/config.h" ] || bail "no $BUILD/config.h"
	grep -q "^#define HAS_$1 1\$" "$BUILD/config.h"
}
skip() { # skip N REASON: N tests are not run
	_n=$1; shift
	while [ "$_n" -gt 0 ]; do
		_n=$((_n - 1)) count=$((count + 1))
		echo "ok $count # SKIP $*"
	done
}
# Not "Bail out!", at which prove runs no other test either.
bail() {
	echo "not ok $((count + 1)) - cannot go on: $*"
	echo "1..$((count + 1))"
	exit 1
}
end() {
	echo "1..$count"
	# The namespace ends what is left; nothing to kill here.
	[ "$failed" = 0 ]
	exit
}
