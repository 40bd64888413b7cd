#!/bin/sh
# tools/import-kinds.sh - directories of runit, daemontools and s6, a source of
# s6-rc, a supervisord configuration and a Procfile are imported, and what was
# imported runs: with its environment, log, readiness, user and stop.  What
# is not carried over is said with its line.
# TIMEOUT: 240
. "$TESTS/lib.sh"
REEVE_HOME=$PWD/t NO_COLOR=1 LC_ALL=C TZ=UTC
export REEVE_HOME NO_COLOR LC_ALL TZ
f() { mkdir -p "${1%/*}"; cat >"$1"; }
x() { f "$1"; chmod 755 "$1"; }
import() { reeve-import -d -s t/sv "$@" >said; }
# left COUNT LABEL: so many things are said to be left out
left() { is "$(grep -c ': not carried over: ' said)" "$1" "$2" || show said; }
have() { command -v "$1" >/dev/null || { echo "SKIP $1 is not installed" >&2; return 1; }; }
wanted=

# --- runit: check, finish, env, a logger of its own, and files of its own
if have chpst && have svlogd; then
	x runit/ru/run <<'E2'
#!/bin/sh
exec 2>&1
echo "ru says $(cat env/WHAT)"
exec chpst -e ./env sh -c 'echo "env $WHAT"; sleep 0.2; : >ready; exec sleep 1000'
E2
	x runit/ru/check <<'E2'
#!/bin/sh
exec test -e ready
E2
	x runit/ru/finish <<E2
#!/bin/sh
echo "\$#" >$PWD/finished
E2
	echo hello | f runit/ru/env/WHAT
	x runit/ru/log/run <<E2
#!/bin/sh
mkdir -p $PWD/rulog
exec svlogd $PWD/rulog
E2
	echo 'X=1' | f runit/ru/conf
	f runit/ru/down </dev/null
	x runit/ru/control/t </dev/null
	import runit; is $? 1 'runit'
	for w in conf control; do like "$(cat said)" "not carried over: runit/ru/$w " "$w is said"; done
	left 2 'and no more'
	not 'what has down is not in default' test -e t/sv/default/contents.d/ru
	: >t/sv/default/contents.d/ru
	wanted="$wanted ru"
else skip 6 'runit is not installed'; fi

# --- daemontools
if have multilog && have softlimit; then
	x dt/da/run <<'E2'
#!/bin/sh
exec 2>&1
exec softlimit -o 55 envdir ./env sh -c 'echo "da $WHAT $(ulimit -n)"; exec sleep 1000'
E2
	echo there | f dt/da/env/WHAT
	x dt/da/log/run <<'E2'
#!/bin/sh
exec multilog t ./main
E2
	import dt/da; is $? 0 'daemontools'
	wanted="$wanted da"
else skip 1 'daemontools is not installed'; fi

# --- s6: notification-fd, timeouts, data, execline, a log pipeline
x s6/ss/run <<'E2'
#!/bin/sh
echo "ss $(cat data/x)"
echo >&4
exec sleep 1000
E2
echo 4 | f s6/ss/notification-fd
echo 3000 | f s6/ss/timeout-kill
echo SIGINT | f s6/ss/down-signal
echo some | f s6/ss/data/x
x s6/ss/log/run <<E2
#!/bin/sh
exec reeve-log t $PWD/sslog
E2
import s6; is $? 0 's6'
wanted="$wanted ss"

# --- a source of s6-rc
echo longrun | f rc/web/type
x rc/web/run <<'E2'
#!/bin/sh
echo web; exec sleep 1000
E2
echo mnt | f rc/web/dependencies
echo weblog | f rc/web/producer-for
echo longrun | f rc/weblog/type
x rc/weblog/run <<E2
#!/bin/sh
exec reeve-log t $PWD/weblog
E2
echo web | f rc/weblog/consumer-for
echo all-web | f rc/weblog/pipeline-name
echo oneshot | f rc/mnt/type
echo "touch $PWD/mounted" | f rc/mnt/up
echo "rm $PWD/mounted" | f rc/mnt/down
import rc; is $? 0 's6-rc'
wanted="$wanted web"

