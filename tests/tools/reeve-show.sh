#!/bin/sh
# tools/reeve-show.sh - reeve tree, why, graph, help: what they say.
. "$TESTS/lib.sh"
. "$TESTS/helpers/tree.sh"

reeve tree 2>err;		is $? 102 'tree, without a tree'
reeve why 2>err;		is $? 100 'why without a name'
reeve graph 2>err;		is $? 102 'graph, nothing live'
tree
echo 'sleep 1003 & exec sleep 1004' | longrun parent
cp -r t/sv/parent t/service/parent
reeve-svscanctl -a t/service
within 10 reeve status -q parent
reeve start web >/dev/null

out=$(reeve tree parent)
like "$out" '^parent +running for [0-9]+s$' 'tree: the service'
like "$out" '^`- [0-9]+ sleep 1004$' 'its process'
like "$out" '^   `- [0-9]+ sleep 1003$' 'and the child of that'
like "$(LC_ALL=C.UTF-8 reeve tree parent)" '^└─ ' 'with lines in UTF-8'
reeve tree prnt 2>err;		is $? 100 'tree of an unknown name'

# What was told to stop and does not: since when that is, nobody notes.
longrun deaf <<-EOF
trap "" TERM
echo >&3
while :; do sleep 0.1; done
EOF
echo 3 >t/sv/deaf/notification-fd
for s in deaf limited; do cp -r t/sv/deaf t/service/$s; done
echo 600000 >t/service/limited/timeout-kill
reeve-svscanctl -a t/service
within 10 reeve status -q deaf limited
reeve-svc -d t/service/deaf t/service/limited
within 10 sh -c 'reeve status deaf limited | grep -c stopping | grep -q 2'
out=$(reeve why deaf);		is $? 0 'why: one that does not stop'
like "$out" '^deaf is stopping \(pid [0-9]+\), started [-0-9: ]+, [0-9]+s ago$' 'when it was started'
like "$out" 'reeve kill -s KILL deaf; a file timeout-kill' 'and how it ends'
like "$(reeve why limited)" 'wait: it is killed in (10|9)m [0-9]+s' 'or when it will be killed'
like "$(reeve status deaf)" '^deaf +stopping +[0-9]+ +- ' 'status does not count from its start'
is "$(reeve tree deaf | head -n 1)" 'deaf  stopping' 'nor does tree'
for s in deaf limited; do (reeve stop -t 13 $s >said.$s 2>&1) & done; wait %1 %2 2>/dev/null
within 20 grep -q 'not in time' said.deaf; within 20 grep -q 'not in time' said.limited
like "$(cat said.deaf)" 'deaf \(pid [0-9]+\) has not ended yet, and nothing will kill it: it has no timeout-kill \(reeve kill -s KILL deaf does; reeve why deaf\)' 'reeve stop says what it waits for'
like "$(cat said.limited)" 'limited \(pid [0-9]+\) has not ended yet; it is killed in [0-9]+m' 'and what will end it'
is "$(grep -c 'not ended yet' said.deaf)" 1 'once'
reeve kill -s KILL deaf limited >/dev/null
out=$(reeve why db);		is $? 0 'why db: exit 0'
like "$out" '^db is running \(pid [0-9]+\) since ' 'why: state'
like "$out" 'wanted: +.*needed by web' 'why: who wants it'
like "$out" 'stopping it would also stop: web' 'why: what would stop'
like "$out" "defined in: +$REEVE_HOME/sv/db" 'why: where it is defined'
reeve stop db >/dev/null
out=$(reeve why web);		is $? 1 'why web: exit 1'
like "$out" 'because: +db is stopped' 'why: the cause'
like "$out" 'what to do: +reeve start' 'why: what to do'
reeve start bad >/dev/null
like "$(reeve why bad)" 'exited with code 7' 'why: how it ended'
like "$(reeve why default)" '^default is a bundle' 'why: a bundle'
reeve why bda 2>err;		is $? 100 'why of an unknown name'

out=$(reeve graph);		is $? 0 'graph'
like "$out" '"web" -> "db";' 'graph: an arrow to what is needed'
is "$(reeve graph mnt | grep -c -e '->')" 0 'graph of one without arrows'
like "$(reeve graph db)" '"web" -> "db"' 'graph of one with what needs it'
reeve graph wbe 2>err;		is $? 100 'graph of an unknown name'
like "$(cat err)" "did you mean 'web'" 'the nearest'
is "$(reeve graph --db t/state/boot | head -n1)" 'digraph services {' --db
reeve graph --db t/sv/db/run 2>/dev/null; is $? 111 '--db of no database'
if command -v dot >/dev/null; then
	like "$(reeve graph --svg)" '<svg' 'SVG'
