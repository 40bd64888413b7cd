#!/bin/sh
# log/faults.sh - ENOSPC, EIO, EINTR and others at any call lose and double
# no line; nor do processors that fail, hang or are missing, a full disk,
# odd lines, or a clock that jumps back.
# TIMEOUT: 240
. "$TESTS/log/lib.sh"
in_memory
top=$PWD

seq -f 'line %04g abcdefghijklmnopqrstuvwxyzabcdefghijklm' 1 240 >in
content() {
	_dir=$1
	set -- "$_dir"/@*
	[ -e "$1" ] || shift
	[ ! -e "$_dir/current" ] || set -- "$@" "$_dir/current"
	[ $# = 0 ] || cat "$@"
}

# --- a call fails once
# fails CALL ERROR: at each of its times, if any, with the script $proc.
fails() {
	# shellcheck disable=SC2046 # two numbers, or none
	set -- "$1" "$2" $(sed -n "s/^$1 //p" calls)
	[ $# = 4 ] || return 0
	n=$3 times=$4 bad=0 tried=0
	while [ "$n" -le "$times" ]; do
		share || { n=$((n + 1)); continue; }
		tried=$((tried + 1))
		rm -rf d
		strace -o trace -e trace="$1,read" \
			-e inject="$1":error="$2":when="$n" \
			reeve-log n100 s4096 r20 "$proc" ./d <"$top/in" 2>err
		r=$?
		# Before anything was read it may refuse to start.
		[ $r = 0 ] || grep -q '^read(0' trace ||
			reeve-log n100 s4096 r20 "$proc" ./d <"$top/in" 2>>err
		content d | cmp -s - "$top/in" || {
			bad=$((bad + 1))
			echo "# $1 $n: exit $r"; cat err; ls -l d
		}
		n=$((n + 1))
	done
	echo "$bad $tried $1: $2 ($proc)" >>result
}
# all_fail NAME SCRIPT: beside others, in a directory NAME.
all_fail() {
	mkdir "$1" && cd "$1" || exit 111
	proc=$2
	strace -o all reeve-log n100 s4096 r20 "$proc" ./d <"$top/in"
	calls all >calls
	# Without signalfd a signal is a byte in a pipe of skalibs, which is
	# always taken; here it would be the one that fails.
	if [ "$proc" = n100 ] || built_with SIGNALFD; then
		fails write ENOSPC
		fails write EIO
		fails write EFBIG
		fails write EINTR
	else
		echo "# SKIP write ($proc): it would be a signal that is lost"
	fi
	fails fsync EIO
	fails fsync EINTR
	fails fchmod EIO
	fails openat EMFILE
	fails openat ENOSPC
	for call in rename renameat renameat2; do
		grep -q "^$call " calls && fails $call ENOSPC
	done
	for call in fstat newfstatat getdents64 poll read; do
		e=EIO
		case $call in poll|read) e=EINTR ;; esac
		fails $call $e
	done
	fails unlinkat EIO
	[ "$proc" = '!cat' ] && grep -q '^clone' calls &&
		fails "$(sed -n 's/^\(clone3*\) .*/\1/p' calls | head -n 1)" \
			EAGAIN
	echo end >>result
}
if command -v strace >/dev/null && strace -o /dev/null true 2>/dev/null; then
	all_fail plain n100 >plain.log 2>&1 & plain=$!
	all_fail cat '!cat' >cat.log 2>&1 & cat=$!
fi

# For a processor that hangs lines wait ten seconds, and so does the end; lines
# do for one that fails.  That goes on beside the rest.
mkdir bin; PATH=$PWD/bin:$PATH
printf '#!/bin/sh\nexec sleep 1000\n' >bin/hang; chmod 755 bin/hang
reeve-log n100 s4096 '!hang' ./hung <in 2>hung.err & hung=$!
reeve-log n100 s4096 r50 '!no-such-command' ./missing <in 2>missing.err &
missing=$!

# --- processors
printf '#!/bin/sh\n[ -e ../ok ] || { echo x >>../tried; echo half; exit 3; }\ncat\n' >bin/flaky
chmod 755 bin/flaky
rm -rf d ok
mkfifo ff
reeve-log n100 s4096 r50 '!flaky' ./d 2>err <ff & pid=$!
exec 5>ff
cat in >&5
within 10 grep -q 'exited 3' err;	is $? 0 'a failing processor: said'
within 10 sh -c '[ "$(wc -l <tried)" -gt 3 ]'
is "$(grep -c 'exited 3' err)" 1 'once'
: >ok
exec 5>&-
wait $pid;				is $? 0 'it succeeds later'
content d | cmp -s - in;		is $? 0 'nothing lost or doubled'
ok 'its end is said' grep -q 'working again' err

rm -rf d
printf '#!/bin/sh\ncat\ncat <&4 >&5; echo run >&5\n' >bin/count
chmod 755 bin/count
reeve-log n100 s4096 '!count' ./d <in
is "$(grep -c run d/state)" "$(ls d | grep -c @)" 'state on 4, newstate on 5'
rm -rf d
reeve-log n100 s4096 '?tr a b | cat' ./d <in
is "$(grep -c abc "$(ls d/@* | head -n 1)")" 0 '? is a shell command'
if command -v execlineb >/dev/null; then
	rm -rf d
	reeve-log n100 s4096 '!pipeline { cat } tr a b' ./d <in
	is "$(grep -c abc "$(ls d/@* | head -n 1)")" 0 '! is an execline one'
else
	skip 1 'no execlineb'
fi

# --- a disk that is full
mkdir m
if mount -t tmpfs -o size=64k none m 2>/dev/null; then
	mkdir m/d
	head -c 55000 /dev/zero >m/fill
	reeve-log n100 s20000 r100 ./m/d 2>err <ff & pid=$!
	exec 5>ff
	cat in >&5
	within 5 grep -q 'No space left' err;	is $? 0 'a full disk: said'
	slept=$(sleeps $pid)
	tried_again() { [ "$(sleeps $pid)" -ge $((slept + 3)) ]; }
	within 10 tried_again
	is "$(grep -c 'No space left' err)" 1 'once'
	rm m/fill
	within 5 grep -q 'working again' err;	is $? 0 'room: said'
	exec 5>&-
	wait $pid;				is $? 0 'it goes on'
	content m/d | cmp -s - in;		is $? 0 'nothing is lost'

	cat in in >twice
	# The disk is full after so many pages: the write that meets the end
	# is short, in the middle of a line.
	for stamp in n100 t; do
		for pages in 1 2 3; do
			rm -rf m/d; mkdir m/d
			head -c $(((16 - pages) * 4096)) /dev/zero >m/fill
			reeve-log n100 s20000 r50 $stamp ./m/d 2>err <ff & pid=$!
			exec 5>ff
			cat in in >&5
			within 5 grep -q 'No space left' err
			is "$(stat -c %s m/d/current)" $((pages * 4096)) \
				"a short write after $pages pages ($stamp)"
			rm m/fill
			exec 5>&-
			wait $pid
			content m/d | { [ $stamp = t ] && cut -c27- || cat; } |
				cmp -s - twice
			is $? 0 'loses and doubles nothing'
		done
	done

	rm -rf m/d
	seq -f 'line %06g abcdefghijklmnopqrstuvwxyzabcdefghijklm' 1 9000 >big
	timeout 20 reeve-log n1000 s8000 r100 %full=drop-oldest ./m/d <big 2>err
	is $? 0 'drop-oldest: never waits'
	content m/d >got
	tail -n "$(wc -l <got)" big | cmp -s - got
	is $? 0 'the newest lines are there'
	ok 'and it is said' grep -q 'removed its oldest archive' err
	rm -rf m/d
	umount m
else
	skip 20 'cannot mount'
fi

# --- odd lines
odd() { # odd LABEL OPTIONS...: input in `raw', lines wanted in `want'
	o_l=$1; shift
	rm -rf d
	reeve-log "$@" n1000 s268435455 ./d <raw
	cmp d/current want;		is $? 0 "$o_l"
	rm -rf d
	reeve-log "$@" n1000 s268435455 t ./d <raw
	cut -c27- d/current | cmp - want;	is $? 0 "$o_l, stamped"
}
printf 'a\n\nb\n' >raw; cp raw want;		odd 'an empty line'
printf 'no newline' >raw; echo 'no newline' >want; odd 'no last newline'
printf 'a\0b\0\0c\n\0' >raw; printf 'a\nb\n\nc\n\n' >want; odd 'NULs'
: >raw; : >want;				odd 'nothing'
head -c 65536 /dev/zero | tr '\0' x >raw; echo >>raw; echo y >>raw
{ for i in 1 2 3 4 5 6 7 8; do head -c 8192 raw; echo; done; echo y; } >want
odd '64 kB, cut at 8192'
cp raw want;					odd '64 kB whole' -l 0
cp raw want;					odd '64 kB whole' -l 65536
head -c 10000000 /dev/zero | tr '\0' x >raw; echo >>raw; echo y >>raw
cp raw want;					odd '10 MB whole' -l 0
printf '\377\376\200\n\001\033[m\n' >raw; cp raw want; odd 'any byte'

# --- what was begun above
within 30 sh -c '! kill -0 '$missing
is $? 0 'a missing processor does not hold up the end'
wait $missing;				is $? 0 'nor disturb it'
content missing | cmp -s - in;		is $? 0 'and loses nothing'
like "$(cat missing.err)" 'no-such-command' 'it is named'
within 60 sh -c '! kill -0 '$hung;	is $? 0 'a hanging one is given up'
wait $hung;				is $? 0 'in good order'
content hung | cmp -s - in;		is $? 0 'and loses nothing'
if [ -n "${plain-}" ]; then
	wait $plain $cat
	for n in plain cat; do
		grep -v '^reeve-log: ' $n.log
		while read -r bad times what; do
			[ "$bad" != end ] || break
			is "$bad" 0 "each of $times times $what"
		done <$n/result
		is "$bad" end "all calls were made to fail ($n)"
		ok 'and there were many' test "$(wc -l <$n/result)" -gt 12
	done

	# So slow a machine that the time to try again has come before the
	# logger waits for it.
	rm -rf d
	timeout 20 strace -o all -e \
		inject=write:error=ENOSPC:delay_exit=100000:when=2 \
		reeve-log n100 s4096 r20 ./d <in 2>err
	is $? 0 'a retry that is due at once is not forgotten'
else
	skip 20 'strace cannot trace here'
fi

# --- a clock that jumps back: the newest archive is in the future
rm -rf d; mkdir d
echo old >d/@40000000999999993b9ac9fe.s
: >d/current; chmod 744 d/current
reeve-log n100 s4096 ./d <in
{ echo old; cat in; } >want
content d | cmp -s - want;	is $? 0 'order is kept when the clock jumps back'
reeve-log n2 s4096 ./d <in
is "$(ls d | grep -c @)" 2 'and the oldest go first'
tail -n 20 in >want; content d | tail -n 20 | cmp -s - want
is $? 0 'not the newest'
end
