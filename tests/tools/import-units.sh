#!/bin/sh
# tools/import-units.sh - timers and sockets of systemd: what the times become,
# that what is made of them runs, and what is said of the rest.
. "$TESTS/lib.sh"
REEVE_HOME=$PWD/t; export REEVE_HOME
f() { mkdir -p "${1%/*}"; cat >"$1"; }
import() { reeve-import -s t/sv "$@" >said 2>err; }
unit() { printf '[Service]\nType=oneshot\nExecStart=/bin/true\n' >"u/$1.service"; }
mkdir u

# --- times: OnCalendar and the fields that it becomes, or why it has none
while IFS='|' read -r calendar fields; do
	printf '[Timer]\nOnCalendar=%s\n' "$calendar" >u/a.timer
	unit a; rm -rf t/sv/a; import u/a.timer
	is "$(cat t/sv/a/schedule 2>/dev/null)" "$fields" "OnCalendar=$calendar" || show said
done <<'E2'
minutely|* * * * *
hourly|@hourly
daily|@daily
weekly|0 0 * * 1
Monthly|@monthly
quarterly|0 0 1 1,4,7,10 *
semiannually|0 0 1 1,7 *
yearly|@yearly
*-*-* 6,18:00|0 6,18 * * *
*-*-* 06:05:00|5 6 * * *
03:10|10 3 * * *
Mon..Fri 08:30|30 8 * * 1-5
Mon,Wed,Sat..Sun *-*-* 00:00|0 0 * * 1,3,6-7
saturday 12:00|0 12 * * 6
*:0/15|0/15 * * * *
*-*-* *:09,39:00|9,39 * * * *
*-*-01 04:00|0 4 1 * *
*-01,07-01|0 0 1 1,7 *
12-24 18:00|0 18 24 12 *
Sun *-*-1..7 1:00:00|0 1 1-7 * */7
Mon *-*-1..7 1:00|
2031-01-01 00:00|
*-*~1 00:00|
*:*:0/10|
daily UTC|
08:00 Europe/Berlin|
25:00|
Fri..Mon 1:00|
nonsense|
E2
like "$(cat said)" 'u/a.timer:2: not carried over: OnCalendar=nonsense .' 'what is not understood has file and line'
while IFS='|' read -r calendar why; do
	printf '[Timer]\nOnCalendar=%s\n' "$calendar" >u/a.timer
	rm -rf t/sv/a; import u/a.timer
	like "$(cat said)" "u/a.timer:2: not carried over: .*\\($why" "why not $calendar"
done <<'E2'
Mon *-*-1..7 1:00|a day of the month and of the week
daily UTC|a time zone
25:00|the hour must be
03:10:30|it runs with the minute
E2
# The first Sunday of a month, by our own clock.
is "$(TZ=UTC reeve-schedule -p 24 '0 1 1-7 * */7' | cut -c9-10 | awk '$1 > 7' | wc -l)" 0 'a Sunday in the first seven days is one of both'

# --- the rest of a timer
f u/b.timer <<'E2'
[Unit]
Description=not that
After=a.timer
[Timer]
OnBootSec=15min
OnUnitActiveSec=1d
Persistent=true
RandomizedDelaySec=5min
AccuracySec=1h
WakeSystem=true
Unit=other.service
OnCalendar=daily
[Install]
WantedBy=timers.target
E2
f u/other.service <<'E2'
[Unit]
Description=that
[Service]
User=root
Restart=on-failure
MemoryMax=1G
ExecStart=/bin/echo $X it's done
Environment=X=1
E2
import u/b.timer; is $? 1 'a timer'
is "$(echo $(cat t/sv/other/schedule)) $(cat t/sv/other/type) $(cat t/sv/other/description)" 'every 1d missed=run jitter=300000ms oneshot that' 'with the service that it names'
for w in 'b.timer:3: .*After=a.timer' 'b.timer:5: .*OnBootSec=15min .the first run' 'b.timer:10: .*WakeSystem' 'b.timer:12: .*OnCalendar=daily .there is one time' 'b.timer:14: .*WantedBy' 'other.service:5: .*Restart=on-failure .only what stays' 'other.service:6: .*MemoryMax'; do
	like "$(cat said)" "^u/$w" "said: $w"
