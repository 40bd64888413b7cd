#!/bin/sh
# hydra.sh - a container of a database, a server and a queue runner that hold
# connections to it, and a reverse proxy: it comes up in order, one service is
# updated while the others keep their processes and connections, and what was
# stored is there after a restart of the container.
# TIMEOUT: 180
. "$TESTS/init/lib.sh"
need unshare nsenter python3 psql nginx curl
[ "$(id -u)" = 0 ] || skip_all 'needs root (mounts in its own namespace)'
pg=$(ls -d /usr/lib/postgresql/*/bin 2>/dev/null | tail -n 1)
[ -x "$pg/postgres" ] && getent passwd postgres >/dev/null ||
	skip_all 'postgresql is not installed'
export REEVE_SOURCES="$PWD/sv" REEVE_STATE="$PWD/state"
W=$PWD
chmod 755 .
mkdir -p state sock web log
chmod 777 sock web log

# What a real server and a real queue runner do with their database: one
# connection each, kept as long as they live.
cat >server.py <<'END2'
import os, socket, subprocess
db = subprocess.Popen(["psql", "-qAtX"], stdin=subprocess.PIPE,
	stdout=subprocess.PIPE)
def ask(sql):
	db.stdin.write(sql.encode() + b";\n")
	db.stdin.flush()
	return db.stdout.readline().decode().strip()
path = os.environ["SOCKET"]
if os.path.exists(path):
	os.unlink(path)
s = socket.socket(socket.AF_UNIX)
s.bind(path)
os.chmod(path, 0o666)
s.listen(8)
ask("select 1")
os.write(3, b"\n")
os.close(3)
while True:
	c, _ = s.accept()
	if b" /build" in c.recv(4096).split(b"\r")[0]:
		text = ask("insert into jobs default values returning id")
	else:
		text = "server %s, connection %s, %s jobs done" % (
			os.environ["VERSION"], ask("select pg_backend_pid()"),
			ask("select count(*) from jobs where done is not null"))
	c.sendall(("HTTP/1.0 200 OK\r\nContent-Length: %d\r\n\r\n%s\n" %
		(len(text) + 1, text)).encode())
	c.close()
END2
cat >runner.sql <<'END2'
UPDATE jobs SET done = now() WHERE done IS NULL \watch 0.1
END2
cat >nginx.conf <<END2
pid $W/web/nginx.pid;
error_log stderr;
daemon off;
events { }
http {
	access_log off;
	client_body_temp_path $W/web/a; proxy_temp_path $W/web/b;
	fastcgi_temp_path $W/web/c; uwsgi_temp_path $W/web/d;
	scgi_temp_path $W/web/e;
	server {
		listen unix:$W/web/front.sock;
		location / { proxy_pass http://unix:$W/web/server.sock; }
	}
}
END2
cat >initialise <<END2
[ ! -e $W/data/PG_VERSION ] || exit 0
rm -rf $W/data.new
install -d -o postgres -m 700 $W/data.new
reeve-setuidgid postgres $pg/initdb -D $W/data.new -A trust --no-sync \\
	--locale=C >/dev/null && mv $W/data.new $W/data
END2
cat >schema.sql <<'END2'
SET client_min_messages = warning;
CREATE TABLE IF NOT EXISTS jobs (id serial, done timestamptz);
END2

define() { # define NAME TYPE [DEPENDENCY...]: its command on stdin
	mkdir -p "sv/$1/dependencies.d"
	echo "$2" >"sv/$1/type"
	cat >"sv/$1/command"
	printf 'PGHOST=%s\nPGUSER=postgres\nPGDATABASE=postgres\nPGAPPNAME=%s\n' \
		"$W/sock" "$1" >"sv/$1/environment"
	_n=$1; shift 2
	for _x; do : >"sv/$_n/dependencies.d/$_x"; done
}
echo "sh $W/initialise" | define database-init oneshot
echo 60000 >sv/database-init/timeout-up
echo "$pg/postgres -D $W/data -k $W/sock -c listen_addresses= -c fsync=off" |
	define postgresql longrun database-init
echo postgres >sv/postgresql/user
echo sd_notify >sv/postgresql/notification-type
echo INT >sv/postgresql/down-signal
: >sv/postgresql/logger
echo "psql -qX -f $W/schema.sql" | define schema oneshot postgresql
echo "python3 $W/server.py" | define server longrun schema
printf 'VERSION=1\nSOCKET=%s\n' "$W/web/server.sock" >>sv/server/environment
echo nobody >sv/server/user
echo 3 >sv/server/notification-fd
# psql watches for ever.
echo "psql -qX -f $W/runner.sql" | define queue-runner longrun schema
echo nobody >sv/queue-runner/user
: >sv/queue-runner/logger
echo "nginx -p $W/web -c $W/nginx.conf" | define proxy longrun
mkdir sv/proxy/wants.d
: >sv/proxy/wants.d/server
echo QUIT >sv/proxy/down-signal
echo "test -S $W/web/front.sock" >sv/proxy/ready-check
mkdir -p sv/default/contents.d
echo bundle >sv/default/type
for s in proxy server queue-runner; do : >sv/default/contents.d/$s; done
export REEVE_LOGS="$W/log"

start() {
	boxed -w -- reeve-init -g 30s 2>init.err &
	box=$!
	one=$(inside $box)
}
in_it() { nsenter -t "$one" --mount --pid -- "$@"; }
all_up() { in_it reeve status --check >check.out 2>&1; }
pid_of() { in_it reeve-svstat -o pid "/run/service/$1" 2>/dev/null; }
get() { curl -s -m 10 --unix-socket "$W/web/front.sock" "http://x$1"; }
# connection NAME: which backend of the database serves it
connection() {
	in_it env PGHOST="$W/sock" PGUSER=postgres PGDATABASE=postgres psql \
		-qAtX -c "SELECT pid FROM pg_stat_activity
		WHERE application_name = '$1'"
}

start
ok 'all come up' within 90 all_up || show init.err check.out
like "$(get /)" '^server 1, connection [0-9]+, 0 jobs done' \
	'the proxy, the server and the database work together'
for i in 1 2 3; do get /build >/dev/null; done
ok 'the queue runner does what was asked for' within 20 sh -c \
	"curl -s --unix-socket $W/web/front.sock http://x/ | grep -q ' 3 jobs'"

remember() {
	postgresql=$(pid_of postgresql) server=$(pid_of server)
	runner=$(pid_of queue-runner) proxy=$(pid_of proxy)
	server_db=$(connection server) runner_db=$(connection queue-runner)
}
remember
like "$postgresql $server $runner $proxy $server_db $runner_db" \
	'^([0-9]+ ){5}[0-9]+$' 'each has its process and its connection'

# A new queue runner.
sed -i 's/0\.1/0.2/' runner.sql
echo 'WORKERS=2' >>sv/queue-runner/environment
in_it reeve-switch >out 2>&1;	is $? 0 'a new queue runner' || show out
within 20 all_up
is "$(pid_of postgresql) $(pid_of server) $(pid_of proxy) $(connection server)" \
	"$postgresql $server $proxy $server_db" \
	'... the others keep processes and connections'
not '... it has another process' test "$(pid_of queue-runner)" = "$runner"
not '... and connection' test "$(connection queue-runner)" = "$runner_db"
get /build >/dev/null
ok '... and works' within 20 sh -c \
	"curl -s --unix-socket $W/web/front.sock http://x/ | grep -q ' 4 jobs'"

# A new server, while somebody asks all the time.
remember
(while :; do get / >>asked; sleep 0.1; done) & asking=$!
sed -i 's/^VERSION=.*/VERSION=2/' sv/server/environment
in_it reeve-switch >out 2>&1;	is $? 0 'a new server' || show out
ok '... answers' within 20 grep -q '^server 2' asked
kill $asking
is "$(pid_of postgresql) $(pid_of queue-runner) $(pid_of proxy)" \
	"$postgresql $runner $proxy" '... the others keep their processes'
is "$(connection queue-runner)" "$runner_db" '... and connections'

# One that does not start is undone, and still nobody else notices.
remember
cp sv/server/command good
echo 'false' >sv/server/command
echo 3000 >sv/server/timeout-up
in_it reeve-switch >out 2>&1
not 'a server that does not start is refused' test $? = 0
ok '... the old one runs again' within 20 all_up
is "$(pid_of postgresql) $(pid_of queue-runner) $(connection queue-runner)" \
	"$postgresql $runner $runner_db" '... the others never noticed'
like "$(get /)" '^server 2.* 4 jobs' '... it works'
mv good sv/server/command
rm sv/server/timeout-up

# Another life of the container.
kill -TERM "$one"
wait $box;	is $? 0 'stopped in order'
ok '... the database went down cleanly' grep -rq 'database system is shut down' log
start
ok 'a restart brings all up' within 90 all_up || show init.err check.out
like "$(get /)" '^server 2, connection [0-9]+, 4 jobs done' \
	'... with what was stored, and the last good generation'
kill -TERM "$one"
wait $box
end
