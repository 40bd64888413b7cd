#!/bin/sh
# tools/sdnotify-watchdog.sh - what a program is told of its watchdog.
# Covers: tools/ready/sdnotify.c in reeve-sdnotify
. "$TESTS/lib.sh"
told() {
	reeve-sdnotify "$@" sh -c '[ "${WATCHDOG_PID-}" = $$ ] && me=me ||
		me=${WATCHDOG_PID-none}; echo "${WATCHDOG_USEC-none} $me"' \
		3>/dev/null
}
unset WATCHDOG_USEC WATCHDOG_PID
is "$(told -w 300)" '300000 me' 'ms are told as microseconds, with its own pid'
is "$(told -w 1)" '1000 me' 'the shortest'
is "$(told -w 86400000)" '86400000000 me' 'a day, which is more than 32 bits'
is "$(told)" 'none none' 'without -w nothing'
WATCHDOG_USEC=5 WATCHDOG_PID=1
export WATCHDOG_USEC WATCHDOG_PID
is "$(told -w 300)" '300000 me' 'whatever it was told before'
for w in 0 86400001 x; do
	told -w $w >/dev/null 2>err
	is $? 100 "-w $w is refused"
done
end
