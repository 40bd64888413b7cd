#!/bin/sh
# compat/calls.sh - each call that s6-overlay, nix-processmgmt and the scripts
# of images make, with its very command line, by s6's name: exit code, output
# and files.
# TIMEOUT: 240
. "$TESTS/lib.sh"
. "$TESTS/compat/names.sh"
record
PATH=$NAMES:$PATH
export PATH

# call CODE LABEL COMMAND...: exit code; output is left in out and err.
call() { _c=$1 _l=$2; shift 2; "$@" >out 2>err; is $? "$_c" "$_l"; }
sv() { mkdir -p "$1"; { echo '#!/bin/sh'; cat; } >"$1/run"; chmod 755 "$1/run"; }

# --- svscan, ready by -d4, legacy service directories linked in
mkdir service legacy
s6-svscan -d4 -- service 4>ready & scan=$!
ok 's6-svscan -d4 -- DIR' within 5 test -s ready
sv legacy/web <<'X'
trap 'exit 3' TERM; for s in HUP USR1; do trap "echo $s >>got" $s; done
[ -e slow ] || echo >&3
echo out; while :; do sleep 0.05; done
X
echo 3 >legacy/web/notification-fd
printf '#!/bin/sh\necho "$#:$1:$2:$3" >>fin\n' >legacy/web/finish; chmod +x legacy/web/finish
sv legacy/web/log <<'X'
exec cat >>../weblog
X
ln -nsf "$PWD/legacy/web" service/web
call 0 's6-svscanctl -a' s6-svscanctl -a service
sleep 0.05
call 0 's6-svwait -U -t 5000 -- DIR' s6-svwait -U -t 5000 -- service/web
call 0 's6-svwait -u -t 5000 -- DIRS' s6-svwait -u -t 5000 -- service/web service/web/log
call 0 's6-svstat DIR' s6-svstat service/web
like "$(cat out)" '^up \(pid [0-9]+ pgid [0-9]+\) [0-9]+ seconds, ready [0-9]+ seconds$' '... what it prints'
call 0 's6-svstat -u' s6-svstat -u service/web;		is "$(cat out)" true '... true'
call 0 's6-svstat -o pid' s6-svstat -o pid service/web;	pid=$(cat out)
ok '... is the pid' kill -0 "$pid"
call 0 's6-svc -h' s6-svc -h service/web
call 0 's6-svc -1' s6-svc -1 service/web
ok '... arrive' within 5 sh -c 'grep -q HUP legacy/web/got && grep -q USR1 legacy/web/got'
call 0 's6-svc -wU -u -T 5000' s6-svc -wU -u -T 5000 service/web
call 0 's6-svc -wD -d -T 5000' s6-svc -wD -d -T 5000 service/web
is "$(cat legacy/web/fin)" '4:3:0:web' 'finish has code, signal, name, group'
call 0 's6-svstat, down' s6-svstat service/web
like "$(cat out)" '^down \(exitcode 3\) [0-9]+ seconds, normally up, ready [0-9]+ seconds$' '... what it prints'
call 0 's6-svc -o' s6-svc -o service/web
ok '... runs once' within 5 sh -c '[ "$(s6-svstat -u service/web)" = true ]'
call 0 's6-svc -t' s6-svc -t service/web
call 0 's6-svwait -D' s6-svwait -D -t 5000 -- service/web
call 0 's6-svc -u' s6-svc -u service/web
call 0 '... up' s6-svwait -U -t 5000 service/web
p1=$(s6-svstat -o pid service/web)
call 0 's6-svc -r' s6-svc -r service/web
ok '... another process' within 9 sh -c '[ "$(s6-svstat -u service/web)" = true ] && [ "$(s6-svstat -o pid service/web)" != '"$p1"' ]'
call 0 's6-svdt' s6-svdt service/web
like "$(tail -n 1 out)" '^@[0-9a-f]{24} exitcode 3$' '... the deaths'
call 0 's6-svdt-clear' s6-svdt-clear service/web
is "$(s6-svdt service/web)" '' '... none'
call 0 's6-svc -O' s6-svc -O service/web
ok '... is not restarted any more' within 5 sh -c '[ "$(s6-svstat -o wantedup service/web)" = false ]'
call 0 's6-svc -Od' s6-svc -Od service/web
call 0 's6-svwait -D' s6-svwait -D -t 5000 service/web
call 99 'svwait: timeout' s6-svwait -U -t 50 -- service/web
# services-down of s6-overlay
rm service/web
call 0 's6-svscanctl -an' s6-svscanctl -an service
call 0 's6-svwait -D -t 3000 -- DIR DIR/log' s6-svwait -D -t 3000 -- legacy/web legacy/web/log
like "$(cat legacy/web/weblog)" '^out$' 'the log got its lines'
sv service/own </dev/null
printf '#!/bin/sh\nexec sleep 1000\n' >service/own/run
call 0 'scan' s6-svscanctl -a service
within 5 s6-svok service/own; s6-svwait -u -t 5000 service/own
(cd service/own && s6-svc -Ox -- .); is $? 0 's6-svc -Ox -- .'
call 0 's6-svc -Oxc -- DIR' s6-svc -Oxc -- "$PWD/service/own"
printf '#!/bin/sh\necho finished >>%s/fin\n' "$PWD" >service/.s6-svscan/finish; chmod +x service/.s6-svscan/finish
call 0 's6-svscanctl -b -- DIR' s6-svscanctl -b -- service
wait $scan; is "$? $(cat fin)" '0 finished' '... finish is executed at once'
call 100 's6-svscanctl, nobody there' s6-svscanctl -qb service
for l in -t -qb -tb; do
	mkdir s$l; s6-svscan -X3 -- s$l 3>&2 & p=$!
	within 5 s6-svscanctl -z s$l 2>/dev/null
	call 0 "s6-svscanctl $l (svscan -X3)" s6-svscanctl $l s$l
	wait $p; is $? 0 '... ends it'
