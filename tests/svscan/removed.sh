#!/bin/sh
# svscan/removed.sh - an entry is removed and its supervise told to end before
# anybody asks for a scan, as a switch does: nothing is started there again, and
# no line says that it could not be.
. "$TESTS/lib.sh"
[ "$P" = reeve- ] || skip_all 'for our own names'
sleeper() { service "$1" <<'END'
exec sleep 1000
END
}
mkdir scan real
for s in a b; do sleeper real/$s; ln -s ../real/$s scan/$s; done
reeve-svscan scan 2>err &
ok 'a is up' within 5 up scan/a
ok 'b is up' within 5 up scan/b
# Started at once then, if it were started.
ok 'a second later' within 5 sh -c '[ "$(reeve-svstat -o updownfor scan/a)" -ge 2 ]'
pid=$(pgrep -f '^[^ ]*reeve-supervise a$')
rm scan/a
reeve-svc -dx real/a
ok 'its supervise ends' within 5 sh -c "! kill -0 $pid 2>/dev/null"
rm -r real/a
: >err.then
ok 'svscan has looked' within 5 sh -c 'kill -KILL $(pgrep -f "^[^ ]*reeve-supervise b$") && sleep 0.01; reeve-svok scan/b'
not 'nobody tried to start it' grep -e 'unable to change directory' -e fatal err
not 'no supervise is there' pgrep -f '^[^ ]*reeve-supervise a$'
ok 'b goes on' within 5 up scan/b
end
