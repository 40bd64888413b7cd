#!/bin/sh
# rc/import-run.sh - the unit files that packages ship are imported and run:
# with readiness, log and stop; those that are not installed are skipped.
# TIMEOUT: 120
. "$TESTS/lib.sh"
[ "$(id -u)" = 0 ] || skip_all 'this is not root'
mount -t tmpfs -o mode=755 tmpfs /run 2>/dev/null || skip_all 'no mounts here'
ip link set lo up 2>/dev/null
units=/lib/systemd/system

wanted=
unit() { # unit NAME PROGRAM
	if [ ! -e "$units/$1.service" ] || ! command -v "$2" >/dev/null; then
		echo "SKIP unit $1: it is not installed" >&2
		skip 1 "$1 is not installed"
		return
	fi
	wanted="$wanted $1"
	reeve-import -s sv "$units/$1.service" >"said.$1"
	[ $? -le 1 ]; is $? 0 "$1.service is imported"
}
unit nginx nginx
unit redis-server redis-server
unit memcached memcached
unit haproxy haproxy
unit rsyslog rsyslogd
unit ssh sshd
[ -n "$wanted" ] || skip_all 'none of the units is installed'
# What tmpfiles.d would have made.
mkdir -p /run/haproxy
# The default port of sshd is taken where tests run; sockets are not ours.
if [ -d sv/ssh ]; then mkdir -p /run/sshd; sed -i 's|^exec .*|& -p 22023|' sv/ssh/run; fi
rm -rf sv/*/dependencies.d/syslog* sv/*/wants.d
reeve-check -q sv >out; is "$(grep error out)" '' 'the lint finds no errors'
reeve-rc-compile --log-directory "$PWD/log" db sv; is $? 0 'what was imported compiles'
chmod 755 .
scanned scan 2>scanlog
reeve-rc-init -c "$PWD/db" -l "$PWD/live" "$PWD/scan"; is $? 0 'a live directory'
for s in $wanted; do
	reeve-rc -l "$PWD/live" -t 15000 -u change "$s" >said 2>&1
	is $? 0 "$s comes up" || { sed 's/^/# /' said; tail -n 9 "log/$s/current" | sed 's/^/# /'; sed 's/^/# /' "sv/$s/run" "sv/$s/command" 2>/dev/null; continue; }
	is "$(reeve-svstat -o up "live/servicedirs/$s")" true "$s is up"
	[ ! -e "live/servicedirs/$s/notification-fd" ] ||
		is "$(reeve-svstat -o ready "live/servicedirs/$s")" true "$s is ready"
done
reeve-rc -l "$PWD/live" -t 15000 -D change >said 2>&1; is $? 0 'all go down' || sed 's/^/# /' said
for s in $wanted; do
	is "$(reeve-svstat -o up "live/servicedirs/$s")" false "$s is down"
done
end
