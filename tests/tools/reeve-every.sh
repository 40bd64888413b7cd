#!/bin/sh
# tools/reeve-every.sh - every subcommand, right and wrong, in a terminal of
# 80 and of 200 columns, with colour and without: what it ends with, a line
# of what it says, no colour where none is wanted, nothing left of progress,
# and tables that fit.
# TIMEOUT: 240
# ONCE
. "$TESTS/lib.sh"
need tmux
. "$TESTS/helpers/tree.sh"
definitions
printf 'a description that is much too long for a line of eighty columns, so that it has to be cut somewhere\n' \
	>t/sv/web/description
printf 'trap : HUP\necho said\nsleep 1001 &\nwhile :; do wait; done\n' | longrun talk
: >t/sv/talk/logger
: >t/sv/default/contents.d/talk
tree
reeve start default >/dev/null
within 10 sh -c 'reeve logs talk | grep -q said'
PAGER=cat REEVE_PAGER=cat
export PAGER REEVE_PAGER
. "$TESTS/helpers/terminal.sh"
tmux -f /dev/null new-session -d -s keep -x 80 -y 24 || bail 'tmux does not start'
# Columns: code, what it may colour (c) and whether it is a table that fits
# (f), ere of what is on the screen, command.
cat >calls <<'EOF'
0	cf	^usage: reeve SUBCOMMAND	reeve
0	cf	^usage: reeve SUBCOMMAND	reeve help
0	f	^usage: reeve status	reeve help status
0	f	^tutorial	reeve help --topics
0	-	Presence gives the service a logger	reeve help logger
100	-	no help on 'nosuch'	reeve help nosuch
100	-	did you mean 'dependencies'	reeve help depndencies
100	-	did you mean 'status'	reeve stauts
100	-	did you mean 'status'	reeve stat
100	-	no subcommand 'log'; here it is: reeve logs NAME	reeve log web
100	-	no subcommand 'daemon-reload'; here it is: reeve switch	reeve daemon-reload
100	-	no subcommand 'reread'; here it is: reeve switch	reeve reread
100	-	'enable'; here it is: a file of its name in default/contents.d	reeve enable web
0	-	^The tree is up .*: 4 services up	reeve up
100	-	up takes no name	reeve up web
0	cf	^web +running +[0-9]+	reeve status
0	cf	^reeve-catchall +running	reeve status -a
0	-	^healthy: 4 up	reeve status --check
0	-	^web$	reeve status --names
0	-	"state":"running"	reeve status --json web
100	-	did you mean 'web'	reeve status wbe
0	cf	^web +running for	reeve tree
100	-	did you mean 'web'	reeve tree wbe
0	-	^slow: running .*, ready$	reeve start slow
100	-	usage: reeve start	reeve start
0	-	^web: running already$	reeve start -n web
102	-	nothing supervises /nowhere .reeve-svscan on that directory	reeve start -s /nowhere web
102	-	There are no services in it	reeve status -s /nowhere
100	-	there is no bundle or service nosuch in the definitions	touch t/sv/web/description; reeve plan --bundle nosuch
100	-	rollback takes one generation, not also '2'	reeve rollback 1 2
100	-	gc takes no 'x'	reeve gc x
100	-	there is no generation 99 .reeve generations	reeve rollback 99
0	-	^web: running	reeve restart web
0	-	^talk: reloaded, running	reeve reload talk
0	-	^talk: sent SIGCONT to pid [0-9]+, which goes on	reeve kill -s CONT talk
0	-	^web: running	reeve wait web
99	-	not in time: web is running	reeve wait -d -t 10ms web
0	-	^slow: stopped$	reeve stop slow
0	-	^slow: stopped already$	reeve stop -n slow
1	c	^bad: (restarting|failed): exited with code 7	reeve start bad
0	-	^bad: stopped	reeve stop bad
0	-	^web is running	reeve why web
100	-	did you mean 'web'	reeve why wbe
0	-	said	reeve logs -n 3 talk
100	-	no log of 'wbe'	reeve logs wbe
0	-	^longrun	reeve new --default extra -- sleep 1003; cat t/sv/extra/type
1	-	already	reeve new extra -- true
0	-	errors, 0 warnings	reeve check
0	-	one command line	reeve explain command
111	-	unable to read /nosuch	reeve import /nosuch
0	-	"web" -> "db"	reeve graph
0	-	^start +extra:	reeve plan
0	-	generation [0-9]+ is live	reeve switch
0	-	nothing to do	reeve switch
0	-	live  boot	reeve generations
0	-	is live	reeve rollback
0	-	removed [0-9]+ generation	reeve gc
0	-	reeve-svscan	reeve upgrade -n
0	-	kept their pid	reeve upgrade
0	-	^reeve_tree_up 1	reeve metrics | head -20
0	-	^To be written	reeve install-boot -n systemd
100	-	did you mean 'systemd'	reeve install-boot systmd
0	-	would end the tree	reeve down -n
100	-	down takes no name	reeve down web
EOF
for w in 80 200; do
	for colour in yes no; do
		rm -rf t/sv/extra t/sv/default/contents.d/extra
		reeve switch >/dev/null 2>&1
		tmux kill-session -t "w$w" 2>/dev/null
		if [ $colour = yes ]; then screen $w 60; else screen $w 60 1; fi
		while IFS='	' read -r code how ere cmd; do
			type $w "$cmd"
			what="$w columns, colour $colour: $cmd"
			is "$(code)" "$code" "$what: exit $code" ||
				show plain
			like "$(cat plain)" "$ere" "$what"
			if coloured; then got=coloured; else got=plain; fi
			case $how$colour in
			c*yes) ;;
			*) is $got plain "$what: no colour" ;;
			esac
			case $how in *f*)
				is "$(awk -v w=$w 'length > w' plain | grep -v code=)" '' "$what: it fits" ;;
			esac
			case $cmd in *start\ slow*|*stop\ slow*)
				not "$what: no progress is left" grep -q 'waiting for' plain ||
					show plain ;;
			esac
		done <calls
	done
done
tmux kill-server
# Nothing is left out.
for s in $(reeve help --list | cut -f1); do
	ok "reeve $s is among them" grep -q "	reeve $s\\($\\| \\)" calls
done
like "$(reeve down)" 'The tree is down' 'down'
end
