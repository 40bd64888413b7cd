#!/bin/sh
# compat/overlay.sh - a container in the shape of s6-overlay 3: the maker,
# stage 2 that compiles and brings up, with-contenv, legacy services, a user's
# halt, docker stop; by the very command lines that s6-overlay uses.
# TIMEOUT: 120
. "$TESTS/lib.sh"
. "$TESTS/compat/names.sh"
need execlineb
[ "$(id -u)" = 0 ] || skip_all 'needs root (mounts of its own)'
mkdir m && unshare --mount mount -t tmpfs x m 2>/dev/null ||
	skip_all 'cannot mount here'
OUT=$PWD/out
B=/run/s6/basedir
BOX=$PWD
export NAMES OUT BOX

# --- the skeleton that the image brings
mkdir skel sources etc
cat >skel/rc.init <<'X'
#!/bin/sh -e
rl=$1; shift
chmod 0755 /run/s6/container_environment
s6-rc-compile -v1 -- /run/s6/db $ETC/s6-rc.d $ETC/user-bundles.d $SRCD || fail=$?
s6-rc-init -c /run/s6/db /run/service
set +e
s6-rc -v1 -u -t 0 -- change "$rl"; r=$?
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
[ -e /run/s6/db ] && exec s6-rc -v1 -bda change
X
printf '#!/bin/sh\n' >skel/rc.shutdown.final
# its own services, as s6-overlay has them
one() { mkdir -p "$1"; echo oneshot >"$1/type"; printf '%s\n' "$2" >"$1/up"; [ -z "${3-}" ] || printf '%s\n' "$3" >"$1/down"; }
bundle() { mkdir -p "$1/contents.d"; echo bundle >"$1/type"; d=$1; shift; for i; do : >"$d/contents.d/$i"; done; }
dep() { mkdir -p "$1/dependencies.d"; : >"$1/dependencies.d/$2"; }
cd sources || exit
one fix-attrs 'echo fix'; one legacy-cont-init 'sh -c "echo cont-init"'
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
X
chmod +x services-up services-down

# box [-e VAR=VALUE]... [CMD...]: build the image's /run, then its entry point.
box() {
	timeout -s KILL 60 unshare --pid --fork --mount --mount-proc --kill-child sh -c '
		mount -t tmpfs -o mode=0755 tmpfs /run
		mkdir -m 0755 /run/s6 /run/service
		export PATH="$NAMES:$PATH"
		s6-linux-init-maker -NC -D top -c /run/s6/basedir -p "$PATH" -f "$BOX/skel" -t 0 -s /run/s6/container_environment $LOGGING -q ${GRACE:-2000} -- /run/s6/basedir || exit
		# these are what the image was built with
		for v in ETC SRCD BOX NAMES OUT FAILS ASAN_OPTIONS UBSAN_OPTIONS; do eval "printf %s\\\\n \"\$$v\"" >/run/s6/basedir/env/$v; done
		exec /run/s6/basedir/bin/init "$@"' box "$@"
}
ETC=$BOX/etc SRCD=$BOX/sources LOGGING=-B FAILS=
export ETC SRCD LOGGING FAILS GRACE=

fresh() { rm -rf etc services.d; mkdir -p etc/s6-rc.d etc/user-bundles.d; (cd etc/user-bundles.d && bundle user && bundle user2); }

# --- CMD, no services
fresh
t0=$(date +%s%N)
out=$(box sh -c 'exit 7' 2>err);	is $? 7 'CMD exit 7, no services'
t=$((($(date +%s%N) - t0) / 1000000))
like "$out" 'fix.*' 'its own oneshots ran'
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
	ok 'the service ran once' test "$(cat out)" = ran
	like "$(cat logs/current)" '^[0-9-]+ [0-9:.]+  line of app' 'its logger wrote'
	like "$(cat logs/current)" 'CMDENV=yes' 'with-contenv gives the environment of docker'
else
	skip 4 'no reeve-log in this build'
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
kill -TERM "$(within 5 pgrep -x 's6-svscan|reeve-svscan'; pgrep -x 's6-svscan|reeve-svscan')"
wait $p;	is $? 0 'docker stop: exit 0'
is "$(cat fin)" 'finish 0 0' 'the legacy service was stopped in order'
is "$(cat weblog)" 'web is up
stopping' 'its logger got all of it'

# --- a failing oneshot with S6_BEHAVIOUR_IF_STAGE2_FAILS=2
fresh
(cd etc/s6-rc.d && one bad false); : >etc/user-bundles.d/user/contents.d/bad
FAILS=2 box sleep 100 >out.txt 2>err;	is $? 1 'a failing oneshot: exit 1'

# --- CMD that calls halt itself, many times in a row with a logger: no hang
if [ -x "$BUILD/bin/reeve-log" ] && [ -x "$BUILD/bin/reeve-setuidgid" ]; then
	fresh; LOGGING=-1
	n=0
	for i in 1 2 3 4 5 6; do
		box sh -c 'echo through the logger; exit 3' >out.txt 2>&1
		[ $? = 3 ] && grep -q 'through the logger' out.txt && n=$((n + 1))
	done
	is $n 6 'S6_LOGGING=1: output and code, every time'
else
	skip 1 'no reeve-log or reeve-setuidgid in this build'
fi
end
