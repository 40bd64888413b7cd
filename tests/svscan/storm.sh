#!/bin/sh
# svscan/storm.sh - supervises and svscan are killed at random: at every
# moment there is at most one copy of each service, and each keeps its pid.
# TIMEOUT: 450
. "$TESTS/lib.sh"
[ "$P" = reeve- ] || skip_all 's6 starts second copies'
need perl
kills=300
[ -z "${REEVE_LONG-}" ] || kills=6000

mkdir scan
for s in a b c d e f; do
	# A second copy would find the lock and say so.
	service scan/$s <<'END'
exec perl -e '
	use Fcntl ":flock";
	open my $l, ">>", "one" or die;
	flock($l, LOCK_EX | LOCK_NB) or do {
		open my $t, ">>", "../../two"; print $t "$$\n"; };
	open my $p, ">>", "pids"; print $p "$$\n"; close $p;
	$| = 1;
	print "$$ $n\n" while ++$n && !select undef, undef, undef, 0.05;
'
END
done
mkdir scan/a/log
service scan/a/log <<'END'
echo $$ >>pids
exec cat >>lines
END

# svscan is a child of something that starts it again, as a user's would be.
cat >keep <<'END'
#!/bin/sh
while ! test -e stop; do
	"${P}svscan" scan 2>>err
done
END
export P
sh ./keep >/dev/null &
within 10 "${P}svscanctl" -z scan
for s in a b c d e f; do within 10 up scan/$s; done
within 10 up scan/a/log
pids=
for s in a a/log b c d e f; do pids="$pids $(field scan/$s pid)"; done

perl -e '
	my $left = $ARGV[0];
	my %killed;
	sub procs { my %p; for my $d (glob "/proc/[0-9]*") {
		open my $f, "<", "$d/cmdline" or next; local $/;
		my $c = <$f>; next unless defined $c;
		my ($n, $a) = split /\0/, $c;
		next unless $n =~ /supervise$|svscan$/;
		push @{$p{$n =~ /svscan$/ ? "scan" : "super"}}, $d =~ /(\d+)$/;
	} %p }
	while ($left > 0) {
		my %p = procs();
		my $kind = rand() < 0.15 ? "scan" : "super";
		my @c = @{$p{$kind} || []};
		select(undef, undef, undef, 0.01), next if !@c;
		$left-- and $killed{$kind}++ if kill KILL => $c[rand @c];
		select undef, undef, undef, rand() < 0.7 ? 0.002 : 0.05;
	}
	print "# killed: $killed{super} supervises, $killed{scan} svscans\n"
	' "$kills"

settled() {
	for s in a a/log b c d e f; do
		"${P}svok" scan/$s && up scan/$s || return 1
	done
}
ok 'all are supervised again' within 15 settled
ok 'nobody ever ran twice' test ! -e two
now=
for s in a a/log b c d e f; do now="$now $(field scan/$s pid)"; done
is "$now" "$pids" 'each kept its pid'
for s in a b c d e f; do
	is "$(wc -l <scan/$s/pids)" 1 "$s was started once"
done
is "$(wc -l <scan/a/log/pids)" 1 'the logger was started once'

[ "$failed" = 0 ] || { cat err; head scan/*/pids; } | sed "s/^/# /"

# --- an adopted service that ends is seen to end
for s in b c; do "${P}svc" -k scan/$s; done
other() { up scan/$1 && [ "$(wc -l <scan/$1/pids)" = 2 ]; }
ok 'one that is killed is started again' within 10 other b
ok 'and another' within 10 other c
is "$(field scan/b pid)" "$(tail -n 1 scan/b/pids)" 'with its new pid'

# --- no line lost between a and its logger
"${P}svc" -wd -T 5000 -d scan/a
n=$(tail -n 1 scan/a/log/lines | cut -d' ' -f2)
sleep 0.2
n=$(tail -n 1 scan/a/log/lines | cut -d' ' -f2)
is "$(wc -l <scan/a/log/lines)" "$n" 'the logger got every line'
# The svscan that is told to end is one that found all supervises running.
old=$(pgrep -o -f "${P}svscan scan\$")
kill -KILL "$old"
newer() { _n=$(pgrep -o -f "${P}svscan scan\$") && [ "$_n" != "$old" ]; }
within 10 newer
within 10 "${P}svscanctl" -z scan
touch stop
"${P}svscanctl" -t scan
gone() { ! pgrep -f "${P}supervise" && ! pgrep -f "${P}svscan"; }
ok 'all of it ends when told to' within 15 gone
is "$(for p in $pids; do kill -0 "$p" 2>/dev/null && echo "$p"; done)" '' \
	'and no service is left'
end
