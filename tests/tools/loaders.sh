#!/bin/sh
# tools/loaders.sh - each chain-loader changes its one thing and executes the
# rest.  Every letter, against s6's, is in compat/chain.sh.
. "$TESTS/lib.sh"

for p in setuidgid envuidgid applyuidgid envdir softlimit setlock setsid \
	fghack; do
	"$(named $p)" 2>/dev/null;	is $? 100 "$p alone is misuse"
done
mkdir env; echo value >env/KEY
for c in 'setuidgid root' 'envuidgid root' 'applyuidgid -u 0' 'envdir env' \
	'softlimit -o 64' 'setlock lk' setsid; do
	# shellcheck disable=SC2086
	is "$($(named "$c") echo to be done)" 'to be done' "$c executes"
	# shellcheck disable=SC2086
	$(named "$c") sh -c 'exit 7';		is $? 7 "$c: its exit code"
	# shellcheck disable=SC2086
	$(named "$c") nosuchprog 2>/dev/null;	is $? 127 "$c: not found"
	# shellcheck disable=SC2086
	$(named "$c") /etc/passwd 2>/dev/null;	is $? 126 "$c: not executable"
	# Nothing of ours is left open in the program, but for the lock.
	case $c in setlock*) continue ;; esac
	# shellcheck disable=SC2086
	is "$($(named "$c") sh -c 'ls /proc/self/fd' | tr '\n' ' ')" \
		"$(ls /proc/self/fd | tr '\n' ' ')" "$c: descriptors"
done
is "$("${P}envdir" env sh -c 'echo $KEY')" value envdir
is "$("${P}softlimit" -o 64 sh -c 'ulimit -Sn')" 64 softlimit
is "$("${P}setlock" lk sh -c "${P}setlock -n lk true 2>/dev/null; echo \$?")" 1 setlock
is "$(s6-fghack sh -c '(sleep 0.2; echo late) & echo soon')" 'soon
late' 'fghack stays'
if [ "$(id -u)" = 0 ]; then
	is "$("${P}setuidgid" nobody id -u)" "$(id -u nobody)" setuidgid
	is "$(s6-envuidgid nobody s6-applyuidgid -U id -u)" \
		"$(id -u nobody)" 'envuidgid, applyuidgid'
	chmod 755 .; chmod 600 env/KEY
	"${P}setuidgid" nobody "${P}envdir" env true 2>err
	is $? 111 'envdir of what may not be read'
	"${P}setuidgid" nobody "${P}setuidgid" root true 2>/dev/null
	is $? 111 'setuidgid without the right to'
fi
if [ "$P" = reeve- ]; then
	like "$(cat err)" 'env/KEY.*Permission denied' 'which it names'
	is "$(reeve-softlimit -o 1k -s 1M sh -c 'ulimit -Sn; ulimit -Ss')" '1024
1024' 'softlimit with units'
	reeve-softlimit --open-files=64 true; is $? 0 'long options'
	reeve-setlock lk4 sh -c 'reeve-setlock -nx lk4 echo no; exit $?' >out 2>err
	is "$?$(cat out err)" 0 'setlock -n -x of a held lock: 0, and nothing said'
	reeve-setlock lk4 sh -c 'reeve-setlock -nxX lk4 true; exit $?' 2>/dev/null
	is $? 1 '... -X undoes it'
	reeve-setlock -x lk4 sh -c 'exit 3'; is $? 3 '... a free lock is taken'
	# A lock with -d is that of every heir.
	reeve-setlock -d 9 lk2 sh -c 'sleep 2 & :'
	# Without OFD locks it is flock, which on Linux alone does not meet the
	# other kind.
	same='-d 8'; built_with LINUX && same=
	# shellcheck disable=SC2086
	reeve-setlock -n $same lk2 true 2>/dev/null; is $? 1 'setlock -d: an heir holds it'
	reeve-setlock lk3 sh -c 'sleep 2 & :'
	reeve-setlock -n lk3 true; is $? 0 'without -d it is the program alone'
fi
end
