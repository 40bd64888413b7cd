#!/bin/sh
# tools/reeve-status.sh - reeve status: table, reasons, JSON, probe, exit
# codes; of a tree that does not run, of a plain scan directory.
. "$TESTS/lib.sh"
. "$TESTS/helpers/tree.sh"

out=$(reeve status);		is $? 102 'no tree: exit 102'
like "$out" 'reeve up starts it' 'and what to do'
is "$(reeve status --check)" \
	"not running: nothing supervises $REEVE_HOME/service" 'probe, no tree'
reeve status nosuch 2>err;	is $? 100 'unknown name, no services: exit 100'
like "$(cat err)" 'none is defined yet' 'and what to do'

# A container that has just begun: svscan runs, the rest is to come.
mkdir -p "$REEVE_HOME/service/.s6-svscan/init"
echo "$REEVE_HOME/live" >"$REEVE_HOME/service/.s6-svscan/init/live"
scanned "$REEVE_HOME/service"
is "$(reeve status --check; echo $?)" \
	'not healthy: the services are not started yet
1' 'a probe in the first moment: not healthy'
reeve-svscanctl -t "$REEVE_HOME/service"
wait "$scan_pid"
rm -rf "$REEVE_HOME/service"

tree
is "$(reeve status --names | tr '\n' ' ')" 'bad db mnt slow web default ' \
	'--names, without the log of the tree itself'
like "$(reeve status --names -a)" '^reeve-catchall$' '-a shows that too'
is "$(state web) $(state mnt) $(state default)" 'stopped not-run down' \
	'states before the start'
reeve status -q web;		is $? 1 'a stopped service: exit 1'
out=$(reeve status --check);	is $? 1 'probe before the start: exit 1'
like "$out" '^not healthy: (db|mnt|web) is ' 'probe names one'

reeve start default >/dev/null;	is $? 0 'start default'
out=$(reeve status)
like "$out" '^NAME +STATE +PID +SINCE +READY +RESTARTS +DESCRIPTION$' 'head'
like "$out" '^db +running +[0-9]+ +[0-9]+s +yes +0' 'a ready longrun'
like "$out" '^web +running +[0-9]+ +[0-9]+s +- +0' 'one that cannot tell'
like "$out" '^mnt +done +- ' 'a oneshot'
like "$out" '^default +all up ' 'a bundle'
is "$(printf '%s\n' "$out" | grep -c '[[:blank:]]$')" 0 'no blanks at line ends'
reeve status -q web db default;	is $? 0 'exit 0 when all named are up'
reeve status -q;		is $? 0 'exit 0 when all is as it should be'
like "$(reeve status --check)" '^healthy: 3 up$' 'probe, all up'

reeve start bad >out 2>&1;	is $? 1 'starting one that dies: exit 1'
like "$(cat out)" '^bad: (restarting|failed): exited with code 7' 'and why'
out=$(reeve status);		is $? 1 'exit 1 when one is not as it should be'
like "$out" '^bad: exited with code 7' 'the reason is below the table'
like "$(reeve status --check)" '^not healthy: bad is ' 'the probe names it'
reeve stop bad >/dev/null
# It ended, and its supervise comes to know a moment later.
pid=$(reeve-svstat -o pid "$REEVE_HOME/live/servicedirs/web")
super=$(ps -o ppid= -p "$pid")
kill -STOP $super; kill -KILL "$pid"
within 10 no_process "$pid"
{ sleep 0.05; kill -CONT $super; } & job=$!
reeve status web >out
wait $job
is "$(grep -c 'its process is gone' out)" 0 'a moment is waited for the reason'
within 10 reeve status -q web
is "$(state bad)" stopped 'stopped'

reeve status wbe 2>err;		is $? 100 'unknown name: exit 100'
like "$(cat err)" "did you mean 'web'" 'the nearest name'
reeve status --jsn 2>/dev/null;	is $? 100 'unknown option: exit 100'
reeve status --colour=red 2>err; is $? 100 'unknown colour: exit 100'
like "$(reeve status web --colour always)" "$(printf '\033')" \
	'options may stand after names'

if command -v jq >/dev/null; then
	is "$(reeve status --json | jq -r '.version, .tree.running,
		(.services[] | select(.name == "db") |
		.type, .state, .up, .wanted, .ok, .ready, .restarts)' |
		tr '\n' ' ')" '1 true longrun running true true true true 0 ' \
		'JSON'
	is "$(reeve status --json default | jq -r '.services[0] |
		.members, .members_up')" "$(printf '2\n2')" 'JSON of a bundle'
else
	skip 2 'jq is not installed'
fi

# A supervise is killed and cannot come back: it is told.
mkdir plain plain/one
printf '#!/bin/sh\nexec sleep 1000\n' >plain/one/run
chmod 755 plain/one/run
echo 'a service of its own' >plain/one/description
reeve-svscan plain & svscan=$!
within 10 sh -c 'reeve status -q -s plain one'
like "$(reeve status -s plain)" '^one +running .*a service of its own$' \
	'a plain scan directory'
reeve stop -s plain one >/dev/null; is $? 0 'stop in a plain scan directory'
reeve start -s plain one >/dev/null; is $? 0 'start'
old=$(reeve status -s plain --json | sed -n 's/.*"one".*"pid":\([0-9]*\).*/\1/p')
like "$(reeve restart -s plain one)" '^one: running \(pid ' 'restart'
new=$(reeve status -s plain --json | sed -n 's/.*"one".*"pid":\([0-9]*\).*/\1/p')
ok 'another pid' test "$old" != "$new"
reeve-svscanctl -t plain; wait $svscan

# A tree of s6 itself.
if command -v s6-svscan >/dev/null; then
	s6-svscan plain 2>/dev/null & svscan=$!
	ok 's6: a service is seen running' within 10 reeve status -q -s plain one
	like "$(reeve stop -s plain one)" '^one: stopped' 's6: stop'
	like "$(reeve start -s plain one)" '^one: running \(pid ' 's6: start'
	like "$(reeve status -s plain)" '^one +running +[0-9]+ +[0-9]+s +- +- ' \
		's6: restarts are not known'
	like "$(reeve tree -s plain)" '^one  running for ' 's6: tree'
	s6-svscanctl -t plain; wait $svscan
else
	skip 5 's6 is not installed'
fi

# A tree of somebody else: how its services are is not guessed.
if [ "$(id -u)" = 0 ] && getent passwd nobody >/dev/null; then
	chmod 755 .; mkdir -p theirs/one; printf '#!/bin/sh\nexec sleep 1004\n' >theirs/one/run; chmod 755 theirs/one/run
	reeve-svscan theirs 2>/dev/null & svscan=$!
	within 10 reeve status -q -s theirs one
	reeve-setuidgid nobody env -u REEVE_HOME HOME=/nowhere reeve status -s theirs >out 2>&1; is $? 111 'of another user: 111'
	is "$(cat out)" "The tree on $PWD/theirs runs as root, not yours: permission denied." 'and only that is said'
	for c in 'down' 'why web' 'stop web'; do
		# shellcheck disable=SC2086
		reeve-setuidgid nobody env -u REEVE_HOME HOME=/nowhere REEVE_SCANDIR="$PWD/theirs" reeve $c >out 2>&1
		is "$? $(cat out)" "111 reeve ${c% *}: fatal: the tree on $PWD/theirs runs as root, not yours: permission denied" "$c: too"
	done
	reeve-svscanctl -t theirs; wait $svscan
else skip 5 'needs root and nobody'; fi
end
