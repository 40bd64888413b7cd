#!/bin/sh
# rc/behave.sh - what definitions promise of services that run: wishes and
# order, readiness by a check, who is started again and with whom, and what a
# change of the definition does.
# TIMEOUT: 180
. "$TESTS/lib.sh"
. "$TESTS/helpers/rc.sh"
f() { mkdir -p "sv/$(dirname "$1")"; printf -- "$2" >"sv/$1"; }
update() { comp db2 sv; upd "$D/db2"; }
sleeper() { f "$1/command" "${2:-sleep 1000}"; }

# wish: wants one that cannot start, and one that can
sleeper wish; f wish/wants.d/broken ''; f wish/wants.d/fine ''; f wish/wants.d/nowhere ''
f broken/type oneshot; f broken/up 'sh -c "echo tried >>broken; exit 1"'; sed -i "s|>>broken|>>$D/broken|" sv/broken/up
sleeper fine
# order: after slow, if that is started too
f slow/type oneshot; f slow/up "sh -c \"sleep 0.5; echo slow >>$D/order\""
f order/type oneshot; f order/up "sh -c \"echo order >>$D/order\""; f order/down true; f order/after.d/slow ''
# check: ready when a file is there
sleeper check; f check/ready-check "test -e $D/flag"; sleeper needy; f needy/dependencies check
# who is started again
sleeper never "sh -c \"echo never >>$D/ran; exit 1\""; f never/restart never
sleeper clean "sh -c \"echo clean >>$D/ran; exit 0\""; f clean/restart on-failure; f clean/backoff '20 20'
sleeper fails "sh -c \"echo fails >>$D/ran; exit 3\""; f fails/restart on-failure; f fails/backoff '20 20'
# with whom
sleeper base; sleeper with; f with/dependencies base; f with/restart-with ''; sleeper without; f without/dependencies base
# a change of the definition
for s in keep reload restart; do sleeper $s "sh -c \"trap 'echo $s hup >>$D/hups' HUP; while :; do sleep 0.05; done\""; f $s/on-change $s; done
comp db sv; live_on db

rc -t 10000 start wish 2>err; r=$?
is "$(reeve-svstat -o up live/servicedirs/wish) $(reeve-svstat -o up live/servicedirs/fine) $(cat broken)" 'true true tried' 'wants.d: it is up, and what it wants was started, or tried'
is $r 0 'it lives without the one that could not be started'
is "$(grep warning err)" 'reeve-rc: warning: unable to start service broken: exited 1 (wish wants it, but does without)' 'which is told'
rc restart wish 2>err; is $? 0 'also when it is restarted'
like "$(cat err)" 'broken: exited 1 .wish wants it' 'which is told again'
rc start broken 2>err; is $? 1 'but who asks for that one gets an error'
is "$(grep warning err)" 'reeve-rc: warning: unable to start service broken: exited 1' 'without more'
rc stop fine; is "$(reeve-svstat -o up live/servicedirs/wish)" true 'it lives without'

rc start order; is "$(cat order)" order 'after.d: alone it does not wait for the other'
rc stop order; : >order; rc start order slow
is "$(cat order | tr '\n' ' ')" 'slow order ' 'together it comes after it'

rc -t 20000 start needy & job=$!
within 10 sh -c '[ "$(reeve-svstat -o up live/servicedirs/check)" = true ]'
is "$(reeve-svstat -o ready live/servicedirs/check) $(reeve-svstat -o up live/servicedirs/needy)" 'false false' 'ready-check: up is not ready, and what needs it waits'
: >flag; wait $job; is $? 0 'until the check succeeds'
is "$(reeve-svstat -o ready live/servicedirs/check)" true 'it is ready then'

rc start never clean fails 2>/dev/null
within 10 sh -c '[ $(grep -c fails ran) -ge 4 ]'; is $? 0 'restart on-failure: after a failure, soon with a small backoff'
is "$(grep -c clean ran) $(grep -c never ran)" '1 1' 'on-failure after success, never after anything: not'
rc stop never clean fails 2>/dev/null

rc start with without; a=$(pid with) b=$(pid without) p=$(pid base)
reeve-svc -r live/servicedirs/base
within 10 sh -c "[ \$(reeve-svstat -o pid live/servicedirs/base) -gt 0 ] && [ \$(reeve-svstat -o pid live/servicedirs/base) != $p ]"
is "$(pid without)" "$b" 'a dependency died and came back: who does not ask for it goes on'
rc restart base; [ "$(pid with)" != "$a" ]; is $? 0 'restart-with: restarted with its dependency'

rc start keep reload restart; k=$(pid keep) l=$(pid reload) r=$(pid restart)
for s in keep reload restart; do f $s/nice 1; done
update; is $? 0 'definitions change'
is "$(pid keep) $(pid reload)" "$k $l" 'on-change keep and reload: the same processes'
[ "$(pid restart)" != "$r" ]; is $? 0 'restart: another one'
within 10 grep -q 'reload hup' hups; is $? 0 'reload: it is told'
is "$(grep -c keep hups)" 0 'keep: it is not'
reeve-svc -r live/servicedirs/keep; within 10 sh -c "[ \$(reeve-svstat -o pid live/servicedirs/keep) != $k ] && [ \$(reeve-svstat -o up live/servicedirs/keep) = true ]"
ok 'but has the new definition when it starts again' within 10 sh -c 'ps -o ni= -p $(reeve-svstat -o pid live/servicedirs/keep) | grep -q -v "^ *$(nice)$"'
# A switch that starts a service and, with it, what it wants.
rc start wish fine 2>/dev/null; p=$(pid wish); : >broken; f wish/nice 1; comp db3 sv
upd --rollback "$D/db3" 2>err; is $? 0 'a wish that fails is no reason to undo a switch'
[ "$(pid wish)" != "$p" ]; is $? 0 'which restarted who wants it'
is "$(cat broken) $(rc -a list | grep -c broken)" 'tried 0' 'it was tried'
like "$(rc status broken)" 'failed ' 'has failed'
is "$(upd -n "$D/db3" 2>&1)" 'nothing to do: the same set of services' 'and is not owed'
rm sv/fine/command; f fine/run '#!/nowhere'; p=$(pid fine); comp db4 sv
upd --rollback "$D/db4" 2>err; is $? 12 'but one that was up has to come back'
within 5 up live/servicedirs/fine; is $? 0 'and does, by the way back'
rc -D change 2>/dev/null; is $? 0 'all down'
end
