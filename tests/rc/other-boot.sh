#!/bin/sh
# rc/other-boot.sh - a live directory that outlived its boot (a container that
# is started again, a tree below $HOME): an svscan that finds its entries
# supervises what is removed next.
. "$TESTS/lib.sh"
. "$TESTS/helpers/tree.sh"
definitions
longrun loose <<-EOF
	echo started >>$PWD/starts
	exec sleep 1003
EOF
another_boot() { sed -i 's/^./#/' t/live/boot; }
all_anew() { # all_anew LABEL
	for s in db web loose s6rc-oneshot-runner; do
		ok "$1: $s is supervised" within 10 reeve-svok t/live/servicedirs/$s
	done
	reeve-rc -l "$PWD/t/live" -t 20000 -u change default; is $? 0 "$1: default starts"
	ok "$1: a oneshot was run" reeve status -q mnt
	ok "$1: and a longrun" up t/live/servicedirs/web
}
none() { ! ps -e -o args= | grep -q '[r]eeve-\(svscan\|supervise\|log\)'; }

reeve up >out 2>&1; r=$?
! grep -q '^- -' t/live/boot ||
	skip_all 'this system does not tell one boot from another'
is $r 0 'a tree' || show out
reeve start loose >out 2>&1;	is $? 0 'with all it has' || show out
# The end of a boot: everything at once.
# shellcheck disable=SC2046
kill -KILL $(pgrep -x 'reeve-svscan|reeve-supervise|reeve-log|sleep')
ok 'all end' within 10 none
another_boot
is "$(wc -l <starts)" 1 'it was started once'
reeve up --tree-only >out 2>&1;	is $? 0 'the tree of the next boot' || show out
is "$(ls t/service)" reeve-catchall 'starts without the entries of the last'
reeve up >out 2>&1;		is $? 0 'then with its own' || show out
is "$(wc -l <starts)" 1 'what is not in default is not started'
all_anew 'next boot'

# Entries of the same live directory by other spellings.
ln -s t/live alias
respelled() { # each in another way
	_k=0
	for _e in t/service/*; do
		[ -h "$_e" ] || continue
		_k=$((_k + 1))
		case $((_k % 4)) in
		0) _t=$PWD/alias ;;
		1) _t=$PWD//t/./live ;;
		2) _t=../live ;;
		3) _t=$PWD/t/live ;;
		esac
		ln -sfn "$_t/servicedirs/${_e##*/}" "$_e"
	done
}
mkdir -p elsewhere/servicedirs/kept
# shellcheck disable=SC2046
kill -KILL $(pgrep -x 'reeve-svscan|reeve-supervise|reeve-log|sleep')
ok 'all end (2)' within 10 none
another_boot
respelled
ln -s "$PWD/elsewhere/servicedirs/kept" t/service/.kept
ln -s nowhere/kept t/service/.other
reeve up --tree-only >out 2>&1;	is $? 0 'a tree with entries spelt otherwise' || show out
is "$(ls t/service)" reeve-catchall 'starts without them'
ok 'those of another live directory stay' test -h t/service/.kept -a -h t/service/.other
rm t/service/.kept t/service/.other
reeve up >out 2>&1;		is $? 0 'then with its own (2)' || show out
all_anew 'spelt otherwise'

# An svscan that somebody else starts has found them already.
reeve down >/dev/null
another_boot
respelled
scanned t/service -d 3 3>/dev/null >scan.err 2>&1
for s in db web loose s6rc-oneshot-runner; do
	ok "the old $s is supervised" within 10 reeve-svok t/live/servicedirs/$s
done
reeve-rc-init -t 20000 -c "$PWD/t/state/boot" -l "$PWD/t/live" "$PWD/t/service" >out 2>&1
is $? 0 'rc-init makes it anew' || show out
all_anew 'below an svscan'
# (One that is about to execute a run is a second process for a moment.)
one_each() { [ "$(pgrep -c -x reeve-supervise)" = "$(ls t/service | wc -l)" ]; }
ok 'no supervise is left over' within 5 one_each
ok 'it may be called with other spellings of all' reeve-rc-init -t 20000 \
	-c "$PWD/t/state/boot" -l "$PWD/alias" "$PWD//t/./service" 2>out || show out

# That is cut off, with a definition in the store half removed.
if command -v strace >/dev/null && strace -o /dev/null true 2>/dev/null; then
	reeve-svscanctl -t t/service
	ok 'the tree ends' within 10 none
	cp -R t/live/store whole
	half=$PWD/t/live/store/$(basename "$(readlink t/live/current/def/db)")
	another_boot
	scanned t/service -d 3 3>/dev/null >scan.err 2>&1
	init() {
		"$@" reeve-rc-init -t 20000 -c "$PWD/t/state/boot" \
			-l "$PWD/t/live" "$PWD/t/service" >out 2>&1
	}
	init strace -o trace -P "$half" -e inject=unlinkat:signal=KILL:when=2
	is "$? $(ls "$half" | wc -l)" '137 1' 'rc-init is killed' || show out
	init;			is $? 0 'the next one goes on' || show out
	all_anew 'after one that was killed'
	is "$(diff -r whole t/live/store)" '' '... with the whole definitions'
else
	skip 11 'strace cannot trace here'
fi
end
