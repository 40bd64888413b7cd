#!/bin/sh
# rc/late-proc.sh - /proc is mounted after the daemon of the oneshots was
# started, and the daemon is killed: the script that runs is not run a second
# time beside itself.
. "$TESTS/lib.sh"
. "$TESTS/helpers/rc.sh"
[ "$P" = reeve- ] || skip_all 'for our own names'
! grep -q '^SANITIZE = yes' "$BUILD/config.mak" ||
	skip_all 'the sanitizers themselves read /proc when they start'
unshare --fork --pid --mount sh -c 'mount -t tmpfs none /proc &&
	mount -t proc proc /proc' 2>/dev/null ||
	skip_all '/proc cannot be mounted here'
# By no clock of lib.sh's that needs /proc.
clock() { _clock=$(($(date +%s%N) / 10000000)); }
oneshot set slow
cat >slow.sh <<END
#!/bin/sh
mkdir $D/lock || echo "\$\$ beside another" >>$D/bad
echo \$\$ >>$D/runs
until [ -e $D/go ]; do sleep 0.02; done
rmdir $D/lock
END
echo "sh $D/slow.sh" >set/slow/up
comp db set
run=live/servicedirs/s6rc-oneshot-runner
daemon() { reeve-svstat -o pid $run; }
kill_it() {
	_was=$(daemon)
	kill -KILL "$_was"
	_back() { [ "$(daemon)" != "$_was" ] &&
		[ "$(reeve-svstat -o up,ready $run)" = 'true true' ]; }
	within 10 _back
}
mount -t tmpfs none /proc
live_on db
rc start slow 2>err & first=$!
ok 'a script runs, without /proc' within 10 test -s runs
for when in 'no /proc at all' '/proc mounted late' '/proc hidden' \
	'/proc mounted over'; do
	case $when in
	*late|*over) mount -t proc proc /proc ;;
	*hidden) mount -t tmpfs none /proc ;;
	esac
	ok "$when: its daemon is killed, and another comes" kill_it
	is "$(ls $run/running)" slow "$when: which knows of the script"
done
ok 'who asked for it waits still' kill -0 $first
kill -KILL $first
wait $first 2>/dev/null
rc start slow 2>err2 & second=$!
waits() { [ -n "$(pgrep -f 'reeve-rc .*start slow')" ]; }
within 10 waits
touch go
wait $second
is $? 0 'who asks now waits for it, and is content'
is "$(cat bad 2>/dev/null)" '' 'it never ran twice at once'
built_with SUBREAPER && is "$(wc -l <runs)" 1 'nor a second time'
end
