#!/bin/sh
# compat/differences.sh - the list "What differs on purpose" of
# reeve-s6-names(7) against reality: each line of it is tried here, beside
# Debian's s6 where that has the program, or names the test that does; and no
# line is left out.
# TIMEOUT: 240
. "$TESTS/lib.sh"
. "$TESTS/compat/names.sh"
PATH=$NAMES:$PATH
export PATH
page=$SRC/doc/reeve-s6-names.7
: >tried

# line WORDS: the next assertions are about the line that has these words.
line() {
	grep -qF -e "$1" listed || is "no line: $1" '' 'the list has it'
	grep -F -e "$1" listed >>tried
	about=$1
}
# by TEST LABEL: that test asserts it.
by() {
	ok "$about: $1" grep -qF -e "$2" "$SRC/tests/$1"
}
# The lines of the list, each on one line and without markup.
awk '/^\.Ss What differs/ { on = 1; next } on && /^\.Ss/ { exit }
	on && $1 == ".It" { if (l != "") print l; l = ""; next }
	on && /^\.(El|Bl)/ { next }
	on { sub(/^\.[A-Z][a-z] /, ""); l = l " " $0 }
	END { print l }' "$page" | sed 1d >listed
# theirs LABEL WANT COMMAND...: what Debian's does instead.
theirs() {
	_l=$1 _want=$2; shift 2
	if [ -n "$THEIRS" ]; then
		_got=$(PATH=$THEIRS:$PATH timeout 2 "$@" 2>/dev/null; echo "$?")
		is "$_got" "$_want" "$_l (s6)"
	else
		skip 1 'no s6 installed to compare with'
	fi
}

mkdir -p src/a src/ess; echo longrun >src/a/type; echo longrun >src/ess/type
for s in a ess; do printf '#!/bin/sh\nexec sleep 1000\n' >src/$s/run; done
: >src/ess/flag-essential

line 's6-rc-compile writes a directory'
s6-rc-compile db src
is "$(ls db)" db "$about"
mkdir scan; s6-svscan scan & within 9 s6-svscanctl -z scan
s6-rc-init -c "$PWD/db" -l "$PWD/live" "$PWD/scan"
rm -r db
s6-rc -l "$PWD/live" -u change a ess;	is $? 0 '... that may be removed while it is in use'
line 's6-rc-compile reads the files of a definition'
by compat/own-files.sh 'with a file reeve beside the services'
by compat/own-files.sh 'no other file has one'
line 'Pipelines are FIFOs'
by rc/failures.sh 'but no holder of pipes that could die'
line 's6-rc-update keeps what is wanted'
by rc/failures.sh 'F10: an essential service whose definition changed'
by rc/interrupt.sh 'strace'
line 's6-rc list takes no lock'
s6-setlock live/lock sh -c 's6-rc -l "$PWD/live" -a list >listing; echo $? >>listing'
is "$(grep -v s6rc- listing | tr '\n' ' ')" 'a ess 0 ' "$about"
line 's6-rc-format-upgrade refuses'
by compat/rc-tools.sh 'other services'
line 's6-svscan takes -c'
s6-svscan -c 500 none 2>/dev/null;	is $? 111 "$about"
line 's6-supervise restarts at once'
by supervise/restart.sh 'is started at once'
line 'takes over a service that runs on'
by supervise/adopt.sh 'no second copy was started'
line 'as documented; s6 2.15.1 ignores it'
by compat/commands.sh '-Q: not wanted'

service never <<'END'
exec sleep 1000
END
line 's6-svc -w exits 102'
s6-svc -wu -u never 2>/dev/null;	is $? 102 "$about"
theirs "$about" 111 s6-svc -wu -u never
line 's6-svwait -u, -U, -r and -R'
t0=$(date +%s%N)
s6-svwait -u -t 400 never 2>/dev/null;	is $? 111 "$about"
ok '... not before' test $((($(date +%s%N) - t0) / 1000000)) -ge 400
s6-svwait -d never 2>/dev/null;	is $? 111 '... but -d fails at once'
theirs "$about" 111 s6-svwait -u never
line 'refuse words that are too many'
s6-svok scan extra 2>/dev/null;		is $? 100 "$about: s6-svok"
s6-svscanctl -z scan extra 2>/dev/null;	is $? 100 "$about: s6-svscanctl"
theirs "$about" 0 s6-svscanctl -z scan extra
line 's6-svunlink returns when'
by tools/svlink.sh 'it takes too long'
by tools/svlink.sh 'timeout'

mkdir env; printf noend >env/A; mkfifo env/FIFO
line 's6-envdir -L keeps a value'
is "$(timeout 5 s6-envdir -L env sh -c 'echo "$A"')" noend "$about"
rm env/FIFO
theirs "$about" '
0' s6-envdir -L env sh -c 'echo "$A"'
line 's6-applyuidgid -U refuses'
env UID=0 GID=0 GIDLIST=1,x s6-applyuidgid -U true 2>/dev/null
is $? 100 "$about"
line 's6-notifyoncheck -T ends'
by tools/notifyoncheck.sh '-T ends it all'
line 's6-ftrig-wait and its kin look'
by tools/ftrig.sh 'an event that comes with others is not missed'
line 's6-ipcserverd counts a connection'
by compat/ipc.sh 'the number of connections counts this one'
line 's6-notify-fd-from-socket takes'
by tools/notify-socket.sh 'is readiness'
line 's6-linux-init-shutdownd kills nothing'
by compat/linux-init.sh '... after the grace time'
by compat/linux-init.sh 'ends every time'
line 's6-linux-init-umountall has no limit'
if ! built_with LINUX; then
	like "$(s6-linux-init-umountall 2>&1; echo $?)" \
		'^s6-linux-init-umountall: fatal: unable to unmount anything: ' \
		"$about: without Linux it says that it cannot"
elif unshare --user --map-root-user --mount true 2>/dev/null; then
	is "$(unshare --user --map-root-user --mount sh -c '
		mkdir many; i=0
		while [ $i -lt 120 ]; do
			mount -t tmpfs m$i many || exit; i=$((i + 1))
		done
		s6-linux-init-umountall >/dev/null 2>&1
		grep -c " $PWD/many " /proc/self/mounts')" 0 "$about"
else
	skip 1 'no user namespaces'
fi
line 's6-linux-init-shutdown and -hpr find'
by compat/shutdown.sh '-a: one of them is'

mkdir -p rules/uid/0/env; : >rules/uid/0/allow
printf 'x\0y\n' >rules/uid/0/env/V
line 's6-accessrules-fs-from-cdb turns'
s6-accessrules-cdb-from-fs r.cdb rules; s6-accessrules-fs-from-cdb back r.cdb
ok "$about" cmp rules/uid/0/env/V back/uid/0/env/V
line 's6-ipcserver-socketbinder -m does not fail'
s6-ipcserver-socketbinder -m sock true;	is $? 0 "$about"
theirs "$about" 111 s6-ipcserver-socketbinder -m sock2 true
line 's6-socklog cuts a message'
by compat/syslog.sh 'a long message is cut'
line 's6-instance-maker writes scripts in sh'
mkdir template; s6-instance-maker template made
is "$(head -n 1 made/run)" '#!/bin/sh' "$about"
s6-instance-maker nothing failed 2>/dev/null
not '... and leaves nothing behind' test -e failed
line 'Messages may have other words'
by compat/install.sh 'n --help'

is "$(sort -u tried | wc -l)" "$(wc -l <listed)" 'every line of the list was tried' ||
	grep -vxFf tried listed | sed 's/^/# /'
s6-svscanctl -t scan
end
