#!/bin/sh
# tools/reeve-screen.sh - what people see in a real terminal, 80 and 200
# columns wide, with colour and without; the live view and its keys.
. "$TESTS/lib.sh"
need tmux pgrep
. "$TESTS/helpers/tree.sh"
definitions
printf 'a description that is much too long for a line of eighty columns, so that it has to be cut somewhere\n' \
	>t/sv/web/description
longrun gate <<EOF
until [ -e "$PWD/open" ]; do sleep 0.05; done
echo >&3
exec sleep 1003
EOF
echo 3 >t/sv/gate/notification-fd
tree
reeve start default >/dev/null
. "$TESTS/helpers/terminal.sh"

for w in 80 200; do
	screen $w 30
	type $w 'reeve status'
	is "$(code)" 0 "$w columns: status"
	is "$(grep -c '^web ' plain)" 1 "$w: one line a service"
	like "$(grep '^db ' plain)" '^db +running +[0-9]+ ' "$w: a row"
	ok "$w: states are coloured" coloured
	if [ $w = 80 ]; then
		like "$(grep '^web ' plain)" '\.\.$' '80: the description is cut'
	else
		like "$(grep '^web ' plain)" 'cut somewhere$' '200: it is whole'
	fi
	type $w 'NO_COLOR=1 reeve status'
	not "$w: NO_COLOR is obeyed" coloured
	type $w 'reeve tree'
	is "$(code)" 0 "$w: tree"
	like "$(cat plain)" '^web +running for ' "$w: tree shows services"
	type $w 'reeve restart slow'
	is "$(code)" 0 "$w: restart"
	like "$(cat plain)" '^slow: running \(pid [0-9]+\), ready$' \
		"$w: the last line, on a clean line"
	not "$w: progress is wiped away" grep -q 'waiting for' plain
	type $w 'reeve stop slow'
	like "$(cat plain)" '^slow: stopped' "$w: stop"
	type $w 'reeve why web'
	like "$(cat plain)" '^web is running' "$w: why"
	type $w 'reeve kill'
	is "$(code)" 100 "$w: a wrong call"
	type $w 'reeve'
	is "$(code)" 0 "$w: the overview"
	type $w 'reeve metrics | head -n 3'
	like "$(cat plain)" 'reeve_info' "$w: metrics"
	type $w 'echo n | reeve install-boot crontab'
	like "$(cat plain)" 'Nothing was written' "$w: install-boot asks"
done

# progress while it lasts
tmux send-keys -t w80 -l 'clear; reeve start gate' && tmux send-keys -t w80 Enter
ok 'progress names whom it waits for' within 30 \
	sh -c "tmux capture-pane -p -t w80 | grep -q 'waiting for .*gate (starting'" ||
	tmux capture-pane -p -t w80 | grep . | tail -n 12 | sed 's/^/# /'
: >open
ok 'and ends' within 30 \
	sh -c "tmux capture-pane -p -t w80 | grep -q '^gate: running .*, ready'"

# the live view
on() { tmux capture-pane -p -t w80 | grep -Eq "$1"; }
tmux send-keys -t w80 -l 'clear; reeve status --watch' && tmux send-keys -t w80 Enter
ok 'watch: head' within 10 on 'CPU% +MEM'
ok 'watch: a row' within 10 on '^.? *web +running '
ok 'watch: keys are told' on 's start  x stop'
mark() { tmux send-keys -t w80 "$1"; within 5 on "^> +$2 "; }
ok 'watch: arrow down' mark Down db
ok 'watch: j' mark j gate
ok 'watch: arrow up' mark Up db
old=$(pid_of db)
tmux send-keys -t w80 r
other() { [ "$(pid_of db)" != "$old" ] && [ "$(state db)" = running ]; }
ok 'watch: r restarts' within 10 other
tmux send-keys -t w80 x
stopped() { [ "$(state db)" = stopped ]; }
ok 'watch: x stops' within 10 stopped
tmux send-keys -t w80 s
started() { [ "$(state db)" = running ]; }
ok 'watch: s starts' within 10 started
ok 'watch: End' mark End web
ok 'watch: Home' mark Home bad
# Narrow and low: no line is wrapped, the marked row is there.
tmux resize-window -t w80 -x 30 -y 8
ok 'watch: a small window, at once' within 5 on '^arrows choose  s start  x st\.\.$'
like "$(tmux capture-pane -p -t w80 | head -n 1)" '^[0-9]+ up, ' 'watch: its head is cut too'
like "$(tmux capture-pane -p -t w80 | grep '^>')" '^> +bad ' 'watch: the mark is seen'
tmux resize-window -t w80 -x 80 -y 24
ok 'watch: and large again' within 5 on 'q quit$'
tmux send-keys -t w80 q
ok 'watch: q ends, and the screen is as before' within 5 on 'ready>'

# Only some; and however it ends, the terminal is as it was.
sane() { type 80 "stty -a | tr ' ' '\\n' | grep -x 'icanon\|isig\|echo' | sort | tr '\\n' ' '"; like "$(cat plain)" '^echo icanon isig ' "$1: the terminal is as it was"; }
tmux send-keys -t w80 -l 'clear; reeve status -w gate db; echo code=$?=' && tmux send-keys -t w80 Enter
ok 'watch: of two' within 10 on '^2 up, 0 not'
is "$(tmux capture-pane -p -t w80 | grep -c ' running ')" 2 'watch: only they are shown'
tmux send-keys -t w80 C-c
ok 'watch: interrupt is a key' within 5 on 'code=0='
sane interrupt
tmux send-keys -t w80 -l 'clear; reeve status -w db; echo code=$?=' && tmux send-keys -t w80 Enter
ok 'watch: of one' within 10 on '^1 up, 0 not'
kill "$(pgrep -f 'reeve status -w db$')"
ok 'watch: it is terminated' within 5 on 'code=143='
sane SIGTERM
type 80 'reeve status -w nosuch'; is "$(code)" 100 'watch: an unknown name'; sane 'an unknown name'

# A screen is one write, and the same one is none.
if strace -o trace true 2>/dev/null; then
	tmux send-keys -t w80 -l 'clear; strace -s 99999 -o trace -e signal=none -e trace=write reeve status -w db' && tmux send-keys -t w80 Enter
	ok 'watch: traced' within 10 on '^1 up, 0 not'
	# Every second, as long as the time is shown in seconds.
	frames() { [ "$(grep -c '\\33\[H' trace)" -ge 3 ]; }
	ok 'watch: it goes on' within 10 frames
	tmux send-keys -t w80 q; within 5 on 'ready>'
	is "$(grep -v '\\33\[H\|1049\|exited' trace | wc -l)" 0 'watch: nothing else is written'
	is "$(grep -c '\\33\[J\|\\33\[2J' trace)" 0 'watch: the screen is never cleared'
else skip 4 'strace cannot trace here'; fi
tmux kill-server
end
