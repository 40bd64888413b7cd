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
echo 'exec sleep 1006' | longrun mute
echo 3 >t/sv/mute/notification-fd
echo 300 >t/sv/mute/timeout-up
echo 'exec sleep 1007' | longrun hears
needs hears mute
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

# One that does not say that it is ready, and what needs it: what rc did
# afterwards is no reason.
reeve start hears >out 2>&1;	is $? 99 'start of what needs one that is never ready'
like "$(cat out)" '^reeve-rc: warning: unable to start service mute: not ready after 300 ms$' 'why'
not 'nothing is said to go on' grep 'in the background' out
like "$(cat out)" '^hears: failed: not tried: mute failed$' 'that of what needs it'
ok 'it is taken down' within 10 down t/service/mute
like "$(reeve why mute)" '^mute is failed since .* ago: not ready after 300 ms; was killed by SIGTERM$' 'why, too'
like "$(reeve why mute)" 'what to do: +it was told how to say that it is ready' 'and what to do about it'

# reload sends HUP unless the definition says otherwise
like "$(reeve reload db; echo $?)" '1$|running' 'reload answers'

reeve start web >/dev/null
reeve kill -s nosuch web 2>err;	is $? 100 'an unknown signal'
like "$(cat err)" "no signal 'nosuch'" 'is named'
reeve kill default 2>err;	is $? 100 'a bundle has no process'
reeve kill bad 2>err;		is $? 1 'one that does not run'
old=$(pid_of web)
like "$(reeve kill web -s KILL)" "^web: sent SIGKILL to pid $old, which ended\$" 'kill'
again() { [ "$(pid_of web)" != "$old" ] && [ "$(state web)" = running ]; }
ok 'a killed one comes back' within 10 again


# What is waited for after a kill is never the process that was killed.
for s in fast catching; do
	mkdir t/service/$s
	echo '10 10' >t/service/$s/backoff
done
printf '#!/bin/sh\nexec sleep 1003\n' >t/service/fast/run
cat >t/service/catching/run <<'EOF'
#!/bin/sh
sleep 1004 & 
trap 'sleep 0.2; exit' TERM
trap : USR1
echo >&3
while :; do wait; done
EOF
echo 3 >t/service/catching/notification-fd
chmod 755 t/service/fast/run t/service/catching/run
reeve-svscanctl -a t/service
within 10 reeve status -q fast catching
race() { # race LABEL NAME KILL-OPTION...
	label=$1 name=$2 wrong=0
	shift 2
	for _ in 1 2 3 4 5 6; do
		old=$(pid_of $name)
		reeve kill "$@" $name >/dev/null &&
			reeve wait -t 10 $name >/dev/null &&
			[ "$(pid_of $name)" != "$old" ] || wrong=$((wrong + 1))
	done
	is $wrong 0 "$label; wait: it is another process, six times"
}
race 'kill' fast
race 'kill -s KILL' fast -s KILL
race 'kill -s HUP that nobody catches' fast -s HUP
race 'kill that is caught' catching
old=$(pid_of catching)
like "$(reeve kill -s USR1 catching)" 'to pid [0-9]+, which goes on$' \
	'a signal that does not end it'
reeve kill -t x -s USR1 catching 2>/dev/null; is $? 100 'a bad timeout'
reeve kill -t 100ms -s USR1 catching >/dev/null; is $? 99 'it was to end'
is "$(pid_of catching)" "$old" 'and it did not'
reeve kill -t 0 -s KILL catching >/dev/null; is $? 0 'not waited for'

reeve wait -t x web 2>err;	is $? 100 'a bad timeout'
out=$(reeve wait web db);	is $? 0 'wait for what is ready'
like "$out" '^db: running \(pid [0-9]+\), ready$' 'and says what is'
reeve wait -d -t 100ms web 2>err; is $? 99 'wait: not in time'
like "$(cat err)" 'web is running' 'and who is late'
mkdir t/service/gate
cat >t/service/gate/run <<-'EOF'
#!/bin/sh
until [ -e open ]; do sleep 0.05; done
echo >&3
exec sleep 1005
EOF
chmod 755 t/service/gate/run
echo 3 >t/service/gate/notification-fd
: >t/service/gate/down
reeve-svscanctl -a t/service
within 10 reeve-svok t/service/gate
reeve start gate >out 2>err &
job=$!
reeve wait -t 60 gate >out2 2>err2 &
job2=$!
ok 'it says every two seconds for whom' within 30 \
	grep -Eq 'after [0-9]+ s, still waiting for gate \(starting' err
ok 'wait, too' within 30 \
	grep -Eq 'after [0-9]+ s, still waiting for gate \(starting' err2
: >t/service/gate/open
wait $job;			is $? 0 'start ends when it is ready'
wait $job2;			is $? 0 'wait, too'
like "$(cat out)" '^gate: running \(pid [0-9]+\), ready' 'and says so'
like "$(cat out2)" '^gate: running \(pid [0-9]+\), ready' 'wait, too'
(reeve stop gate >/dev/null) &
reeve wait -d -t 60 gate >/dev/null; is $? 0 'wait until down'
wait

# It died and waits for its next start, which is in half an hour: that is what
# start is for, after a repair.
longrun waits <<-EOF
[ -e $PWD/repaired ] || exit 1
exec sleep 1006
EOF
echo '30m 30m' >t/sv/waits/backoff
: >t/sv/default/contents.d/waits
: >repaired
reeve switch >out 2>&1;		is $? 0 'one more' || show out
rm repaired
reeve kill -s KILL waits >/dev/null
ok 'it waits' within 20 sh -c 'reeve status waits | grep -q "next start in 1[78]"'
like "$(reeve why waits)" 'reeve start waits' 'why says what to do after a repair'
: >repaired
out=$(reeve start waits 2>&1);	is $? 0 'start starts it now'
like "$out" '^waits: running \(pid' 'and says that it runs'
end
