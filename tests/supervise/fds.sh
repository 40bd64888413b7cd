#!/bin/sh
# supervise/fds.sh - a service has the descriptors that it should have, and
# no other; so have finish and supervise itself.
. "$TESTS/lib.sh"
list() { ls "/proc/$1/fd" 2>/dev/null | sort -n | tr '\n' ' '; }
need perl
# What we inherit ourselves is not to be counted.
clean() {
	exec perl -e 'use POSIX (); POSIX::close($_) for 3 .. 1023;
		exec @ARGV or die' "$@"
}
service s <<'END'
ls /proc/self/fd | sort -n | tr '\n' ' ' >run-fds
exec sleep 1000
END
cat >s/finish <<'END'
#!/bin/sh
ls /proc/self/fd | sort -n | tr '\n' ' ' >finish-fds
END
chmod +x s/finish
clean "${P}supervise" s &
super_pid=$!
within 5 up s
within 5 test -s s/run-fds
is "$(list "$(field s pid)")" '0 1 2 ' 'a plain service: 0, 1, 2'
n=$(list "$super_pid" | wc -w)
ok "supervise holds at most $([ "$P" = reeve- ] && echo 5 || echo 7) ($n)" \
	[ "$n" -le "$([ "$P" = reeve- ] && echo 5 || echo 7)" ]
"${P}svc" -wD -d s
# ls has its own 3 on the directory
is "$(cat s/finish-fds)" '0 1 2 3 ' 'finish: 0, 1, 2'
echo 9 >s/notification-fd
[ "$P" = s6- ] || echo 3 >s/lock-fd
"${P}svc" -wu -u s
want=$([ "$P" = reeve- ] && echo '0 1 2 3 9 ' || echo '0 1 2 9 ')
named() { [ "$(list "$(field s pid)")" = "$want" ]; }
ok 'with notification-fd and lock-fd: those too' within 5 named
mask() { sed -n "s/^$1:[^0-9a-f]*//p" "/proc/$(field s pid)/status"; }
is "$(mask SigBlk)" 0000000000000000 'no signal is blocked in it'
# A shell's background job may have others ignored; PIPE is supervise's.
is "$((0x$(mask SigIgn) & 0x1000))" 0 'SIGPIPE is not ignored in it'
is "$(ps -o sid= -p "$(field s pid)" | tr -d ' ')" "$(field s pid)" \
	'it leads a session of its own'
is "$(readlink "/proc/$(field s pid)/cwd")" "$PWD/s" \
	'its directory is the service directory'
[ "$P" = reeve- ] || end
# Standard descriptors that were closed do not come to be something else.
"${P}svc" -wD -dx s
wait "$super_pid"
rm s/notification-fd s/lock-fd s/finish
"${P}supervise" s <&- >&- &
super_pid=$!
within 5 up s
like "$(readlink "/proc/$super_pid/fd/0")" '^/dev/null$' \
	'a closed stdin is /dev/null'
like "$(readlink "/proc/$super_pid/fd/1")" '^/dev/null$' 'a closed stdout too'
"${P}svc" -dx s
end
