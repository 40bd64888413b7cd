#!/bin/sh
# bench/tree.sh - the supervision tree against s6, runit, daemontools and bare
# spawning: N idle services started from cold, kept, killed, stopped.  All in
# one run, each in its own pid namespace; CPU is what the kernel counted for
# all processes of the tree.  N=1000 by default.  MUSL_BUILD (or build-musl
# beside the sources) is measured too, and its idle program is everybody's.
command -v perl >/dev/null 2>&1 || { echo 'SKIP bench/tree: no perl'; exit 0; }
unshare --pid --fork --mount --mount-proc true 2>/dev/null ||
	{ echo 'SKIP bench/tree: no pid namespaces'; exit 0; }
: "${BUILD:=$(pwd)}" "${N:=1000}"
static=${MUSL_BUILD:-$SRC/build-musl}
IDLE=$static/obj/tests/helpers/idle
if [ ! -x "$static/bin/reeve-svscan" ] || [ ! -x "$IDLE" ]; then
	echo "SKIP static: no musl build in $static (make all units there)"
	static=
	IDLE=$BUILD/obj/tests/helpers/idle
fi
[ -x "$IDLE" ] || { echo "SKIP bench/tree: no $IDLE (make units)"; exit 0; }
PATH=$BUILD/bin:$PATH
dir=$(mktemp -d "${TMPDIR:-/dev/shm}/reeve-bench.XXXXXX") || exit 111
trap 'rm -rf "$dir"' EXIT
cd "$dir" || exit 111
mkfifo fifo
export IDLE N IDLE_FIFO="$dir/fifo"

cat >measure <<'END'
use Time::HiRes qw(time sleep);
use Fcntl;
use POSIX ();
my ($who, $n, @cmd) = @ARGV;
sub row {	# for people, and for the ratios
	my ($format, @v) = @_;
	printf $format, $who eq "spawn" ? "2N spawns" : $who, @v;
	open my $f, ">>", "results" or die;
	print $f join(" ", $n, $who, @v), "\n";
}
$| = 1;
sub pids { map { /(\d+)/ } glob "/proc/[0-9]*" }
sub slurp { open my $f, "<", $_[0] or return ""; local $/; <$f> }
# CPU of everything in this namespace but ourselves, in ms.
sub cpu {
	my $sum = 0;
	for (pids()) {
		next if $_ == $$ || $_ == 1;
		$sum += (split " ", slurp("/proc/$_/schedstat"))[0];
	}
	$sum / 1e6;
}
sub named { my $re = shift; grep { slurp("/proc/$_/comm") =~ $re } pids() }
sysopen(my $fifo, "fifo", O_RDWR) or die;
sub started {	# wait for so many bytes
	my $want = shift;
	while ($want > 0) {
		my $r = sysread $fifo, my $buf, $want;
		$want -= $r if $r;
	}
}
my $t0 = time;
my $pid = fork // die;
if (!$pid) {
	open STDERR, ">", "err.$who";
	POSIX::close($_) for 3 .. 255;
	# As an init is started: with almost no environment.
	%ENV = (PATH => $ENV{PATH}, IDLE_FIFO => $ENV{IDLE_FIFO});
	exec @cmd or die;
}
my $services = $who eq "spawn" ? 2 * $n : $n;
started($services);
my $wall = (time - $t0) * 1000;
sleep 0.7;
my $cpu = cpu();
if ($who eq "spawn") {
	row("%-12s %8.0f %8.0f\n", $cpu, $wall);
	exit;
}
my $re = { s6 => qr/^s6-supervise/, runit => qr/^runsv$/,
	daemontools => qr/^supervise$/ }->{$who} // qr/^reeve-supervi/;
my ($kb, $fds, $count) = (0, 0, 0);
my @supers = named($re);
for (@supers) {
	my $s = slurp("/proc/$_/smaps_rollup");
	$kb += $1 while $s =~ /^Private_\w+:\s+(\d+)/mg;
	my @f = glob "/proc/$_/fd/*";
	$fds = @f if @f > $fds;
	$count++;
}
my $switches = sub { my $s = 0; for (@supers, $pid) {
	slurp("/proc/$_/status") =~ /^voluntary_ctxt_switches:\s+(\d+)/m and
	$s += $1 } $s };