done
is "$(grep -c ': not carried over: ' said)" 7 'and no more' || show said
mkdir t/sv/default; echo bundle >t/sv/default/type
rm -rf t/sv/other; import -d u/b.timer; is "$(grep -c WantedBy said) $(ls t/sv/default/contents.d)" '0 other' '--default'
import u/b.timer; is $? 1 'one that is there already'
is "$(cat err)" 'reeve-import: warning: there is a definition t/sv/other already (left out)' 'is named'
printf '[Timer]\nOnCalendar=daily\n' >u/lone.timer; import u/lone.timer
like "$(cat said)" '^u/lone.timer: not carried over: all of it: lone.service, which it starts, is not beside it' 'a timer alone'
not 'makes nothing' test -e t/sv/lone
printf '[Timer]\nOnBootSec=5min\n' >u/once.timer; unit once; import u/once.timer
like "$(cat said)" 'once.timer:2: .*OnBootSec=5min .it runs once, when the service is started' 'a timer without a repetition'
rm -rf t/sv; unit c; printf '[Timer]\nOnUnitActiveSec=1s\n' >u/c.timer
sed -i "s|/bin/true|/bin/sh -c 'echo ran >>$PWD/ran'|" u/c.service
import -d u/c.service u/c.timer; is "$? $(grep -c 'made of' said)" '0 1' 'a service and its timer, in one command, are one definition' || show said err

# --- a socket, and a program that has it passed
f u/s.socket <<E2
[Socket]
ListenStream=$PWD/run/s.sock
ListenStream=8080
SocketMode=0600
[Install]
WantedBy=sockets.target
E2
f u/s.service <<E2
[Unit]
Requires=s.socket
[Service]
Environment="TERM=a terminal"
ExecStart=/bin/sh -c 'echo "\$LISTEN_FDS of \$LISTEN_PID, I am \$\$\$\$, \${TERM}" >$PWD/told; exec $BUILD/bin/s6-ipcserverd cat <&3'
E2
import -d u/s.service u/s.socket; is "$? $(grep -c 'made of' said)" '1 2' 'a socket and its service, and the directory'
like "$(cat said)" "^u/s.socket:3: .*ListenStream=8080 .no internet socket is bound here: have the program listen itself" 'what to do about another socket'
is "$(grep -c ': not carried over: ' said)" 1 'and no more' || show said

# --- a program that was told to expect one
mkdir -p u/d; printf '[Socket]\nListenStream=%s/run2/d.sock\n' "$PWD" >u/d/d.socket
f u/d/d.service <<'E2'
[Unit]
Requires=d.socket
[Service]
ExecStart=/bin/sleep --address=systemd: -H fd:// 1000
E2
import u/d/d.service; is $? 1 'a service whose socket would be passed'
is "$(cat t/sv/d/command)" '/bin/sleep 1000' 'makes it itself'
like "$(cat said)" 'd.service:2: .*Requires=d.socket .the program has to make its socket itself; if it cannot, import d.socket' 'which is said'
like "$(cat t/sv/d-setup/up)" "reeve-mkdir $PWD/run2" 'and finds the directory of it'

# --- what it needs
f u/needy.service <<'E2'
[Unit]
Requires=gone.service d.service some@here.service
[Service]
ExecStart=/bin/sleep 100
E2
import u/needy.service; is $? 1 'one that needs what is not there'
is "$(grep -c 'there is no' said)" 2 'says so of each' || show said
like "$(cat said)" '^t/sv/needy/dependencies.d/gone: there is no gone in t/sv yet: import it too, or remove this file' 'and what to do'
rm -r t/sv/needy

# --- keys that mean something else by other ones, wherever those stand
f u/odd.service <<'E2'
[Unit]
Conflicts=shutdown.target
Before=shutdown.target
[Service]
Type=exec
RuntimeDirectory=odd odd/sub
RuntimeDirectoryMode=2750
ExecStartPre=+/bin/true --as-root $X
ExecStartPre=/bin/true --as-user
ExecStart=/bin/sleep 90%
Nice=-5
TasksMax=99%
NoNewPrivileges=yes
NoNewPrivileges=no
PrivateTmp=no
TimeoutStartSec=infinity
WorkingDirectory=-/tmp
User=nobody
Group=daemon
[Install]
Alias=strange.service
E2
import u/odd.service
is "$(cat t/sv/odd-setup/up)" '/bin/sh -ec "/bin/true --as-root $X || exit 1\nreeve-mkdir -m 2750 -o nobody:daemon /run/odd\nreeve-mkdir -m 2750 -o nobody:daemon /run/odd/sub\n"' 'directories: mode and owner; what is not for the user'
is "$(cat t/sv/odd/environment)" 'RUNTIME_DIRECTORY=/run/odd:/run/odd/sub' 'and the program is told of them'
is "$(cat t/sv/odd/run)" "#!/bin/sh
/bin/true --as-user || exit 1
exec /bin/sleep 90%" 'a % is one'
is "$(cat t/sv/odd/nice t/sv/odd/timeout-up t/sv/odd/directory t/sv/odd/user)" '-5
0
/tmp
nobody:daemon' 'nice below 0, no limit, a directory that may be missing'
is "$(ls t/sv/odd)" 'dependencies.d
directory
down-signal-to
environment
logger
nice
restart
run
timeout-kill
timeout-up
type
user' 'what was switched off again, or is a part of a machine, is not there'
for w in 'odd.service:8: .*ExecStartPre=\+/bin/true --as-root .X .odd-setup runs it, once' 'odd.service:12: .*TasksMax=99% .a part' 'odd.service:21: .*Alias=strange.service .a bundle'; do
	like "$(cat said)" "^u/$w" "said: $w"