done
for o in -s -S; do call 100 "s6-svscan $o is refused as in s6 2.15" s6-svscan $o x; done
call 111 's6-svscan -c500, of older versions, is taken' s6-svscan -c500 none
call 100 's6-svscanctl -s is refused too' s6-svscanctl -s x

# --- envdir, all letters
mkdir env; printf 'value \n' >env/A; printf 'a\nb\n' >env/B; : >env/C; printf 'x\0y\n' >env/D; head -c 5000 /dev/zero | tr '\0' z >env/E
e() { env -i PATH="$PATH" C=set s6-envdir "$@" sh -c 'printf "%s|%s|%s|%s|%s" "$A" "$B" "${C-unset}" "$D" "${#E}"'; }
# The same with Debian's, where both are there.
for o in '' -f -fi '-fn --' -I -i -Lfn -Lf '-Lf --'; do
	# shellcheck disable=SC2086
	e $o env >e.ours 2>&1; r=$?
	if [ -n "$THEIRS" ] && [ "${o#*L}" = "$o" ]; then
		# shellcheck disable=SC2086
		(PATH=$THEIRS:$PATH; e $o env >e.theirs 2>&1; echo $? >>e.theirs); echo $r >>e.ours
		is "$(cat e.ours | sed 's/.*s6-envdir/s6-envdir/')" "$(cat e.theirs | sed 's/.*s6-envdir/s6-envdir/')" "s6-envdir $o as Debian's"
	else
		is $r 0 "s6-envdir $o"
	fi
done
is "$(e -Lf -- env)" 'value |a
b|unset|x
y|5000' 's6-envdir -Lf: whole files, the last newline cut'
call 111 's6-envdir, no directory' s6-envdir none true

# --- accounts
call 0 's6-envuidgid -D 65534:65534 nobody' s6-envuidgid -D 65534:65534 nobody env
like "$(grep -E '^(UID|GID)=' out | tr '\n' ' ')" 'UID=65534|GID=65534' '... sets UID and GID'
call 0 's6-envuidgid -D 1:2: -- unknown' s6-envuidgid -D 32760:32761: -- nosuchaccount env
is "$(grep -E '^(UID|GID|GIDLIST)=' out | sort | tr '\n' ' ')" 'GID=32761 GIDLIST= UID=32760 ' '... the default, an empty list of groups'
call 1 's6-envuidgid, unknown' s6-envuidgid nosuchaccount env
call 0 's6-envuidgid -i' s6-envuidgid -i -- nobody env
if [ "$(id -u)" = 0 ]; then
	call 0 's6-setuidgid nobody' s6-setuidgid nobody id -un;	is "$(cat out)" nobody '... is nobody'
	call 0 's6-applyuidgid -U --' s6-envuidgid -D 1:1: -- nosuch s6-applyuidgid -U -- id -u; is "$(cat out)" 1 '... is 1'
