#!/bin/sh
# tools/reeve-up.sh - reeve up makes a tree from nothing, in the background,
# once; reeve down ends it, and nothing is left.
. "$TESTS/lib.sh"
. "$TESTS/helpers/tree.sh"
rm -rf t

reeve up x 2>err;		is $? 100 'up takes no name'
like "$(cat err)" 'reeve start x' 'and says what does'
out=$(reeve up -n);		is $? 0 'up -n'
like "$out" 'would start reeve-svscan' 'says what it would do'
not 'and makes nothing' test -e t
out=$(reeve up);		is $? 0 'up, without any definition'
like "$out" 'no services yet' 'says so'
like "$out" 'reeve new --default --log NAME' 'and how to make one'
pid=$(reeve status --json | sed -n 's/.*"tree":{"running":true,"pid":\([0-9]*\).*/\1/p')
ok 'it runs in the background' kill -0 "$pid"
is "$(ps -o tty= -p "$pid" | tr -d ' ')" '?' 'without a terminal'
is "$(stat -c %a t/state t/service | tr '\n' ' ')" '755 755 ' 'modes, as root'
out=$(reeve up);		is $? 0 'up again'
is "$(reeve status --json | sed -n 's/.*"tree":{"running":true,"pid":\([0-9]*\).*/\1/p')" \
	"$pid" 'leaves the tree alone'
within 10 test -s t/log/catch-all/lock -o -e t/log/catch-all/current
mkdir t/service/loud
printf '#!/bin/sh\necho hello from loud\nexec sleep 1000\n' >t/service/loud/run
chmod 755 t/service/loud/run
reeve-svscanctl -a t/service
ok 'what has no logger is in the catch-all log' \
	within 10 grep -q 'hello from loud' t/log/catch-all/current
ok 'its logger is a service' reeve status -q reeve-catchall
reeve kill reeve-catchall >/dev/null
reeve kill loud >/dev/null
ok 'nothing is lost when the logger is restarted' within 10 \
	sh -c '[ $(cat t/log/catch-all/* | grep -c "hello from loud") -ge 2 ]'

reeve down x 2>err;		is $? 100 'down takes no name'
like "$(reeve down -n)" "would end the tree \(pid $pid\)" 'down -n'
ok 'ends nothing' kill -0 "$pid"
out=$(reeve down);		is $? 0 'down'
is "$out" 'The tree is down.' 'says so'
ok 'the tree is gone' no_process "$pid"
is "$(ps -e -o args= | grep -c '[r]eeve-\(svscan\|supervise\|log\)')" 0 \
	'nothing is left'
is "$(reeve down)" 'The tree is down already.' 'down again'
reeve up --tree-only >/dev/null; is $? 0 'up after down'
reeve down >/dev/null;		is $? 0 'and down'

# One that does not want to stop, as an ordinary user where that can be.
mkdir home
cat >user.sh <<'EOF'
unset REEVE_HOME
HOME=$PWD/home; export HOME
reeve new --default -q stubborn -- sh -c 'trap "" TERM; : >'$PWD'/trapped; while :; do sleep 1; done'
reeve up || exit 1
until [ -e trapped ]; do sleep 0.02; done
reeve status --check
stat -c '%a' home/.local/state/reeve
mkdir run; XDG_RUNTIME_DIR=$PWD/run reeve status --check
reeve down -t 1 2>&1
EOF
as=
if [ "$(id -u)" = 0 ] && setpriv --reuid=65534 --clear-groups true 2>/dev/null
then
	chown 65534:65534 . home
	as='setpriv --reuid=65534 --regid=65534 --clear-groups'
fi
out=$($as sh user.sh 2>&1);	is $? 1 'down with one that ignores TERM'
like "$out" '^The tree is up .*: 1 service up' 'up below HOME'
is "$(printf '%s\n' "$out" | grep -c '^healthy: 1 up$')" 2 \
	'found with and without XDG_RUNTIME_DIR'
like "$out" 'stubborn did not stop in time: killing it' 'who was killed'
like "$out" '^The tree is down; not every service stopped by itself' 'the end'
is "$(ps -e -o args= | grep -c '[r]eeve-\(svscan\|supervise\|log\)')" 0 \
	'nothing is left'

# The directories are gone, or others, and what was started from them runs on.
rm -rf t
definitions
reeve up >/dev/null 2>&1;	is $? 0 'up'
pid=$(reeve status --json | sed -n 's/.*"tree":{"running":true,"pid":\([0-9]*\).*/\1/p')
copies() { pgrep -fc '[s]leep 1001'; }
within 10 [ "$(copies)" = 1 ]
if built_with LINUX; then
	rm -rf t/service t/live t/state
	reeve up 2>err;		is $? 111 'the state removed under a running tree: up'
	like "$(cat err)" "pid $pid\).*a second time.*kill $pid" 'says what runs on'
	is "$(copies)" 1 'and starts no second copies'
	not 'nor anything else' test -e t/service
	mkdir t/service
	reeve up 2>err;		is $? 111 'nor on another directory of that name'
else
	skip 5 'not known here'
fi
kill "$pid"
ended() { ! kill -0 "$pid" 2>/dev/null; }
ok 'it is ended as it says' within 20 ended
rm -rf t
definitions
reeve up >/dev/null 2>&1;	is $? 0 'and then up works'
is "$(copies)" 1 'with one of each'

# A definition that does not work: up starts what is booted; a switch says why.
reeve new --default --log -q broken -- sh -c 'echo no port left; exit 3'
reeve up >out 2>err;		is $? 0 'up does not look at what was changed'
like "$(cat err)" 'definitions are not those .*reeve switch does it' 'and says so'
reeve switch >out 2>err;	is $? 12 'a switch to one that dies'
like "$(cat err)" 'unable to start service broken: died 3 times' 'why it failed'
like "$(cat err)" 'no port left$' 'and what it logged'
like "$(cat err)" 'going back to generation 1, as broken failed' 'and what is done'
reeve why broken 2>err;		is $? 100 'it is not live'
like "$(cat err)" "'broken' is defined in $PWD/t/sv/broken, but is not live: generation 2 failed .broken. and was undone" 'which why says'
rm -r t/sv/broken t/sv/default/contents.d/broken
reeve-switch -q >out 2>&1;	is "$? $(cat out)" '0 ' 'switch -q says nothing'
reeve new --default -q further -- sleep 1000
like "$(reeve start further 2>&1)" "'further' is defined in .*, but is not live" 'one that was just written'
reeve switch -q >out 2>&1;	is "$? $(cat out)" '0 ' 'nor of one that does something'
reeve up 2>err | grep -v '^The tree is up' >out
is "$(cat out err)" '' 'nor does up after it'
reeve down >/dev/null

# What keeps it from starting is said.
rm -rf t/service; : >t/service
reeve up --tree-only 2>err;	is $? 111 'the scan directory is a file'
like "$(cat err)" 't/service' 'is named'
end
