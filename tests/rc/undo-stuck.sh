#!/bin/sh
# rc/undo-stuck.sh - a switch that failed is undone, and a service of the new set
# does not stop: the undo stays under way, so that what is live and what is
# booted are one set again in the end, by --abort or by the next switch.
# Found by tests/model.
. "$TESTS/lib.sh"
. "$TESTS/helpers/rc.sh"
place
ups() { reeve-rc -l $l -a list | sort | tr '\n' ' '; }
new() { # the set that fails, with a service that stops when ./stuck is gone
	cat >$sv/s/run <<-EOF
	#!/bin/sh
	trap '[ -e $D/stuck ] || exit 0' TERM
	while :; do sleep 0.05; done
	EOF
	echo 300 >$sv/s/timeout-down
	longrun $sv bad
	printf '#!/bin/sh\nexit 1\n' >$sv/bad/run
	printf '#!/bin/sh\nexit 125\n' >$sv/bad/finish
	echo 3 >$sv/bad/notification-fd
	: >$sv/default/contents.d/bad
}
longrun $sv s
bundle $sv default s
scanned home/service
sw; is $? 0 'a first set'
cp -R $sv old
booted() { readlink home/state/boot; }
first=$(booted)
new
: >stuck
sw; is $? 13 'neither switched nor undone'
like "$(cat out)" 'the undo is not finished' 'which is said'
ok 'the journal is there' test -e $l/journal
is "$(booted)" "$first" 'the first set is booted'
sw --abort; is $? 13 'and cannot be undone while that is so'
ok 'the journal is there still' test -e $l/journal
rm stuck
sw --abort; is $? 0 'but then it can'
not 'no journal is left' test -e $l/journal
is "$(live) $(ups)" '1 s ' 'the first set is live'
is "$(booted)" "$first" 'and booted'

# --- the next switch is to another set
: >stuck
sw; is $? 13 'there again'
rm stuck
rm -r $sv; cp -R old $sv
echo '# third' >>$sv/s/run
sw; is $? 0 'another set is switched to'
not 'no journal is left (2)' test -e $l/journal
is "$(ups)" 's ' 'it is up'
is "$(booted | sed 's/.*generations.//; s/.db.*//')" "$(live)" 'live and booted'
end
