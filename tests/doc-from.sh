#!/bin/sh
# doc-from.sh - the tables of reeve-from-*(7): every command in a right column
# runs, every file in one is a known one, and what `reeve import' is said to
# make of a key it makes.
. "$TESTS/lib.sh"
. "$TESTS/helpers/tree.sh"
longrun db </dev/null; longrun web </dev/null
for s in db web; do
	printf '#!/bin/sh\nexec sleep 1000\n' >t/sv/$s/run
	: >t/sv/$s/logger
done
needs web db
mkdir -p t/sv/default/contents.d
echo bundle >t/sv/default/type
: >t/sv/default/contents.d/web

# commands PAGE: what stands in the right columns of its first table, one a
# line: "or", "then", commas and what is in brackets separate them.
commands() {
	awk '/^\.Sh WHAT YOU TYPED/ { on = 1; next } /^\.Sh/ { on = 0 }
	on && /^\.It / && !/^\.It Sy/ { sub(/.* Ta /, ""); print }' "$1" |
		sed 's/\\-/-/g; s/([^)]*)//g; s/, */\n/g; s/; */\n/g; s/ or /\n/g
			s/ then /\n/g; s/ and /\n/g' |
		sed 's/^or //; s/^then //; s/^and //; s/ *\.*$//' | grep '^reeve'
}
quiet() { "$@" >/dev/null 2>&1; }
# try COMMAND...: with what its capitals stand for.
try() {
	first=$1 line=
	for word; do
		case $word in
		SCANDIR) case $first in
			reeve-svscan|reeve-svlink) word=fresh/scan ;;
			*) word=t/service ;;
			esac ;;
		DIR) case $first in
			reeve-supervise) word=fresh/sv ;;
			*) word=t/service/web ;;
			esac ;;
		SV) word=$PWD/fresh/sv ;;
		LOGDIR) word=./fresh/log ;;
		NAME) word=new$count ;;
		COMMAND) word=true ;;
		N) word=1 ;;
		FILE) word=web ;;
		user) word=$(id -un) ;;
		env) word=fresh/env ;;
		prog) word=true ;;
		database) word=t/new.db ;;
		source) word=t/sv ;;
		live) word=fresh/live ;;
		scandir) word=fresh/scan2 ;;
		esac
		line="$line $word"
	done
	rm -rf fresh
	mkdir -p fresh/scan fresh/scan2 fresh/env
	service fresh/sv <<-'EOF'
	exec sleep 1000
	EOF
	scan=
	case $line in
	*reeve-svlink*) reeve-svscan fresh/scan & scan=$!
		within 10 reeve-svscanctl -z fresh/scan ;;
	*reeve-rc-init*) cp -L t/state/boot t/new.db
		reeve-svscan fresh/scan2 & scan=$!
		within 10 reeve-svscanctl -z fresh/scan2 ;;
	esac
	# shellcheck disable=SC2086
	timeout 4 $line >out 2>&1 </dev/null
	r=$?
	[ -z "$scan" ] || { kill $scan; wait $scan; } 2>/dev/null
	return $r
}
reeve up >/dev/null || bail 'reeve up fails'
for page in systemd supervisord runit s6; do
	commands "$SRC/doc/reeve-from-$page.7" >list
	ok "from-$page: it has a table" test -s list
	while read -r cmd; do
		# shellcheck disable=SC2086
		set -- $cmd
		case $cmd in
		reeve-shutdown*|'reeve status --watch'*)
			# Not here: its options at least exist.
			ok "from-$page: $cmd" sh -c '"$0" $2 --help |
				grep -qe "[ ,]$1[ ,=]"' "$1" \
				"$([ "$1" = reeve ] && echo "$3" || echo "$2")" \
				"$([ "$1" = reeve ] && echo "$2")"
			continue ;;
		esac
		if [ $# = 1 ] && [ "$1" != reeve ]; then
			ok "from-$page: $1 exists" quiet "$1" --help
			continue
		fi
		try "$@"
		r=$?
		case $cmd in
		*-f\ *|reeve-svscan*|reeve-supervise*) want='^124$' ;;
		*) want='^[01]$' ;;
		esac
		like "$r" "$want" "from-$page: $cmd" || show out
		case $cmd in
		*down*|*stop*|*-d*|*rollback*|*kill*) reeve up >/dev/null 2>&1
			reeve wait -t 10 web >/dev/null ;;
		esac
	done <list
done
reeve down >/dev/null

