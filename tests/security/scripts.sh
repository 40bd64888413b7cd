#!/bin/sh
# security/scripts.sh - no script that is generated for root to run acts by
# path with mkdir, chown, chmod or rm -r: it makes directories by reeve-mkdir.
. "$TESTS/lib.sh"
f() { mkdir -p "${1%/*}"; cat >"$1"; }

# Every property that the compiler lowers to a script, and every key of a unit
# that asks for a directory.
f u/all.service <<'E'
[Service]
User=nobody
RuntimeDirectory=a a/b
StateDirectory=a
StateDirectoryMode=0700
CacheDirectory=a
LogsDirectory=a
ConfigurationDirectory=a
ExecStart=/bin/true
E
f u/s.socket <<'E'
[Socket]
ListenStream=/run/s/s.sock
E
f u/s.service <<'E'
[Service]
ExecStart=/bin/true fd://
E
f u/o.service <<'E'
[Service]
Type=oneshot
RuntimeDirectory=o
ExecStart=/bin/true
E
mkdir sv
for u in u/*.service u/*.socket; do
	"${P}import" -s sv "$u" >/dev/null 2>&1
done
ok 'units are imported' test -e sv/all-setup/up
mkdir -p sv/every
echo longrun >sv/every/type; echo 'sleep 9' >sv/every/command
echo nobody >sv/every/user; echo X=1 >sv/every/environment
: >sv/every/logger; echo nobody >sv/log-user
: >sv/every/private-tmp; echo /tmp >sv/every/directory
reeve-rc-compile out sv 2>err || cat err >&2
reeve-rc-db -c out list all >names
like "$(cat names)" every-log 'and compiled'
: >scripts
while read -r n; do
	reeve-rc-db -c out show "$n" | sed "s/^/$n: /" >>scripts
done <names
find sv -type f -exec cat {} + >>scripts
like "$(cat scripts)" 'reeve-mkdir' 'they make directories'
# What makes directories for booting, for others' trees and for another init.
"${P}init-maker" "$PWD/boot"
mkdir template skel; printf '#!/bin/sh\nexec sleep 9\n' >template/run; chmod 755 template/run
for x in rc.init runlevel rc.shutdown rc.shutdown.final; do echo '#!/bin/sh' >skel/$x; done
s6-linux-init-maker -u nobody -f "$PWD/skel" -G '/sbin/getty 9600' "$PWD/boot6"
s6-usertree-maker -l nobody -r u/u-log nobody /var/log/u "$PWD/usertree"
s6-instance-maker -l nobody -L /var/log/i "$PWD/template" "$PWD/instances"
for x in systemd openrc busybox inittab rc.local crontab; do
	reeve install-boot -n $x >>installed 2>/dev/null
done
like "$(ls boot boot6 usertree instances | tr '\n' ' ')" 'rc.init.*scripts.*run.*u-log' 'all of them are made'
find boot boot6 usertree instances installed -type f -exec cat {} + >>scripts
pat='(mkdir|chown|chgrp|chmod|install -d|rm -[a-z]*r)'
# /dev is root's, and nobody else runs yet.
is "$(grep -nE "(^|[^a-z-])$pat( |\$)" scripts | grep -vE ':mkdir -p /dev/pts /dev/shm$')" '' \
	'by nothing but reeve-mkdir'
# The words in the sources: what writes scripts, and no message, which says
# what failed.
is "$(cd "$SRC" && grep -nE '"[^"]*(mkdir -p|chown -|chown %|chmod %|chmod [0-7]|rm -r)' -r \
	rc tools init svscan supervise --include='*.c' |
	grep -vE '^(rc/compile/props.c|init/skel.c):')" '' 'no source writes them'
# Our programs give rights by descriptor (lib/give.c).  By path only what is in
# a directory that nobody else may write to:
#   init, rc/compile, tools/s6/instance, tools/s6/linux-init: what they have
#     just made there, beside its last name;
#   rc, supervise: their own service directory, and the store of root's live
#     directory;
#   lib: of a copy a link itself, and what is copied by who is not root.
is "$(cd "$SRC" && grep -lE '(^|[^a-z_])(l?chown|chmod|fchownat|fchmodat)\(' -r \
	init lib log rc supervise svscan tools --include='*.c' |
	sed 's,/[^/]*$,,' | sort -u | tr '\n' ' ')" \
	'init lib rc rc/compile supervise tools/s6/instance tools/s6/linux-init ' \
	'who gives rights by path'
end
