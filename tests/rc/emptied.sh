#!/bin/sh
# rc/emptied.sh - a service that removes what is in its service directory, as
# a careless rm does: it can be started again, and a switch mends it too.
. "$TESTS/lib.sh"
. "$TESTS/helpers/tree.sh"
quiet() { "$@" >/dev/null; }
emptied() { # emptied NAME: its run is there, and removes itself if told to
	longrun "$1" <<-EOF
	[ -e $PWD/spare ] || { rm -rf ./*; : >$PWD/gone; exit 1; }
	exec sleep 1000
	EOF
}
mkdir -p t/sv/default/contents.d
echo bundle >t/sv/default/type
: >t/sv/default/contents.d/a
emptied a
echo '100ms 1s' >t/sv/a/backoff
: >spare
ok 'it comes up' quiet reeve up
empty() {
	rm -f spare gone
	quiet reeve kill -s KILL a
	within 10 test -e gone || bail 'it does not empty its directory'
	within 20 sh -c 'reeve status a | grep -q "unable to start run"' ||
		bail 'nobody notices'
	: >spare
}
empty
not 'its script is gone' test -e t/live/servicedirs/a/run
like "$(reeve why a)" 'reeve start a' 'why says what to do'
reeve start a >out 2>&1;	is $? 0 'which helps' || show out
ok 'it runs' reeve status -q a
empty
reeve restart a >out 2>&1;	is $? 0 'so does a restart' || show out
empty
echo '# another' >>t/sv/a/run
reeve switch >out 2>&1;		is $? 0 'so does a switch to another definition' || show out
ok 'it runs' reeve status -q a
# All of it gone: its supervise is there, with the service, and cannot be told
# anything; no second one comes.
reeve status --json a | grep -o '"pid":[0-9]*' | tail -n 1 >pid
rm -r t/live/servicedirs/a
reeve start a >out 2>&1
not 'a directory that was removed is not made again by a start' test -e t/live/servicedirs/a
like "$(reeve why a)" 'its service directory was removed; reeve down and' 'why says what does'
ok 'as what was started in it runs' kill -0 "$(tr -dc 0-9 <pid)"
quiet reeve down
end
