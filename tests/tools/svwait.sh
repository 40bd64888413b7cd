#!/bin/sh
# tools/svwait.sh - svwait returns when, and only when, the services are in
# the state asked for, or cannot get there.
. "$TESTS/lib.sh"

for s in a b; do
	service $s <<'END'
read -r x <go
echo >&3
while :; do sleep 0.05; done
END
	echo 3 >$s/notification-fd
	mkfifo $s/go
	touch $s/down
done
w="${P}svwait -t 9000"

"${P}svwait" 2>/dev/null;		code=$?
# s6 2.15: all of none are as wanted
[ "$P" = s6- ] && ! old && code=$((code + 100))
is $code 100 'no argument'
"${P}svwait" -t x a 2>/dev/null;	is $? 100 'a bad timeout'
"${P}svwait" nodir 2>/dev/null;		is $? 111 'no directory'
"${P}svwait" -t 100 a 2>/dev/null;	is $? 111 'never supervised'
"${P}svwait" -D a 2>/dev/null;		is $? 111 'nor to be waited for'

supervised a; apid=$super_pid
supervised b
ok '-d of what is down' $w -d a b
ok '-D of what was never up' $w -D a b
"${P}svwait" -t 100 -u a 2>/dev/null;	is $? 99 '-u of what is down: timeout'
"${P}svc" -u a
ok '-u of what comes up' $w -u a
"${P}svwait" -t 100 -U a 2>/dev/null;	is $? 99 '-U before readiness: timeout'
"${P}svwait" -t 100 -u a b 2>/dev/null;	is $? 99 '-u of two, one is down'
"${P}svwait" -t 100 -a -u a b 2>/dev/null; is $? 99 '-a says the same'
ok '-o of two, one is up' $w -o -u a b
(sleep 0.1; echo >a/go) &
ok '-U waits for readiness' $w -U a
(sleep 0.1; "${P}svc" -u b; echo >b/go) &
ok '-U of two' $w -U a b
(sleep 0.1; "${P}svc" -t a; echo >a/go) &
ok '-R waits for down, then readiness' $w -R a
(sleep 0.1; "${P}svc" -t a) &
ok '-r waits for down, then up' $w -r a
is "$(field a up,ready)" 'true false' 'and no more'
(sleep 0.1; "${P}svc" -d a; "${P}svc" -d b) &
ok '-D of two' $w -D a b
is "$(field a up) $(field b up)" 'false false' 'they are down'
"${P}svwait" -t 100 -r a 2>/dev/null;	is $? 99 '-r of what stays down'
is "$(find a/event b/event -type p)" '' 'no fifo is left behind'

printf '#!/bin/sh\nexit 125\n' >b/finish; chmod +x b/finish
"${P}svc" -u b
(sleep 0.2; "${P}svc" -k b) &
"${P}svwait" -t 9000 -U b 2>/dev/null; r=$?
if newer 1 'counts no permanent failure'; then
	is $r 1 'permanent failure is one failure'
fi
ok '-D is content with a permanent failure' $w -D b
(sleep 0.2; "${P}svc" -x a; "${P}svc" -x b) &
"${P}svwait" -t 9000 -u a b 2>/dev/null; is $? 2 'supervises that exit are counted'
wait $apid
ok 'what a dead supervise left counts' $w -d a
if [ "$P" = reeve- ]; then
	# A scanner that has only just been told, on a busy machine.
	service late <<'END'
exec sleep 1000
END
	mkdir norun
	reeve-svwait norun 2>/dev/null;	is $? 111 'what cannot be supervised'
	(until ls late/event 2>/dev/null | grep -q ftrig1; do sleep 0.02; done
	exec reeve-supervise late) &
	ok 'a supervise that starts late is waited for' $w -u late
	# A supervise that has its lock and has not written a status yet.
	cp -a a c; rm -f c/supervise/status
	reeve-setlock c/supervise/lock sh -c '
		until ls c/event | grep -q ftrig1; do sleep 0.02; done
		cp a/supervise/status c/supervise/status.new
		mv c/supervise/status.new c/supervise/status
		s6-ftrig-notify c/event s; s6-ftrig-notify c/event uU' &
	within 9 "${P}svok" c
	ok 'one that is only just beginning is waited for' $w -U c
fi
end
