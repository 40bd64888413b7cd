#!/bin/sh
# svscan/faults.sh - svscan as process 1, and a supervise: each system call
# that they make while they work fails in turn, once or until the shortage
# ends.  Neither ever exits, and within two seconds all is as it should be.
# REEVE_LONG=1: every point instead of some spread over all of them.
# TIMEOUT: 560
. "$TESTS/lib.sh"
[ "$P" = reeve- ] || skip_all 's6 takes up to a minute'
need strace
grep -q fsanitize "$BUILD/config.mak" &&
	skip_all 'the sanitizers themselves do not live through such failures'
unshare --pid --fork --mount --mount-proc true 2>/dev/null ||
	skip_all 'no pid namespace within this one'
strace -qq -o /dev/null true 2>/dev/null || skip_all 'strace cannot trace here'
some=${REEVE_LONG:+100000}
some=${some:-7}			# points of each part
after=2500			# ms: two seconds, and what asking takes
pause=1000			# between two starts of one supervise, or run
ms() { date +%s%N | cut -c1-13; }

# What can fail for lack of something, and how.
errors() {
	case $1 in
	vfork|fork|clone|clone3) echo EAGAIN ENOMEM ;;
	open|openat) echo EMFILE ENOMEM ;;
	pipe|pipe2|dup|dup2|dup3|pidfd_open) echo EMFILE ;;
	# Not brk: that never returns an error, but the old end, and then malloc
	# takes mmap.
	mmap|mremap|madvise) echo ENOMEM ;;
	ppoll|pselect6|poll|stat|lstat|newfstatat|getdents64|access|faccessat|\
	readlink|readlinkat) echo ENOMEM ;;
	mknod|mknodat|mkdir|mkdirat|unlink|unlinkat|rename|renameat|renameat2|\
	write|pwrite64|ftruncate) echo ENOSPC ;;
	pread64) echo EIO ;;
	fcntl) echo ENOLCK ;;
	esac
}
# points TRACE: the lines "CALL ERROR N" of all calls in a clean trace.
points() {
	sed -n 's/^\([a-z_0-9]*\)(.*/\1/p' "$1" | sort | uniq -c |
	while read -r n call; do
		for e in $(errors "$call"); do
			i=0
			while [ $i -lt "$n" ]; do
				i=$((i + 1)); echo "$call $e $i"
			done
		done
	done
}
# traced PID TRACE [STRACE-OPTION...]
traced() {
	pid=$1 trace=$2
	shift 2
	rm -f attached
	strace -o "$trace" "$@" -p "$pid" 2>attached &
	tracer=$!
	within 30 grep -q attached attached || bail 'strace does not attach'
}
# attach PID CALL ERROR WHEN
attach() { traced "$1" trace -e inject="$2:error=$3:when=$4"; }
# Between two calls, and not while a signal is on its way: strace would take
# that along when it ends (and a call that it holds up would fail with ENOSYS).
detach() {
	kill -STOP "$pid" 2>/dev/null &&
		! within 30 grep -q 'stopped by SIGSTOP' "$trace" &&
		bail 'it does not stop'
	kill $tracer
	wait $tracer 2>/dev/null
	kill -CONT "$pid"
}

# burden WORK GOOD: by how much a busy machine delays it now.
burden() {
	_t=$(ms)
	"$1"
	within 10 "$2"
	_t=$(($(ms) - _t - pause))
	[ $_t -gt 0 ] || _t=0
	echo $_t
}
# sweep NAME PID WORK GOOD: WORK under each failure; GOOD within two seconds.
sweep() {
	traced "$2" clean
	"$3"; within 10 "$4" || bail "$1: not even without failures"
	sleep 0.2
	detach
	points clean >all
	n=$(wc -l <all)
	step=$(((n + some - 1) / some))
	[ $step -gt 0 ] || step=1
	tried=0 late=0 dead=0 worst=0 missed=0
	while read -r call err when; do
		tried=$((tried + 1))
		[ $((tried % step)) = 0 ] && share || continue
		for mode in "$when" "$when+"; do
			echo "$1 $call $err $mode" >>points
			attach "$2" "$call" "$err" "$mode"
			"$3"
			within 2 grep -q INJECTED trace ||
				missed=$((missed + 1))
			[ "$mode" = "$when" ] || sleep 0.3
			detach
			t=$(ms)
			within 10 "$4"
			t=$(($(ms) - t))
			[ $t -le $after ] || t=$((t - $(burden "$3" "$4")))
			[ $t -le $worst ] || worst=$t
			if ! kill -0 "$2"; then
				echo "# $1 is dead: $call $err $mode"
				dead=$((dead + 1))
				break 2
			elif [ $t -gt $after ]; then
				echo "# $1: $call $err $mode: $t ms"
				late=$((late + 1))
			fi
		done
	done <all
	is $dead 0 "$1 lives through $(grep -c "^$1 " points) failures of $n calls"
	is $late 0 "and is back within two seconds (at worst $worst ms)"
	[ $missed = 0 ] || echo "# $missed of them were not met with"
}

