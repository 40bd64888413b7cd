#!/bin/sh
# svscan/shortage.sh - no pids, no descriptors, no space: nothing exits, and
# two seconds after the shortage all is as it should be.
# TIMEOUT: 120
. "$TESTS/lib.sh"
[ "$P" = reeve- ] || skip_all 's6 takes up to a minute'
need strace perl
has() { grep -q -e "$2" "$1" 2>/dev/null; }
now() { date +%s%N | cut -c1-13; }
mkdir scan
for s in a b; do service scan/$s <<'END'
exec sleep 1000
END
done

# --- each call that svscan makes for a scan fails in turn
for call in openat stat,newfstatat vfork,clone,clone3 getdents64 pipe,pipe2 \
	mknod,mknodat; do
	for err in EMFILE ENOMEM; do
		strace -qq -o /dev/null -e inject="$call:error=$err:when=12+7" \
			"${P}svscan" scan 2>err &
		t=$!
		# The failures may hit the set-up, and then it may end.
		if within 3 up scan/a && within 3 up scan/b; then
			is ok ok "svscan lives through $call failing with $err"
		elif kill -0 $t 2>/dev/null; then
			is "$(cat err)" '' "svscan and $call failing with $err"
		else
			is ok ok "svscan says why it cannot start: $call $err"
		fi
		printf b >scan/.s6-svscan/control
		wait $t
		for s in a b; do
			"${P}svc" -dx scan/$s 2>/dev/null
			off() { ! "${P}svok" scan/$s; }
			within 5 off
		done
		rm -rf scan/.s6-svscan
	done
done

# --- no descriptors: svscan and supervise at their limit
scanned scan 2>err
within 5 up scan/a
svscan=$scan_pid
sup=$(pgrep -f "^[^ ]*${P}supervise a\$")
prlimit --nofile=5:1024 --pid "$sup" 2>/dev/null || skip_all 'no prlimit'
"${P}svc" -k scan/a
sleep 0.5
ok 'supervise lives without descriptors' kill -0 "$sup"
prlimit --nofile=1024:1024 --pid "$sup"
t=$(now)
ok 'and its service is back' within 5 up scan/a
late=$(($(now) - t))
ok "within two seconds ($late ms)" [ "$late" -lt 2200 ]
prlimit --nofile=5:1024 --pid "$svscan"
service scan/c <<'END'
exec sleep 1000
END
"${P}svscanctl" -a scan
sleep 0.5
ok 'svscan lives without descriptors' kill -0 "$svscan"
prlimit --nofile=1024:1024 --pid "$svscan"
t=$(now)
ok 'and the new service comes' within 5 up scan/c
late=$(($(now) - t))
ok "within two seconds ($late ms)" [ "$late" -lt 2200 ]

# --- no processes
strace -qq -f -o /dev/null -e inject=vfork:error=EAGAIN -p "$sup" &
tracer=$!
sleep 0.3
"${P}svc" -k scan/a
ok 'fork that fails is said' within 5 has err 'a: warning: unable to start run'
sleep 1
kill "$tracer"; wait "$tracer"
t=$(now)
ok 'and tried again' within 5 up scan/a
late=$(($(now) - t))
ok "within two seconds ($late ms)" [ "$late" -lt 2200 ]

# --- a full disk
mkdir small
if mount -t tmpfs -o size=64k,nr_inodes=64 tmpfs small 2>/dev/null; then
	mkdir small/scan
	service small/scan/d <<'END'
exec sleep 1000
END
	"${P}svscan" small/scan 2>err2 &
	within 5 up small/scan/d
	dd if=/dev/zero of=small/fill bs=1k 2>/dev/null
	pid=$(field small/scan/d pid)
	"${P}svc" -k small/scan/d
	changed() { [ "$(field small/scan/d pid)" != "$pid" ] &&
		up small/scan/d; }
	ok 'a full disk: a restart goes on' within 5 changed
	pid=$(field small/scan/d pid)
	ok 'and the status is true' kill -0 "$pid"
	rm small/fill
	"${P}svc" -wd -T 5000 -d small/scan/d
	is $? 0 'afterwards all is well'
	"${P}svscanctl" -t small/scan
else
	skip 3 'no tmpfs can be mounted'
fi
end
