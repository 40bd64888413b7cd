#!/bin/sh
# tools/apply.sh - reeve-apply does what it is told, in an order that works,
# and refuses what it cannot do.
. "$TESTS/lib.sh"

is "$(reeve-apply -d /usr pwd)" /usr directory
is "$(reeve-apply -l nofile=40 sh -c 'ulimit -n')" 40 'a limit'
is "$(reeve-apply -l nofile=40:50 sh -c 'ulimit -Sn; ulimit -Hn' | tr '\n' ' ')" '40 50 ' 'soft and hard'
is "$(reeve-apply -l core=1M sh -c 'ulimit -c')" 2048 'a size'
is "$(reeve-apply -n 5 nice)" "$(nice -n 5 nice)" nice
reeve-apply -l nofiles=4 true 2>err; is $? 100 'an unknown limit'
reeve-apply -l nofile=x true 2>err; is $? 100 'a bad limit'
reeve-apply -u nobodyatall true 2>err; is $? 1 'an unknown user'
like "$(cat err)" 'unknown user nobodyatall' 'is said'
reeve-apply -g nogroupatall true 2>err; is $? 1 'an unknown group'
reeve-apply -d /no/such/dir true 2>err; is $? 111 'no such directory'
reeve-apply -c no_such_cap true 2>err; is $? 100 'an unknown capability'
reeve-apply 2>err; is $? 100 'no program'
if [ -w /proc/self/oom_score_adj ] && built_with LINUX; then
	is "$(reeve-apply -o 700 cat /proc/self/oom_score_adj)" 700 'how soon it is killed when memory is short'
else skip 1 'no oom score here'; fi
for o in '-o 1001' '-o x'; do reeve-apply $o true 2>err; is $? 100 "$o is refused"; done
mkdir cg; for f in memory.high memory.swap.max cpu.weight io.weight cgroup.procs; do : >cg/$f; done
if built_with LINUX; then
	ok 'values of a cgroup' reeve-apply -C "$PWD/cg" -v memory.high=1M -v memory.swap.max=0 -v cpu.weight=50 -v io.weight=60 true
	is "$(cat cg/memory.high cg/memory.swap.max cg/cpu.weight cg/io.weight | sed 's/\([0-9]\)$/\1/' | tr -d '\n')" 104857605060 'are written'
	for v in memory.max=5 cpu.weight=0 io.weight=10001 memory.high=x memory.high; do
		reeve-apply -C "$PWD/cg" -v $v true 2>err; is $? 100 "-v $v is refused"
	done
else skip 7 'no cgroups in this build'; fi
reeve-apply nosuchprogram 2>err; is $? 127 'a program that is not there'
printf '#! /no/such/sh -e\n' >script; chmod +x script
reeve-apply ./script 2>err; is $? 127 'a script without its interpreter'
is "$(cat err)" 'reeve-apply: fatal: unable to execute ./script: there is no program /no/such/sh, which its first line names' 'is said to be so'
printf '#!/bin/sh\r\n' >script
reeve-apply ./script 2>err; is $? 127 'a script with CR LF'
is "$(cat err)" "reeve-apply: fatal: unable to execute ./script: its first line ends in CR LF, and there is no program '/bin/sh\\r'" 'as well'
printf '#!/bin/sh\n' >script; chmod -x script
reeve-apply ./script 2>err; is $? 126 'a script that is not executable'
like "$(cat err)" 'unable to execute ./script: Permission denied' 'is that'
is "$(reeve-apply -u "$(id -u)" id -u)" "$(id -u)" 'becoming who one is'

if [ "$(id -u)" = 0 ] && reeve-apply -u nobody true 2>/dev/null; then
	is "$(reeve-apply -u nobody id -u)" "$(id -u nobody)" 'a user'
	is "$(reeve-apply -u nobody:daemon id -g)" "$(getent group daemon | cut -d: -f3)" 'USER:GROUP'
	is "$(reeve-apply -u 1234 id -u)" 1234 'a number'
	is "$(reeve-apply -u nobody -g 'daemon,bin' id -G | wc -w)" 3 'groups'
	asnobody() { setpriv --reuid=nobody --regid=daemon --groups=bin "$@"; }
	if asnobody true 2>/dev/null; then
		is "$(asnobody reeve-apply -u nobody id -Gn)" 'daemon bin' \
			'who one is, with the groups that one has'
		is "$(asnobody reeve-apply -u nobody:daemon -g bin id -Gn)" \
			'daemon bin' 'also if they are named'
		for o in '-u nobody -g sys' '-u nobody -g bin,sys' '-g sys' \
			'-u nobody:bin' '-u nobody -g daemon'; do
			# shellcheck disable=SC2086
			is "$(asnobody reeve-apply $o id -Gn 2>&1)" \
				'reeve-apply: fatal: unable to become member of other groups: Operation not permitted' \
				"but not others: $o"
		done
	else skip 7 'no setpriv'; fi
	is "$(reeve-apply -d /root -l nofile=200 -u nobody sh -c 'ulimit -n; id -un' 2>err || cat err)" 'reeve-apply: fatal: unable to change directory to /root: Permission denied' 'the directory must be one for the user'
	reeve-apply -u nobody reeve-apply -u root true 2>err; is $? 111 'no way back'
	if ! built_with LINUX; then
		reeve-apply -c net_bind_service true 2>err
		is "$? $(cat err)" '111 reeve-apply: fatal: capabilities need Linux' 'capabilities without Linux: refused'
		reeve-apply -c '' true 2>err; is $? 111 'to have none, too'
		is "$(reeve-apply -N echo on 2>&1)" 'reeve-apply: warning: no-new-privs needs Linux (going on without)