else
	(PATH=$BUILD/bin; reeve graph --svg 2>err); is $? 127 'no dot'
fi

reeve >out;			is $? 0 'reeve alone: exit 0'
like "$(cat out)" '^usage: reeve SUBCOMMAND' 'the overview'
is "$(awk 'length > 79' out)" '' 'fits in 80 columns'
reeve stauts 2>err;		is $? 100 'a mistyped subcommand: exit 100'
like "$(cat err)" "did you mean 'status'" 'the nearest'
reeve --wat 2>err;		is $? 100 'an unknown option: exit 100'
reeve help stauts 2>err;	is $? 100 'help on a mistyped one'
like "$(reeve help status)" '^usage: reeve status' 'help on a subcommand'
like "$(reeve help --topics)" '^tutorial' 'topics'
# Every topic has its page, and it is shown.
mkdir fake
printf '#!/bin/sh\necho "man $*"\n' >fake/man; chmod 755 fake/man
for t in $(reeve help --topics | awk '{print $1}') reeve-tutorial; do
	like "$(PATH=$PWD/fake:$PATH reeve help "$t")" "^man (-l .*/|[57] )reeve-${t#reeve-}" \
		"help $t"
done
out=$(PATH=$BUILD/bin reeve help tutorial 2>&1); is $? 127 'without man'
like "$out" 'apt install man-db; or read .*reeve-tutorial.7|is not installed' \
	'what to do'

# A plan names the files that somebody wrote, not what is made of them.
reeve down >/dev/null 2>&1
rm -rf t; definitions
echo 'sleep 1006' >t/sv/bad/command
rm t/sv/bad/run; echo 2 >t/sv/bad/nice; echo 2 >t/sv/web/nice
: >t/sv/default/contents.d/bad
reeve up >out 2>&1;		is $? 0 'two with properties of ours' || show out
echo 3 >t/sv/bad/nice; echo '# changed' >>t/sv/web/run; echo false >t/sv/mnt/up
out=$(reeve plan)
like "$out" 'web: its definition changed \(run\)$' 'plan: a script of its own'
like "$out" 'bad: its definition changed \(nice\)$' 'what a script of ours is made of'
like "$out" 'mnt: its definition changed \(up\)$' 'of a oneshot'

# What outlives its service is seen, as it may hold a port.
longrun leaves <<-EOF
sleep 1008 &
echo \$! >$PWD/left
exec sleep 1009
EOF
echo true >t/sv/mnt/up
reeve switch >out 2>&1
reeve start leaves >out 2>&1;	is $? 0 'one that leaves a process behind' || show out
within 10 test -s left
if built_with LINUX; then
	not 'tree: nothing is left as long as it runs' sh -c 'reeve tree | grep "left behind"'
	reeve stop leaves >out 2>&1
	like "$(reeve tree | grep -A9 'left behind by what has ended')" "^\`- $(cat left) sleep 1008$" 'tree: what it left'
	like "$(reeve tree)" 'it is in the directory of leaves' 'and whose it was'
else
	skip 3 'orphans go elsewhere'
fi
kill "$(cat left)"

# A log without room: the service seems to run as ever.
longrun bad <<'EOF'
printf '%3000s\n' | tr ' ' e
exec sleep 1006
EOF
rm t/sv/bad/command
echo true >t/sv/mnt/up
: >t/sv/bad/logger
mkdir -p t/log/bad
if mount -t tmpfs -o size=64k none t/log/bad 2>/dev/null; then
	reeve switch >out 2>&1;	is $? 0 'one with a log' || show out
	within 10 grep -q 'e$' t/log/bad/current
	out=$(reeve why bad)
	like "$out" '^    [-0-9: ]{19} e{300,} [.]{3}$' 'why: long lines are cut'
	like "$(reeve logs bad)" 'e{3000}$' 'logs shows them'
	is "$(echo "$out"; reeve status)" "$(echo "$out"; reeve status | grep -v 'no room')" 'nothing of a lack of room'
	dd if=/dev/zero of=t/log/bad/fill bs=1k >/dev/null 2>&1
	like "$(reeve why bad)" 'its log: +there is no room left for it' 'why: no room for the log'
	like "$(reeve status)" "^There is no room left for the log in $PWD/t/log/bad: its logger waits" 'status'
	is "$(reeve status | grep -c 'no room')" 1 'once'
	reeve down >/dev/null; umount t/log/bad
else
	reeve down >/dev/null
	skip 7 'cannot mount'
fi
end
