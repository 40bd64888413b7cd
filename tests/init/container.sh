#!/bin/sh
# container.sh - a container with services: brought up before the main
# command, down after it, in order; its exit code; stop in every phase; any
# uid, read-only root, noexec /run, no /run, not process 1, restarts.
. "$TESTS/init/lib.sh"
need unshare setpriv
[ "$(id -u)" = 0 ] || skip_all 'needs root (mounts in its own namespace)'

# define NAME TYPE [DEPENDENCY...]: a definition, its script on stdin.
define() {
	mkdir -p "sv/$1"
	echo "$2" >"sv/$1/type"
	case $2 in
	longrun) { echo '#!/bin/sh'; cat; } >"sv/$1/run"; chmod 755 "sv/$1/run" ;;
	oneshot) cat >"sv/$1/up" ;;
	bundle) mkdir -p "sv/$1/contents.d" ;;
	esac
	_n=$1 _t=$2; shift 2
	for _x; do
		case $_t in
		bundle) : >"sv/$_n/contents.d/$_x" ;;
		*) mkdir -p "sv/$_n/dependencies.d"; : >"sv/$_n/dependencies.d/$_x" ;;
		esac
	done
}
# built: compile as an image's build would.
built() {
	mkdir -p state
	reeve-rc-compile state/db.new sv && mv state/db.new state/db
	ln -sf db state/boot
}
export REEVE_STATE="$PWD/state" REEVE_LOGS="$PWD/logs"
chmod 777 .

define first longrun <<'END2'
trap 'echo first down >>$OUT/order; exit 0' TERM
echo first up >>$OUT/order
while :; do sleep 0.05; done
END2
define second longrun first <<'END2'
trap 'echo second down >>$OUT/order; exit 0' TERM
echo second up >>$OUT/order
while :; do sleep 0.05; done
END2
define prepare oneshot <<'END2'
/bin/true
END2
define default bundle first second prepare </dev/null
built
export OUT="$PWD/out"
mkdir out; chmod 777 out

cat >settled <<'END2'
#!/bin/sh
# Wait until both have written, then end with the code given.
while [ "$(grep -c up $OUT/order 2>/dev/null)" != 2 ]; do sleep 0.02; done
echo main >>$OUT/order
exit "$1"
END2
chmod +x settled
order() { tr '\n' ' ' <out/order; }
for code in 0 1 42; do
	for how in '-w' '-r -w' '-u 12345 -w' '-r -u 12345 -w' '-r -u 12345 -x'
	do
		rm -f out/order
		# shellcheck disable=SC2086
		text=$(boxed $how -- reeve-init ./settled $code 2>&1)
		is "$? $text" "$code " "exit code $code, quietly ($how)"
		like "$(order)" \
			'(first up second up|second up first up) main second down first down' \
			'... everything up before it, and down after it in order'
	done
done
# A terminal, of which process 1 leads the session, as under docker run -t.
if command -v script >/dev/null; then
	# shellcheck disable=SC2016
	printf 'word\n' | timeout 20 script -qec 'unshare --pid --fork \
		--kill-child --mount --mount-proc sh -c "
		mount -t tmpfs run /run; exec setsid -c reeve-init sh -c \"
		[ -t 1 ] && read x </dev/tty && echo got \\\$x && exit 6\""' \
		/dev/null >tty.out 2>&1
	is $? 6 'with a terminal the command is in the foreground'
	like "$(cat tty.out)" 'got word' '... and reads from it'
else
	skip 2 'script is not installed'
fi
# No writable place but one that is named, or found.
rm -f out/order
text=$(boxed -r -t -- reeve-init --run "$PWD/box/deep" ./settled 3 2>&1)
is "$? $text" '3 ' 'another run directory, made'
rm -f out/order
text=$(REEVE_RUN=$PWD/box boxed -u 12345 -t -- reeve-init ./settled 4 2>&1)
is "$? $text" '4 ' '... named in the environment'
rm -f out/order
text=$(boxed -u 12345 -- reeve-init ./settled 5 2>&1)
is "$? $text" '5 ' '... /run not writable: one in /tmp'
# shellcheck disable=SC2016
text=$(boxed -u 12345 -w -- reeve-init sh -c 'reeve-rc list; [ -e $REEVE_LIVE ]' 2>&1)
is "$? $text" '0 ' 'commands of reeve inside find the tree'

# From outside, without its environment (docker exec), as its user.
rm -f out/order
boxed -u 12345 -w -- reeve-init sleep 1000 & box=$!
within 10 sh -c '[ "$(grep -c up out/order)" = 2 ]'
p=$(inside $box)
is "$(env -i PATH="$PATH" nsenter -t "$p" --mount --pid setpriv --reuid 12345 \
	--regid 12345 --clear-groups reeve-rc list first 2>&1)" first \
	'a command that comes in as the same user finds the tree'
kill -TERM "$p"
wait $box

