#!/bin/sh
# doc-container.sh - reeve-container(7) is followed to the letter: its files
# are written, its image is built and run, and each command prints what the
# page shows.  podman is the docker, and small images with programs that only
# stay stand for the distribution and for ours.
# ONCE
# TIMEOUT: 240
. "$TESTS/lib.sh"
. "$TESTS/helpers/page.sh"
page=$SRC/doc/reeve-container.7

awk -f "$TESTS/helpers/page.awk" "$page" | sed -n '/^FILE	Dockerfile/,/^END/s/^LINE	//p' >Dockerfile
ok 'there is a Dockerfile' test -s Dockerfile
is "$(grep -vE '^(FROM|COPY|RUN|HEALTHCHECK|ENTRYPOINT|CMD|ENV|USER|EXPOSE|WORKDIR|ARG|LABEL|STOPSIGNAL|VOLUME)( |$)' Dockerfile)" \
	'' 'it has instructions of Docker only'
: "${MUSL_BUILD:=$SRC/build-musl}"
why=
[ "$(id -u)" = 0 ] || why='needs root'
command -v podman >/dev/null && command -v runc >/dev/null ||
	why='no podman or runc'
[ -x "$MUSL_BUILD/bin/reeve-switch" ] || why='no static build'
busybox=$(command -v busybox) && ! ldd "$busybox" >/dev/null 2>&1 ||
	why='no static busybox'
if [ -n "$why" ]; then
	skip 8 "the page is not followed: $why"
	end
fi
. "$TESTS/init/podman.sh"
podman_ready
mkdir -p bin base/bin base/etc base/tmp base/proc base/sys base/dev \
	base/usr/bin base/var/lib base/run reeve/usr/bin home
chmod 1777 base/tmp
cp "$busybox" base/bin/busybox
for a in sh sleep cat ls ln rm mkdir true test; do
	ln -s busybox base/bin/$a
done
# It installs a program that stays, and checks how it is called.
cat >base/bin/apt-get <<'END2'
#!/bin/sh
case "$*" in
update) ;;
'install -y --no-install-recommends nginx')
	printf '#!/bin/sh\nexec sleep 1000\n' >/bin/nginx
	exec /bin/busybox chmod 755 /bin/nginx ;;
*) echo "apt-get $*: not as expected"; exit 1 ;;
esac
END2
chmod 755 base/bin/apt-get
for f in "$MUSL_BUILD"/bin/*; do
	strip -o reeve/usr/bin/"${f##*/}" "$f"
done
# What docker does and podman has to be told: health checks are in the image,
# and a read-only container has no directories that can be written to.
cat >bin/docker <<'END2'
#!/bin/sh
what=$1; shift
case $what in
build) set -- --format docker --isolation chroot --network host --pull=never "$@" ;;
run) set -- --pull=never "$@"
	case " $* " in *' --read-only '*) set -- --read-only-tmpfs=false "$@" ;; esac ;;
esac
exec podman "$what" "$@"
END2
chmod 755 bin/docker
PATH=$PWD/bin:$PATH HOME=$PWD/home OUT=$PWD/out NO_COLOR=1
export PATH HOME OUT NO_COLOR
image() { # image NAME DIR
	printf 'FROM scratch\nCOPY . /\n' | docker build -q -t "$1" -f - "$2" \
		>build.log 2>&1
}
image docker.io/library/debian:12-slim base && image localhost/reeve reeve || {
	cat build.log >&2; skip 8 'podman build does not work here'; end; }
podman run --rm --pull=never docker.io/library/debian:12-slim true \
	>run.log 2>&1 || {
	cat run.log >&2; skip 8 'podman run does not work here'; end; }

page_script "$page" >page.script
out=$(cd home && sh ../page.script 2>&1)
is "$out" 'done' 'what it says is so'

# Its health check, as the runtime calls it.
for as in '' '--user 1000' '--user 1000 --read-only --tmpfs /tmp'; do
	# shellcheck disable=SC2086
	docker run -d --name c $as web >id 2>run.log
	is $? 0 "run${as:+ }$as" || show run.log
	healthy() { podman healthcheck run c; }
	ok '... it is healthy' within 20 healthy
	podman rm -f c >/dev/null 2>&1
done
podman rmi -af >/dev/null 2>&1
ok 'nothing is left' sh -c '[ -z "$(podman ps -aq)" ]'
end
