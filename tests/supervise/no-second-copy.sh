#!/bin/sh
# supervise/no-second-copy.sh - a supervise that is killed right after its
# run has executed, before it could do anything more, is replaced by one that
# takes the run over: there is never a second copy.
. "$TESTS/lib.sh"
need strace
service s <<'END'
echo $$ >>runs
exec sleep 1000
END
# What the parent writes first, after the child has executed, is its first
# record (strace looks at the parent only): it never gets there.
strace -qq -o trace --inject=pwrite64:error=EIO:signal=SIGKILL:when=1 \
	reeve-supervise s 2>/dev/null
within 10 test -s s/runs || bail "run was not started: $(tail -3 trace)"
not 'the first supervise is dead' reeve-svok s
pid=$(cat s/runs)
supervised s
within 10 up s
is "$(field s pid)" "$pid" 'the next one takes over the process that runs'
is "$(wc -l <s/runs)" 1 'run was started once'
reeve-svc -d s
ok 'it can be stopped' within 10 down s
not 'and is gone' kill -0 "$pid"

# A run that cannot be executed leaves no process in the record.
service bad </dev/null
printf '#!/no/such/program\n' >bad/run
supervised bad 2>/dev/null
is "$(field bad pid)" -1 'a start that failed has no pid'
reeve-svc -dx bad
end
