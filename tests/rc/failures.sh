#!/bin/sh
# rc/failures.sh - none of the ways in which s6-rc-update can go wrong (F1 to
# F17 and W1 to W5, as numbered in the list that this project was given).
# TIMEOUT: 120
. "$TESTS/lib.sh"
. "$TESTS/helpers/rc.sh"
need strace
strace -o /dev/null true 2>/dev/null || skip_all "strace cannot trace here"
for s in one two; do
	longrun $s aa
	longrun $s bb aa
	oneshot $s os
	longrun $s same
	longrun $s ess
	: >$s/ess/flag-essential
done
longrun one old
longrun two cc
: >two/bb/dependencies.d/cc
comp db1 one
comp db2 two
live_on db1
rc start aa bb os same old ess
same=$(pid same)
state() { ups; ls live/servicedirs scan; cmp live/current/db "$1"; }

# --- F1: an error while the new set is built
mkdir -p three
cp -a two/. three
longrun three big
mkdir -p three/big/data
comp db3 three
before=$(state db1)
strace -o /dev/null -qq -e trace=mkdirat -e inject=mkdirat:error=ENOSPC:when=2+ \
	reeve-rc-update -v0 -l "$D/live" db3 2>err
is $? 111 'F1: an error while building is "not switched"'
is "$(state db1)" "$before" 'F1: and leaves everything as it was'
ok 'F1: commands work' quiet rc -a list

# --- F1b: a running longrun gains a template/
cp -a one tmpl
mkdir tmpl/same/template
echo x >tmpl/same/template/run
comp dbt tmpl
ok 'F1b: a template/ may be gained' upd --on-change=keep dbt
is "$(pid same)" "$same" 'F1b: while it runs'
ok 'F1b: and lost' upd --on-change=keep db1

