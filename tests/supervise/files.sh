#!/bin/sh
# supervise/files.sh - each file of a service directory does what it says,
# and a bad one is named in a message and changes nothing.
. "$TESTS/lib.sh"
has() { grep -q -e "$2" "$1" 2>/dev/null; }
gone() { ! "${P}svok" "$1"; }
# The tally has 14 bytes for each.
deaths() { echo $(($(cat "$1/supervise/death_tally" 2>/dev/null | wc -c) / 14)); }
dead() { ! kill -0 "$1" 2>/dev/null; }
quit() { "${P}svc" -dx "$1"; within 5 gone "$1"; }

# --- arguments and environment
mkdir a
service a/b <<'END'
echo "run $# $1" >>args
exec sleep 1000
END
cat >a/b/finish <<'END'
#!/bin/sh
echo "finish $*" >>args
END
chmod +x a/b/finish
supervised a/b
within 5 has a/b/args run
pid=$(field a/b pid)
is "$(cat a/b/args)" 'run 1 a/b' 'run gets the name that supervise got'
"${P}svc" -k a/b
within 5 has a/b/args finish
if [ "$P" = s6- ]; then	# its version here is older than the fourth
	like "$(grep finish a/b/args)" '^finish 256 9 a/b' 'finish arguments'
else
	is "$(grep finish a/b/args)" "finish 256 9 a/b $pid" \
		'finish gets 256, signal, name and process group'
fi
quit a/b
: >a/b/args
printf '#!/bin/sh\nexit 7\n' >a/b/run
touch a/b/down
supervised a/b
"${P}svc" -o a/b
within 5 has a/b/args finish
like "$(cat a/b/args)" '^finish 7 0 a/b' 'finish gets the exit code'
is "$(field a/b exitcode,signal)" '7 NA' 'and so does svstat'
quit a/b

# --- down
service d <<'END'
exec sleep 1000
END
touch d/down
supervised d
is "$(field d up,wantedup)" 'false false' 'down: it is not started'
"${P}svc" -u d
ok 'u starts it nevertheless' within 5 up d
ok 'and leaves down' test -e d/down
quit d

# --- notification-fd
service n <<'END'
test -e go || sleep 0.2
printf 'not yet' >&5
while ! test -e go; do sleep 0.02; done
echo ready >&5
exec sleep 1000
END
echo 5 >n/notification-fd
supervised n
within 5 up n
is "$(field n ready)" false 'notification-fd: not ready before it says so'
touch n/go
ready() { [ "$(field "$1" ready)" = true ]; }
ok 'ready when it has written a newline' within 5 ready n
"${P}svc" -wr -T 5000 -r n
is $? 0 'a restart is not ready at once'
ok 'but later' within 5 ready n
quit n
cat >n/run <<'END'
#!/bin/sh
exec 5>&-
exec sleep 1000
END
supervised n
within 5 up n
is "$(field n ready)" false 'a descriptor closed without a word: never ready'
if [ "$P" = reeve- ]; then
	deaf() { ! ls -l "/proc/$super_pid/fd" | grep -q 'supervise/ready'; }
	ok 'and supervise holds nothing for it' within 5 deaf
fi
quit n

# --- timeout-kill and flag-timeout-killpg
service k <<'END'
trap '' TERM
sleep 1000 &
echo $! >child
wait
sleep 1000 &
wait
END
echo 100 >k/timeout-kill
supervised k
within 5 test -s k/child
"${P}svc" -wD -T 10000 -d k
is $? 0 'timeout-kill: it goes down'
is "$(field k signal)" SIGKILL 'by SIGKILL'
ok 'its child lives on' kill -0 "$(cat k/child)"
rm k/child
if [ "$P" = reeve- ]; then	# the other's version here does not have it
	touch k/flag-timeout-killpg
	"${P}svc" -u k
	within 5 test -s k/child
	"${P}svc" -wD -T 10000 -d k
	ok 'flag-timeout-killpg: its child does not' within 5 dead "$(cat k/child)"
fi
quit k

# --- timeout-finish, exit 125
service f <<'END'
exec sleep 1000
END
cat >f/finish <<'END'
#!/bin/sh
exec sleep 1000
END
chmod +x f/finish
echo 100 >f/timeout-finish
supervised f
within 5 up f
"${P}svc" -wD -T 5000 -d f
is $? 0 'timeout-finish: finish is killed'
cat >f/finish <<'END'
#!/bin/sh
exit 125
END
"${P}svc" -u f; within 5 up f
"${P}svc" -t f
unwanted() { [ "$(field "$1" up,wantedup)" = 'false false' ]; }
ok 'finish exits 125: it is not wanted up any more' within 5 unwanted f
quit f

# --- max-death-tally
service t <<'END'
exec sleep 1000
END
echo 3 >t/max-death-tally
[ "$P" = s6- ] || echo '1 1' >t/backoff
supervised t
for i in 1 2 3 4 5; do
	within 5 up t
	"${P}svc" -wd -T 5000 -k t
done
within 5 up t
is "$(deaths t)" 3 'max-death-tally: the last three'
quit t
supervised t
is "$(deaths t)" 0 'a new supervise begins a new tally'
quit t

