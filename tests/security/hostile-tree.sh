#!/bin/sh
# security/hostile-tree.sh - names, descriptions, statuses, arguments and log
# lines of others are data: nothing that prints them steers a terminal, breaks
# JSON, DOT or metrics, or makes a shell execute something.
. "$TESTS/lib.sh"
. "$TESTS/security/lib.sh"
need jq

# What no output may hold: control characters but tab and newline, those of ISO
# 6429 as UTF-8, and what turns text around.
cat >raw.py <<'P'
import re, sys
text = open(sys.argv[1], 'rb').read().replace(b'\r\n', b'\n')
bad = re.search(rb'[\x00-\x08\x0b-\x1f\x7f]|\xc2[\x80-\x9f]|'
    rb'\xe2\x80[\xa8-\xae]|\xe2\x81[\xa6-\xa9]', text)
if bad:
    print(repr(text[max(0, bad.start() - 30):bad.end() + 10]))
P
esc=$(printf '\033]0;T\007\033[2J\302\2332J\342\200\256') nl='
'
is "$(printf '%s' "$esc" >x; python3 raw.py x | wc -l)" 1 'the test sees what it looks for'

# A definition's name cannot hold them; all else can be in it.
n1='$(id>pwned)`id>pwned`' n2="it's;id>pwned" n3='q"uo\te \[x]$HOME'
for n in "$n1" "$n2" "$n3"; do
	sv "$n" type 'oneshot\n' up 'true\n' description "d$esc"
done
printf 'd%s' "$esc" >"/srv/sv/$n1/description"
mkdir -p "/srv/bad/a${esc}b"; echo oneshot >"/srv/bad/a${esc}b/type"; echo true >"/srv/bad/a${esc}b/up"
not 'a name with control characters is refused' reeve-rc-compile x.db /srv/bad 2>err
is "$(python3 raw.py err)" '' 'and the message says so without them'
like "$(cat err)" 'no control' 'and why'

# A service that says, and is called, what it likes.
cat >/srv/evil.py <<'P'
import os, socket, time, ctypes, sys
n = os.environ['NOTIFY_SOCKET']
s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
E = "\x1b]0;T\x07\x1b[2J\u009b2J\r\u202e fake".encode()
s.sendto(b"READY=1\nSTATUS=ok" + E, '\0' + n[1:] if n[0] == '@' else n)
os.write(1, b"log" + E + b"\n")
ctypes.CDLL(None).prctl(15, b"c\x1b[2J\nx", 0, 0, 0)
if os.fork() == 0:
    os.execve('/bin/sleep', [b'sl' + E + b'\nfake', '1000'], {b'A' + E: E})
time.sleep(1000)
P
sv evil type 'longrun\n' user 'www\n' notification-type 'sd_notify\n' \
	logger '' command 'python3 /srv/evil.py\n'
printf 'of %s fake' "$esc" >/srv/sv/evil/description
# What a oneshot writes itself passes through, as with any command.
sv fails type 'oneshot\n' up '/bin/sh -c "exit 1"\n'
reeve up >out 2>&1
is "$(python3 raw.py out)" '' 'up'
reeve start evil "$n1" "$n2" "$n3" >out 2>&1; is $? 0 'they start'
is "$(python3 raw.py out)" '' 'start'
reeve start fails >out 2>&1
is "$(python3 raw.py out)" '' 'start of what fails'
# Below the same scan directory, one that no database knows.
raw="u${esc}${nl}v\$(id>pwned)"
mkdir "/run/service/$raw"; printf '#!/bin/sh\nexec sleep 1000\n' >"/run/service/$raw/run"
chmod 755 "/run/service/$raw/run"; reeve-svscanctl -an /run/service
within 20 up "/run/service/$raw"
within 20 sh -c 'reeve logs -n 5 evil | grep -q fake'

