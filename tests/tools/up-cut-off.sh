#!/bin/sh
# tools/up-cut-off.sh - reeve up and reeve down, killed at any call with which
# they or what they start change something, or without room there: the next
# reeve up makes the same tree, whatever was there before, and the next reeve
# down leaves nothing.
# REEVE_LONG=1: every such call, instead of POINTS (3) of each kind.
# TIMEOUT: 300
. "$TESTS/lib.sh"
. "$TESTS/helpers/tree.sh"
need strace
strace -o /dev/null true 2>/dev/null || skip_all 'strace cannot trace here'
max=${REEVE_LONG:+100000}
max=${max:-${POINTS:-3}}
# The programs, of which one after the other is run under strace.
mkdir bin
ln -s "$REEVE_BIN"/* bin
real=$REEVE_BIN REEVE_BIN=$PWD/bin PATH=$PWD/bin:$PATH
export REEVE_BIN PATH
definitions
: >t/sv/web/logger
longrun loose <<-EOF
	echo started >>$PWD/starts
	exec sleep 1003
EOF
# Pids; what ended and was not waited for yet is no process.
programs() {
	ps -e -o stat= -o pid= -o args= |
		awk "!/^Z/ && !/awk/ && /$1/ { print \$2 }"
}
ours='reeve-(svscan|supervise|log|rc|switch)|sleep 100[0-9]'
none() { [ -z "$(programs "$ours")" ]; }
under() { # under PROGRAM STRACE-OPTION...: it is run under strace
	program=$1
	shift
	rm "bin/$program"
	cat >"bin/$program" <<-EOF
	#!/bin/sh
	exec strace -qq -e signal=none $* $real/$program "\$@"
	EOF
	chmod +x "bin/$program"
}
plain() { ln -sf "$real/$1" "bin/$1"; }
all_down() {
	reeve down >/dev/null 2>&1
	within 10 none && return
	echo "it does not go down: $(ps -e -o args= | grep -E "$ours")"
	# shellcheck disable=SC2046
	kill -KILL $(programs "$ours") 2>/dev/null
}
# before MODE: what there is when it begins.
before() {
	case $1 in
	new) rm -rf t/live t/state t/service ;;
	down) reeve up >/dev/null 2>&1; all_down ;;
	up) reeve up >/dev/null 2>&1 ;;
	boot)	# the end of a boot, with a service that nobody asks for now
		reeve up >/dev/null 2>&1
		reeve start loose >/dev/null 2>&1 || echo 'loose does not start'
		# shellcheck disable=SC2046
		kill -KILL $(programs "$ours") 2>/dev/null
		within 10 none
		for d in t/live/servicedirs/* t/live/store/* t/live/fifo; do
			touch "$d/old"
		done
		sed -i 's/^./#/' t/live/boot ;;
	esac
	: >starts
}
settled() { # one of each
	[ "$(programs '[s]leep 1001' | wc -l)" = 1 ] &&
		[ "$(programs '[s]leep 1000' | wc -l)" = 1 ]
}
# One that is about to execute a run is a second process for a moment.
supervised() {
	[ "$(programs ' reeve-supervise ' | wc -l)" = "$(ls t/service | wc -l)" ]
}
wrong() { # what is not as it should be when all is up
	within 5 settled || echo "runs: $(ps -e -o args= | grep 'slee[p] 100')"
	for s in web db web-log; do
		up t/live/servicedirs/$s || echo "$s is not up"
	done
	reeve status -q mnt || echo 'mnt is not up'
	! reeve status -q loose && ! [ -s starts ] || echo 'loose was started'
	[ "$(programs ' reeve-svscan -d' | wc -l)" = 1 ] ||
		echo 'svscan is not there once'
	within 5 supervised ||
		echo 'not one supervise for each service'
	for d in t/live/servicedirs/*; do
		[ -h "t/service/${d##*/}" ] || echo "$d has no entry"
	done
	[ ! -e t/live/journal ] || echo 'a switch was not finished'
	find t/live -name old
}
both_ways() { # both_ways COMMAND: then up, every other time down again first
	if [ "$1" = down ] && [ $((points % 2)) = 0 ]; then
		reeve down >out2 2>&1 || echo "down again: exit $?"
		within 10 none || echo 'something is left'
	fi
	reeve up >out2 2>&1 || echo "up again: exit $?"
	wrong
}
calls=write,pwrite64,rename,renameat,renameat2,unlink,unlinkat,symlink
calls=$calls,symlinkat,link,linkat,mkdir,mkdirat,mknod,mknodat,chmod,fchmod
calls=$calls,fchmodat,fchown,fchownat,connect,sendmsg,kill,open,openat
# calls_of PROGRAM: "CALL N" for each that changes something.
list() { # list FAULT
	awk -v fault="$1" '{ call = $0; sub(/\(.*/, "", call); n[call]++ }
		/^open/ && !/O_CREAT/ { next }
		/^write\([12],/ { next }
		fault ~ /^error/ && /^(unlink|kill|connect|sendmsg)/ { next }
		{ print call, n[call] }' trace
}
traced() { # traced FAULT PROGRAM MODE COMMAND: its calls into ./list
	before "$3"
	under "$2" -o "$PWD/trace" -e trace=$calls
	reeve "$4" >out 2>&1 || bail "reeve $4 fails under strace"
	plain "$2"
	list "$1" >list
	all_down
}
bad=
point() { # point FAULT PROGRAM MODE COMMAND CALL N: adds to $bad
	w=$(before "$3")
	under "$2" -o /dev/null -e "inject=$5:$1:when=$6"
	reeve "$4" >out 2>&1; code=$?
	plain "$2"
	case $1:$code:$4 in
	error=*:0:up) w=$w$(wrong) ;;
	error=*:0:down) ;;
	error=*) grep -q 'No space left' out || w="$w not said why" ;;
	esac
	w=$w$(both_ways "$4"; all_down)
	[ -z "$w" ] || bad="$bad
$5 $6 (exit $code): $w"
}
cut_off() { # cut_off FAULT PROGRAM MODE COMMAND: at each of its calls
	traced "$@"
	points=0 i=0 bad='' n=$(wc -l <list) tried=0
	while [ $points -lt "$max" ] && [ $points -lt "$n" ]; do
		i=$((max < n ? points * n / max + n / max / 2 : points))
		points=$((points + 1))
		share || continue
		tried=$((tried + 1))
		# shellcheck disable=SC2046
		point "$@" $(sed -n "$((i + 1))p" list)
	done
	is "$bad" '' "$2 of $4 ($3), $1 at $tried of $n calls" || show out out2
}
cut_off signal=KILL reeve new up
cut_off signal=KILL reeve-switch new up
# Where one boot is not told from another, there is only this one's.
boot=boot
! grep -q '^- -' t/live/boot || boot=new
cut_off signal=KILL reeve-rc-init $boot up
cut_off signal=KILL reeve-rc down up
cut_off signal=KILL reeve up down
cut_off signal=KILL reeve-rc up down
cut_off error=ENOSPC reeve new up
cut_off error=ENOSPC reeve-switch new up
cut_off error=ENOSPC reeve-rc-init $boot up

# All is made live but the entries of the scan directory.
traced signal=KILL reeve-rc-init $boot up
bad='' points=0
# shellcheck disable=SC2046
point signal=KILL reeve-rc-init $boot up $(awk '{ call = $0; sub(/\(.*/, "", call)
	n[call]++ }
	/^symlink.*t\/service\// { print call, n[call]; exit }' trace)
is "$bad" '' 'reeve-rc-init killed at the first entry' || show out out2
end
