#!/bin/sh
# compat/overlay.sh - a container in the shape of s6-overlay 3: the maker,
# stage 2 that compiles and brings up, with-contenv, legacy services, a user's
# halt, docker stop; by the very command lines that s6-overlay uses.  Each
# scenario ends by a stop that is orderly: the downs of oneshots, services by
# their dependencies, cont-finish.d last.  That is told by marks.  RUNS=50 does
# the scenario of marks so often.
# TIMEOUT: 600
. "$TESTS/lib.sh"
. "$TESTS/compat/names.sh"
need execlineb
[ "$(id -u)" = 0 ] || skip_all 'needs root (mounts of its own)'
mkdir m && unshare --mount mount -t tmpfs x m 2>/dev/null ||
	skip_all 'cannot mount here'
record
OUT=$PWD/out REEVE_BIN=$NAMES
export REEVE_BIN
B=/run/s6/basedir
BOX=$PWD
export NAMES OUT BOX

# --- the skeleton that the image brings
mkdir skel sources etc
cat >skel/rc.init <<'X'
#!/bin/sh -e
rl=$1; shift
[ ! -d /run/s6/container_environment ] || chmod 0755 /run/s6/container_environment
s6-rc-compile -v1 -- /run/s6/db $ETC/s6-rc.d $ETC/user-bundles.d $SRCD || fail=$?
s6-rc-init -c /run/s6/db /run/service
set +e
s6-rc -v2 -u -t 0 -- change "$rl"; r=$?
if [ $r != 0 ] && [ "$FAILS" = 2 ]; then
	echo $r >/run/s6-linux-init-container-results/exitcode
	exec /run/s6/basedir/bin/halt
