#!/bin/sh
# rc/unbundled.sh - what leaves the bundle that is to be up is down after the
# switch, and is not started by it: whether it was up, owed by a switch that
# was cut off, or failed; and whatever else about it changed.
. "$TESTS/lib.sh"
. "$TESTS/helpers/rc.sh"
place
joins() { : >"$sv/default/contents.d/$1"; }
leaves() { rm "$sv/default/contents.d/$1"; }
ups() { reeve-rc -l $l -a list | sort | tr '\n' ' '; }
state() { reeve-rc -l $l status "$1" | sed 's/  */ /g'; }
longrun $sv stays
bundle $sv default stays
longrun $sv late
cat >$sv/late/run <<END
#!/bin/sh
echo \$\$ >>$D/starts
until [ -e $D/go ]; do sleep 0.02; done
echo >&3
exec sleep 100000
END
echo 3 >$sv/late/notification-fd
longrun $sv fails
printf '#!/bin/sh\nexit 1\n' >$sv/fails/run
printf '#!/bin/sh\nexit 125\n' >$sv/fails/finish
echo 3 >$sv/fails/notification-fd
scanned home/service
ok 'a set' sw
is "$(ups)" 'stays ' 'is up'

# --- it changed as well
joins late; : >go
ok 'one joins the bundle' sw
is "$(ups)" 'late stays ' 'and is up'
leaves late; echo '# changed' >>$sv/late/run
like "$(reeve-switch plan 2>&1)" '^stop +late: it left bundle default' \
	'it leaves the bundle, and its definition changes: it stops'
ok 'it leaves it' sw
is "$(ups)" 'stays ' 'and is down'

# --- what stays needs it, and changed
longrun $sv user late
ok 'a set with one that needs it' sw
joins late
ok 'in the bundle' sw
reeve-rc -l $l start user
was=$(reeve-svstat -o pid $l/servicedirs/late)
leaves late; echo '# changed' >>$sv/user/run
ok 'it leaves the bundle, but who needs it stays, with a change' sw
is "$(ups)" 'late stays user ' 'it is up'
is "$(reeve-svstat -o pid $l/servicedirs/late)" "$was" 'and was not restarted'
rm -r $sv/user
reeve-rc -l $l stop late
ok 'neither is there any more' sw

# --- owed, by a switch that was cut off
rm go starts; before=$(live); joins late
reeve-switch >out 2>&1 & p=$!
ok 'a switch waits for one that is new' within 20 test -s starts
kill -KILL $p; wait $p 2>/dev/null
ok 'and is cut off' test -e $l/journal
: >go
like "$(reeve-switch rollback -n $before 2>/dev/null)" '^1 stay' \
	'a way back would not start it'
ok 'the way back' sw rollback "$before"
is "$(ups)" 'stays ' 'it is not up'
ok '... nor does it run' down $l/servicedirs/late
is "$(wc -l <starts)" 1 '... nor was it started again'
leaves late
ok 'and nothing is owed' sw
rm starts

# --- failed
joins fails
sw --no-rollback;		is $? 1 'one is new, and fails'
like "$(state fails)" ' failed ' 'which is known'
ok 'the way back' sw rollback "$before"
like "$(cat out)" '1 untouched, 0 stopped, 0 started' 'does not start it'
like "$(state fails)" 'fails down ' 'nor is it a failure any more'
sw --no-rollback;		is $? 1 'there again'
leaves fails; echo '# changed' >>$sv/fails/run
ok 'it leaves the bundle with another definition' sw
like "$(state fails)" 'fails down - ' 'and is neither started nor wanted'

# --- up, but failing
rm $sv/fails/notification-fd $sv/fails/finish; joins fails
sw --no-rollback;		is $? 1 'one that does not stay up'
like "$(state fails)" ' (failed|died|restarting) ' 'is known too'
leaves fails
ok 'it leaves the bundle' sw
like "$(state fails)" 'fails down - ' 'and is down as was wished: no failure'
end
