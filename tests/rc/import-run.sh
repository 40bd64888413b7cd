#!/bin/sh
# rc/import-run.sh - the unit files that packages ship are imported and run:
# with readiness, log and stop; those that are not installed are skipped.
# TIMEOUT: 120
. "$TESTS/lib.sh"
[ "$(id -u)" = 0 ] || skip_all 'this is not root'
# Ports are those that others use too.
if [ -z "${OWN_NET-}" ] && unshare -n ip link set lo up 2>/dev/null; then
	OWN_NET=1 exec unshare -n sh "$0"
fi
# What the administrator of this machine says of starting packages.
if [ -x /usr/sbin/policy-rc.d ]; then
	printf '#!/bin/sh\nexit 0\n' >policy; chmod 755 policy
	mount --bind policy /usr/sbin/policy-rc.d 2>/dev/null || skip_all 'no mounts here'
fi
mount -t tmpfs -o mode=755 tmpfs /run 2>/dev/null || skip_all 'no mounts here'
ip link set lo up 2>/dev/null
# Another test may use the cluster of the package at the same time.
own_cluster() { cp -a /var/lib/postgresql pg && mount --bind pg /var/lib/postgresql; }
units=/lib/systemd/system

wanted=
unit() { # unit NAME PROGRAM
	if [ ! -e "$units/$1.service" ] || ! command -v "$2" >/dev/null; then
		echo "SKIP unit $1: it is not installed" >&2
		skip 1 "$1 is not installed"
		return
	fi
	reeve-import -s sv "$units/$1.service" >"said.$1"
	[ $? -le 1 ]; is $? 0 "$1.service is imported"
	runs "$1" && wanted="$wanted $1"
}
# What this build can run: without Linux that is not a daemon which goes to
# the background, nor one that keeps capabilities.
runs() {
	if [ -e "sv/$1/pid-file" ] && ! built_with SUBREAPER; then
		like "$(reeve-check -q sv)" "sv/$1/pid-file: error: this system does not hand orphans" "$1: the lint says that it cannot run here"
	elif [ -e "sv/$1/capabilities" ] && ! built_with LINUX; then
		skip 1 "$1 is to keep capabilities"
	else
		return 0
	fi
	rm -rf "sv/$1"
	return 1
}
unit nginx nginx
unit redis-server redis-server
unit memcached memcached
unit haproxy haproxy
unit rsyslog rsyslogd
unit ssh sshd
unit cron cron
unit dbus dbus-daemon
# The directory for runit in the package of sshd.
if [ -x /etc/sv/ssh/run ] && [ -x /lib/runit/invoke-run ]; then
	mkdir runit; cp -RL /etc/sv/ssh/run /etc/sv/ssh/finish runit/; mkdir runit/log; cp /etc/sv/ssh/log/run runit/log/
	reeve-import -s rv runit >said.runit; is $? 0 'the runit directory of sshd is imported'
	mv rv/runit rv/runit-ssh; rm -rf rv/runit-log
	rm -f rv/runit-ssh/producer-for; : >rv/runit-ssh/logger
	sed -i 's|sshd -D|& -p 22024|' rv/runit-ssh/run
	cp -R rv/* sv/; wanted="$wanted runit-ssh"
else
	echo 'SKIP runit directory of sshd: it is not installed' >&2
	skip 1 'runit or sshd is not installed'
fi
# A daemon that goes to the background, of a template: its cluster.
if [ -e "$units/postgresql@.service" ] && [ -e /var/lib/postgresql/15/main/PG_VERSION ] && [ -e /etc/postgresql/15/main/postgresql.conf ]; then
	reeve-import -s sv "$units/postgresql@.service" >said.pg; [ $? -le 1 ]; is $? 0 'postgresql@.service is imported'
	: >sv/postgresql@/instances.d/15-main
	if runs postgresql@; then
		own_cluster
		wanted="$wanted postgresql@15-main"
	fi
else
	echo 'SKIP unit postgresql@: there is no cluster' >&2
	skip 1 'there is no cluster of PostgreSQL'
fi
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
	is "$(reeve-svstat -o up "live/servicedirs/$s")" true "$s is up" || { reeve-svstat "live/servicedirs/$s"; tail -n 9 "log/$s/current"; } | sed 's/^/# /'
	[ ! -e "live/servicedirs/$s/notification-fd" ] ||
		is "$(reeve-svstat -o ready "live/servicedirs/$s")" true "$s is ready"
done
reeve-rc -l "$PWD/live" -t 15000 -D change >said 2>&1; is $? 0 'all go down' || show said
for s in $wanted; do
	is "$(reeve-svstat -o up "live/servicedirs/$s")" false "$s is down"
done
end
