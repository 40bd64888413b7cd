#!/bin/sh
# rc/lower.sh - our own properties become plain files that do what they say;
# good values are taken, bad ones are refused by file and line.
. "$TESTS/lib.sh"

new() { rm -rf sv; mkdir -p sv/a; }
f() { case $1 in */*) mkdir -p "sv/${1%/*}" ;; esac; printf -- "$2" >"sv/$1"; }
compile() { reeve-rc-compile --log-directory "$PWD/log" "$@" out sv >said 2>&1; }
# good LABEL / bad LABEL ERE: what is in sv compiles, or is refused so
good() { compile; is $? 0 "$1" || show said; }
bad() { compile; is $? 1 "$1 is refused"; like "$(cat said)" "$2" "$1: the message"; }
# run NAME: the run script of a service as a file, executed; its output
script() { reeve-rc-db -c out --json show "$1" | python3 -c '
import json,sys
s=json.load(sys.stdin)[0]
for f in s["files"]:
    if f["path"]==sys.argv[1]: sys.stdout.write(f["data"])' "$2" >"$2"; chmod 755 "$2"; }
need python3

new; f a/command 'printf "%%s\\n" one "two words" "it'"'"'s" "$HOME" *'; good 'command without a type is a longrun'
script a run; is "$(./run | tr '\n' '|')" "one|two words|it's|\$HOME|*|" 'its words arrive as they are'
f a/run '#!/bin/sh\n'; bad 'command beside run' 'sv/a/command: there is a run too'
new; compile; is $? 111 'an empty directory is refused'
like "$(cat said)" 'sv/a/type: this is missing, expected longrun, oneshot or bundle in it \(or a command or a run beside it\)' 'what it needs is said'
new; f a/command "sh -c 'echo x'\n"; good 'a single quote'; like "$(cat said)" "sv/a/command:1: execline does not quote with '" 'is warned of'
new; f a/type oneshot; f a/up 'echo x\n\t>> y\n'; good 'a redirection'; like "$(cat said)" 'sv/a/up:2: >> is an argument here' 'is warned of'
compile --lax; is "$(cat said)" '' 'but s6-rc does not'
new; f a/command '\n# no\n'; bad 'an empty command' 'sv/a/command:1: .*expected a command line'
new; f a/command 'x {\n'; bad 'an open block' 'sv/a/command:1: unmatched \{'

new; f a/command env; f a/environment '# c\nA=1\n B="x y"\nC=it'"'"'s $A\nD=\n'; good environment
script a run; ./run >env
for v in A=1 'B=x y' "C=it's \$A" D=; do ok "variable $v" grep -qxF -e "$v" env; done
f a/environment 'A=1\nexport B=2\n'; bad 'export' 'sv/a/environment:2: .*expected NAME=VALUE \(without export\)'
f a/environment '1A=1\n'; bad 'a variable 1A' 'sv/a/environment:1: '
f a/environment 'A=1\r\n'; bad 'CR LF' 'sv/a/environment:1: .*CR LF'

new; f a/command 'sh -c "umask; pwd; ulimit -n; nice"'; f a/umask '027\n'; f a/directory '/usr\n'
f a/limits 'nofile=50\n# x\ncore=0\n'; f a/nice '7\n'; good 'umask directory limits nice'
script a run; is "$(./run | tr '\n' ' ')" "0027 /usr 50 $(nice -n 7 nice) " 'they are applied'
f a/umask '0888\n'; bad umask 'sv/a/umask:1: .*octal'
f a/umask '77\n'; f a/directory 'usr\n'; bad directory 'sv/a/directory:1: .*absolute'
f a/directory '/usr\n'; f a/limits 'nofiles=5\n'; bad 'an unknown limit' 'sv/a/limits:1: '
f a/limits 'core=1M:unlimited\nnofile=x\n'; bad 'a bad limit' 'sv/a/limits:2: '
f a/limits ''; f a/nice 21; bad 'nice 21' 'sv/a/nice:1: '
f a/nice -20; good 'nice -20'

new; f a/command 'id -u'; f a/user 'nobody\n'; good user
script a run
if [ "$(id -u)" = 0 ] && reeve-apply -u nobody true 2>/dev/null; then
	is "$(./run)" "$(id -u nobody)" 'it is applied'
	f a/groups 'daemon bin\n'; f a/command 'id -G'; compile; script a run
	is "$(./run)" "$(id -g nobody) $(getent group daemon | cut -d: -f3) $(getent group bin | cut -d: -f3)" 'groups'
	rm sv/a/groups
else skip 2 'this is not root'; fi
f a/user 'nobodyatall\n'; good 'an unknown user is a warning'; like "$(cat said)" 'warning: sv/a/user:1: user nobodyatall is unknown' 'it says so'
compile --users=error; is $? 1 '--users=error'
f a/user 'a b\n'; bad 'user a b' 'sv/a/user:1: '
new; f a/run '#!/bin/sh\necho own "$@" $X\n'; f a/environment X=y; good 'a run of its own'
script a run; script a run.user; is "$(./run 1 2)" 'own 1 2 y' 'is run by ours'
here=$PWD; is "$(cd / && "$here/run" 1)" 'own 1 y' 'from any directory'

new; f a/command env; f a/on-change reload; f a/restart 'on-failure\n'; f a/backoff '500 30s\n'; f a/description 'A thing\n'; : >sv/a/main
good 'on-change restart backoff description main'
like "$(reeve-rc-db -c out show a)" 'on-change: reload' on-change
script a restart; is "$(cat restart)" on-failure restart
script a backoff; is "$(cat backoff)" '500 30000' backoff
is "$(reeve-rc-db -c out show a | sed -n 's/^description: //p')" 'A thing' description
like "$(reeve-rc-db -c out show a)" 'flags: main' main
f a/restart 'on-failur\n'; bad restart 'did you mean on-failure'
f a/restart 'always\nnever\n'; bad 'a second line' 'sv/a/restart:2: there is a second line'
f a/restart always; f a/backoff '5s 1s\n'; bad backoff 'sv/a/backoff:1: '
f a/backoff '0 0'; f a/on-change stop; bad on-change 'sv/a/on-change:1: '

rm -rf sv; mkdir sv; long=$(printf '%0247d' 0); f "$long/command" 'echo x'; : >"sv/$long/logger"; good 'a logger of a name of 247 bytes'
rm -rf sv; mkdir sv; long=0$long; f "$long/command" 'echo x'; good 'a name of 248'; : >"sv/$long/logger"; bad 'with a logger' "^reeve-rc-compile: error: sv/$long/logger: the name .* is too long for a service with a logger, expected at most 247 bytes"
new; f a/command 'echo x'; : >sv/a/logger; good logger
is "$(reeve-rc-db -c out list all | tr '\n' ' ')" 'a a-log default ' 'it makes a service'
is "$(reeve-rc-db -c out dependencies a)" a-log 'on which the other depends'
script a-log run; like "$(cat run)" "reeve-log -d3 -- t n10 s1000000 $PWD/log/a\$" 'with a script'
like "$(reeve-rc-db -c out show a-log)" "logdir: $PWD/log/a" 'its directory is said'
f a/logger 'n3 s9999 "/var/log/x y"\n'; good 'a logging script'
script a-log run; like "$(cat run)" "reeve-log -d3 -- n3 s9999 '/var/log/x y'" 'is taken'
f a/producer-for 'b\n'; bad 'with a producer-for' 'producer-for beside it'
new; f a/command 'echo x'; mkdir sv/a-log; f a-log/command cat; : >sv/a/logger
bad 'a name that is taken' 'duplicate service definition: a-log'
new; f a/command 'echo x'; f b/command y; : >sv/b/no-logger; : >sv/default-logger; good default-logger
is "$(reeve-rc-db -c out list all | tr '\n' ' ')" 'a a-log b default ' 'but not with no-logger'
f log-user 'nobody\n'; good log-user; script a-log run
like "$(cat run)" "reeve-mkdir -m 02700 -o nobody -- $PWD/log/a .*" 'the log directory is made for it'
like "$(cat run)" 'reeve-apply -u nobody "\$b"reeve-log' 'the logger runs as it'
mv sv/log-user sv/log-usr; bad 'log-usr' 'did you mean log-user'
new; f a/type oneshot; f a/up 'echo x'; : >sv/a/logger; f a/environment 'X=1\n'; good 'logger of a oneshot'
is "$(reeve-rc-db -c out dependencies a)" a-log 'it depends on it'
script a-log stdin-fifo; is "$(cat stdin-fifo)" ../../fifo/a-log 'which reads a fifo'
reeve-rc-db -c out script a | xargs -0 sh -c 'exec "$@" X' x >got; is "$(cat got)" 'x X' 'its up runs'

new; rmdir sv/a; f a@/command 'echo $INSTANCE ${INSTANCE}x $INSTANCES'; f a@/environment 'P=$INSTANCE\n'
f a@/instances.d/1 ''; f a@/instances.d/2/command 'echo other'; mkdir sv/a@/dependencies.d; : >sv/a@/dependencies.d/b@
f b@/type oneshot; f b@/up 'echo $INSTANCE'; f b@/instances.d/1 ''; f b@/instances.d/2 ''; f default/type bundle; f default/contents 'a@\n'
good templates
is "$(reeve-rc-db -c out list all | tr '\n' ' ')" 'a@1 a@2 b@1 b@2 a@ b@ default ' 'each instance is a service'
is "$(reeve-rc-db -c out contents default | tr '\n' ' ')" 'a@1 a@2 ' 'NAME@ is all of them'
is "$(reeve-rc-db -c out dependencies a@2)" b@2 'b@ is the same instance of b'
script a@1 run; is "$(./run)" '1 1x $INSTANCES' 'the instance is put in'
script a@2 run; is "$(./run)" other 'a file of an instance replaces'
like "$(cat run)" 'export INSTANCE=2' 'and is a variable'
: >sv/b@/instances.d/3; good 'one file more'; is "$(reeve-rc-db -c out type b@3)" oneshot 'is one instance more'

new; f a/command 'sleep 9'; f a/ready-check 'test -e ready'; good ready-check
script a notification-fd; is "$(cat notification-fd)" 3 'sets a notification-fd'
f a/notification-type sd_notify; bad 'both ways' 'notification-type is sd_notify'
rm sv/a/ready-check; good sd_notify; script a run; like "$(cat run)" 'reeve-sdnotify -3 3 sleep 9' 'it is put before'
f a/notification-type check; bad 'check without one' 'expected a ready-check'
f a/notification-type sdnotify; bad 'a misspelt one' 'did you mean sd_notify'
new; f a/command 'sleep 9'; f a/capabilities 'net_bind_servce\n'; bad 'a misspelt capability' 'did you mean net_bind_service'
f a/capabilities 'net_bind_service CAP_CHOWN\n'; : >sv/a/no-new-privs; : >sv/a/private-tmp; f a/read-only-paths '/usr\n/etc\n'; good 'privileges'
script a run; like "$(cat run)" "reeve-apply -c 'net_bind_service CAP_CHOWN' -N -t -r /usr -r /etc -- sleep 9" 'are in the run'
new; f a/command 'sleep 9'; f a/memory-max 64M; f a/cpu-max '50%%\n'; f a/tasks-max 10; good 'limits of a cgroup'
script a cgroup; is "$(cat cgroup)" /sys/fs/cgroup/reeve/a 'cgroup'
f a/memory-max lots; bad memory-max 'sv/a/memory-max:1: '
f a/memory-max 64M; f a/cpu-max 0; bad 'cpu-max 0' 'sv/a/cpu-max:1: '
f a/cpu-max 1; f a/tasks-max 0; bad 'tasks-max 0' 'sv/a/tasks-max:1: '

new; f a/type oneshot; f a/up 'echo x'; f a/schedule '*/5 * * * *\nmissed=run\njitter=30s\n'; good schedule
is "$(reeve-rc-db -c out type a)" longrun 'it becomes a longrun'
script a run; like "$(cat run)" "reeve-schedule -3 3 -m -r /[^ ]*/schedule/a -j 30000 -- '\*/5 \* \* \* \*' echo x" 'of reeve-schedule'
f a/schedule '61 * * * *\n'; bad 'minute 61' 'sv/a/schedule:1: .*minute must be 0 to 59'
f a/schedule 'every 5 min\nmised=run\n'; bad 'a misspelt line' 'sv/a/schedule:2: '
new; f a/command sleep; f a/schedule '@daily\n'; bad 'schedule of a longrun' 'sv/a/schedule: without meaning in a longrun'
new; f a/command x; f b/command y; mkdir sv/a/wants.d sv/a/after.d sv/a/dependencies.d; : >sv/a/wants.d/nowhere; : >sv/a/after.d/b; : >sv/a/wants.d/b
good 'wants.d and after.d, a name that does not exist too'
like "$(reeve-rc-db -c out show a)" '^wants: b$' wants.d
like "$(reeve-rc-db -c out show a)" '^after: b$' after.d
f a/restart-with 'b\n'; bad 'restart-with without a dependency' 'b is not a dependency of a'
: >sv/a/dependencies.d/b; good restart-with; like "$(reeve-rc-db -c out show a)" '^restart-with: b$' 'is kept'
: >sv/a/restart-with; good 'restart-with empty'; like "$(reeve-rc-db -c out show a)" '^restart-with: b$' 'is all dependencies'
mkdir sv/b/after.d; : >sv/b/after.d/a; bad 'a cycle of after' 'cyclic service dependency: a -> b -> a'

# Files that are nearly ours.
new; f a/command x; f a/enviroment ''; bad 'enviroment' 'did you mean environment'
compile --lax; is $? 0 'but not with --lax'
new; f a/command x; f a/notes ''; good 'a file that is like none'; like "$(cat said)" 'warning: sv/a/notes: unknown file' 'is a warning'
new; f a/command x; f a/run.bak ''; f a/up~ ''; good 'what an editor leaves'
new; f a/type oneshot; f a/run '#!/bin/sh\n'; bad 'a oneshot with a run' 'has no run; did you mean up'
# All errors of a run, not the first.
new; f a/type longrn; f b/command '{'; f c/command x; f c/nice 99; f d/dependencies 'nn\n'; f d/command x; compile
is "$(grep -c ' error: ' said)" 4 'all errors of a run are said'
# Two sources.
new; f a/command x; rm -rf sv2; cp -R sv sv2; echo y >sv2/a/command
reeve-rc-compile out sv sv2 2>said; is $? 1 'a name in two sources'
like "$(cat said)" 'sv2/a: .*already defined in sv/a' 'both are named'
reeve-rc-compile --override out sv sv2; is $? 0 '--override'
script a run; like "$(cat run)" 'exec y' 'the later one wins'
end
