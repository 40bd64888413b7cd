#!/bin/sh
# rc/oneshotd.sh - oneshots run below reeve-rc-oneshotd: in the tree's
# environment and not the caller's, with the caller's output, and on when it
# was restarted; who is not the tree's owner is refused.
. "$TESTS/lib.sh"
. "$TESTS/helpers/tree.sh"
export FROM_TREE=yes
longrun db </dev/null
oneshot() { # oneshot NAME COMMAND
	mkdir -p "t/sv/$1"
	echo oneshot >"t/sv/$1/type"
	echo "$2" >"t/sv/$1/up"
}
oneshot env 'sh -c "echo tree=$FROM_TREE caller=$FROM_CALLER"'
oneshot fails 'sh -c "exit 9"'
oneshot plain true
tree
FROM_CALLER=no; export FROM_CALLER
out=$(reeve start env 2>&1);	is $? 0 'a oneshot'
like "$out" '^tree=yes caller=$' 'environment of the tree, output to the caller'
out=$(reeve start fails 2>&1);	is $? 1 'one that fails'
like "$out" '^fails: failed: .*exited 9' 'and how'

run=t/live/servicedirs/s6rc-oneshot-runner
pid=$(reeve-svstat -o pid $run)
kill -KILL "$pid"
back() { [ "$(reeve-svstat -o pid,ready $run)" != "$pid true" ] &&
	[ "$(reeve-svstat -o ready $run)" = true ]; }
ok 'killed, the daemon comes back' within 10 back
out=$(reeve start plain);	is $? 0 'and works'

if [ "$(id -u)" = 0 ] && setpriv --reuid=65534 --clear-groups true 2>/dev/null
then
	chmod -R a+rX t
	setpriv --reuid=65534 --regid=65534 --clear-groups \
		reeve-rc -l "$REEVE_HOME/live" stop env >out 2>&1
	not 'another user changes nothing' test $? = 0
	is "$(state env)" 'done' 'it is as it was'
else
	skip 2 'no other user here'
fi
reeve-rc-oneshotd --nosuch 2>/dev/null; is $? 100 'an unknown option'
end
