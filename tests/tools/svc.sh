#!/bin/sh
# tools/svc.sh - svc sends each command and each signal, to several services,
# waits as told and says by its exit code how it went.
. "$TESTS/lib.sh"
env --default-signal=INT true 2>/dev/null || skip_all "no GNU env"

service s <<'END'
for s in ALRM ABRT QUIT HUP INT USR1 USR2 WINCH CONT; do
	trap "echo $s >>got" $s
done
trap 'echo TERM >>got; exit 0' TERM
echo >&3
while :; do sleep 0.05; done
END
echo 3 >s/notification-fd

"${P}svc" 2>/dev/null;			is $? 100 'no argument is misuse'
"${P}svc" -Z s 2>/dev/null;		is $? 100 'an unknown letter is misuse'
"${P}svc" -wz -u s 2>/dev/null;		is $? 100 'an unknown state is misuse'
"${P}svc" -T 3x -wu -u s 2>/dev/null;	is $? 100 'a bad timeout is misuse'
"${P}svc" -u nodir 2>/dev/null;		is $? 111 'a directory that is missing'

# A background process of a shell ignores INT and QUIT for ever.
env --default-signal=INT,QUIT "${SUP-$P}supervise" s &
super_pid=$!
within 10 "${P}svok" s || bail 'no supervise'
within 10 test -e s/supervise/status
ok '-wU waits for readiness' "${P}svc" -wU -T 9000 -u s
is "$(field s ready)" true 'and it is ready'
for l in a:ALRM b:ABRT q:QUIT h:HUP i:INT 1:USR1 2:USR2 y:WINCH; do
	rm -f s/got
	"${P}svc" -"${l%%:*}" s
	ok "-${l%%:*} sends SIG${l#*:}" within 5 grep -qx "${l#*:}" s/got
done

"${P}svc" -p s
ok '-p stops it' within 5 sh -c '[ "$('"${P}"'svstat -o paused s)" = true ]'
rm -f s/got
"${P}svc" -c s
ok '-c continues it' within 5 grep -qx CONT s/got

pid=$(field s pid)
ok '-wR waits for a restart' "${P}svc" -wR -T 9000 -r s
not 'and it is another process' [ "$(field s pid)" = "$pid" ]
ok '-wD waits for its end' "${P}svc" -wD -T 9000 -d s
is "$(field s up)" false 'and it is down'
"${P}svc" -wu -T 200 s 2>/dev/null;	is $? 99 'it does not come up: timeout'
ok '-wd of what is down' "${P}svc" -wd s

"${P}svc" -o s
ok '-o starts it' within 5 up s
is "$(field s wantedup)" false 'only once'
"${P}svc" -k s
ok '-k kills it' within 5 down s
is "$(field s signal)" SIGKILL 'with SIGKILL'
"${P}svc" -D s
ok '-D makes down' within 5 test -e s/down
"${P}svc" -wU -T 9000 -U s
ok '-U removes down' within 5 test ! -e s/down

"${P}svc" -O s
ok '-O wants it down' within 5 sh -c '[ "$('"${P}"'svstat -o wantedup s)" = false ]'
is "$(field s up)" true 'and leaves it up'
"${P}svc" -wD -T 9000 -xd s
wait "$super_pid"
not '-xd ends the supervise' "${P}svok" s

if [ "$P" = reeve- ]; then
	"${P}svc" -u s 2>err;			is $? 102 'no supervise: 102'
	like "$(cat err)" 'unable to control s: no supervise runs there' \
		'it says so'
	"${P}svc" -wu -T 5000 -u s 2>/dev/null;	is $? 102 'nor with -w'
	mkdir -p bad/supervise; : >bad/supervise/control
	"${P}svc" -u bad 2>/dev/null;		is $? 1 'control is not a fifo'
	for d in t u; do service $d <s/run; supervised $d; done
	ok 'several directories' "${P}svc" -wD -T 9000 -d t u
	is "$(field t up) $(field u up)" 'false false' 'all are told'
	"${P}svc" -u t nodir 2>/dev/null;	is $? 111 'one of them fails'
	ok 'and the others are told' within 5 up t
	"${P}svc" -u nodir s t 2>/dev/null;	is $? 102 'the last failure counts'
	"${P}svc" -wU -T 5000 -o t 2>err;	is $? 0 '-wU without notification-fd'
	like "$(cat err)" 'waiting with -wu' 'waits for up, and says so'
	"${P}svc" -s USR1 t;			is $? 0 '-s USR1'
	"${P}svc" -s sigterm t;			is $? 0 '-s sigterm'
	"${P}svc" -s 15 t;			is $? 0 '-s 15'
	"${P}svc" -s SEGV t 2>err;		is $? 100 '-s SEGV cannot be sent'
	like "$(cat err)" 'SEGV.*ALRM' 'it says what can'
	"${P}svc" --down --wait=D t;		is $? 0 'long options'
	n=$(printf 'u%.0s' $(seq 63))
	"${P}svc" "-$n" t 2>/dev/null;		is $? 100 'more than 62 commands'
fi
end
