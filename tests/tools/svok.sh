#!/bin/sh
# tools/svok.sh - svok says whether a service directory is supervised.
. "$TESTS/lib.sh"
mkdir s
"${P}svok" s;			is $? 1 'an unsupervised directory'
"${P}svok" 2>/dev/null;		is $? 100 'no argument'

# What is supervised takes commands, however slow supervise was to begin.
[ "$P" = reeve- ] && command -v strace >/dev/null &&
	strace -o /dev/null true 2>/dev/null || {
	skip 2 'no strace here, or not our own'; end; }
printf '#!/bin/sh\nexec sleep 1000\n' >s/run; chmod +x s/run; touch s/down
strace -D -qq -o trace -e trace='?mknod,?mknodat' \
	-e inject='?mknod,?mknodat:delay_enter=1s' reeve-supervise s &
super=$!
ok 'it is supervised' within 9 reeve-svok s
ok 'and takes commands' reeve-svc -wu -T 9000 -u s
reeve-svc -dx s || kill $super
wait $super
end