on' 'no new privileges: left out, with a warning'
	elif grep -q CapAmb /proc/self/status; then
		is "$(reeve-apply -u nobody -c net_bind_service grep CapEff /proc/self/status | awk '{print $2}')" 0000000000000400 'one capability is kept'
		is "$(reeve-apply -u nobody -c net_bind_service grep CapBnd /proc/self/status | awk '{print $2}')" 0000000000000400 'and no other can be had'
		is "$(reeve-apply -N grep NoNewPrivs /proc/self/status | awk '{print $2}')" 1 'no new privileges'
	else skip 3 'no ambient capabilities here'; fi
	echo mine >/tmp/reeve-apply-test.$$
	if ! built_with LINUX; then
		for o in -t "-r $PWD"; do
			# shellcheck disable=SC2086
			is "$(reeve-apply $o echo on 2>&1)" 'reeve-apply: warning: private /tmp and read-only paths need Linux (going on without)
on' "$o: left out, with a warning"
		done
		skip 2 'no mounts of a service in this build'
	elif reeve-apply -t true 2>/dev/null; then
		is "$(reeve-apply -t ls /tmp)" '' 'a private /tmp is empty'
		total=$(sed -n 's/^MemTotal: *\([0-9]*\).*/\1/p' /proc/meminfo)
		size=$(reeve-apply -t df -k /tmp | awk 'END { print $2 }')
		ok 'and of a tenth of the memory' test \
			$((total / 11)) -lt "$size" -a "$size" -le $((total / 10 + 4))
		reeve-apply -t sh -c "echo x >/tmp/only.${PWD##*/}"
		not 'and not seen outside' [ -e /tmp/only.${PWD##*/} ]
		rm -f /tmp/only.${PWD##*/}
		mkdir ro; reeve-apply -r "$PWD/ro" sh -c ': >ro/x' 2>/dev/null
		not 'a read-only path' [ -e ro/x ]
		: >ro/y; ok 'is so only there' [ -e ro/y ]
		# What is mounted below is below.
		mkdir "ro/a b"
		cat >below <<'E'
mount -t tmpfs -o nosuid,noexec,mode=755 none "ro/a b"
"$@" reeve-apply -r "$PWD/ro" sh -c '
	if echo >ro/x; then echo writable; fi
	if echo >"ro/a b/x"; then echo writable below; fi
	sed -n "s,.*/ro/a.040b [^ ]* \([^ ]*\) .*,\1,p" /proc/self/mounts |
		tail -n 1 | tr , "\n" | grep -E "^(ro|nosuid|nodev|noexec)$" |
		sort | tr "\n" " "' 2>/dev/null
E
		is "$(unshare -m sh below)" 'noexec nosuid ro ' \
			'what is mounted below is so too, and keeps its flags'
		if strace -o /dev/null -e inject=mount_setattr:error=ENOSYS \
			true 2>/dev/null; then
			is "$(ASAN_OPTIONS=detect_leaks=0 unshare -m sh below \
				strace -f -o trace -e trace=mount_setattr \
				-e inject=mount_setattr:error=ENOSYS)" \
				'noexec nosuid ro ' 'the same on an old Linux'
			like "$(cat trace)" INJECTED 'as was played'
		else skip 2 'strace cannot play an old Linux'; fi
	else skip 7 'no mounts here'; fi
	rm -f /tmp/reeve-apply-test.$$
	reeve-apply -C /no/such/cgroup/$$ echo goes on >out 2>err
	is "$(cat out)" 'goes on' 'without cgroups it goes on'; rm -rf /no
	if ! built_with LINUX; then
		is "$(cat err)" 'reeve-apply: warning: there are no cgroups on this system (going on without)' 'which is said'
	elif [ -w /sys/fs/cgroup/cgroup.procs ] && mkdir /sys/fs/cgroup/reeve-test.$$ 2>/dev/null; then
		rmdir /sys/fs/cgroup/reeve-test.$$
		like "$(reeve-apply -C /sys/fs/cgroup/reeve-test.$$ -k 20 cat /proc/self/cgroup)" "reeve-test.$$" 'joins a cgroup'
		within 5 rmdir /sys/fs/cgroup/reeve-test.$$
	else echo 'SKIP cgroups: no writable cgroup version 2 here' >&2; skip 1 'no cgroup version 2'; fi
else skip 18 'this is not root'; fi
end
