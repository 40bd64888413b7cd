#!/bin/sh
# supervise/restart.sh - a service that lived is started again at once; one
# that does not waits longer and longer, up to a limit.
. "$TESTS/lib.sh"
[ "$P" = reeve- ] || skip_all 's6 waits a second, always'
need perl
# On a machine that stalls, one that fails at once may seem to have lived.
unsupervised() { ! "${P}svok" "$1"; }
ended() { "${P}svc" -dx "$1"; within 5 unsupervised "$1"; }
tried() { "$@" || "$@" || "$@"; }
gaps() { # ms between starts
	perl -ne 'print int(($_ - $l) * 1000), " " if $l; $l = $_' "$1"
}
stamp='perl -MTime::HiRes=time -e "printf qq(%.3f\n), time"'
count() { [ "$(wc -l <"$1" 2>/dev/null)" -ge "$2" ]; }
mkdir fast pinned
ln -s "$(command -v stamp)" fast/run
ln -s "$(command -v stamp)" pinned/run
echo '250 1000' >fast/backoff
doubles() {
	supervised fast
	within 10 count fast/starts 5
	ended fast
	perl -e '
	my @w = (250, 500, 1000, 1000);
	for (@ARGV) { my $w = shift @w // last;
		exit 1 if $_ < $w - 5 || $_ > $w + 3000 }' $(gaps fast/starts) ||
		{ gaps fast/starts | sed 's/^/# /'; echo; rm fast/starts; return 1; }
}
ok 'delays double up to the limit' tried doubles
echo '60000 60000' >fast/backoff
n=$(wc -l <fast/starts)
supervised fast
within 10 count fast/starts $((n + 1))
waits() { "${P}svc" -u fast && count fast/starts $((n + 2)); }
ok 'while it waits it is started when told' within 10 waits
"${P}svc" -dx fast
echo '250 250' >pinned/backoff
pins() {
	supervised pinned
	within 10 count pinned/starts 4
	ended pinned
	perl -e 'for (@ARGV) { exit 1 if $_ < 245 || $_ > 3000 }' \
		$(gaps pinned/starts) || { rm pinned/starts; return 1; }
}
ok 'equal numbers pin the delay' tried pins
service lived <<END
$stamp >>starts
exec sleep 0.3
END
echo '200 5000' >lived/backoff
supervised lived
ok 'one that lived long enough' within 10 count lived/starts 4
ok 'is started at once' perl -e 'for (@ARGV) { exit 1 if $_ > 1500 }' \
	$(gaps lived/starts)
"${P}svc" -dx lived
service unheard <<END
$stamp >>starts
exec sleep 0.3
END
echo '200 5000' >unheard/backoff; echo 3 >unheard/notification-fd
supervised unheard
within 20 count unheard/starts 4
ok 'one that never said that it is ready has not lived' perl -e '
	exit !(@ARGV > 2 && $ARGV[1] >= 690 && $ARGV[2] >= 1090)' $(gaps unheard/starts)
"${P}svc" -dx unheard
service asked <<END
$stamp >>starts
exec sleep 1000
END
echo '4000 60000' >asked/backoff
supervised asked
for i in 2 3 4; do
	within 5 up asked
	"${P}svc" -r asked
	within 5 count asked/starts $i
done
ok 'one that is told to restart does so at once, however young' perl -e '
	for (@ARGV) { exit 1 if $_ > 3900 }' $(gaps asked/starts)
"${P}svc" -dx asked
service undone <<'END'
trap 'until test -e go; do sleep 0.02; done; exit 0' TERM
echo >>starts
while :; do sleep 0.02; done
END
echo '60000 60000' >undone/backoff
supervised undone
within 5 count undone/starts 1
wanted() { [ "$(field undone wantedup)" = "$1" ]; }
"${P}svc" -d undone
within 5 wanted false
"${P}svc" -u undone
within 5 wanted true
touch undone/go
ok 'so does one that is told down, and up again before it has ended' \
	within 10 count undone/starts 2
"${P}svc" -dx undone

# --- what run leaves behind
service group <<'END'
sleep 1000 &
echo $! >child
sleep 1000 &
wait
END
dead() { ! kill -0 "$1" 2>/dev/null; }
supervised group 2>err
within 5 test -s group/child
"${P}svc" -wd -d group
ok 'children that outlive run are left alone' kill -0 "$(cat group/child)"
kill "$(cat group/child)"; rm group/child
touch group/flag-kill-group
"${P}svc" -u group
within 5 test -s group/child
"${P}svc" -wD -d group
ok 'flag-kill-group: they are gone when it is down' dead "$(cat group/child)"
ok 'and that is said' grep -q 'left behind' err
"${P}svc" -x group

