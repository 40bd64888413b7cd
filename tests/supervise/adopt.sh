#!/bin/sh
# supervise/adopt.sh - a supervise that replaces a killed one takes over the
# service that still runs: same pid, and all that was going to happen happens.
. "$TESTS/lib.sh"
[ "$P" = reeve- ] || skip_all 's6 starts a second copy'
# How an adopted process ended is known where svscan gets its status and where
# the directory of svscan is known; elsewhere it counts as exit code 255.
killed='256 9' TERM=SIGTERM KILL=SIGKILL
built_with SUBREAPER || { killed='255 0' TERM=NA KILL=NA; }
has() { grep -q -e "$2" "$1" 2>/dev/null; }
ready() { [ "$(field "$1" ready)" = true ]; }
# The supervise of a service: the process that holds its lock.
super_of() {
	pgrep -o -f "^[^ ]*${P}supervise $1\$"
}
# Kill it and wait for the next one.
replace() {
	_old=$(super_of "$1")
	kill -KILL "$_old"
	_new() { [ "$(super_of "$1")" != "$_old" ] && "${P}svok" "$1"; }
	within 5 _new "$1" && within 5 test -n "$(super_of "$1")"
}
settled() { replace "$1"; within 5 has err "$1: .*taking over"; }

mkdir scan
service scan/a <<'END'
echo $$ >>pids
exec sleep 1000
END
cat >scan/a/finish <<'END'
#!/bin/sh
echo "$1 $2 $4" >>finished
END
chmod +x scan/a/finish
service scan/r <<'END'
while ! test -e go; do sleep 0.02; done
echo >&3
exec sleep 1000
END
echo 3 >scan/r/notification-fd
service scan/c <<'END'
while ! test -e go; do sleep 0.02; done
echo >&3
exec 3>&-
touch said
exec sleep 1000
END
echo 3 >scan/c/notification-fd
service scan/k <<'END'
trap '' TERM
echo >trapped
while :; do sleep 1; done
END
echo 1500 >scan/k/timeout-kill
service scan/f <<'END'
exec sleep 1000
END
cat >scan/f/finish <<'END'
#!/bin/sh
echo x >>finishing
while ! test -e go; do sleep 0.02; done
exit 125
END
chmod +x scan/f/finish
echo 0 >scan/f/timeout-finish
service scan/w <<'END'
exec sleep 1000
END
scanned scan 2>err
cd scan || exit
for s in a r c k f w; do within 5 up $s; done
mv ../err err 2>/dev/null || ln -s ../err err

pid=$(field a pid)
replace a
ok 'it says so' within 5 has err 'a: warning: taking over run'
is "$(field a up,pid,wantedup)" "true $pid true" 'the service runs on'
is "$(wc -l <a/pids)" 1 'no second copy was started'
"${P}svc" -k a
ok 'its end is seen' within 5 test -s a/finished
is "$(cat a/finished)" "$killed $pid" "with its wait status ($killed)"
two() { [ "$(wc -l <a/pids)" = 2 ] && up a; }
ok 'and it is started again' within 5 two
is "$(field a pid)" "$(tail -n 1 a/pids)" 'as a child of the new supervise'

replace a
pid=$(field a pid)
"${P}svc" -wD -T 5000 -d a
is $? 0 'an adopted service is stopped by d'
is "$(field a signal,wantedup)" "$TERM false" "by TERM ($TERM)"
replace a
sleep 0.3
is "$(field a up,wantedup)" 'false false' 'what was wanted down stays down'
"${P}svc" -wu -T 5000 -u a
is $? 0 'until it is wanted up'

# --- killed while it runs, and the service dies before the next one comes
pid=$(field a pid)
kill -STOP "$scan_pid"
kill -KILL "$(super_of a)" "$pid"
: >a/finished
kill -CONT "$scan_pid"
ok 'a death that no supervise saw gets its finish' within 5 test -s a/finished
like "$(cat a/finished)" "^$killed " "with its wait status ($killed)"
ok 'and a new start' within 5 up a

# --- readiness
is "$(field r ready)" false 'not ready yet'
replace r
pid=$(field r pid)
touch r/go
ok 'readiness comes through to the new supervise' within 5 ready r
is "$(field r pid)" "$pid" 'and it was the same service'
rm r/go
"${P}svc" -wu -r r
kill -STOP "$scan_pid"
kill -KILL "$(super_of r)"
touch r/go
sleep 0.2			# it writes while nobody reads
kill -CONT "$scan_pid"
ok 'readiness written while no supervise was there is not lost' \
	within 5 ready r

kill -STOP "$scan_pid"
kill -KILL "$(super_of c)"
touch c/go
ok 'it says that it is ready, and closes the descriptor' within 5 test -e c/said
kill -CONT "$scan_pid"
ok 'and that is not lost either' within 5 ready c

# --- timeouts
within 5 test -e k/trapped
"${P}svc" -d k
replace k
"${P}svc" -wd -T 10000 k || "${P}svwait" -d -t 10000 k
is "$(field k up,signal)" "false $KILL" "timeout-kill goes on ($KILL)"

# --- finish
"${P}svc" -k f
within 5 test -e f/finishing
replace f
is "$(wc -l <f/finishing)" 1 'finish is taken over too'
touch f/go
unwanted() { [ "$(field f up,wantedup)" = 'false false' ]; }
if built_with SUBREAPER; then
	ok 'and its 125 is a permanent failure' within 5 unwanted
else
	# Which code it was is not known, so that it is started again.
	again() { up f; }
	ok 'and after its end run is started again' within 5 again
fi

# --- a pid that is another process now
"${P}svc" -wd -T 5000 -d w
"${P}svc" -wu -T 5000 -u w
sleep 1000 &
other=$!
kill -STOP "$scan_pid"
pid=$(field w pid)
kill -KILL "$(super_of w)" "$pid"
# The record now names a live process that is not the service.
perl -e '
	open my $f, "+<", "w/supervise/lock" or die; binmode $f;
	local $/; my $r = <$f>;
	substr($r, 22, 8) = pack("Q>", $ARGV[0]);
	my ($a, $b) = (1, 0);
	for (unpack "C*", substr($r, 0, length($r) - 4)) {
		$a = ($a + $_) & 0xffffffff; $b = ($b + $a) & 0xffffffff }
	substr($r, -4) = pack("N", (($b << 16) & 0xffffffff) ^ ($b >> 16) ^ $a);
	seek $f, 0, 0; print $f $r;' "$other"
kill -CONT "$scan_pid"
# Asked in one go: a pid of -1 from between two answers would be killed next.
fresh() {
	_now=$(field w up,pid)
	[ "${_now% *}" = true ] && [ "${_now#* }" != "$pid" ]
}
ok 'a record that names a foreign process is not believed' within 8 fresh
not 'the foreign process is not it' [ "$(field w pid)" = "$other" ]
ok 'and lives' kill -0 "$other"

# --- the record itself cut short, or not ours
for bytes in 0 10 338 2000; do
	kill -STOP "$scan_pid"
	pid=$(field w pid)
	kill -KILL "$(super_of w)" "$pid"
	head -c $bytes /dev/urandom >w/supervise/lock
	kill -CONT "$scan_pid"
	ok "a record of $bytes random bytes is ignored" within 8 fresh
done
end
