#!/bin/sh
# compat/image.sh - container images as nix-processmgmt makes them: a boot
# directory whose bin/ is moved away, databases made at build time or from an
# empty source directory and switched later by a bootstrap beside init.
# TIMEOUT: 240
. "$TESTS/lib.sh"
. "$TESTS/compat/names.sh"
[ "$(id -u)" = 0 ] || skip_all 'needs root (mounts of its own)'
record
REEVE_BIN=$NAMES I=$PWD
export REEVE_BIN I

# /etc and /bin of the image, which everybody else does not see: this test
# has a mount namespace of its own.
mkdir etc bin
cp -a /etc/. etc/ 2>/dev/null
rm -rf etc/s6
mount --bind etc /etc 2>/dev/null || skip_all 'cannot mount here'
mkdir -p /etc/s6/rc /etc/s6/sv
PATH=$I/image-bin:$NAMES:$PATH
export PATH

mkdir skel
cat >skel/rc.init <<'END'
#!/bin/sh
rl="$1"
shift
s6-rc-init -c /etc/s6/rc/compiled /run/service
s6-rc -v2 -up change default
echo "boot: $?"
END
printf '#!/bin/sh\nexec s6-rc -v2 -bDa change\n' >skel/rc.shutdown
: >skel/rc.shutdown.final; : >skel/runlevel
s6-linux-init-maker -c /etc/s6/current -p /bin -m 0022 -f "$I/skel" -N -C -B /etc/s6/current
is $? 0 'the maker, as the build calls it'
mkdir image-bin
mv /etc/s6/current/bin/* image-bin/
ok 'bin/ holds no dotfile' rmdir /etc/s6/current/bin
# /bin of the image has everything: here PATH says where that is.
sed -i "s,-p /bin ,-p $PATH ," image-bin/init
for v in REEVE_BIN I ASAN_OPTIONS UBSAN_OPTIONS; do
	eval "printf '%s\n' \"\$$v\"" >/etc/s6/current/env/$v
done

# box COMMAND...: docker run
box() {
	timeout -s KILL 60 unshare --pid --fork --mount --mount-proc \
		--kill-child sh -c '
		mount -t tmpfs -o mode=0755 tmpfs /run
		# /var/run leads to /run; not all of /var is replaced unless
		# it has to be, since the build may lie there
		[ "$(readlink -f /var/run)" = /run ] || {
			mkdir -p var && ln -sfn /run var/run
			mount --bind var /var
		}
		exec "$@"' box "$@"
}
pid1() { within 10 pgrep -o -x '.*-svscan' && pgrep -o -x '.*-svscan'; }

# --- static: the database is part of the image
sv() { # sv PROFILE NAME
	mkdir -p "$1/etc/s6/sv/$2"
	echo longrun >"$1/etc/s6/sv/$2/type"
	cat >"$1/etc/s6/sv/$2/run"
	chmod 444 "$1/etc/s6/sv/$2/run"
}
default() { # default PROFILE NAME...
	mkdir -p "$1/etc/s6/sv/default"
	echo bundle >"$1/etc/s6/sv/default/type"
	_p=$1; shift
	printf '%s\n' "$@" >"$_p/etc/s6/sv/default/contents"
}
chmod 755 .; : >said; chmod 666 said
sv profile web <<'END'
#!/bin/sh
exec s6-setuidgid nobody sh -c 'trap "echo stopped >>$I/said; exit" TERM
	echo "up as $(id -un)" >>$I/said; while :; do sleep 0.05; done'
END
default profile web
s6-rc-compile /etc/s6/rc/compiled "$I/profile/etc/s6/sv"
is $? 0 'compiled at build time'
box image-bin/init >out 2>err & p=$!
ok 'the service runs' within 20 grep -q 'up as nobody' said
ok 'rc.init goes on' within 10 grep -qx 'boot: 0' out
kill -TERM "$(pid1)"
wait $p;	is $? 0 'docker stop'
is "$(cat said)" 'up as nobody
stopped' 'all in order'

# --- mutable: an empty source directory, a bootstrap beside init
: >said
rm -rf /etc/s6/rc/compiled
s6-rc-compile /etc/s6/rc/compiled /etc/s6/sv 2>err
is $? 0 'compiled from an empty source directory'
cat >bootstrap <<'END'
#!/bin/sh
# nixproc-s6-rc-switch &
(
	until [ -d /var/run/s6-rc ] && grep -q . $I/out; do sleep 0.05; done
	s6-rc-compile $I/db-new $I/profile/etc/s6/sv &&
	s6-rc-update -l /var/run/s6-rc $I/db-new &&
	s6-rc -l /var/run/s6-rc -u change default
	echo "switched: $?" >>$I/said
) &
exec image-bin/init
END
chmod +x bootstrap
box ./bootstrap >out 2>err & p=$!
ok 'an empty database: default is not known, the boot goes on' \
	within 20 grep -qx 'boot: 3' out
ok 'the first real one, through /var/run' within 20 grep -qx 'switched: 0' said
ok '... runs' within 10 grep -q 'up as nobody' said
kill -TERM "$(pid1)"
wait $p;	is $? 0 'docker stop'
like "$(cat said)" '^stopped$' '... stops it in order'
recorded image
end
