#!/bin/sh
# rc/unsupervised.sh - a service that svscan cannot supervise holds nothing
# up but itself: a switch that has to start it is undone, and the next one goes
# on.
# TIMEOUT: 150
. "$TESTS/lib.sh"
. "$TESTS/helpers/rc.sh"
REEVE_HOME=$D/home; export REEVE_HOME
mkdir -p home/sv home/service
sv=home/sv
sw() { timeout -s KILL 120 reeve-switch "$@" >out 2>&1; }
longrun $sv a; bundle $sv default a
reeve-svscan -C 4 home/service 2>log &
within 10 reeve-svscanctl -z home/service || bail 'no svscan'
sw; is $? 0 'one is supervised'
p=$(reeve-svstat -o pid home/live/servicedirs/a)
for i in b c d e f; do longrun $sv $i; : >$sv/default/contents.d/$i; done
sw; is $? 12 'more than svscan takes: those that cannot start make it go back'
like "$(cat out)" 'warning: [b-f] and [1-9] others: not supervised after 30 s .going on; what svscan' 'one of them is named'
like "$(cat out)" 'unable to start service [b-f]: no supervisor runs for it' 'with the reason'
rm -r $sv/[b-f] $sv/default/contents.d/[b-f]; longrun $sv g
sw; is $? 0 'without them it goes on'
like "$(cat out)" 'is live and booted' 'at once'
is "$(reeve-svstat -o pid home/live/servicedirs/a)" "$p" 'and what was up all the time has its process'
end
