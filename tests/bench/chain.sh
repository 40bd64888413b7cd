#!/bin/sh
# bench/chain.sh - what a chain-loader or client adds to the start of a
# service: time of fork, exec and wait of "LOADER ... true", less that of
# "true" alone.  Ours as built here, ours static if STATIC (default
# build-musl) has a build, and Debian's s6; N=200 runs of each, interleaved.
command -v perl >/dev/null 2>&1 || { echo 'SKIP bench/chain: no perl'; exit 0; }
: "${BUILD:=$(pwd)}" "${N:=200}"
STATIC=${STATIC:-$BUILD/build-musl}
mkdir env
for i in 1 2 3 4 5; do echo "value $i" >env/VAR$i; done
mkdir -p s/supervise
mkfifo s/supervise/control
exec 4<>s/supervise/control	# who reads what svc writes
cat >run.pl <<'END'
use strict;
use Time::HiRes qw(clock_gettime CLOCK_MONOTONIC);
use POSIX ();
my ($n, $build, $static) = @ARGV;
my $true = -x "/bin/true" ? "/bin/true" : "/usr/bin/true";
my @rows = (
	["setuidgid", "root"], ["envuidgid", "root"], ["applyuidgid", "-u", "0"],
	["envdir", "env"], ["softlimit", "-o", "256"], ["setlock", "lk"],
	["setsid"], ["svc", "-a", "s"],
);
my @who;
push @who, ["static", "$static/bin/reeve-"] if -x "$static/bin/reeve-svc";
push @who, ["dynamic", "$build/bin/reeve-"];
push @who, ["s6", "/usr/bin/s6-"] if -x "/usr/bin/s6-svc";
sub once {
	my $t = clock_gettime(CLOCK_MONOTONIC);
	my $pid = fork;
	if (!$pid) { exec { $_[0] } @_; POSIX::_exit(127); }
	waitpid $pid, 0;
	die "@_: $?" if $?;
	return (clock_gettime(CLOCK_MONOTONIC) - $t) * 1e6;
}
sub median { my @s = sort { $a <=> $b } @_; $s[@s / 2] }
printf "%-13s", "us added";
printf "%10s", $_->[0] for @who;
printf "%12s", "$_->[0]/s6" for grep { $_->[0] ne "s6" } @who;
print "\n";
for my $r (@rows) {
	my ($prog, @args) = @$r;
	my %t;
	# svc does not execute anything: its whole cost is its own.
	my @tail = $prog eq "svc" ? () : ($true);
	for (1 .. $n) {
		push @{$t{base}}, @tail ? once($true) : 0;
		push @{$t{$_->[0]}}, once("$_->[1]$prog", @args, @tail) for @who;
		sysread STDIN, my $b, 4096 if $prog eq "svc";
	}
	my $base = median(@{$t{base}});
	printf "%-13s", $prog;
	my %m = map { $_->[0] => median(@{$t{$_->[0]}}) - $base } @who;
	printf "%10.0f", $m{$_->[0]} for @who;
	printf "%12.2f", $m{s6} ? $m{$_->[0]} / $m{s6} : 0
		for grep { $_->[0] ne "s6" } @who;
	print "\n";
}
END
perl run.pl "$N" "$BUILD" "$STATIC" <&4
[ -x /usr/bin/s6-svc ] || echo '(s6 is not installed: no peer)'
