#!/bin/sh
# supervise/held-fifo.sh - a supervise that takes over from one that was killed
# holds the fifos of its service, as the other did.
. "$TESTS/lib.sh"
[ "$P" = reeve- ] || skip_all 'for our own names'
has() { grep -q -e "$2" "$1" 2>/dev/null; }
service reads <<'END'
exec cat >>lines
END
echo fifo >reads/stdin-fifo
service writes <<'END'
echo written
: >said
exec sleep 1000
END
echo fifo >writes/stdout-fifo
# While no supervise has it, we do.
replaced() { # replaced SERVICE: with its fifo open as 9
	kill -KILL "$super_pid"
	wait "$super_pid" 2>/dev/null
	supervised "$1" 2>err 9<&-
	within 10 has err 'taking over run'
}

supervised reads
within 10 up reads
pid=$(field reads pid)
exec 9<>reads/fifo
ok 'a supervise is killed' replaced reads
exec 9<&-
echo line >reads/fifo
ok 'its service is still there to read' within 10 has reads/lines line
is "$(field reads pid)" "$pid" 'and saw no end of its input'
kill "$super_pid"

supervised writes
within 10 test -e writes/said
exec 9<>writes/fifo
ok 'another is killed' replaced writes
exec 9<&-
"${P}svc" -wD -T 10000 -d writes
is "$(timeout 10 head -n 1 writes/fifo)" written \
	'what its service had written is there when that is gone'

# finish has them as well: what it says goes to the logger, in order.
service says <<'END'
echo last line of run
exit 7
END
printf '#!/bin/sh\necho "ended: $1"\n' >says/finish; chmod +x says/finish
echo ../says.fifo >says/stdout-fifo; : >says/down; mkfifo says.fifo
supervised says; says=$super_pid
timeout 20 sed -n '1,2p;2q' <says.fifo >heard & reader=$!
reeve-svc -o says
wait $reader
is "$(cat heard)" 'last line of run
ended: 7' 'finish writes to where run did'
reeve-svc -dx says; wait "$says"
end
