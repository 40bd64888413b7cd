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
ok 'and is gone' no_process "$pid"

# One that is process 1 of a namespace does not know its number here.
if built_with CLONE_NEWPID && [ "$(id -u)" = 0 ]; then
	service ns <<'END'
echo $$ >>runs
exec sleep 1000
END
	touch ns/flag-newpidns
	strace -qq -o trace --inject=pwrite64:error=EIO:signal=SIGKILL:when=1 \
		reeve-supervise ns 2>/dev/null
	within 10 test -s ns/runs || bail "run was not started: $(tail -3 trace)"
	other=$super_pid
	supervised ns
	within 10 up ns
	is "$(ps -o args= -p "$(field ns pid)")" 'sleep 1000' \
		'flag-newpidns: the next one takes over'
	is "$(cat ns/runs)" 1 'run was started once'
	reeve-svc -dkx ns
	wait "$super_pid"
	super_pid=$other
else
	skip 2 'pid namespaces need root, and a system that has them'
fi

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

# A supervise that is killed while its child has not said yet that it is there:
# the child is held up in each call that it makes before.
gone() { # also one that nobody has waited for yet
	case $(sed -n 's/^State:[^A-Za-z]*//p' "/proc/$1/status") in
	[A-Ya-z]*) return 1 ;;
	esac
}
runs() { [ "$(wc -l <"$1/runs")" -ge "$2" ]; }
for call in getppid setsid pwrite64; do
	service k-$call <<'END'
echo $$ >>runs
exec sleep 1000
END
	: >k-$call/runs
	strace -f -o trace-$call -e trace=$call -e \
		inject=$call:delay_enter=1000000:when=1 \
		reeve-supervise k-$call 2>err-$call &
	# What is on its way is the call of the child.
	within 10 grep -q "^[0-9]* *$call(" trace-$call
	first=$(sed -n "s/^\([0-9]*\) *$call(.*/\1/p" trace-$call)
	parent=$(sed -n 's/^PPid:[^0-9]*//p' "/proc/$first/status")
	is "$(cat "/proc/$parent/comm")" reeve-supervise "$call: of its child"
	kill -KILL "$parent"
	within 10 gone "$parent"
	supervised k-$call 2>/dev/null
	within 10 grep -q "^$first.*exited" trace-$call
	within 10 runs k-$call 1
	within 10 up k-$call
	is "$(field k-$call pid)" "$(cat k-$call/runs)" \
		"killed before $call of its child: one copy, and it is known"
	reeve-svc -dx k-$call
done

# One whose child took its time before it said so, which is killed before it
# has written that itself: what the child said is enough.
service slow <<'END'
echo $$ >>runs
exec sleep 1000
END
strace -f -o trace -e trace=getppid,pwrite64 \
	-e inject=getppid:delay_enter=300000:when=1 \
	-e inject=pwrite64:delay_enter=1000000:when=1 \
	reeve-supervise slow 2>err-slow &
within 10 test -s slow/runs
pid=$(cat slow/runs)
parent=$(sed -n 's/^PPid:[^0-9]*//p' "/proc/$pid/status")
kill -KILL "$parent"
within 10 gone "$parent"
supervised slow 2>slow/err
ok 'a child that was slow to say so is known' within 10 grep -q \
	"taking over run (pid $pid)" slow/err
is "$(wc -l <slow/runs)" 1 'and there is no second copy'
reeve-svc -dx slow

# A run that waits for the lock of another one's child was announced when it
# began to wait, not when it goes on.
service l <<'END'
echo $$ >>runs
[ -e once ] || { : >once; sleep 1000 & echo $! >child; exit 0; }
exec sleep 1000
END
echo 5 >l/lock-fd
echo 0 0 >l/backoff
supervised l 2>l/err
within 10 grep -q 'still holds' l/err
waits() { [ "$(field l pid)" -gt 0 ] && [ "$(field l pid)" != "$(head -n 1 l/runs)" ]; }
ok 'one that waits for the lock is known' within 10 waits
pid=$(field l pid)
# Longer than what its start is taken for.
t=$(date +%s%N)
later() { [ $(($(date +%s%N) - t)) -gt 200000000 ]; }
within 5 later
kill "$(cat l/child)"
within 10 runs l 2
kill -KILL "$super_pid"
wait "$super_pid"
supervised l 2>l/err
ok 'and is taken over when it has it' within 10 grep -q \
	"taking over run (pid $pid)" l/err
is "$(wc -l <l/runs)" 2 'and not started again'
reeve-svc -dx l

# Also in a namespace of its own, whose process 1 would not hear a signal.
if built_with CLONE_NEWPID && [ "$(id -u)" = 0 ]; then
	rm -f l/once l/child
	: >l/runs
	sed -i 's/: >once;/: >once; : >flag-newpidns;/' l/run
	supervised l 2>l/err
	within 10 grep -q 'still holds' l/err
	within 10 waits
	pid=$(field l pid)
	is "$(sed -n 's/^NSpid:.*[[:space:]]//p' "/proc/$pid/status")" 1 \
		'one that waits is in its namespace'
	reeve-svc -d l
	ok '... and hears that it is to stop' within 10 down l
	reeve-svc -u l
	within 10 waits
	pid=$(field l pid)
	kill "$(cat l/child)"
	within 10 runs l 2
	is "$(tail -n 1 l/runs),$(field l pid)" "1,$pid" \
		'... and runs when it has the lock'
	reeve-svc -dkx l
else
	skip 3 'pid namespaces need root, and a system that has them'
fi

# A run that cannot be executed leaves no process in the record.
service bad </dev/null
printf '#!/no/such/program\n' >bad/run
supervised bad 2>/dev/null
is "$(field bad pid)" -1 'a start that failed has no pid'
reeve-svc -dx bad
end
