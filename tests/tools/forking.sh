#!/bin/sh
# tools/forking.sh - a daemon that goes to the background is seen, gets its
# signals, and its end is our end.
. "$TESTS/lib.sh"

# Where nobody but process 1 gets orphans it is refused, with the reason; and
# reeve-check says so before.
refused() { is $? 111 "$1 is refused"; like "$(cat err)" 'unable to adopt the daemon: this system does not hand orphans .* run it in the foreground instead' "$1: the explanation"; }
reeve-forking pid true 2>err
if grep -q 'unable to adopt' err; then
	reeve-forking pid true 2>err; refused 'a system without it'
	mkdir -p sv/a; echo 'sleep 1' >sv/a/command; echo /run/a.pid >sv/a/pid-file
	like "$(reeve-check sv)" 'sv/a/pid-file: error: this system does not hand orphans' 'the lint says so'
	end
fi
if command -v strace >/dev/null && strace -qq -o /dev/null -e inject=prctl:error=ENOSYS true 2>/dev/null; then
	strace -qq -o /dev/null -e inject=prctl:error=ENOSYS reeve-forking pid true 2>err; refused 'a system without it'
else skip 2 'strace cannot inject here'; fi

cat >daemon <<'E'
#!/bin/sh
# daemon HOW: go to the background, write the pid
( trap 'echo term >got; exit 0' TERM; trap 'echo hup >>hups' HUP
  sh -c 'echo $PPID' >pid.new; mv pid.new pid
  case $1 in exit) sleep 0.2; exit 7 ;; esac
  while :; do sleep 0.1; done ) &
exit 0
E
chmod 755 daemon
echo 1 >pid
reeve-forking -3 3 "$PWD/pid" ./daemon stay 3>ready & pid=$!
within 10 test -s ready; is $? 0 'ready when the daemon is there'
d=$(cat pid); not 'the old pid file was removed' [ "$d" = 1 ]
kill -HUP $pid; within 5 test -s hups; is $? 0 'signals are passed on'
kill $pid; wait $pid; is $? 0 'it ends as the daemon ends'
is "$(cat got)" term 'which got the signal'
ok 'and is gone' no_process "$d"
reeve-forking pid ./daemon exit; is $? 7 'with its exit code'
reeve-forking pid ./daemon stay & pid=$!
within 10 sh -c "[ -e pid ] && kill -0 \$(cat pid)"
kill -9 "$(cat pid)"; wait $pid 2>/dev/null; is $? 137 'or by its signal'
reeve-forking pid sh -c 'exit 4' 2>err; is $? 4 'a program that fails'
reeve-forking -t 100 pid true 2>err; is $? 99 'no pid file'
like "$(cat err)" 'pid does not name a process started by true' 'is said'
reeve-forking -t 100 pid sh -c 'echo 1 >pid' 2>err; is $? 99 'the pid of a stranger is not believed'
cat >slow <<'E'
#!/bin/sh
( trap 'echo ended >slow.said; exit 0' TERM; sh -c 'echo $PPID' >slow.pid
  while :; do sleep 0.02; done ) >/dev/null &
until [ -s slow.pid ]; do sleep 0.02; done
E
chmod 755 slow
if [ -r /proc/self/stat ]; then
	reeve-forking -t 200 pid ./slow 2>err; is $? 99 'a daemon that does not write its pid in time'
	ok 'is ended, and not left behind' no_process "$(cat slow.pid)"
	is "$(cat slow.said)" ended 'by the signal that it can catch'
	like "$(cat err)" 'ending what ./slow has left in the background' 'that is said'
	rm slow.pid slow.said; reeve-forking -t 0 pid ./slow 2>err & p=$!
	within 10 test -s slow.pid; sleep 0.2; kill $p; wait $p; is $? 143 'one that is told to end meanwhile'
	ok 'ends it too' no_process "$(cat slow.pid)"
else skip 6 'no /proc'; fi
reeve-forking pid 2>err; is $? 100 'no program'
reeve-forking pid nosuchprogram 2>err; is $? 127 'a program that is not there'
end
