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
# Programs that are installed over those that run.
if built_with LINUX && ! [ -h "$BUILD/bin/reeve" ]; then
	reeve down >/dev/null
	cp -R "$BUILD/bin" new
	PATH=$PWD/new:$PATH; unset REEVE_BIN
	reeve up >/dev/null; reeve start default >/dev/null
	deleted() { ls -l /proc/[0-9]*/exe 2>/dev/null | grep -c "$PWD/new/reeve-s.*(deleted)"; }
	install() { for p; do cp "$BUILD/bin/$p" "new/.$p" && mv "new/.$p" "new/$p"; done; }
	install reeve-svscan reeve-supervise reeve-rc-oneshotd
	[ "$(deleted)" -gt 2 ]; is $? 0 'old programs run' || ls -l /proc/[0-9]*/exe
	before="$(pid_of web) $(pid_of db)"
	out=$(reeve upgrade);		is $? 0 'upgrade to programs that were replaced'
	like "$out" 'runs the new programs; [0-9]* services kept their pid\.$' 'it waits for that'
	is "$(deleted)" 0 'no old one runs'
	is "$(pid_of web) $(pid_of db)" "$before" 'and every pid is kept'
	printf '#!/bin/sh\nexit 1\n' >new/bad; chmod +x new/bad
	mv new/bad new/reeve-supervise
	out=$(reeve upgrade 2>err);	is $? 1 'to one that does not work'
	like "$out" 'was told to run the new programs' 'is not called done'
	like "$(cat err)" '[0-9] of svscan and the supervises still runs? the old program, as process [0-9]' 'but said'
	is "$(pid_of web) $(pid_of db)" "$before" 'and every pid is kept (2)'
	install reeve-supervise
	ok 'mended' eval 'reeve upgrade >/dev/null'
	is "$(deleted)" 0 'no old one runs (2)'
	reeve restart web >/dev/null;	is $? 0 'and services obey (2)'
else
	skip 12 'what runs an old program is not told here, or there is one executable'
fi
reeve upgrade x 2>/dev/null;	is $? 100 'takes no name'
end
