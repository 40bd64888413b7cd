#!/bin/sh
# svscan/pairs.sh - a service and its logger: one pipe, kept by svscan, that
# loses nothing when either end, a supervise or svscan itself is killed.
. "$TESTS/lib.sh"
lines() { [ "$(wc -l <"$1" 2>/dev/null)" -ge "$2" ]; }
gone() { ! "${P}svok" "$1"; }
mkdir scan scan/x 2>/dev/null
service scan/x <<'END'
trap 'echo bye; exit 0' TERM
i=$(cat n 2>/dev/null || echo 0)
while :; do
	i=$((i + 1)); echo "$i" >m; echo "$i"; echo "$i" >n
	sleep 0.02
done
END
mkdir scan/x/log
service scan/x/log <<'END'
while read -r l; do echo "$l" >>lines; done
END
scanned scan 2>err
ok 'the logger gets lines' within 5 lines scan/x/log/lines 3
# What a logger has read and not yet written dies with it; so it is killed
# while it has nothing to do: the service is stopped between two lines, and
# the logger has written the last one.
stopped() { grep -q '^State:.T' "/proc/$(field scan/x pid)/status"; }
written() { grep -qx -e "$(cat scan/x/n)" scan/x/log/lines; }
calm() {
	"${P}svc" -p scan/x
	within 5 stopped
	[ "$(cat scan/x/m)" = "$(cat scan/x/n)" ] && within 5 written && return
	"${P}svc" -c scan/x
	return 1
}
kill_log() {
	within 5 up scan/x/log
	within 5 "${P}svok" scan/x
	within 15 calm
	old_log=$(field scan/x/log pid)
	"${P}svc" -k scan/x/log
	within 5 other_log
	"${P}svc" -c scan/x
}
other_log() { [ "$(field scan/x/log pid)" != "$old_log" ]; }
pid=$(field scan/x pid)
kill_log
n=$(wc -l <scan/x/log/lines)
ok 'a killed logger is started again' within 5 lines scan/x/log/lines $((n + 5))
is "$(field scan/x pid)" "$pid" 'its service does not notice'
"${P}svc" -k scan/x
n=$(wc -l <scan/x/log/lines)
ok 'a killed service too' within 5 lines scan/x/log/lines $((n + 5))

# --- stop: the logger reads to the end
"${P}svscanctl" -t scan
wait "$scan_pid"
is "$(tail -n 1 scan/x/log/lines)" bye 'at the end the logger has the last line'
sort -n scan/x/log/lines | grep -v bye >sorted
if [ "$P" = reeve- ]; then
	seq 1 "$(tail -n 1 sorted)" >want
	sort -nu sorted >uniq
	is "$(cmp uniq want 2>&1 | head -n 1)" '' 'no line is missing'
fi

# --- the catch-all logger
mkdir scan2
service scan2/s6-svscan-log <<'END'
echo console >&2
while read -r l; do echo "$l" >>lines; done <fifo
END
mkfifo scan2/s6-svscan-log/fifo
service scan2/noisy <<'END'
echo noise >&2
exec sleep 1000
END
exec 3<>scan2/s6-svscan-log/fifo
exec 7>console
"${P}svscan" -X 7 scan2 2>scan2/s6-svscan-log/fifo 3<&- &
scan_pid=$!
exec 7>&-
ok 'the catch-all logger gets what others say' within 5 \
	grep -q noise scan2/s6-svscan-log/lines
ok 'but itself speaks to the console' within 5 grep -q console console
cat >scan2/.s6-svscan/finish <<'END'
#!/bin/sh
echo the end >&2
END
chmod +x scan2/.s6-svscan/finish
exec 3<&-
"${P}svscanctl" -t scan2
wait "$scan_pid"
ok 'and so does finish' within 5 grep -q 'the end' console

[ "$P" = reeve- ] || end
# --- svscan is killed
rm -f scan/x/n scan/x/log/lines
scanned scan 2>err
within 5 lines scan/x/log/lines 3
pids=$(field scan/x pid),$(field scan/x/log pid)
kill -KILL "$scan_pid"
wait "$scan_pid" 2>/dev/null	# till then it has its lock
scanned scan 2>err
n=$(wc -l <scan/x/log/lines)
ok 'lines go on under the next svscan' within 5 lines scan/x/log/lines $((n + 5))
is "$(field scan/x pid),$(field scan/x/log pid)" "$pids" 'both live on'
kill_log
n=$(wc -l <scan/x/log/lines)
ok 'a logger that is killed then finds the same pipe' within 5 \
	lines scan/x/log/lines $((n + 5))
kill -KILL "$scan_pid" $(pgrep -f "${P}supervise x")
wait "$scan_pid" 2>/dev/null
scanned scan 2>err
n=$(wc -l <scan/x/log/lines)
ok 'also when all supervises were killed with it' within 5 \
	lines scan/x/log/lines $((n + 5))
kill_log
n=$(wc -l <scan/x/log/lines)
ok 'and a new logger has the same pipe' within 5 \
	lines scan/x/log/lines $((n + 5))
"${P}svscanctl" -t scan
# (Not in a subshell: this shell is process 1, and has to reap.)
ok 'the next svscan ends what it took over' within 10 gone scan/x
within 10 gone scan/x/log
seq 1 "$(cat scan/x/n)" >want
grep -v bye scan/x/log/lines | sort -nu >uniq
is "$(cmp uniq want 2>&1 | head -n 1)" '' 'no line was lost'
end
