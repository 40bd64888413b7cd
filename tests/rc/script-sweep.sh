#!/bin/sh
# rc/script-sweep.sh - the client (rc, or the updater of a switch that goes
# back) and the daemon of the oneshots are killed, or given an error, at their
# system calls while a oneshot goes down and up: no script runs twice at once,
# none up twice without down, and one rerun ends it.
# TIMEOUT: 600
. "$TESTS/lib.sh"
. "$TESTS/helpers/tree.sh"
. "$TESTS/helpers/once.sh"
[ "$P" = reeve- ] || skip_all 'for our own names'
built_with SUBREAPER || skip_all 'how a script ended is not known here'
strace -o /dev/null true 2>/dev/null || skip_all 'strace cannot trace here'
once_set
reeve up >/dev/null || bail 'reeve up fails'
daemon() { reeve-svstat -o pid "$RUNNER"; }
serves() { [ "$(reeve-svstat -o up,ready "$RUNNER")" = 'true true' ]; }
points=0
# change WHAT: by the client, which may be traced.
change() {
	case $1 in
	restart) $trace reeve restart o ;;
	back) new_version p
		echo "sh -c 'exit 3'" >t/sv/o/up
		$trace reeve switch ;;
	esac >out 2>&1
}
# after WHAT POINT: one rerun, and all is as it was.
after() {
	points=$((points + 1))
	within 20 serves
	once_oneshot o $_version
	case $1 in
	restart) timeout 60 reeve start o ;;
	back) timeout 60 reeve switch ;;
	esac >out2 2>&1 || { echo "# $2: one rerun fails: $(tail -n 1 out2)"
		bad=$((bad + 1)); timeout 60 reeve switch >out2 2>&1; }
	faults=$(once_faults o p)
	[ -z "$faults" ] || { echo "# $2: $faults"; bad=$((bad + 1))
		rm -f "$ONCE"/*.ran; echo up >"$ONCE/o.ran"; echo up >"$ONCE/p.ran"; }
}
injected() { grep -q INJECTED tr || grep -q 'killed by SIGKILL' tr; }
# sweep WHO WHAT CALL HOW: at each such call, until there is no further one.
sweep() {
	n=1
	while [ $n -le ${MOST:-4} ]; do
		rm -f tr
		if [ "$1" = client ]; then
			trace="strace -f -qq -o tr -e trace=$3 -e inject=$3:$4:when=$n"
			change "$2"
		else
			trace=
			strace -qq -o tr -p "$(daemon)" -e trace="$3" \
				-e inject="$3:$4:when=$n" 2>err3 & tracer=$!
			within 10 grep -q "^TracerPid:.*$tracer" \
				"/proc/$(daemon)/status" || break
			change "$2"
			kill $tracer 2>/dev/null
			wait $tracer 2>/dev/null
		fi
		after "$2" "$1, $2, $3:$4:when=$n"
		injected || break
		n=$((n + 1))
	done
}
# For more points: CALLS, HOWS (of strace's inject), MOST of each.
calls='write pwrite64 sendmsg connect epoll_ctl rename openat read ftruncate'
for what in restart back; do
	for who in client daemon; do
		bad=0
		for call in ${CALLS:-$calls}; do
			for how in ${HOWS:-error=EIO signal=KILL}; do
				share && sweep $who $what $call $how
			done
		done
		is $bad 0 "$who, $what"
	done
done
echo "# $points points"
reeve down >out 2>&1;	is $? 0 'down'
is "$(once_faults o p)" '' 'as often down as up'
end
