#!/bin/sh
# svscan/reexec.sh - the tree becomes the newly installed programs, and no
# service notices; a program that does not run is refused.
# TIMEOUT: 450
. "$TESTS/lib.sh"
[ "$P" = reeve- ] || skip_all 's6 cannot'
has() { grep -q -e "$2" "$1" 2>/dev/null; }
rounds=$((15 / parts))
[ -z "${REEVE_LONG-}" ] || rounds=1000
# Programs of our own to replace.
mkdir bin scan
cp "$REEVE_BIN/reeve-svscan" "$REEVE_BIN/reeve-supervise" bin/ ||
	bail 'no programs to copy'
REEVE_BIN=$PWD/bin
export REEVE_BIN
install_new() { # as a package manager: a new file under the old name
	cp "$1" bin/.new && chmod +x bin/.new && mv bin/.new "bin/$2"
}
service scan/a <<'END'
exec sleep 1000
END
echo 'exit 3' >code
service scan/r <<'END'
while ! test -e go; do sleep 0.02; done
echo >&3
exec sleep 1000
END
echo 3 >scan/r/notification-fd
service scan/x <<'END'
i=0
while :; do i=$((i + 1)); echo "$i"; echo "$i" >n.new; mv n.new n; sleep 0.01; done
END
mkdir scan/x/log
service scan/x/log <<'END'
while read -r l; do echo "$l" >>lines; done
END
service scan/d <<'END'
exec sleep 1000
END
touch scan/d/down
# The longest name there can be, and its logger's is longer.
long=$(printf 'n%.0s' $(seq 255))
service scan/$long <<'END'
exec sleep 1000
END
mkdir scan/$long/log
service scan/$long/log <<'END'
exec cat
END
bin/reeve-svscan -L 255 scan 2>err &
scan_pid=$!
all="a r x x/log $long $long/log"
for s in $all; do within 5 up scan/$s; done
pids=; for s in $all; do pids="$pids $(field scan/$s pid)"; done
supers=$(pgrep -f reeve-supervise | sort | tr '\n' ' ')
old() { ls -l /proc/[0-9]*/exe 2>/dev/null | grep -q 'bin/reeve-s.*deleted'; }
young() { ! old; }
install_new "$PWD/bin/reeve-svscan" reeve-svscan
install_new "$PWD/bin/reeve-supervise" reeve-supervise
ok 'the old programs run' old
"${P}svscanctl" --reexec scan
ok 'after reexec the new ones do' within 5 young
now=; for s in $all; do now="$now $(field scan/$s pid)"; done
is "$now" "$pids" 'no service noticed'
is "$(pgrep -f reeve-supervise | sort | tr '\n' ' ')" "$supers" \
	'the supervises are the same processes'
is "$(field scan/d up)" false 'what was down is down'
ls "/proc/$(field scan/a pid)/fd" >fds
ls "/proc/$(pgrep -o -f 'reeve-supervise a$')/fd" >fds2
is "$(grep -c . fds2)" "$(($(grep -c . fds) + 2))" 'no descriptor was added'

touch scan/r/go
ready() { [ "$(field scan/r ready)" = true ]; }
ok 'readiness comes through' within 5 ready
old_a=$(field scan/a pid)
"${P}svc" -k scan/a
again() { up scan/a && [ "$(field scan/a pid)" != "$old_a" ]; }
ok 'a death is seen' within 5 again
old_long=$(pgrep -f "reeve-supervise $long/log\$")
kill -KILL "$old_long"
replaced() {
	_new=$(pgrep -f "reeve-supervise $long/log\$") &&
		[ "$_new" != "$old_long" ] && "${P}svok" "scan/$long/log"
}
ok 'a killed supervise is replaced, however long the name' within 5 replaced
service scan/new <<'END'
exec sleep 1000
END
"${P}svscanctl" -a scan
ok 'a scan finds what is new' within 5 up scan/new

