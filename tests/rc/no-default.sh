#!/bin/sh
# rc/no-default.sh - a place with services and no bundle `default': all of them
# are it, for the plan, the switch, up, status and check alike, until somebody
# writes one; by the names of s6 nothing is added.
. "$TESTS/lib.sh"
. "$TESTS/helpers/rc.sh"
place
need reeve-new
up() { for _s; do reeve status -q "$_s" || return 1; done; }

reeve new -q --log app -- sleep 1000
reeve new -q --oneshot done -- true
mkdir -p $sv/t@/instances.d; : >$sv/t@/instances.d/x; echo 'sleep 1000' >$sv/t@/command
like "$(reeve check 2>&1)" ' 0 errors, 0 warnings' 'check says nothing against it'
reeve-rc-compile db $sv; is $? 0 'it is compiled'
is "$(reeve-rc-db -c db contents default | sort | tr '\n' ' ')" \
	'app done t@x ' 'the bundle has all but the loggers, which are needed'
reeve up >out 2>&1; is $? 0 'up' || show out
ok 'starts all' up app app-log done t@x
is "$(reeve status --check)" 'healthy: 3 up' 'all are expected'
like "$(reeve why app)" 'in bundle default' 'why says why'
like "$(reeve tree --ascii 2>/dev/null || reeve tree)" 'app' 'the tree has it'

reeve new -q later -- sleep 1000
like "$(reeve plan)" '^start +later: it is new in bundle default' 'a new one'
sw; is $? 0 'is switched to'
ok 'and started' up later
reeve new -q --default last -- sleep 1000 2>err
like "$(cat err)" 'no bundle default in .*, so last is started with all' \
	'--default has nothing to do'
not 'and makes no bundle' test -e $sv/default
mkdir -p $sv/default/contents.d; echo bundle >$sv/default/type
: >$sv/default/contents.d/app
reeve plan >out; is $? 0 'somebody writes the bundle'
like "$(cat out)" '^stop +later: it left bundle default' \
	'what it leaves out stops' || show out
sw; is $? 0 'is switched to'
not 'it is stopped' up later
ok 'the other is untouched' up app
reeve down >/dev/null
rm -rf home

# A service of that name, or nothing at all: nothing is added.
mkdir -p one/default; echo 'sleep 1' >one/default/command
mkdir -p one/b; echo 'sleep 1' >one/b/command
reeve-rc-compile one.db one
is "$(reeve-rc-db -c one.db list bundles)" '' 'a service default'
mkdir none; reeve-rc-compile none.db none
is "$(reeve-rc-db -c none.db list all)" '' 'no services'
mkdir -p s6/a; echo longrun >s6/a/type; printf '#!/bin/sh\nexec sleep 1\n' >s6/a/run
mkdir names; ln -s "$(command -v reeve-rc-compile)" names/s6-rc-compile
names/s6-rc-compile s6.db s6; is $? 0 'by the name of s6'
is "$(reeve-rc-db -c s6.db list all)" a 'nothing is added'
end
