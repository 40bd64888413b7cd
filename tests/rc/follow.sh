#!/bin/sh
# rc/follow.sh - restart-with: what asks for it is restarted with a dependency
# that died by itself and came back; nothing else is, and nothing is restarted
# twice.
# TIMEOUT: 60
. "$TESTS/lib.sh"
. "$TESTS/helpers/rc.sh"
need reeve-svscan reeve-svc
longrun set db
longrun set app db
longrun set top app
longrun set other db
oneshot set script db
echo db >set/app/restart-with
: >set/script/restart-with
comp db.1 set
live_on db.1
rc start db app top other script || bail start
all() { for s in db app top other; do pid $s; done; }
scripts() { grep -c "up script" oneshots; }
before=$(all)
set -- $before
kill -KILL "$1"
changed() { [ "$(pid app)" != "$2" ] && [ "$(pid app)" -gt 0 ] &&
	[ "$(pid top)" != "$3" ] && [ "$(pid top)" -gt 0 ] &&
	[ "$(scripts)" = 2 ]; }
ok 'what asks for it is restarted, and what needs that' \
	within 15 changed "$1" "$2" "$3"
is "$(pid other)" "$4" 'what does not ask is not'
is "$(tail -n 2 oneshots)" "down script
up script" 'a oneshot goes down and up'
like "$(rc status db)" ' up ' 'all is well'

# A change does it itself, once.
settled() { reeve-rc -l live follow; }
settled
before=$(all)
n=$(scripts)
ok 'a restart by hand' rc restart db
ok 'nothing is left to follow' settled
sleep 0.5
is "$(scripts)" $((n + 1)) 'each was restarted once'
after=$(all)
ok 'follow again' settled
is "$(all)" "$after" 'does nothing'

# The set of services becomes another one: who follows is known at once.
cp -a set set2
rm set2/app/restart-with set2/script/restart-with
echo db >set2/other/restart-with
comp db.2 set2
before=$(all)
ok update upd db.2
sleep 0.3
is "$(all)" "$before" 'the update itself restarts nothing'
set -- $before
kill -KILL "$1"
moved() { [ "$(pid other)" != "$1" ] && [ "$(pid other)" -gt 0 ]; }
ok 'the one that asks now' within 15 moved "$4"
is "$(pid app)" "$2" 'not the one that asked before'

# The daemon was away.
reeve-svc -wD -d live/servicedirs/s6rc-oneshot-runner
set -- $(all)
kill -KILL "$1"
is_back() { [ "$(pid db)" != "$1" ] && [ "$(pid db)" -gt 0 ]; }
within 10 is_back "$1"
is "$(pid other)" "$4" 'without the daemon nothing follows'
reeve-svc -u live/servicedirs/s6rc-oneshot-runner
ok 'when it is back it does' within 15 moved "$4"

# No oneshot at all: the daemon is there for this.
longrun set3 db
longrun set3 app db
echo db >set3/app/restart-with
comp db.3 set3
ok 'a set without oneshots' upd db.3
ok 'has the daemon' test -d live/servicedirs/s6rc-oneshot-runner
rc start db app
set -- $(pid db) $(pid app)
kill -KILL "$1"
moved_app() { [ "$(pid app)" != "$1" ] && [ "$(pid app)" -gt 0 ]; }
ok 'and it follows' within 15 moved_app "$2"
end