[ "$P" = reeve- ] || end

# --- lock-fd
service l <<'END'
echo $$ >>pids
sleep 1000 &
echo $! >child
wait
END
echo 7 >l/lock-fd
mkdir l/supervise
echo text >l/supervise/service-lock
supervised l 2>l/err
within 5 test -s l/child
ok 'lock-fd: a lock file that is not empty is said' grep -q 'not empty' l/err
child=$(cat l/child)
"${P}svc" -k l
ok 'a child that holds the lock is said' within 5 has l/err 'still holds'
is "$(wc -l <l/pids)" 1 'and keeps run from starting'
kill "$child"
twice() { [ "$(wc -l <l/pids)" = 2 ]; }
ok 'until it ends' within 5 twice
quit l
echo 7 >l/notification-fd
touch l/down
supervised l 2>l/err
"${P}svc" -u l
ok 'lock-fd equal to notification-fd is refused' within 5 has l/err 'both 7'
quit l

# --- stdin-fifo, stdout-fifo
service p <<'END'
i=0; while [ $i -lt 3 ]; do echo "line $i"; i=$((i + 1)); done
exec sleep 1000
END
service c <<'END'
while read -r x; do echo "$x" >>lines; done
END
echo ../pipe >p/stdout-fifo
echo ../pipe >c/stdin-fifo
supervised p
within 5 up p
is "$(stat -c %a:%F pipe)" '600:fifo' 'stdout-fifo is made, mode 0600'
"${P}svc" -wD -d p
quit p
supervised c
c_pid=$super_pid
lines() { [ "$(wc -l <c/lines)" = "$1" ]; }
supervised p
ok 'a consumer reads what its producer wrote' within 5 lines 3
"${P}svc" -wD -d c
"${P}svc" -wu -r p; sleep 0.2
"${P}svc" -u c
ok 'also what came while it was down' within 5 lines 6
"${P}svc" -k c; within 5 up c
"${P}svc" -r p
ok 'and after it was killed' within 5 lines 9
ls -l "/proc/$(field c pid)/fd/0" >fds
ok 'its stdin is the fifo' grep -q pipe fds
kill -HUP "$c_pid"
quit p
ok 'after HUP it ends with its producers' within 5 gone c

# --- restart
service r <<'END'
exit $(cat code)
END
echo never >r/restart
echo 3 >r/code
supervised r
ok 'restart never' within 5 unwanted r
quit r
echo on-failure >r/restart
echo '10 10' >r/backoff
supervised r
many() { [ "$(deaths r)" -ge "$1" ]; }
ok 'restart on-failure: exit 3 is one' within 5 many 3
echo 0 >r/code
ok 'exit 0 is none' within 5 unwanted r
quit r

# --- def
mkdir v1 v2
for v in v1 v2; do
	printf '#!/bin/sh\necho %s >>out; pwd >cwd; exec sleep 1000\n' $v >$v/run
	printf '#!/bin/sh\necho finish-%s >>out\n' $v >$v/finish
	chmod +x $v/run $v/finish
done
mkdir x
ln -s ../v1 x/def
supervised x
ok 'def: run is taken from there' within 5 has x/out '^v1'
within 5 test -s x/cwd
is "$(cat x/cwd)" "$PWD/x" 'the working directory is not'
ln -sfn ../v2 x/def
"${P}svc" -wu -r x
ok 'finish is that of the run that ended' within 5 has x/out finish-v1
ok 'the next run is new' within 5 has x/out '^v2'
ln -sfn ../v3 x/def
"${P}svc" -wd -r x
ok 'and its finish is its own' within 5 has x/out finish-v2
quit x

# --- flag-newpidns
service ns <<'END'
echo $$ >pid
trap 'exit 0' TERM
while :; do sleep 0.1; done
END
touch ns/flag-newpidns
if ! built_with CLONE_NEWPID; then
	supervised ns 2>ns/err
	ok 'flag-newpidns: that there are none is said' within 5 \
		grep -q 'this system has no pid namespaces' ns/err
	not 'and it does not run without' up ns
	quit ns
	skip 1 'no pid namespaces in this build'
elif [ "$(id -u)" = 0 ]; then
	supervised ns
	within 5 test -s ns/pid
	is "$(cat ns/pid)" 1 'flag-newpidns: run is process 1'
	not 'of a namespace only' [ "$(field ns pid)" = 1 ]
	"${P}svc" -wd -T 5000 -d ns
	is $? 0 'and stops when told to'
	quit ns
else
	skip 3 'pid namespaces need root'
fi

# --- numbers that are none
service b <<'END'
echo x >&3
exec sleep 1000
END
echo three >b/notification-fd
echo -1 >b/timeout-kill
echo 4097 >b/max-death-tally
echo SIGNOTHING >b/down-signal
echo maybe >b/restart
echo 7 >b/backoff
mkdir b/timeout-finish
supervised b 2>b/err
within 5 up b
"${P}svc" -wD -T 5000 -d b
is $? 0 'a directory full of nonsense works by defaults'
quit b
for f in notification-fd timeout-kill max-death-tally down-signal; do
	ok "$f is named" grep -q "reeve-supervise b: warning: $f: expected" b/err
done
end
