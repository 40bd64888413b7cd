#!/bin/sh
# alone.sh - with one command and no services reeve-init is a small init:
# exit codes, signals, orphans, terminal, any uid, any root, any pid.
. "$TESTS/init/lib.sh"
need unshare setpriv
[ "$(id -u)" = 0 ] || skip_all 'needs root (mounts in its own namespace)'
# No definitions of this machine.
export REEVE_SOURCES="$PWD/none" REEVE_STATE="$PWD/none"

for code in 0 1 42; do
	for how in '' '-r' '-u 12345' '-r -u 12345' '-r -w -u 12345'; do
		# shellcheck disable=SC2086
		out=$(boxed $how -- reeve-init sh -c "exit $code" 2>&1)
		is "$? $out" "$code " "exit code $code is passed on, quietly ($how)"
	done
done
# shellcheck disable=SC2016
boxed -- reeve-init sh -c 'kill -9 $$';		is $? 137 'killed: 128 + 9'
# shellcheck disable=SC2016
boxed -- reeve-init sh -c 'kill -TERM $$';	is $? 143 'ended by TERM: 143'
boxed -- reeve-init ./absent 2>err;		is $? 127 'no such command: 127'
like "$(cat err)" 'unable to execute ./absent: No such file' '... is named'
touch plain
boxed -- reeve-init ./plain 2>err;		is $? 126 'not executable: 126'
out=$(boxed -- reeve-init 2>&1);		is $? 100 'nothing to run: 100'
like "$out" 'nothing to run: no command' '... and says what was looked for'
out=$(boxed -- reeve-init -g 3x true 2>&1);	is $? 100 'bad grace time'
like "$out" '--grace: expected a time such as 10s .* not 3x' '... is explained'

# Not process 1.  What left its session escapes where the system has no
# subreapers; it must not hold our pipe open then.
out=$(reeve-init sh -c '(setsid sleep 1000 >/dev/null 2>&1 &); exit 7' 2>&1)
is $? 7 'not process 1: works all the same'
if built_with SUBREAPER; then
	like "$out" 'not process 1 but [0-9]*: acting as subreaper' \
		'... and says so'
	not '... nothing it started is left' pgrep -f 'sleep 1000'
else
	like "$out" 'not process 1 but [0-9]*: orphans .* will not be reaped' \
		'... and says what that means here'
	skip 1 'no subreapers in this build'
fi
(sleep 1000 & exec reeve-init true) 2>/dev/null
is $? 0 '... with a child it did not start'

# It stays as a small program; with that one missing it does all itself.
mkdir img
cp -L "$REEVE_BIN/reeve-init" "$REEVE_BIN/reeve-init-alone" img/ 2>/dev/null
cat >who <<'END2'
#!/bin/sh
cat /proc/1/comm
END2
chmod +x who
is "$(REEVE_BIN='' boxed -- img/reeve-init ./who)" reeve-init-alon \
	'what stays is a program of its own'
rm img/reeve-init-alone
out=$(REEVE_BIN='' boxed -- img/reeve-init sh -c \
	'cat /proc/1/comm; exit 6' 2>&1)
is "$? $out" '6 reeve-init' '... if it is there'
# The aim: 100 kB in all; no printf has crept in.
static=${MUSL_BUILD-$SRC/build-musl}/bin
if [ -x "$static/reeve-init-alone" ] && command -v asinit >/dev/null; then
	mkdir s
	for p in init init-alone; do
		strip -o s/reeve-$p "$static/reeve-$p"
	done
	mkfifo fifo
	kb=$(REEVE_BIN=$PWD/s asinit 1 1 fifo "$PWD/s/reeve-init" \
		"$(command -v asinit)" stamp "$PWD/fifo" | cut -d ' ' -f 4)
	ok "... static it takes less than 100 kB ($kb kB)" \
		test "$kb" -gt 0 -a "$kb" -lt 100
else
	skip 1 'no static build (set MUSL_BUILD)'
