#!/bin/sh
# tools/up-behind.sh - what is booted is live after reeve up, whatever could
# not be written when the tree went down or came up.
. "$TESTS/lib.sh"
. "$TESTS/helpers/tree.sh"
mkdir probe && mount --bind probe probe 2>/dev/null || skip_all 'no mounts here'
umount probe
read_only() { mount --bind "$1" "$1" && mount -o remount,bind,ro "$1"; }
can_write() { touch "$1/.probe" && rm "$1/.probe"; }
definitions
echo 'exec sleep 1005' | longrun other
: >t/sv/default/contents.d/other
reeve up >/dev/null 2>&1 || bail 'reeve up'
read_only t/live
! can_write t/live 2>/dev/null || skip_all 'what is read-only can be written here'
reeve down >out 2>&1;		is $? 1 'a down that cannot note what it does'
umount t/live
rm t/sv/default/contents.d/other
ok 'another set is booted' reeve switch -q
reeve up >out 2>&1;		is $? 0 'then up' || show out
is "$(state web)" running 'brings what is booted'
is "$(state other)" stopped 'and stops what that does not start'
is "$(pgrep -fc '^sleep 1005')" 0 'which does not run either'

# --- it could not switch to it
reeve down >/dev/null 2>&1;	is $? 0 'down'
: >t/sv/default/contents.d/other
ok 'a third set is booted' reeve switch -q
read_only t/state
reeve up >out 2>&1;		is $? 111 'an up that cannot switch to it' || show out
umount t/state
is "$(state web)" running 'starts what it can'
reeve up >out 2>&1;		is $? 0 'run again it does the rest' || show out
is "$(state other)" running 'and what is booted is live'
ok 'all of it' within 5 reeve status --check

# --- cut off before it switches
reeve down >/dev/null 2>&1;	is $? 0 'down (2)'
rm t/sv/default/contents.d/mnt
ok 'a fourth set is booted' reeve switch -q
reeve up --tree-only >/dev/null 2>&1
is "$(reeve status -q mnt; echo $?)" 1 'a tree that has begun without it'
reeve up >out 2>&1;		is $? 0 'gets it with the next up' || show out
ok 'it is live' reeve plan -q
not 'and nothing is owed' test -h t/live/behind

# --- a test stays, also when up is run
rm t/sv/default/contents.d/other
ok 'a test' reeve switch -q --test
reeve up >/dev/null 2>&1;	is $? 0 'and up'
is "$(state other)" stopped 'leaves it'
reeve down >/dev/null 2>&1
end
