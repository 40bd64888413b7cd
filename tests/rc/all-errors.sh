#!/bin/sh
# rc/all-errors.sh - one error of one call that looks at something, in a
# switch, an up, a status and a start, what they run included: 0 is said only
# of what is so, and the next run mends the rest.
# A sample; REEVE_LONG=1 and PART=K/N: every call and error.
# TIMEOUT: 300
. "$TESTS/lib.sh"
. "$TESTS/helpers/tree.sh"
need strace
strace -o /dev/null true 2>/dev/null || skip_all 'strace cannot trace here'
mkdir -p t/sv/a t/sv/b t/sv/o t/sv/default/contents.d
echo longrun | tee t/sv/a/type >t/sv/b/type
echo oneshot >t/sv/o/type
echo "sh -c \"echo up >>$PWD/ran\"" >t/sv/o/up
echo bundle >t/sv/default/type
for s in a b o; do : >t/sv/default/contents.d/$s; done
version() { echo "sleep $2" >t/sv/$1/command; }
runs() { # runs SERVICE: with which argument
	reeve-svstat -o pid "t/live/servicedirs/$1" | while read -r _p; do
		tr '\0' ' ' <"/proc/$_p/cmdline"
	done
}
running() { [ "$(runs "$1")" = "sleep $2 " ]; }
version a 1000; version b 9000
reeve up >out 2>&1 || bail "reeve up: $(cat out)"

at() { # at CALLS ERROR N COMMAND...: its code; "hit" is there if it failed
	_calls=$1 _error=$2 _n=$3; shift 3
	timeout 60 strace -f -qq -o trace -e trace="$_calls" -e signal=none \
		-e inject="$_calls:error=$_error:when=$_n" "$@" >out 2>&1
	_code=$?
	grep -q INJECTED trace
	_hit=$?
	return $_code
}
fault() { echo "$*: $(tr '\n' ' ' <out | cut -c 1-300)" >>faults; }
# What each command is to be right about.
judge() { # judge COMMAND CODE
	case $1 in
	switch)
		[ "$2" != 0 ] || within 2 running a $v || fault "$what: $v"
		reeve-switch --settle=0 >out 2>&1 || fault "$what: rerun"
		within 2 running a $v || fault "$what: rerun: $v" ;;
	up)
		[ "$2" != 0 ] || reeve status --check >/dev/null || fault "$what"
		reeve up >out 2>&1 || fault "$what: rerun" ;;
	status)	# healthy it is not: b is stopped
		[ "$2" != 0 ] || fault "$what" ;;
	start)
		[ "$2" != 0 ] || within 2 running b 9000 || fault "$what"
		reeve start b >out 2>&1 || fault "$what: rerun" ;;
	esac
}
v=1000 points=0 step=17
[ -z "$REEVE_LONG" ] || step=1
: >faults
for command in switch up status start; do
	case $command in
	switch) set -- reeve-switch --settle=0 ;;
	up) set -- reeve up ;;
	status) set -- reeve status --check ;;
	start) set -- reeve start b ;;
	esac
	for calls in '/^open' '/^(new)?f?l?stat' '/^readlink'; do
		n=0 misses=0
		while [ $misses = 0 ] && [ $n -lt 400 ]; do
			n=$((n + step))
			for error in EMFILE ENFILE ENOMEM EIO EACCES; do
				case $calls:$error in
				*open*) ;;
				*:E?FILE) continue ;;
				esac
				share || continue
				[ $command != switch ] || {
					v=$((v + 1)); version a $v
				}
				case $command in
				status|start) reeve stop b >/dev/null 2>&1 ;;
				esac
				what="$command: $calls $n $error"
				at "$calls" $error $n "$@"
				c=$?
				[ $_hit = 0 ] || misses=1
				points=$((points + 1))
				judge $command $c
			done
		done
	done
done
echo "# $points points"
is "$(cat faults)" '' 'nothing is called done that is not'
is "$(cat ran)" up 'the oneshot ran once'
ok 'down' reeve down
end
