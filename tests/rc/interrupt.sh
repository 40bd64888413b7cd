#!/bin/sh
# rc/interrupt.sh - an update that is cut off at any system call can be
# finished and can be undone, and nothing that did not change notices.
# TIMEOUT: 540
#
# The updater is killed (then: interrupted, then given ENOSPC, EIO) at every
# file-changing or signalling call that a whole run makes, one run for each.
# REEVE_LONG=1 takes every N with every fault and both ways out; otherwise a time
# limit spreads the points evenly.  FAULTS="error=EIO" takes that fault only, so
# that the whole can be spread over several runs.
. "$TESTS/lib.sh"
need strace reeve-log reeve-svscan
budget=${BUDGET-$((50 / parts))}
[ -n "$REEVE_LONG" ] && budget=100000
D=$PWD
strace -o /dev/null true 2>/dev/null || skip_all "strace cannot trace here"

longrun() { # longrun SET NAME [needs...]; the run script's body on stdin
	_d=$1/$2; shift 2
	mkdir -p "$_d/dependencies.d"
	echo longrun >"$_d/type"
	{ echo '#!/bin/sh'; cat; } >"$_d/run"
	for _n; do : >"$_d/dependencies.d/$_n"; done
}
oneshot() { # oneshot SET NAME TEXT [needs...]
	_d=$1/$2 _t=$3; shift 3
	mkdir -p "$_d/dependencies.d"
	echo oneshot >"$_d/type"
	_b=${_d##*/}
	echo "sh -c \"echo up $_b $_t >>$D/oneshots\"" >"$_d/up"
	echo "sh -c \"echo down $_b $_t >>$D/oneshots\"" >"$_d/down"
	for _n; do : >"$_d/dependencies.d/$_n"; done
}
pipe() { # pipe SET FROM TO
	echo "$3" >"$1/$2/producer-for"
	echo "$2" >"$1/$3/consumer-for"
}
sleeper() { longrun "$@" <<-'EOF'
	exec sleep 100000
	EOF
}
writer() { longrun "$@" <<-EOF
	i=0
	while :; do
		echo line \$i
		i=\$((i + 1))
		sleep 0.01
	done
	EOF
}
logger() { # logger SET NAME DIR OPTION
	longrun "$1" "$2" <<-EOF
	exec reeve-log $4 n30 s1000000 $D/$3
	EOF
}

# Everything that an update can have to do.
for s in old new; do
	sleeper $s keep
	sleeper $s keep2 keep
	writer $s steady
	logger $s steady-log logs/steady -b
	pipe $s steady steady-log
	writer $s moved
	longrun $s hup <<-EOF
	trap 'echo \$0 >>$D/hups' HUP
	while :; do sleep 100000 & wait \$!; done
	EOF
	echo reload >$s/hup/on-change
	sleeper $s changed keep
	sleeper $s dependent changed
	oneshot $s script $s keep
	oneshot $s after same script
	sleeper $s gains keep
	sleeper $s piped
done
logger new steady-log logs/steady -d3
echo 3 >new/steady-log/notification-fd
echo '# differs' >>new/hup/run
echo '# differs' >>new/changed/run
sleeper old gone keep
sleeper new fresh keep
: >new/gains/dependencies.d/fresh
sleeper old renamed
sleeper new newname
sleeper old type; oneshot new type x
logger old moved-log logs/moved -b
pipe old moved moved-log
logger new piped-log logs/piped -b
pipe new piped piped-log
echo 'renamed -> newname' >to-new
echo 'newname -> renamed' >to-old
reeve-rc-compile -v0 db.old old || bail "compile old"
reeve-rc-compile -v0 db.new new || bail "compile new"
names='keep keep2 steady steady-log moved hup changed dependent script after
	gains piped'

mkdir logs
scanned scan
reeve-rc-init -c "$D/db.old" -l "$D/live" "$D/scan" || bail "init"
rc() { reeve-rc -l "$D/live" "$@"; }
# shellcheck disable=SC2086
rc start $names gone renamed type moved-log || bail "start"

# pid of the service, wherever its directory is now
pid() {
	reeve-svstat -o pid "live/servicedirs/$1" 2>/dev/null
}
untouched() {
	for s in keep keep2 steady hup; do pid $s; done
	[ -e live/servicedirs/newname ] && ! [ -h live/servicedirs/newname ] &&
		pid newname || pid renamed
}
snapshot() {
	rc -a list | sort
	rc status | awk '{ print $1, $2, $3 }'
	# Links stand for one directory only while a switch is cut off.
	(cd live && find servicedirs -mindepth 1 -maxdepth 1 | sort
	find servicedirs -mindepth 2 -type l | sort
	find current/def -type l | sort
	find -L current/def -mindepth 1 -maxdepth 1 -type l
	find gen -mindepth 1 -maxdepth 1 | wc -l)
	(cd scan && find . -type l | sort)
	cmp -s live/current/db db.$1 && echo "database $1"
	[ -e live/journal ] && echo journal
	for s in keep keep2 changed dependent gains; do
		reeve-svstat -o up,wantedup live/servicedirs/$s
	done
}
update() { reeve-rc-update -v0 -l "$D/live" -f to-$1 db.$1 2>err; }
# What the new set does not have is not up when the old one is back.
to_old() { update old && rc start gone moved-log; }
snapshot old >want.old
ok 'an update works' update new
snapshot new >want.new
ok 'and back' to_old
is "$(snapshot old)" "$(cat want.old)" 'back is what was before'
pids=$(untouched)

calls=write,pwrite64,rename,renameat,renameat2,unlink,unlinkat,symlink
calls=$calls,symlinkat,link,linkat,mkdir,mkdirat,mknod,mknodat,chmod,fchmod
calls=$calls,fchmodat,fchown,fchownat,connect,sendmsg,kill
tried=0 bad=0
complain() {
	bad=$((bad + 1))
	[ $bad -gt 20 ] && return
	echo "# $fault at $n ($way), exit $code: $*"
	sed 's/^/#   /' err
}
cut_at() { # cut_at FAULT CALL N: one update with a fault at its N-th CALL
	timeout -s KILL 20 strace -o /dev/null -qq -e trace="$2" \
		-e signal=none -e inject="$2:$1:when=$3" \
		reeve-rc-update -v0 -l "$D/live" -f to-new db.new 2>err
}
look() {
	rc list >/dev/null 2>err || complain "list fails"
	rc -a listall >/dev/null 2>err || complain "listall fails"
	rc status >/dev/null 2>err
	[ $? -le 1 ] || complain "status fails"
	rc diff >/dev/null 2>err
	[ $? -le 1 ] || complain "diff fails"
	is_now=$(untouched)
	[ "$is_now" = "$pids" ] || {
		complain "untouched services changed pid: $is_now, were $pids"
		pids=$is_now
	}
}
compare() { # compare old|new
	snapshot "$1" >got
	cmp -s got "want.$1" || {
		complain "not exactly the $1 state"
		diff got "want.$1" | head -n 8 | sed 's/^/#   /'
	}
}
point() { # point FAULT CALL N again|abort
	fault=$1 n="$2 $3" way=$4
	cut_at "$1" "$2" "$3"
	code=$?
	tried=$((tried + 1))
	[ $code = 124 ] && complain "hangs"
	look
	case $way in
	abort)
		done_before=no
		[ -e live/journal ] || cmp -s live/current/db db.old ||
			done_before=yes
		reeve-rc-update -v0 -l "$D/live" --abort 2>err ||
			complain "--abort exits $?"
		if [ $done_before = yes ]; then
			compare new
			to_old || complain "way back exits $?"
		fi
		compare old ;;
	again)
		update new || complain "the second run exits $?"
		compare new
		to_old || complain "way back exits $?"
		compare old ;;
	esac
	[ "$(untouched)" = "$pids" ] || complain "untouched changed pid"
	twice=$(twice_up | wc -l)
	[ "$twice" = "${twice_before:-0}" ] ||
		complain "went up twice: $(twice_up | tail -n 1)"
	twice_before=$twice
}
# Every script that went up went down before it went up again.
twice_up() {
	awk '$1 == "up" && up[$2]++ { print "twice up: " $0 }
		$1 == "down" && up[$2] { up[$2] = 0 }' oneshots
}

