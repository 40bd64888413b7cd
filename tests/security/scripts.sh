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
pat='(mkdir|chown|chgrp|chmod|install -d|rm -[a-z]*r)'
is "$(grep -nE "(^|[^a-z-])$pat( |\$)" scripts)" '' 'by nothing but reeve-mkdir'
# The words in the sources: what writes scripts, and no message, which says
# what failed.
is "$(cd "$SRC" && grep -nE '"[^"]*(mkdir -p|chown -|chown %|chmod %|chmod [0-7]|rm -r)' -r \
	rc tools/import tools/front tools/service --include='*.c' |
	grep -v '^rc/compile/props.c:')" '' 'no source writes them'
end
