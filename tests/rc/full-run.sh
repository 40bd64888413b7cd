#!/bin/sh
# rc/full-run.sh - a live and a scan directory on a file system without space
# or without inodes: what does not fit is not switched to, or fails and says
# so; what runs goes on; to stop needs no space; with space all can be done.
# TIMEOUT: 400
. "$TESTS/lib.sh"
. "$TESTS/helpers/tree.sh"
mkdir run && mount -t tmpfs -o size=4m none run 2>/dev/null ||
	skip_all 'no mounts here'
REEVE_LIVE=$PWD/run/live REEVE_SCANDIR=$PWD/run/service
export REEVE_LIVE REEVE_SCANDIR
definitions
echo 'exec sleep 1005' | longrun gone
: >t/sv/default/contents.d/gone
fill_space() { ! cat /dev/zero >run/ballast 2>/dev/null; rest; }
rest() { # what is left for small files
	_n=0
	while echo x >"run/ballast.$_n"; do _n=$((_n + 1)); done 2>/dev/null
	:
}
fill_inodes() { ! (_n=0; while mkfifo "run/ballast.$_n"; do _n=$((_n + 1)); done) 2>/dev/null; }
free() { rm -f run/ballast*; }
new() { # new N: so many services more
	for _i in $(seq "$1"); do
		echo "exec sleep 20$_i" | longrun "new$_i"
		: >"t/sv/default/contents.d/new$_i"
	done
}
old() { rm -rf t/sv/new* t/sv/default/contents.d/new*; }
runs() { pgrep -fc '^sleep 20'; }

for what in space inodes; do
	umount run
	mount -t tmpfs -o size=4m,nr_inodes=1000 none run
	rm -rf t/state
	reeve up >out 2>&1;		is $? 0 "$what: up" || show out
	db=$(pid_of db)

	# --- a switch does not fit
	fill_$what
	new 3
	timeout 60 reeve switch -q >out 2>&1
	is $? 111 "$what: there is none left: not switched" || show out
	like "$(cat out)" 'No space left on device' "$what: with the reason"
	is "$(runs)" 0 "$what: nothing of it runs"
	ok "$what: what ran runs" reeve status --check

	# --- to stop, to start and to restart what is there
	for c in 'stop web' 'start web' 'restart db' 'stop gone'; do
		# shellcheck disable=SC2086
		timeout 30 reeve $c >out 2>&1
		is $? 0 "$what: reeve $c" || show out
	done
	is "$(state web) $(state gone)" 'running stopped' "$what: it was done"
	db=$(pid_of db)

	# --- with space
	free
	timeout 60 reeve switch -q >out 2>&1;	is $? 0 "$what: with some it is done" || show out
	is "$(runs)" 3 "$what: all runs"
	is "$(pid_of db)" "$db" "$what: what did not change was not touched"

	# --- down
	fill_$what
	timeout 60 reeve down >out 2>&1;	is $? 0 "$what: down without any" || show out
	is "$(runs)" 0 "$what: all is stopped"
	is "$(pgrep -c reeve-svscan)" 0 "$what: the tree is, too"
	free
	old
done

# --- it becomes full on the way
umount run
mount -t tmpfs -o size=400k none run
rm -rf t/state
reeve up >/dev/null 2>&1;	is $? 0 'a small file system'
new 40
timeout 100 reeve switch -q -t 3000 >out 2>&1
code=$?
case $code in
0|1|2|12|13|111) ok "a switch that fills it ends ($code)" true ;;
*) is $code 0 'a switch that fills it ends' || show out ;;
esac
old
# Its journal may find no room either: then nothing is touched, which is said.
timeout 100 reeve switch -q >out 2>&1
if [ $? = 111 ] && grep -q 'No space left on device' out; then
	mount -o remount,size=1m none run
	timeout 100 reeve switch -q >out 2>&1
fi
is $? 0 'a smaller set again' || show out
is "$(runs)" 0 'nothing is left'
ok 'and all is whole' within 10 reeve status --check
timeout 60 reeve down >out 2>&1;	is $? 0 'down' || show out

# --- up
umount run
mount -t tmpfs -o size=64k none run
rm -rf t/state
timeout 5 reeve up >out 2>&1
code=$?
not 'up where not even a few services fit fails, or waits' test $code = 0
like "$(cat out)" 'No space left on device|still waiting until .* supervised .no space is left on ' \
	'and says why'
mount -o remount,size=2m run
timeout 60 reeve up >out 2>&1;	is $? 0 'with space it goes on' || show out
ok 'and all is whole (2)' within 10 reeve status --check
timeout 60 reeve down >/dev/null 2>&1;	is $? 0 'down (2)'
end