# Files.  files PAGE: left column, tab, right column of its second table.
files() {
	awk '/^\.It Sy key Ta Sy file/ { on = 1; next } /^\.El/ { on = 0 }
	on && /^\.It / { sub(/^\.It /, ""); sub(/ Ta /, "\t"); print }' "$1"
}
# made TEXT DIR: the first word of the right column, as a path below DIR.
made() {
	case $1 in
	*/contents.d/NAME*) ls "$2"/"${1%%/*}"/contents.d/* ;;
	*/NAME*) ls "$2"/web/"${1%%/*}"/* ;;
	*) ls "$2"/*/"$1" ;;
	esac >/dev/null 2>&1
}
cat >web.service <<'EOF'
[Unit]
Description=A web server
Requires=db.service
After=db.service log.service
Wants=cache.service
[Service]
Type=notify
ExecStart=/usr/bin/web --port 80
ExecReload=/bin/kill -USR1 $MAINPID
User=www
Group=web
Environment=A=1
WorkingDirectory=/srv
Restart=on-failure
RestartSec=5
KillSignal=SIGQUIT
TimeoutStartSec=30
TimeoutStopSec=20
LimitNOFILE=4096
MemoryMax=1G
MemoryHigh=1G
MemorySwapMax=1G
CPUWeight=50
IOWeight=50
OOMScoreAdjust=-5
TasksMax=10
NoNewPrivileges=yes
UMask=027
Nice=5
[Install]
WantedBy=multi-user.target
EOF
cat >once.service <<'EOF'
[Service]
Type=oneshot
RemainAfterExit=yes
ExecStart=/bin/mkdir /x
ExecStop=/bin/rmdir /x
ExecReload=/bin/touch /x
EOF
cat >forker.service <<'EOF'
[Service]
Type=forking
PIDFile=/run/f.pid
ExecStart=/usr/sbin/forker
ExecStop=/usr/sbin/forker --stop
SuccessExitStatus=143 SIGUSR1
RestartPreventExitStatus=2
ExecReload=/usr/sbin/forker --reload
EOF
cat >super.conf <<'EOF'
[program:web]
command=/usr/bin/web
directory=/srv
umask=027
user=www
environment=A="1",B="2"
autostart=true
autorestart=unexpected
startsecs=5
startretries=3
exitcodes=0,2
stopsignal=QUIT
stopwaitsecs=20
killasgroup=true
stopasgroup=true
priority=10
stdout_logfile=/var/log/web
stdout_logfile_maxbytes=1MB
redirect_stderr=true
[group:x]
programs=web
[eventlistener:l]
command=/bin/l
EOF
printf '[Service]\nExecStart=/bin/true\n' | tee at.service >passed.service
printf '[Timer]\nOnCalendar=daily\n' >at.timer
printf '[Socket]\nListenStream=/run/passed.sock\n' >passed.socket
reeve import -d -s systemd web.service once.service forker.service at.timer \
	passed.socket >out 2>&1
reeve import -d -s supervisord super.conf >>out 2>&1
for page in systemd supervisord; do
	files "$SRC/doc/reeve-from-$page.7" >list
	ok "from-$page: it has a table of files" test -s list
	while IFS='	' read -r key text; do
		file=${text%%[ ,:;(]*}
		case $text in
		NAME@*|web@*) file=instances.d/ ;;
		*'by hand: '*|nothing*) continue ;;
		esac
		known=${file#*/}
		case $file in
		*/contents.d/*) known=contents.d ;;
		*/NAME*|*/) known=${file%%/*} ;;
		esac
		ok "from-$page: $known is a file of a definition" \
			quiet reeve explain "$known"
		case $text in
		*'by hand'*|*'always, which'*) continue ;;
		esac
		ok "from-$page: import makes $file of $key" made "$file" "$page"
	done <list
done

# A runit directory, as the page says.
mkdir -p sv/web/log sv/web/control
printf '#!/bin/sh\nexec sleep 1000\n' | tee sv/web/run sv/web/finish \
	sv/web/check sv/web/control/t >sv/web/log/run
: >sv/web/down
chmod 755 sv/web/run sv/web/finish sv/web/check sv/web/log/run sv/web/control/t
out=$(reeve import -d -s runit sv/web 2>&1)
for f in run finish ready-check producer-for; do
	ok "from-runit: import makes $f" test -e runit/web/$f
done
ok 'from-runit: and a logger' test -e runit/web-log/consumer-for
like "$out" 'not carried over: .*control' 'from-runit: control is named'
ok 'from-runit: the logger is in default' test -e runit/default/contents.d/web-log
not 'from-runit: what has a file down is not' test -e runit/default/contents.d/web
end
