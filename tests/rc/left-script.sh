#!/bin/sh
# rc/left-script.sh - the script of a oneshot that outlives its daemon, which
# was killed: the next daemon starts no second one, keeps its time limit,
# writes down what came of it, and tells who had asked.
. "$TESTS/lib.sh"
. "$TESTS/helpers/rc.sh"
[ "$P" = reeve- ] || skip_all 'for our own names'
slow() { # slow NAME CODE
	oneshot set "$1"
	cat >"$1.sh" <<-END
	#!/bin/sh
	mkdir $D/$1.lock || echo "\$\$ beside another" >>$D/bad
	echo \$\$ >>$D/$1.runs
	until [ -e $D/$1.go ]; do sleep 0.02; done
	rmdir $D/$1.lock
	exit $2
	END
	echo "sh $D/$1.sh" >"set/$1/up"
}
slow works 0; slow fails 9; slow late 0; slow alone 3; slow known 0
slow mute 0
oneshot set twice
echo 1500 >set/late/timeout-up
comp db set
live_on db
run=live/servicedirs/s6rc-oneshot-runner
echo '0 0' >$run/backoff	# it is killed so often that it would have to wait
runs() { [ "$(wc -l <"$1.runs" 2>/dev/null)" = "$2" ]; }
daemon() { reeve-svstat -o pid $run; }
kill_it() {
	_was=$(daemon)
	kill -KILL "$_was"
	_back() { [ "$(daemon)" != "$_was" ] &&
		[ "$(reeve-svstat -o up,ready $run)" = 'true true' ]; }
	within 10 _back
}
state_of() { rc status "$1" | sed 's/^[^ ]* *//; s/  */ /g'; }
up() { rc -a list | grep -qx "$1"; }
none_left() { [ -z "$(ls $run/running 2>/dev/null)" ]; }

rc start works 2>err & first=$!
ok 'a script runs' within 10 runs works 1
is "$(ls $run/running)" works 'and is noted'
ok 'its daemon is killed, and another comes' kill_it
rc start works 2>err2 & second=$!
# Whoever asks now waits for the script.
waits() { [ "$(pgrep -fc "reeve-rc .*start $1\$")" = 2 ]; }
within 10 waits works || bail 'nobody else asks'
touch works.go
wait $first
if built_with SUBREAPER; then
	is $? 0 'who had asked is told by the next daemon'
else
	skip 1 'how it ended is not known here'
fi
wait $second
is $? 0 'and is content when the script has ended well'
# Where nobody knows how it ended, it is run again, behind it.
built_with SUBREAPER && ok 'it ran once' runs works 1
ok 'it is up' up works
ok 'and nothing is noted any more' none_left

rc start fails 2>err & first=$!
within 10 runs fails 1
kill_it
touch fails.go
wait $first
is $? 1 'who had asked for another is told too'
ok 'one that ends badly' within 10 none_left
if built_with SUBREAPER; then
	like "$(rc status fails 2>&1)" 'exited 9' 'is known as such'
else
	like "$(rc status fails 2>&1)" 'no answer' 'counts as failed'
fi
not 'and is not up' up fails

# The next daemon comes when it has ended already.
super=$(pgrep -o -f '^[^ ]*reeve-supervise s6rc-oneshot-runner$')
rc start known 2>err & first=$!
within 10 runs known 1
pid=$(cat known.runs)
kill -STOP "$super"
kill -KILL "$(daemon)"
touch known.go
ended() { ! kill -0 "$pid" 2>/dev/null; }
ok 'a script ends while no daemon is there' within 10 ended
kill -CONT "$super"
if built_with SUBREAPER; then
	ok 'that it ended well is known' within 10 up known
	wait $first
	is $? 0 'and told to who had asked'
else
	skip 2 'how it ended is not known here'
fi
ok 'or that it ended' within 10 none_left

rc start late 2>err & first=$!
within 10 runs late 1
kill_it
wait $first
ok 'its time limit is kept' within 10 none_left
rmdir late.lock
built_with SUBREAPER &&
	like "$(rc status late 2>&1)" 'too slow|time' 'and told'

# A second change meets the note before the next daemon is up.
rc start alone 2>err & first=$!
within 10 runs alone 1
kill -STOP "$super"
kill -KILL "$(daemon)"
rc start alone 2>err2 & second=$!
within 10 waits alone || bail 'nobody else asks'
kill -CONT "$super"
touch alone.go
wait $second
is "$?" 1 'a start that finds no daemon waits for it'
wait $first

# Killed when the script's process is there and has not yet said so: it holds
# the daemon's place as long as strace holds up its announcement.
if strace -o /dev/null true 2>/dev/null; then
	super=$(pgrep -o -f '^[^ ]*reeve-supervise s6rc-oneshot-runner$')
	strace -f -qq -o trace -p "$(daemon)" -e trace=pwrite64 \
		-e inject=pwrite64:delay_enter=5s:when=1 2>err3 & tracer=$!
	traced() { grep -q "^TracerPid:.*$tracer" "/proc/$(daemon)/status"; }
	within 10 traced || bail "strace: $(cat err3)"
	rc start mute 2>err & first=$!
	child() { pgrep -P "$(daemon)"; }
	within 10 quiet child
	child=$(child)
	ok 'a daemon is killed before its script is announced' kill_it
	rc start mute 2>err2 & second=$!
	within 10 runs mute 1
	over() { ! kill -0 "$child" 2>/dev/null; }
	ok 'that script does not run' within 20 over
	touch mute.go
	wait $first
	is "$?" 0 'the one of the next daemon does'
	wait $second
	is "$(wc -l <mute.runs)" 1 'and no other'

	# Killed when that has been said, and the script has not begun: it is
	# held before it looks for its daemon.  Who had asked is killed too.
	ok 'a oneshot is up' rc start twice
	strace -f -qq -o trace2 -p "$(daemon)" -e trace=pwrite64 \
		-e inject=pwrite64:delay_exit=5s:when=1 2>err3 & tracer=$!
	within 10 traced || bail "strace: $(cat err3)"
	rc restart twice 2>err & first=$!
	said() { [ "$(head -c 64 $run/running/twice | tr -d '\0' | wc -c)" != 0 ]; }
	ok 'its down script is announced' within 10 said
	kill -KILL "$first" $(pgrep -f 'reeve-rc .*restart twice')
	wait "$first" 2>/dev/null
	ok 'its daemon is killed then' kill_it
	ok 'that it did not run' within 20 none_left
	is "$(grep twice oneshots)" 'up twice' 'is so'
	like "$(state_of twice)" '^(up|owed) ' 'and nothing is known of a failure'
	ok 'a start' rc start twice
	is "$(grep twice oneshots)" 'up twice' 'does not start it again'
	ok 'it is up (2)' up twice
else
	skip 13 'strace cannot trace here'
fi
not 'never two at once' test -e bad
end
