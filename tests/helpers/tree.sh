# tree.sh - a small tree under ./t for tests of the reeve command: db (says
# that it is ready), web (needs db), mnt (oneshot), bad (exits 7), slow
# (ready after 3 s); bundle default = web + mnt.
# shellcheck shell=sh disable=SC2034,SC3043

REEVE_HOME=$PWD/t
NO_COLOR=1 LC_ALL=C TZ=UTC
export REEVE_HOME NO_COLOR LC_ALL TZ
mkdir -p t/sv

# longrun NAME: a definition whose run script is standard input.
longrun() {
	mkdir -p "t/sv/$1"
	echo longrun >"t/sv/$1/type"
	{ echo '#!/bin/sh'; cat; } >"t/sv/$1/run"
	chmod 755 "t/sv/$1/run"
}
needs() { mkdir -p "t/sv/$1/dependencies.d"; : >"t/sv/$1/dependencies.d/$2"; }

definitions() {
	longrun db <<-'EOF'
	echo >&3
	exec 3>&-
	exec sleep 1000
	EOF
	echo 3 >t/sv/db/notification-fd
	echo 'the data' >t/sv/db/description
	echo 'exec sleep 1001' | longrun web
	needs web db
	echo 'echo oops; exit 7' | longrun bad
	longrun slow <<-'EOF'
	sleep 3
	echo >&3
	exec 3>&-
	exec sleep 1002
	EOF
	echo 3 >t/sv/slow/notification-fd
	mkdir -p t/sv/mnt t/sv/default/contents.d
	echo oneshot >t/sv/mnt/type
	echo true >t/sv/mnt/up
	echo bundle >t/sv/default/type
	: >t/sv/default/contents.d/web
	: >t/sv/default/contents.d/mnt
}

# The tree runs and the definitions are live; nothing is started.
tree() {
	definitions
	reeve up --tree-only >/dev/null || bail 'reeve up --tree-only fails'
	reeve-rc-compile "$REEVE_HOME/state/boot" "$REEVE_HOME/sv" ||
		bail 'the definitions do not compile'
	reeve-rc-init -c "$REEVE_HOME/state/boot" -l "$REEVE_HOME/live" \
		"$REEVE_HOME/service" || bail 'reeve-rc-init fails'
}
# state NAME: its state, by --json
state() {
	reeve status --json "$1" | sed -n 's/.*"state":"\([^"]*\)".*/\1/p'
}
pid_of() {
	reeve status --json "$1" | sed -n 's/.*"state":.*"pid":\([0-9]*\).*/\1/p'
}
