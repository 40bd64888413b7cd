# lib.sh - what the tests of security share: a machine of one's own, with the
# ordinary users www (1001), mallory (1002) and log (1003).
# shellcheck shell=sh disable=SC2034
[ "$(id -u)" = 0 ] || skip_all 'needs several users (run it as root, in a namespace)'
need setpriv python3
setpriv --reuid=1001 --regid=1001 --clear-groups true 2>/dev/null ||
	skip_all 'cannot become other users here'
for _d in /run /var/lib /var/log /srv /mnt; do
	mkdir -p $_d && mount -t tmpfs -o mode=755 tmpfs $_d ||
		skip_all 'cannot mount here'
done
cat >passwd <<'E'
root:x:0:0:root:/root:/bin/sh
nobody:x:65534:65534:nobody:/nonexistent:/bin/sh
www:x:1001:1001::/nonexistent:/bin/sh
mallory:x:1002:1002::/tmp:/bin/sh
log:x:1003:1003::/:/bin/sh
E
sed 's/^\([^:]*\):x:\([0-9]*\):.*/\1:x:\2:/' passwd >group
echo adm:x:4: >>group
mount --bind passwd /etc/passwd && mount --bind group /etc/group || exit 111
unset REEVE_HOME
REEVE_SOURCES=/srv/sv; export REEVE_SOURCES
mkdir /srv/sv
W=$PWD
# Root's python3 may be one that others cannot reach.
PATH=$BUILD/bin:/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin; export PATH

# www COMMAND..., mallory COMMAND...: as that user.
www() { setpriv --reuid=1001 --regid=1001 --clear-groups "$@"; }
mallory() { setpriv --reuid=1002 --regid=1002 --clear-groups "$@"; }

# sv NAME FILE TEXT [FILE TEXT]...: files of a definition.
sv() {
	_n=$1; shift
	mkdir -p "/srv/sv/$_n"
	while [ $# -gt 1 ]; do
		mkdir -p "$(dirname "/srv/sv/$_n/$1")"
		printf '%b' "$2" >"/srv/sv/$_n/$1"
		case $1 in run) chmod 755 "/srv/sv/$_n/run" ;; esac
		shift 2
	done
}

# holder FILE...: mallory takes read locks on what he can open, and keeps them;
# what he has is in the file held, a line each.
cat >holder.py <<'E'
import fcntl, os, sys, time
keep = []
out = open(sys.argv[1], 'w')
for p in sys.argv[2:]:
    try:
        f = os.fdopen(os.open(p, os.O_RDONLY | os.O_NONBLOCK), 'rb')
        fcntl.lockf(f, fcntl.LOCK_SH | fcntl.LOCK_NB)
        keep.append(f); print('holds', p, file=out, flush=True)
    except OSError as e:
        print('refused', p, file=out, flush=True)
print('done', file=out, flush=True)
time.sleep(600)
E
holder() {
	: >held; chown 1002 held
	mallory python3 "$W/holder.py" "$W/held" "$@" 2>holder.err & holder=$!
	within 10 grep -q '^done' held
}