# Not process 1.
rm -f out/order
text=$(reeve-init --run "$PWD/own" ./settled 6 2>&1)
is $? 6 'not process 1: the same'
who='acting as subreaper of what is started here'
built_with SUBREAPER || who='orphans of services will not be reaped here'
is "$(echo "$text" | sed 's/but [0-9]*:/but N:/')" \
	"reeve-init: not process 1 but N: $who" '... one line says so'
not '... and nothing is left' pgrep -f reeve-supervise

# Stop.
stopped() { # stopped SIGNAL [OPTION...]: without command
	_s=$1; shift
	rm -f out/order
	boxed -w -- reeve-init "$@" 2>err & box=$!
	within 10 sh -c '[ "$(grep -c up out/order)" = 2 ]'
	kill "-$_s" "$(inside $box)"
	wait $box
}
for s in TERM INT QUIT PWR; do
	stopped $s;		is $? 0 "$s without a command: code 0"
	like "$(order)" 'second down first down' '... in order'
done
stopped USR1 -s USR1;		is $? 0 'a stop signal of its own'
like "$(order)" 'second down first down' '... in order'
is "$(cat err)" '' '... quietly'
cat >wait <<'END2'
#!/bin/sh
trap 'echo main down >>$OUT/order; exit 9' TERM
for s in HUP USR1 USR2; do trap "echo $s >>$OUT/got" $s; done
: >$OUT/ready
while :; do sleep 0.05; done
END2
chmod +x wait
rm -f out/order out/ready
boxed -w -- reeve-init ./wait 2>err & box=$!
within 10 test -e out/ready
p=$(inside $box)
for s in HUP USR1 USR2; do
	kill -$s "$p"
	ok "$s is passed on to the command" within 5 grep -qx $s out/got
done
kill -TERM "$p"
wait $box;	is $? 9 'TERM: the code is that of the command'
like "$(order)" 'main down second down first down' '... which ends first'

# A service that ignores TERM.
define deaf longrun <<'END2'
trap '' TERM HUP
(trap '' TERM HUP; exec sleep 1000) &
: >$OUT/deaf
while :; do sleep 1; done
END2
define default bundle deaf </dev/null
built
boxed -w -- reeve-init -g 2s 2>err & box=$!
within 10 test -e out/deaf
start=$(date +%s%N)
kill -TERM "$(inside $box)"
wait $box;	is $? 0 'a service that ignores TERM'
ms=$((($(date +%s%N) - start) / 1000000))
ok "... ends within the grace time ($ms ms of 2000)" \
	test $ms -ge 1500 -a $ms -le $((1900 + 200 * ${PATIENCE:-1}))
like "$(cat err)" 'deaf|not all services ended in order' '... and it is told'

# Stop while starting.
rm -rf sv
define slow oneshot <<'END2'
/bin/sh -c ": >$OUT/slow; sleep 1000"
END2
define default bundle slow </dev/null
sed -i "s|\$OUT|$OUT|" sv/slow/up
built
boxed -w -- reeve-init -g 3s ./settled 1 2>err & box=$!
within 10 test -e out/slow
kill -TERM "$(inside $box)"
wait $box
code=$?
ok "stop while a oneshot runs (code $code)" test $code -lt 128

# What fails.
rm -rf sv
define broken oneshot <<'END2'
/bin/false
END2
define default bundle broken </dev/null
built
text=$(boxed -w -- reeve-init sh -c 'echo came so far; exit 3' 2>&1)
is $? 3 'a oneshot fails: the command runs all the same'
like "$text" 'broken' '... the oneshot is named'
text=$(boxed -w -- reeve-init --require-all sh -c 'echo came so far' 2>&1)
is $? 1 'with --require-all the container ends'
like "$text" 'failed to start: broken.*the container ends' '... names it'
not '... before the command' sh -c 'echo "$1" | grep -q "came so far"' x "$text"
: >sv/broken/flag-essential
built
text=$(boxed -w -- reeve-init sh -c 'echo came so far' 2>&1)
is $? 1 'an essential oneshot that fails ends the container'
like "$text" 'essential service failed to start: broken' '... names it'

# A service that never gets ready does not keep the command waiting: three
# deaths, or the limit.
rm -rf sv
define dies longrun <<'END2'
echo "cannot do that"
exit 3
END2
echo 3 >sv/dies/notification-fd
define default bundle dies </dev/null
built
text=$(timeout 30 sh -c ". \"$TESTS/init/lib.sh\"; boxed -w -- reeve-init \
	sh -c 'echo came so far; exit 3'" 2>&1)
is $? 3 'a service that dies before it is ready: the command runs'
like "$text" 'failed to start: dies .died 3 times before it was ready.*going on' \
	'... it is named, with the reason'
