#!/bin/sh
# supervise/control.sh - every control byte does in each state what s6's does.
. "$TESTS/lib.sh"
need perl

cat >prog <<'END'
$| = 1;
sub out { open my $f, ">>", "got" or die; print $f "@_\n"; close $f }
for my $s (qw(ALRM ABRT QUIT HUP TERM INT USR1 USR2 CONT WINCH)) {
	$SIG{$s} = sub { out $s; exit 0 if $s eq "TERM" };
}
out "start";
select undef, undef, undef, 1000 while 1;
END
send() { printf %s "$2" >"$1/supervise/control"; }
got() { [ "$(tail -n 1 s/got 2>/dev/null)" = "$1" ]; }
starts() { grep -c start s/got; }
more() { [ "$(starts)" -gt "$1" ]; }
wanted() { [ "$(field s wantedup)" = "$1" ]; }

service s <<'END'
exec perl ../prog
END
# It dies often here: delays that grow would outlast every limit.
[ "$P" = s6- ] || echo '250 250' >s/backoff
supervised s
ok 'it is up' within 20 up s
within 20 got start
pid=$(field s pid)

# --- signals while up
for pair in a:ALRM b:ABRT q:QUIT h:HUP i:INT 1:USR1 2:USR2 c:CONT y:WINCH; do
	send s "${pair%:*}"
	ok "${pair%:*} sends ${pair#*:}" within 20 got "${pair#*:}"
done
is "$(field s pid)" "$pid" 'it lives on'
# Debian's s6 is older than these commands.
if [ "$P" = reeve- ]; then
	: >s/got
	send s l
	ok 'l sends HUP' within 20 got HUP
	echo USR2 >s/reload-signal
	send s l
	ok 'l sends what reload-signal says' within 20 got USR2
fi
send s p
ok 'p stops it' within 20 grep -q 'State:.*T' "/proc/$pid/status"
is "$(field s paused)" true 'and says so'
send s c
ok 'c continues it' within 20 grep -q 'State:.*S' "/proc/$pid/status"
unpaused() { [ "$(field s paused)" = false ]; }
ok 'and says so' within 20 unpaused
if [ "$P" = reeve- ]; then
	send s P
	ok 'P stops its group' within 20 grep -q 'State:.*T' "/proc/$pid/status"
	send s C
	ok 'C continues it' within 20 grep -q 'State:.*S' "/proc/$pid/status"
	: >s/got
	send s K
	ok 'K kills the group' within 20 test ! -e "/proc/$pid"
	ok 'and it is started again' within 20 got start
fi
changed() { [ "$(field s pid)" != "$1" ] && up s && got start; }
for b in k t r; do
	pid=$(field s pid)
	: >s/got
	send s $b
	ok "$b ends it, and it is started again" within 20 changed "$pid"
done
echo HUP >s/down-signal
send s r
ok 'r sends what down-signal says' within 20 got HUP
rm s/down-signal

# --- what is wanted, while up
pid=$(field s pid)
for row in o:false u:true O:false U:true; do
	send s "${row%:*}"
	ok "${row%:*} while up: wanted up is ${row#*:}" within 20 \
		wanted "${row#*:}"
done
is "$(field s pid)" "$pid" 'none of them touches it'
if [ "$P" = reeve- ]; then
	send s Q
	ok 'Q while up: makes down' within 20 test -e s/down
	is "$(field s wantedup)" false 'and it is not wanted any more'
	send s U
	ok 'U while up: removes down' within 20 test ! -e s/down
fi
send s d
ok 'd stops it' within 20 down s
is "$(field s wantedup,signal,exitcode)" 'false NA 0' 'and it stays down'

# --- while down
n=$(starts)
send s abqhkti12pcyr
send s PCKlO
send s d
send s D
ok 'D while down makes down' within 20 test -e s/down
is "$(starts)" "$n" 'signals, d and D while down start nothing'
send s U
ok 'U while down starts it' within 20 up s
ok 'and removes down' test ! -e s/down
within 20 more "$n"
send s D
ok 'D while up stops it' within 20 down s
ok 'and makes down' test -e s/down
n=$(starts)
send s o
ok 'o while down starts it once' within 20 more "$n"
is "$(field s wantedup)" false 'wanted down all the time'
send s t
ok 'and it is not started again' within 20 down s
n=$(starts)
send s u
ok 'u while down starts it' within 20 more "$n"

# --- bytes that mean nothing
pid=$(field s pid)
i=0
while [ $i -lt 256 ]; do
	case $i in
	# k t r K b d D x p P O Q o i: end it, or change what is wanted
	# 2: comes after them
	107|116|114|75|98|100|68|120|112|80|79|81|111|105|82|50) ;;
	*) printf "\\$(printf %03o $i)" >s/supervise/control ;;
	esac
	i=$((i + 1))
done
: >s/got
send s 2
# Perhaps before one of the other signals, which may still be on their way.
ok 'bytes of every value later' within 20 grep -q USR2 s/got
is "$(field s pid,wantedup)" "$pid true" 'the service is the same'

# --- x
: >s/got
send s x
send s 2
ok 'x while up: the service lives on' within 20 grep -q USR2 s/got
ok 'supervise too' "${P}svok" s
n=$(starts)
send s t
gone() { ! "${P}svok" s; }
ok 'it exits when the service does' within 20 gone
wait "$super_pid"
is $? 0 'with 0'
is "$(starts)" "$n" 'the service was not started again'
touch s/down
supervised s
send s x
ok 'x while down ends supervise' within 20 gone

# --- while finish runs
cat >s/finish <<'END'
#!/bin/sh
echo finish >>got
while ! test -e go; do sleep 0.02; done
rm -f go
END
chmod +x s/finish
echo 0 >s/timeout-finish
rm -f s/down
finishing() { got finish; }
for b in u:true d:false o:false O:false U:true D:false; do
	rm -f s/down
	"${P}svok" s || supervised s
	within 20 up s
	send s u
	send s t
	within 20 finishing
	send s "${b%:*}"
	ok "${b%:*} while finishing: wanted up is ${b#*:}" within 20 \
		wanted "${b#*:}"
	send s abqhkti12cyr
	: >s/got
	: >s/go
	if [ "${b#*:}" = true ]; then
		ok 'started again after finish' within 20 got start
	else
		ok 'down after finish' within 20 down s
		is "$(starts)" 0 'not started again'
		send s U
		within 20 got start
	fi
done
send s t
within 20 finishing
send s x
: >s/go
ok 'x while finishing: exits when finish has' within 20 gone
end
