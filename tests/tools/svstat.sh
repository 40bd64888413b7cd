#!/bin/sh
# tools/svstat.sh - svstat prints the line for people, each field and JSON.
. "$TESTS/lib.sh"
all=up,wantedup,normallyup,ready,paused,pid,exitcode,signal,signum,updownsince,readysince,updownfor,readyfor

service s <<'END'
trap 'exit 7' TERM
echo >&3
while :; do sleep 0.05; done
END
echo 3 >s/notification-fd
touch s/down

"${P}svstat" s 2>/dev/null;		is $? 1 'no supervise'
"${P}svstat" nodir 2>/dev/null;		is $? 1 'no directory'
"${P}svstat" 2>/dev/null;		is $? 100 'no argument'
"${P}svstat" -o nofield s 2>/dev/null;	is $? 100 'an unknown field'

supervised s
like "$("${P}svstat" s)" '^down \((not started yet|exitcode 0)\)' 'before its first start'
is "$("${P}svstat" -uwNr s)" 'false false false false' 'letters in a row'
is "$("${P}svstat" -p s)" -1 'no pid'

"${P}svc" -wU -T 9000 -u s
pid=$(field s pid)
like "$("${P}svstat" s)" \
	"^up \\(pid $pid( pgid $pid)?\\) [0-9]+ seconds, normally down, ready [0-9]+ seconds\$" 'up'
like "$(field s $all)" "^true true false true false $pid -1 NA -1 @[0-9a-f]{24} @[0-9a-f]{24} [0-9]+ [0-9]+\$" 'every field'
is "$("${P}svstat" -uwNrpes s)" "true true false true $pid -1 NA" 'every letter'
like "$("${P}svstat" -t s)" '^[0-9]+$' '-t'
rm s/down
"${P}svc" -p s; within 5 sh -c '[ "$('"${P}"'svstat -o paused s)" = true ]'
like "$("${P}svstat" s)" '^up .* seconds, paused, ready' 'paused'
"${P}svc" -cO s; within 5 sh -c '[ "$('"${P}"'svstat -o wantedup s)" = false ]'
like "$("${P}svstat" s)" '^up .* seconds, want down, ready' 'want down'
"${P}svc" -wD -T 9000 -d s
like "$("${P}svstat" s)" '^down \(exitcode 7\) [0-9]+ seconds, normally up, ready' 'exit code'
is "$("${P}svstat" -es s)" '7 NA' 'exit code as fields'
"${P}svc" -wU -T 9000 -u s; "${P}svc" -O s; "${P}svc" -wD -T 9000 -k s
like "$("${P}svstat" s)" '^down \(signal SIGKILL\)' 'signal'
like "$("${P}svstat" -n s)" '^down \(signal 9\)' '-n'
is "$(field s signal,signum,exitcode)" 'SIGKILL 9 -1' 'signal as fields'

if [ "$P" = reeve- ]; then
	"${P}svstat" -u -o up s 2>/dev/null;	is $? 100 'letters and -o at once'
	is "$("${P}svstat" -g s)" -1 'no process group'
	service t <s/run
	supervised t
	is "$("${P}svstat" -u s t)" 's: false
t: true' 'several directories'
	"${P}svstat" s nodir t >out 2>/dev/null; is $? 1 'one is missing'
	is "$(wc -l <out)" 2 'the others are printed'
	"${P}svstat" --json s t >out;	is $? 0 '--json'
	like "$(head -1 out)" '^\{"servicedir":"s","up":false,.*"pid":null,.*"signal":"SIGKILL","signum":9,' 'an object'
	if command -v python3 >/dev/null; then
		ok 'each line is JSON' python3 -c 'import json
for l in open("out"): json.loads(l)'
	fi
	if [ "${SUP-$P}" = reeve- ]; then
		like "$(head -1 out)" '"reason":"once","why":"[^"]+","starts":2,"deaths":[0-9],"adopted":false' \
			'with what our supervise knows besides'
	fi
	"${P}svstat" --json -u s 2>/dev/null; is $? 100 '--json and letters'
	cp s/supervise/status st
	head -c 20 st >s/supervise/status
	"${P}svstat" s 2>err;		is $? 111 'a status cut short'
	like "$(cat err)" 'not a status' 'it says so'
fi
end
