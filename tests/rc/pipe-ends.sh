#!/bin/sh
# rc/pipe-ends.sh - no line is lost between a service and its logger: the pipe
# of a oneshot's logger outlives a switch, both ends meet again when it was
# removed, also when the oneshot becomes a longrun; and a logger that was dead
# reads what is left before it is stopped, removed, or the tree ends.
# TIMEOUT: 120
. "$TESTS/lib.sh"
. "$TESTS/helpers/tree.sh"
[ "$P" = reeve- ] || skip_all 'for our own names'
logged() { cat "t/log/$1/current" t/log/"$1"/@* 2>/dev/null; }
has() { [ "$(logged "$1" | grep -c "$2")" = "$3" ]; }
longrun keep <<'E'
exec sleep 1000
E
mkdir -p t/sv/job t/sv/default/contents.d
echo oneshot >t/sv/job/type
echo 'echo the job says hello' >t/sv/job/up
: >t/sv/job/logger
echo bundle >t/sv/default/type
: >t/sv/default/contents.d/keep
: >t/sv/default/contents.d/job
reeve up >/dev/null || bail 'reeve up fails'
ok 'a oneshot is logged' within 10 has job hello 1
fifo=t/live/fifo/job-log
was=$(stat -c %i $fifo)
echo 1 >t/sv/keep/nice
reeve switch >out 2>&1;	is $? 0 'a switch of another service'
is "$(stat -c %i $fifo)" "$was" 'leaves its pipe alone'
reeve restart job >/dev/null
ok 'it is logged as before' within 10 has job hello 2

if [ -e /proc/self/fd/0 ] && built_with PIDFD; then
	rm $fifo
	reeve restart job >out 2>&1
	is $? 0 'its pipe was removed by somebody'
	ok 'it is logged all the same' within 10 has job hello 3
else
	skip 2 'not known here which pipe a process reads'
fi

rm t/sv/job/type t/sv/job/up
longrun job <<'E'
echo the longrun says hi
exec sleep 1000
E
reeve switch >out 2>&1;	is $? 0 'it becomes a longrun'
ok 'and is logged' within 10 has job hi 1

# counting NAME: a service that writes numbered lines.
counting() {
	longrun "$1" <<-E
	n=0
	trap 'echo "\$n" >$PWD/$1.wrote; exit 0' TERM
	while n=\$((n + 1)); do echo "line \$n"; sleep 0.005; done
	E
	: >"t/sv/$1/logger"
	: >"t/sv/default/contents.d/$1"
}
# dead NAME: its logger is dead, and something is in its pipe.
dead() {
	within 10 has "$1" 'line 20$' 1
	kill -KILL "$(reeve-svstat -o pid "t/service/$1-log")"
}
complete() { has "$1" 'line ' "$(cat "$1.wrote")"; }
counting a; counting b; counting c
reeve switch >out 2>&1;	is $? 0 'three with loggers'
dead a
rm -r t/sv/a t/sv/default/contents.d/a
reeve switch >out 2>&1;	is $? 0 'one is removed whose logger is dead'
ok 'all its lines are logged' complete a || tail -n 2 out
dead b
reeve stop b-log >out 2>&1;	is $? 0 'one is stopped with its logger'
ok 'all its lines are logged' complete b
dead c
reeve down >out 2>&1;	is $? 0 'the tree ends'
ok 'and all lines are logged' complete c
end
