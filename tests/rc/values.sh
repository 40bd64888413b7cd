#!/bin/sh
# rc/values.sh - every file that a definition may have, with a good, a bad
# and a boundary value: good ones compile, bad ones are refused by file and
# line.  What is said of the bad ones is in tests/golden/messages, for people
# to read (UPDATE=1 writes it anew).
# TIMEOUT: 240
. "$TESTS/lib.sh"

# NAME ~ TYPE ~ KIND ~ VALUE, TYPE l, o, b (longrun, oneshot, bundle), s
# (beside the services) or t (template).  VALUE as printf has it; - is an
# empty file, DIR: a directory with these empty files; NAME=VALUE of another
# file may stand in front, up to a :: (of the same service, or ../OTHER/FILE).
cat >table <<'END'
after.d ~ l ~ good ~ DIR:other
after.d ~ o ~ edge ~ DIR:a nothere
after.d ~ l ~ bad ~ DIR:s6rc-x
backoff ~ l ~ good ~ 500ms 30s
backoff ~ l ~ edge ~ 0 0
backoff ~ l ~ edge ~ 4294967295 4294967295
backoff ~ l ~ bad ~ 1s 4294967296
backoff ~ l ~ bad ~ # how long\n5s 1s
backoff ~ l ~ bad ~ 5s
capabilities ~ l ~ good ~ net_bind_service CAP_CHOWN
capabilities ~ o ~ edge ~ -
capabilities ~ l ~ bad ~ chown\nnet_bind_servce
cgroup ~ l ~ good ~ reeve/app
cgroup ~ l ~ edge ~ -
cgroup ~ l ~ edge ~ /sys/fs/cgroup/a..b
cgroup ~ l ~ bad ~ ../a
cgroup ~ l ~ bad ~ /sys/fs/cgroup/
cgroup ~ l ~ bad ~ /etc
command ~ l ~ good ~ nginx -g "daemon off;"
command ~ o ~ good ~ true
command ~ l ~ edge ~ x
command ~ l ~ bad ~ -
command ~ l ~ bad ~ x\ny "z
consumer-for ~ l ~ good ~ ../other/producer-for=a :: other
consumer-for ~ l ~ edge ~ -
consumer-for ~ l ~ bad ~ other
consumer-for ~ l ~ bad ~ nobody
contents ~ b ~ good ~ other
contents ~ b ~ edge ~ -
contents ~ b ~ bad ~ other\nothr
contents.d ~ b ~ good ~ DIR:other
contents.d ~ b ~ edge ~ DIR:
contents.d ~ b ~ bad ~ DIR:a
cpu-max ~ l ~ good ~ 150%%
cpu-max ~ l ~ edge ~ 1
cpu-max ~ l ~ edge ~ 1000000%%
cpu-max ~ l ~ edge ~ max
cpu-max ~ l ~ bad ~ 0
cpu-max ~ l ~ bad ~ 1000001
cpu-max ~ l ~ bad ~ 1.5
cpu-weight ~ l ~ good ~ 50
cpu-weight ~ l ~ edge ~ 10000
cpu-weight ~ l ~ edge ~ max
cpu-weight ~ l ~ bad ~ 0
cpu-weight ~ l ~ bad ~ 10001
data ~ l ~ good ~ DIR:x
data ~ l ~ edge ~ DIR:
data ~ l ~ bad ~ x
default-logger ~ s ~ good ~ t s10000
default-logger ~ s ~ edge ~ -
default-logger ~ s ~ bad ~ t /var/log/all
dependencies ~ l ~ good ~ other
dependencies ~ l ~ edge ~ -
dependencies ~ l ~ bad ~ \nothr
dependencies ~ l ~ bad ~ other 
dependencies.d ~ o ~ good ~ DIR:other
dependencies.d ~ l ~ edge ~ DIR:
dependencies.d ~ l ~ bad ~ DIR:a
description ~ b ~ good ~ A set
description ~ l ~ edge ~ x
description ~ l ~ bad ~ one\ntwo
description ~ l ~ bad ~ -
directory ~ l ~ good ~ /usr
directory ~ l ~ edge ~ /
directory ~ l ~ bad ~ usr
down ~ o ~ good ~ rm -f x
down ~ o ~ edge ~ -
down ~ o ~ bad ~ }
down-signal ~ l ~ good ~ SIGQUIT
down-signal ~ l ~ edge ~ 1
down-signal ~ l ~ edge ~ 64
down-signal ~ l ~ bad ~ 0
down-signal ~ l ~ bad ~ SIGQIUT
down-signal-to ~ l ~ good ~ group
down-signal-to ~ l ~ edge ~ process
down-signal-to ~ l ~ edge ~ all
down-signal-to ~ l ~ bad ~ everyone
down-signal-to ~ l ~ bad ~ # who\n# nobody
down-signal-to ~ o ~ bad ~ group
env ~ l ~ good ~ DIR:A
env ~ l ~ edge ~ DIR:
env ~ l ~ bad ~ A=1
environment ~ l ~ good ~ A=1\n# b\nB="x y"
environment ~ o ~ edge ~ A=
environment ~ l ~ bad ~ A=1\n2B=x
environment ~ l ~ bad ~ export A=1
finish ~ l ~ good ~ #!/bin/sh\ntrue
finish ~ l ~ edge ~ -
finish ~ l ~ bad ~ DIR:
flag-essential ~ b ~ good ~ -
flag-essential ~ l ~ edge ~ ignored
flag-essential ~ l ~ bad ~ flag-esential=x :: -
flag-kill-group ~ l ~ good ~ -
flag-kill-group ~ l ~ edge ~ ignored
flag-kill-group ~ l ~ bad ~ flag-killgroup=x :: -
flag-kill-orphans ~ l ~ good ~ -
flag-kill-orphans ~ l ~ edge ~ ignored
flag-kill-orphans ~ l ~ bad ~ flag-killorphans=x :: -
flag-newpidns ~ l ~ good ~ -
flag-newpidns ~ l ~ edge ~ ignored
flag-newpidns ~ l ~ bad ~ flag-new-pidns=x :: -
flag-recommended ~ o ~ good ~ -
flag-recommended ~ l ~ edge ~ ignored
flag-recommended ~ l ~ bad ~ flag-recomended=x :: -
flag-timeout-killpg ~ l ~ good ~ -
flag-timeout-killpg ~ l ~ edge ~ ignored
flag-timeout-killpg ~ l ~ bad ~ flag-timeout-kill-pg=x :: -
groups ~ l ~ good ~ daemon bin
groups ~ o ~ edge ~ 0
groups ~ l ~ edge ~ -
groups ~ l ~ bad ~ daemon\nnosuchgroup
instances.d ~ t ~ good ~ DIR:one two
instances.d ~ t ~ edge ~ DIR:
instances.d ~ t ~ bad ~ x
io-weight ~ l ~ good ~ 50
io-weight ~ l ~ edge ~ 10000
io-weight ~ l ~ edge ~ max
io-weight ~ l ~ bad ~ 0
io-weight ~ l ~ bad ~ 10001
limits ~ l ~ good ~ nofile=65536\nas=64M
limits ~ l ~ edge ~ core=0\nnofile=5:5\nstack=0:unlimited
limits ~ l ~ bad ~ nofile=10\nnofiles=5
limits ~ l ~ bad ~ nofile=6:5
limits ~ l ~ bad ~ nofile
lock-fd ~ l ~ good ~ 4
lock-fd ~ l ~ edge ~ 2147483647
lock-fd ~ l ~ bad ~ 2147483648
lock-fd ~ l ~ bad ~ notification-fd=4 :: 4
log ~ l ~ good ~ DIR:run
log ~ l ~ edge ~ -
log ~ l ~ bad ~ logs=x :: -
log-user ~ s ~ good ~ nobody
log-user ~ s ~ edge ~ default-logger= :: 0
log-user ~ s ~ bad ~ default-logger= :: nosuchuser
logger ~ l ~ good ~ t n20 s10000000 /var/log/app
logger ~ o ~ good ~ -
logger ~ l ~ edge ~ # none
logger ~ l ~ bad ~ producer-for=other :: -
logger ~ l ~ bad ~ t "s
logger ~ l ~ bad ~ n5 q7 /var/log/app
default-logger ~ s ~ bad ~ nx
main ~ l ~ good ~ -
main ~ l ~ edge ~ ignored
main ~ o ~ bad ~ -
max-death-tally ~ l ~ good ~ 10
max-death-tally ~ l ~ edge ~ 0
max-death-tally ~ l ~ edge ~ 4096
max-death-tally ~ l ~ bad ~ 4097
memory-high ~ l ~ good ~ 400M
memory-high ~ l ~ edge ~ max
memory-high ~ l ~ bad ~ 0
memory-high ~ l ~ bad ~ much
memory-max ~ l ~ good ~ 512M
memory-max ~ l ~ edge ~ 1
memory-max ~ l ~ edge ~ max
memory-max ~ l ~ bad ~ 0
memory-max ~ l ~ bad ~ 99999999999999999999
memory-swap-max ~ l ~ good ~ 1G
memory-swap-max ~ l ~ edge ~ 0
memory-swap-max ~ l ~ bad ~ none
nice ~ l ~ good ~ 10
nice ~ o ~ edge ~ -20
nice ~ l ~ edge ~ 19
nice ~ l ~ bad ~ 20
nice ~ l ~ bad ~ -21
no-logger ~ l ~ good ~ -
no-logger ~ l ~ edge ~ ../default-logger= :: ignored
no-logger ~ b ~ bad ~ -
no-new-privs ~ l ~ good ~ -
no-new-privs ~ o ~ edge ~ ignored
no-new-privs ~ l ~ bad ~ no-new-priv=x :: -
no-restart-codes ~ l ~ good ~ 2 64-78 SIGABRT
no-restart-codes ~ l ~ edge ~ 0-255
no-restart-codes ~ l ~ edge ~ -
no-restart-codes ~ l ~ bad ~ 256
no-restart-codes ~ l ~ bad ~ 2 9-3
no-restart-codes ~ l ~ bad ~ 2 SIGABORT
no-restart-codes ~ l ~ bad ~ 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23 24 25
nosetsid ~ l ~ good ~ -
nosetsid ~ l ~ edge ~ ignored
nosetsid ~ l ~ bad ~ nosetid=x :: -
notification-fd ~ l ~ good ~ 4
notification-fd ~ l ~ edge ~ 3
notification-fd ~ l ~ edge ~ 2147483647
notification-fd ~ l ~ bad ~ 2147483648
notification-fd ~ l ~ bad ~ three
notification-type ~ l ~ good ~ sd_notify
notification-type ~ l ~ edge ~ ready-check=true :: check
notification-type ~ l ~ edge ~ fd
notification-type ~ l ~ bad ~ sdnotify
notification-type ~ l ~ bad ~ check
on-change ~ l ~ good ~ reload
on-change ~ o ~ edge ~ keep
on-change ~ l ~ bad ~ relaod
oom-score-adjust ~ l ~ good ~ -500
oom-score-adjust ~ o ~ edge ~ 1000
oom-score-adjust ~ l ~ edge ~ -1000
oom-score-adjust ~ l ~ bad ~ 1001
oom-score-adjust ~ l ~ bad ~ --5
pid-file ~ l ~ good ~ /run/app.pid
pid-file ~ l ~ edge ~ /p
pid-file ~ l ~ bad ~ app.pid
pipeline-name ~ l ~ good ~ logger= :: p
pipeline-name ~ l ~ edge ~ p
pipeline-name ~ l ~ edge ~ -
pipeline-name ~ l ~ bad ~ logger= :: -
pipeline-name ~ l ~ bad ~ logger= :: other
private-tmp ~ l ~ good ~ -
private-tmp ~ o ~ edge ~ ignored
private-tmp ~ l ~ bad ~ privat-tmp=x :: -
producer-for ~ l ~ good ~ ../other/consumer-for=a :: other
producer-for ~ l ~ edge ~ ../other/consumer-for=a :: # who\nother
producer-for ~ l ~ bad ~ other
producer-for ~ l ~ bad ~ -
read-only-paths ~ l ~ good ~ /usr\n/etc 
read-only-paths ~ o ~ edge ~ /
read-only-paths ~ l ~ bad ~ /usr\netc
ready-check ~ l ~ good ~ test -e "x y"
ready-check ~ l ~ edge ~ x
ready-check ~ l ~ bad ~ -
ready-check ~ l ~ bad ~ notification-type=fd :: x
reeve ~ s ~ good ~ -
reeve ~ s ~ edge ~ anything
reeve ~ l ~ bad ~ -
reload ~ o ~ good ~ sysctl -p
reload ~ o ~ edge ~ -
reload ~ o ~ bad ~ { x
reload-signal ~ l ~ good ~ SIGUSR1
reload-signal ~ l ~ edge ~ 127
reload-signal ~ l ~ bad ~ 128
restart ~ l ~ good ~ on-failure
restart ~ l ~ edge ~ # so\n  never  
restart ~ l ~ bad ~ allways
restart-delay ~ l ~ good ~ 5s
restart-delay ~ l ~ edge ~ 0
restart-delay ~ l ~ bad ~ soon
restart-delay ~ l ~ bad ~ -1
restart-limit ~ l ~ good ~ 5 60s
restart-limit ~ l ~ edge ~ 4096 1s
restart-limit ~ l ~ bad ~ 0 60s
restart-limit ~ l ~ bad ~ 4097 60s
restart-limit ~ l ~ bad ~ 5 500ms
restart-limit ~ l ~ bad ~ 5
restart-with ~ l ~ good ~ dependencies=other :: other
restart-with ~ l ~ edge ~ dependencies=other :: -
restart-with ~ l ~ bad ~ other
run ~ l ~ good ~ #!/bin/sh\nexec true
run ~ l ~ edge ~ -
run ~ l ~ bad ~ DIR:
schedule ~ o ~ good ~ 15 3 * * *\njitter=30s
schedule ~ o ~ edge ~ every 1s
schedule ~ o ~ edge ~ 59 23 31 12 7
schedule ~ o ~ bad ~ # when\n60 * * * *
schedule ~ o ~ bad ~ every 0
schedule ~ o ~ bad ~ @dayly
schedule ~ o ~ bad ~ -
schedule ~ o ~ bad ~ 0 0 * *
schedule ~ o ~ bad ~ @daily\nmissed=later
stop ~ l ~ good ~ nginx -s quit
stop ~ l ~ edge ~ x
stop ~ l ~ bad ~ -
stop ~ l ~ bad ~ x {
stop ~ o ~ bad ~ x
stop-then ~ l ~ good ~ stop=x :: signal
stop-then ~ l ~ edge ~ stop=x :: wait
stop-then ~ l ~ bad ~ stop=x :: signl
stop-then ~ l ~ bad ~ signal
success-codes ~ l ~ good ~ 2 64-78 SIGABRT
success-codes ~ l ~ edge ~ 0-255
success-codes ~ l ~ edge ~ -
success-codes ~ l ~ bad ~ 256
success-codes ~ l ~ bad ~ 2 9-3
success-codes ~ l ~ bad ~ 2 SIGABORT
success-codes ~ l ~ bad ~ 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23 24 25
tasks-max ~ l ~ good ~ 256
tasks-max ~ l ~ edge ~ 1
tasks-max ~ l ~ edge ~ max
tasks-max ~ l ~ bad ~ 0
template ~ l ~ good ~ DIR:run
template ~ l ~ edge ~ DIR:
template ~ l ~ bad ~ x
timeout-down ~ l ~ good ~ 5000
timeout-down ~ o ~ edge ~ 4294967295
timeout-down ~ l ~ bad ~ 4294967296
timeout-finish ~ l ~ good ~ 5000
timeout-finish ~ l ~ edge ~ 0
timeout-finish ~ l ~ bad ~ 5s
timeout-kill ~ l ~ good ~ 10000
timeout-kill ~ l ~ edge ~ 4294967295
timeout-kill ~ l ~ bad ~ -1
timeout-reload ~ l ~ good ~ reload=x :: 5000
timeout-reload ~ l ~ edge ~ reload=x :: 0
timeout-reload ~ l ~ bad ~ reload=x :: 5s
timeout-reload ~ l ~ bad ~ 5000
timeout-stop ~ l ~ good ~ stop=x :: 5000
timeout-stop ~ l ~ edge ~ stop=x :: 0
timeout-stop ~ l ~ bad ~ stop=x :: -1
timeout-stop ~ l ~ bad ~ 5000
timeout-up ~ l ~ good ~ 5000
timeout-up ~ o ~ edge ~ 0
timeout-up ~ l ~ bad ~ 5 min
timeout-up ~ l ~ bad ~ soon
type ~ l ~ good ~ longrun
type ~ l ~ edge ~ longrun\n
type ~ l ~ bad ~ longrn
type ~ l ~ bad ~ -
umask ~ l ~ good ~ 027
umask ~ o ~ edge ~ 0
umask ~ l ~ edge ~ 0777
umask ~ l ~ bad ~ 1000
umask ~ l ~ bad ~ 8
up ~ o ~ good ~ mkdir -p x
up ~ o ~ edge ~ -
up ~ o ~ bad ~ "x
user ~ l ~ good ~ nobody
user ~ o ~ edge ~ 0:0
user ~ l ~ bad ~ nobody:
user ~ l ~ bad ~ nosuchuser
wants.d ~ l ~ good ~ DIR:other
wants.d ~ o ~ edge ~ DIR:a nothere
wants.d ~ l ~ bad ~ DIR:s6-rc-x
watchdog ~ l ~ good ~ notification-type=sd_notify :: 30s
watchdog ~ l ~ edge ~ notification-type=sd_notify :: 1
watchdog ~ l ~ edge ~ notification-type=sd_notify :: 24h
watchdog ~ l ~ bad ~ notification-type=sd_notify :: 0
watchdog ~ l ~ bad ~ notification-type=sd_notify :: 86400001
watchdog ~ l ~ bad ~ 30s
END

# put FILE VALUE
put() {
	rm -rf "$1"
	case $1 in */*) mkdir -p "${1%/*}" ;; esac
	case $2 in
	DIR:*) mkdir "$1"; for n in ${2#DIR:}; do : >"$1/$n"; done ;;
	-) : >"$1" ;;
	*) printf -- "$2" >"$1" ;;
	esac
}
base() {
	rm -rf sv; mkdir -p sv/other sv/a
	echo true >sv/other/command
	case $1 in
	l|s) echo longrun >sv/a/type; echo true >sv/a/command ;;
	o) echo oneshot >sv/a/type; echo true >sv/a/up ;;
	b) echo bundle >sv/a/type; echo other >sv/a/contents ;;
	t) mv sv/a sv/a@; echo true >sv/a@/command ;;
	esac
}
: >messages
row=0
while IFS= read -r line; do
	name=${line%% ~ *} line=${line#* ~ }
	type=${line%% ~ *} line=${line#* ~ }
	kind=${line%% ~ *} value=${line#* ~ }
	base "$type"
	case $type in s) at=sv ;; t) at=sv/a@ ;; *) at=sv/a ;; esac
	case $value in *' :: '*)
		extra=${value%% :: *} value=${value#* :: }
		put "$at/${extra%%=*}" "$(x=${extra#*=}; echo "${x:--}")" ;;
	esac
	case $name in
	run|command) rm -f sv/a/command sv/a/up ;;
	esac
	put "$at/$name" "$value"
	reeve-rc-compile --users=error --log-directory /var/log out sv >said 2>&1
	code=$? row=$((row + 1))
	case $kind in
	bad)
		is $code 1 "$name: '$value' is refused" || show said
		sed -n "s/^reeve-rc-compile: //; s/^error: sv\///p" said >one
		[ -s one ]; is $? 0 "$name: '$value' is named"
		printf '# %s: %s\n' "$name" "$value" >>messages
		cat one >>messages ;;
	*)
		is "$code$(grep error: said)" 0 "$name: '$value' is taken" ;;
	esac
	echo "$name $kind" >>covered
done <table
for p in $(reeve-explain --list | awk '{print $1}'); do
	for k in good edge bad; do
		ok "$p has a $k value here" grep -qx "$p $k" covered
	done
done
[ -z "${UPDATE-}" ] || cp messages "$TESTS/golden/messages"
is "$(diff "$TESTS/golden/messages" messages)" '' 'what is said is as in tests/golden/messages'
end
