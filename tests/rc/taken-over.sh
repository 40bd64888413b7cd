#!/bin/sh
# rc/taken-over.sh - files of root in the live directory of another user: a
# switch of that user ends soon, says what is in the way, and leaves nothing
# half done; when the files are given back, it does its work.
. "$TESTS/lib.sh"
user=65534
as="setpriv --reuid=$user --regid=$user --clear-groups"
[ "$(id -u)" = 0 ] && $as true 2>/dev/null || skip_all 'there is no other user here'
. "$TESTS/helpers/tree.sh"
definitions
longrun gone <<-'EOF'
exec sleep 1005
EOF
: >t/sv/default/contents.d/gone
chown -R $user:$user .
$as reeve up >/dev/null 2>&1 || bail 'reeve up'
db=$(pid_of db)
dirs=t/live/servicedirs

# --- what cannot be removed
mkdir -m 700 $dirs/gone/of-root
: >$dirs/gone/of-root/file
rm -r t/sv/gone t/sv/default/contents.d/gone
$as reeve-switch -q >out 2>&1;	is $? 0 'a service that goes leaves a file of root'
like "$(cat out)" 'unable to remove all of servicedirs/gone, which is servicedirs/\.left\.1 now' 'which is named' || show out
ok 'all is up' reeve status --check
$as reeve-switch -q >out 2>&1;	is $? 0 'the next one has nothing to do'
is "$(cat out)" '' 'and nothing to say'

# --- a supervise that cannot be told anything
echo 'exec sleep 1006' | longrun web
chown 0:0 $dirs/web/supervise
chmod 700 $dirs/web/supervise
$as timeout 15 reeve-switch -q >out 2>&1;	is $? 9 'a supervise directory of root' || show out
like "$(cat out)" 'unable to stop service web: .*Permission denied' 'is named, with the reason' || show out
is "$(pid_of db)" "$db" 'what it needs was not touched'
chown $user:$user $dirs/web/supervise
$as reeve-switch -q >out 2>&1;	is $? 0 'when it is given back the switch is done' || show out
like "$(cat $dirs/web/run)" 1006 'to the new set'
ok 'all is up (2)' within 5 reeve status --check
$as reeve down >/dev/null 2>&1
end
