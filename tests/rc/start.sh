#!/bin/sh
# rc/start.sh - a service that does not come up, never gets ready or does not
# stay up makes a switch fail in bounded time, with the reason, and what was
# before is back.  A switch with a tree and nothing live begins.
# TIMEOUT: 120
. "$TESTS/lib.sh"
. "$TESTS/helpers/rc.sh"
need reeve-switch reeve-svscan reeve-svc
REEVE_HOME=$D/home; export REEVE_HOME
mkdir -p home/sv home/service
sv=home/sv
body() { # body NAME: run of a service, from standard input
	{ echo '#!/bin/sh'; cat; } >$sv/$1/run
}
sw() { timeout -s KILL 60 reeve-switch "$@" >out 2>&1; }
lives() { reeve-svstat -o up "home/live/servicedirs/$1"; }
bundle $sv default a
longrun $sv a

# --- begin
ok 'without a tree it is only kept and booted' sw
like "$(cat out)" 'generation 1 will be booted' 'and that is said'
not 'nothing is live' test -e home/live/current
rm -rf home/state home/boot
reeve-svscan home/service 2>/dev/null &
scan_pid=$!
within 10 reeve-svscanctl -z home/service || bail 'no svscan'
like "$(reeve-switch -n 2>&1)" 'nothing is live: .*started' 'a dry run says that it starts'
ok 'with a tree it begins' sw
like "$(cat out)" 'generation 1 is live and booted: 1 started, 0 failed' \
	'and that is said'
is "$(lives a)" true 'the default set is up'
ok 'again' sw
like "$(cat out)" 'nothing to do' 'there is nothing to do'

# --- no definitions at all, which is rather another HOME
mv $sv away; mkdir $sv
for how in '' plan; do
	# shellcheck disable=SC2086
	sw $how; is $? 1 "definitions that are gone are not a wish${how:+ ($how)}"
	like "$(cat out)" "not switched: there are no definitions in .*/$sv, and what is live, 1 service, would stop \\(reeve down" 'which is said'
done
is "$(lives a)" true 'it runs on'
sw plan $sv; is $? 0 'unless they are named'
like "$(cat out)" '^stop +a: it is not in the new set' 'as a wish'
rmdir $sv; mv away $sv
ok 'they are back' sw

# --- a user that does not exist
echo nobodyatall >$sv/a/user
sw; is $? 1 'a user that this system does not know is an error'
like "$(cat out)" "error: .*/$sv/a/user:1: user nobodyatall is unknown to this system \(make it first; a switch with --users=warn" 'which says what to do'
is "$(wc -l <out) $(reeve-switch generations | wc -l)" '2 1' 'once, and nothing is touched'
sw plan; is $? 1 'also of a plan'
sw --users=warn plan; is $? 0 'unless one goes on'
like "$(cat out)" 'warning: .*nobodyatall.*a +restart|restart +a' 'with a warning'
sw --users=maybe; is $? 100 'what is neither'
mkdir -p "image$D/home"; cp -R $sv "image$D/home/sv"
sw --root image; is $? 0 'of an image its users are not here'
reeve-rc-compile --users=ignore sent.db $sv || bail compile
sw --db=sent.db; is $? 1 'nor may a database that was sent name it'
like "$(cat out)" 'service a: user nobodyatall is unknown .*--users=warn' \
	'which is said'
is "$(reeve-switch generations | wc -l)" 1 'and nothing is touched'
rm $sv/a/user
echo "$(id -gn) nogroupatall" >$sv/a/groups
reeve-rc-compile --users=ignore sent.db $sv || bail compile
sw --db=sent.db; is $? 1 'nor a group'
like "$(cat out)" 'service a: group nogroupatall is unknown' 'by name'
rm $sv/a/groups

# --- cannot be started
echo '#!/does/not/exist' >$sv/a/run
now() { date +%s; }
t=$(now)
sw; is $? 12 'a run that cannot be executed is undone'
[ $(($(now) - t)) -lt 10 ]; is $? 0 'at once'
like "$(cat out)" 'unable to start service a: unable to execute: the program that its first line names' 'with the reason'
is "$(lives a)" true 'and the old one is back'

