#!/bin/sh
# tools/notifyoncheck.sh - a check that succeeds at last makes the service
# ready; one that does not, or a service that dies, ends it.
. "$TESTS/lib.sh"

mkdir s s/data
cat >s/data/check <<'END'
#!/bin/sh
echo >>checks
test -e okay
END
chmod +x s/data/check
try() { # try OPTION...: restart s with these options
	cat >s/run <<END
#!/bin/sh
exec ${P}notifyoncheck $* sh -c 'echo \$\$ >pid; while :; do sleep 0.05; done'
END
	chmod +x s/run
	"${P}svc" -d s; "${P}svwait" -D -t 9000 s
	rm -f s/checks s/okay s/pid
	"${P}svc" -u s
	within 9 test -s s/pid
}
printf '#!/bin/sh\n' >s/run; chmod +x s/run; touch s/down
(cd s && "${P}notifyoncheck" -3 8 true 2>/dev/null 8>&1); is $? 100 'not supervised'
supervised s
(cd s && "${P}notifyoncheck" true 2>/dev/null); is $? 111 'no notification-fd'
if newer 1 'does not tell'; then
	echo x >s/notification-fd
	(cd s && "${P}notifyoncheck" true 2>/dev/null)
	is $? 100 'nor is that one'
fi
echo 3 >s/notification-fd
(cd s && "${P}notifyoncheck" true 3>&- 2>/dev/null); is $? 111 'it is not open'
(cd s && "${P}notifyoncheck" 3>&1 2>/dev/null);	is $? 100 'no prog'
(cd s && "${P}notifyoncheck" -n x true 3>&1 2>/dev/null); is $? 100 'bad number'
(cd s && "${P}notifyoncheck" -3 1 nosuch >/dev/null 2>&1); is $? 127 'prog not found'

try -s 1 -w 20 -n 0
is "$(cat s/pid)" "$(field s pid)" 'the program is the service'
within 9 sh -c '[ "$(wc -l <s/checks)" -ge 3 ]'
is "$(field s ready)" false 'not ready before the check succeeds'
touch s/okay
ok 'ready when it does' "${P}svwait" -U -t 9000 s
n=$(wc -l <s/checks)
try -s 1 -w 5 -n 4
within 9 sh -c '[ "$(wc -l <s/checks)" = 4 ]'
touch s/okay
"${P}svwait" -U -t 200 s 2>/dev/null;	is $? 99 'it gives up after -n tries'
is "$(wc -l <s/checks)" 4 'and no more'
try -d -s 1 -w 20 -c '"test -e okay"' -n 0
is "$(ps -o comm= --ppid "$(cat s/pid)" | grep -c notifyonch)" 0 \
	'-d: the program has no child of ours'
touch s/okay
ok '-c' "${P}svwait" -U -t 9000 s
printf '#!/bin/sh\ntest -e okay || sleep 1000\n' >s/data/check
try -s 1 -w 1 -t 50 -n 0
touch s/okay
ok '-t kills a check that hangs' "${P}svwait" -U -t 9000 s
try -s 1 -T 100 -n 0
[ "$P" = s6- ] && skip 1 's6 leaves the check running' ||
ok '-T ends it all' within 9 sh -c '! ps -o args= ax | grep -v grep | grep -q "data/check"'
touch s/okay
"${P}svwait" -U -t 100 s 2>/dev/null;	is $? 99 'without readiness'
try -s 1 -n 0 -d
within 9 sh -c 'ps -o args= ax | grep -v grep | grep -q data/check'
"${P}svc" -wd -T 9000 -d s
ok 'it ends with the service' within 9 sh -c "! ps -o comm= ax | grep -q notifyonch"
end
