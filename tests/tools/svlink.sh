#!/bin/sh
# tools/svlink.sh - svlink adds a service and its logger to a scan directory,
# svunlink takes them out; both wait, and undo what did not work.
. "$TESTS/lib.sh"

service svc/log <<'END' || exit
exec cat >/dev/null
END
for s in svc one two pub; do
	service $s <<'END'
exec sleep 1000
END
done
"${P}svlink" 2>/dev/null;		is $? 100 'no argument'
"${P}svlink" nodir svc 2>/dev/null;	is $? 111 'no scan directory'
mkdir noscan; mkdir -m 700 noscan/.s6-svscan; : >noscan/.s6-svscan/lock
"${P}svlink" noscan svc 2>err;		is $? 1 'no svscan runs on it'
like "$(cat err)" 'not? (svscan|running)|running on noscan' 'it says so'
is "$(ls noscan)" '' 'and nothing is linked'

scanned scan
"${P}svlink" scan svc .x 2>/dev/null;	is $? 100 'a name with a dot'
"${P}svlink" scan nodir 2>/dev/null;	is $? 111 'no service directory'
mkdir empty
"${P}svlink" scan empty 2>/dev/null;	is $? 111 'no run script'
is "$(ls scan)" '' 'nothing is linked'

ok 'svlink of a logged service' "${P}svlink" -t 9000 scan svc
is "$(readlink scan/svc)" "$PWD/svc" 'it is a link to the absolute name'
ok 'it is supervised' "${P}svok" svc
ok 'so is its logger' "${P}svok" svc/log
is "$(stat -c %a svc/event)" 3730 'its events are for the group'
ok 'a second time it is there already' "${P}svlink" -t 9000 scan svc 2>/dev/null
ok 'by another name' "${P}svlink" -t 9000 scan one uno
ok 'its name is that' test -h scan/uno
ok '-d' "${P}svlink" -t 9000 -d scan two
is "$(field two up)" false 'it is not started'
not 'and the file down is gone' test -e two/down
ok '-D -P' "${P}svlink" -t 9000 -D -P scan pub
ok 'keeps down' test -e pub/down
is "$(stat -c %a pub/event)" 1733 'its events are for everybody'
ln -s /tmp scan/x
service y <svc/run
"${P}svlink" scan y x 2>/dev/null;	is $? 111 'the name is taken'
not 'by something else, which is left alone' "${P}svok" y

"${P}svunlink" 2>/dev/null;		is $? 100 'svunlink without argument'
ok 'svunlink' "${P}svunlink" -t 9000 scan svc
not 'its supervise is gone' "${P}svok" svc
not 'and that of its logger' "${P}svok" svc/log
not 'and the link' test -h scan/svc
ok 'svunlink -X does not wait' "${P}svunlink" -X scan uno
ok 'but it ends' within 10 sh -c "! ${P}svok one"
"${P}svunlink" -t 9000 scan nosuch 2>/dev/null; is $? 0 'what is not there'
if [ "$P" = reeve- ]; then
	"${P}svlink" scan svc x y 2>/dev/null; is $? 100 'too many arguments'
	"${P}svunlink" scan a/b 2>/dev/null; is $? 100 'a name with a slash'
	"${P}svlink" scan y a/b 2>/dev/null; is $? 100 'for svlink too'
	# Nothing can come of it when the svscan is stopped: undone.
	kill -STOP "$scan_pid"
	"${P}svlink" -t 200 scan y 2>err;	is $? 99 'timeout'
	not 'the link is removed again' test -h scan/y
	kill -CONT "$scan_pid"
	# x is told before the supervise is gone: that is waited for too.
	"${P}svlink" -t 9000 scan y
	pid=$(ps -o ppid= -p "$(field y pid)" | tr -d " ")
	if strace -qq -o /dev/null true 2>/dev/null; then
		strace -o trace -e inject=exit_group:delay_enter=500000 \
			-p "$pid" 2>attached & tracer=$!
		within 5 grep -q attached attached
		ok 'svunlink' "${P}svunlink" -t 9000 scan y
		not 'a supervise that is slow to end has ended' "${P}svok" y
		wait $tracer
	else
		skip 2 'strace cannot trace here'
	fi
	service deaf <<'END'
trap '' TERM
while :; do sleep 1; done
END
	"${P}svlink" -t 9000 scan deaf
	within 5 up deaf
	"${P}svunlink" -t 200 scan deaf 2>/dev/null; is $? 99 'it takes too long'
fi
end