# --- supervisord, with the comments, continued lines and inclusions it has
f etc/supervisord.conf <<E2
[supervisord]
nodaemon=true ; in a container
[include]
files = conf.d/*.conf
[program:sup]
command=sh -c "echo sup \$A \$B %(program_name)s; exec sleep 1000" ; not this
environment=A="1,2",
    B='x y'
directory=%(here)s
autorestart=unexpected
stopwaitsecs=5
stopasgroup=true
killasgroup=true
stdout_logfile_backups=3
stdout_logfile=AUTO
stdout_logfile_maxbytes=2MB
priority=3
numprocs=2
[program:later]
command = sleep 1000
autostart=false
stdout_logfile=/var/log/later.log
stdout_logfile_maxbytes=12
[program:mute]
command=sleep 1000
autostart=false
stdout_logfile=NONE
[program:empty]
directory=/tmp
[eventlistener:e]
command=x
E2
printf '[program:inc]\ncommand: sleep 1000\n' | f etc/conf.d/inc.conf
import etc/supervisord.conf; is $? 1 'supervisord'
for w in ':17: not carried over: priority=3' ':18: .*numprocs=2' ':22: .*later.log .it is in the log' ':23: .*maxbytes=12 .expected from 4096' ':27: .*stdout_logfile=NONE' ': .*program empty: it has no command .t/sv/empty is removed again' ':30: .*eventlistener:e'; do
	like "$(cat said)" "etc/supervisord.conf$w" "said: $w"
done
left 7 'and no more'
not 'it is not there' test -e t/sv/empty -o -e t/sv/default/contents.d/empty
is "$(cd t/sv && echo */logger | tr ' ' '\n' | grep -cE '^(inc|mute)/')" 1 'a log is the default'
is "$(cat t/sv/sup/logger)" 't s2097152 n3' 'sizes of its log'
is "$(cat t/sv/later/logger)" '' '... or those of ours'
not 'autostart=false is not in default' test -e t/sv/default/contents.d/later
wanted="$wanted sup inc"

# --- Procfile
cat >Procfile <<'E2'
# processes

pa: sh -c 'echo "pa $PORT $X" && exec sleep 1000'
pb: cd sub && ./pb one
pc: Y=2 ./sub/pc
pd: sleep 2000 | cat
no colon
E2
printf '# c\nexport X="a b"\n' >.env
x sub/pb <<E2
#!/bin/sh
echo "pb \$1 \$PORT"; exec sleep 1000
E2
x sub/pc <<'E2'
#!/bin/sh
echo "pc $Y"; exec sleep 1000
E2
import Procfile; is $? 1 'Procfile'
like "$(cat said)" 'Procfile:7: not carried over: no colon' 'the line is said'
left 1 'and no more'
wanted="$wanted pa pb pc"
for p in pa pb pc; do not "$p needs no shell that waits" test -e t/sv/$p/flag-kill-group; done

reeve-check -q t/sv >out; is $? 0 'the lint finds no errors' || show out
reeve up >out 2>&1; is $? 0 'all of it comes up' || show out
for s in $wanted; do
	is "$(reeve-svstat -o up,ready "t/live/servicedirs/$s")" "true $([ -e "t/live/servicedirs/$s/notification-fd" ] && echo true || echo false)" "$s is up, and ready if it can say so"
	# No shell between it and its supervise.
	like "$(ps -o args= -p "$(reeve-svstat -o pid "t/live/servicedirs/$s")")" '^sleep 1000' "$s: its pid is the program's"
done
logged() { within 10 grep -q -e "$2" "$1"; is $? 0 "$3" || show "$1"; }
case $wanted in *ru*) logged rulog/current '^ru says hello' 'runit: log'; logged rulog/current '^env hello' 'and environment' ;; esac
case $wanted in *da*) logged t/live/servicedirs/da-log/main/current 'da there 55' 'daemontools: log, environment, limit' ;; esac
logged sslog/current 'ss some' 's6: log and data'
logged weblog/current 'web' 's6-rc: a pipeline'
[ -e mounted ]; is $? 0 'and a oneshot'
logged t/log/sup/current 'sup 1,2 x y sup' 'supervisord: environment and log'
is "$(readlink "/proc/$(reeve-svstat -o pid t/live/servicedirs/sup)/cwd")" "$PWD/etc" 'and directory'
logged t/log/pa/current 'pa 5000 a b' 'Procfile: PORT and .env'
logged t/log/pb/current 'pb one 5100' 'cd and &&'
logged t/log/pc/current 'pc 2' 'a variable in front'
reeve down >out 2>&1; is $? 0 'all of it goes down' || show out
is "$(ps -e -o args= | grep -c '^sleep [12]000')" 0 'and nothing is left'
case $wanted in *ru*) is "$(cat finished)" 4 'runit: finish was run' ;; esac
[ ! -e mounted ]; is $? 0 'the oneshot was taken down'

# --- without --default all of it is started, unless there is a bundle
f plain/Procfile <<'E2'
p: sleep 1000
E2
like "$(reeve-import -s plain/one plain/Procfile)" '^There is no bundle default, so reeve up starts all .*--default' 'no bundle default: that is said'
is "$(reeve-import -d -s plain/two plain/Procfile | grep -c 'no bundle')" 0 'with --default it is not'
mkdir -p plain/sv/off; : >plain/sv/off/down; printf '#!/bin/sh\nexec sleep 1000\n' >plain/sv/off/run
like "$(reeve-import -d -s plain/one plain/sv/off)" '^off: it is started with all that is there' 'down, where all is started: that is said'
reeve-import -d -s plain/two plain/sv/off >out; is "$(ls plain/two/default/contents.d)" p 'down, where there is a bundle: it is left out' || show out
end
