#!/bin/sh
# rc/told-before.sh - a service that was told to stop by an update that then
# was killed is not called up as long as that stop may still happen.
. "$TESTS/lib.sh"
need reeve-svscan
D=$PWD

for s in old new; do
	mkdir -p $s/a
	echo longrun >$s/a/type
	printf '#!/bin/sh\n# %s\nexec sleep 100000\n' $s >$s/a/run
done
reeve-rc-compile -v0 db.old old || bail "compile old"
reeve-rc-compile -v0 db.new new || bail "compile new"
scanned scan
reeve-rc-init -c "$D/db.old" -l "$D/live" "$D/scan" || bail "init"
reeve-rc -l "$D/live" start a || bail "start"
pid() { reeve-svstat -o pid live/servicedirs/a; }
first=$(pid)

# The supervise does not get to read what it is told.
for p in /proc/[0-9]*; do
	[ "$(readlink "$p/cwd")" = "$D/live/servicedirs/a" ] &&
		[ "${p#/proc/}" != "$first" ] && super=${p#/proc/}
done
frozen() { grep -q 'State:.T' "/proc/$super/status"; }
kill -STOP "$super"
ok 'the supervise is stopped' within 5 frozen
timeout -s KILL 2 reeve-rc-update -v0 -l "$D/live" db.new
is $? 137 'an update waits for the stop, and is killed'
is "$(pid)" "$first" 'the service has not stopped yet'

reeve-rc-update -v0 -l "$D/live" --abort &
aborter=$!
(sleep 1; kill -CONT "$super") &
waker=$!
wait $aborter
is $? 0 'it is undone, as soon as the supervise is awake'
now=$(pid)
not 'the service that is up now is not the one told to stop' \
	[ "$now" = "$first" ]
is "$(reeve-svstat -o up,wantedup live/servicedirs/a)" 'true true' 'it is up'
wait $waker
is "$(pid)" "$now" 'and it stays'
end
