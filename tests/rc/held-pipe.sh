#!/bin/sh
# rc/held-pipe.sh - svscan holds the pipe of a service that an update makes a
# logger, or a logger of another name, as it does that of one that is new: all
# that have it can be killed at once, and nothing in it is lost.
# TIMEOUT: 60
. "$TESTS/lib.sh"
. "$TESTS/helpers/rc.sh"
need reeve-log reeve-svscan reeve-svc
lines=100
writer() { # writer SET LOGGER
	longrun "$1" w
	cat >"$1/w/run" <<-EOF
	#!/bin/sh
	trap 'i=0; while [ \$i -lt $lines ]; do echo line \$i; i=\$((i + 1)); done; : >$D/wrote' HUP
	: >$D/trapped
	while :; do sleep 1000 >/dev/null & wait \$!; done
	EOF
	[ -z "$2" ] || echo "$2" >"$1/w/producer-for"
}
reader() { # reader SET NAME PRODUCER
	longrun "$1" "$2"
	printf '#!/bin/sh\nexec reeve-log -d3 n10 s1000000 %s\n' "$D/logs" >"$1/$2/run"
	echo 3 >"$1/$2/notification-fd"
	[ -z "$3" ] || echo "$3" >"$1/$2/consumer-for"
}
mkdir logs
writer plain ''; reader plain r ''
writer piped r; reader piped r w; longrun piped new
writer renamed r2; reader renamed r2 w; longrun renamed new
for s in plain piped renamed; do comp db.$s $s; done
live_on db.plain
super_of() { pgrep -o -f "^[^ ]*reeve-supervise $1\$"; }
# One that was there before has the name of then: r or r2.
super='r2?'
# all_killed READER: with lines in the pipe; then all lines are in the log.
all_killed() {
	rm -f trapped wrote logs/*
	rc start w "$1"
	within 10 test -e trapped || bail 'the writer does not run'
	# One that ends with its pipe is started again.
	within 10 up "live/servicedirs/$1" || bail 'the reader does not run'
	# What it had read would go with it.
	paused() { [ "$(field "live/servicedirs/$1" paused)" = true ]; }
	reeve-svc -p "live/servicedirs/$1"
	within 10 paused "$1" || bail 'the reader is not paused'
	reeve-svc -h live/servicedirs/w
	within 10 test -e wrote || bail 'the writer does not write'
	# Nobody is started again before all are gone.
	kill -STOP "$scan_pid"
	# shellcheck disable=SC2046 # pids
	kill -KILL $(pid "$1") $(super_of "$super") $(pid w) $(super_of w)
	kill -CONT "$scan_pid"
	within 10 whole
}
whole() { [ "$(cat logs/@* logs/current 2>/dev/null | wc -l)" = $lines ]; }
# Only the logger's supervise has its pipe, while nobody writes.
alone() {
	rc stop w
	rc start "$1"
	reader=$(pid "$1")
	before=$(super_of "$super")
	kill -KILL "$before"
	another() {
		now=$(super_of "$super")
		[ -n "$now" ] && [ "$now" != "$before" ] &&
			reeve-svok "live/servicedirs/$1"
	}
	within 10 another "$1" || bail "no other supervise of $1"
	is "$(pid "$1")" "$reader" "$2"
}
ok 'a service becomes a logger' upd db.piped
alone r 'it goes on when its supervise is killed'
ok 'nothing is lost when all that have the pipe are killed' all_killed r
rc stop w
echo 'r -> r2' >conv
ok 'it gets another name' upd -f conv db.renamed
ok 'nothing is lost' all_killed r2
alone r2 'it goes on'
end