# --- many times, under load
# One service ends all the time; someone listens to its events.
service scan/e <<'END'
echo $$ >>starts
exec sleep 0.05
END
echo '0 0' >scan/e/backoff
touch scan/e/down
"${P}svscanctl" -a scan
ok 'one more is supervised' within 5 "${P}svok" scan/e ||
	{ cat err; ls -la scan scan/e "/proc/$scan_pid/fd"; cat \
	"/proc/$scan_pid/wchan" "/proc/$scan_pid/status"; } 2>&1 | show
listener=scan/e/event/ftrig1:@40000000000000000000000a:abcdef
# Not seen before it has a reader: then it would be taken for a dead one.
mkfifo -m 622 scan/e/event/.listener
exec 5<>scan/e/event/.listener
mv scan/e/event/.listener "$listener"
cat <&5 >events &
"${P}svc" -u scan/e
sh -c 'while :; do :; done' &
busy=$!
pids=; for s in $all; do pids="$pids $(field scan/$s pid)"; done
everyone=$(pgrep -f 'reeve-svscan|reeve-supervise')
exes=; for p in $everyone; do exes="$exes /proc/$p/exe"; done
# Each time there are new files, and it is over when all processes run them.
all_new() {
	# shellcheck disable=SC2086
	[ "$(stat -L -c %i $exes | sort -u | tr '\n' ' ')" = "$(stat -c %i \
		bin/reeve-svscan bin/reeve-supervise | sort -u | tr '\n' ' ')" ]
}
# Links, so that old and new are different files, and nothing is copied.
cp bin/reeve-svscan bin/svscan.2; cp bin/reeve-supervise bin/supervise.2
cp bin/reeve-svscan bin/svscan.1; cp bin/reeve-supervise bin/supervise.1
i=0
while [ $i -lt $rounds ]; do
	i=$((i + 1)) n=$((i % 2 + 1))
	ln bin/svscan.$n bin/.new && mv bin/.new bin/reeve-svscan
	ln bin/supervise.$n bin/.new && mv bin/.new bin/reeve-supervise
	"${P}svscanctl" --reexec scan
	within 10 all_new || { echo "# round $i is not over"; break; }
done
kill $busy
is "$i" "$rounds" 'each time all processes became the new programs'
"${P}svc" -wd -d scan/e
# (The last one may have been stopped before it wrote that it started.)
ups() {
	_n=$(tr -cd u <events | wc -c) _w=$(wc -l <scan/e/starts)
	[ "$_n" = "$(tr -cd d <events | wc -c)" ] && [ "$_n" -ge "$_w" ] &&
		[ "$_n" -le $((_w + 1)) ]
}
ok "no event was lost ($(wc -l <scan/e/starts) starts)" within 5 ups ||
	{ echo "events: $(cat events)"; "${P}svstat" --json scan/e
	grep ' e: ' err; } | show
exec 5>&-
rm "$listener"
ok 'svscan is there' "${P}svscanctl" -z scan
now=; for s in $all; do now="$now $(field scan/$s pid)"; done
# shellcheck disable=SC2086
is "$now" "$pids" "$rounds times: every pid kept" || {
	for s in $all; do "${P}svstat" --json "scan/$s"; done
	tail -n 20 err; } | sed 's/^/# /'

# --- what is owed after a scan that did not see everything
if command -v strace >/dev/null && strace true 2>/dev/null; then
	mkdir away
	strace -P . -e inject=open,openat:error=EMFILE -o trace -p "$scan_pid" \
		2>attached &
	tracer=$!
	within 10 has attached attached
	mv scan/new away/new
	"${P}svscanctl" -an scan
	within 10 has err 'unable to read the scan directory'
	install_new "$BUILD/bin/reeve-svscan" reeve-svscan
	"${P}svscanctl" --reexec scan
	is_new() { [ bin/reeve-svscan -ef "/proc/$scan_pid/exe" ]; }
	within 10 is_new
	"${P}svok" away/new; is $? 0 'a service that vanished: not ended yet'
	# Between two calls (see faults.sh).
	kill -STOP "$scan_pid"
	within 10 has trace 'stopped by SIGSTOP'
	kill $tracer
	wait $tracer
	kill -CONT "$scan_pid"
	no_new() { ! "${P}svok" away/new; }
	ok 'it is ended by the new program' within 10 no_new
else
	skip 2 'strace cannot trace here'
fi

