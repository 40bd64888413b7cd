#!/bin/sh
# log/logs-names.sh - reeve-logs finds the log of a service by the running
# set, and says what is the matter where there is none.
. "$TESTS/lib.sh"
. "$TESTS/helpers/rc.sh"
REEVE_LOGS=$PWD/logs REEVE_LIVE=$PWD/live; export REEVE_LOGS REEVE_LIVE
longrun src quiet
longrun src web
printf '#!/bin/sh\necho hello from web\nexec sleep 1000\n' >src/web/run
printf 'n5\n' >src/web/logger
printf '#!/bin/sh\necho hello from two\nexec sleep 1000\n' | {
	longrun src two; cat >src/two/run
}
: >src/two/logger
bundle src both web two quiet
bundle src mute quiet
comp db src
live_on db
reeve-logs quiet 2>err;		is $? 100 'a service without a logger'
like "$(cat err)" "service quiet has no logger: what it writes goes to the output of svscan; a file 'logger' in its def" \
	'says so'
reeve-logs wbe 2>err;		is $? 100 'a service that is not there'
like "$(cat err)" "no log of 'wbe'.*did you mean 'web'\?" 'the nearest name'
reeve-logs web 2>err;		is $? 1 'a logger that has not run'
like "$(cat err)" 'no log in .* yet: the logger of web has not run' 'says so'
reeve-rc -l live -u -t 10000 change web;	is $? 0 'it runs'
within 10 sh -c 'reeve-logs web | grep -q "hello from web"'
is $? 0 'its log, by its name'
within 10 sh -c 'reeve-logs web-log | grep -q "hello from web"'
is $? 0 'by the name of its logger'
within 10 sh -c 'reeve-logs | grep -q "hello from web"';	is $? 0 'and among all'
reeve-logs both >out;			is $? 0 'a bundle'
like "$(cat out)" '  hello from web$' 'is those of its members that have one'
reeve-rc -l live -u -t 10000 change two;	is $? 0 'another of it runs'
within 10 sh -c 'reeve-logs both | grep -q "two *hello from two"'
is $? 0 'and is there, too'
reeve-logs both web >out;		is $? 0 'a bundle and a member'
is "$(grep -c 'hello from web' out)" 1 'which is there once'
reeve-logs mute 2>err;			is $? 100 'a bundle without any log'
like "$(cat err)" "no log of 'mute'" 'says so'
REEVE_LIVE='' reeve-logs -l live web >out;	is $? 0 '-l'
reeve-logs -l nowhere web 2>err;		is $? 111 'a live directory that is none'
end
