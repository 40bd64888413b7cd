#!/bin/sh
# tools/reeve-act.sh - reeve start, stop, restart, reload, kill, wait, with
# dependencies, and what they say.
. "$TESTS/lib.sh"
. "$TESTS/helpers/tree.sh"

for c in start stop restart reload kill wait; do
	reeve $c 2>err;		is $? 100 "$c without a name: exit 100"
	like "$(cat err)" "^reeve $c: usage: reeve $c .*NAME" 'usage'
	reeve $c web 2>err;	is $? 102 "$c without a tree: exit 102"
	like "$(cat err)" 'reeve up starts it' 'and what to do'
done
tree
for c in start stop restart reload kill wait; do
	reeve $c wbe 2>err;	is $? 100 "$c of an unknown name: exit 100"
	like "$(cat err)" "no service 'wbe': did you mean 'web'" 'nearest'
done

out=$(reeve start -n web);	is $? 0 'start -n'
is "$(state web)" stopped 'changes nothing'
out=$(reeve start web);		is $? 0 'start'
like "$out" '^web: running \(pid [0-9]+\)$' 'what it became'
like "$out" '^also started: db$' 'what else was started'
db=$(pid_of db) web=$(pid_of web)
out=$(reeve start web);		is $? 0 'start again'
is "$(pid_of web)" "$web" 'changes nothing'

out=$(reeve restart db);	is $? 0 'restart of what is needed'
like "$out" '^db: running \(pid [0-9]+\), ready$' 'it is ready again'
like "$out" '^also restarted: web$' 'what needs it came back'
ok 'another db' test "$(pid_of db)" != "$db"
ok 'another web' test "$(pid_of web)" != "$web"

out=$(reeve stop db);		is $? 0 'stop'
like "$out" '^db: stopped' 'it is stopped'
like "$out" '^also stopped: web$' 'and what needs it'
out=$(reeve restart db);	is $? 0 'restart of a stopped one starts it'
is "$(state db)" running 'it runs'

# reload sends HUP unless the definition says otherwise
like "$(reeve reload db; echo $?)" '1$|running' 'reload answers'

reeve start web >/dev/null
reeve kill -s nosuch web 2>err;	is $? 100 'an unknown signal'
like "$(cat err)" "no signal 'nosuch'" 'is named'
reeve kill default 2>err;	is $? 100 'a bundle has no process'
reeve kill bad 2>err;		is $? 1 'one that does not run'
old=$(pid_of web)
like "$(reeve kill web -s KILL)" '^web: sent SIGKILL to pid' 'kill'
again() { [ "$(pid_of web)" != "$old" ] && [ "$(state web)" = running ]; }
ok 'a killed one comes back' within 10 again

reeve wait -t x web 2>err;	is $? 100 'a bad timeout'
reeve wait web db;		is $? 0 'wait for what is ready'
reeve wait -d -t 100ms web 2>err; is $? 99 'wait: not in time'
like "$(cat err)" 'web is running' 'and who is late'
reeve start slow >out 2>err &
job=$!
reeve wait -t 20 slow 2>/dev/null; is $? 0 'wait until ready'
wait $job
like "$(cat out)" '^slow: running \(pid [0-9]+\), ready' 'start waits, too'
like "$(cat err)" 'after [0-9]+ s, still waiting for slow \(starting' \
	'and says every two seconds for whom'
(reeve stop slow >/dev/null) &
reeve wait -d -t 10 slow;	is $? 0 'wait until down'
wait
end
