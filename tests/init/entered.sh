#!/bin/sh
# entered.sh - a command that comes into a container from outside, as docker
# exec and health checks do, with any uid and no environment: it finds what
# runs there, is told whose it is if it is not its own, and believes nothing
# that somebody else has left in a place that all may write to.
. "$TESTS/init/lib.sh"
need unshare nsenter setpriv
[ "$(id -u)" = 0 ] || skip_all 'needs root (mounts in its own namespace)'
setpriv --reuid 2000 --regid 2000 --clear-groups true 2>/dev/null ||
	skip_all 'no other users here'
mount -t tmpfs -o mode=1777 shm /dev/shm || skip_all 'cannot mount here'
export REEVE_STATE="$PWD/state" REEVE_SOURCES="$PWD/sv" OUT="$PWD/out"
mkdir -p sv/app state out; chmod 755 .; chmod 777 out
echo 'sleep 1000' >sv/app/command
reeve switch --boot -q; is $? 0 'the definitions are compiled'

# start OPTION...: a container of that kind, in the background.
start() {
	boxed "$@" -- reeve-init 2>err & box=$!
	in=$(inside $box)
	within 20 healthy "$as" || show err
}
# enter UID COMMAND...: into it, with nothing but where the image's things are.
enter() {
	_uid=$1; shift
	nsenter -t "$in" -m -p setpriv --reuid "$_uid" --regid "$_uid" \
		--clear-groups --bounding-set=-sys_ptrace -- env -i \
		PATH="$PATH" REEVE_SOURCES="$REEVE_SOURCES" \
		ASAN_OPTIONS="$ASAN_OPTIONS" UBSAN_OPTIONS="$UBSAN_OPTIONS" "$@"
}
healthy() { enter "$1" reeve status --check; }
stop() { kill -TERM "$in"; wait $box; }
pid_of() { enter "$as" reeve status --json app | sed -n 's/.*"state":"running".*"pid":\([0-9]*\).*/\1/p'; }

# kind OPTIONS UID WHOSE LABEL: all questions to one.
kind() {
	as=$2
	# shellcheck disable=SC2086
	start $1
	is "$(healthy "$as")" 'healthy: 1 up' "$4: its own uid finds it"
	if built_with LINUX || [ "${1#-r}" = "$1" ]; then
		is "$(healthy 0)" 'healthy: 1 up' '... so does root, without ptrace'
	else
		skip 1 'process 1 cannot be asked here'
	fi
	text=$(enter "$as" reeve check 2>&1); is "$?" 0 '... check' || echo "$text"
	text=$(enter "$as" reeve switch 2>&1)
	like "$? $text" '^0 |state: Read-only' '... switch'
	like "$(enter "$as" reeve logs 2>&1)" "goes? to the container's output" \
		'... logs says where they are'
	like "$(enter "$as" reeve logs app 2>&1)" \
		"no logger: what it writes goes to the container's output" \
		'... of one service too'
	old=$(pid_of)
	enter "$as" reeve restart app >/dev/null 2>&1
	is $? 0 '... it commands it'
	not '... which has another process' test "$(pid_of)" = "$old"
	[ "$as" = 0 ] || built_with LINUX || {
		skip 5 'process 1 cannot be asked here'; stop; return; }
	like "$(enter 2000 reeve status 2>&1)" "runs as $3, not yours" \
		'... another uid is told whose it is'
	like "$(healthy 2000)" "^not known: .* runs as $3, not yours" \
		'... by the probe too'
	healthy 2000 >/dev/null; is $? 111 '... which does not say that none runs'
	like "$(enter 2000 reeve stop app 2>&1)" "runs as $3, not yours" \
		'... and by a command'
	enter 2000 reeve switch >text 2>&1
	like "$(cat text)" 'not switched: .* not to you' '... and by a switch'
	stop
}
kind -w 0 root 'root, on /run'
chown -R 1000 state
kind '-w -u 1000' 1000 'uid 1000' 'a user, on /run'
kind '-r -u 1000' 1000 'uid 1000' 'a user, with a read-only root'

# After an upgrade process 1 is called otherwise.
as=1000; start -r -u 1000
enter 1000 reeve upgrade >text 2>&1; is $? 0 'upgraded' || show text
is "$(healthy 1000)" 'healthy: 1 up' '... it is found as before'
stop

# What others leave in /dev/shm, and on the command line of process 1.
rm -rf /dev/shm/reeve-1000
mkdir fake; cat >fake/make <<END2
mkdir -p /dev/shm/\$1/service /dev/shm/\$1/reeve
printf '/dev/shm/\$1/reeve\n/dev/shm/\$1/reeve-state\n' \
	>/dev/shm/\$1/service/.reeve-container
END2
setpriv --reuid 2000 --regid 2000 --clear-groups sh fake/make reeve-1000
# shellcheck disable=SC2016
unshare --pid --fork --kill-child --mount sh -c 'mount -t proc proc /proc
	exec sh -c "sleep 1000 & wait" /dev/shm/reeve-1000/service' & box=$!
in=$(inside $box)
for u in 0 1000 3000; do
	enter $u env HOME=/nowhere reeve status >text 2>&1
	not "uid $u does not believe what uid 2000 left" grep shm text
done
chown -h 1000 /dev/shm/reeve-1000
enter 1000 env HOME=/nowhere reeve status >text 2>&1
not 'nor if only the directory above is its own' grep shm text
chown -R 1000 /dev/shm/reeve-1000; chmod 777 /dev/shm/reeve-1000/service
enter 1000 env HOME=/nowhere reeve status >text 2>&1
not 'nor if all may write there' grep shm text
kill -KILL "$in"; wait $box 2>/dev/null
rm -rf /dev/shm/reeve-1000
end
