#!/bin/sh
# rc/ignore-down.sh - a oneshot whose down script fails keeps a switch from
# being made, which says what to do: --ignore-down counts it as down.
. "$TESTS/lib.sh"
. "$TESTS/helpers/rc.sh"
need reeve-switch reeve-svscan
REEVE_HOME=$D/home; export REEVE_HOME
mkdir -p home/sv home/service
sv=home/sv
sw() { reeve-switch "$@" >out 2>&1; }
bundle $sv default shot user
oneshot $sv shot
longrun $sv user shot
echo 'sh -c "echo broken >>'"$D"'/oneshots; exit 3"' >$sv/shot/down
reeve-svscan home/service 2>/dev/null &
within 10 reeve-svscanctl -z home/service || bail 'no svscan'
ok 'the first set' sw
pid=$(reeve-svstat -o pid home/live/servicedirs/user)

echo "sh -c \"echo mended >>$D/oneshots\"" >$sv/shot/down
sw;	is $? 9 'a mended down script is no use: the old one has to run'
like "$(cat out)" 'unable to stop service shot: exited 3' 'it failed'
like "$(cat out)" '\(if a down script cannot be mended: --ignore-down\)' 'what to do'
is "$(tail -n 2 oneshots | tr '\n' ' ')" 'broken up shot ' \
	'what is half down is put right by its up script'
ok 'what needs it is back' within 10 up home/live/servicedirs/user
sw --ignore-down;	is $? 0 '--ignore-down: the switch is made'
like "$(cat out)" 'service shot: its down script failed; it counts as down all the same' \
	'and it is said'
is "$(tail -n 1 oneshots)" 'up shot' 'it has gone up again'
ok 'what needs it is up' within 10 up home/live/servicedirs/user
ok 'a stop' reeve-rc -l home/live stop shot
is "$(tail -n 1 oneshots)" mended '... runs the new script'

echo 'sh -c "exit 4"' >$sv/shot/down
ok 'a broken one again' sw
ok 'started' reeve-rc -l home/live start user
reeve-rc -l home/live stop shot 2>err;	is $? 1 'reeve-rc stop fails'
ok '... and does not' reeve-rc -l home/live --ignore-down stop shot 2>err
like "$(cat err)" 'counts as down' '... but says so'
is "$(reeve-rc -l home/live -a list)" '' '... and it is down'
end
