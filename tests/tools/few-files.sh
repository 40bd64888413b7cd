#!/bin/sh
# tools/few-files.sh - a front end that may open hardly any file does not take
# what it cannot see for what is not there.
. "$TESTS/lib.sh"
. "$TESTS/helpers/tree.sh"
definitions
reeve up >/dev/null 2>&1 || bail 'reeve up'
few() { (ulimit -n "$1" && shift && exec timeout 30 "$@"); }
pids="$(pid_of web) $(pid_of db)"
bad='' tried=0
for files in 3 4 5 6 7; do
	for c in 'start web' 'stop -t 5 slow' 'restart -n web' 'wait web' 'status -q web'\
		'why web' up 'down -n'; do
		# shellcheck disable=SC2086
		few $files reeve $c >out 2>&1
		code=$?
		tried=$((tried + 1))
		# 127: it cannot even be loaded.
		case $code in 0|111|127) ;; *) bad="$bad $files:$c:$code" ;; esac
		grep -Eq 'down already|does not run|taken down|there is no service' out &&
			bad="$bad $files:$c:$(head -n 1 out)"
	done
done
is "$bad" '' "$tried commands with few files do their work or fail"
is "$(pid_of web) $(pid_of db)" "$pids" 'and touch nothing'
ok 'all is up' reeve status --check
few 4 reeve down >out 2>&1
case $? in
0) ok 'down with few files ends all' grep -q 'is down' out ;;
*) ok 'down with few files leaves all' reeve status --check ;;
esac
reeve down >/dev/null 2>&1
end