# All calls of a run that is not cut off, numbered by kind: "unlinkat 3".
list_calls() {
	strace -o trace -qq -e trace="$1" -e signal=none \
		reeve-rc-update -v0 -l "$D/live" -f to-new db.new 2>err
	to_old
	sed 's/(.*//' trace | awk '{ print $1, ++n[$1] }'
}
began=$(date +%s)
# An entry of the scan directory that cannot be removed is at few points.
always() {
	list_calls unlink >unlinks
	while read -r a b; do point error=EIO "$a" "$b" again; done <unlinks
}
# POINTS="error=EIO sendmsg 3 abort, ..." tries these and no others.
if [ -n "$POINTS" ]; then
	echo "$POINTS" | tr ',' '\n' >chosen
	while read -r a b c d; do point "$a" "$b" "$c" "$d"; done <chosen
else
always
for fault in ${FAULTS-signal=SIGKILL signal=SIGINT error=ENOSPC error=EIO}; do
	case $fault in
	error=*) list_calls "$calls,openat" >list ;;
	*) list_calls "$calls" >list ;;
	esac
	case $fault in
	signal=SIGKILL) share=$((budget / 2)) ;;
	*) share=$((budget / 6)) ;;
	esac
	total=$(wc -l <list) points=0 line=0 step=1 start=$(date +%s%N)
	# The sisters of this build begin elsewhere.
	[ -z "${PART-}" ] || line=${PART%/*}
	while [ $line -lt "$total" ]; do
		line=$((line + 1))
		# shellcheck disable=SC2046
		set -- $(sed -n "${line}p" list)
		if [ -n "$REEVE_LONG" ]; then
			point $fault "$1" "$2" again
			point $fault "$1" "$2" abort
			points=$((points + 2))
			continue
		fi
		[ $((points % 2)) = 0 ] && w=again || w=abort
		point $fault "$1" "$2" $w
		points=$((points + 1))
		# After some, as many as the time allows, spread evenly.
		if [ $points = 6 ]; then
			step=$(((($(date +%s%N) - start) / 6000000 *
				(total - 6)) / (share * 1000) + 1))
		fi
		line=$((line + step - 1))
	done
	echo "$fault $points of $total," >>points
done
fi
# What was still in use when a switch ended goes with the next one.
update new; to_old
defs() { for _f in live/current/def/*; do readlink "$_f"; done; }
is "$(ls live/store)" "$(defs | sed 's/.*\///' | sort -u)" \
	'the store holds what is in use and nothing else'
echo "# $tried points in $(($(date +%s) - began)) s: $(tr '\n' ' ' <points)"
is $bad 0 "all $tried points: commands work, nothing untouched was touched, both ways out are exact"

# The steady writers were never stopped: their lines are all there, once.
lines() { # lines DIR: complaints about the numbers of "line N"
	cat "$1"/@* "$1"/current 2>/dev/null | awk '
		$2 != want { if (NR > 1) print "after " want - 1 " comes " $2 }
		{ want = $2 + 1 }
		END { if (NR < 100) print "only " NR " lines" }'
}
is "$(lines logs/steady)" '' 'no line of the steady writer is lost or doubled'
is "$(twice_up | head -n 5)" '' 'no oneshot went up twice in a row'
end
