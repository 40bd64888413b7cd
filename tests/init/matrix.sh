#!/bin/sh
# matrix.sh - every way to run a container: alone or with services, root or
# another uid, root file system read-only or writable, with or without a
# terminal, process 1 or not; in each the exit code of the command is the
# container's and nothing is left behind.  Then orphans: 10,000 of them.
# TIMEOUT: 180
. "$TESTS/init/lib.sh"
need unshare setpriv script pgrep
[ "$(id -u)" = 0 ] || skip_all 'needs root (mounts in its own namespace)'
chmod 777 .
mkdir -p sv/s sv/default/contents.d state
echo longrun >sv/s/type
printf '#!/bin/sh\nexec sleep 1000\n' >sv/s/run
chmod +x sv/s/run
echo bundle >sv/default/type
: >sv/default/contents.d/s
reeve-rc-compile state/db sv && ln -s db state/boot
mkdir none

# ends CODE: a command that ends so; it also leaves something behind.
cat >ends <<'END2'
#!/bin/sh
(setsid sleep 1001 >/dev/null 2>&1 </dev/null &)
[ "$1" != killed ] || kill -KILL $$
exit "$1"
END2
# box OPTION... -- COMMAND: for script, which takes a command line.
cat >box <<'END2'
#!/bin/sh
. "$TESTS/init/lib.sh"
boxed "$@"
END2
# Not process 1: then what it started must be gone with it, not before; but
# for a process that left its session where the system has no subreapers.
ORPHANS=
built_with SUBREAPER || ORPHANS=left
export ORPHANS
cat >under <<'END2'
#!/bin/sh
reeve-init "$@"
c=$?
[ -z "$ORPHANS" ] || exit $c
! pgrep -f '^sleep 100[01]' || exit 99
exit $c
END2
chmod +x ends box under
ways=
for who in '' '-u 12345'; do
	for root in '' '-r'; do
		for one in '' under; do
			for tty in '' tty; do
				ways="$ways $who $root $one $tty,"
			done
		done
	done
done
for tree in none state; do
	_ifs=$IFS; IFS=,
	for way in $ways; do
		IFS=$_ifs
		share || { IFS=,; continue; }
		got=
		opts=${way%tty} init=reeve-init
		case $way in *under*) opts=${opts%under*} init=./under ;; esac
		for code in 0 1 42 killed; do
			export REEVE_STATE="$PWD/$tree" REEVE_SOURCES="$PWD/none"
			case $way in
			*tty) script -qec "./box -w $opts -- $init ./ends $code" \
				/dev/null >said 2>&1 </dev/null ;;
			*) # shellcheck disable=SC2086
				./box -w $opts -- $init ./ends $code \
				>said 2>&1 ;;
			esac
			got="$got $?"
		done
		is "$got" ' 0 1 42 137' \
			"$([ $tree = state ] && echo services || echo alone): $(echo $way)" ||
			sed 's/^/# /' said
		IFS=,
	done
	IFS=$_ifs
done

built_with SUBREAPER ||
	skip 1 'that nothing is left where it is not process 1: no subreapers'

# Ten thousand orphans, with a tree: svscan reaps them.
cat >many <<'END2'
#!/bin/sh
i=0
while [ $i -lt 10000 ]; do (true &); i=$((i + 1)); done
n=$(ls -d /proc/[0-9]* 2>/dev/null | wc -l)
while [ "$n" -ge 100 ]; do sleep 0.05; n=$(ls -d /proc/[0-9]* 2>/dev/null | wc -l); done
reeve-svstat -o up /run/service/s >seen
exit 5
END2
chmod +x many
export REEVE_STATE="$PWD/state"
./box -w -- reeve-init ./many;	is $? 5 '10,000 orphans beside services'
is "$(cat seen)" true '... which are up all the time'
end
