#!/bin/sh
# tools/interrupted.sh - nothing is called up that is not, no command waits for
# what will not come, and who waits says for whom: after the death of all
# processes, the end of the tree, and behind a change that does not end.
# TIMEOUT: 120
. "$TESTS/lib.sh"
. "$TESTS/helpers/tree.sh"
D=$PWD
mkdir -p t/sv/default/contents.d
echo bundle >t/sv/default/type
for s in a b; do
	echo "exec sleep 1000" | longrun $s
	: >t/sv/default/contents.d/$s
done
pids() { reeve status --json a b | sed -n 's/.*"pid":\([0-9]*\).*/\1/p'; }
alive() { # how many of the processes that status names are there
	_n=0
	for _p in $(reeve status | awk '$2 == "running" { print $3 }'); do
		no_process "$_p" && _n=$((_n + 100)) || _n=$((_n + 1))
	done
	echo $_n
}

# --- everything is killed
all_gone() {
	for _p in $all; do no_process "$_p" || return 1; done
}
kill_all() { # the tree and its services, and wait until they are gone
	all="$(ps -e -o pid=,args= | awk '/reeve-(svscan|supervise|log)/ && !/awk/ { print $1 }') $(pids)"
	# shellcheck disable=SC2086
	kill -9 $all
	within 10 all_gone
}
reeve up >/dev/null;	is $? 0 'up'
for round in 1 2 3; do
	kill_all
	out=$(reeve up 2>&1)
	code=$?
	is "$code $(alive)" '0 2' "up after the death of all, $round: what is up runs"
	like "$out" ': 2 services up' 'and it says so'
done
# svscan first, then the rest while a new tree looks.
bad=
for round in 1 2 3 4 5 6; do
	kill_all
	reeve up --tree-only >/dev/null 2>&1
	for _ in 1 2 3 4 5; do
		n=$(alive)
		[ "$n" -lt 100 ] || bad="$bad $round:$n"
	done
	reeve up >/dev/null 2>&1 || bad="$bad $round:up"
done
is "$bad" '' 'status never shows as running what does not run'

# --- the tree is down: a switch is about what is booted
reeve down >/dev/null;	is $? 0 'down'
echo '# differs' >>t/sv/a/run
clock; began=$_clock
out=$(reeve switch 2>&1);	is $? 0 'a switch while the tree is down'
like "$out" 'generation 2 will be booted \(nothing is live now: reeve up starts it\)' \
	'says what it means'
is "$(reeve generations | grep -c '^2.*boot')" 1 'it is what is booted'
reeve up >/dev/null;	is $? 0 'up'
ok 'starts that' grep -q differs "t/live/servicedirs/a/run"
reeve down >/dev/null

# --- the tree ends in the middle of a switch
mkdir -p t/sv/slow
echo oneshot >t/sv/slow/type
echo "sh -c \"echo >>$D/t/up; sleep 1\"" >t/sv/slow/up
: >t/sv/default/contents.d/slow
reeve up >/dev/null
echo '# differs again' >>t/sv/a/run
mkdir -p t/sv/a/dependencies.d
: >t/sv/a/dependencies.d/slow
echo "sh -c \"echo >>$D/t/up; sleep 1; true\"" >t/sv/slow/up
: >t/up
clock; began=$_clock
reeve switch >out 2>&1 & switcher=$!
within 10 test -s t/up
reeve-svscanctl -t t/service
wait $switcher;		code=$?
clock
is "$([ $code = 0 ] && echo 0)" '' "a switch whose tree ends says so ($code)"
like "$((_clock - began))" '^[0-9]{1,3}$' 'within ten seconds'
like "$(cat out)" 'tree (was told to end|any more)|it ends' 'and why'
ended() { ! ps -e -o args= | grep -q '[r]eeve-svscan'; }
within 20 ended
reeve up >out 2>&1;	is $? 0 'up finishes it'
is "$(alive)" 2 'everything runs'

# --- behind a change that does not end
printf '#!/bin/sh\nexec sleep 1000\n' >t/sv/never-run
longrun never <t/sv/never-run
rm t/sv/never-run
echo 3 >t/sv/never/notification-fd
reeve switch >/dev/null 2>&1
reeve start never >start.out 2>&1 & front=$!
changer() { fuser t/live/lock 2>/dev/null | tr -d ' '; }
working() { reeve status 2>/dev/null | grep -q '^never *starting'; }
within 10 working
kill -9 $front
free() { [ "$(reeve-rc -l t/live --no-block start a >/dev/null 2>&1; echo $?)" = 0 ]; }
if built_with LINUX; then
	ok 'a front end that is killed takes its worker along' within 10 free
else
	skip 1 'the system does not tell a process of the end of its parent'
	# shellcheck disable=SC2046 # pids
	kill $(changer)
	within 10 free
fi
reeve start never >start.out 2>&1 & front=$!
within 10 working
clock; began=$_clock
reeve-rc -l t/live -t 300 start b >out 2>&1;	is $? 2 'behind it: the timeout counts for the lock'
clock
like "$((_clock - began))" '^[0-9]{1,3}$' 'and is kept'
like "$(cat out)" 'waiting for the change in progress \(pid [0-9]+\)' 'who waits says for whom'
like "$(cat out)" 'out of time: the change in progress' 'and why it gives up'
clock; began=$_clock
reeve down -t 5 >out 2>&1;	code=$?
clock
like "$(cat out)" 'interrupting the change in progress' 'down does not wait for it'
like "$((_clock - began))" '^[0-9]{1,3}$' 'and is quick'
wait $front 2>/dev/null
is "$code" 0 'all is down'
end
