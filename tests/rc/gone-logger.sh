#!/bin/sh
# rc/gone-logger.sh - a logger that an update removes or replaces first writes
# what its pipe still holds.  And names as long as they may be.
# TIMEOUT: 60
. "$TESTS/lib.sh"
. "$TESTS/helpers/rc.sh"
need reeve-log reeve-svscan reeve-svc
lines=500
writer() { # writer SET NAME: writes its lines at SIGHUP
	longrun "$1" "$2"
	cat >"$1/$2/run" <<-EOF
	#!/bin/sh
	trap 'i=0; while [ \$i -lt $lines ]; do echo line \$i; i=\$((i + 1)); done; : >$D/wrote' HUP
	: >$D/trapped
	while :; do sleep 1000 & wait \$!; done
	EOF
}
logger() { # logger SET NAME DIR PRODUCER
	longrun "$1" "$2"
	printf '#!/bin/sh\nexec reeve-log -d3 n10 s1000000 %s\n' "$D/logs/$3" >"$1/$2/run"
	echo 3 >"$1/$2/notification-fd"
	echo "$2" >"$1/$4/producer-for"
	echo "$4" >"$1/$2/consumer-for"
}
for s in with without other; do writer $s w; longrun $s keep; done
logger with w-log one w
logger other x-log two w
for s in with without other; do comp db.$s $s; done
mkdir logs
live_on db.with
rc start w w-log keep
keep=$(pid keep)
stopped() { case $(ps -o stat= -p "$1") in T*) ;; *) false ;; esac; }
fill_pipe() { # fill_pipe LOGGER: all lines are in the pipe, none is read
	within 10 test -e trapped || bail 'the writer does not run'
	reeve-svc -p live/servicedirs/$1
	within 10 stopped "$(pid "$1")" || bail 'the logger does not stop'
	reeve-svc -h live/servicedirs/w
	within 10 test -e wrote || bail 'the writer does not write'
	rm -f wrote trapped
}
all_lines() { # all_lines DIR: complaints about the numbers
	cat logs/$1/@* logs/$1/current 2>/dev/null | awk -v n=$lines '
		$2 != want { print "comes " $2 ", not " want; exit }
		{ want = ($2 + 1) % n }
		END { if (want) print "ends after " want }'
}
count() { cat logs/$1/@* logs/$1/current 2>/dev/null | wc -l; }
fill_pipe w-log
is "$(count one)" 0 'the logger has read nothing yet'
ok 'an update takes the logger away' upd db.without
is "$(count one)" $lines 'all lines that were in its pipe are in its log'
is "$(all_lines one)" '' 'each once, in order'
not 'its pipe is gone' test -e live/fifo/w-log
not 'and its directory' test -e live/servicedirs/w-log
is "$(pid keep)" "$keep" 'another service was not touched'

ok 'back' upd db.with
ok 'it is started' rc start w-log
fill_pipe w-log
ok 'an update puts another logger in its place' upd db.other
is "$(count one)" $((2 * lines)) 'the old one has written what it was sent'
is "$(all_lines one)" '' 'each line once, in order'
rc start w x-log
within 10 test -e trapped
reeve-svc -h live/servicedirs/w
within 10 test -e wrote
wrote() { [ "$(count two)" = $lines ]; }
ok 'and the new one writes what comes now' within 10 wrote
is "$(pid keep)" "$keep" 'another service was never touched'

# A switch that restarts the logger, but not who writes to it, is killed while
# that is down; then comes a set in which another is in its place.
if strace -o /dev/null true 2>/dev/null; then
	writer changed w; longrun changed keep; logger changed w-log one w
	for s in with changed; do
		oneshot $s shot
		: >$s/w-log/dependencies.d/shot
	done
	echo "sh -c \"echo up shot new >>$D/oneshots\"" >changed/shot/up
	comp db.with2 with; comp db.changed changed
	rm -f trapped
	ok 'the first logger again' upd db.with2
	rc start w w-log
	within 10 test -e trapped || bail 'the writer does not run'
	rm -f wrote
	was=$(pid w)
	# connect: whether scripts run; the down script of what the logger needs
	strace -o /dev/null -qq -e trace=connect -e signal=none \
		-e inject=connect:signal=SIGKILL:when=2 \
		reeve-rc-update -v0 -l "$D/live" db.changed
	is "$(pid w-log) $(pid w)" "-1 $was" \
		'a switch is killed when it has stopped the logger alone'
	before=$(count one)
	reeve-svc -h live/servicedirs/w
	within 10 test -e wrote
	rm -f wrote trapped
	ok 'and another set has another logger' upd db.other
	is "$(count one)" $((before + lines)) \
		'the old one has written what was left to it'
	is "$(all_lines one)" '' 'each line once, in order'
	is "$(echo $(cat oneshots))" 'up shot down shot' \
		'what it needs went up and down once'
else
	skip 6 'strace cannot trace here'
fi

# As long as s6-rc lets a name be.
long=$(printf '%0251d' 0 | tr 0 n)
longrun long "$long"
longrun long keep
if reeve-rc-compile -v0 db.long long 2>err; then
	ok 'the longest name' upd db.long
	ok 'can be started' rc start "$long"
	like "$(reeve-svstat "live/servicedirs/$long")" '^up' 'and is up'
else
	bail "the longest name does not compile: $(cat err)"
fi
end
