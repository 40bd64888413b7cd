#!/bin/sh
# tools/sudod.sh - clients that are silent, slow, greedy or many are done with
# after sudod's -t, and keep ipcserverd from serving others no longer; one
# user cannot keep the others out.
# TIMEOUT: 180
. "$TESTS/lib.sh"
. "$TESTS/helpers/hostile.sh"
chmod 755 .

s6-ipcserver -1 -c 8 -C 8 s s6-sudod -t 2000 sh -c 'echo served' \
	>ready 2>err &
within 9 test -s ready
server=$(pgrep -f "^[^ ]*s6-ipcserverd")
before=$(fds "$server")
children() { pgrep -P "$server" | wc -l; }
is "$(s6-sudo s)" served 'a client'

for c in silent half huge junk http; do
	case $c in
	silent) w='b""' ;;
	half) w='b"\0\0\1\0\0\0half"' ;;
	huge) w='b"\x7f\xff\xff\xff\0\0"' ;;
	junk) w='b"\0\0\0\4\0\3junk"' ;;
	http) w='b"GET / HTTP/1.0\r\n\r\n"' ;;
	esac
	t0=$(ticks "$server")
	hostile s "$w" 8;		is $? 0 "8 clients: $c"
	is "$(timeout 60 s6-sudo s)" served 'another is served'
	all_ended 8
	none() { [ "$(children)" = 0 ]; }
	ok 'nothing is left of them' within 9 none
	is "$(fds "$server")" "$before" 'no descriptor is held'
	ok 'the server has not spun' test $(($(ticks "$server") - t0)) -lt 100
done

# A byte every 100 ms does not put the end off.
hostile s 'b"\0\0\1\0\0\0" + b"x" * 200' 2 100
all_ended 2
ok 'nothing is left of the slow ones' within 9 none

# As many as one likes: eight at a time.
m0=$(rss "$server")
hostile s 'b""' 40
most() { [ "$(children)" -le 8 ]; }
ok '40 clients: eight at a time' most
ok 'in the same memory' test $(($(rss "$server") - m0)) -lt 1000
is "$(timeout 100 s6-sudo s)" served 'the next one is served'
kill $hostile; wait $hostile 2>/dev/null

# Of two users.
if [ "$(id -u)" = 0 ] && setpriv --reuid=12345 --regid=12345 --clear-groups \
	true 2>/dev/null; then
	: >ready
	s6-ipcserver -1 -c 8 -C 4 -a 0777 s2 s6-sudod \
		sh -c 'echo served' >ready 2>err &
	within 9 test -s ready
	: >said
	AS=12345 python3 hostile.py s2 'b""' 20 >said 2>&1 & hostile=$!
	within 20 grep -q here said
	is "$(timeout 20 s6-sudo s2)" served \
		'-C: one user with silent clients keeps no other out'
	kill $hostile
else
	skip 1 'no other user here'
fi

# The program goes when its client does, whatever that leaves unread.
: >ready
s6-ipcserver -1 s3 s6-sudod sh -c 'echo $$ >pid; exec yes' >ready 2>err &
within 9 test -s ready
mkfifo unread; exec 5<>unread
s6-sudo s3 >&5 & client=$!
within 9 test -s pid
kill $client
gone() { ! kill -0 "$(cat pid)"; }
ok 'a client that goes without reading: its program ends' within 9 gone

# When nobody can be accepted that is said once.
if command -v strace >/dev/null && strace true 2>/dev/null; then
	mkdir rules rules/uid rules/uid/0
	: >rules/uid/0/allow
	for d in ipcserverd fdholderd; do
		case $d in
		ipcserverd) args='sh -c :' ;;
		fdholderd) args='-i rules' ;;
		esac
		# shellcheck disable=SC2086
		reeve-ipcserver-socketbinder s.$d strace -f -o trace.$d \
			-e trace=accept,accept4,poll,ppoll \
			-e inject=accept,accept4:error=EMFILE:when=1..4 \
			s6-$d $args 2>err.$d & tracer=$!
		within 9 grep -q 'poll(' trace.$d
		server=$(pgrep -f "^[^ ]*s6-$d $args")
		s6-ipcclient s.$d true & client=$!
		served() { grep -q 'accept.* = [0-9]' trace.$d; }
		ok "$d tries again until it can" within 9 served
		is "$(grep -c EMFILE trace.$d)" 4 '... which it could not'
		is "$(grep -c 'unable to accept' err.$d)" 1 '... and said once'
		wait $client
		kill "$server"; wait $tracer 2>/dev/null
	done
else
	skip 6 'strace cannot trace here'
fi

# What it opens for itself is not the program's.
fds_of() { # fds_of NAME OPTION...: those of a program that it starts
	_n=$1; shift
	s6-ipcserver -1 "$_n" s6-sudod "$@" \
		sh -c 'ls /proc/self/fd | tr "\n" " "' >"ready-$_n" 2>err2 &
	within 9 test -s "ready-$_n"
	echo text | s6-sudo "$_n"
}
is "$(fds_of t -0)" "$(fds_of u)" '-0: no descriptor more than without'
end