done
is "$(grep -c ': not carried over: ' said)" 3 'and no more' || show said
rm -r t/sv/odd t/sv/odd-setup

printf '[Service]\nExecStart=/bin/sleep 9\nExecStop=/bin/true a b\nExecReload=-/bin/true r\nKillMode=mixed\n' >u/asked.service
import u/asked.service
is "$(cat t/sv/asked/stop t/sv/asked/stop-then t/sv/asked/reload)" '/bin/sh -c "/bin/true a b || exit 1\n"
signal
/bin/sh -c "/bin/true r || :\n"' 'commands that stop and reload'
ok 'KillMode=mixed: who is left is killed' test -e t/sv/asked/flag-kill-group
not 'and not asked' test -e t/sv/asked/down-signal-to
rm -r t/sv/asked
f u/drops.service <<'E2'
[Service]
ExecStart=!/bin/sleep 100
User=nobody
ExecReload=/bin/kill -USR1 $MAINPID
E2
is "$(cat t/sv/s/timeout-kill)" 90000 'who says nothing is killed after 90 s at a stop, as by systemd'
for k in TimeoutStopSec=0 TimeoutSec=infinity SendSIGKILL=no; do
	printf '[Service]\nExecStart=/bin/true\n%s\n' "$k" >u/patient.service
	import u/patient.service; is "$(cat t/sv/patient/timeout-kill)" 0 "$k: it is not"
	rm -r t/sv/patient
done
import u/drops.service; is "$? $(ls t/sv/drops | grep -c user)" '0 0' 'one that changes to its user itself is started as root'
f u/stays.service <<'E2'
[Service]
RemainAfterExit=yes
ExecStart=/bin/true up
ExecStop=/bin/true down
ExecReload=/bin/true again
E2
import u/stays.service; is $? 0 'one of which nothing need run'
is "$(cat t/sv/stays/type t/sv/stays/up t/sv/stays/down t/sv/stays/reload)" 'oneshot
/bin/sh -c "/bin/true up || exit 1\n"
/bin/sh -c "/bin/true down || exit 1\n"
/bin/sh -c "/bin/true again || exit 1\n"' 'is a oneshot'
f etc/default <<'E2'
# comment = of it
PLAIN=one
QUOTED="two words" # more
APOSTROPHES='a $b'
BARE=two words
SIGN=a;b
E2
printf '[Service]\nExecStart=/bin/true $BARE\nEnvironmentFile=%s/etc/default\nEnvironmentFile=-/nowhere\n' "$PWD" >u/env.service
import u/env.service; is "$? $(grep -c 'a shell reads it: put the value into quotes' said)" '1 2' 'lines that a shell would read otherwise' || show said
like "$(cat said)" "^u/env.service:3: not carried over: $PWD/etc/default:5: BARE=two words " 'are named'
rm -r t/sv/env
f u/more@.service <<E2
[Unit]
Requires=most@%i.service
[Service]
Type=oneshot
User=$(id -un)
ExecStart=+/bin/sh -c 'echo %i \$\$(id -u) >>$PWD/more'
ExecStart=/bin/true %h
E2
f u/most@.service <<E2
[Service]
Type=oneshot
ExecStart=/bin/sh -c 'echo most %i >>$PWD/more'
E2
import u/more@.service u/most@.service
like "$(cat said)" 'more@.service:7: .*%h .unknown here: put its value there' 'a specifier that is not known'
is "$(cat t/sv/more@/up)" '/bin/sh -c "/bin/true %h || exit 1\n"' 'is left as it is'
: >t/sv/more@/instances.d/one
mkdir -p t/sv/default/contents.d; : >t/sv/default/contents.d/more@one

reeve-check -q t/sv >out; is $? 0 'the lint finds no errors' || show out
PATH=$BUILD/bin:$PATH reeve up >out 2>&1; is $? 0 'all of it comes up' || show out
within 20 grep -q ran ran; is $? 0 'the timer: it ran'
within 10 grep -q . told; is "$(cat told)" "1 of $(reeve-svstat -o pid t/live/servicedirs/s), I am $(reeve-svstat -o pid t/live/servicedirs/s), a terminal" 'the socket: it was passed to that process'
is "$(stat -c %a run/s.sock)" 600 'with its mode'
is "$(s6-ipcclient run/s.sock sh -c 'echo hello >&7; head -n 1 <&6')" hello 'and somebody answers'
is "$(sort more)" "most one
one $(id -u)" 'templates: what the instance needs, and its setup'
reeve down >out 2>&1; is $? 0 'all of it goes down' || show out
end
