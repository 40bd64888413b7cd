#!/bin/sh
# tools/define.sh - reeve-new writes definitions that compile, reeve-check
# finds what will not work, reeve-import says what it leaves out.
. "$TESTS/lib.sh"

# --- new
reeve-new -s sv --log --user nobody -e 'A=b c' -n db --default -D 'a web server' web -- sh -c 'echo "$A"; sleep 9' >out
is $? 0 'reeve-new'
like "$(cat out)" 'sv/web/command:' 'it shows what it wrote'
is "$(cat sv/web/timeout-kill)" 10000 'a longrun has a time to stop in'
reeve-new -q -s sv --ready-check 'true' db -- sleep 9; is $? 0 'another'
reeve-rc-compile db sv; is $? 0 'they compile'
is "$(reeve-rc-db -c db all-dependencies default | tr '\n' ' ')" 'db web web-log ' 'in bundle default, with dependency and logger'
reeve-new -s sv db -- other 2>err; is $? 1 'an existing one is not changed'
is "$(cat sv/db/command)" 'sleep 9' 'it is as it was'
reeve-new -q -s sv -t 1 -t 2 inst -- echo '$INSTANCE'; reeve-rc-compile db sv
is "$(reeve-rc-db -c db contents inst@ | tr '\n' ' ')" 'inst@1 inst@2 ' 'a template'
reeve-new -q -s sv --schedule '@daily' clean -- true; reeve-rc-compile db sv
is "$(reeve-rc-db -c db type clean)" longrun 'a schedule'
reeve-new -q -s sv late --user nobody --needs db -e X=1 -- sleep 9; is "$? $(cat sv/late/command) $(cat sv/late/user) $(ls sv/late/dependencies.d) $(cat sv/late/environment)" '0 sleep 9 nobody db X=1' 'options behind the name'
reeve-new -q -s sv dashes -- -x; is "$(cat sv/dashes/command)" '-x' 'behind -- all is the program'
reeve-new -q -s sv plain sleep -x; is "$(cat sv/plain/command)" 'sleep -x' 'and behind its first word'
rm -r sv/dashes sv/plain
reeve-new -s sv bad --usr nobody -- true 2>err; is $? 100 'a wrong option there'; not 'makes nothing' test -e sv/bad
if mkdir full && mount -t tmpfs -o size=24k tmpfs full 2>/dev/null; then
	mkdir full/sv; head -c 30000 /dev/zero >full/fill 2>/dev/null
	reeve-new -s full/sv half -- true 2>err; is $? 111 'a full disk'
	not 'leaves no half of a definition' test -e full/sv/half
	printf '[Service]\nExecStart=/bin/true\n' >half.service
	reeve-import -s full/sv half.service >out 2>err; is $? 111 'nor does an import'
	not 'leave one' test -e full/sv/half
	umount full
else skip 4 'no mounts here'; fi
reeve-new -s sv 'a/b' -- true 2>err; is $? 100 'an impossible name'
reeve-new -s sv x 2>err; is $? 100 'no program'
reeve-new -s sv -e novalue x -- true 2>err; is $? 100 '--env without ='

# --- check
reeve-check sv >out; is $? 0 'reeve-check finds no errors'
like "$(cat out)" '0 errors, 0 warnings' 'and says so'
rm -rf sv; mkdir -p sv/a sv/b sv/c sv/d sv/e
f() { printf -- "$2" >"sv/$1"; }
f a/type 'longrun\r\n'; f a/run '#!/bin/sh\r\n'
f b/type longrun; f b/run '#!/no/such/shell -e\n'
f c/type longrun; f c/run 'echo\n'; f c/user 'nobodyatall\n'
f d/command 'nosuchprogram x\n'
f e/type oneshot; f e/up 'true\n'; mkdir sv/e/dependancies.d; f e/dependancies.d/d ''
reeve-check sv >out; is $? 1 'errors: 1'
for e in 'sv/a/type:1: error' 'sv/c/user:1: error: user nobodyatall' 'sv/e/dependancies.d: error: .*did you mean dependencies.d'; do
	like "$(cat out)" "$e" "found: $e"
done
rm sv/c/user
reeve-check --fix sv >out; is $? 1 '--fix, and errors are left'
like "$(cat out)" 'sv/a/run: fixed: CR LF' 'CR LF is corrected'
like "$(cat out)" 'sv/e/dependancies.d: fixed: renamed to dependencies.d' 'a near miss is renamed'
for e in 'sv/b/run:1: error: /no/such/shell is not there' 'sv/c/run:1: warning: there is no #!' 'sv/d/command: warning: nosuchprogram is not in PATH'; do
	like "$(cat out)" "$e" "found: $e"
done
is "$(od -c sv/a/run | grep -c '\\r')" 0 'there is no CR any more'
mkdir sv/default; f default/type bundle; f default/contents 'e\n'; reeve-check sv >out
like "$(cat out)" 'sv/a: note: bundle default does not start it' 'what is never started is noted'
not 'but not what is needed' grep -q 'sv/d: note' out
reeve-check -q none 2>&1; is $? 1 'a source that is not there'