sleep 1.5;		# the services shall have lived
my $before = $switches->();
sleep 2;
my $wakes = $switches->() - $before;
# Death to exec, of ten services that have lived.
my @idle = named(qr/^run$/);
my @ms;
for (1 .. 10) {
	my $victim = $idle[$_ * 3];
	my $t = time;
	kill KILL => $victim;
	started(1);
	push @ms, (time - $t) * 1000;
}
my $death = (sort { $a <=> $b } @ms)[5];
my $t = time;
if ($who eq "runit") { kill HUP => $pid } else { kill TERM => $pid }
system "svc -dx scan/*" if $who eq "daemontools";
waitpid $pid, 0;
if ($who eq "runit" || $who eq "daemontools") { while (named($re)) {
	sleep 0.001;
	1 while waitpid(-1, POSIX::WNOHANG()) > 0;
} }
my $stop = (time - $t) * 1000;
row("%-12s %8.0f %8.0f %10.1f %5d %8.1f %9.2f %8.0f\n", $cpu, $wall,
	$kb / ($count || 1), $fds, $wakes / 2, $death, $stop);
END

make_services() { # DIR N
	mkdir "$1"
	i=0
	while [ $i -lt "$2" ]; do
		i=$((i + 1))
		mkdir "$1/$i"
		ln -s "$IDLE" "$1/$i/run"
	done
}
measured() {
	unshare --pid --fork --kill-child --mount --mount-proc \
		perl ./measure "$@" || echo "$1: failed"
}
one_size() {
	n=$1
	printf '%s services\n%-12s %8s %8s %10s %5s %8s %9s %8s\n' "$n" '' 'CPU ms' \
		'wall ms' 'kB/superv' 'fds' 'wakes/s' 'death ms' 'stop ms'
	measured spawn "$n" "$IDLE" spawn $((2 * n))
	for who in reeve reeve-static s6 runit daemontools; do
		path=$PATH
		rm -rf scan
		make_services scan "$n"
		case $who in
		reeve) set -- reeve-svscan -C 2000 scan ;;
		reeve-static)
			[ -n "$static" ] || continue
			PATH=$static/bin:$PATH
			set -- "$static/bin/reeve-svscan" -C 2000 scan ;;
		s6) set -- s6-svscan -c 2000 scan ;;
		runit) set -- runsvdir scan ;;
		daemontools) set -- svscan scan ;;
		esac
		command -v "$1" >/dev/null 2>&1 ||
			{ echo "$who: not installed"; continue; }
		measured $who "$n" "$@"
		PATH=$path
	done
	rm -rf scan
}
[ "$N" = 100 ] || one_size 100
one_size "$N"
cat >ratios <<'END'
my %v;
while (<>) { my ($n, $who, @f) = split; $v{$n}{$who} = \@f; }
sub line {
	my ($n, $what, $who, $col, $to, $tocol, $aim) = @_;
	my ($a, $b) = ($v{$n}{$who}, $v{$n}{$to});
	return if !$a || !$b || !$b->[$tocol];
	my $r = $a->[$col] / $b->[$tocol];
	printf "%-34s %-12s / %-11s %6.2f%s\n", "$n: $what", $who, $to, $r,
		!defined $aim ? "" : sprintf("  aim %s %s", $aim,
		$r <= $aim ? "reached" : "MISSED");
}
my @n = sort { $a <=> $b } keys %v;
print "ratios\n";
for my $n (@n) { for my $who (qw(reeve-static reeve)) {
	line($n, "CPU of a cold start", $who, 0, "spawn", 0,
		$who eq "reeve" ? undef : 1.25);
	for my $peer (qw(s6 runit daemontools)) {
		line($n, "CPU of a cold start", $who, 0, $peer, 0);
		line($n, "time to the last start", $who, 1, $peer, 1);
		line($n, "private memory of a supervise", $who, 2, $peer, 2);
		line($n, "death to exec", $who, 5, $peer, 5,
			$peer eq "s6" ? 1 : undef);
		line($n, "stop", $who, 6, $peer, 6,
			$peer eq "s6" ? 0.5 : undef);
	}
	my $r = $v{$n}{$who} or next;
	printf "%-34s %-12s %s\n", "$n: $$_[0]", $who, $$_[1] for
		[ "kB per supervise", sprintf "%.1f%s", $r->[2], $who eq "reeve"
			? " (as built)" : "  aim 12 " .
			($r->[2] <= 12 ? "reached" : "MISSED") ],
		[ "descriptors", "$r->[3]  aim 5 " .
			($r->[3] <= 5 ? "reached" : "MISSED") ],
		[ "wake-ups a second, idle", "$r->[4]  aim 0 " .
			($r->[4] == 0 ? "reached" : "MISSED") ],
		[ "death to exec, ms", sprintf "%.2f  aim 0.5 %s", $r->[5],
			$r->[5] <= 0.5 ? "reached" : "MISSED" ];
} }
END
perl ./ratios results
echo 'The peers are as Debian builds them: dynamic (s6, runit, daemontools).  No'
echo 'static s6 is built here; figures of one on another machine are no ratio.'
echo 'A supervise has 8, 12 or 16 kB: one page of data, and as many of the stack'
echo 'as its strings, arguments and frames fall on, which the kernel shifts.'
echo '(medians of 10 for death to exec; wakes: all supervises and the scanner)'
