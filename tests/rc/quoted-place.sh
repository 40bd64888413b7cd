#!/bin/sh
# rc/quoted-place.sh - the programs lie in a directory whose name has a quote
# and a blank: the daemon of the oneshots is started all the same.
. "$TESTS/lib.sh"
. "$TESTS/helpers/rc.sh"
[ "$P" = reeve- ] || skip_all 'for our own names'
place="$D/it's here"
mkdir "$place"
for p in svscan supervise rc rc-init rc-compile rc-oneshotd svscanctl svstat svok; do
	# -L: one program may be a link to all.
	cp -L "$BUILD/bin/reeve-$p" "$place/"
done
PATH=$place:$PATH
unset REEVE_BIN
oneshot set o
comp db set
live_on db
rc -t 20000 start o;	is $? 0 'a oneshot is started'
is "$(cat oneshots)" 'up o' 'and was run'
like "$(head -n 2 live/servicedirs/s6rc-oneshot-runner/run)" "it'.*s here" \
	'by the daemon of that place'
end
