#!/bin/sh
# rc/machine.sh - what a definition says of control groups, capabilities,
# mounts, users and limits holds for the running service, on a machine that
# has all of it.
# PART 3
# TIMEOUT: 300
. "$TESTS/lib.sh"
. "$TESTS/helpers/guest.sh"
in_guest

f() { mkdir -p "sv/${1%/*}"; cat >"sv/$1"; }
# say NAME: a longrun that writes what it is to NAME.out, and stays
say() {
	f "$1/command" <<E2
sh -c "exec >$PWD/out/$1; umask; pwd; id -u; id -G; ulimit -n; grep -E '^(Cap|NoNew)' /proc/self/status; cat /proc/self/cgroup; nice; touch /tmp/$1 /usr/$1; echo done; exec sleep 1000"
E2
}
mkdir -m 1777 out
for s in plain user caps nocaps new tmp ro lim mem cpu tasks group; do say $s; done
echo nobody:daemon | f user/user
echo 'bin 7' | f user/groups
echo nobody | f caps/user
echo net_bind_service | f caps/capabilities
f nocaps/capabilities </dev/null
f new/no-new-privs </dev/null
f tmp/private-tmp </dev/null
printf '/usr\n/etc\n' | f ro/read-only-paths
echo 'nofile=77:99' | f lim/limits
echo 027 | f lim/umask
echo /usr | f lim/directory
echo 5 | f lim/nice
f plain/logger </dev/null
mkdir -p sv; echo nobody >sv/log-user
# Limits that are reached.
echo 24M | f mem/memory-max
f mem/command <<E2
sh -c "head -c 100000000 /dev/zero | tail -c 90000000 >/dev/null; echo died >>$PWD/out/mem; exec sleep 1000"
E2
echo 20% | f cpu/cpu-max
f cpu/command <<E2
sh -c "cat /proc/self/cgroup >$PWD/out/cpu; while :; do :; done"
E2
echo 5 | f tasks/tasks-max
f tasks/command <<E2
sh -c "for i in 1 2 3 4 5 6 7 8 9; do sleep 1000 & done 2>$PWD/out/tasks; exec sleep 1000"
E2
echo 'own/deep' | f group/cgroup
f group/command <<E2
sh -c "setsid sleep 1001 & setsid sh -c 'trap \"\" TERM; sleep 1001; sleep 1002' & cat /proc/self/cgroup >$PWD/out/group; exec sleep 1000"
E2
reeve-rc-compile --log-directory "$PWD/log" db sv 2>err; is $? 0 'it compiles' || show err
scanned scan 2>scanlog
reeve-rc-init -c "$PWD/db" -l "$PWD/live" "$PWD/scan"
caps='caps nocaps' groups='mem cpu tasks group'
built_with LINUX || caps='' groups=''
# shellcheck disable=SC2086
reeve-rc -l "$PWD/live" -t 60000 start plain user $caps new tmp ro lim $groups 2>said
is $? 0 'all come up' || show said
for s in plain user $caps new tmp ro lim; do
	within 60 grep -q done out/$s; is $? 0 "$s says what it is"
done
line() { sed -n "$2p" "out/$1"; }
cap() { sed -n "s/^$2:[[:space:]]*0*//p" "out/$1"; }
is "$(line plain 3) $(cap plain NoNewPrivs)" '0 ' 'a plain one is root, and may gain privileges' 
is "$(line user 3)" "$(id -u nobody)" 'user'
is "$(line user 4)" "$(id -g daemon) $(id -g bin) 7" 'its group, and groups'
is "$(cap user CapEff)" '' 'it has no capabilities'
if ! built_with LINUX; then
	# What there is instead of the rest.
	skip 1 'no capabilities, mounts of a service and control groups in this build'
	is "$(cap new NoNewPrivs)" '' 'no-new-privs is left out'
	[ -e /tmp/tmp ]; is $? 0 'private-tmp is left out'
	[ -e /usr/ro ]; is $? 0 'read-only-paths is left out'
	reeve-rc -l "$PWD/live" -t 60000 start caps 2>/dev/null
	ok 'a service with capabilities is refused, and says why' within 60 \
		grep -q 'reeve-apply: fatal: capabilities need Linux' scanlog
	not 'it does not run' test -s out/caps
else
is "$(cap caps CapEff) $(cap caps CapPrm) $(cap caps CapBnd) $(cap caps CapAmb)" '400 400 400 400' 'a user with one capability, and no other'
is "$(line caps 3)" "$(id -u nobody)" 'is that user'
is "$(cap nocaps CapEff) $(cap nocaps CapBnd) $(line nocaps 3)" '  0' 'root without any capability'
is "$(cap new NoNewPrivs)" 1 'no-new-privs'
[ -e /tmp/plain ]; is $? 0 'a plain one writes to /tmp'
[ ! -e /tmp/tmp ]; is $? 0 'private-tmp: what it writes is its own'
[ -e /usr/tmp ]; is $? 0 'elsewhere it writes as any'
[ -e /tmp/ro ] && [ ! -e /usr/ro ]; is $? 0 'read-only-paths'
touch /usr/x; is $? 0 'but not to others'
fi
is "$(line lim 1) $(line lim 2) $(line lim 5)" '0027 /usr 77' 'umask, directory, limits'
like "$(sed -n '/^0::/{n;p;}' out/lim)" '^5$' 'nice'

is "$(stat -c %U log/plain)" nobody 'the log directory is made for the user of logs'
is "$(ps -o user= -p "$(reeve-svstat -o pid live/servicedirs/plain-log)")" nobody 'as which the logger runs'
is "$(stat -c %U log/plain/current)" nobody 'and writes'

built_with LINUX || end
cg=/sys/fs/cgroup/reeve
is "$(cat $cg/mem/memory.max) $(cat $cg/cpu/cpu.max) $(cat $cg/tasks/pids.max)" '25165824 20000 100000 5' 'the limits of control groups'
within 60 grep -q died out/mem; is $? 0 'too much memory: a process is killed'
like "$(cat $cg/mem/memory.events)" '^oom_kill [1-9]' 'by the limit'
is "$(reeve-svstat -o up live/servicedirs/plain)" true 'others live on'
within 60 grep -qi fork out/tasks; is $? 0 'too many processes: fork fails'
like "$(cat $cg/tasks/pids.events)" '^max [1-9]' 'by the limit'
ok 'too much processor time: it is held back' within 60 grep -q '^nr_throttled [1-9]' $cg/cpu/cpu.stat
within 60 test -s out/group; is "$(cat out/group)" 0::/own/deep 'a control group of that name'
within 60 sh -c '[ $(wc -l </sys/fs/cgroup/own/deep/cgroup.procs) -ge 4 ]'; is $? 0 'with all that it started'
reeve-rc -l "$PWD/live" -t 60000 stop group 2>said; is $? 0 'it stops' || show said
ok 'and nothing of it is left' within 60 sh -c '! grep -q . /sys/fs/cgroup/own/deep/cgroup.procs'
like "$(cat scanlog)" 'killing what run left behind: ' 'what had to be killed is named'
reeve-rc -l "$PWD/live" -t 60000 -D change 2>said; is $? 0 'all stop'
for s in mem cpu tasks; do
	is "$(cat $cg/$s/cgroup.procs)" '' "$s is empty"
done
end
