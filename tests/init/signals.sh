#!/bin/sh
# signals.sh - every signal that can be passed on to the command is, whatever
# its number and whether reeve-init is process 1 or not; and at least those
# that tini and dumb-init pass on, where they are installed.  Groups, signals
# and exit codes that become others, a pause, the end of the parent, the stop.
# TIMEOUT: 120
. "$TESTS/init/lib.sh"
need unshare python3
[ "$(id -u)" = 0 ] || skip_all 'needs root (pid namespaces)'
[ -x "$BUILD/obj/tests/helpers/sigtable" ] || skip_all 'no sigtable (make units)'
built_with SUBREAPER || skip_all 'needs what only Linux has'
export REEVE_SOURCES="$PWD/none" REEVE_STATE="$PWD/none"
PATH=$BUILD/obj/tests/helpers:$PATH
init=$(command -v reeve-init)
mkdir names
for n in tini dumb-init catatonit; do ln -s "$init" names/$n; done
export REEVE_BIN="${init%/*}"

# All but KILL, CHLD and STOP, which no program can pass on.
all=
i=1
while [ $i -le 64 ]; do
	case $i in 9 | 17 | 19) ;; *) all="$all$i " ;; esac
	i=$((i + 1))
done
without() { _l=" $all"; for _s; do _l=$(echo "$_l" | sed "s/ $_s / /"); done
	echo "${_l# }"; }
table() { sigtable "$@" 2>/dev/null; }
is "$(table reeve-init --)" "$all" 'reeve-init, not process 1: all of them'
is "$(table -1 reeve-init --)" "$all" '... process 1'
is "$(table reeve-init --group --)" "$all" '... to the group'
# As tini 21 and 22 are nothing; as dumb-init with a session they are STOP.
is "$(table names/tini -s --)" "$(without 21 22)" 'as tini'
is "$(table -1 names/tini --)" "$(without 21 22)" '... process 1'
is "$(table -1 names/dumb-init)" "$(without 20 21 22)" 'as dumb-init, process 1'
is "$(table names/dumb-init -c)" "$all" '... -c, not process 1'
for peer in 'tini -s --' dumb-init; do
	if ! command -v "${peer%% *}" >/dev/null; then
		skip 1 "${peer%% *} is not installed"
		continue
	fi
	missing=
	# shellcheck disable=SC2086
	for s in $(table $peer); do
		case " $all" in *" $s "*) ;; *) missing="$missing $s" ;; esac
	done
	is "$missing" '' "nothing that $peer passes on is missing"
done

cat >who <<'END2'
#!/bin/sh
# Shell and child; who gets the signal writes.
# The child has time to write, if it is told.
trap 'echo shell $SIG >>got; sleep 0.5; kill -KILL $c; exit 7' $SIG
python3 -c '
import os, signal, sys
def end(n, f):
    open("got", "a").write("child " + os.environ["SIG"] + "\n"); sys.exit(0)
signal.signal(getattr(signal, "SIG" + os.environ["SIG"]), end)
open("ready", "w").close()
while True: signal.pause()' &
c=$!
while :; do wait; done
END2
chmod +x who
# tried SEND SIG OPTION...: the name that is sent, the one expected.
tried() {
	_send=$1; export SIG=$2; shift 2
	rm -f got ready
	"$@" ./who 2>/dev/null &
	_p=$!
	within 10 test -e ready
	kill "-$_send" $_p
	wait $_p
	_code=$?
	_got=$(sort -u got | tr '\n' ' ')
}
tried TERM TERM reeve-init
is "$_code $_got" '7 shell TERM ' 'TERM goes to the command'
tried USR1 USR1 reeve-init --group
like "$_got" 'child USR1 shell USR1' '--group: and to its child'
tried USR1 USR1 names/tini -s -g
like "$_got" 'child USR1 shell USR1' '... tini -g'
tried USR1 USR1 names/dumb-init
like "$_got" 'child USR1 shell USR1' '... dumb-init without an option'
tried TERM USR2 reeve-init --rewrite TERM:USR2
is "$_code $_got" '7 shell USR2 ' '--rewrite: TERM becomes USR2'
tried TERM USR2 names/dumb-init -c -r 15:12
is "$_code $_got" '7 shell USR2 ' '... dumb-init -r'
out=$(reeve-init --rewrite TERM true 2>&1)
is $? 100 'one signal is not a rewrite'
like "$out" '--rewrite: expected two signals such as TERM:QUIT' '... is said'

