#!/bin/sh
# compat/shutdown.sh - the shutdown family of s6-linux-init on a machine: who
# is told, what wtmp and utmp keep, who may ask, delays and their cancelling;
# in a namespace where reboot(2) only ends process 1.
# TIMEOUT: 240
. "$TESTS/lib.sh"
. "$TESTS/compat/names.sh"
need unshare nsenter script
unshare --user --map-root-user --pid --fork --mount true 2>/dev/null ||
	skip_all 'no user namespaces'
B=$PWD/base
mkdir skel etc log
printf '#!/bin/sh\n: >%s/booted\n' "$PWD" >skel/rc.init
printf '#!/bin/sh\necho rc.shutdown >>%s/order\n' "$PWD" >skel/rc.shutdown
printf '#!/bin/sh\n' >skel/runlevel
cp /etc/passwd /etc/group /etc/nsswitch.conf etc/ 2>/dev/null
with ours s6-linux-init-maker -N -B -L -V 0 -c "$B" -p "$NAMES:$PATH" \
	-f "$PWD/skel" -q 500 -e "ASAN_OPTIONS=$ASAN_OPTIONS" "$B"
is $? 0 'a directory for a machine, with -L'
ok '... has the service of -L' \
	test -x base/run-image/service/s6-linux-init-logouthookd/run

# machine: boot; somebody's terminal is written to ./screen.
machine() {
	rm -f booted screen order
	: >console; : >log/wtmp
	unshare --user --map-root-user --pid --fork --kill-child --mount \
		--mount-proc sh -c '
			mount -t tmpfs run /run
			mkdir /run/service
			mount --bind console /dev/console
			mount --bind etc /etc
			mount --bind log /var/log
			mount -t devpts -o newinstance,ptmxmode=0666 d /dev/pts &&
				mount --bind /dev/pts/ptmx /dev/ptmx
			exec "$@"' sh "$B/bin/init" >out 2>&1 &
	box=$!
	within 10 test -e booted || { sed 's/^/# /' out; bail 'no boot'; }
	one=$box
	until grep -q '^NSpid:.*[[:space:]]1$' "/proc/$one/status"; do
		one=$(cat "/proc/$one/task/$one/children"); one=${one%% *}
	done
}
in_it() {
	nsenter -t "$one" --user --mount --pid --preserve-credentials "$@"
}
ask() { in_it env "PATH=$NAMES:$PATH" "$@"; }
someone() { # logs in: owns a terminal
	in_it script -qfc 'sleep 1000' "$PWD/screen" >/dev/null 2>&1 </dev/null &
	within 10 in_it test -e /dev/pts/0
}
told() { within 5 grep -aq "$1" screen; }
ended() { # ended CODE LABEL: 129 is a reboot, 130 poweroff or halt
	within 15 sh -c "! kill -0 $box 2>/dev/null ||
		grep -q zombie /proc/$box/status"
	kill -9 "$box" 2>/dev/null
	wait "$box"
	is $? "$1" "$2"
}
on() { kill -0 "$one" 2>/dev/null; }
last_of() { utmpdump log/wtmp 2>/dev/null | tail -n 1; }

machine
someone
for h in -h -p -r; do
	like "$(ask s6-linux-init-shutdown $h 2>&1; echo $?)" 'usage' \
		"shutdown $h without a time"
done
for t in yesterday 25:00 12:60 -5 +5s 90m 1.5 ''; do
	ask s6-linux-init-shutdown -h -- "$t" 2>err;	is $? 100 "time '$t'"
done
like "$(cat err)" 'now, \+MINUTES, MINUTES or hh:mm' '... says what is one'
ask s6-linux-init-shutdown now 2>/dev/null;	is $? 100 'nothing to do'

# --- only told, planned, cancelled
ask s6-linux-init-shutdown -k now 'a drill';	is $? 0 'shutdown -k'
ok '... tells everybody' told 'a drill'
for t in +5 5 "$(date -d '+10 min' +%H:%M 2>/dev/null || echo +10)"; do
	rm -f screen.old; : >screen
	ask s6-linux-init-shutdown -r "$t" 'new kernel'
	is $? 0 "shutdown -r $t"
	ok '... tells when' told 'for reboot in .* minutes. new kernel'
	ask s6-linux-init-shutdown -c 'no, later'
	is $? 0 'shutdown -c'
	ok '... tells that too' told 'cancelled. no, later'
done
on;	is $? 0 'nothing has happened'
is "$(wc -c <log/wtmp)" 0 'nothing is recorded'

# --- who may
is "$(ask s6-linux-init-shutdown -a -k now x 2>&1)" '' \
	'-a without shutdown.allow'
echo '# these:
nobody' >etc/shutdown.allow
is "$(ask s6-linux-init-shutdown -a -r now 2>&1; echo $?)" \
	"s6-linux-init-shutdown: fatal: nobody named in /etc/shutdown.allow is logged in
