#!/bin/sh
# rc/trust.sh - what another user can change is not trusted: a set is not
# updated in a live directory of his, and a fifo there stops nobody.
. "$TESTS/lib.sh"
. "$TESTS/helpers/rc.sh"
[ "$(id -u)" = 0 ] || skip_all 'needs root'
longrun one a
longrun two a
longrun two b
comp db1 one
comp db2 two
live_on db1
chown 12345 live
upd "$D/db2" 2>err;		not 'a live directory of another user' [ $? = 0 ]
like "$(cat err)" 'not trusted' 'is not trusted'
is "$(reeve-rc-db -c live/current/db list longruns)" a 'nothing has changed'
chown 0 live; chmod 775 live
upd "$D/db2" 2>err;		not 'nor is one that others may write to' [ $? = 0 ]
chmod 755 live
ok 'else it is' upd "$D/db2"


# A command to his service would reach one of ours.
chown 12345 live
for c in 'start a' 'stop a' 'restart a' '-d change a' 'reload a'; do
	# shellcheck disable=SC2086
	reeve-rc -l "$D/live" $c 2>err
	is $? 111 "reeve-rc $c, for root, in a live directory of another user"
	like "$(cat err)" 'not trusted .change it as its owner' 'says so'
done
ok 'a dry run does' reeve-rc -l "$D/live" -n 0 stop a
ok 'looking does' reeve-rc -l "$D/live" list
mkdir s6; ln -s "$(command -v reeve-rc)" s6/s6-rc
ok 's6-rc does all the same' s6/s6-rc -l "$D/live" -u change a 2>err
like "$(cat err)" 'writable by others, who may lead commands elsewhere' \
	'with a warning'
chown 0 live
ok 'in ours' reeve-rc -l "$D/live" start a
mkdir his; cp -a live/. his 2>/dev/null
rm his/current/state; mkfifo his/current/state
timeout 20 reeve-rc -l "$D/his" list >out 2>err
not 'a fifo in place of the state is not waited for' [ $? = 124 ]
end
