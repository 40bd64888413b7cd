#!/bin/sh
# compat/linux-init.sh - linux-init-maker as containers' authors call it:
# what it writes, and a container that boots from it, runs a command and
# ends, by the command's end, by signals, and with programs that will not die.
# TIMEOUT: 240
. "$TESTS/lib.sh"
. "$TESTS/compat/names.sh"
[ "$(id -u)" = 0 ] || skip_all 'needs root (mounts of its own)'
mkdir m && unshare --mount mount -t tmpfs x m 2>/dev/null ||
	skip_all 'cannot mount here'
B=$PWD/base
mkdir skel
cat >skel/rc.init <<'X'
#!/bin/sh
echo "rc.init $*"
rl=$1; shift
"$@"
echo "$?" >/run/s6-linux-init-container-results/exitcode
exec BASE/bin/halt
X
sed -i "s,BASE,$B," skel/rc.init
printf '#!/bin/sh\necho rc.shutdown\n' >skel/rc.shutdown
printf '#!/bin/sh\n' >skel/rc.shutdown.final
printf '#!/bin/sh\n' >skel/runlevel

maker() { # the environment inside is a new one: sanitizers need theirs
	rm -rf "$B"
	with ours s6-linux-init-maker -e "ASAN_OPTIONS=$ASAN_OPTIONS" "$@"
}
# s6-overlay's call, word for word, but for places.
overlay() {
	maker -NC -D top -c "$B" -p "$NAMES:$PATH" -f "$PWD/skel" \
		-t 0 -s /run/s6/container_environment "$@" -- "$B"
}
# box COMMAND...: as process 1 of a container with an empty /run.
box() {
	timeout -s KILL 20 unshare --pid --fork --mount --mount-proc --kill-child sh -c '
		mount -t tmpfs -o mode=0755 tmpfs /run
		mkdir -m 0755 /run/s6 /run/service
		exec "$@"' box "$@"
}

overlay -B;		is $? 0 'the maker succeeds'
is "$(find base | sort | grep -v -e '^base/run-image/service/s6-' -e ASAN_OPTIONS | tr '\n' ' ')" "base base/bin base/bin/halt base/bin/init base/bin/poweroff base/bin/reboot base/bin/shutdown base/env base/run-image base/run-image/s6-linux-init-container-results base/run-image/s6-linux-init-container-results/exitcode base/run-image/service base/run-image/service/.s6-svscan base/run-image/service/.s6-svscan/SIGINT base/run-image/service/.s6-svscan/SIGPWR base/run-image/service/.s6-svscan/SIGQUIT base/run-image/service/.s6-svscan/SIGTERM base/run-image/service/.s6-svscan/SIGUSR1 base/run-image/service/.s6-svscan/SIGUSR2 base/run-image/service/.s6-svscan/SIGWINCH base/run-image/service/.s6-svscan/crash base/run-image/service/.s6-svscan/finish base/scripts base/scripts/rc.init base/scripts/rc.shutdown base/scripts/rc.shutdown.final " 'what it writes'
for f in base/bin/* base/scripts/* base/run-image/service/.s6-svscan/* base/run-image/service/*/run; do
	[ -x "$f" ] || is "$f" executable 'scripts are executable'
	sh -n "$f" || is "$f" 'sh syntax' 'scripts are valid'
done
with ours s6-linux-init-maker -c "$B" -f "$PWD/skel" "$B" 2>err; is $? 111 'a directory that exists is refused'
ok '... and left alone' test -x base/bin/init
rm -rf x; with ours s6-linux-init-maker -c /x -f /nonexistent x 2>err; is $? 111 'no skeleton'
like "$(cat err)" 'unable to read /nonexistent/rc.init: No such file' '... is named'
not '... and nothing is left' test -e x
with ours s6-linux-init-maker -c relative x 2>/dev/null; is $? 100 'a relative base directory'
with ours s6-linux-init-maker -u nosuchuser -c /x -f skel x 2>/dev/null; is $? 100 'an unknown user'