# Every subcommand, to a file and to a terminal.
each() {
	for words in status 'status -a' 'status evil' 'status --json' 'status --check' \
		'status --names' tree 'tree -a' 'why evil' 'why fails' graph 'graph -a' \
		metrics check 'logs evil' 'logs --json evil' generations \
		'generations --json' 'plan --json' 'switch --dry-run' 'diff' 'start --dry-run evil' 'stop --dry-run evil' \
		'down --dry-run' 'up --dry-run' 'list' 'show evil' 'upgrade --dry-run' \
		'wait evil' 'kill -s CONT evil' 'explain evil' 'booted' "help $esc" "$esc"
	do
		case $words in "$esc"|"help $esc") set -- "$words" ;; *)
			# shellcheck disable=SC2086
			set -- $words ;;
		esac
		# What goes to no terminal is the log's own bytes.
		[ "$1" = logs ] && [ "$2" != --json ] || {
			reeve "$@" >out 2>&1 </dev/null
			is "$(python3 raw.py out)" '' "reeve $(echo "$words" | tr -cd 'a-z -')"
		}
	done
	for n in "$n1" "$n2" "$n3" "$raw" "no such$esc"; do
		for c in status why tree wait stop start logs graph; do
			reeve $c "$n" >out 2>&1 </dev/null
			is "$(python3 raw.py out)" '' "reeve $c of a name"
		done
	done
}
each
for c in 'status' 'status -v' 'tree' 'why evil' 'logs -n 9 evil' 'status --watch'; do
	PAGER=cat TERM=dumb NO_COLOR=1 timeout 3 script -qec "reeve $c" tty </dev/null >/dev/null 2>&1
	# The live view's own sequences are not those of the names.
	is "$(grep -aE "$(printf '\033\\]0;T|\033\\[2J|\302\233|\342\200\256')" tty)" '' \
		"on a terminal: reeve $c"
done
reeve status --json | jq -e '.services | length > 5' >/dev/null; is $? 0 'JSON is JSON'
like "$(reeve status --json | jq -r '.services[].name' | grep -c '^v\$')" '^1' \
	'and has the exact name'
reeve plan --json | jq -e . >/dev/null; is $? 0 'so is a plan'
reeve generations --json | jq -e . >/dev/null; is $? 0 'and the list of generations'
reeve logs --json evil | jq -e . >/dev/null; is $? 0 'so are logs'
reeve graph >g; reeve-rc-db --dot graph >g2 2>/dev/null || reeve-rc-db -c /run/reeve/current/db graph --dot >g2
if command -v dot >/dev/null; then
	dot -Tsvg g >/dev/null 2>err; is "$?$(cat err)" 0 'the graph is DOT'
	dot -Tsvg g2 >/dev/null 2>err; is "$?$(cat err)" 0 'so is that of a database'
else
	skip 'graphviz is not installed'
fi
reeve metrics >m
is "$(grep -vcE '^(#.*|[a-z_]+(\{([a-z]+="([^"\\]|\\["\\n])*",?)*\})? [-+.e0-9]+)$' m)" 0 \
	'every line of the metrics is one'

# Completion.
mkdir comp; cd comp || exit 111
bash -c '. "$1/tools/front/completion/reeve.bash"
	for s in start status why logs; do
	COMP_WORDS=(reeve $s ""); COMP_CWORD=2; _reeve; printf "%s\n" "${COMPREPLY[@]}"
	done' bash "$SRC" >out 2>&1
is "$(python3 ../raw.py out)" '' 'bash completion'
like "$(cat out)" 'id\\>pwned' 'has the names, quoted'
if command -v zsh >/dev/null; then
	cat >z <<'Z'
compdef() { : }
_describe() { print -rl -- "${(@P)2}" }
_files() { : }
words=(reeve start ''); CURRENT=3; service=reeve; PREFIX=
source "$1"
Z
	zsh -f z "$SRC/tools/front/completion/_reeve" >out 2>&1
	is "$(python3 ../raw.py out)" '' 'zsh completion'
	like "$(cat out)" 'id>pwned' 'has the names'
else
	skip 'zsh is not installed'
fi
if command -v fish >/dev/null; then
	HOME=$PWD fish -N -c "source $SRC/tools/front/completion/reeve.fish; complete -C 'reeve start '" >out 2>err
	is "$(python3 ../raw.py out)" '' 'fish completion'
	like "$(cat out)" 'id' 'has the names'
else
	skip 'fish is not installed'
fi
cd ..
is "$(find . /srv /run -name 'pwned*' ! -path '/run/reeve/*' ! -path '/run/service/*' | head)" '' 'no name was executed'
reeve down >out 2>&1
is "$(python3 raw.py out)" '' 'down'
end
