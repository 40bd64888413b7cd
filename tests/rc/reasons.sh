#!/bin/sh
# rc/reasons.sh - the plan names what changed and nothing else, a switch shows
# it, and what was kept, restarted or renamed is told as what it is.
. "$TESTS/lib.sh"
. "$TESTS/helpers/tree.sh"
mkdir -p t/sv/default/contents.d t/sv/a t/sv/r/data t/sv/o t/sv/k
echo bundle >t/sv/default/type
for s in a r o k; do : >t/sv/default/contents.d/$s; done
echo 'sleep 1000' >t/sv/a/command
echo 'A=1' >t/sv/a/environment
echo 1 >t/sv/a/nice
: >t/sv/a/logger
printf '#!/bin/sh\nexec sleep 1000\n' >t/sv/r/run; chmod 755 t/sv/r/run
echo 1 >t/sv/r/nice
echo 1 >t/sv/r/data/x
echo oneshot >t/sv/o/type
echo true >t/sv/o/up; echo true >t/sv/o/down
echo A=1 >t/sv/o/environment
echo 'sleep 1001' >t/sv/k/command
echo keep >t/sv/k/on-change
reeve up >out 2>&1;		is $? 0 'up' || show out
# reason SERVICE WANT LABEL: what the plan says, and then a switch does.
reason() {
	is "$(reeve plan | sed -n "s/^[a-z]* *$1: //p")" "$2" "$3: the plan"
	reeve switch --settle=0 2>/dev/null >out
	is "$? $(sed -n "s/^[a-z]* *$1: //p" out)" "0 $2" "... and the switch" || show out
}
echo A=2 >t/sv/a/environment
reason a 'its definition changed (environment)' 'environment alone'
echo '# a remark' >>t/sv/a/environment
like "$(reeve plan)" '0 stay|stay up untouched|same set' 'a remark is no change'
reeve switch -q
echo 2 >t/sv/a/nice; echo 'sleep 1002' >t/sv/a/command
reason a 'its definition changed (nice, command)' 'two'
rm t/sv/a/environment
reason a 'its definition changed (environment)' 'one that is gone'
echo 't n5' >t/sv/a/logger
reason a-log 'its definition changed (logger)' 'a logger'
printf '#!/bin/sh\nexec sleep 1003\n' >t/sv/r/run
reason r 'its definition changed (run)' 'a run below a nice'
echo 2 >t/sv/r/nice
reason r 'its definition changed (nice)' 'a nice above a run'
echo 2 >t/sv/r/data/x; echo 2 >t/sv/r/data/y
reason r 'its definition changed (data/x, data/y)' 'data'
echo A=2 >t/sv/o/environment
reason o 'its definition changed (environment)' 'the environment of a oneshot'
echo 'true 1' >t/sv/o/down
reason o 'its definition changed (down)' 'its down script'

# Kept.
pid=$(pid_of k)
echo 'sleep 1004' >t/sv/k/command
reason k 'its definition changed (command): it counts from the next start' 'kept'
is "$(pid_of k)" "$pid" 'it goes on'
old='it runs with an earlier definition'
like "$(reeve plan)" "^keep     k: $old" 'what runs on is in the plan of the same set'
like "$(reeve status)" "^k: $old" '... in status'
like "$(reeve why k)" "$old" '... and in why'
reeve switch -q
rm t/sv/k/on-change
reason k "$old" 'kept no more'
ok 'it runs with the new one' \
	within 10 sh -c "ps -o args= -p $(pid_of k) | grep -qx 'sleep 1004'"
not 'and nothing is told of it any more' sh -c "reeve status | grep '$old'"

# Who counts as restarted.
restarts() { reeve status --json "$1" | sed -n 's/.*"restarts":\([0-9]*\).*/\1/p'; }
reeve restart a >/dev/null 2>&1
is "$(restarts a)" 0 'neither switches nor a restart by hand count as deaths'
pid=$(pid_of a)
kill -9 "$pid"
another() { _p=$(pid_of a); [ -n "$_p" ] && [ "$_p" != "$pid" ] && [ "$_p" != 0 ]; }
within 10 another
is "$(restarts a)" 1 'an end does'

# A name that changes.
mv t/sv/a t/sv/b; mv t/sv/default/contents.d/a t/sv/default/contents.d/b
mv t/sv/k t/sv/l; mv t/sv/default/contents.d/k t/sv/default/contents.d/l
printf 'a -> b\nk -> l\n' >conv
log=$(pid_of a-log) pid=$(pid_of k)
svs() { ps -e -o args= | sed -n 's/.*reeve-supervise //p' | sort | tr '\n' ' '; }
sup=$(ps -e -o pid= -o args= | sed -n 's/^ *\([0-9]*\) .*reeve-supervise a-log$/\1/p')
reeve switch -f conv --settle=0 >out 2>&1; is $? 0 'names are changed' || show out
like "$(cat out)" '^rename   a-log: to b-log' 'the logger goes along'
ok 'it keeps its supervise, which bears the new name' \
	within 10 sh -c "ps -o args= -p $sup | grep -q 'reeve-supervise b-log$'"
is "$(pid_of l)" "$pid" 'one that did not change runs on'
named() { [ "$(svs)" = 'b b-log l r reeve-catchall s6rc-oneshot-runner ' ]; }
ok 'ps shows the new names' within 10 named || svs | show
is "$(reeve switch -q -f conv 2>&1; echo $?)" 0 'quiet says nothing'
ok 'quiet plan: nothing to do' reeve plan -q
echo 3 >t/sv/r/nice
reeve plan -q >out 2>&1; is "$? $(cat out)" '1 ' 'quiet plan: something to do'
reeve down >/dev/null
end
