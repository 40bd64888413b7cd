# terminal.sh - commands typed in a terminal of tmux, and what is on its
# screen afterwards.  The test needs tmux.
# shellcheck shell=sh disable=SC2034

TMUX_TMPDIR=$PWD TERM=xterm-256color
export TMUX_TMPDIR TERM
unset NO_COLOR
esc=$(printf '\033')
typed=0

# screen WIDTH HEIGHT [NO_COLOR]: a terminal of that size with a quiet shell.
screen() {
	tmux -f /dev/null new-session -d -s "w$1" -x "$1" -y "$2" \
		"NO_COLOR=${3-} PS1='ready> ' ENV= sh -i" ||
		bail 'tmux does not start'
	within 10 sh -c "tmux capture-pane -p -t w$1 | grep -q '^ready>'"
}
# type WIDTH COMMAND: type it, wait until it is done, leave the screen in the
# files plain (lines that were wrapped are whole) and ansi.
type() {
	typed=$((typed + 1))	# no earlier answer is taken for this one
	tmux send-keys -t "w$1" -l "clear; $2; echo code=\$?=$typed=" &&
		tmux send-keys -t "w$1" Enter
	within 30 sh -c "tmux capture-pane -p -t w$1 | grep -q 'code=[0-9]*=$typed='"
	tmux capture-pane -p -J -t "w$1" | sed 's/ *$//; /code=[0-9]*=[0-9]*=/q' >plain
	tmux capture-pane -p -e -t "w$1" | grep -v 'code=\|^ready>' >ansi
}
# The exit code of what was typed.
code() { sed -n 's/.*code=\([0-9]*\)=.*/\1/p' plain; }
coloured() { grep -q "$esc\[[0-9;]*[34][0-7]m" ansi; }
