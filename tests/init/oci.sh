#!/bin/sh
# oci.sh - an OCI image, built and run by podman and $RUNTIME: exit codes, root
# and user, read-only, no capability, under --init, with a terminal; stop;
# switch inside the running container, which a restart keeps.
# ONCE
. "$TESTS/lib.sh"
. "$TESTS/init/podman.sh"
podman_ready
: "${MUSL_BUILD:=$SRC/build-musl}"
[ -x "$MUSL_BUILD/bin/reeve-switch" ] ||
	skip_all 'no static build (set MUSL_BUILD)'
busybox=$(command -v busybox) && ! ldd "$busybox" >/dev/null 2>&1 ||
	skip_all 'no static busybox'

mkdir -p image/bin image/etc/reeve/sv/web image/etc/reeve/sv/default/contents.d \
	image/run image/tmp image/proc image/sys image/dev image/var/lib
cp "$busybox" image/bin/busybox
for a in sh sleep cat ls kill true id; do ln -s busybox image/bin/$a; done
for p in init init-alone svscan supervise rc rc-init rc-oneshotd rc-compile rc-update \
	switch svstat; do
	strip -o image/bin/reeve-$p "$MUSL_BUILD/bin/reeve-$p"
done
strip -o image/bin/reeve "$MUSL_BUILD/bin/reeve" 2>/dev/null
ln -s reeve-init image/bin/init
sv=image/etc/reeve/sv
echo longrun >$sv/web/type
printf '#!/bin/sh\ntrap "echo web ends; exit 0" TERM\n: >/dev/shm/web-up\nwhile :; do sleep 0.1; done\n' \
	>$sv/web/run
chmod +x $sv/web/run
echo bundle >$sv/default/type
: >$sv/default/contents.d/web
cat >image/Containerfile <<'END2'
FROM scratch
COPY . /
RUN ["/bin/reeve-switch", "--boot"]
ENTRYPOINT ["/bin/init"]
END2
podman_build localhost/reeve image
is 0 0 'an image is built, with the database compiled in it'

run() { podman run --rm --pull=never "$@"; }
for code in 0 1 42; do
	for how in '' '--read-only --tmpfs /run' \
		'--user 1000 --read-only --tmpfs /run --cap-drop all' '--init' \
		'--security-opt no-new-privileges --cap-drop all'; do
		# shellcheck disable=SC2086
		out=$(run $how localhost/reeve sh -c "exit $code" 2>err)
		is "$?" $code "exit code $code ($how)" || show err
	done
done
# shellcheck disable=SC2016
out=$(run localhost/reeve sh -c 'kill -9 $$' 2>&1);	is $? 137 'killed'
out=$(timeout 20 podman run --rm --pull=never -t localhost/reeve \
	sh -c '[ -t 0 ] && [ -t 1 ] && exit 6' </dev/null 2>&1)
is $? 6 'with a terminal'
like "$(run localhost/reeve reeve-rc -a list)" web 'the service is up'
# Only a script that has come to its trap says that it ends.
is "$(run --user 1000 --read-only --tmpfs /run localhost/reeve sh -c \
	'reeve-rc -a list; until [ -e /dev/shm/web-up ]; do sleep 0.1; done')" \
	'web
web ends' '... as a user with a read-only root'

podman run -d --pull=never --name c localhost/reeve >/dev/null
ok 'it stays without a command' within 10 sh -c \
	'[ "$(podman exec c reeve-rc -a list 2>/dev/null)" = web ]'
pid=$(podman exec c reeve-svstat -o pid /run/service/web)
# shellcheck disable=SC2016
podman exec c sh -c 'cd /etc/reeve/sv && busybox mkdir two &&
	echo longrun >two/type && echo "#!/bin/sh
exec sleep 1000" >two/run && busybox chmod +x two/run && : >default/contents.d/two &&
	reeve-switch' >out 2>&1
is $? 0 'switch inside the running container' || show out
is "$(podman exec c reeve-rc -a list | sort | tr '\n' ' ')" 'two web ' \
	'... the new service is up'
is "$(podman exec c reeve-svstat -o pid /run/service/web)" "$pid" \
	'... the other was not touched'
podman exec c sh -c 'until [ -e /dev/shm/web-up ]; do sleep 0.1; done'
start=$(date +%s%N)
podman stop c >/dev/null
is "$(podman inspect -f '{{.State.ExitCode}}' c)" 0 'stop: code 0'
ok "... quickly ($((($(date +%s%N) - start) / 1000000)) ms)" \
	test $((($(date +%s%N) - start) / 1000000)) -lt 5000
like "$(podman logs c 2>&1)" 'web ends' '... in order'
podman start c >/dev/null
ok 'a restart comes back with both' within 10 sh -c \
	'[ "$(podman exec c reeve-rc -a list | sort | tr "\n" " ")" = "two web " ]'
podman kill -s KILL c >/dev/null
podman start c >/dev/null
ok '... also after KILL' within 10 sh -c \
	'[ "$(podman exec c reeve-rc -a list | sort | tr "\n" " ")" = "two web " ]'
podman rm -f -t 2 c >/dev/null
end
