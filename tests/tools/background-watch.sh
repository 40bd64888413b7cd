#!/bin/sh
# tools/background-watch.sh - a daemon that goes into the background is
# watched: its end and its exit code are ours, signals reach it.
. "$TESTS/lib.sh"
[ "$P" = reeve- ] || skip_all 's6 has this from 2.14 on'
w="s6-background-watch"

"$w" pid true 2>/dev/null
[ $? != 112 ] || skip_all 'this system cannot adopt a daemon'

cat >daemon <<'END'
#!/bin/sh
# daemon COMMAND: run it in the background, as daemons do
sh -c "$1" </dev/null >/dev/null 2>&1 &
echo $! >pid.new
mv pid.new pid
END
chmod +x daemon
"$w" 2>/dev/null;		is $? 100 'no argument'
"$w" pid 2>/dev/null;		is $? 100 'no prog'
"$w" -t x pid true 2>/dev/null;	is $? 100 'bad timeout'
"$w" pid nosuch 2>/dev/null;	is $? 127 'prog not found'
"$w" pid ./daemon 'sleep 0.2; exit 5';	is $? 5 'its exit code'
rm pid
"$w" pid ./daemon 'sleep 0.2; kill -9 $$'; is $? 137 'the signal that ended it'
"$w" pid sh -c 'exit 7' 2>/dev/null;	is $? 7 'prog fails'
"$w" pid sh -c 'kill -15 $$' 2>/dev/null; is $? 143 'prog is killed'
rm pid
"$w" -t 200 pid sh -c 'sleep 9 & :' 2>err; is $? 99 'no pidfile in time'
like "$(cat err)" 'pid does not name a process' 'it says so'
"$w" pid true 2>err;			is $? 104 'no daemon at all'
"$w" -t 200 pid sleep 9 2>/dev/null;	is $? 137 'prog stays'

"$w" -d 4 pid ./daemon 'trap "echo hup >>got" HUP; trap "exit 3" TERM
	>started; while :; do sleep 0.02; done' 4>ready & me=$!
ok 'readiness when it runs' within 9 test -s ready
within 9 test -e started
kill -HUP $me
ok 'HUP reaches it' within 9 grep -qx hup got
kill -TERM $me
wait $me;				is $? 3 'TERM ends it, and us with its code'
# The pidfile is late.
rm -f pid
"$w" pid sh -c '(sleep 0.3; exec sh -c "echo \$\$ >pid; sleep 0.2; exit 6") & :'
is $? 6 'a late pidfile'
# A stale one names nobody.
echo 99999999 >pid
"$w" -t 5000 pid sh -c '(sleep 0.1; exec sh -c "echo \$\$ >pid; sleep 0.2; exit 8") & :'
is $? 8 'a stale pidfile'

# Who may write the pidfile cannot have root send signals to what is not his.
if [ "$(id -u)" = 0 ] && chmod 755 . && setpriv --reuid=12345 --clear-groups \
	true 2>/dev/null; then
	# not a descendant of the watcher
	sleep 1000 & victim=$!
	setpriv --reuid=12345 --clear-groups sleep 1000 & his=$!
	within 9 sh -c "[ \$(stat -c %u /proc/$his) = 12345 ]"
	rm -f pid; echo $victim >pid; chown 12345 pid
	"$w" -t 300 pid sh -c 'sleep 5 & :' 2>err
	is $? 99 "a user's pidfile that names a process of root's"
	like "$(cat err)" "pid names process $victim.* not believed" 'is said'
	rm -f ready; echo $his >pid
	"$w" -d 4 -t 9000 pid sh -c 'sleep 5 & :' 4>ready 2>/dev/null & me=$!
	ok 'one that names his own is believed' within 9 test -s ready
	kill -TERM $me; wait $me
	wait $his;	is $? 143 'which gets the signal'
	setpriv --reuid=12345 --clear-groups sleep 1000 & his=$!
	within 9 sh -c "[ \$(stat -c %u /proc/$his) = 12345 ]"
	rm -f ready; echo $his >pid
	"$w" -d 4 -t 9000 pid sh -c 'sleep 5 & :' 4>ready 2>err & me=$!
	within 9 test -s ready
	kill $his; wait $his
	ok 'the end of one that we did not start' within 9 \
		sh -c "! kill -0 $me"
	like "$(cat err)" 'was not started by us' 'is said'
	rm pid; echo $victim >real
	ln -s real pid; chown -h 12345 pid
	"$w" -t 300 pid sh -c 'sleep 5 & :' 2>/dev/null
	is $? 99 'nor by a link of his'
	rm pid; ln real pid
	"$w" -t 300 pid sh -c 'sleep 5 & :' 2>/dev/null
	is $? 99 'nor by a second name'
	ok 'it lives' kill -0 $victim
else
	skip 9 'no other user here'
fi
end
