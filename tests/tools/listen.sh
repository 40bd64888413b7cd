#!/bin/sh
# tools/listen.sh - svlisten and svlisten1 subscribe before they start their
# program, and wait as svwait does.
. "$TESTS/lib.sh"

for s in a b; do
	service $s <<'END'
echo >&3
while :; do sleep 0.05; done
END
	echo 3 >$s/notification-fd
	touch $s/down
done
s6-svlisten1 2>/dev/null;		is $? 100 'svlisten1 alone'
s6-svlisten1 a 2>/dev/null;		is $? 100 'svlisten1 without prog'
"${P}svlisten" 2>/dev/null;		is $? 100 'svlisten alone'
"${P}svlisten" ' a' true 2>/dev/null;	is $? 100 'svlisten, open block'
"${P}svlisten" ' a' '' 2>/dev/null;	is $? 100 'svlisten without prog'
"${P}svlisten" '' true 2>/dev/null;	is $? 100 'svlisten of nothing'
s6-svlisten1 nodir true 2>/dev/null;	is $? 111 'no directory'
supervised a
supervised b
ok 'svlisten1 -U' s6-svlisten1 -U -t 9000 a "${P}svc" -u a
is "$(field a ready)" true 'it is ready'
ok 'svlisten1 -R' s6-svlisten1 -R -t 9000 a "${P}svc" -r a
ok 'what is there already needs no event' s6-svlisten1 -u -t 9000 a true
ok 'svlisten -o' "${P}svlisten" -o -u -t 9000 ' a' ' b' '' true
ok 'svlisten -U, both' "${P}svlisten" -U -t 9000 ' a' ' b' '' "${P}svc" -u b
ok 'svlisten, words without a space' "${P}svlisten" -u -t 9000 a b '' true
s6-svlisten1 -d -t 100 a true 2>/dev/null; is $? 99 'timeout'
s6-svlisten1 -d -t 9000 a nosuch 2>/dev/null; is $? 111 'prog not found'
ok 'svlisten -D' "${P}svlisten" -D -t 9000 ' a' ' b' '' \
	sh -c "${P}svc -d a; ${P}svc -d b"
ok 'no fifo is left behind' within 5 sh -c \
	'[ -z "$(find a/event b/event -type p)" ]'
if [ "$P" = reeve- ] && command -v execlineb >/dev/null; then
	ok 'a block of execline' execlineb -c \
		'reeve-svlisten -u -t 9000 { a b } forx s { a b } importas -i s s reeve-svc -u $s'
fi
end