else
	skip 4 'not root'
fi
call 0 's6-setlock' s6-setlock lockfile true
s6-setlock held sleep 5 & lp=$!
within 5 sh -c '! s6-setlock -n held true 2>/dev/null'
call 1 's6-setlock -n, held' s6-setlock -n held true
kill $lp

# --- log
call 0 's6-log -b -- n20 s1000000 T DIR' sh -c 'echo hello | s6-log -b -- n20 s1000000 T ./l1'
like "$(cat l1/current)" '^[0-9-]{10} [0-9:.]{15,18}  hello$' '... with a stamp'
call 0 's6-log -d3 DIR' sh -c 'echo hello | s6-log -d3 ./l2 3>lready'
is "$(cat l2/current)$(wc -l <lready)" hello1 '... without; ready'
call 0 's6-log -bpd3 -- 1 t T' sh -c 'echo hello | s6-log -bpd3 -- 1 t T ./l3 3>/dev/null'
is "$(cat out)" hello '... a copy'
like "$(cat l3/current)" '^@[0-9a-f]{24} [0-9-]{10} [0-9:.]+  hello$' '... both stamps'
call 0 's6-log with selection' sh -c 'printf "daemon.err: a\nDEBUG: b\nmail.info: c\n" | s6-log -d3 -- - "+^daemon\.[[:alpha:]]*: " n20 s1000000 ./l4 - "+.*" "-^DEBUG:" S30000000 ./l5 3>/dev/null'
is "$(cat l4/current)" 'daemon.err: a' '... selected'
is "$(cat l5/current)" 'daemon.err: a
mail.info: c' '... and deselected'
call 0 's6-log with a processor' sh -c 'head -c 20000 /dev/zero | tr "\0" "\n" | sed s/^/line/ | s6-log -d3 -b -- n3 s4096 "!gzip -nq9" ./l6 3>/dev/null'
ok '... gzip got its rotations' sh -c 'for f in l6/@*.s; do gzip -dc <$f | grep -q line || exit 1; done'
if command -v zstd >/dev/null; then
	call 0 's6-log with zstd' sh -c 'head -c 20000 /dev/zero | tr "\0" "\n" | sed s/^/line/ | s6-log -d3 -b -- n3 s4096 "!zstd" ./l7 3>/dev/null'
	ok '... zstd got its rotations' sh -c 'for f in l7/@*.s; do zstd -dc <$f | grep -q line || exit 1; done'
else
	call 0 's6-log with zstd, which is not there' sh -c 'echo x | s6-log -d3 -b -- n3 s4096 "!zstd" ./l7 3>/dev/null'
	skip 1 'zstd is not installed'
fi
call 0 's6-log: all to standard output' sh -c 'printf "DEBUG: a\nb\n" | s6-log -d3 -b -- -^DEBUG: "+.*" 1 3>/dev/null'
call 0 's6-tai64nlocal' sh -c 'echo "@4000000066b1c2d3075bcd15 x" | TZ=UTC s6-tai64nlocal'
like "$(cat out)" '^2024-08-06 .* x$' '... a date'

# --- notifyoncheck
sv n1 <<'X'
exec s6-notifyoncheck -d -n 300 -w 1000 -c "test -e okay" sleep 1000
X
echo 3 >n1/notification-fd; mkdir n1/data
sv n2 <<'X'
exec s6-notifyoncheck -s 10 -w 50 -n 0 sleep 1000
X
sv n3 <<'X'
exec s6-notifyoncheck -t 500 -w 50 -n 0 sleep 1000
X
sv n4 <<'X'
exec s6-notifyoncheck sleep 1000
X
for s in n2 n3 n4; do
	echo 3 >$s/notification-fd; mkdir $s/data; printf '#!/bin/sh\ntest -e okay\n' >$s/data/check; chmod +x $s/data/check
done
for s in n1 n2 n3 n4; do
	s6-supervise $s & within 5 s6-svok $s
	call 99 "notifyoncheck ($s): not before" s6-svwait -U -t 200 $s
	touch $s/okay
	call 0 "... and then" s6-svwait -U -t 5000 $s
	s6-svc -wD -T 5000 -dx $s
done

