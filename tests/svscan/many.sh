#!/bin/sh
# svscan/many.sh - more services than the soft limit of open files has room
# for, than the hard one has, and than were a bound once.
# TIMEOUT: 240
. "$TESTS/lib.sh"
[ "$P" = reeve- ] || skip_all 's6-svscan holds no pipes for others'
has() { grep -q -e "$2" "$1" 2>/dev/null; }
N=80
names() { seq -f s%03.0f "$1"; }
# reader DIR: what reads its pipe, and says how many files it may open.
reader() {
	service "$1" <<-'END'
	ulimit -Sn >limit
	exec sleep 100000
	END
	echo fifo >"$1/stdin-fifo"
}
all_up() {
	for _s in $(names $N); do up "$1/$_s" || return 1; done
}
fds() { find "/proc/$1/fd" -name '[0-9]*' 2>/dev/null | wc -l; }
limit() { # limit SOFT HARD COMMAND...
	ulimit -Sn "$1" && ulimit -Hn "$2" || exit 111
	shift 2
	exec "$@"
}
held() { [ "$(fds "$scan_pid")" -ge $N ]; }

for s in $(names $N); do reader soft/$s; done
(limit 60 4096 reeve-svscan soft) 2>soft.err &
scan_pid=$!
ok 'more than the soft limit allows: all are up' within 60 all_up soft
[ -d /proc/self/fd ] && ok 'and their pipes are held' within 10 held
is "$(cat soft/*/limit | sort -u)" 60 'their soft limit is what it would be'
is "$(cat soft.err)" '' 'and there is nothing to complain of'

# A program for a signal is no part of svscan either.
mkdir -p soft/.s6-svscan
printf '#!/bin/sh\nulimit -Sn >%s/signal-limit\n' "$PWD" \
	>soft/.s6-svscan/SIGUSR1
chmod 755 soft/.s6-svscan/SIGUSR1
kill -USR1 "$scan_pid"
ok 'a program for a signal' within 10 test -s signal-limit
is "$(cat signal-limit)" 60 'has that limit too'

# The new program has no more room to be loaded than the old one's limit.
running() { readlink "/proc/$scan_pid/exe"; }
if [ -d /proc/self/fd ]; then
	before=$(pgrep -f 'reeve-supervise s' | sort)
	reeve-svscanctl --reexec soft
	resumed() { tr '\0' ' ' <"/proc/$scan_pid/cmdline" | grep -q resume; }
	ok 'it becomes the new program' within 10 resumed
	ok 'which holds the pipes' within 10 held
	is "$(pgrep -f 'reeve-supervise s' | sort)" "$before" \
		'and keeps the supervises'
	reader soft/s000
	reeve-svscanctl -a soft
	ok 'and starts others' within 10 up soft/s000
	is "$(cat soft/s000/limit)" 60 'with the limit as it was'
	rm -r soft/s000
fi
printf b >soft/.s6-svscan/control
wait $scan_pid

for s in $(names $N); do reader hard/$s; done
(limit 50 50 reeve-svscan hard) 2>hard.err &
scan_pid=$!
ok 'more than the hard limit allows: all are up' within 60 all_up hard
like "$(cat hard.err)" 'unable to hold the pipe of s[0-9]*: .* 50 .*ulimit' \
	'it is said, with the limit'
is "$(grep -c 'unable' hard.err)" 1 'once'
mkdir hard/.new
reader hard/.new/more
mv hard/.new/more hard/more
reeve-svscanctl -a hard
ok 'and a later scan works' within 10 up hard/more
printf b >hard/.s6-svscan/control
wait $scan_pid

# The bound is not a thousand; a stand-in is cheaper than a supervise.
printf '#!/bin/sh\nexec sleep 100000\n' >stand-in
chmod 755 stand-in
mkdir thousand
(cd thousand && seq 1100 | xargs mkdir)
REEVE_SUPERVISE=$PWD/stand-in reeve-svscan thousand 2>thousand.err &
scan_pid=$!
children() { [ "$(pgrep -c -P "$scan_pid")" = 1100 ]; }
ok 'eleven hundred are supervised' within 60 children
is "$(cat thousand.err)" '' 'with no complaint'
end
