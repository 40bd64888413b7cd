#!/bin/sh
# rc/failed-before.sh - a service that failed before a switch, and fails after
# it with the same definition, is no reason to go back: nothing is worse.  Nor
# does an undo that brings back all but that one lack anything.
. "$TESTS/lib.sh"
. "$TESTS/helpers/rc.sh"
place
need strace
strace -o /dev/null true 2>/dev/null || skip_all 'strace cannot trace here'
ups() { reeve-rc -l $l -a list | sort | tr '\n' ' '; }
failing() { # failing NAME: at its start, until ./mended is there
	longrun $sv "$1"
	printf '#!/bin/sh\n[ -e %s/mended ] || exit 1\necho >&3\nexec sleep 100000\n' \
		"$D" >"$sv/$1/run"
	printf '#!/bin/sh\nexit 125\n' >"$sv/$1/finish"
	echo 3 >"$sv/$1/notification-fd"
}
failing bad
longrun $sv user bad
longrun $sv fine
longrun $sv other
bundle $sv default user fine
scanned home/service
sw; is $? 1 'a first set with a service that fails'
is "$(ups)" 'fine ' 'the others are up'

echo '# 2' >>$sv/fine/run
sw; is $? 1 'a change of another service is switched to'
like "$(cat out)" 'unable to start service bad: failed for good' 'the failure is said'
like "$(cat out)" 'generation 2 is live and booted: switched; failed as before: bad' \
	'and that it is none of the switch'
is "$(live) $(ups)" '2 fine ' 'it is live'
sw rollback; is $? 1 'the way back'
is "$(live)" 1 'goes back, too'
sw; is $? 1 'and there again'

# --- what is new fails because of the old one
: >$sv/default/contents.d/other; mkdir -p $sv/other/dependencies.d
: >$sv/other/dependencies.d/bad
sw; is $? 12 'what is new and needs it is a reason to go back'
like "$(cat out)" 'generation 3 failed \(bad\) and was undone' 'which is said'
not 'all that was there before is back' grep -q 'did not come back' out
is "$(live) $(ups)" '2 fine ' 'the set of before is live'
rm $sv/other/dependencies.d/bad
sw; is $? 1 'without that it is switched to'
is "$(ups)" 'fine other ' 'and up'

# --- another definition of it
before=$(live)
echo '# tried' >>$sv/bad/run
sw; is $? 12 'another definition that fails as well is undone'
like "$(cat out)" 'failed \(bad\) and was undone$' 'nothing is missing then'
is "$(live)" "$before" 'the set of before is live (2)'

# --- another failure
failing worse; : >$sv/default/contents.d/worse
sw; is $? 12 'another that fails is a reason to go back'
is "$(live)" "$before" 'the set of before is live (3)'
rm -r $sv/worse $sv/default/contents.d/worse
printf '#!/bin/sh\n[ -e %s/mended ] || exit 1\necho >&3\nexec sleep 100000\n' \
	"$D" >$sv/bad/run

# --- cut off
echo '# 3' >>$sv/fine/run
# pwrite64: owed; down; and up after the commit
strace -o /dev/null -qq -e trace=pwrite64 -e signal=none \
	-e inject=pwrite64:signal=KILL:when=3 reeve-switch >out 2>&1
ok 'a switch is cut off after the commit' test -e $l/journal
not 'in the new set' [ "$(live)" = "$before" ]
sw; is $? 1 'finished, it stays'
not 'in the new set (2)' [ "$(live)" = "$before" ]
is "$(ups)" 'fine other ' 'the others are up (2)'

: >mended
ok 'what can start by now' sw
is "$(ups)" 'bad fine other user ' 'is started'
end
