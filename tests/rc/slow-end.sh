#!/bin/sh
# rc/slow-end.sh - many supervises take long to begin or to end without
# anything being wrong: a switch gives up only when nothing happens any more.
. "$TESTS/lib.sh"
[ "$P" = reeve- ] || skip_all 'for our own names'
for s in keep a b c d; do
	mkdir -p "old/$s"
	echo longrun >old/$s/type
	printf '#!/bin/sh\nexec sleep 100000\n' >old/$s/run
done
mkdir new
cp -r old/keep new
reeve-rc-compile old.db old && reeve-rc-compile new.db new || bail compile
scanned scan
reeve-rc-init -c "$PWD/old.db" -l "$PWD/live" "$PWD/scan" || bail init
reeve-rc -l live start keep || bail start
# Each ends four seconds after the one before, all in sixteen.
pids=
for s in a b c d; do
	pid=$(pgrep -o -f "reeve-supervise $s\$")
	kill -STOP "$pid" || bail "no supervise of $s"
	pids="$pids $pid"
done
(for pid in $pids; do sleep 4; kill -CONT "$pid"; done) &
ok 'a switch waits as long as one after the other ends' \
	reeve-rc-update -v0 -l live new.db
is "$(ls live/servicedirs)" keep 'and all that is gone is removed'
end
