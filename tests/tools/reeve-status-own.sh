#!/bin/sh
# tools/reeve-status-own.sh - what a service says of itself, the last and the
# next run of what has a schedule, and the log of a oneshot, are shown.
. "$TESTS/lib.sh"
need python3 jq
REEVE_HOME=$PWD/t NO_COLOR=1 LC_ALL=C TZ=UTC
export REEVE_HOME NO_COLOR LC_ALL TZ
f() { mkdir -p "t/sv/${1%/*}"; cat >"t/sv/$1"; }

f talk/command <<E2
python3 $PWD/talk
E2
echo sd_notify | f talk/notification-type
echo 'A talker' | f talk/description
cat >talk <<'E2'
import os,socket,time
s=socket.socket(socket.AF_UNIX,socket.SOCK_DGRAM)
a=os.environ["NOTIFY_SOCKET"].replace("@","\0")
s.sendto(b"READY=1\nSTATUS=serving \"7\" clients",a)
time.sleep(1000)
E2
echo oneshot | f job/type
echo 'sh -c "echo at work; exit 3"' | f job/command
printf 'every 1s\nmissed=run\n' | f job/schedule
f job/logger </dev/null
echo oneshot | f good/type
echo true | f good/command
echo '0 0 1 1 *' | f good/schedule
echo oneshot | f once/type
echo 'sh -c "echo set up; echo oops >&2"' | f once/up
echo 'sh -c "echo taken down"' | f once/down
echo "t $PWD/oncelog" | f once/logger
echo bundle | f default/type
printf 'talk\njob\ngood\nonce\n' | f default/contents

reeve up >out 2>&1;		is $? 0 'up' || show out
within 10 sh -c 'reeve status --json talk | grep -q serving'
out=$(reeve status)
like "$out" '^talk +running .* A talker; "serving "7" clients"$' 'STATUS is in the table'
is "$(reeve status --json talk | jq -r '.services[0].status_text')" 'serving "7" clients' 'and in JSON'
like "$(reeve why talk)" 'what it says: serving "7" clients' 'and reeve why'
is "$(reeve status --json good | jq -c '.services[0] | [.schedule, .last_run, .status_text]')" \
	'["0 0 1 1 *",null,null]' 'a schedule that has not come round'
like "$out" '^good +running .* next run in [0-9]+d' 'but when it will'
is "$(date -u -d "@$(reeve status --json good | jq '.services[0].next_run')" +%m-%d\ %T)" '01-01 00:00:00' 'in JSON too'
within 10 test -e t/live/servicedirs/job/last-run;	is $? 0 'one has run'
like "$(reeve status)" '^job +running .* last run exited with code 3, [0-9]+s ago; next run in [0-9]+s$' 'the last result is in the table'
like "$(reeve status)" '^job: its last run exited with code 3 \([0-9]' 'a bad one also below it'
is "$(reeve status --json job | jq -c '.services[0].last_run | [.exit_code, .exit_signal, .end >= .start]')" '[3,null,true]' 'in JSON'
like "$(reeve why job)" 'last run: +exited with code 3, began ' 'reeve why'
within 10 grep -q 'exit 3' t/state/schedule/job;	is $? 0 'with missed=run the record outlives a reboot'
[ ! -e t/state/schedule/good ];	is $? 0 'and only then it is kept'

# Logs of what is no longrun.
within 10 grep -q 'at work' t/log/job/current;		is $? 0 'the log of a scheduled command'
within 10 grep -q 'set up' oncelog/current;		is $? 0 'the log of a oneshot: its output'
within 10 grep -q oops oncelog/current;		is $? 0 'and its errors'
like "$(reeve logs once)" 'set up$' 'reeve logs of a oneshot'
is "$(reeve status --json once | jq -r '.services[0].log')" "$PWD/oncelog" 'its place is known'
like "$(reeve logs job)" 'at work$' 'of a scheduled command'
reeve stop once >/dev/null
within 10 grep -q 'taken down' oncelog/current;	is $? 0 'what down says is there too'
reeve start once >/dev/null
within 10 sh -c '[ $(grep -c "set up" oncelog/current) = 2 ]'; is $? 0 'up again'
reeve stop talk >/dev/null
is "$(reeve status --json talk | jq -r '.services[0].status_text')" null 'what is down says nothing'
reeve down >/dev/null;		is $? 0 'down'
end