mkdir scan spare
for s in a spare/c spare/c/log; do
	case $s in spare*) d=$s ;; *) d=scan/$s ;; esac
	service $d <<'END'
echo $$ >>pids
exec sleep 1000
END
done
# --- svscan, process 1
unshare --pid --fork --kill-child --mount --mount-proc \
	"${P}svscan" scan 2>err &
within 10 "${P}svscanctl" -z scan
within 10 up scan/a
one=$(pgrep -o -f "^${P}svscan scan\$")
is "$(sed -n 's/^NSpid:.*[^0-9]//p' "/proc/$one/status")" 1 'it is process 1'
# A pair comes or goes, the supervise of a is killed, an orphan ends.
svscan_work() {
	if [ -e scan/c ]; then mv scan/c spare/c
	else mv spare/c scan/c; fi
	"${P}svscanctl" -an scan
	pkill -KILL -P "$one" -f 'supervise a$'
}
svscan_good() {
	"${P}svok" scan/a && up scan/a || return 1
	if [ -e scan/c ]; then
		"${P}svok" scan/c && "${P}svok" scan/c/log &&
			up scan/c && up scan/c/log
	else
		! "${P}svok" spare/c
	fi
}
sweep svscan "$one" svscan_work svscan_good
is "$(wc -l <scan/a/pids)" 1 'its service was never started twice'

# --- a supervise
service s <<'END'
echo $$ >>pids
echo >&3
exec sleep 1000
END
echo 3 >s/notification-fd
printf '#!/bin/sh\nexit 0\n' >s/finish
chmod +x s/finish
echo fifo >s/stdout-fifo
supervised s 2>err2
within 5 up s
supervise_work() {
	last=$(tail -n 1 s/pids)
	"${P}svc" -r s
	"${P}svc" -d s
	"${P}svc" -u s
}
supervise_good() {
	_p=$(field s pid) && [ "$_p" -gt 0 ] && kill -0 "$_p" &&
		[ "$(tail -n 1 s/pids)" = "$_p" ] && [ "$_p" != "$last" ] &&
		[ "$(field s up,ready,wantedup)" = 'true true true' ]
}
sweep supervise "$super_pid" supervise_work supervise_good
# The call by which it waits: pselect under any of its names, without ppoll.
wait_call=ppoll
built_with PPOLL || wait_call=/^pselect
attach "$super_pid" $wait_call ENOMEM 1+
t=$(ms)
"${P}svc" -c s
sleep 0.5
detach
t=$(($(ms) - t)) n=$(grep -c '^p\(poll\|select\)' trace)
ok "while it cannot wait it does not spin ($n times in $t ms)" \
	[ "$n" -gt 0 -a "$n" -le $((t / 50 + 2)) ]
copies() { pgrep -c -P "$super_pid"; }
is "$(copies)" 1 'there is one copy of its service'

# --- svscan as process 1, before it has begun: the crash hook has the machine
mkdir early early/.s6-svscan
service early/a <<'END'
exec sleep 1000
END
cat >early/.s6-svscan/crash <<'END'
#!/bin/sh
: >crashed
exec sleep 1000
END
chmod +x early/.s6-svscan/crash
started() { # started STRACE-OPTION...
	rm -rf early/crashed early/a/supervise early/.s6-svscan/control
	unshare --pid --fork --kill-child --mount --mount-proc \
		strace -D -o trace "$@" "${P}svscan" early 2>err3 &
	within 30 eval 'test -e early/crashed || up early/a'
}
ended() { kill -KILL $! 2>/dev/null; wait $! 2>/dev/null; }
started
sleep 0.2
ended
# What comes before main is the loader's.
sed '/^getpid()/,$d' trace >loader
sed -n '/^getpid()/,$p' trace >clean
points clean >all
n=$(wc -l <all)
step=$(((n + some - 1) / some))
[ $step -gt 0 ] || step=1
tried=0 silent=0 points=0
while read -r call err when; do
	tried=$((tried + 1))
	[ $((tried % step)) = 0 ] && share || continue
	points=$((points + 1))
	when=$((when + $(grep -c "^$call(" loader)))
	echo "early $call $err $when" >>points
	started -e inject="$call:error=$err:when=$when" || {
		silent=$((silent + 1))
		echo "# $call $err $when: $(tail -n 1 err3)"; }
	ended
done <all
ok 'there are points' [ $points -gt 0 ]
is $silent 0 "$points failures of $n calls before that: it goes on, or crash is run"
echo "# $(wc -l <points) failures in all"
end
