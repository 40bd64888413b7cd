#!/bin/sh
# compat/internal.sh - the calls that s6-rc and s6-linux-init write into what
# they generate, by their names: a oneshot runner and an fd-holder as in a
# compiled database, and the last scripts of a container.
# TIMEOUT: 240
. "$TESTS/lib.sh"
. "$TESTS/compat/names.sh"
need execlineb
[ "$(id -u)" = 0 ] || skip_all 'needs root (it reboots a pid namespace)'
record
PATH=$NAMES:$PATH REEVE_BIN=$NAMES
export PATH REEVE_BIN

# --- servicedirs of a compiled database
mkdir -p live/s6rc-oneshot-runner/data/rules/uid/0 \
	live/s6rc-fdholder/data/rules/uid/0/env
cd live || exit
for n in s6rc-oneshot-runner s6rc-fdholder; do
	: >$n/data/rules/uid/0/allow
	mkdir -p $n/data/rules/uid/default; : >$n/data/rules/uid/default/deny
done
for v in STORE_REGEX RETRIEVE_REGEX; do
	printf '^pipe:s6rc-' >s6rc-fdholder/data/rules/uid/0/env/S6_FDHOLDER_$v
done
: >s6rc-fdholder/data/rules/uid/0/env/S6_FDHOLDER_LIST
printf . >s6rc-fdholder/data/rules/uid/0/env/S6_FDHOLDER_LIST
echo 3 >s6rc-oneshot-runner/notification-fd
echo 1 >s6rc-fdholder/notification-fd
cat >s6rc-oneshot-runner/run <<'END'
#!/bin/execlineb -P
fdmove -c 2 1
fdmove 1 3
s6-ipcserver-socketbinder -- s s6-ipcserverd -1 -- s6-ipcserver-access -v0 -E -l0 -i data/rules -- s6-sudod -t 30000 -- ../../runner
END
cat >../runner <<'END'
#!/bin/sh
echo "$1 of $2 in $(basename "$PWD"): $RC_NAME"
echo "told" >&2
[ "$1" = up ]
END
cat >s6rc-fdholder/run <<'END'
#!/bin/sh
exec s6-fdholder-daemon -1 -n 256 -i data/rules -- s
END
sed -i "s,^#!/bin/execlineb,#!$(command -v execlineb)," s6rc-oneshot-runner/run
chmod +x */run ../runner
service web <<'END'
exec s6-fdholder-retrieve ../s6rc-fdholder/s pipe:s6rc-w-NAME sh -c 'exec >&0; echo line; exec sleep 1000'
END
service web-log <<'END'
echo >&3
exec s6-fdholder-retrieve ../s6rc-fdholder/s pipe:s6rc-r-NAME sh -c 'exec cat >../../logged'
END
echo 3 >web-log/notification-fd
touch web/down web-log/down
s6-svscan . & scan=$!
for n in s6rc-oneshot-runner s6rc-fdholder; do
	ok "$n is ready" s6-svwait -U -t 9000 $n
done
RC_NAME=mine s6-sudo -el0 -t 30000 -T 5000 -- \
	s6rc-oneshot-runner/s up 1 >../out 2>../err
is "$? $(cat ../out)" '0 up of 1 in s6rc-oneshot-runner: ' \
	'a oneshot by s6-sudo: its environment is the runner'"'"'s'
is "$(cat ../err)" told '... its messages come here'
s6-sudo -el0 -t 30000 -T 5000 -- s6rc-oneshot-runner/s down 1 >/dev/null 2>&1
is $? 1 '... its exit code'
is "$(s6-ipcclient -l0 -- s6rc-oneshot-runner/s s6-sudoc -e -t 30000 -T 5000 -- up 1 2>/dev/null)" \
	'up of 1 in s6rc-oneshot-runner: ' 's6-ipcclient and s6-sudoc do the same'
if command -v setpriv >/dev/null; then
	setpriv --reuid 65534 --regid 65534 --clear-groups \
		s6-sudo -el0 -t 30000 -T 5000 -- s6rc-oneshot-runner/s up 1 \
		>/dev/null 2>&1
	not '... not for others' test $? = 0
else
	skip 1 'no setpriv'
fi
# A pipe, as s6-rc-fdholder-filler puts it there.
mkfifo ../fifo
exec 8<>../fifo
s6-fdholder-store -d 8 s6rc-fdholder/s pipe:s6rc-w-NAME
s6-fdholder-store -d 8 s6rc-fdholder/s pipe:s6rc-r-NAME
s6-fdholder-store -d 8 s6rc-fdholder/s other 2>/dev/null
is $? 1 'other names are refused'
ok 'a longrun that tells: -uwU' s6-svc -uwU -T 5000 -- web-log
ok 'one that does not: -uwu' s6-svc -uwu -T 5000 -- web
ok 'producer and consumer have the pipe' within 9 grep -qx line ../logged
ok 'down: -dwD' s6-svc -dwD -T 5000 -- web
s6-svc -u -- web; ok 's6-svc -u --' s6-svwait -u -t 5000 -- web
s6-svc -d -- web; ok 's6-svc -d --' s6-svwait -d -t 5000 -- web
ok 's6-svlisten' s6-svlisten -u -t 5000 -- ' web' '' s6-svc -u -- web
s6-svscanctl -t .
wait $scan
cd .. || exit

# --- the end of a container: finish and crash as upstream writes them
cat >finish <<'END'
#!/bin/sh
exec s6-envdir -- /run/s6-linux-init-container-results sh -c '
	case ${haltcode-h} in
	r) exec s6-linux-init-hpr -frn ;;
	p) exec s6-linux-init-hpr -fpn ;;
	esac
	exit ${exitcode:-0}'
END
cat >crash <<'END'
#!/bin/sh
s6-linux-init-echo -- 'scanner crashed' >&2
s6-linux-init-nuke
exec s6-linux-init-hpr -fnp
END
cat >stage2 <<'END'
#!/bin/sh
until s6-svok /run/service/s6-svscan-log && s6-svok /run/service/own; do sleep 0.02; done
s6-svwait -u /run/service/own /run/service/s6-svscan-log
(cd /run/service/own && s6-svc -Ox -- .)
s6-svc -Oxc -- /run/service/s6-svscan-log
exec s6-svscanctl -b -- /run/service
END
chmod +x finish crash stage2
# box EXITCODE HALTCODE FINISH: its exit code
box() {
	timeout -s KILL 20 unshare --pid --fork --mount --mount-proc \
		--kill-child sh -c '
		mount -t tmpfs tmpfs /run
		mkdir -p /run/service/.s6-svscan /run/service/own \
			/run/service/s6-svscan-log /run/s6-linux-init-container-results
		echo "$1" >/run/s6-linux-init-container-results/exitcode
		echo "$2" >/run/s6-linux-init-container-results/haltcode
		cp "$3" /run/service/.s6-svscan/finish
		for s in own s6-svscan-log; do
			printf "#!/bin/sh\nexec sleep 1000\n" >/run/service/$s/run
			chmod +x /run/service/$s/run
		done
		./stage2 &
		exec s6-svscan -d4 -- /run/service 4>/dev/null' box "$@" \
		>out 2>err
}
box 7 h finish;		is $? 7 'halt: the code of exitcode'
box 7 p finish;		is $? 130 'poweroff'
box 7 r finish;		is $? 129 'reboot'
box 0 h crash;		is $? 130 'crash'
like "$(cat err)" '^scanner crashed$' '... says so'
recorded internal
end
