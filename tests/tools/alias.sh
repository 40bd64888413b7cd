#!/bin/sh
# tools/alias.sh - the commands of daemontools and runit by their own names:
# alias finds what stands for them, alias-sv drives services as sv does, and
# alias-chpst does to a process what chpst does.
. "$TESTS/lib.sh"

# --- alias
s6-alias -l >list;	is $? 0 'alias -l'
while IFS='	' read -r name prog; do
	prog=${prog%% *}
	ok "$name: $prog is there" test -x "$BUILD/bin/$(named "${prog#s6-}")"
done <list
mkdir env; echo value >env/KEY
is "$(s6-alias envdir env sh -c 'echo $KEY')" value 'alias envdir'
ln -s "$BUILD/bin/s6-alias" envdir
is "$(./envdir env sh -c 'echo $KEY')" value 'by a link'
is "$(echo line | s6-alias multilog t ./log; cut -c1 log/current)" @ multilog
is "$(s6-alias pgrphack sh -c 'ps -o sid= -p $$ | tr -d " "; echo $$' | uniq |
	wc -l)" 1 'pgrphack'
is "$(s6-alias svlogd x 2>&1; echo $?)" \
	's6-alias: fatal: nothing stands for svlogd (-l lists what there is)
100' 'what has no alias'
s6-alias 2>/dev/null;	is $? 100 'no command'

# Process 1 of a machine has no /proc when it looks for its sisters.
if unshare --mount true 2>/dev/null &&
	! grep -q sanitize "$BUILD/config.mak"; then
	unshare --mount sh -c 'mount -t tmpfs x /proc &&
		env -u REEVE_BIN "$BUILD/bin/s6-alias" svok nosuch'
	is $? 1 'without /proc'
else
	skip 1 'no mount namespace, or sanitizers'
fi

# --- chpst: the same as runit's, where that is installed
chpst_all() { # chpst_all COMMAND: runs them
	c=$1
	$c -e env sh -c 'echo $KEY'
	$c -b other sh -c 'echo $0'
	$c -P sh -c '[ "$(ps -o pgid= -p $$ | tr -d " ")" = $$ ] && echo own'
	$c -n 3 nice
	$c -n +2 nice
	$c -o 33 -f 5120 -c 0 -t 77 sh -c 'ulimit -n; ulimit -c; ulimit -t'
	$c -012 sh -c 'ls /proc/$$/fd >fds'
	grep -c '^[012]$' fds
	$c -l lock true; echo $?
	: >lock; $c -l lock $c -L lock2 echo both
	$c -e none true 2>/dev/null; echo $?
	$c -u nosuchuser true 2>/dev/null; echo $?
	$c -u :nosuch true 2>/dev/null; echo $?
	$c 2>/dev/null; echo $?
	$c -Q true 2>/dev/null; echo $?
	$c ./nothing 2>/dev/null; [ $? != 0 ]; echo $?
	[ "$(id -u)" = 0 ] || return
	$c -u nobody id
	$c -u nobody:daemon id
	$c -u nobody:daemon:bin id
	$c -u :12:13 id
	$c -u :12 id 2>/dev/null; echo $?
	$c -U nobody sh -c 'echo $UID $GID; id -u'
	$c -U nobody:daemon sh -c 'echo $UID $GID'
	# A sanitizer needs its /proc.
	grep -q sanitize "$BUILD/config.mak" && return
	mkdir -p root; cp "$BUILD/bin/reeve-svok" root/prog
	# shellcheck disable=SC2046
	cp --parents $(ldd root/prog 2>/dev/null | grep -o '/[^ ]*') root/
	$c -/ root /prog --version | cut -d' ' -f2
}
chmod 755 .
chpst_all s6-alias-chpst >ours 2>&1
is "$(s6-alias-chpst -C env pwd)" "$PWD/env" 'chpst -C'
is "$(head -n 4 ours | tr '\n' ' ')" "value other own $(nice -n 3 nice) " 'chpst'
if command -v chpst >/dev/null; then
	chpst_all chpst >theirs 2>&1
	is "$(cat ours)" "$(cat theirs)" 'as chpst of runit does'
else
	skip 1 "runit is not installed"
fi

