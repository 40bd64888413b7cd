#!/bin/sh
# rc/undone.sh - after an undo runs what ran before: what the switch had
# restarted is restarted back, whatever its on-change says, and what it had
# not touched is not touched by the way back either.
# TIMEOUT: 180
. "$TESTS/lib.sh"
. "$TESTS/helpers/rc.sh"
# says SET NAME [needs...]: a longrun that tells which definition runs.
says() {
	longrun "$@"
	cat >"$1/$2/run" <<-END
	#!/bin/sh
	trap 'echo hup >>$D/ran.$2' HUP
	echo $1 >>$D/ran.$2
	while :; do sleep 100000 & wait \$!; done
	END
}
for s in old new; do
	says $s dep; echo "# $s" >>$s/dep/run
	# Restarted with what they need.
	says $s kept dep; echo keep >$s/kept/on-change
	says $s reloaded dep; echo reload >$s/reloaded/on-change
	oneshot $s shot dep; echo keep >$s/shot/on-change
	echo "sh -c \"echo $s >>$D/ran.shot\"" >$s/shot/up
	# Not touched.
	says $s alone; echo keep >$s/alone/on-change
	says $s asks
	says $s hup; echo reload >$s/hup/on-change
	says $s ess; : >$s/ess/flag-essential
	# Ends by itself while the new set is live.
	says $s ends; echo keep >$s/ends/on-change
	longrun $s bad
done
echo keep >new/asks/on-change
cat >new/bad/run <<END
#!/bin/sh
: >$D/waits
until [ -e $D/go ]; do sleep 0.02; done
exit 1
END
printf '#!/bin/sh\nexit 125\n' >new/bad/finish
echo 3 >new/bad/notification-fd
comp db.old old; comp db.new new
all='kept reloaded shot alone asks hup ess ends bad'
ran() { tail -n 1 "ran.$1" 2>/dev/null; }
says_now() { [ "$(ran "$1")" = "$2" ]; }
all_say() { # all_say SET SERVICE...
	_s=$1; shift
	for _n; do says_now "$_n" "$_s" || return 1; done
}
untouched() { for _n in alone asks hup ess; do pid $_n; done; }
n=0
for way in rollback abort; do
	n=$((n + 1))
	# shellcheck disable=SC2086
	if [ $n = 1 ]; then live_on db.old; else rc stop $all dep; fi
	# The essential one goes on.
	mv ran.ess ess 2>/dev/null
	rm -f ran.* go waits
	mv ess ran.ess 2>/dev/null
	# shellcheck disable=SC2086
	ok "$way: start" rc start $all
	ok "$way: the old set runs" within 10 all_say old kept reloaded shot \
		alone asks hup ess ends
	pids=$(untouched)
	case $way in rollback) set -- --rollback ;; *) set -- ;; esac
	reeve-rc-update -v0 "$@" -l "$D/live" db.new 2>err & p=$!
	within 20 test -e waits || bail "$(cat err)"
	ok "$way: what needs a changed one was restarted" within 10 all_say \
		new kept reloaded shot
	ok "$way: a reload" within 10 says_now hup hup
	was=$(pid ends)
	reeve-svc -k live/servicedirs/ends
	ok "$way: one ends, and starts with the new definition" \
		within 10 says_now ends new
	if [ $way = rollback ]; then
		: >go
		wait $p
		is $? 12 "$way: the switch is undone"
	else
		kill -KILL $p
		wait $p 2>/dev/null
		ok "$way: the switch is undone" upd --abort
	fi
	ok "$way: all that was restarted runs as before" within 10 all_say \
		old kept reloaded shot ends
	is "$(untouched)" "$pids" "$way: what was not touched is the same"
	is "$(cat ran.alone ran.asks ran.ess)" "$(printf 'old\nold\nold')" \
		"$way: and was not told anything"
	is "$(grep -c hup ran.hup)" 2 "$way: a reload is undone by a reload"
	is "$(ups)" 'alone asks bad dep ends ess hup kept reloaded shot' \
		"$way: and all is up"
done

# What is kept may run since long with the very definition that is undone.
cp -R old mid; echo '# mid' >>mid/alone/run
cp -R old again; cp new/bad/* again/bad/
comp db.mid mid; comp db.again again
was=$(pid alone)
: >go
ok 'kept: a switch' upd db.mid
is "$(pid alone)" "$was" 'kept: it goes on'
upd --rollback db.again 2>/dev/null
is $? 12 'kept: a switch to what it runs is undone'
is "$(pid alone)" "$was" 'kept: it goes on through both'

# Cut off, and run again as it was: it is undone as well, with names changed.
cp -R old names; mv names/alone names/solo; cp new/bad/* names/bad/
comp db.names names
echo 'alone -> solo' >conv
ok 'names: a switch' upd db.old
rm -f go waits
reeve-rc-update -v0 --rollback -l "$D/live" -f conv db.names 2>/dev/null & p=$!
within 20 test -e waits
kill -KILL $p
wait $p 2>/dev/null
: >go
upd --rollback -f conv db.names 2>/dev/null
is $? 12 'names: finished by the same command, it fails and is undone'
is "$(ups | tr ' ' '\n' | grep -xE 'alone|solo')" alone 'names: they are as before'

# What cannot come back is said, also by the exit code.
for s in left right; do
	mkdir $s
	oneshot $s frail; echo "test ! -e $D/gone # $s" >$s/frail/up
	oneshot $s breaks frail; echo "test $s = left" >$s/breaks/up
done
sed -i 's/^test.*/true/' right/frail/up
comp db.left left; comp db.right right
ok 'part: a set' upd -e db.left
ok 'part: is up' rc start frail breaks
: >gone
upd --rollback db.right 2>err
is $? 15 'part: it does not come back whole'
like "$(cat err)" 'did not come back: frail' 'part: what did not is named'
is "$(rc -a list)" '' 'part: and is down'
rm gone
ok 'part: and comes when it can' rc start breaks
is "$(rc -a list | sort | tr '\n' ' ')" 'breaks frail ' 'part: both'
rc stop breaks; : >gone
s=$(upd --rollback db.right 2>&1 >/dev/null; echo $?)
is "$s" 0 'part: nothing is up that could fail'
end
