#!/bin/sh
# svscan/mixed.sh - our programs and Debian's s6 work with each other: its
# svscan runs our supervise, ours runs its; clients of each drive the other.
. "$TESTS/lib.sh"
need s6-svscan s6-supervise s6-svc s6-svwait s6-svstat s6-svscanctl s6-svok
has() { grep -q -e "$2" "$1" 2>/dev/null; }

drive() { # drive CLIENTS DIR LABEL: every command byte and wait, both ways
	c=$1 d=$2 l=$3
	"${c}svwait" -u -t 5000 "$d";			is $? 0 "$l: svwait -u"
	like "$("${c}svstat" "$d")" '^up \(pid [0-9]+' "$l: svstat up"
	"${c}svc" -wd -T 5000 -d "$d";			is $? 0 "$l: svc -wd -d"
	like "$("${c}svstat" "$d")" '^down' "$l: svstat down"
	"${c}svc" -wu -T 5000 -u "$d";			is $? 0 "$l: svc -wu -u"
	p=$("${c}svstat" -o pid "$d")
	"${c}svc" -wr -T 5000 -r "$d";			is $? 0 "$l: svc -wr -r"
	within 5 sh -c "[ \$('${c}svstat' -o up '$d') = true ]"
	not "$l: another pid" [ "$("${c}svstat" -o pid "$d")" = "$p" ]
	"${c}svc" -p "$d"
	within 5 sh -c "[ \$('${c}svstat' -o paused '$d') = true ]"
	is "$("${c}svstat" -o paused "$d")" true "$l: paused"
	"${c}svc" -c "$d"
	"${c}svc" -wD -T 5000 -D "$d";			is $? 0 "$l: svc -D"
	ok "$l: file down" test -e "$d/down"
	"${c}svc" -wu -T 5000 -U "$d";			is $? 0 "$l: svc -U"
	not "$l: no file down" test -e "$d/down"
	# (-wD: o while finish runs, even none, starts nothing)
	"${c}svc" -O "$d"; "${c}svc" -wD -T 5000 -k "$d"
	is $? 0 "$l: svc -O -k"
	is "$("${c}svstat" -o up,wantedup,signal "$d")" 'false false SIGKILL' \
		"$l: stays down"
	"${c}svc" -wu -T 5000 -o "$d";			is $? 0 "$l: svc -o"
	"${c}svc" -wU -T 5000 -u "$d" 2>/dev/null;	is $? 0 "$l: svc -wU"
	"${c}svok" "$d";				is $? 0 "$l: svok"
}

for pair in reeve-:s6- s6-:reeve-; do
	scan=${pair%:*} super=${pair#*:}
	rm -rf scan; mkdir scan
	service scan/a <<'END'
exec sleep 1000
END
	service scan/b <<'END'
trap 'exit 0' TERM
while :; do echo line; sleep 0.05; done
END
	mkdir scan/b/log
	service scan/b/log <<'END'
exec cat >>lines
END
	REEVE_SUPERVISE=$(command -v "${super}supervise")
	export REEVE_SUPERVISE
	if [ "$scan" = s6- ]; then
		# It finds its supervise by a name of its own, on PATH or
		# compiled in: so put ours there, in a namespace of ours.
		real=$(command -v s6-supervise)
		if ! mount --bind "$REEVE_SUPERVISE" "$real" 2>/dev/null; then
			skip 1 'nothing can be mounted over s6-supervise'
			continue
		fi
	fi
	"${scan}svscan" scan 2>err &
	pid=$!
	within 5 s6-svok scan/a
	[ "$scan" = reeve- ] || like "$(readlink "/proc/$(pgrep -P $pid | head -n 1)/exe")" \
		supervise 'it runs a supervise'
	for clients in reeve- s6-; do
		drive $clients scan/a "$scan over $super, $clients"
	done
	ok "$scan over $super: the logger gets lines" within 5 has scan/b/log/lines line
	service scan/c <<'END'
exec sleep 1000
END
	"${super}svscanctl" -a scan;	is $? 0 "$scan over $super: svscanctl -a"
	s6-svwait -u -t 5000 scan/c 2>/dev/null || within 5 s6-svok scan/c
	ok "$scan over $super: a new service" s6-svok scan/c
	rm -rf gone; mv scan/c gone
	"${super}svscanctl" -an scan
	off() { ! s6-svok "$1"; }
	ok "$scan over $super: nuked" within 5 off gone
	"${super}svscanctl" -t scan
	wait $pid
	is $? 0 "$scan over $super: all ends"
	ok "$scan over $super: nothing is left" off scan/a
	[ "$scan" = reeve- ] || umount "$real"
done
end
