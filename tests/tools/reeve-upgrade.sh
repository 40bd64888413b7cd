#!/bin/sh
# tools/reeve-upgrade.sh - reeve upgrade: new programs, the same services.
. "$TESTS/lib.sh"
. "$TESTS/helpers/tree.sh"
reeve upgrade 2>err;		is $? 102 'without a tree'
tree
reeve start default >/dev/null
before="$(pid_of web) $(pid_of db)"
like "$(reeve upgrade -n)" 'would tell reeve-svscan' '-n'
out=$(reeve upgrade);		is $? 0 'upgrade'
like "$out" 'kept their pid\.$' 'what it says'
is "$(pid_of web) $(pid_of db)" "$before" 'every pid is kept'
reeve restart web >/dev/null;	is $? 0 'and services still obey'
reeve upgrade x 2>/dev/null;	is $? 100 'takes no name'
end
