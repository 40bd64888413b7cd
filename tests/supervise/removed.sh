#!/bin/sh
# supervise/removed.sh - a service whose directory is removed and made anew by
# the same name is not left with a supervise that nobody can reach.
. "$TESTS/lib.sh"
[ "$P" = reeve- ] || skip_all 's6-supervise tries to start its run for ever'
gone() { ! kill -0 "$1" 2>/dev/null; }

mkdir scan
service a <<'END'
exec sleep 1000
END
ln -s ../a scan
scanned scan 2>err
ok 'a service' within 10 up a
pid=$(field a pid) super=$(ps -o ppid= -p "$(field a pid)" | tr -d ' ')
# By another name first, or something may be written into it meanwhile.
mv a a.old && rm -rf a.old
service a <<'END'
exec sleep 1001
END
reeve-svscanctl -a scan
reeve-svscanctl -z scan
ok 'its directory is another: it goes on' kill -0 "$pid"
ok '... with its supervise' kill -0 "$super"
kill "$pid"
ok '... which ends with it' within 10 gone "$super"
like "$(cat err)" 'supervise a: fatal: the service directory was removed' \
	'... and says why'
ok '... and the new one is supervised' within 10 up a
is "$(ps -o args= -p "$(field a pid)")" 'sleep 1001' '... and runs'
end