fi
out=$(reeve-init-alone true 2>&1);	is $? 100 'which is not for people'
like "$out" 'usage: reeve-init ' '... as it says'

# What the command gets.
# shellcheck disable=SC2016
cat >see <<'END2'
#!/bin/sh
grep -E '^Sig(Blk|Ign)' /proc/self/status
[ "$(ps -o pgid= -p $$ | tr -d ' ')" = $$ ] && echo own group
[ "$A" = b ] && echo environment
END2
chmod +x see
is "$(A=b boxed -- reeve-init ./see)" "$(grep -E '^Sig(Blk|Ign)' \
	/proc/self/status; echo own group; echo environment)" 'clean signals, own process group, the environment'
if command -v script >/dev/null; then
	cat >tty <<'END2'
#!/bin/sh
# In the foreground, or reading would stop us.
read -r x </dev/tty && echo "read $x"
END2
	chmod +x tty
	out=$(printf 'word\n' | script -qec \
		"unshare --pid --fork --mount-proc reeve-init ./tty" /dev/null)
	like "$out" 'read word' 'the command reads from the terminal'
else
	skip 1 'script is not installed'
fi

# Signals go to the command.
cat >trap <<'END2'
#!/bin/sh
for s in HUP USR1 USR2 WINCH TERM; do trap "echo $s >>got" $s; done
trap 'exit 9' INT
: >ready
while :; do sleep 0.05; done
END2
chmod +x trap
boxed -- reeve-init ./trap & box=$!
within 10 test -e ready
p=$(inside $box)
for s in HUP USR1 USR2 WINCH TERM; do
	kill -$s "$p"; within 5 grep -qx $s got
done
is "$(tr '\n' ' ' <got)" 'HUP USR1 USR2 WINCH TERM ' 'signals are passed on'
kill -INT "$p"
wait $box;	is $? 9 'its answer to INT is the exit code'

# The grace time.
cat >deaf <<'END2'
#!/bin/sh
trap '' TERM INT HUP
(trap '' TERM INT HUP; while :; do sleep 1; done) &
: >ready
while :; do sleep 1; done
END2
chmod +x deaf
rm -f ready
boxed -- reeve-init -g 1s ./deaf 2>err & box=$!
within 10 test -e ready
start=$(date +%s%N)
kill -TERM "$(inside $box)"
wait $box;	is $? 137 'deaf to TERM: killed at the end of the grace time'
ms=$((($(date +%s%N) - start) / 1000000))
ok "... within it ($ms ms of 1000)" test $ms -ge 700 -a $ms -le $((900 + 200 * ${PATIENCE:-1}))
like "$(cat err)" 'deaf did not end within the grace time: killed' '... said so'
rm -f ready
REEVE_GRACE=500ms REEVE_STOP_SIGNAL=USR2 boxed -- reeve-init ./deaf 2>err &
box=$!
within 10 test -e ready
kill -USR2 "$(inside $box)"
wait $box;	is $? 140 'settings from the environment: USR2 passed on'

# Orphans: daemons that outlive the command get TERM, then KILL.
cat >leave <<'END2'
#!/bin/sh
for i in 1 2 3; do
	(setsid sh -c 'trap "echo told >>told; exit" TERM; : >up'$i'
		while :; do sleep 0.05; done' &)
done
while [ ! -e up1 ] || [ ! -e up2 ] || [ ! -e up3 ]; do sleep 0.02; done
exit 4
END2
chmod +x leave
boxed -- reeve-init ./leave;	is $? 4 'a command that leaves daemons behind'
is "$(grep -c told told)" 3 '... they are told to end'
cat >many <<'END2'
#!/bin/sh
i=0
while [ $i -lt 10000 ]; do (true &); i=$((i + 1)); done
ls -d /proc/[0-9]* | wc -l >seen
exit 5
END2
chmod +x many
boxed -- reeve-init ./many;	is $? 5 '10,000 orphans are reaped'
ok "... at once ($(cat seen) processes at the end)" test "$(cat seen)" -lt 200
end