# --- a supervise that has just been started, and does not listen yet
printf '#!/bin/sh\nwhile test -e %s/hold; do sleep 0.02; done\nexec %s "$@"\n' \
	"$PWD" "$BUILD/bin/reeve-supervise" >slow
: >hold
install_new slow reeve-supervise
service scan/late <<'END'
exec sleep 1000
END
"${P}svscanctl" -a scan
starting() { pgrep -f "reeve-supervise late\$"; }
within 10 starting
late=$(starting)
install_new "$BUILD/bin/reeve-supervise" reeve-supervise
"${P}svscanctl" --reexec scan
"${P}svscanctl" -z scan
rm hold
late_new() { [ bin/reeve-supervise -ef "/proc/$late/exe" ]; }
ok 'one that was about to listen becomes the new program too' within 10 late_new
ok '... and runs its service' within 10 up scan/late

# --- programs that do not run
printf '#!/bin/sh\nexit 1\n' >bad
install_new bad reeve-svscan
"${P}svscanctl" --reexec scan
ok 'a new program that fails its check is refused' within 5 has err self-check
ok 'the old one goes on' "${P}svscanctl" -z scan
printf '#!/bin/sh\nsleep 1000\n' >bad
rm -f err.seen; cp err err.seen
install_new "$TESTS/../tests/run" reeve-svscan
install_new bad reeve-supervise
cp "$BUILD/bin/reeve-svscan" bin/.new && mv bin/.new bin/reeve-svscan
"${P}svscanctl" --reexec scan
hung() { [ "$(grep -c self-check err)" -ge 2 ]; }
ok 'one that hangs is refused too' within 10 hung
now=; for s in $all; do now="$now $(field scan/$s pid)"; done
is "$now" "$pids" 'and every pid is kept'
# One supervise alone asks as well, before it executes anything.
"${P}svc" --reexec scan/a
ok 'a supervise that is told alone refuses it too' within 10 \
	has err 'reeve-supervise a: warning: .*self-check (signal 9'
printf '#!/bin/sh\nexit 5\n' >bad
install_new bad reeve-supervise
"${P}svc" --reexec scan/a
ok 'and one that fails its check' within 5 \
	has err 'reeve-supervise a: warning: .*self-check (exit code 5'
now=; for s in $all; do now="$now $(field scan/$s pid)"; done
is "$now" "$pids" 'and keeps its service'
like "$(ls -l "/proc/$(pgrep -o -f 'reeve-supervise a$')/exe")" deleted \
	'it is the old program'
cp "$BUILD/bin/reeve-supervise" bin/.new && mv bin/.new bin/reeve-supervise
"${P}svc" --reexec scan/a
a_new() { ! ls -l "/proc/$(pgrep -o -f 'reeve-supervise a$')/exe" | grep -q deleted; }
ok 'a good one it becomes' within 5 a_new
"${P}svc" -r scan/a
ok 'and goes on' within 5 up scan/a
# A program that cannot read what the old one wrote would lose everything.
head -c 20 /dev/zero >state
bin/reeve-svscan --self-check --resume=3 3<state 2>err3
is $? 111 'a state that is not understood fails the check'
like "$(cat err3)" 'fatal: unable to understand the state' 'which says so'
for f in one pair owed; do	# of version 2, and of this one
	bin/reeve-svscan --self-check --resume=3 -C 32 -L 60 \
		3<"$TESTS/golden/reexec/$f" 2>err3
	is $? 0 "state $f is understood"
done
mkdir empty empty/supervise
head -c 99 /dev/zero >empty/supervise/lock
bin/reeve-supervise --self-check empty 2>err3
is $? 111 'and so does a record that is not'
like "$(cat err3)" 'unable to understand what the supervise of empty' \
	'which says so'
"${P}svscanctl" -t scan
gone() { ! pgrep -f reeve-supervise; }
ok 'it ends when told to' within 10 gone
n=$(wc -l <scan/x/log/lines)
ok 'the logger got every line' [ "$n" -ge "$(cat scan/x/n)" ]
seq 1 "$n" >want
is "$(cmp scan/x/log/lines want 2>&1 | head -n 1)" '' 'and in order'
end
