#!/bin/sh
# webapp.sh - nginx before two web applications as OCI images: a mutable
# container, which is updated inside without a restart and keeps the update
# over one, also its programs; an immutable one, which is a read-only root.
# PART 2
# TIMEOUT: 180
. "$TESTS/lib.sh"
. "$TESTS/helpers/guest.sh"
. "$TESTS/init/podman.sh"
podman_ready
grep -q -e -fsanitize "$BUILD/config.mak" &&
	skip_all 'a build with sanitizers wants what a container does not have'
need nginx curl ldd
cp "$BUILD/obj/tests/helpers/webapp" . 2>/dev/null || skip_all 'no webapp (make units)'

# A root with this machine's nginx and what it needs, and our programs.
: >guest
guest_programs='sh env cat cp mv ln ls mkdir rm chmod sleep id true test touch
	grep sed'
guest_root image nginx curl "$PWD/webapp"
rm -rf "image$SRC/tests" "image$BUILD/bin"
mkdir -p image/app image/var/log/nginx image/var/lib/nginx
cp webapp image/app/webapp
# Where they say that they are.
bindir=$(sed -n 's/^bindir = //p' "$BUILD/config.mak")
mkdir -p "image$bindir"
cp -P "$BUILD"/bin/* "image$bindir/"
ln -s "$bindir/reeve-init" image/usr/bin/init
cat >image/etc/nginx.conf <<'END2'
pid /run/nginx.pid;
error_log stderr;
daemon off;
events { }
http {
	access_log off;
	client_body_temp_path /dev/shm/a; proxy_temp_path /dev/shm/b;
	fastcgi_temp_path /dev/shm/c; uwsgi_temp_path /dev/shm/d;
	scgi_temp_path /dev/shm/e;
	server {
		listen unix:/dev/shm/front.sock;
		location /1 { proxy_pass http://127.0.0.1:18301; }
		location /2 { proxy_pass http://127.0.0.1:18302; }
	}
}
END2
sv=image/etc/reeve/sv
mkdir -p $sv/default/contents.d
echo bundle >$sv/default/type
for i in 1 2; do
	mkdir -p $sv/webapp$i
	echo longrun >$sv/webapp$i/type
	echo /app/webapp >$sv/webapp$i/command
	printf 'PORT=1830%s\nTITLE=first\nNOTIFY=3\n' $i >$sv/webapp$i/environment
	echo 3 >$sv/webapp$i/notification-fd
	: >$sv/default/contents.d/webapp$i
done
mkdir -p $sv/nginx/wants.d
echo longrun >$sv/nginx/type
echo 'nginx -c /etc/nginx.conf' >$sv/nginx/command
echo QUIT >$sv/nginx/down-signal
echo 'test -S /dev/shm/front.sock' >$sv/nginx/ready-check
for i in 1 2; do : >$sv/nginx/wants.d/webapp$i; done
: >$sv/default/contents.d/nginx
cat >image/Containerfile <<END2
FROM scratch
COPY . /
RUN ["$bindir/reeve-switch", "--boot"]
ENV PATH=$bindir:/usr/sbin:/usr/bin
ENTRYPOINT ["/usr/bin/init"]
END2
podman_build localhost/web image
is 0 0 'an image of nginx and two web applications'

in_c() { podman exec c "$@"; }
get() { in_c curl -s -m 5 --unix-socket /dev/shm/front.sock "http://x/$1" | tr '\n' ' '; }
healthy() { in_c reeve status --check; }
pids() {
	for s; do in_c reeve-svstat -o pid /run/service/$s; done | tr '\n' ' '
}
# No network but its own loopback.
run() { podman run -d --pull=never --name c "$@" >/dev/null; }

# --- mutable ---------------------------------------------------------------
run localhost/web
ok 'it comes up' within 30 healthy
like "$(get 1) $(get 2)" 'first.*first' 'nginx leads to both applications'
before=$(pids nginx webapp2) one=$(pids webapp1)
in_c sed -i 's/first/second/' /etc/reeve/sv/webapp1/environment
in_c reeve-switch >out 2>&1;	is $? 0 'an update inside' || show out
like "$(get 1)" second '... is live'
is "$(pids nginx webapp2)" "$before" '... the others are the same processes'
not '... that one is new' test "$(pids webapp1)" = "$one"

# The programs of Reeve themselves.
before=$(pids nginx webapp1 webapp2)
for p in svscan supervise; do
	in_c sh -c "cp $bindir/reeve-$p /new && mv /new $bindir/reeve-$p"
done
like "$(in_c ls -l /proc/1/exe)" 'deleted' 'new programs are installed: process 1 is the old'
in_c reeve upgrade >out 2>&1;	is $? 0 'reeve upgrade inside' || show out
not '... process 1 runs the new one' sh -c 'podman exec c ls -l /proc/1/exe | grep -q deleted'
like "$(cat out)" 'kept their pid\.$' '... and says what it did'
is "$(pids nginx webapp1 webapp2)" "$before" '... with every process'
like "$(get 1) $(get 2)" 'second.*first' '... which all work'

podman stop -t 10 c >/dev/null
is "$(podman inspect -f '{{.State.ExitCode}}' c)" 0 'stopped: code 0'
podman start c >/dev/null
ok 'a restart comes up' within 30 healthy
like "$(get 1) $(get 2)" 'second.*first' '... with the update'
podman rm -f -t 5 c >/dev/null

# --- immutable -------------------------------------------------------------
run --read-only --read-only-tmpfs=false --tmpfs /run localhost/web
ok 'read-only: it comes up' within 30 healthy
like "$(get 1) $(get 2)" 'first.*first' '... as the image has it'
before=$(pids nginx webapp1 webapp2)
in_c sh -c 'cp -R /etc/reeve/sv /run/sv && echo TITLE=x >/run/sv/webapp1/environment &&
	reeve-switch /run/sv' >out 2>&1
not '... other definitions cannot be kept: refused' test $? = 0
like "$(cat out)" 'Read-only file system|read-only' '... and says why'
is "$(pids nginx webapp1 webapp2)" "$before" '... nothing was touched'
like "$(get 1)" first '... it works'
podman rm -f -t 5 c >/dev/null
end
