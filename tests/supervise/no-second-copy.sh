#!/bin/sh
# supervise/no-second-copy.sh - a supervise that is killed right after its
# run has executed, before it could do anything more, is replaced by one that
# takes the run over: there is never a second copy.  Nor is there one after a
# supervise that was told to leave its service alone.
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

# SIGQUIT leaves the service alone, and so does the next supervise.
reeve-svc -u s
within 10 up s
pid=$(field s pid)
kill -QUIT "$super_pid"
wait "$super_pid"
is $? 0 'SIGQUIT: supervise exits'
supervised s 2>err
within 10 up s
is "$(field s pid),$(wc -l <s/runs)" "$pid,2" 'the next one takes over'
reeve-svc -t s
other() { up s && [ "$(field s pid)" != "$pid" ]; }
ok 'and starts it again when it ends' within 10 other
# Also finish.
cat >s/finish <<'END'
#!/bin/sh
echo $$ >>finishes
exec sleep 1000
END
chmod +x s/finish
echo 0 >s/timeout-finish
reeve-svc -d s
within 10 test -s s/finishes
kill -QUIT "$super_pid"
wait "$super_pid"
supervised s 2>err
ended() { reeve-svstat s | grep -q ready; }
not 'a finish that runs on is waited for' ended
kill "$(cat s/finishes)"
ok 'until it ends' within 10 ended
is "$(wc -l <s/finishes)" 1 'it was started once'
reeve-svc -x s

# A run that cannot be executed leaves no process in the record.
service bad </dev/null
printf '#!/no/such/program\n' >bad/run
supervised bad 2>/dev/null
is "$(field bad pid)" -1 'a start that failed has no pid'
reeve-svc -dx bad
end
