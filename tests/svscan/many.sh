#!/bin/sh
# svscan/many.sh - more services than were a bound once.
# TIMEOUT: 240
. "$TESTS/lib.sh"
[ "$P" = reeve- ] || skip_all 's6-svscan holds no pipes for others'
# The bound is not a thousand; a stand-in is cheaper than a supervise.
printf '#!/bin/sh\nexec sleep 100000\n' >stand-in
chmod 755 stand-in
mkdir thousand
(cd thousand && seq 1100 | xargs mkdir)
REEVE_SUPERVISE=$PWD/stand-in reeve-svscan thousand 2>thousand.err &
scan_pid=$!
children() { [ "$(pgrep -c -P "$scan_pid")" = 1100 ]; }
ok 'eleven hundred are supervised' within 60 children
is "$(cat thousand.err)" '' 'with no complaint'
end
