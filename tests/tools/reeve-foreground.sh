#!/bin/sh
# tools/reeve-foreground.sh - reeve up --foreground stays, says when all is
# up, takes everything down at a signal, and ends with the tree.
. "$TESTS/lib.sh"
. "$TESTS/helpers/tree.sh"
definitions

# Without job control a shell starts what is in the background with SIGINT
# ignored, and ignored it stays; so a program undoes that.
front() {
	env --default-signal=INT,HUP reeve up --foreground "$@" &
	pid=$!
}
gone() { ! ps -e -o args= | grep -q '[r]eeve-\(svscan\|supervise\|log\)'; }
living() { kill -0 "$pid" 2>/dev/null; }
ends() { wait "$pid"; is $? "$1" "$2"; }
up() { [ "$(reeve status --check 2>/dev/null)" = 'healthy: 3 up' ]; }

reeve up -n --foreground >/dev/null;	is $? 0 '-n'
not 'does nothing' test -e t/state
reeve up -d 3 2>err;			is $? 100 '--notify alone'
like "$(cat err)" 'for --foreground' 'says what it is for'
reeve up --foreground -d 1 2>err;	is $? 100 'a bad descriptor'
reeve up --foreground -d 9 2>err 9>&-;	is $? 100 'one that is not open'
like "$(cat err)" 'unable to use descriptor 9' 'is named'

mkfifo ready
for sig in TERM INT HUP; do
	timeout 60 wc -l <ready >told & reader=$!
	front -d 7 7>ready >out 2>err
	wait $reader
	is "$(cat told)" 1 "$sig: it says once when all is up"
	ok "$sig: and then it is" up
	ok "$sig: it stays" living
	kill -$sig $pid;		ends 0 "$sig: exit 0"
	like "$(cat out)" '^The tree is down\.$' "$sig: all is down"
	like "$(cat err)" "^reeve up: SIG$sig: taking everything down" \
		"$sig: why is said"
	ok "$sig: nothing is left" gone
done

# A signal while services are still starting.
printf 'exec sleep 1003\n' | longrun never
echo 3 >t/sv/never/notification-fd
: >t/sv/default/contents.d/never
reeve switch -q
front >out 2>err
starting() { [ "$(state never)" = starting ]; }
ok 'one that is not ready yet' within 30 starting
kill -TERM $pid;			ends 0 'TERM while it starts'
ok 'nothing is left' gone
rm -r t/sv/never t/sv/default/contents.d/never t/state t/live t/service

# One that does not want to stop: the second signal kills it.
printf 'trap "" TERM\nwhile :; do sleep 1; done\n' | longrun stubborn
: >t/sv/default/contents.d/stubborn
front >out 2>err
within 30 reeve status -q stubborn
kill -TERM $pid
ok 'a stop that lasts' within 20 grep -q 'still waiting for .*stubborn' err
kill -TERM $pid;			ends 1 'the second signal: exit 1'
like "$(cat err)" 'SIGTERM again: killing what still runs' 'says so'
like "$(cat err)" 'stubborn did not stop in time: killing it' 'whom'
ok 'nothing is left' gone
rm -r t/sv/stubborn t/sv/default/contents.d/stubborn
reeve switch -q

# The tree is taken down by somebody else, or killed.
front >out 2>err
ok 'up again' within 30 grep -q 'The tree is up' out
reeve down >/dev/null;			ends 0 'reeve down elsewhere: exit 0'
like "$(cat err)" 'taken down by another' 'says so'
front >out 2>err
ok 'up again' within 30 grep -q 'The tree is up' out
svscan() { reeve status --json | sed -n 's/.*"tree":{"running":true,"pid":\([0-9]*\).*/\1/p'; }
web=$(pid_of web)
kill -KILL "$(svscan)";			ends 111 'svscan killed: exit 111'
like "$(cat err)" 'reeve-svscan (\(pid [0-9]+\) was killed by SIGKILL|(\(pid [0-9]+\) )?ended)' 'says so'
front >out 2>err
ok 'up again' within 30 grep -q 'The tree is up' out
is "$(pid_of web)" "$web" 'services that ran on were taken over'
front >out2 2>err2; second=$pid
ok 'a second one takes part' within 30 grep -q 'The tree is up' out2
kill -TERM "$second";			wait "$second"
is $? 0 'and can end it'
wait; ok 'nothing is left' gone

# What cannot start, does not stay.
mkdir -p t/sv/broken; echo what >t/sv/broken/type
rm -rf t/state t/live
reeve up --foreground >out 2>err
like "$?" '^(1|100)$' 'mistakes in the definitions, nothing to go back to'
like "$(cat err)" 'broken/type' 'are named'
ok 'nothing is left' gone
rm -r t/sv/broken t/service; : >t/service
reeve up --foreground 2>err;		is $? 111 'no scan directory'
rm t/service

# Under systemd.
if command -v socat >/dev/null; then
	socat -u UNIX-RECV:sock CREATE:got &
	within 10 test -S sock
	NOTIFY_SOCKET=$PWD/sock
	export NOTIFY_SOCKET
	front >out 2>err
	unset NOTIFY_SOCKET
	ok 'systemd is told' within 30 grep -q '^READY=1' got
	not 'services do not see its socket' grep -qz NOTIFY_SOCKET \
		"/proc/$(pid_of web)/environ"
	kill $pid;			ends 0 'TERM'
	ok 'and of the end' grep -q 'STOPPING=1' got
else
	skip 4 'socat is not installed'
fi
end
