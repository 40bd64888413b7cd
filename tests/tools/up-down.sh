#!/bin/sh
# tools/up-down.sh - reeve up and reeve down at the same time, or after one
# that was cut off: one waits for the other, and there is one tree or none.
. "$TESTS/lib.sh"
. "$TESTS/helpers/tree.sh"
definitions
# Ends when t/go is there.
stays() {
	cat <<-EOF
	trap 'until test -e $PWD/t/go; do sleep 0.02; done; exit 0' TERM
	: >$PWD/t/\$1.trapped
	while :; do sleep 0.02; done
	EOF
}
stays | longrun last
: >t/sv/default/contents.d/last
none() { ! ps -e -o args= | grep -q '[r]eeve-\(svscan\|supervise\|log\)'; }
one_each() { [ "$(pgrep -c -x reeve-supervise)" = "$(ls t/service | wc -l)" ]; }
all_up() { # all_up LABEL
	for s in web db last; do
		ok "$1: $s is up" within 5 up t/live/servicedirs/$s
	done
	ok "$1: a oneshot was run" reeve status -q mnt
	is "$(pgrep -c -x reeve-svscan)" 1 "$1: one svscan"
	# One that is about to execute a run is a second process for a moment.
	ok "$1: one supervise for each" within 5 one_each
}
says() { grep -q -e "$2" "$1"; }

# --- two at once
i=0 bad=
while [ $i -lt 5 ]; do
	i=$((i + 1))
	rm -rf t/service t/live t/state
	reeve up >1.out 2>&1 & one=$!
	reeve up >2.out 2>&1 & two=$!
	wait $one || bad="$bad $i:$?"
	wait $two || bad="$bad $i:$?"
	[ $i = 5 ] || { touch t/go; reeve down >/dev/null; rm t/go; }
done
is "$bad" '' 'two reeve up at once, five times' || show 1.out 2.out
all_up 'two at once'

# --- up during down
within 5 test -e t/last.trapped
reeve down >down.out 2>&1 & down=$!
asked() { ! up t/live/servicedirs/web; }
within 10 asked
reeve up >up.out 2>&1 & up=$!
ok 'up during down waits' within 10 says up.out \
	'waiting for another reeve up or reeve down'
touch t/go
wait $down;			is $? 0 'down ends' || show down.out
like "$(cat down.out)" '^The tree is down\.$' '... with the tree'
rm t/go
wait $up;			is $? 0 'then up begins' || show up.out
all_up 'after that'

# --- a tree that was told to end already
stays >t/run
service t/service/plain <t/run
reeve-svscanctl -a t/service
told() {
	within 5 test -e t/plain.trapped
	rm t/plain.trapped
	reeve-svscanctl -t t/service
	ends() { ! reeve-svok t/service/bad; }
	within 10 ends || bail 'it does not begin to end'
}
told
reeve up >up.out 2>&1 & up=$!
ok 'up waits for the end of a tree' within 10 says up.out \
	'waiting for the tree (pid [0-9]*) that was told to end'
touch t/go
wait $up;			is $? 0 '... and starts it' || show up.out
rm t/go
all_up 'after an end'
told
reeve down -t 1 >down.out 2>&1;	is $? 1 'down of a tree that ends: kills what stays'
like "$(cat down.out)" 'plain did not stop in time: killing it' '... says so'
ok '... and nothing is left' within 5 none
reeve up >up.out 2>&1;		is $? 0 'then up'
all_up 'after down of one that ended'
within 5 test -e t/plain.trapped

# --- it is ended while up works
within 5 test -e t/last.trapped
touch t/go
reeve down >/dev/null;		is $? 0 'down'
rm t/go t/service/plain/run
longrun db <<-EOF
	: >$PWD/t/db.runs
	until test -e $PWD/t/go; do sleep 0.02; done
	exec sleep 1000
EOF
echo 3 >t/sv/db/notification-fd
reeve switch -q
reeve up >up.out 2>&1 & up=$!
ok 'up waits for a service' within 10 test -e t/db.runs
reeve-svscanctl -t t/service
touch t/go
wait $up;			is $? 111 'the tree is ended by another'
like "$(cat up.out)" \
	'the supervision tree was told to end|there is no supervision tree any more' 'nothing waits for long'
like "$(cat up.out)" 'fatal: the tree was taken down meanwhile' 'is said'
ok 'nothing is left' within 10 none
end
