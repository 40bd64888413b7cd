#!/bin/sh
# tools/svscanctl.sh - svscanctl writes its letters in order, and says when
# nobody reads them.
. "$TESTS/lib.sh"

"${P}svscanctl" 2>/dev/null;		is $? 100 'no argument'
"${P}svscanctl" -Z . 2>/dev/null;	is $? 100 'an unknown letter'
"${P}svscanctl" -a nodir 2>/dev/null;	is $? 111 'no directory'
mkdir scan
"${P}svscanctl" -a scan 2>/dev/null;	is $? 100 'no svscan was ever there'
mkdir -m 700 scan/.s6-svscan
mkfifo scan/.s6-svscan/control
"${P}svscanctl" -a scan 2>/dev/null;	is $? 100 'nobody reads'

mkdir -p broken/.s6-svscan
: >broken/.s6-svscan/control
if [ "$P" = reeve- ]; then
	"${P}svscanctl" -a broken 2>err;	is $? 1 'control is no fifo'
	like "$(cat err)" 'control broken: .s6-svscan/control is not a fifo' \
		'which is said'
	is "$(wc -c <broken/.s6-svscan/control)" 0 'and nothing is written'
fi

exec 4<>scan/.s6-svscan/control
sent() { # sent WANT OPTION...
	want=$1; shift
	"${P}svscanctl" "$@" scan; printf '\n' >&4
	read -r got <&4
	is "$got" "$want" "$* sends $want"
}
sent zabitqnN -z -a -b -i -t -q -n -N
sent an -an
sent qb -qb
sent tb -tb
sent '' --
if [ "$P" = reeve- ]; then
	sent an -h
	sent R --reexec
	sent aRn -a --reexec -n
	sent zabantiqnN --reap --alarm --abort --hup --term --interrupt \
		--quit --nuke --really-nuke
	"${P}svscanctl" -a scan scan 2>/dev/null; is $? 100 'two directories'
	ln -s "$(command -v reeve-svscanctl)" s6-svscanctl
	./s6-svscanctl --reexec scan 2>/dev/null; is $? 100 \
		'--reexec is none of s6-svscanctl'
fi
end