# --- F2, F3: killed at any point: interrupt.sh tries all; here one of each
for at in renameat:1 renameat:3 pwrite64:3 unlinkat:2 mknodat:5; do
	strace -o /dev/null -qq -e trace=${at%:*} \
		-e inject=${at%:*}:signal=SIGKILL:when=${at#*:} \
		reeve-rc-update -v0 -l "$D/live" db2 2>err
	rc -a list >/dev/null || is 1 0 "F2: list after a kill at $at"
	ok "F2, F3: run again after a kill at $at" upd db2
	is "$(ups)" 'aa bb cc ess same os' 'F2, F3: it is complete'
	is "$(pid same)" "$same" 'F2, F3: and what did not change runs on'
	upd db1; rc start old
done

# --- F4: svscan is stopped, and time runs out
kill -STOP $scan_pid
(sleep 3; kill -CONT $scan_pid) &
upd -t 500 db2; r=$?
ok 'F4: a slow svscan makes it wait or stop' test $r = 0 -o $r = 13 -o $r = 2
is "$(pid same)" "$same" 'F4: but no service is lost'
wait $!
ok 'F4: and it completes' upd db2
is "$(pid same)" "$same" 'F4: untouched to the end'
upd db1; rc start old

# --- F5: one lock for all of it, no reader waits
strace -o /dev/null -qq -e trace=rename,renameat \
	-e inject=renameat:delay_enter=1500000:when=3 \
	reeve-rc-update -v0 -l "$D/live" db2 2>/dev/null &
u=$!
ok 'F5: while it is under way a change is refused' \
	within 5 sh -c '! reeve-rc --no-block -l live start os 2>/dev/null'
ok 'F5: and a question is answered' quiet rc list
wait $u
is "$(ups)" 'aa bb cc ess same os' 'F5: nothing was mixed'
upd db1; rc start old

# --- F6: somebody scans all the time
(while :; do reeve-svscanctl -an scan 2>/dev/null; done) & s=$!
for _i in 1 2 3 4 5; do upd db2; upd db1; done
kill $s; wait $s 2>/dev/null
is "$(pid same)" "$same" 'F6: scans meanwhile prune nothing that stays'
rc start old

# --- F7: a service fails in the up phase
cp -a two fails
echo 3 >fails/aa/notification-fd
printf '#!/bin/sh\nexit 1\n' >fails/aa/run
comp dbf fails
upd dbf 2>err;	is $? 1 'F7: switched, but a service failed'
like "$(rc status bb)" 'owed|failed' 'F7: what was up is remembered'
cmp -s live/current/db dbf;	is $? 0 'F7: it is the new set'
upd db1;	is $? 0 'F7: the next update'
is "$(ups)" 'aa bb ess same os' 'F7: brings it back'
rc start old
upd --rollback dbf 2>err;	is $? 12 'F7: or it is undone'
is "$(ups)" 'aa bb ess old same os' 'F7: exactly'
is "$(pid same)" "$same" 'F7: without touching others'

# --- F8: a service fails in the down phase
cp -a one stuck
printf '#!/bin/sh\ntrap "" TERM\nwhile :; do sleep 1; done\n' >stuck/aa/run
echo 300 >stuck/aa/timeout-down
comp dbs stuck
upd dbs
bb=$(pid bb)
upd db2 2>err;	is $? 10 'F8: a service that does not stop: not switched'
ok 'F8: what was stopped is back' up live/servicedirs/bb
cmp -s live/current/db dbs;	is $? 0 'F8: in the old set'
is "$(ups)" 'aa bb ess old same os' 'F8: all of it'
reeve-svc -k live/servicedirs/aa
rc restart aa >/dev/null 2>&1
within 5 up live/servicedirs/aa
reeve-svc -O live/servicedirs/aa; reeve-svc -k live/servicedirs/aa
within 5 down live/servicedirs/aa
upd db1;	is $? 0 'F8: the next one works'
rc start aa bb old

# --- F9: the compiled file is deleted, overwritten, its link moved
ln -s db1 bootdb
rm -f db1.copy; cp db1 db1.copy
rm db1
ok 'F9: deleted: commands work' quiet rc -a list
ok 'F9: changes too' rc restart bb
echo rubbish >db1
is "$(ups)" 'aa bb ess old same os' 'F9: overwritten: nothing happens'
cp db2 db1
is "$(ups)" 'aa bb ess old same os' 'F9: by another database: nothing'
ln -sfn db2 bootdb
ok 'F9: and an update works' upd db2
is "$(pid same)" "$same" 'F9: with the right state'
cp db1.copy db1
upd db1; rc start old

# --- F10: essential services
ess=$(pid ess)
cp -a one essch
echo '# changed' >>essch/ess/run
comp dbe essch
ok 'F10: an essential service whose definition changed' upd dbe
is "$(pid ess)" "$ess" 'F10: is not touched'
cp -a one noess
rm -r noess/ess
comp dbn noess
upd dbn 2>err;	is $? 9 'F10: one that would have to go: not switched'
like "$(cat err)" 'essential service ess would have to stop' 'F10: and why'
is "$(pid ess)" "$ess" 'F10: it runs on'
ok 'F10: -e forces it' upd -e dbn
upd db1; rc start ess old

# --- F11: pipes outlive everything
like "$(ls live/servicedirs)" 's6rc-oneshot-runner' 'F11: a runner is there'
not 'F11: but no holder of pipes that could die' \
	test -e live/servicedirs/s6rc-fdholder

# --- F12: wanted bits
ok 'F12: an update' upd db2
like "$(rc status aa)" ' wanted ' 'F12: keeps what was asked for by name'
like "$(rc status cc)" ' - ' 'F12: and what was not'
upd db1; rc start old

# --- F13: a service that dies in the middle of an update starts again at once
strace -o /dev/null -qq -e trace=renameat \
	-e inject=renameat:delay_enter=300000:when=2+ \
	reeve-rc-update -v0 -l "$D/live" db2 2>/dev/null & u=$!
for _i in 1 2 3 4; do
	sleep 0.15
	reeve-svc -k live/servicedirs/same
done
wait $u
ok 'F13: it runs again' within 5 up live/servicedirs/same
same=$(pid same)
upd db1; rc start old

# --- F14: death tally and status survive
n=$(reeve-svdt live/servicedirs/same 2>/dev/null | wc -l)
ok 'F14: there is a tally' test "$n" -ge 1
upd db2
is "$(reeve-svdt live/servicedirs/same | wc -l)" "$n" 'F14: and it stays'
aan=$(reeve-svdt live/servicedirs/bb | wc -l)
upd db1; rc start old
ok 'F14: also of a service that was restarted' \
	test "$(reeve-svdt live/servicedirs/bb | wc -l)" -ge "$aan"

# --- F15: size is no matter: 10,000 services are in rc/plan.c; a small stack
ok 'F15: a small stack is enough' sh -c \
	"ulimit -s 256; reeve-rc-update -v0 -l $D/live db2 && reeve-rc-update -v0 -l $D/live db1"
rc start old

# --- F16: exit codes tell whether it switched
echo rubbish >bad.db
upd bad.db 2>err;	is $? 4 'F16: a bad database: 4, not switched'
like "$(cat err)" 'not switched' 'F16: and it says so'
upd "$D/nosuch" 2>err;	is $? 111 'F16: no database: 111, not switched'
like "$(cat err)" 'not switched' 'F16: and it says so'
echo 'nosuch -> x' >conv
upd -f conv db2 2>err;	is $? 3 'F16: unknown name in the conversion file'
echo 'aa bb cc dd' >conv
upd -f conv db2 2>err;	is $? 1 'F16: a bad line in it'
like "$(cat err)" 'conv:1: expected OLD' 'F16: with its number'
printf '# what\n\0nosuch -> x\n' >conv
upd -f conv db2 2>err;	is $? 1 'F16: a line with a NUL byte, and what is behind it'
like "$(cat err)" 'conv:2: there is a NUL' 'F16: with its number'
cmp -s live/current/db db1;	is $? 0 'F16: and nothing was switched'

# --- F17: a renamed service
cp -a one ren
mv ren/same ren/other
comp dbr ren
echo 'same -> other' >conv
ok 'F17: rename' upd -f conv dbr
is "$(pid other)" "$same" 'F17: the process goes on'
not 'F17: under the new name only' test -e live/servicedirs/same -o -e scan/same
ok 'F17: it is controlled by it' rc restart other
echo 'other -> same' >conv
ok 'F17: and back' upd -f conv db1
# Run and finish are told the name of now, also by the supervise that was
# there before.
printf '#!/bin/sh\necho "run $1" >>%s/told\nexec sleep 100000\n' "$D" >one/same/run
printf '#!/bin/sh\necho "finish $3" >>%s/told\n' "$D" >one/same/finish
cp -a one/same/run one/same/finish ren/other
comp dbt one && comp dbu ren
ok 'F17: a service that notes what it is told' upd dbt
echo 'same -> other' >conv
ok 'F17: renamed' upd -f conv dbu
rc restart other
noted() { [ "$(tail -n 1 told)" = "$1" ]; }
within 10 noted 'run other'
rc stop other
is "$(tail -n 3 told)" 'finish other
run other
finish other' 'F17: run and finish are told the new name'
echo 'other -> same' >conv
upd -f conv dbt && upd db1 && rc start same
ok 'F17: both ways' up live/servicedirs/same

# --- W1..W5: the one command above it
REEVE_HOME=$D/home; export REEVE_HOME
mkdir -p home/service
cp -a one home/sv
bundle home/sv default aa bb same os ess
reeve-svscan home/service 2>/dev/null & s2=$!
within 5 reeve-svscanctl -z home/service
ok 'W: the first switch' reeve-switch -v0
ok 'W: init' reeve-rc-init
ok 'W: up' reeve-rc start default
boots() { readlink home/state/boot; test -f home/state/boot; }
is "$(boots)" generations/1/db 'W: generation 1 is booted'
echo 3 >home/sv/aa/notification-fd
printf '#!/bin/sh\nexit 1\n' >home/sv/aa/run
reeve-switch -v0 2>err;	is $? 12 'W1: a service fails: undone'
is "$(boots)" generations/1/db 'W1: what is booted is whole and the old one'
reeve-switch -v0 --no-rollback 2>err
is $? 1 'W1: or kept'
is "$(boots)" generations/2/db 'W1: then it is booted too'
rm home/sv/aa/notification-fd
printf '#!/bin/sh\nexec sleep 99999\n' >home/sv/aa/run
for at in renameat:2 renameat:5 fsync:1 fsync:3 unlinkat:1 rename:2; do
	echo "# $at" >>home/sv/bb/run
	strace -o /dev/null -qq -e trace=${at%:*} \
		-e inject=${at%:*}:signal=SIGKILL:when=${at#*:} \
		reeve-switch -v0 2>err
	ok "W2: after a kill at $at a whole database is booted" \
		reeve-rc-db -c home/state/boot check
	reeve-switch -v0 2>err
	is $? 0 'W2: and the next run completes it'
	is "$(readlink -f home/state/boot)" \
		"$(readlink -f home/live/current/compiled)" \
		'W2, W3: what is booted is what is live'
done
ok 'W4: there is a history' test "$(reeve-switch generations | wc -l)" -ge 3
ok 'W4: and a way back' reeve-switch -v0 rollback
is "$(reeve-switch generations | grep -c 'live  boot')" 1 'W4: live and booted'
back=$(reeve-switch generations | sed -n 's/ .*live.*//p')
echo 3 >home/sv/aa/notification-fd
printf '#!/bin/sh\nexit 2\n' >home/sv/aa/run
reeve-switch -v1 2>err;	is $? 12 'W4: a failure after a rollback'
like "$(cat err)" "going back to generation $back, as aa failed" \
	'W4: names what is gone back to by its number in the list'
like "$(cat err)" "generation $(reeve-switch generations | tail -n 1 |
	sed 's/ .*//') failed \(aa\) and was undone" 'W4: and so what is undone'
like "$(reeve-switch generations | tail -n 1)" '  failed$' 'W4: it is marked'
rm home/sv/aa/notification-fd
printf '#!/bin/sh\nexec sleep 99998\n' >home/sv/aa/run
back=$(reeve-switch generations | sed -n '/failed/!s/ .*//p' | tail -n 1)
ok 'W4: a good one after it' reeve-switch -v0
like "$(reeve-switch -v1 rollback 2>&1)" "generation $back is live" \
	'W4: the way back leaves out what failed'
printf '#!/bin/sh\nexec sleep 99999\n' >home/sv/aa/run
ok 'W5: a limit covers all of it' reeve-switch -v0 -t 10000
reeve-switch gc --keep 1 -v0
ok 'W4: gc keeps what is live' reeve-rc-db -c home/state/boot check
mkdir -p img/etc/reeve/sv
cp -a one/. img/etc/reeve/sv
unset REEVE_HOME
ok 'an image gets its boot generation' reeve-switch -v0 --root "$D/img"
ok 'which is whole' reeve-rc-db -c img/var/lib/reeve/boot check
kill $s2
end
