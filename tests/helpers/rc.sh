# rc.sh - definitions and a live directory, for tests of rc.
# shellcheck shell=sh disable=SC2154

D=$PWD
longrun() { # longrun SET NAME [needs...]: something that sleeps
	_d=$1/$2; shift 2
	mkdir -p "$_d/dependencies.d"
	echo longrun >"$_d/type"
	printf '#!/bin/sh\nexec sleep 100000\n' >"$_d/run"
	for _n; do : >"$_d/dependencies.d/$_n"; done
}
oneshot() { # oneshot SET NAME [needs...]: appends to ./oneshots
	_d=$1/$2 _b=$2; shift 2
	mkdir -p "$_d/dependencies.d"
	echo oneshot >"$_d/type"
	echo "sh -c \"echo up $_b >>$D/oneshots\"" >"$_d/up"
	echo "sh -c \"echo down $_b >>$D/oneshots\"" >"$_d/down"
	for _n; do : >"$_d/dependencies.d/$_n"; done
}
bundle() { # bundle SET NAME members...
	_d=$1/$2; shift 2
	mkdir -p "$_d/contents.d"
	echo bundle >"$_d/type"
	for _n; do : >"$_d/contents.d/$_n"; done
}
comp() { reeve-rc-compile -v0 "$1" "$2" || bail "compile $2"; }
live_on() { # live_on DB: svscan and a live directory
	scanned scan
	reeve-rc-init -c "$D/$1" -l "$D/live" "$D/scan" || bail "init $1"
}
rc() { reeve-rc -l "$D/live" "$@"; }
upd() { reeve-rc-update -v0 -l "$D/live" "$@"; }
pid() { reeve-svstat -o pid "live/servicedirs/$1"; }
ups() { echo $(rc -a list); }
quiet() { "$@" >/dev/null; }
place() { # a place of its own below ./home: sources $sv, live directory $l
	[ "$P" = reeve- ] || skip_all 'for our own names'
	REEVE_HOME=$D/home; export REEVE_HOME
	sv=home/sv l=home/live
	mkdir -p $sv home/service
}
sw() { reeve-switch "$@" >out 2>&1; }
live() { # the number of the generation that is live
	reeve-switch generations | sed -n 's/ .*live.*//p'
}
