#!/bin/sh
# security/secrets.sh - what came from a file that others could not read can be
# read by nobody else afterwards; names and states can.
. "$TESTS/lib.sh"
. "$TESTS/security/lib.sh"
sv a type 'longrun\n' command 'sleep 1000\n' environment 'API_KEY=hunter2\n' \
	data/token 'tok3n\n' description 'of a\n'
chmod 600 /srv/sv/a/environment /srv/sv/a/data/token
sv o type 'oneshot\n' up '/bin/sh -c ": hunter2"\n'; chmod 600 /srv/sv/o/up
sv open type 'longrun\n' command 'sleep 1000\n' description 'of open\n'
reeve up >/dev/null 2>&1
reeve start a o open >/dev/null
ok 'root has it' grep -q hunter2 /run/reeve/current/def/a/run
# nobody: no secret in anything below that mallory can read.
leaks() { mallory grep -rlE 'hunter2|tok3n' /run /var/lib 2>/dev/null; }
is "$(leaks)" '' 'others can read it nowhere'
is "$(stat -L -c %a /run/reeve/current/db /var/lib/reeve/generations/1/db)" '600
600' 'databases are for their owner'
is "$(stat -L -c %a /run/reeve/current/def/a/run /run/reeve/current/def/open/run)" '700
755' 'so is a run made of it, and no other'
looks() { mallory env REEVE_SCANDIR=/run/service REEVE_LIVE=/run/reeve reeve status "$@"; }
out=$(looks --json 2>&1)
like "$out" '"name":"a"' 'others may know names'
like "$out" '"description":"of open"' 'and descriptions of what is open'
is "$(echo "$out" | grep -c 'of a')" 0 'and not of what is not'
like "$out" '"name":"o".*"state"' 'oneshots and states too'
reeve-rc-compile out /srv/sv; is "$(stat -c %a out)" 600 'what is compiled'
not 'others cannot ask the whole database' mallory reeve-rc-db -c /run/reeve/current/db list all 2>/dev/null

# All of the sources closed.
chmod 700 /srv/sv; chmod 644 /srv/sv/a/environment /srv/sv/a/data/token /srv/sv/o/up
echo x >/srv/sv/a/description
reeve switch >/dev/null 2>&1
is "$(leaks)" '' 'closed sources close what is made of them'
reeve start a >/dev/null; up /run/service/a; is $? 0 'root starts it all the same'

# None of them.
chmod 755 /srv/sv; echo y >/srv/sv/a/description; reeve switch >/dev/null 2>&1
is "$(stat -L -c %a /run/reeve/current/db)" 644 'nothing closed: as before'
reeve down >/dev/null 2>&1
end