# --- import: systemd
mkdir units
cat >units/app.service <<'END2'
[Unit]
Description=An application
After=network.target db.service
Requires=db.service
ConditionPathExists=/x
[Service]
Type=notify
User=nobody
Environment="A=1 2" B=3
ExecStart=/usr/bin/app --port 80 \
   "two words" %%
ExecReload=/bin/kill -USR1 $MAINPID
KillSignal=SIGQUIT
LimitNOFILE=4096
Restart=on-failure
RestartSec=2
TimeoutStopSec=1min
NoNewPrivileges=yes
ProtectSystem=strict
[Install]
WantedBy=multi-user.target
END2
printf '[Service]\nExecStart=/bin/db -f ${OPTS} $MORE\nEnvironmentFile=-/etc/default/db\nRuntimeDirectory=db\nUser=nobody\n' >units/db.service
printf '[Service]\nType=oneshot\nExecStart=/bin/echo a\nExecStart=-/bin/false\nExecStop=/bin/echo down\n' >units/one.service
printf '[Service]\nExecStart=/sbin/getty %%i $TERM\n' >units/getty@.service
reeve-import -s u units/*.service >out; is $? 1 'systemd units, not all carried over: 1'
for e in 'app.service:5: not carried over: ConditionPathExists=/x' 'app.service:19: not carried over: ProtectSystem=strict'; do
	like "$(cat out)" "$e" "said: $e"
done
: >u/getty@/instances.d/tty1
reeve-rc-compile db u; is $? 0 'what is imported compiles'
is "$(cat u/app/command)" '/usr/bin/app --port 80 "two words" %' command
is "$(cat u/app/environment)" 'A=1 2
B=3' environment
is "$(cat u/app/description u/app/user u/app/limits u/app/down-signal u/app/reload-signal u/app/timeout-kill u/app/restart u/app/notification-type | tr '\n' ' ')" \
	'An application nobody nofile=4096 SIGQUIT USR1 60000 on-failure sd_notify ' 'properties'
is "$(reeve-rc-db -c db dependencies app | tr '\n' ' ')" 'app-log db ' 'dependencies'
like "$(cat u/db/run)" 'exec /bin/db -f "\$\{OPTS\}" \$MORE' 'variables are left to the shell'
is "$(reeve-rc-db -c db dependencies db | tr '\n' ' ')" 'db-log db-setup ' 'directories are made before'
reeve-rc-db -c db script one | xargs -0 sh -c '"$@"' x >got; is "$(cat got)" a 'a oneshot runs'
reeve-rc-db -c db -d script one | xargs -0 sh -c '"$@"' x >got; is "$(cat got)" down 'and down'
like "$(reeve-rc-db -c db show getty@tty1)" '/sbin/getty "\$\{INSTANCE\}" \$TERM' 'a template'

# --- supervisord, Procfile
cat >s.conf <<'END2'
[supervisord]
nodaemon=true
[program:web]
command=/bin/web -p 80 "a b"
environment=A="1,2",B='x'
autorestart=unexpected
stopwaitsecs=5
stopsignal=INT
priority=3
[program:job]
command=/bin/job
[group:all]
programs=web,job
END2
reeve-import -s s s.conf >out; like "$(cat out)" 's.conf:9: not carried over: priority=3' 'supervisord'
reeve-rc-compile db s; is "$(reeve-rc-db -c db contents all | tr '\n' ' ')" 'job web ' 'a group is a bundle'
is "$(cat s/web/environment s/web/restart s/web/timeout-kill s/web/command | tr '\n' ' ')" 'A=1,2 B=x on-failure 5000 /bin/web -p 80 "a b" ' 'properties'
printf '# c\nweb: bin/web -p $PORT\nworker: rake work\n' >Procfile; echo X=1 >.env
reeve-import -s p Procfile >out; is $? 0 'Procfile'
reeve-rc-compile db p; is "$(reeve-rc-db -c db list longruns | tr '\n' ' ')" 'web web-log worker worker-log ' 'each line and its logger'
is "$(cat p/worker/environment | tr '\n' ' ')" 'PORT=5100 X=1 ' 'PORT and .env'

# --- directories
mkdir -p runit/a/log runit/a/env runit/b; printf '#!/bin/sh\n' | tee runit/a/run runit/a/log/run runit/b/run >/dev/null
echo x >runit/a/conf; echo v >runit/a/env/K; : >runit/b/down; echo 3 >runit/b/notification-fd
reeve-import -s r runit >out; is $? 1 'service directories'
like "$(cat out)" 'runit/a/conf' 'a file of its own is said'
reeve-rc-compile db r; is "$(reeve-rc-db -c db pipeline a | tr '\n' ' ')" 'a/a-log ' 'log/ becomes a pipeline'
reeve-import -s r2 r >out; is $? 0 's6-rc sources'; ok 'are copied' diff -r r r2
reeve-import -s x nothing 2>err; is $? 111 'a file that is not there'
echo >odd; reeve-import -s x odd 2>err; is $? 100 'a file of unknown kind'
end