reeve-init --map-exit 143 sh -c 'kill -TERM $$' 2>/dev/null
is $? 0 '--map-exit: 143 becomes 0'
reeve-init --map-exit 3:9 --map-exit 4 sh -c 'exit 3' 2>/dev/null
is $? 9 '... 3 becomes 9'
reeve-init --map-exit 4 sh -c 'exit 3' 2>/dev/null
is $? 3 '... others stay'
names/tini -s -e 143 -e 3 -- sh -c 'exit 3';	is $? 0 'tini -e'
names/tini -s -- sh -c 'exit 3';		is $? 3 'tini --'
is "$(names/tini -s -- sh -c 'exit 0' 2>&1)" '' '... says nothing'
like "$(names/tini true 2>&1)" "zombie reaping won't work" \
	'... says that it cannot reap without -s'
names/catatonit -- sh -c 'exit 3';		is $? 3 'catatonit'

# pause [SIGNAL]
for how in 'reeve-init --pause' 'names/catatonit -P'; do
	# shellcheck disable=SC2086
	unshare --pid --fork --kill-child --mount-proc $how 2>/dev/null &
	box=$!
	p=$(inside $box)
	kill -TERM "$p"
	wait $box;	is $? 0 "$how: stays until TERM"
done
out=$(reeve-init --pause true 2>&1);	is $? 100 '--pause takes no command'

# The parent ends.
cat >parent <<'END2'
#!/bin/sh
"$@" sh -c 'trap "echo told >>told; exit" USR1; echo $$ >pid; : >up
	while :; do sleep 0.05; done' 2>/dev/null &
while [ ! -e up ]; do sleep 0.02; done
END2
chmod +x parent
for how in 'reeve-init --parent-death USR1' 'names/tini -s -p SIGUSR1 --'; do
	rm -f up told
	# shellcheck disable=SC2086
	./parent $how
	ok "$how: the parent's end is told" within 10 test -e told
done

# The working directory of the command, and ours.
is "$(reeve-init sh -c 'readlink /proc/$PPID/cwd; pwd' 2>/dev/null)" \
	"/
$PWD" 'it leaves the directory in which the command starts'

# A stop of the job: both stop, and go on.
reeve-init sleep 1000 2>/dev/null & p=$!
within 10 sh -c "grep -q sleep /proc/\$(pgrep -P $p)/comm"
c=$(pgrep -P $p)
state() { sed -n 's/^State:[[:space:]]*\(.\).*/\1/p' "/proc/$1/status"; }
kill -TSTP $p
ok 'TSTP: the command stops' within 5 eval "[ \$(state $c) = T ]"
ok '... so do we' within 5 eval "[ \$(state $p) = T ]"
kill -CONT $p
ok '... CONT: both go on' within 5 eval "[ \$(state $c)\$(state $p) = SS ]"
kill -TERM $p; wait $p; is $? 143 '... and end'

# Leftovers: TERM once, and HUP only to who has a terminal.
cat >left <<'END2'
#!/bin/sh
setsid python3 -c '
import signal, time
n = {}
def count(s, f):
    n[s] = n.get(s, 0) + 1
    open("count", "w").write(repr(sorted(n.items())))
signal.signal(15, count)
signal.signal(1, count)
open("up", "w").close()
while True: time.sleep(0.02)' &
while [ ! -e up ]; do sleep 0.02; done
exit 4
END2
chmod +x left
for how in '' 'unshare --pid --fork --mount-proc'; do
	rm -f up count
	# shellcheck disable=SC2086
	$how reeve-init -g 4s ./left 2>/dev/null
	is $? 4 "what the command left (${how:-not process 1})"
	is "$(cat count)" '[(15, 1)]' '... gets TERM once, and then KILL'
done
end