# --- dies again and again, without readiness
body a <<-EOF
	exit 3
	EOF
t=$(now)
sw; is $? 12 'one that dies again and again is undone'
[ $(($(now) - t)) -lt 20 ]; is $? 0 'soon'
like "$(cat out)" 'a: died 3 times soon after its start' 'with the reason'
is "$(grep -c 'catch-all' out)" 0 'and no log is named that does not exist'
is "$(lives a)" true 'and the old one is back (2)'
t=$(now)
mkdir -p home/log/catch-all
sw; is $? 12 'a second time too'
[ $(($(now) - t)) -lt 20 ]; is $? 0 'as soon'
like "$(cat out)" 'a has no logger: what it said is in the log catch-all \(reeve logs' 'and where to look'
ok 'unless it need not stay up' sw --settle 0
is "$(reeve-rc -l home/live -a list)" a 'then it counts as up'

# --- what it said, with times for people
: >$sv/a/logger
body a <<-EOF
	exec 2>&1
	echo no such database
	printf '\\033[7mreversed\\n'
	exit 3
	EOF
# The one before would not stay up either.
sw; is $? 15 'one with a logger is undone'
like "$(cat out)" 'last lines of the log of a ' 'its last words are shown'
like "$(cat out)" '^20..-..-.. ..:..:..\.[0-9]{9} no such database' \
	'with times for people'
like "$(cat out)" ' \?\[7mreversed' 'and without what steers a terminal'
rm $sv/a/logger

# --- dies once: it has lived long enough then
body a <<-EOF
	[ -e $D/once ] || { : >$D/once; exit 1; }
	exec sleep 100000
	EOF
ok 'one that dies once is not a failure' sw
is "$(lives a)" true 'and lives'

echo '# again' >>$sv/a/run
ok 'the time for all may be shorter than that to settle' sw -t 300 --settle 2000

# --- ends well, and its definition says that it may
echo never >$sv/a/restart
body a <<-EOF
	exit 0
	EOF
ok 'one that may end and ends well is not a failure' sw
body a <<-EOF
	exit 1
	EOF
sw; is $? 12 'one that may end and ends badly is'
rm $sv/a/restart

# --- dies again and again before it is ready
echo 3 >$sv/a/notification-fd
body a <<-EOF
	exit 3
	EOF
t=$(now)
sw; is $? 12 'one that dies before it is ready is undone'
[ $(($(now) - t)) -lt 20 ]; is $? 0 'soon (2)'
like "$(cat out)" 'a: died 3 times before it was ready' 'with the reason (2)'

# --- never ready
body a <<-EOF
	exec sleep 100000
	EOF
sw --start-timeout 700; is $? 12 'one that is never ready is undone'
like "$(cat out)" 'a: not ready after 700 ms' 'with the reason (3)'
echo 500 >$sv/a/timeout-up
sw; is $? 12 'timeout-up has precedence'
like "$(cat out)" 'a: not ready after 500 ms' 'and is said'
echo 0 >$sv/a/timeout-up
body a <<-EOF
	sleep 1
	echo >&3
	exec sleep 100000
	EOF
ok 'timeout-up 0 means for ever' sw --start-timeout 300
is "$(reeve-svstat -o ready home/live/servicedirs/a)" true 'it got ready'

# --- cut off while it waits for one that is never ready
rm $sv/a/timeout-up
body a <<-EOF
	echo never >>$D/ran
	exec sleep 100000
	EOF
cut_off() { # a switch that is killed while it waits for the service
	rm -f ran
	reeve-switch >out 2>&1 &
	_p=$!
	within 20 test -s ran || bail 'the switch does not start it'
	kill -KILL $_p
	wait $_p 2>/dev/null
	[ -e home/live/journal ] || bail 'it was not cut off'
}
cut_off
t=$(now)
sw --start-timeout 1000; is $? 12 'run again, it is undone'
[ $(($(now) - t)) -lt 10 ]; is $? 0 'after one wait, not two'
like "$(cat out)" 'a: not ready after 1000 ms' 'with the reason (5)'
not 'it is over' test -e home/live/journal
is "$(reeve-svstat -o ready home/live/servicedirs/a)" true 'the old one is back (3)'
cut_off
body a <<-EOF
	echo >&3
	exec sleep 100000
	EOF
