#!/bin/sh
# rc/rubbish.sh - what is left by one who was killed while it wrote a file is
# removed by the next switch, and by gc; what a living one writes is not.
. "$TESTS/lib.sh"
. "$TESTS/helpers/rc.sh"
place
longrun $sv a
bundle $sv default a
scanned home/service
ok 'a set' sw
ok 'another' sh -c "echo '# 2' >>$sv/a/run; reeve-switch -v0"
sleep 1000 & alive=$!
true & gone=$!
wait $gone
within 10 no_process $gone
dirs='home/state home/state/generations/1 home/state/generations/2 home/live'
left() { # left PID: files of that one, in all those places
	for _d in $dirs; do
		: >"$_d/.stamp.$1.new"
		ln -s nowhere "$_d/.boot.$1.new"
	done
	ln -s "$D/home/live/servicedirs/a" "home/service/.a.$1.new"
	mkdir -p home/state/generations/.new; : >home/state/generations/.new/db
}
now() { find home -name ".*.$1.new" | wc -l; }
left $gone
is "$(now $gone)" 9 'there is rubbish'
ok 'gc' sw gc
is "$(now $gone)" 1 'removes what is not of the scan directory'
not 'and a generation that was not kept' test -e home/state/generations/.new
sw gc -n
left $alive
ok 'gc' sw gc
is "$(now $alive)" 9 'it does not remove what somebody may write'
left $gone 2>/dev/null
sw gc -n
is "$(now $gone)" 9 'a dry run removes nothing'
ok 'a switch with nothing to do' sw
echo '# 3' >>$sv/a/run
ok 'a switch' sw
is "$(now $gone)" 0 'removes all'
is "$(find home/state -name ".*.$alive.new" | wc -l)" 6 \
	'but what somebody may write'
is "$(reeve-switch generations | wc -l)" 3 'all generations are there'

# Somebody changes what is live, and may set what is booted.
left $gone
reeve-setlock home/live/lock sleep 1000 & p=$!
held() { ! reeve-setlock -n home/live/lock true 2>/dev/null; }
within 10 held || bail 'no lock'
ok 'gc while another changes something' sw gc
is "$(find home/state home/live -maxdepth 1 -name ".*.$gone.new" | wc -l)" 4 \
	'leaves what that one might write'
kill $p
end
