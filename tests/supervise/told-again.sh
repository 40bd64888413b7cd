#!/bin/sh
# supervise/told-again.sh - a status that could be written only at the second
# try is told to those who wait: they read the old one when they heard of it.
. "$TESTS/lib.sh"
need strace
strace -o /dev/null true 2>/dev/null || skip_all 'strace cannot trace here'
service s <<'EOT'
exec sleep 1000
EOT
supervised s
within 10 up s
traced() { ! grep -q '^TracerPid:[^0-9]*0$' "/proc/$super_pid/status"; }
# Both names of the call: the machine has one of them or both.
strace -qq -o trace -p "$super_pid" -e trace=/rename \
	-e inject=/rename:error=EIO:when=1 & tracer=$!
within 10 traced || bail 'strace does not get hold of it'
reeve-svc -d s
within 10 grep -q INJECTED trace || bail 'no error was injected'
ok 'svwait hears of the second try' \
	reeve-svwait -t $((8000 * ${PATIENCE:-1})) -d s
kill $tracer
wait $tracer
end