# --- rc, by the calls of rc.init and rc.shutdown of both users
mkdir -p src/a src/default/contents.d service2 empty
echo oneshot >src/a/type; echo "touch $PWD/a.up" >src/a/up; echo "rm $PWD/a.up" >src/a/down
echo bundle >src/default/type; : >src/default/contents.d/a
s6-svscan service2 & scan=$!
within 5 test -p service2/.s6-svscan/control
call 0 's6-rc-compile -v0 -- DB SRC SRC' s6-rc-compile -v0 -- "$PWD/db" src empty
for o in '-u root' '-g root'; do
	# shellcheck disable=SC2086
	call 100 "s6-rc-compile $o is refused as in s6-rc 0.7" s6-rc-compile $o db2 src
done
L="-l $PWD/live"
# shellcheck disable=SC2086
{
call 0 's6-rc-init -c DB SCANDIR' s6-rc-init -c "$PWD/db" $L "$PWD/service2"
for f in compiled scandir; do ok "live/$f is a link" test -h live/$f; done
for f in state prefix lock servicedirs; do ok "live/$f" test -e live/$f; done
call 0 's6-rc -v1 -u -t 0 -- change default' s6-rc $L -v1 -u -t 0 -- change default
ok '... ran up' test -e a.up
call 0 's6-rc -v2 -up change default' s6-rc $L -v2 -up change default
call 0 's6-rc -a list' s6-rc $L -a list
is "$(grep -v ^s6rc- out)" a '... what is up'
call 3 's6-rc change nosuch' s6-rc $L -u change nosuch
call 0 's6-rc -v1 -bda change' s6-rc $L -v1 -bda change
not '... ran down' test -e a.up
s6-rc $L -u change default
call 0 's6-rc -v2 -bDa change' s6-rc $L -v2 -bDa change
not '... ran down' test -e a.up
printf 'sh -c "sleep 3"\n' >src/a/up; s6-rc-compile "$PWD/db2" src
call 0 's6-rc-update -n -l LIVE DB' s6-rc-update -n $L "$PWD/db2"
call 0 's6-rc-update -v2 -l LIVE DB' s6-rc-update -v2 $L "$PWD/db2"
call 2 's6-rc -t 100: timed out is 2' s6-rc $L -u -t 100 change default
printf 'false\n' >src/a/up; s6-rc-compile "$PWD/db3" src; s6-rc-update $L "$PWD/db3"
call 1 's6-rc: a failed oneshot is 1' s6-rc $L -u change default
}
# --- local sockets, descriptors, privileges: one round each
echo granted >data.txt
s6-ipcserver -1 sock1 s6-ipcserver-access -v0 -E -l0 -i acl cat data.txt >ready1 & p=$!
mkdir -p acl/uid/self; touch acl/uid/self/allow
ok 's6-ipcserver -1' within 9 test -s ready1
is "$(s6-ipcclient sock1 sh -c 'cat <&6')" granted 's6-ipcserver-access, s6-ipcclient'
kill $p
s6-ipcserver-socketbinder -- sock2 s6-ipcserverd -1 -- s6-sudod -t 5000 -- sh -c 'echo "as $0"; exit 4' >ready2 & p=$!
ok 's6-ipcserver-socketbinder' within 9 test -s ready2
call 4 's6-sudo: the code of what s6-sudod runs' s6-sudo -e sock2 me
is "$(cat out)" 'as me' '... its output and argument'
kill $p
mkdir -p acl/uid/self/env
for v in STORE_REGEX RETRIEVE_REGEX LIST; do printf . >acl/uid/self/env/S6_FDHOLDER_$v; done
s6-fdholder-daemon -1 -i acl holder >ready3 & p=$!
ok 's6-fdholder-daemon' within 9 test -s ready3
call 0 's6-fdholder-store' s6-fdholder-store holder id <data.txt
is "$(s6-fdholder-list holder)" id 's6-fdholder-list'
is "$(s6-fdholder-retrieve holder id cat)" granted 's6-fdholder-retrieve'
kill $p
is "$(printf '<30>line\n' | V=1 ucspilogd V)" '1: daemon.info: line' 'ucspilogd'
sv n5 <<'X'
exec sleep 1000
X
s6-supervise n5 & within 5 s6-svok n5; s6-svwait -u -t 5000 n5
call 0 's6-svlisten, s6-svc -d' s6-svlisten -d -t 5000 ' n5' '' s6-svc -d n5

s6-svscanctl -t service2
recorded calls
end
