#!/bin/sh
# supervise/signals.sh - signals to supervise, exit codes, and the letters
# that listeners get.
. "$TESTS/lib.sh"
gone() { ! "${P}svok" "$1"; }
has() { grep -q -e "$2" "$1" 2>/dev/null; }
dead() { ! kill -0 "$1" 2>/dev/null; }
service s <<'END'
trap 'echo int >>got; exit 0' INT
trap 'echo term >>got; exit 0' TERM
echo start >>got
echo $$ >self
sleep 1000 &
echo $! >child
while :; do wait; done
END
this_one() { [ "$(field s pid)" = "$pid" ]; }
start() { # start a supervise on s, and wait for the service
	rm -f s/got s/child
	supervised s
	within 5 test -s s/child
	# What the last supervise wrote may stand there still.
	pid=$(cat s/self)
	within 5 this_one
}
start
kill -TERM "$super_pid"; wait "$super_pid"
is $? 0 'TERM: exits with 0'
ok 'TERM: the service was stopped' has s/got term
ok 'TERM: and is gone' dead "$pid"

start
kill -INT "$super_pid"; wait "$super_pid"
is $? 0 'INT: exits with 0'
# (A shell has INT ignored in what it starts in the background; s6's supervise
# hands that on, ours does not.)
[ "$P" = s6- ] || ok 'INT: the group got it' within 5 has s/got int
kill -KILL -"$pid" 2>/dev/null
within 5 dead "$pid"

start
kill -QUIT "$super_pid"; wait "$super_pid"
is $? 0 'QUIT: exits with 0'
ok 'QUIT: the service is left alone' kill -0 "$pid"
kill -KILL -"$pid"

start
kill -HUP "$super_pid"
sleep 0.1
ok 'HUP: supervise waits' kill -0 "$super_pid"
like "$(readlink "/proc/$super_pid/fd/0") $(readlink "/proc/$super_pid/fd/1")" \
	'^(/dev/null )?/dev/null' 'HUP: it let go of stdin and stdout'
ok 'HUP: the service lives on' kill -0 "$pid"
kill -TERM "$pid"; wait "$super_pid"
is $? 0 'HUP: it exits when the service ends'

touch s/down
for sig in TERM HUP INT QUIT; do
	supervised s
	kill -$sig "$super_pid"; wait "$super_pid"
	is $? 0 "$sig while down: exits"
done
rm s/down
start
for sig in PIPE ALRM; do
	[ $sig = ALRM ] || kill -$sig "$super_pid"
done
ok 'PIPE is ignored' up s
"${P}supervise" s 2>err
is $? 100 'a second supervise on the same directory exits 100'
ok 'and says why' test -s err
is "$(field s pid)" "$pid" 'and changes nothing'
"${P}svc" -dx s; wait "$super_pid"

# --- wrong calls
"${P}supervise" 2>/dev/null;		is $? 100 'no argument'
[ "$P" = s6- ] || { "${P}supervise" s s 2>/dev/null;	is $? 100 'two arguments'; }
"${P}supervise" nodir 2>err;		is $? 111 'no such directory'
ok 'it is named' has err nodir

# --- letters
letters() { # letters WANT COMMAND...: what a command leads to
	_want=$1; shift
	timeout 10 "${THEIRS:+$THEIRS/}s6-ftrig-listen1" -t 5000 s/event "$_want" "$@" >heard
	is "$?" 0 "letters $_want after $*"
}
cat >s/run <<'END'
#!/bin/sh
sleep 0.1
echo >&3
exec sleep 1000
END
echo 3 >s/notification-fd
mkdir -p s/event; chmod 1733 s/event
export P
letters 's.*u.*U' sh -c '"${P}supervise" s & echo' 2>/dev/null
within 5 up s
letters 'd.*D' "${P}svc" -d s
letters 'u.*U' "${P}svc" -u s
letters 'd.*D.*u.*U' "${P}svc" -r s
printf '#!/bin/sh\nexit 125\n' >s/finish; chmod +x s/finish
letters 'd.*OD' "${P}svc" -t s
rm s/finish
letters x "${P}svc" -x s
# Dead listeners are cleared away, foreign names left alone.
mkfifo s/event/ftrig1:@40000000600000000000000a:abcdef s/event/other \
	s/event/ftrig1:@short
supervised s
# (The status comes before the events.)
cleared() { [ "$(cd s/event && echo *)" = 'ftrig1:@short other' ]; }
ok 'fifos without a reader go' within 5 cleared
# One that does not read stops nothing.
mkfifo s/event/ftrig1:@40000000600000000000000b:abcdef
exec 5<>s/event/ftrig1:@40000000600000000000000b:abcdef
i=0
head -c 65536 /dev/zero >&5
"${P}svc" -wd -T 5000 -d s
is $? 0 'a listener that does not read stops nothing'
exec 5>&-
"${P}svc" -x s
[ "$P" = reeve- ] || end

# Neither who may control it nor the service itself can keep supervise from
# being told to end by writing without end.
gone() { ! kill -0 "$super_pid" 2>/dev/null; }
service s <<'E'
exec sleep 1000
E
supervised s
within 5 up s
cat /dev/zero >s/supervise/control & flood=$!
within 5 "${P}svstat" s
kill -TERM "$super_pid"
ok 'SIGTERM while commands come without end' within 10 gone
kill $flood
service s <<'E'
cat /dev/zero >&3
exec sleep 1000
E
supervised s 2>err
within 5 up s
kill -TERM "$super_pid"
ok 'SIGTERM while run writes to notification-fd without end' within 10 gone
supervised s 2>err
ok 'which is not listened to for ever' within 20 grep -q \
	'no newline in 65536 bytes' err
"${P}svc" -dx s
end