# --- with daemons, and no cgroup
if [ -e "/proc/$$/task/$$/children" ] &&
	built_with SUBREAPER; then
	service orphans <<'END'
# Sessions of their own, one below the other, and one that is an orphan early.
setsid sh -c 'setsid sleep 2001 & setsid sleep 2002 & exec sleep 2003' &
(setsid sleep 2004 &)
exec sleep 2005
END
	here() { [ "$(pgrep -c -f '^sleep 200[1-5]$')" = "$1" ]; }
	supervised orphans 2>err
	within 5 here 5
	"${P}svc" -wD -T 5000 -d orphans
	is "$(pgrep -c -f '^sleep 200[1-4]$')" 4 'daemons that it left are left alone'
	for p in $(pgrep -f '^sleep 200[1-4]$'); do kill "$p"; done
	touch orphans/flag-kill-orphans
	within 5 here 0
	"${P}svc" -u orphans
	ok 'flag-kill-orphans: they run' within 5 here 5
	"${P}svc" --reexec orphans	# still their parent afterwards
	"${P}svc" -wD -T 5000 -d orphans
	is "$(pgrep -c -f '^sleep 200[1-5]$')" 0 'and are gone when it is down'
	is "$(grep -c 'left behind: s' err)" 4 'each was named'
	"${P}svc" -x orphans
	# Some that do not die at once, as in an uninterruptible sleep.
	service stubborn <<'END'
setsid sleep 2006 &
setsid sleep 2007 &
setsid sleep 2008 &
until [ -e go ]; do sleep 0.02; done
END
	touch stubborn/flag-kill-orphans
	echo 5000 5000 >stubborn/backoff
	if command -v strace >/dev/null && strace true 2>/dev/null; then
		strace -o trace -e inject=kill:retval=0:when=1..9 \
			"${P}supervise" stubborn 2>err &
		three() { [ "$(pgrep -c -f '^sleep 200[678]$')" = 3 ]; }
		within 5 three
		touch stubborn/go
		within 5 grep -q 'kill.*INJECTED' trace
		ok 'those that take some time to die are gone too' within 5 \
			"${P}svwait" -D -t 1 stubborn
		is "$(grep -c 'left behind: s' err)" 3 'each was named once'
		"${P}svc" -dx stubborn
	else
		skip 2 'strace cannot trace here'
	fi
elif ! built_with SUBREAPER; then
	service orphans <<'END'
exec sleep 2005
END
	touch orphans/flag-kill-orphans
	supervised orphans 2>err
	ok 'flag-kill-orphans: that it is ignored is said' within 5 grep -q \
		'parent of orphans (flag-kill-orphans is ignored)' err
	ok 'and it runs' within 5 up orphans
	"${P}svc" -x orphans
	skip 4 'no subreapers in this build'
else
	skip 6 'the kernel does not list children'
fi
# A kernel without cgroup.kill, and more processes than are read at once: the
# number that is cut off is nobody's.
sleep 1000 &
other=$!
service many <<'END'
exec sleep 1000
END
mkdir cg
echo "$PWD/cg" >many/cgroup
echo '60 60' >many/backoff
{
	i=0
	while [ $i -lt $((511 - ${#other})) ]; do printf '\n'; i=$((i + 1)); done
	echo "${other}0000000"
} >cg/cgroup.procs
supervised many 2>err
"${P}svc" -wD -T 10000 -d many
ok 'a cgroup by hand: that it is not empty is said' grep -q 'still not empty' err
ok 'a process whose number another one begins with lives' kill -0 "$other"
kill "$other"
"${P}svc" -x many
cg=
for c in /sys/fs/cgroup/unified /sys/fs/cgroup; do
	[ -e $c/cgroup.procs ] && mkdir "$c/reeve-test.$$" 2>/dev/null &&
		{ cg=$c/reeve-test.$$; break; }
done
if [ -n "$cg" ]; then
	rm -f group/flag-kill-group group/child
	cat >group/run <<'END'
#!/bin/sh
setsid sleep 1000 &
sleep 0.1
pgrep -n -x sleep >child
exec sleep 1001
END
	echo "$cg" >group/cgroup
	supervised group 2>err
	within 5 test -s group/child
	is "$(grep -c . "$cg/cgroup.procs")" 2 'cgroup: run and its child are in it'
	"${P}svc" -wD -T 5000 -d group
	is $? 0 'cgroup: it goes down'
	is "$(cat "$cg/cgroup.procs")" '' 'and nothing is left in it'
	# By its number alone where the system does not tell names.
	name=sleep; built_with LINUX || name='?'
	ok 'what was killed is named' grep -q "left behind: $name (pid [1-9]" err
	"${P}svc" -x group
	within 5 rmdir "$cg"
else
	skip 4 'no cgroup can be made'
fi
end