1" '-a: nobody of those is logged in'
echo root >>etc/shutdown.allow
ask s6-linux-init-shutdown -a -k now 'may ask'
is $? 0 '-a: one of them is'
ok '... and is told' told 'may ask'
ask s6-linux-init-shutdown -i -r now </dev/null 2>/dev/null
is $? 100 '-i wants a terminal'
is "$(in_it script -qec "env PATH=$NAMES:$PATH s6-linux-init-hpr -i -r" \
	/dev/null <<'END' | tr -d '\r' | tail -n 1 | sed 's/^.*machine is .*:/X:/'
wrong
END
)" 'X: nothing was done' \
	'hpr -i: another machine'
ask s6-linux-init-hpr -w -p;	is $? 0 'hpr -w'
on;	is $? 0 '... does nothing else'
n=$(wc -c <log/wtmp)
ok '... than a record in wtmp' test "$n" -gt 300
# The tools of this system read records of its own C library: not musl's.
tools=
[ "$n" = 384 ] && command -v utmpdump >/dev/null && tools=1
if [ -n "$tools" ]; then
	like "$(last_of)" '^\[1\] .*\[~~ *\] \[shutdown\] \[~ ' \
		'... as shutdown makes it'
	like "$(last -x -f log/wtmp)" '^shutdown +system down' \
		'... that last understands'
else
	skip 2 'no utmpdump, or one of another C library'
fi
: >order
ask s6-linux-init-hpr -d -r
ended 129 'hpr -d -r: reboot'
ok '... tells everybody' told 'for reboot now'
is "$(wc -c <log/wtmp)" "$n" '... records nothing'
is "$(cat order)" rc.shutdown '... after rc.shutdown'

machine
someone
ask s6-linux-init-hpr -W -p
ended 130 'hpr -W -p: poweroff'
not '... tells nobody' grep -aq 'goes down' screen
is "$(wc -c <log/wtmp)" "$n" '... records it'

machine
someone
ask s6-linux-init-shutdown -t 1 -h now
ended 130 'shutdown -h now: halt'
is "$(wc -c <log/wtmp)" "$n" '... one record'
machine
ask s6-linux-init-hpr -f -n -d -r
ended 129 'hpr -f: at once'
not '... without rc.shutdown' test -e order

# A time that comes: the next full minute at most.
if [ -n "${REEVE_LONG-}" ]; then
	machine
	ask s6-linux-init-shutdown -r +1
	within 65 sh -c "! kill -0 $box"
	ended 129 'shutdown +1 comes'
	is "$(wc -c <log/wtmp)" "$n" '... shutdownd records it'
fi

# The protocol: a delay of 200 ms, as bytes; a second request replaces it.
machine
fifo=/run/service/s6-linux-init-shutdownd/fifo
in_it sh -c "printf 'Sr\\0\\0\\0\\0\\0\\0\\0\\170\\0\\0\\0\\0\\0\\0\\0\\0' >$fifo
printf 'XSp\\0\\0\\0\\0\\0\\0\\0\\0\\013\\353\\302\\0\\0\\0\\001\\364' >$fifo"
ended 130 'the later request counts'
is "$(wc -c <log/wtmp)" "$n" '... and is recorded when it begins'

# --- logins that end
machine
if [ -n "$tools" ] >/dev/null; then
	s=/run/service/s6-linux-init-logouthookd/s
	ok 'logouthookd listens' within 10 in_it test -S $s
	# A login by process P, as login(1) writes it.
	in_it env "PATH=$NAMES:$PATH" s6-ipcclient $s sh -c "
		printf '[7] [%05d] [p9  ] [root    ] [pts/9       ] [         ] [0.0.0.0        ] [2026-11-22T00:00:00,000000+00:00]\n' \$\$ |
			utmpdump -r >/run/utmp 2>/dev/null
		head -c 1 <&6 >/dev/null; : >$PWD/in
		until [ -e $PWD/leave ]; do sleep 0.02; done" &
	ok 'it answers' within 5 test -e in
	like "$(in_it utmpdump /run/utmp 2>/dev/null)" '^\[7\]' 'somebody is in'
	: >leave
fi
if [ -n "$tools" ] && built_with SO_PEERCRED; then
	ok 'and out when the process ends' within 5 sh -c \
		"nsenter -t $one --user --mount --pid --preserve-credentials utmpdump /run/utmp 2>/dev/null | grep -q '^\[8\]'"
	is "$(wc -c <log/wtmp)" "$n" 'wtmp has it'
elif [ -n "$tools" ]; then
	skip 2 'a build that does not know the process of a client'
else
	skip 5 'no utmpdump, or one of another C library'
fi
ask s6-linux-init-hpr -r
ended 129 'reboot'
with ours s6-linux-init-logouthookd x 2>/dev/null; is $? 100 'logouthookd takes no argument'
with ours s6-linux-init-logouthookd </dev/null 2>/dev/null; is $? 111 '... and wants a socket'
end
