#!/bin/sh
# tools/schedule-clock.sh - reeve-schedule follows a clock that is set: a time
# that was slept through is missed, and made up for only where that is wanted.
# PART 0 (without such timers it takes two minutes)
# TIMEOUT: 240
. "$TESTS/lib.sh"
. "$TESTS/helpers/guest.sh"
in_guest
TZ=UTC; export TZ
# Without timers that follow the clock it is looked at once a minute.
w=60 soon=0 min=0
built_with POSIX_TIMERS || { w=100 soon='' min='[01]'; }
mkdir a b c
date -s '2026-11-22 03:14:55' >/dev/null
(cd a && exec reeve-schedule '15 3 * * *' sh -c 'date +%d-%T >>ran') 2>a/err &
(cd b && exec reeve-schedule -m '15 3 * * *' sh -c 'date +%d-%T >>ran') &
(cd c && exec reeve-schedule 'every 1h' sh -c 'date +%d-%T >>ran') &
ok 'it runs in time' within 60 test -s a/ran
within 60 test -s b/ran
like "$(cat a/ran b/ran)" '^22-03:15:0' 'and not before'
within 30 test -s a/last-run
date -s '2026-11-23 09:00:00' >/dev/null
ok 'a time that was slept through is left out' within $w grep -q 'late: it is left out' a/err
is "$(wc -l <a/ran)" 1 'it was not run'
ok 'or made up for' within $w grep -q "^23-09:0$min" b/ran
ok 'an interval that has passed has passed' within $w grep -q "^23-09:0$min" c/ran
date -s '2026-11-24 03:14:58' >/dev/null
ok 'the next time is as ever' within $w grep -q "^24-03:15:$soon" a/ran
within $w grep -q "^24-03:15:$soon" b/ran
is "$(wc -l <a/ran) $(wc -l <b/ran)" '2 3' 'once each'
end