# env/ can be changed between maker and boot; the environment is kept aside
overlay -B -q 2000 -e ONE=1 -e GONE
echo changed >base/env/TWO
cat >cmd <<'X'
#!/bin/sh
echo "ONE=$ONE TWO=$TWO FROM=$FROM PATH is set: ${PATH:+yes}"
cat /run/s6/container_environment/FROM
ls -ld /run/s6/container_environment | cut -c1-10
read -r line; echo "stdin: $line"
exit 7
X
chmod +x cmd
out=$(echo hello | FROM=outside box "$B/bin/init" "$PWD/cmd" 2>err); r=$?
is $r 7 'the exit code of the command is that of the container'
is "$out" "rc.init top $PWD/cmd
ONE=1 TWO=changed FROM= PATH is set: yes
outside
drwx------
stdin: hello
rc.shutdown" 'environment, its copy, standard input, runlevel, rc.shutdown'
is "$(cat err)" '' 'and nothing on standard error'

# fast end: nothing left means no grace time
overlay -B -q 20000
t0=$(date +%s%N)
box "$B/bin/init" true;	is $? 0 'a command that ends'
t=$((($(date +%s%N) - t0) / 1000000))
ok "no grace time is spent when nothing is left ($t ms)" test $t -lt 5000

# a process that ignores TERM costs the grace time, not for ever
overlay -B -q 700
printf '#!/bin/sh\ntrap "" TERM HUP\n(while :; do sleep 100; done) &\nexit 3\n' >cmd
t0=$(date +%s%N)
box "$B/bin/init" "$PWD/cmd" 2>err;	is $? 3 'one that ignores TERM and HUP is killed'
t=$((($(date +%s%N) - t0) / 1000000))
ok "... after the grace time ($t ms)" test $t -ge 700 -a $t -lt 6000

# signals to process 1: started from outside
cat >cmd <<'X'
#!/bin/sh
trap 'echo got TERM; exit 9' TERM
echo ready >&3
sleep 1000 & wait
X
pid1() { # the only svscan of this namespace is that of the box
	within 10 pgrep -o -x '.*-svscan' && pgrep -o -x '.*-svscan'
}
for s in TERM:h:5 USR2:h:5 PWR:p: USR1:p: INT:r:; do
	sig=${s%%:*} how=${s#*:}; how=${how%:*} code=${s##*:}
	rm -f up; mkfifo up
	printf '#!/bin/sh\necho 5 >/run/s6-linux-init-container-results/exitcode\necho up >%s/up\nsleep 1000\n' "$PWD" >cmd
	overlay -B
	box "$B/bin/init" "$PWD/cmd" >out 2>&1 & p=$!
	read -r _ <up
	kill -$sig "$(pid1)"
	wait $p; r=$?
	case $code in
	5) is $r 5 "SIG$sig ends it with the code of exitcode" ;;
	# reboot(2) in a pid namespace: killed by HUP or INT
	*) case $how in
		r) is $r 129 "SIG$sig looks like a reboot" ;;
		p) is $r 130 "SIG$sig looks like a power off" ;;
		esac ;;
	esac
	like "$(cat out)" '^rc.shutdown$' '... and rc.shutdown was run'
done

# all that users do in the directory: replace a signal's script
overlay -B
cat >base/run-image/service/.s6-svscan/SIGTERM <<'X'
#!/bin/sh
echo mine >/run/mine
X
printf '#!/bin/sh\necho up >%s/up\nwhile [ ! -e /run/mine ]; do sleep 0.05; done; exit 4\n' "$PWD" >cmd
box "$B/bin/init" "$PWD/cmd" >out 2>&1 & p=$!
read -r _ <up
kill -TERM "$(pid1)"; wait $p;	is $? 4 'a replaced SIGTERM script'

# the catch-all logger
if [ -x "$BUILD/bin/reeve-log" ] && [ -x "$BUILD/bin/reeve-setuidgid" ]; then
	printf '#!/bin/sh\necho said\nls -ld /run/uncaught-logs | cut -d" " -f1,3\nuntil grep -q rc.init /run/uncaught-logs/current; do sleep 0.02; done\ncat /run/uncaught-logs/current >%s/log\nexit 3\n' "$PWD" >cmd
	overlay -1 -t 2 -u nobody
	out=$(box "$B/bin/init" "$PWD/cmd" 2>&1);	is $? 3 'with a catch-all logger'
	like "$out" '^said' '... what is said arrives outside, without a stamp (-1)'
	like "$out" 'drwxr-s--- nobody' '... its directory'
	like "$(cat log)" 'rc.init top' '... it is in the log'
	overlay -t 1
	for i in 1 2 3 4 5 6 7 8; do
		timeout 30 unshare --pid --fork --mount --mount-proc --kill-child sh -c '
			mount -t tmpfs -o mode=0755 tmpfs /run
			mkdir -m 0755 /run/s6 /run/service; exec "$@"' box "$B/bin/init" sh -c "exit $i" >/dev/null 2>&1
		[ $? = $i ] || { is "run $i: $?" $i 'ends every time'; break; }
	done
	is $i 8 'eight containers with a logger all end'
