#!/bin/sh
# supervise/clock.sh - when the wall clock was set back, a death that happened
# while no supervise looked is written to the tally all the same, and one that
# was written is not written twice.
. "$TESTS/lib.sh"
[ "$P" = reeve- ] || skip_all 's6 starts a second copy'
service s <<'END'
echo $$ >pid
exec sleep 1000
END
echo '60 60' >s/backoff
deaths() { [ "$(reeve-svdt s | wc -l)" -ge "$1" ]; }
supervised s 2>err
within 5 up s && within 5 test -s s/pid
# The last death before this run, by a clock that was an hour ahead.
printf '\100\0\0\0\377\377\377\377\0\0\0\0\001\0' >s/supervise/death_tally
ok 'there is a death from later than now' deaths 1
kill -KILL "$super_pid"
wait "$super_pid"
kill "$(cat s/pid)"
supervised s 2>err
ok 'one that nobody saw is added' within 10 deaths 2
within 10 up s
is "$(reeve-svdt s | wc -l)" 2 'once'
reeve-svc -dx s
end
