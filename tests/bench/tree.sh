#!/bin/sh
# bench/tree.sh - the supervision tree against s6, runit and bare spawning:
# N idle services started from cold, kept, killed, stopped.  All in one run,
# each in its own pid namespace; CPU is what the kernel counted for all
# processes of the tree.  N=1000 by default.
command -v perl >/dev/null 2>&1 || { echo 'SKIP bench/tree: no perl'; exit 0; }
unshare --pid --fork --mount --mount-proc true 2>/dev/null ||
	{ echo 'SKIP bench/tree: no pid namespaces'; exit 0; }
: "${BUILD:=$(pwd)}" "${N:=1000}"
IDLE=$BUILD/obj/tests/helpers/idle
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
	printf "%-10s %8.0f %8.0f\n", "2N spawns", $cpu, $wall;
	exit;
}
my $re = { reeve => qr/^reeve-supervi/, s6 => qr/^s6-supervise/,
	runit => qr/^runsv$/ }->{$who};
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
waitpid $pid, 0;
if ($who eq "runit") { while (named($re)) {
	sleep 0.001;
	1 while waitpid(-1, POSIX::WNOHANG()) > 0;
} }
my $stop = (time - $t) * 1000;
printf "%-10s %8.0f %8.0f %10.1f %5d %8.1f %9.2f %8.0f\n", $who, $cpu, $wall,
	$kb / ($count || 1), $fds, $wakes / 2, $death, $stop;
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
	printf '%s services\n%-10s %8s %8s %10s %5s %8s %9s %8s\n' "$n" '' 'CPU ms' \
		'wall ms' 'kB/superv' 'fds' 'wakes/s' 'death ms' 'stop ms'
	measured spawn "$n" "$IDLE" spawn $((2 * n))
	for who in reeve s6 runit; do
		rm -rf scan
		make_services scan "$n"
		case $who in
		reeve) set -- reeve-svscan -C 2000 scan ;;
		s6) set -- s6-svscan -c 2000 scan ;;
		runit) set -- runsvdir scan ;;
		esac
		command -v "$1" >/dev/null 2>&1 ||
			{ echo "$who: not installed"; continue; }
		measured $who "$n" "$@"
	done
	rm -rf scan
}
one_size 100
one_size "$N"
echo '(medians of 10 for death to exec; wakes: all supervises and the scanner)'