else
	skip 5 'no reeve-log or reeve-setuidgid in this build'
fi

# nixproc's image: bin is moved away, no dotfile in it
maker -c "$PWD/current" -p /bin -m 0022 -f "$PWD/skel" -N -C -B "$PWD/current"
sed -i "s,^exec .*/halt,exec $PWD/elsewhere/halt," current/scripts/rc.init
mkdir elsewhere; mv current/bin/* elsewhere; ok 'bin holds no dotfile' rmdir current/bin
box "$PWD/elsewhere/init" sh -c 'exit 6' >/dev/null; is $? 6 'bin works from another place'

# at boot, -W waits for the end of a descriptor
overlay -B -W 5
rm -f sync; mkfifo sync
box "$B/bin/init" true >out 5<sync & p=$!
exec 6>sync
sleep 0.3; is "$(cat out)" '' '-W: nothing happens before the end of file'
exec 6>&-
wait $p; is $? 0 '-W: and then it goes on'

with ours s6-linux-init-shutdown -h now 2>err; is $? 111 'shutdown with nobody to ask'
like "$(cat err)" 'unable to ask shutdownd by /run/service/s6-linux-init-shutdownd/fifo' '... is said'
with ours s6-linux-init-shutdown -h yesterday 2>/dev/null; is $? 100 'bad time'
with ours s6-linux-init-shutdown now 2>/dev/null; is $? 100 'nothing asked for'
with ours s6-linux-init-hpr 2>/dev/null; is $? 100 'hpr: nothing asked for'
with ours s6-linux-init-hpr -wh; is $? 0 'hpr -w: nothing to do'
is "$(with ours s6-linux-init-echo -n -s , a b c)" a,b,c 'echo'
s6-linux-init-finish 2>/dev/null; is $? 100 'finish is for process 1'

# A machine's directory.  It is not halted here: that would unmount things.
printf '#!/bin/sh\necho "rc.init $*"\nBASE/bin/telinit 3; echo "telinit $?"; echo done >%s/up\nsleep 1000\n' "$PWD" | sed "s,BASE,$B," >skel/rc.init
printf '#!/bin/sh\necho "level $1" >%s/level\nexit 5\n' "$PWD" >skel/runlevel
maker -N -B -V 0 -c "$B" -p "$NAMES:$PATH" -f "$PWD/skel" -D 2 -R o500 -G 'sleep 1000' "$B"
is $? 0 'a directory for a machine'
ok '... has telinit' test -x base/bin/telinit
for d in s6-linux-init-runleveld s6-linux-init-early-getty; do ok "... and $d" test -x base/run-image/service/$d/run; done
rm -f up; mkfifo up
box "$B/bin/init" quiet 3 >out 2>&1 & p=$!
read -r _ <up
is "$(cat out)" 'rc.init 3 quiet 3
telinit 5' 'the runlevel of the command line; telinit has the code of the script'
is "$(cat level)" 'level 3' 'the script got the runlevel'
like "$(cat "/proc/$(pid1)/limits")" 'Max open files +500 +500' '-R sets the hard limit'
kill -9 $p; kill -9 "$(pid1)"

# The rest.
is "$(unshare --pid --fork sh -c 'sleep 1000 & s=$!; s6-linux-init-nuke; echo $?; wait $s; echo $?')" '0
137' 'nuke kills everything else'
with ours s6-linux-init-umountall x 2>/dev/null; is $? 100 'umountall takes no argument'
with ours s6-linux-init-telinit 2>/dev/null; is $? 100 'telinit wants a runlevel'
with ours s6-linux-init -C 2>err; is $? 100 'linux-init -C is for process 1'
end
