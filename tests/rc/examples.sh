#!/bin/sh
# rc/examples.sh - real daemons, defined as in doc/examples, come up ready,
# write into their logs, reload, and go down; those that are not installed
# are skipped.
# TIMEOUT: 240
. "$TESTS/lib.sh"
[ "$(id -u)" = 0 ] || skip_all 'this is not root'
# Ports are those that others use too.
if [ -z "${OWN_NET-}" ] && unshare -n ip link set lo up 2>/dev/null; then
	OWN_NET=1 exec unshare -n sh "$0"
fi
mount -t tmpfs -o mode=755 tmpfs /run 2>/dev/null || skip_all 'no mounts here'
ip link set lo up 2>/dev/null
# Another test may use the cluster of the package at the same time.
own_cluster() { cp -a /var/lib/postgresql pg && mount --bind pg /var/lib/postgresql; }

wanted=
# example NAME PROGRAM [FILE]: take it if the program is there
example() {
	if ! command -v "$2" >/dev/null || { [ $# -gt 2 ] && [ ! -e "$3" ]; }; then
		echo "SKIP example $1: $2 is not installed" >&2
		skip 1 "$1: $2 is not installed"
		return
	fi
	for n in "$1" "$1-setup"; do
		[ ! -d "$SRC/doc/examples/$n" ] || cp -R "$SRC/doc/examples/$n" sv/
	done
	wanted="$wanted $1"
}
mkdir sv
example nginx nginx
example postgresql /usr/lib/postgresql/15/bin/postgres /var/lib/postgresql/15/main/PG_VERSION
example redis redis-server
example sshd /usr/sbin/sshd
example dnsmasq dnsmasq
example dbus dbus-daemon
example memcached memcached
example haproxy haproxy
example rsyslog rsyslogd
example cron cron
# Two instances of one template, as in the example, with data elsewhere.
if command -v mariadbd >/dev/null && command -v mysql_install_db >/dev/null; then
	cp -R "$SRC/doc/examples/mysql@" "$SRC/doc/examples/mysql-setup@" sv/
	mkdir mysql
	sed -i "s|/var/lib/mysql-|$PWD/mysql/|g" sv/mysql*@/command
	wanted="$wanted mysql@3306 mysql@3307"
else
	echo 'SKIP example mysql: mariadb is not installed' >&2
	skip 1 'mariadb is not installed'
fi
# What runs at night, now.
cp -R "$SRC/doc/examples/backup" sv/
echo 'every 1s' >sv/backup/schedule
echo "tar -cf $PWD/backup.tar /etc/passwd" >sv/backup/command
wanted="$wanted backup"
case $wanted in *postgres*) own_cluster ;; esac
# Not the ports that others may have on this machine.
if [ -d sv/sshd ]; then echo '/usr/sbin/sshd -D -e -p 22022' >sv/sshd/command; fi
if [ -d sv/dnsmasq ]; then echo 'dnsmasq --keep-in-foreground --log-facility=- --pid-file=/run/dnsmasq.pid --port=5353 --conf-file=/dev/null' >sv/dnsmasq/command; fi
# Configuration of the packages where it runs everywhere.
if [ -d sv/nginx ]; then echo "nginx -c $PWD/nginx.conf -g \"daemon off;\"" >sv/nginx/command
	printf 'pid /run/nginx.pid;\nerror_log stderr notice;\nevents { }\nhttp { access_log off; server { listen 127.0.0.1:18080; } }\n' >nginx.conf; fi
if [ -d sv/haproxy ]; then echo "haproxy -Ws -f $PWD/haproxy.cfg -p /run/haproxy.pid" >sv/haproxy/command
	printf 'global\n\tlog stdout format raw local0\ndefaults\n\tmode http\n\ttimeout connect 1s\n\ttimeout client 1s\n\ttimeout server 1s\nfrontend f\n\tbind 127.0.0.1:18081\n' >haproxy.cfg; fi

catches_hangup() { grep -q '^SigCgt:.*[13579bdf]$' "/proc/$1/status"; }
chmod 755 .
reeve-rc-compile --log-directory "$PWD/log" db sv 2>err; is $? 0 'the examples compile'
scanned scan 2>scanlog
reeve-rc-init -c "$PWD/db" -l "$PWD/live" "$PWD/scan"; is $? 0 'a live directory'
for s in $wanted; do
	reeve-rc -l "$PWD/live" -t 60000 -u change "$s" >said 2>&1
	is $? 0 "$s comes up" || { sed 's/^/# /' said; tail -n 5 "log/$s/current" | sed 's/^/# /'; continue; }
	[ ! -e "live/servicedirs/$s/notification-fd" ] ||
		is "$(reeve-svstat -o ready "live/servicedirs/$s")" true "$s is ready"
	pid=$(reeve-svstat -o pid "live/servicedirs/$s")
	# It cannot say that it is ready, and a hangup ends it before it is.
	[ "$s" != cron ] || within 5 catches_hangup "$pid"
	reeve-rc -l "$PWD/live" reload "$s" >said 2>&1; is $? 0 "$s reloads"
	is "$(reeve-svstat -o pid "live/servicedirs/$s")" "$pid" "$s is the same process"
	case $s in dbus|cron|rsyslog) ;; *) within 5 test -s "log/$s/current" ;; esac
	[ -e "log/$s/current" ]; is $? 0 "$s has a log"
done
within 10 test -s backup.tar; is $? 0 'a schedule has run'
case $wanted in *mysql*)
	ask() { mysql --no-defaults -u root -S "/run/mysqld-$1/mysqld.sock" -Ne "$2"; }
	is "$(ask 3306 'select @@port, @@datadir') $(ask 3307 'select @@port')" "3306	$PWD/mysql/3306/ 3307" 'two instances, each with its port and data'
	pids=$(reeve-svstat -o pid live/servicedirs/mysql@3306)$(reeve-svstat -o pid live/servicedirs/mysql@3307)
	: >sv/mysql@/instances.d/3308	# all that is needed
	reeve-rc-compile --log-directory "$PWD/log" db2 sv && reeve-rc-update -v0 -l "$PWD/live" "$PWD/db2"; is $? 0 'one file, and an update'
	reeve-rc -l "$PWD/live" -t 60000 start mysql@3308 >said 2>&1; is $? 0 'make a third' || show said
	is "$(ask 3308 'select @@port')" 3308 'it answers'
	is "$(reeve-svstat -o pid live/servicedirs/mysql@3306)$(reeve-svstat -o pid live/servicedirs/mysql@3307)" "$pids" 'the others are the same processes'
	wanted="$wanted mysql@3308" ;;
esac
case $wanted in *memcached*) is "$(ps -o user= -p "$(reeve-svstat -o pid live/servicedirs/memcached)")" memcache 'a user' ;; esac
reeve-rc -l "$PWD/live" -t 60000 -D change >said 2>&1; is $? 0 'all go down' || show said
for s in $wanted; do
	is "$(reeve-svstat -o up "live/servicedirs/$s")" false "$s is down"
done
end
