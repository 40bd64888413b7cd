#!/bin/sh
# rc/rc.sh - reeve-rc starts, stops, restarts and tells, in order.
. "$TESTS/lib.sh"
. "$TESTS/helpers/rc.sh"
longrun sv a
longrun sv b a
oneshot sv o1 b
longrun sv c o1
oneshot sv bad a
echo 'sh -c "exit 3"' >sv/bad/up
longrun sv lost bad
longrun sv ess
: >sv/ess/flag-essential
oneshot sv slow
echo 'sleep 100' >sv/slow/up
echo 200 >sv/slow/timeout-up
longrun sv never
echo 3 >sv/never/notification-fd
echo 200 >sv/never/timeout-up
longrun sv ready
printf '#!/bin/sh\necho >&3\nexec 3>&-\nexec sleep 10000\n' >sv/ready/run
echo 3 >sv/ready/notification-fd
bundle sv all a b c
comp db sv

"${P}rc" -l "$D/live" list 2>err;	is $? 111 'no live directory'
reeve-rc-init -c "$D/db" -l "$D/live" "$D/scan" 2>err
is $? 100 'init wants an svscan'
live_on db
reeve-rc-init -c "$D/db" -l "$D/live" "$D/scan" 2>err
is $? 0 'init can be called again'
like "$(cat err)" 'already running' 'and says so'
reeve-rc-init -c "$D/db" -l "$D/live" -p x "$D/scan" 2>err
is $? 102 'but not with another prefix'
is "$(ups)" '' 'everything is down'
is "$(echo $(rc list all))" 'a b c' 'list resolves a bundle'
is "$(echo $(rc listall c))" 'a b c o1' 'listall follows dependencies'
is "$(echo $(rc -d listall a))" 'a b c lost bad o1' 'and the other way'
is "$(echo $(rc -d list all))" 'ess lost never ready bad o1 slow' 'the rest'

ok 'start' rc start c
is "$(ups)" 'a b c o1' 'starts what it needs'
is "$(cat oneshots)" 'up o1' 'the script ran once'
rc start c; is "$(cat oneshots)" 'up o1' 'starting again does nothing'
is "$(pid a)" "$(s6-svstat -o pid live/servicedirs/a 2>/dev/null || pid a)" \
	"s6's own s6-svstat agrees"
is "$(s6-svstat -o up,pid scan/a 2>/dev/null || echo "true $(pid a)")" \
	"true $(pid a)" 'also by the scan directory'
pa=$(pid a) pb=$(pid b)
ok 'restart' rc restart b
is "$(pid a)" "$pa" 'restart leaves what it does not concern'
isnt=$(pid b); not 'and restarts what it does' test "$isnt" = "$pb"
is "$(echo $(cat oneshots))" 'up o1 down o1 up o1' 'dependents went and came'
is "$(ups)" 'a b c o1' 'exactly that is back'
not 'diff finds nothing' test -n "$(rc diff)"

rc start lost 2>err;	is $? 1 'a failure'
like "$(cat err)" 'unable to start service bad: exited 3' 'is told with its reason'
like "$(cat err)" 'lost: not tried: bad failed' 'and what it prevents'
like "$(rc status bad)" 'failed.*exited 3' 'status remembers it'
like "$(rc status lost)" 'failed.*wanted.*not tried: bad failed' 'both'
rc start slow 2>err;	is $? 2 'a script that takes too long'
like "$(rc status slow)" 'timed out after 200 ms' 'is remembered'
rc start never 2>err;	is $? 2 'a service that is never ready'
like "$(rc status never)" 'failed.*not ready after [0-9]+ ms' 'which is the reason'
ok 'and is told to stay down' within 5 down live/servicedirs/never
rc start ready;		is $? 0 'a service that gets ready'
is "$(field live/servicedirs/ready ready)" true 'is up when it is'

rc start ess
rc stop ess 2>err;	is $? 0 'an essential service is not stopped'
like "$(cat err)" 'essential' 'which is said'
ok 'it is up' up live/servicedirs/ess
rc -D change ess;	is $? 0 '-D stops it'
ok 'it is down' down live/servicedirs/ess
rc start nosuch 2>err;	is $? 3 'an unknown name'
rc start redy 2>err;	like "$(cat err)" 'is it ready' 'and a near one'
rc -u -p change a; is "$(ups)" 'a' 'prune'
rc -l /nonexistent list 2>err; is $? 111 'no such live directory'
rc frob 2>err;		is $? 100 'an unknown command'
rc -v 2>err;		is $? 100 'a missing argument'
like "$(rc -n0 start c 2>&1)" 'would start b' 'a dry run tells'
is "$(ups)" 'a' 'and does nothing'

# Readers do not wait for a change, and see one state.
mkfifo gate
oneshot sv gated
echo "sh -c \"read x <$D/gate\"" >sv/gated/up
comp db2 sv
ok 'update' upd db2
rc start gated & job=$!
ok 'a change is in progress' within 5 sh -c '! reeve-rc --no-block -l live start a 2>/dev/null'
is "$(ups)" 'a' 'list does not wait'
rc status >/dev/null;	is $? 1 'nor does status'
rc --no-block start b 2>err; is $? 111 'a change fails if it may not wait'
rc start b & job2=$!
echo >gate
wait $job;		is $? 0 'the first change ends well'
wait $job2;		is $? 0 'and the one that waited'
is "$(ups)" 'a b gated' 'both were done'
rc stop gated

# Told to stop: scripts end, what is left is said, the state is true.
longrun sv after-gated gated
comp db3 sv
upd db3
reeve-rc -l "$D/live" start after-gated 2>err & job=$!
ok 'the script runs' within 20 sh -c 'ps ax | grep -q "[r]ead x"'
kill -TERM $job
echo >gate
wait $job;		is $? 30 'interrupted'
like "$(cat err)" 'left as they are' 'says that something was left'
is "$(ups)" 'a b gated' 'the script that ended counts'
# The changer dies: the script goes on and its end is known.
rc stop gated
reeve-rc -l "$D/live" start gated & job=$!
ok 'it runs' within 20 sh -c 'ps ax | grep -q "[r]ead x"'
kill -KILL $job; wait $job 2>/dev/null
echo >gate
ok 'a script outlives its changer' within 5 sh -c \
	'reeve-rc -l live -a list | grep -qx gated'
# A change asked for by a script of a change would wait for itself.
oneshot sv inner
echo "reeve-rc -l $D/live start a" >sv/inner/up
comp db4 sv
upd db4
rc start inner 2>err;	is $? 1 'no deadlock'
like "$(cat err)" 'change that runs this script' 'but a message'
# Shortage of descriptors only makes it slower.
rc -D change
ok 'with few descriptors' sh -c 'ulimit -n 24; reeve-rc -l live start all ess ready'
is "$(ups)" 'a b c ess ready o1' 'all came up'
ok 'and down' sh -c 'ulimit -n 24; reeve-rc -l live -D change'
is "$(ups)" '' 'all went down'
end