t=$(now)
ok 'mended meanwhile, it is switched' sw; sed "s,^,# ," out
[ $(($(now) - t)) -lt 10 ]; is $? 0 'without waiting for the broken one'
is "$(reeve-svstat -o ready home/live/servicedirs/a)" true 'it is ready'

# --- the other commands
echo '#!/does/not/exist' >$sv/a/run
rm -f $sv/a/timeout-up
reeve-rc -l home/live -d change a
sw --no-rollback
ok 'it is not wanted and so not started' test $? = 0
timeout 20 reeve-rc -l home/live start a >out 2>&1
is $? 1 'reeve-rc start says that it cannot be executed'
like "$(cat out)" 'unable to execute' 'with the reason (4)'
body a <<-EOF
	exec sleep 100000
	EOF
reeve-rc -l home/live stop a
ok 'mended' sw
timeout 20 reeve-rc -l home/live --start-timeout 400 start a >out 2>&1
is $? 2 'reeve-rc has a limit when asked'

# --- on a terminal
if command -v script >/dev/null; then
	reeve-rc -l home/live stop a
	script -qec 'reeve-rc -l home/live --start-timeout 2300 start a' \
		/dev/null </dev/null >out 2>&1
	like "$(tr '\r' '\n' <out)" 'starting a \(1 s of 2 s\)' \
		'a terminal shows what is waited for'
	reeve-rc -l home/live stop a
	reeve-rc -l home/live --start-timeout 1500 start a >out 2>&1
	is "$(grep -c starting out)" 0 'nothing else does'
else
	echo '# SKIP no script: progress on a terminal is not tested'
fi

# --- a service of somebody else's has the name
mkdir -p home/service/mine
mkdir -p home/sv/mine
echo 'sleep 1000' >home/sv/mine/command
sw;				is $? 111 'a switch to a name that is taken'
like "$(cat out)" "$D/home/service/mine already exists and does not belong to this live directory: remove it" 'names it'
like "$(cat out)" 'not switched; nothing was touched' 'and touches nothing'
not 'nor makes anything' test -e home/live/servicedirs/mine -o -e home/live/journal
mv home/service/mine elsewhere; ln -s "$D/elsewhere" home/service/mine
sw;				is $? 111 'the same if it is a link'
rm home/service/mine
sw;				is $? 0 'without it it works' || show out
# The same at a first start.
longrun firsts mine; comp db.first firsts
mkdir -p scan.first/mine
scanned scan.first
reeve-rc-init -c "$D/db.first" -l "$D/live.first" "$D/scan.first" 2>out
is $? 111 'a first start with a name that is taken'
like "$(cat out)" "$D/scan.first/mine already exists" 'names it'
not 'and makes nothing live' test -e live.first/current -o -e live.first/servicedirs
rm -r scan.first/mine; ln -s "$D/firsts/mine" scan.first/mine
reeve-rc-init -c "$D/db.first" -l "$D/live.first" "$D/scan.first" 2>out
is $? 111 'the same if it is a link'
is "$(readlink scan.first/mine)" "$D/firsts/mine" 'which is left alone'
rm scan.first/mine
ok 'without it it works' reeve-rc-init -t 20000 -c "$D/db.first" -l "$D/live.first" "$D/scan.first"
# --- seen from another pid namespace
if unshare -pf --mount-proc true 2>/dev/null; then
	is "$(unshare -pf --mount-proc reeve-rc -l home/live list -a 2>&1)" \
		"$(reeve-rc -l home/live list -a 2>&1)" \
		'from another pid namespace the live directory is the same'
	like "$(unshare -pf --mount-proc reeve-rc-init -l "$D/home/live" \
		"$D/home/service" 2>&1)" 'already running' \
		'and is not made anew'
fi
kill $scan_pid
wait $scan_pid 2>/dev/null
end
