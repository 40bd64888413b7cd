#!/bin/sh
# compat/sudo.sh - sudo, sudoc and sudod: exit codes, environment,
# descriptors, timeouts; each half works with Debian's other half.
. "$TESTS/lib.sh"
. "$TESTS/compat/names.sh"

cat >.scenario <<'X'
FOO= BAR=mine $S s6-ipcserver -1 s s6-sudod sh -c 'eval "$1"' x >ready 2>err & p=$!
until [ -s ready ]; do sleep 0.01; done
$C s6-sudo s 'exit 7'; echo $?
$C s6-sudo s 'kill -9 $$'; echo $?
$C s6-sudo -T 200 s 'sleep 2'; echo $?
FOO=1 BAR=2 BAZ=3 $C s6-sudo s 'echo $FOO-$BAR-$BAZ-$IPCREMOTEEUID'
FOO=1 $C s6-sudo -e s 'echo -$FOO-'
echo in | $C s6-sudo s 'cat; echo out; echo err >&2' 2>e2; echo $?; cat e2
$C s6-sudo s 'trap "echo ended >got; exit" TERM; echo start >started; sleep 5 >/dev/null 2>&1 & wait' & q=$!
until [ -s started ]; do sleep 0.01; done
kill $(cat /proc/*/stat 2>/dev/null | awk -v p=$q '$4 == p && 0 { print $1 }') $q
until [ -s got ]; do sleep 0.01; done; cat got
kill $p; wait $p 2>/dev/null
$S s6-ipcserver -1 s2 s6-sudod -0 -1 -2 sh -c 'readlink /proc/self/fd/0 >f; readlink /proc/$$/fd/1 >>f; readlink /proc/$$/fd/2 >>f' >ready2 2>err2 & p=$!
until [ -s ready2 ]; do sleep 0.01; done
$C s6-sudo s2; echo $?; head -n 1 f; sed -n 's,.*/\(err2\)$,\1,p' f
kill $p; wait $p 2>/dev/null
$S s6-ipcserver -1 s3 s6-sudod nonexistent x >ready3 2>err3 & p=$!
until [ -s ready3 ]; do sleep 0.01; done
$C s6-sudo s3 2>/dev/null; echo $?
kill $p; wait $p 2>/dev/null
$S s6-ipcserver -1 s4 s6-sudod -t 200 true >ready4 2>err4 & p=$!
until [ -s ready4 ]; do sleep 0.01; done
$C s6-ipcclient s4 sh -c 'cat <&6'
grep -c 'unable to read message from client' err4
kill $p; wait $p 2>/dev/null
$S s6-ipcserver -1 s5 sleep 5 >ready5 2>err5 & p=$!
until [ -s ready5 ]; do sleep 0.01; done
$C s6-sudo -t 200 s5 2>/dev/null; echo $?
kill $p; wait $p 2>/dev/null
X
same 'a client and a server' <.scenario
is "$(head -n 4 ours.txt | tr '\n' ' ')" '7 137 s6-sudoc: fatal: unable to get exit status from server: Connection timed out 111 ' 'exit codes pass through'
if [ -n "$THEIRS" ]; then
	O="env PATH=$NAMES:$PATH" T="env PATH=$THEIRS:$PATH"
	mkdir a.d b.d c.d
	(cd c.d && S=$T C=$T timeout 30 sh ../.scenario) 2>&1 </dev/null | plain >ref.txt &
	(cd a.d && S=$O C=$T timeout 30 sh ../.scenario) 2>&1 </dev/null | plain >a.txt &
	(cd b.d && S=$T C=$O timeout 30 sh ../.scenario) 2>&1 </dev/null | plain >b.txt &
	wait
	is "$(cat a.txt)" "$(cat ref.txt)" "Debian's client at our server"
	is "$(cat b.txt)" "$(cat ref.txt)" "our client at Debian's server"
fi
end
