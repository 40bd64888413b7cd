#!/bin/sh
# supervise/file-size.sh - a limit on the size of files (RLIMIT_FSIZE) is for
# supervise and svscan as a full disk: their services go on, and their state is
# right again when it is lifted.
. "$TESTS/lib.sh"
[ "$P" = reeve- ] || skip_all 's6 ends by it'
need prlimit

service scan/a <<'END'
sed -n 's/^SigIgn:.//p' /proc/self/status >ignored 2>/dev/null
: >ran.$$
exec sleep 1000
END
scanned scan 2>err
within 5 up scan/a
is "$(cat scan/a/ignored)" "$(sed -n 's/^SigIgn:.//p' /proc/self/status)" \
	'a service ignores no signal'
sup=$(pgrep -o -P "$scan_pid" -f "${P}supervise a\$")
prlimit --fsize=0: --pid "$sup"
prlimit --fsize=0: --pid "$scan_pid"
kill "$(field scan/a pid)"
again() { [ "$(ls scan/a | grep -c ran)" -gt 1 ]; }
within 10 again;			is $? 0 'the service is started again'
service scan/b <<'END'
: >ran
exec sleep 1000
END
"${P}svscanctl" -a scan
within 10 test -e scan/b/supervise/control; is $? 0 'svscan goes on'
ok 'so does supervise' kill -0 "$sup"
prlimit --fsize=unlimited: --pid "$sup"
right() { up scan/a && kill -0 "$(field scan/a pid)"; }
within 10 right;			is $? 0 'and tells the truth again'
end