fi
cd "$BOX" || exit
if [ $# = 0 ]; then exit 0; fi
"$@"
echo $? >/run/s6-linux-init-container-results/exitcode
exec /run/s6/basedir/bin/halt
X
cat >skel/rc.shutdown <<'X'
#!/bin/sh
if test -d /run/s6/db; then
	exec s6-rc -v2 -bda change
fi
X
printf '#!/bin/sh\n' >skel/rc.shutdown.final
# its own services, as s6-overlay has them
one() { mkdir -p "$1"; echo oneshot >"$1/type"; printf '%s\n' "$2" >"$1/up"; [ -z "${3-}" ] || printf '%s\n' "$3" >"$1/down"; }
bundle() { mkdir -p "$1/contents.d"; echo bundle >"$1/type"; d=$1; shift; for i; do : >"$d/contents.d/$i"; done; }
dep() { mkdir -p "$1/dependencies.d"; : >"$1/dependencies.d/$2"; }
cd sources || exit
one fix-attrs "$BOX/fix-attrs"; one legacy-cont-init "$BOX/cont-init" "$BOX/cont-finish"
one legacy-services "$BOX/services-up" "$BOX/services-down"
dep legacy-cont-init fix-attrs; dep legacy-services base; dep legacy-services user
bundle base fix-attrs legacy-cont-init; bundle top base user legacy-services user2
cd ..
# a legacy service directory outside the scan directory, with a logger
cat >services-up <<'X'
#!/bin/sh
mkdir -p /run/s6/legacy-services
[ -d $BOX/services.d ] || exit 0
cp -R $BOX/services.d/. /run/s6/legacy-services/
cd /run/s6/legacy-services || exit
for i in *; do ln -nsf /run/s6/legacy-services/$i /run/service/$i; done
s6-svscanctl -a /run/service
sleep 0.05
set --; for i in *; do set -- "$@" /run/service/$i; done
s6-svwait -u -t 5000 -- "$@"
exec s6-svwait -U -t 5000 -- "$@"
X
cat >services-down <<'X'
#!/bin/sh
[ -d /run/s6/legacy-services ] && cd /run/s6/legacy-services || exit 0
set --
for i in *; do
	[ -e $i/run ] || continue
	rm -f /run/service/$i
	set -- "$@" /run/s6/legacy-services/$i
	[ -d $i/log ] && set -- "$@" /run/s6/legacy-services/$i/log
done
s6-svscanctl -an /run/service
[ $# = 0 ] || s6-svwait -D -t 3000 -- "$@"
exit 0
X
cat >fix-attrs <<'X'
#!/bin/sh -e
echo fix
s6-envuidgid -i -- nobody sh -c 'echo "owner $UID:$GID"'
s6-envuidgid -D32760:32760 -nB -- 7:8 sh -c 'echo "owner $UID:$GID"'
X
# Both run what the image has in a directory, by name, and go on after one that
# fails.
cat >cont-init <<'X'
#!/bin/sh
echo cont-init
for f in "$BOX"/cont-init.d/*; do [ ! -e "$f" ] || "$f"; done
exit 0
X
cat >cont-finish <<'X'
#!/bin/sh
echo finished >>"$BOX/ends"
for f in "$BOX"/cont-finish.d/*; do [ ! -e "$f" ] || "$f"; done
exit 0
X
chmod +x services-up services-down fix-attrs cont-init cont-finish
# ended LABEL: since the last time, one stop came to its end, in order.
: >ends
ended() {
	is "$(cat ends)" finished "$1: the stop was orderly, to the end"
	: >ends
}

# box [-e VAR=VALUE]... [CMD...]: build the image's /run, then its entry point.
box() {
	timeout -s KILL 60 unshare --pid --fork --mount --mount-proc --kill-child sh -c '
		mount -t tmpfs -o mode=0755 tmpfs /run
		mkdir -m 0755 /run/s6 /run/service
		# A /dev of its own, for /dev/log.
		mkdir -p dev
		mount -t tmpfs -o mode=0755 dev dev
		for n in null zero full random urandom tty; do
			: >dev/$n; mount --bind /dev/$n dev/$n
		done
		mount --rbind dev /dev
		export PATH="$NAMES:$PATH"
		s6-linux-init-maker -NC -D top -c /run/s6/basedir -p "$PATH" -f "$BOX/skel" $MAKER -- /run/s6/basedir || exit
		# these are what the image was built with
		for v in ETC SRCD BOX NAMES OUT FAILS REEVE_BIN ASAN_OPTIONS UBSAN_OPTIONS; do eval "printf %s\\\\n \"\$$v\"" >/run/s6/basedir/env/$v; done
		exec /run/s6/basedir/bin/init "$@"' box "$@"
}
# What S6_LOGGING=0, 1 and others make of stage 0's call.
ENVDIR='-s /run/s6/container_environment'
QUIET="-t 0 $ENVDIR -B" LOGGED="-t 0 $ENVDIR -1"
AS_NOBODY="-t 2 $ENVDIR -u nobody -q 1000 -S -W 5" KEEP_ENV='-t 0 -B'
pid1() { # pid of the container's process 1
	within 5 pgrep -o -x '.*-svscan'
	pgrep -o -x '.*-svscan'
}
ETC=$BOX/etc SRCD=$BOX/sources MAKER=$QUIET FAILS=
export ETC SRCD MAKER FAILS

fresh() { rm -rf etc services.d cont-init.d cont-finish.d; mkdir -p etc/s6-rc.d etc/user-bundles.d; (cd etc/user-bundles.d && bundle user && bundle user2); }

# --- CMD, no services
fresh
t0=$(date +%s%N)
out=$(box sh -c 'exit 7' 2>err);	is $? 7 'CMD exit 7, no services'
t=$((($(date +%s%N) - t0) / 1000000))
ended CMD
like "$out" 'fix.*' 'its own oneshots ran'
like "$out" "owner $(id -u nobody):$(id -g nobody)" '... fix-attrs knows accounts'
like "$out" 'owner 7:8' '... and numbers'
ok "... without the 3 s that upstream sleeps ($t ms)" test $t -lt 3000

# --- an s6-rc longrun with a logger; its end ends the container
fresh
mkdir -p etc/s6-rc.d/app/dependencies.d etc/s6-rc.d/app-log
cd etc/s6-rc.d || exit
printf longrun >app/type; : >app/dependencies.d/base; printf app-log >app/producer-for
cat >app/run <<X
#!/bin/sh
echo line of app
exec with-contenv sh -c 'echo "CMDENV=\$FROM_DOCKER"; echo ran >>$OUT; sleep 0.3; exit 23'
X
cat >app/finish <<'X'
#!/bin/sh
[ $1 -eq 256 ] && e=$((128 + $2)) || e=$1
echo $e >/run/s6-linux-init-container-results/exitcode
exec /run/s6/basedir/bin/halt
X
printf longrun >app-log/type; printf app >app-log/consumer-for; printf app-pipe >app-log/pipeline-name
printf '#!/bin/sh\nexec s6-envuidgid -D 65534:65534 nobody s6-applyuidgid -U s6-log -b -- n20 s1000000 T %s/logs\n' "$BOX" >app-log/run
cd ../..
: >etc/user-bundles.d/user/contents.d/app-pipe
cat >"$NAMES/with-contenv" <<'X'
#!/bin/sh
exec s6-envdir -Lf -- /run/s6/container_environment "$@"
X
chmod +x "$NAMES/with-contenv"
rm -rf logs; mkdir logs; chmod 777 logs
if [ -x "$BUILD/bin/reeve-log" ]; then
	FROM_DOCKER=yes box >out.txt 2>err; is $? 23 'the exit code of the service, by finish and halt'
	ended 'a service that ends'
	ok 'the service ran once' test "$(cat out)" = ran
	like "$(cat logs/current)" '^[0-9-]+ [0-9:.]+  line of app' 'its logger wrote'
	like "$(cat logs/current)" 'CMDENV=yes' 'with-contenv gives the environment of docker'
else
	skip 5 'no reeve-log in this build'
fi

# --- legacy services, docker stop
fresh
mkdir -p services.d/web/log
cat >services.d/web/run <<'X'
#!/bin/sh
trap 'echo stopping; exit 0' TERM
echo >&3
echo web is up
echo up >$BOX/up
sleep 1000 & wait
X
printf '#!/bin/sh\necho "finish $1 $2" >>$BOX/fin\n' >services.d/web/finish
printf '#!/bin/sh\nexec cat >>$BOX/weblog\n' >services.d/web/log/run
echo 3 >services.d/web/notification-fd
chmod +x services.d/web/run services.d/web/finish services.d/web/log/run
rm -f up; mkfifo up
box sleep 1000 >out.txt 2>err & p=$!
read -r _ <up
kill -TERM "$(pid1)"
wait $p;	is $? 0 'docker stop: exit 0'
ended 'docker stop'
is "$(cat fin)" 'finish 0 0' 'the legacy service was stopped in order'
is "$(cat weblog)" 'web is up
stopping' 'its logger got all of it'

# --- the other signals
for how in 'INT 129' 'PWR 130'; do
	box sleep 1000 >out.txt 2>err & p=$!
	read -r _ <up
	kill "-${how% *}" "$(pid1)"
	wait $p
	is $? "${how#* }" "SIG${how% *} of the outside" ||
		{ sed 's/^/# /' out.txt err; tail -n 5 "$CALLS" | sed 's/^/# /'; }
	ended "SIG${how% *}"
done

# --- marks: all kinds of services, that depend on each other
fresh
mkdir cont-init.d cont-finish.d services.d services.d/web
for f in cont-init.d/10-a cont-init.d/20-b cont-finish.d/10-x cont-finish.d/20-y; do
	printf '#!/bin/sh\necho %s >>%s/marks\nexit 3\n' $f "$BOX" >$f
	chmod +x $f
done
cat >services.d/web/run <<'X'
#!/bin/sh
trap 'exit 0' TERM
echo web up >>$BOX/marks
echo >&3
sleep 1000 & wait
X
printf '#!/bin/sh\necho web finish >>$BOX/marks\n' >services.d/web/finish
echo 3 >services.d/web/notification-fd
chmod +x services.d/web/run services.d/web/finish
cd etc/s6-rc.d || exit
marked() { one "$1" "sh -c \"echo $1 up >>$BOX/marks\"" "sh -c \"echo $1 down >>$BOX/marks\""; dep "$1" "$2"; }
marked disk base; marked late app
for i in 'db disk' 'app db'; do
	n=${i% *}
	mkdir $n; echo longrun >$n/type; echo 3 >$n/notification-fd; dep $n ${i#* }
	cat >$n/run <<X
#!/bin/sh
trap 'sleep 0.05; echo $n end >>$BOX/marks; exit 0' TERM
echo $n up >>$BOX/marks; echo line of $n
echo >&3
sleep 1000 & wait
X
	printf '#!/bin/sh\necho %s finish >>%s/marks; echo %s finished\n' $n "$BOX" $n >$n/finish
done
mkdir app-log; echo longrun >app-log/type; echo app-log >app/producer-for
echo app >app-log/consumer-for; echo app-pipe >app-log/pipeline-name
# Not cat, which TERM ends with lines in its pipe.
printf '#!/bin/sh\nexec s6-log -b -- n5 s1000000 %s/applog\n' "$BOX" >app-log/run
[ -x "$BUILD/bin/reeve-log" ] || printf '#!/bin/sh\nmkdir -p %s/applog\nexec cat >>%s/applog/current\n' "$BOX" "$BOX" >app-log/run
logged() { ! [ -x "$BUILD/bin/reeve-log" ] || [ "$(cat applog/current)" = 'line of app
app finished' ]; }
cd ../..
: >etc/user-bundles.d/user/contents.d/app-pipe
: >etc/user-bundles.d/user/contents.d/late
cat >want.marks <<'X'
cont-init.d/10-a
cont-init.d/20-b
disk up
db up
app up
late up
web up
web finish
late down
app end
app finish
db end
db finish
disk down
cont-finish.d/10-x
cont-finish.d/20-y
X
good=0 i=0
while [ $i -lt "${RUNS:-3}" ]; do
	i=$((i + 1))
	rm -rf marks applog
	case $((i % 3)) in
	1) box sh -c 'exit 5' >out.txt 2>err; got=$? want=5 ;;
	2) box sh -c 'kill -TERM 1; exec sleep 1000' >out.txt 2>err; got=$? want=0 ;;
	0) box sh -c '/run/s6/basedir/bin/halt; exec sleep 1000' >out.txt 2>err; got=$? want=0 ;;
	esac
	if [ $got = $want ] && cmp -s marks want.marks && logged; then
		good=$((good + 1))
	else
		echo "# run $i: exit $got, not $want"; diff want.marks marks | show
		show out.txt err applog/current
	fi
done
is $good $i 'all up and down in order, and the log has what finish said'
is "$(sort -u ends) $(grep -c . ends)" "finished $i" '... each time'; : >ends

# --- the syslogd overlay: a socket, its logger with selection
fresh
mkdir -p etc/s6-rc.d/syslogd/dependencies.d etc/s6-rc.d/syslogd-log syslog
chmod 777 syslog
cd etc/s6-rc.d || exit
echo longrun >syslogd/type; : >syslogd/dependencies.d/base
echo 3 >syslogd/notification-fd; echo syslogd-log >syslogd/producer-for
printf '#!/bin/sh\nexec s6-envuidgid -D 32760:32760: -- syslog s6-socklog -d3 -U -t3000\n' >syslogd/run
echo longrun >syslogd-log/type; echo syslogd >syslogd-log/consumer-for
echo 3 >syslogd-log/notification-fd; echo syslog-pipe >syslogd-log/pipeline-name
cat >syslogd-log/run <<X
#!/bin/sh
exec s6-envuidgid -D 32760:32760: -- nosuchlog s6-applyuidgid -U -- s6-log -d3 -- - "+^auth(priv)?\\.[[:alpha:]]*: " n20 s1000000 $BOX/syslog/auth f "+^daemon\\.[[:alpha:]]*: " n20 s1000000 $BOX/syslog/daemon - "+\\.err: " n20 s1000000 $BOX/syslog/errors + n20 s1000000 $BOX/syslog/everything
X
sed -i 's/ f "+/ - "+/' syslogd-log/run
cd ../..
: >etc/user-bundles.d/user/contents.d/syslog-pipe
cat >say <<'X'
import socket, time
s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
s.connect("/dev/log")
for p, t in ((27, "trouble"), (38, "login"), (14, "letter")):
    s.send(("<%d>me: %s" % (p, t)).encode())
X
if command -v python3 >/dev/null; then
	box sh -c 'python3 say; until grep -q letter syslog/everything/current
		do sleep 0.02; done; exit 5' >out.txt 2>err
	is $? 5 'the syslogd overlay'
	ended syslogd
	for l in daemon:trouble errors:trouble auth:login everything:letter; do
		like "$(cat "syslog/${l%:*}/current")" "${l#*:}" \
			"... ${l#*:} is in ${l%:*}"
	done
	is "$(wc -l <syslog/daemon/current)" 1 '... and nothing else there'
else
	skip 7 'no python3 to write to /dev/log'
fi

# --- the other ways to log
fresh
MAKER=$KEEP_ENV
out=$(CONTAINER=yes box sh -c 'echo "${CONTAINER-gone}"; exit 2' 2>err)
is $? 2 'S6_KEEP_ENV=1: no -s'
ended S6_KEEP_ENV
like "$out" '^gone' '... the environment is then what the image puts in env/'
if [ -x "$BUILD/bin/reeve-log" ]; then
	MAKER=$AS_NOBODY
	box sh -c 'until grep -q fix /run/uncaught-logs/current; do sleep 0.02; done
		cp /run/uncaught-logs/current $BOX/caught
		stat -c %U /run/uncaught-logs/current >$BOX/owner; exit 3' \
		>out.txt 2>err 5</dev/null
	is $? 3 'S6_LOGGING=2, as nobody, -W: exit code'
	ended S6_LOGGING=2
	is "$(cat owner)" nobody '... nobody owns the log'
	like "$(cat caught)" '^[0-9-]{10} [0-9:.]{15,18}  .*fix' '... -t 2: ISO stamps'
else
	skip 4 'no reeve-log in this build'
fi
MAKER=$QUIET

# --- a failing oneshot with S6_BEHAVIOUR_IF_STAGE2_FAILS=2
fresh
(cd etc/s6-rc.d && one bad false); : >etc/user-bundles.d/user/contents.d/bad
FAILS=2 box sleep 100 >out.txt 2>err;	is $? 1 'a failing oneshot: exit 1'
ended 'a failing oneshot'

# --- CMD that calls halt itself, many times in a row with a logger: no hang
if [ -x "$BUILD/bin/reeve-log" ] && [ -x "$BUILD/bin/reeve-setuidgid" ]; then
	fresh; MAKER=$LOGGED
	n=0
	for i in 1 2 3 4 5 6; do
		box sh -c 'echo through the logger; exit 3' >out.txt 2>&1
		[ $? = 3 ] && grep -q 'through the logger' out.txt && n=$((n + 1))
	done
	is $n 6 'S6_LOGGING=1: output and code, every time'
	is "$(grep -c finished ends)" 6 '... and an orderly stop'
else
	skip 2 'no reeve-log or reeve-setuidgid in this build'
fi
recorded overlay
end