like "$text" 'cannot do that' '... what it said is there'
: >sv/dies/logger
built
text=$(timeout 30 sh -c ". \"$TESTS/init/lib.sh\"; boxed -w -- reeve-init \
	sh -c 'exit 3'" 2>&1)
is $? 3 '... with a logger'
like "$text" 'last lines of the log of dies' '... its log is named'
like "$text" '^20.* cannot do that' '... and its last lines are told'
rm sv/dies/logger
: >sv/dies/flag-essential
built
text=$(timeout 30 sh -c ". \"$TESTS/init/lib.sh\"; boxed -w -- reeve-init \
	sh -c 'echo came so far'" 2>&1)
is $? 1 '... essential: the container ends'
like "$text" 'essential service failed to start: dies' '... names it'
rm sv/dies/flag-essential
define dies longrun <<'END2'
exec sleep 1000
END2
built
text=$(timeout 30 sh -c ". \"$TESTS/init/lib.sh\"; boxed -w -- reeve-init \
	--start-timeout 300ms sh -c 'exit 4'" 2>&1)
is $? 4 'a service that is not ready in time: the command runs'
like "$text" 'failed to start: dies .not ready after 300 ms' '... it is named'
text=$(REEVE_START_TIMEOUT=300ms timeout 30 sh -c ". \"$TESTS/init/lib.sh\"
	boxed -w -- reeve-init sh -c 'exit 5'" 2>&1)
is $? 5 '... the limit in the environment'

# The service marked main.
rm -rf sv
define web longrun <<'END2'
sleep 0.2
exit 17
END2
: >sv/web/main
define default bundle web </dev/null
built
timeout 20 sh -c ". \"$TESTS/init/lib.sh\"; boxed -w -- reeve-init" 2>err;	is $? 17 'the code of the service marked main'
define web longrun <<'END2'
kill -KILL $$
END2
built
timeout 20 sh -c ". \"$TESTS/init/lib.sh\"; boxed -w -- reeve-init" 2>err;	is $? 137 '... killed: 128 + 9'

# ended WANT RESTART SCRIPT: the code with which the container ends, and how
# often the service ran.
ended() {
	{ echo '#!/bin/sh'; echo "$3"; } >sv/web/run
	rm -f sv/web/restart out/runs
	[ "$2" = - ] || echo "$2" >sv/web/restart
	built
	timeout 20 sh -c ". \"$TESTS/init/lib.sh\"; boxed -w -- reeve-init" 2>err
	is "$? $(wc -l <out/runs)" "$1" "main, restart $2: $3"
}
ended '3 1' - 'echo x >>$OUT/runs; exit 3'
ended '0 1' - 'echo x >>$OUT/runs; exit 0'
ended '3 1' never 'echo x >>$OUT/runs; exit 3'
ended '0 1' on-failure 'echo x >>$OUT/runs; exit 0'
ended '0 2' on-failure 'echo x >>$OUT/runs; [ "$(wc -l <$OUT/runs)" = 2 ]'
rm -f sv/web/restart

# No database yet: compiled at the first start, if need be beside the tree.
rm -rf sv state out/order
define first longrun <<'END2'
echo up >>$OUT/order
exec sleep 1000
END2
define default bundle first </dev/null
for how in '-w' '-r -w' '-r -u 12345 -w' '-u 12345'; do
	rm -rf state out/order
	# shellcheck disable=SC2086
	text=$(unset REEVE_STATE; REEVE_SOURCES=$PWD/sv REEVE_STATE=$PWD/nowhere/state \
		boxed $how -- reeve-init sh -c \
		'until [ -e $OUT/order ]; do sleep 0.02; done; exit 8' 2>&1)
	is "$? $text" '8 ' "definitions, no database ($how)"
	rm -rf nowhere
done
mkdir state
text=$(REEVE_SOURCES=$PWD/sv boxed -w -- reeve-init true 2>&1)
is "$? $text" '0 ' 'definitions, and a place to keep the database'
ok '... which is kept for the next start' test -e state/boot
: >sv/first/type
rm -rf state; mkdir state
text=$(REEVE_SOURCES=$PWD/sv boxed -w -- reeve-init true 2>&1)
is $? 1 'definitions that are wrong: the container ends'
like "$text" 'sv/first/type' '... naming the file'

# A restarted container finds the /run of the last one.
rm -rf sv
define first longrun <<'END2'
exec sleep 1000
END2
define default bundle first </dev/null
built
mkdir kept
for i in 1 2; do
	text=$(unshare --pid --fork --kill-child --mount --mount-proc \
		reeve-init --run "$PWD/kept" reeve-rc -a list 2>&1)
	is "$? $text" '0 first' "start $i with a run directory that is kept"
done
unshare --pid --fork --kill-child --mount --mount-proc sh -c \
	'reeve-init --run kept sleep 5 & sleep 1; reeve-init --run kept true' 2>err
is $? 100 'two on one run directory: refused'
like "$(cat err)" 'in use by another svscan' '... says why'
end
