#!/bin/sh
# tools/up-killed.sh - the tree is killed when reeve up begins, which takes it
# for one that runs: another takes its services over.
. "$TESTS/lib.sh"
. "$TESTS/helpers/tree.sh"
definitions
none() { ! ps -e -o args= | grep -q '[r]eeve-\(svscan\|supervise\|log\)'; }
svscan() { reeve status --json | sed -n 's/.*"tree":{"running":true,"pid":\([0-9]*\).*/\1/p'; }
reeve up >/dev/null 2>&1;	is $? 0 'up'
was=$(pid_of web)

# --- at any of the programs that it starts
mkdir bin
for f in "$REEVE_BIN"/*; do
	cat >"bin/${f##*/}" <<-END
	#!/bin/sh
	if [ "\${0##*/}" = "\$(cat $PWD/at)" ] && rmdir $PWD/once 2>/dev/null; then
		kill -KILL \$(cat $PWD/victim)
		while reeve-svscanctl -z $PWD/t/service 2>/dev/null; do sleep 0.02; done
	fi
	exec $REEVE_BIN/\${0##*/} "\$@"
	END
done
chmod +x bin/*
for at in reeve-rc; do
	echo $at >at
	svscan >victim
	mkdir once
	REEVE_BIN=$PWD/bin reeve up >up.out 2>&1
	is $? 0 "its tree is killed before $at: up all the same" || show up.out
	not 'it was killed' test -d once
	like "$(cat up.out)" "the tree .pid $(cat victim). was killed: starting another" 'this is said'
	is "$(pid_of web)" "$was" 'no service notices'
	ok 'and it is whole' within 5 reeve status --check
done
reeve down >/dev/null
ok 'nothing is left' within 10 none

# --- it was told to end: no other is started
reeve up >/dev/null 2>&1;	is $? 0 'up again'
sed -i 's/kill -KILL.*/reeve-svscanctl -t "$REEVE_HOME\/service"/' bin/reeve-rc
mkdir once
REEVE_BIN=$PWD/bin reeve up >up.out 2>&1
is $? 111 'a tree that is told to end meanwhile' || show up.out
like "$(cat up.out)" 'the tree was taken down meanwhile' 'this is said'
ok 'nothing is started in its place' within 10 none

# --- everything is killed, and up follows at once
i=0
while [ $i -lt 5 ]; do
	i=$((i + 1))
	reeve up >/dev/null 2>&1 || bail 'reeve up'
	pids=$(ps -e -o pid=,args= | sed -n 's/^ *\([0-9]*\) reeve-\(svscan\|supervise\|rc-oneshotd\|log\).*/\1/p')
	# shellcheck disable=SC2086
	kill -KILL $pids $(pgrep -x sleep)
	reeve up >up.out 2>&1 || { show up.out; break; }
done
is $i 5 'everything is killed: five times up at once'
ok 'it is whole (2)' within 5 reeve status --check
reeve down >/dev/null
ok 'nothing is left (2)' within 10 none
end
