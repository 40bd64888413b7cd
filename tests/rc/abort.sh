#!/bin/sh
# rc/abort.sh - reeve switch --abort brings back exactly what was before a
# switch that was cut off, what is booted included, and says so.
. "$TESTS/lib.sh"
. "$TESTS/helpers/rc.sh"
place
need strace
strace -o /dev/null true 2>/dev/null || skip_all 'strace cannot trace here'
list() { # as 1,2:live:boot
	reeve-switch generations | awk '{ s = s (NR > 1 ? "," : "") $1
		for (i = 5; i <= NF; i++) s = s ":" $i } END { print s }'
}
killed() { # killed CALL N [OPTION...]: a switch, at the N-th such call
	_c=$1 _n=$2; shift 2
	strace -o trace -qq -e trace="$_c" -e signal=none \
		-e inject="$_c:signal=KILL:when=$_n" reeve-switch "$@" \
		>out 2>&1
	[ -e $l/journal ] || bail "no switch was cut off at $_c $_n"
}
longrun $sv a
longrun $sv new
bundle $sv default a
sw --abort; is $? 1 'with nothing live there is nothing to undo'
like "$(cat out)" 'fatal: nothing is live' 'which is said'
scanned home/service
ok 'a set' sw
ok 'nothing was cut off' sw --abort
like "$(cat out)" 'no switch was cut off' 'and that is said'
is "$(reeve-switch --abort -n)" 'nothing to undo: no switch was cut off' \
	'also of a dry run'
was=$(reeve-svstat -o pid $l/servicedirs/a)

# --- just before it was done
echo '# 2' >>$sv/a/run; : >$sv/default/contents.d/new
# The last one of them that finish makes; what it removes after it is rubbish.
strace -o trace -qq -e trace=unlinkat -e signal=none -e inject=unlinkat:error=EIO \
	-P "$PWD/$l/journal" -P journal reeve-switch >out 2>&1
is $? 13 'a switch that cannot remove its journal is not finished'
is "$(list)" 1,2:live:boot 'all but that is done'
is "$(reeve-switch --abort -n)" \
	'a switch that was cut off would be undone, back to generation 1' \
	'a dry run says what an undo does'
ok 'and does nothing' test -e $l/journal
like "$(reeve-rc -l $l start a 2>&1)" \
	'a switch was cut off .reeve switch or reeve-rc-update finishes it' \
	'other commands tell of it'
ok 'it is undone' sw --abort
like "$(cat out)" 'the switch that was cut off is undone: generation 1 is live$' \
	'which is said'
is "$(list)" 1:live:boot,2 'what is booted is what was'
is "$(reeve-rc -l $l -a list)" a 'what is up is what was'
not 'the old definition runs' grep -q '# 2' $l/servicedirs/a/run
not 'it is over' test -e $l/journal
ok 'a switch after it' sw
is "$(list)" 1,2:live:boot 'is whole'
ok 'a rollback after that' sw rollback
is "$(list)" 1:live:boot,2 'too'

# --- what is live is not what is booted
ok 'a switch that is not to be booted' sw --test
is "$(list)" 1:boot,2:live 'is not'
echo '# 3' >>$sv/a/run
strace -o trace -qq -e trace=unlinkat -e signal=none -e inject=unlinkat:error=EIO \
	-P "$PWD/$l/journal" -P journal reeve-switch >out 2>&1
is "$(list)" 1,2,3:live:boot 'another is, and cut off'
ok 'it is undone (2)' sw --abort
is "$(list)" 1:boot,2:live,3 'both are what they were'

# --- before and after the commit
for at in pwrite64:1 pwrite64:3; do
	killed ${at%:*} ${at#*:}
	ok "$at: undone" sw --abort
	is "$(list)" 1:boot,2:live,3 "$at: as it was"
	is "$(reeve-rc -l $l -a list | sort | tr '\n' ' ')" 'a new ' \
		"$at: all is up"
done
end
