#!/bin/sh
# rc/stopping.sh - who of a service is asked to stop, who is waited for, and
# what runs instead of the signal; and what makes it reload.
. "$TESTS/lib.sh"
[ "$P" = reeve- ] || skip_all 'for our own names'
need python3
has() { grep -qx -e "$2" "$1" 2>/dev/null; }
f() { mkdir -p sv/a; printf -- "$2" >"sv/a/$1"; }
# compiled: sv/a as a service directory, ./a
compiled() {
	rm -rf out a; reeve-rc-compile out sv || { show; return 1; }
	reeve-rc-db -c out --json show a | python3 -c '
import json, sys, os
for f in json.load(sys.stdin)[0]["files"]:
    p = "a/" + f["path"]; os.makedirs(os.path.dirname(p), exist_ok=True)
    open(p, "w").write(f["data"]); os.chmod(p, 0o755)'
	touch a/down
}
begin() { compiled; supervised a; reeve-svc -u a; within 10 has "$D/log" child; }
quit() { reeve-svc -dx a; wait "$super_pid"; }
new() { quit 2>/dev/null; rm -rf sv log; f command "$1"; }
D=$PWD super_pid=

# A database behind a shell: the shell dies of TERM, the child takes its time
# to write.
cat >child <<'END'
#!/bin/sh
trap 'echo got >>log; sleep 0.3; echo written >>log; exit 0' TERM
echo child >>log
while :; do sleep 0.02; done
END
cat >stubborn <<'END'
#!/bin/sh
trap 'echo got >>log' TERM
echo child >>log
while :; do sleep 0.02; done
END
chmod 755 child stubborn
cd_to='cd '$D' &&'

reaches() { # reaches LABEL WHO COMMAND
	new "$3"; f down-signal-to "$2"; f timeout-kill 20000
	begin; t=$(date +%s); reeve-svc -wD -T 15000 -d a
	is "$? $(tail -n 1 log)" '0 written' "$1, $2: the child finishes its write"
	is "$(grep -c got log)" 1 "$1, $2: it was asked once"
	quit
}
for who in group all; do
	reaches 'a shell' $who "sh -c \"$cd_to ./child; true\""
	reaches env $who "env A=1 sh -c \"$cd_to ./child & wait\""
	reaches nohup $who "nohup sh -c \"$cd_to { ./child & }; exec sleep 1000\""
	reaches 'a parent that ends at once' $who \
		"python3 -c \"import os, subprocess, time
os.chdir('$D'); subprocess.Popen(['./child']); time.sleep(1000)\""
done
# Whom the system gives to no supervise, that does not find.
if ! built_with SUBREAPER; then skip 2 'no parent of orphans here'
elif command -v setsid >/dev/null; then
	reaches 'a session of its own' all "sh -c \"$cd_to { setsid ./child & }; exec sleep 1000\""
else skip 2 'no setsid'; fi

# What does not stop is killed when the time is up: the same ones.
new "sh -c \"$cd_to { ./stubborn & echo \$! >stubborn.pid; }; exec sleep 1000\""
f down-signal-to group; f timeout-kill 400; begin
reeve-svc -wD -T 15000 -d a; is $? 0 'one that ignores the signal'
ok 'is killed' no_process "$(cat stubborn.pid)"
is "$(grep -c got log)" 1 'after it was asked'
quit

# A run that ends by itself leaves nobody either.
new "sh -c \"$cd_to { ./child & }; until test -e go; do sleep 0.02; done; exit 3\""
f down-signal-to all; f restart never; f finish '#!/bin/sh\necho finish $1 >>'"$D"'/log\n'; f timeout-kill 5000
begin; : >go; within 10 has log 'finish 3'
is "$(tr '\n' ' ' <log)" 'child got written finish 3 ' 'who is left by a run that ends is asked and waited for, before finish'
quit; rm -f go

# Children die with the process group today; without the property they are
# none of ours.
new "sh -c \"$cd_to exec ./child\""
f stop 'sh -c "echo stop $MAINPID >>'"$D"'/log; kill $MAINPID"'; f timeout-kill 10000; begin
p=$(reeve-svstat -o pid a)
reeve-svc -wD -T 15000 -d a; is "$(tr '\n' ' ' <log)" "child stop $p got written " 'a stop command, with MAINPID'
quit
f stop 'false'; rm log; begin; reeve-svc -wD -T 15000 -d a 2>/dev/null; is "$(tail -n 1 log)" written 'if it fails the signal is sent'
quit
f stop 'sleep 1000'; f timeout-stop 100; rm log; begin; reeve-svc -wD -T 15000 -d a; is "$(tail -n 1 log)" written 'so if it takes too long'
quit
rm sv/a/timeout-stop; f stop true; f stop-then signal; rm log; begin; reeve-svc -wD -T 15000 -d a; is "$(tail -n 1 log)" written 'and if that is asked for'
quit
f stop true; f stop-then wait; f timeout-kill 300; rm log; begin; reeve-svc -wD -T 15000 -d a; is "$(tail -n 1 log)" child 'else it is waited for, and killed in time'
quit

new "sh -c \"$cd_to exec ./child\""; f reload 'sh -c "echo reload $MAINPID >>'"$D"'/log"'; begin
p=$(reeve-svstat -o pid a); reeve-svc -l a; within 10 has log "reload $p"; is $? 0 'a reload command'
is "$(reeve-svstat -o pid a)" "$p" 'the service stays'
quit; super_pid=
is "$(reeve-rc-db -c out show a | grep -c '^up\|^reload')" 0 'it is no script of a oneshot'

# The program alone.
for bad in '-w some 5' '-s NONE 5' '1' 'x' '-k x 5' ''; do
	reeve-stopall $bad 2>err; is $? 100 "reeve-stopall $bad is refused"
done
mkdir supervise
sleep 1000 & p=$!
reeve-stopall -s KILL $p; wait $p 2>/dev/null; is $? 137 'the signal that it was told'
reeve-stopall -f -w group $p echo on >said; is "$(cat said)" on 'nobody left: on it goes'
end
