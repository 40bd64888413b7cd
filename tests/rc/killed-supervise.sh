#!/bin/sh
# rc/killed-supervise.sh - a supervise that is killed at any system call
# between the start of its service and readiness: who waits for the service,
# without a time limit, gets to know, and it is not started twice.
# REEVE_LONG=1: at every call; else at some.
# TIMEOUT: 500
. "$TESTS/lib.sh"
[ "$P" = reeve- ] || skip_all 'for our own names'
need strace
strace -o /dev/null true 2>/dev/null || skip_all 'strace cannot trace here'
some=${REEVE_LONG:+100000}
some=${some:-24}
mkdir -p set/notifies set/plain
for s in notifies plain; do echo longrun >set/$s/type; done
cat >set/notifies/run <<END
#!/bin/sh
mkdir $PWD/lock || echo "run \$\$ beside another" >>$PWD/bad
echo >>$PWD/runs
echo >&3
exec sleep 100000
END
echo 3 >set/notifies/notification-fd
cat >set/plain/run <<END
#!/bin/sh
mkdir $PWD/lock || echo "run \$\$ beside another" >>$PWD/bad
echo >>$PWD/runs
exec sleep 100000
END
reeve-rc-compile db set || bail compile
# What svscan starts: the first one of a service under strace.
cat >supervise <<END
#!/bin/sh
mv $PWD/point.\$1 $PWD/tried 2>/dev/null && exec strace -D -qq \\
	-o $PWD/trace \$(cat $PWD/tried) reeve-supervise "\$@"
exec reeve-supervise "\$@"
END
chmod +x supervise
REEVE_SUPERVISE=$PWD/supervise
export REEVE_SUPERVISE
super_of() { pgrep -o -f "^[^ ]*reeve-supervise $1\$"; }
alive() { reeve-svok "live/servicedirs/$1"; }
# once SERVICE OPTION...: a new supervise under strace; start it and wait.
once() {
	s=$1; shift
	reeve-rc -l live stop "$s" || return 1
	rm -rf lock runs bad
	echo "$@" >"point.$s"
	kill -KILL "$(super_of "$s")"
	taken() { ! [ -e "point.$s" ] && alive "$s"; }
	# It may die before that.
	within 10 taken || return 1
	timeout 20 reeve-rc -v0 -l live start "$s" >out 2>&1
	echo $? >code
	# The others count as up before they did anything.
	within 10 test -s runs && ! [ -e bad ] &&
		[ "$(cat code)$(wc -l <runs)" = 01 ]
}
scanned scan 2>err
reeve-rc-init -c "$PWD/db" -l "$PWD/live" "$PWD/scan" || bail init
for service in plain notifies; do
	once $service -e trace=all || bail "not even when nothing happens"
	sed -n 's/^\([a-z_0-9]*\)(.*/\1/p' trace |
		awk '{ print $1, ++n[$1] }' >points
	n=$(wc -l <points)
	step=$(((n + some - 1) / some))
	tried=0 bad=0 i=0
	while read -r call when; do
		i=$((i + 1))
		[ $((i % step)) = 0 ] || continue
		case $call in execve|exit*) continue ;; esac
		share || continue
		tried=$((tried + 1))
		once $service -e "inject=$call:signal=KILL:when=$when" &&
			continue
		bad=$((bad + 1))
		echo "# killed at $call $when: exit $(cat code):" \
			"$(cat out bad 2>/dev/null | tail -n 1)"
		tail -n 3 trace | sed 's/^/#   /'
	done <points
	is $bad 0 "$service: killed at $tried of $n calls"
done
end
