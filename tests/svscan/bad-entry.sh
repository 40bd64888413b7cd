#!/bin/sh
# svscan/bad-entry.sh - an entry that cannot be looked at any more is there
# nevertheless: its service and its logger are not taken for removed.
# Covers: svscan/act.c in reeve-svscan
. "$TESTS/lib.sh"
[ "$P" = reeve- ] || skip_all 's6 stops at the first bad entry'
pid() { "${P}svstat" -o pid "$1"; }
sleeper() { service "$1" <<'END'
exec sleep 1000
END
}
mkdir scan real
for s in alone pair half; do
	sleeper real/$s
	ln -s ../real/$s scan/$s
done
sleeper real/pair/log
sleeper real/half-log
ln -s ../half-log real/half/log
sleeper scan/removed
scanned scan 2>err
all='alone pair pair/log half half/log'
for s in $all removed; do ok "$s is up" within 5 up scan/$s; done
for s in $all; do pid scan/$s; done >before
# Links in a circle: neither there nor absent.
for s in scan/alone scan/pair real/half/log; do
	ln -sfn "${s##*/}" $s
done
mv scan/removed .
"${P}svscanctl" -an scan
ok 'what was removed ends' within 5 sh -c "! ${P}svok removed"
for s in alone pair half/log; do
	ok "that $s is bad is said" grep -q "unable to look at $s " err
done
ln -sfn ../real/alone scan/alone
ln -sfn ../real/pair scan/pair
ln -sfn ../half-log real/half/log
"${P}svscanctl" -an scan
sleeper scan/last
"${P}svscanctl" -a scan
ok 'the next scan' within 5 up scan/last
for s in $all; do pid scan/$s; done >after
ok 'the others run on as they were' cmp before after
end
