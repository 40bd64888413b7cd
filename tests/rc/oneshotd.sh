#!/bin/sh
# rc/oneshotd.sh - oneshots run below reeve-rc-oneshotd: in the tree's
# environment and not the caller's, with the caller's output, and on when it
# was restarted; who is not the tree's owner is refused.
# TIMEOUT: 180
. "$TESTS/lib.sh"
. "$TESTS/helpers/tree.sh"
# A tree of root keeps this, and not what else its caller has.
export REEVE_FROM_TREE=yes
longrun db </dev/null
oneshot() { # oneshot NAME COMMAND
	mkdir -p "t/sv/$1"
	echo oneshot >"t/sv/$1/type"
	echo "$2" >"t/sv/$1/up"
}
oneshot env 'sh -c "echo tree=$REEVE_FROM_TREE caller=$FROM_CALLER"'
oneshot fails 'sh -c "exit 9"'
oneshot plain true
tree
FROM_CALLER=no; export FROM_CALLER
out=$(reeve start env 2>&1);	is $? 0 'a oneshot'
like "$out" '^tree=yes caller=$' 'environment of the tree, output to the caller'
out=$(reeve start fails 2>&1);	is $? 1 'one that fails'
like "$out" '^fails: failed: .*exited 9' 'and how'

run=t/live/servicedirs/s6rc-oneshot-runner
pid=$(reeve-svstat -o pid $run)
kill -KILL "$pid"
back() { [ "$(reeve-svstat -o pid,ready $run)" != "$pid true" ] &&
	[ "$(reeve-svstat -o ready $run)" = true ]; }
ok 'killed, the daemon comes back' within 10 back
out=$(reeve start plain);	is $? 0 'and works'

if [ "$(id -u)" = 0 ] && setpriv --reuid=65534 --clear-groups true 2>/dev/null
then
	chmod -R a+rX t
	setpriv --reuid=65534 --regid=65534 --clear-groups \
		reeve-rc -l "$REEVE_HOME/live" stop env >out 2>&1
	not 'another user changes nothing' test $? = 0
	is "$(state env)" 'done' 'it is as it was'
else
	skip 2 'no other user here'
fi
# Clients of the tree's own user that are silent, stop in the middle, or are
# not of this protocol; as many as there are descriptors.
if command -v python3 >/dev/null && command -v prlimit >/dev/null; then
	pid=$(reeve-svstat -o pid $run)
	prlimit --nofile=30: --pid "$pid"
	fds() { ls /proc/"$pid"/fd | wc -l; }
	ticks() { sed 's/.*) //' /proc/"$pid"/stat | awk '{ print $12 + $13 }'; }
	before=$(fds)
	cat >clients.py <<'E'
import socket, sys, time
path, what, n = sys.argv[1], sys.argv[2], int(sys.argv[3])
words = { 'silent': b'', 'half': b'\x02u\0\0\1\0half a request',
    'huge': b'\x02u\x7f\xff\xff\xff', 'junk': b'GET / HTTP/1.0\r\n\r\n' }
kinds = list(words) if what == 'mixed' else [ what ]
all = []
for i in range(n):
    s = socket.socket(socket.AF_UNIX); s.connect(path)
    s.sendall(words[kinds[i % len(kinds)]]); all.append(s)
print('here', flush=True)
ended = 0
for s in all:
    s.settimeout(60)
    try: ended += s.recv(1) == b''
    except ConnectionError: ended += 1
print('ended', ended, flush=True)
E
	kinds=${REEVE_LONG:+silent half huge junk}
	# Two of the four kinds are hung up on at once.
	[ -n "$kinds" ] && n=40 || n=80
	for what in ${kinds:-mixed}; do
		t0=$(ticks)
		python3 clients.py $run/s $what $n >said 2>&1 & clients=$!
		ok "$n clients: $what" within 9 grep -q here said
		out=$(timeout 60 reeve start plain 2>&1)
		is "$?" 0 'others are served' || echo "$out"
		reeve stop plain
		wait $clients
		is "$(tail -n 1 said)" "ended $n" 'they are hung up on'
		freed() { [ "$(fds)" -le "$before" ]; }
		ok 'their descriptors are free' within 9 freed
		ok 'the daemon does not spin' test $(($(ticks) - t0)) -lt 200
	done
	is "$(reeve-svstat -o pid $run)" "$pid" 'it is still the same process'
	said() { grep -h "unable to accept a request" t/log/*/* t/logs/*/* \
		t/state/log/*/* 2>/dev/null | wc -l; }
	ok "it says so, but not all the time ($(said))" test "$(said)" -gt 0 -a \
		"$(said)" -lt 20
else
	skip 7 'needs python3 and prlimit'
fi
reeve-rc-oneshotd --nosuch 2>/dev/null; is $? 100 'an unknown option'
end