# --- sv
mkdir sv
SVDIR=$PWD/sv
export SVDIR
service sv/web <<'END'
trap 'echo hup >>got' HUP; trap 'exit 0' TERM
while :; do sleep 0.02; done
END
mkdir sv/web/log; printf '#!/bin/sh\nexec cat >/dev/null\n' >sv/web/log/run
chmod +x sv/web/log/run
service sv/deaf <<'END'
trap '' TERM
: >deaf
while :; do sleep 0.02; done
END
scanned sv
sv() { s6-alias-sv "$@"; }
within 9 up sv/web; within 9 up sv/web/log
like "$(sv status web)" \
	'^run: web: \(pid [0-9]+\) [0-9]+s; run: log: \(pid [0-9]+\) [0-9]+s$' status
sv hup web;	is $? 0 'hup'
ok '... arrives' within 9 grep -qx hup sv/web/got
p=$(field sv/web pid)
like "$(sv restart web)" '^ok: run: web: \(pid [0-9]+\) 0s; run: log' restart
ok '... is another process' no_process "$p"
like "$(sv stop web)" '^ok: down: web: [0-9]s, normally up; run: log' stop
down sv/web;	is $? 0 '... is down'
is "$(sv try-restart web | cut -d: -f1,2)" 'ok: down' 'try-restart of what is down'
like "$(sv check web)" '^ok: down' check
is "$(sv -v up web | cut -d: -f1,2)" 'ok: run' '-v up waits'
sv d web;	is "$?" 0 'd, a short name, does not wait'
ok '... goes down' within 9 down sv/web
sv o web; within 9 up sv/web
like "$(sv s web)" 'run: web: .*, want down' 'once'
like "$(sv start web)" '^ok: run' start
like "$(cd sv && sv status ./web web/)" '(run: .*)+' 'by path'
touch sv/web/down
like "$(sv status web)" 'run: web: .*, normally down' 'normally down'
rm sv/web/down
sv pause web; ok 'pause' within 9 sh -c 's6-alias-sv status web | grep -q ", paused"'
sv cont web
# more than one, and some of them not there
like "$(sv status web nosuch; echo $?)" \
	'fail: nosuch: unable to change to service directory: file does not exist' \
	'one that is not there'
sv status nosuch nosuch2 web >/dev/null;	is $? 2 '... the number of them is the code'
mkdir sv/plain.d plain; like "$(sv status "$PWD/plain"; echo $?)" 'no supervise running' 'nor supervised'
within 9 test -e sv/deaf/deaf
like "$(sv -w 1 stop deaf; echo $?)" '^timeout: run: deaf: .*, want down' 'one that does not stop'
sv -w 1 force-stop deaf >out;	is $? 0 'force-stop'
like "$(cat out)" '^ok: down: deaf' '... kills it'
like "$(SVWAIT=1 sv shutdown web)" '^ok: down: web' 'shutdown'
ok '... its supervise has been told' within 9 sh -c '! reeve-svok sv/web || [ "$(reeve-svstat -o wantedup sv/web)" = true ]'
for a in '' web 'nosuchcommand web' '-w x status web'; do
	# shellcheck disable=SC2086
	sv $a >/dev/null 2>&1;	is $? 100 "sv $a: misuse"
done
# The same words as sv of runit, about a service under runsv.
life() { # life SV SUPERVISE
	"$2" both >/dev/null 2>&1 & p=$!
	within 9 sh -c "$1 status ./both | grep -q ^run"
	"$1" status ./both
	"$1" -v down ./both; echo $?
	"$1" status ./both
	"$1" once ./both; echo $?
	within 9 sh -c "$1 status ./both | grep -q ^run"
	"$1" status ./both
	"$1" start ./both >/dev/null
	within 9 sh -c "! $1 status ./both | grep -q 'want down'"
	"$1" status ./both
	touch both/down; "$1" status ./both; rm both/down
	"$1" check ./both; echo $?
	"$1" stop ./both; echo $?
	"$1" status ./nosuch; echo $?
	"$1" exit ./both; echo $?
	wait $p
	"$1" status ./both; echo $?
	rm -rf both/supervise both/event
}
if command -v runsv >/dev/null && command -v sv >/dev/null; then
	service both <<'END'
exec sleep 1000
END
	plain='s/pid [0-9]*/pid N/; s/[0-9][0-9]*s/Ns/; s/runsv not/no supervise/'
	unset -f sv
	life sv runsv 2>&1 | sed "$plain" >theirs
	life s6-alias-sv reeve-supervise 2>&1 | sed "$plain" >ours
	is "$(cat ours)" "$(cat theirs)" 'as sv of runit does'
else
	skip 1 'runit is not installed'
fi
end
