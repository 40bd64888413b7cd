#!/bin/sh
# compat/chain.sh - each chain-loader does with the same command line what
# Debian's s6 does: output and exit code.
# TIMEOUT: 240
. "$TESTS/lib.sh"
. "$TESTS/compat/differ.sh"
show='id -u; id -g; id -G; env | grep "^[UG]ID" | sort; :'

for a in root nobody nosuch 1000 0:0 1000:1001 :7 7: x:y '' 99999999999:1; do
	same "setuidgid '$a'" setuidgid "$a" sh -c "$show"
done
same 'setuidgid alone' setuidgid
same 'setuidgid without prog' setuidgid nobody
same 'setuidgid, prog not found' setuidgid nobody nosuch
same 'setuidgid, prog not executable' setuidgid nobody /etc/passwd
same 'setuidgid twice is refused' setuidgid nobody %Psetuidgid root true

e="env -u UID -u GID -u GIDLIST"
for a in nobody '-u nobody' '-g nogroup' '-g nobody' '-B nobody' '-n 65534' \
	'-n nosuch' '-n 0:5' '-nB 0' '-B www-data:audio' '-n 33:7' '-n :7' \
	'-n 12345' 'www-data:' '-D 1:2:3,4 nosuch' '-D 1:2: nosuch' \
	'-D 1:2 nosuch' '-D 1 nosuch' '-D 1::3 nosuch' '-D :2:3 nosuch' \
	'-D x:2:3 nosuch' '-D 1:2:3 nobody' '-i nosuch' nosuch \
	'-nB -D 1:2:3 nosuch' '-u -D 1:2:3 nosuch' '-g -D 1:2:3 nosuch' \
	'-D 65534:65534 nobody' '-D 32760:32760: -- syslog' '-Z x'; do
	# shellcheck disable=SC2086
	SAME=$(case $a in '-D x:2:3 nosuch') echo code ;; esac) \
		same "envuidgid $a" envuidgid $a $e -u nothing true
	# shellcheck disable=SC2086
	same "envuidgid $a: environment" envuidgid $a sh -c "$show"
done
same 'envuidgid without prog' envuidgid nobody

for a in '' -z '-u 1 -g 2 -G 3,4' '-u 1' '-g 2' '-G 3,4' '-u x' '-G x' -U \
	'-u 1 -g 2 -U'; do
	# shellcheck disable=SC2086
	same "applyuidgid $a" applyuidgid $a sh -c "$show"
done
same 'applyuidgid with an empty list' applyuidgid -u 1 -g 2 -G '' sh -c "$show"
export UID=5 GID=6 GIDLIST=7,8 2>/dev/null
for a in -U -Uz '-U -u 9' -z; do
	# shellcheck disable=SC2086
	same "applyuidgid $a from the environment" applyuidgid $a sh -c "$show"
done
GIDLIST='' same 'applyuidgid -U, empty list' applyuidgid -U sh -c "$show"
UID=5x same 'applyuidgid -U, bad user' applyuidgid -U sh -c "$show"
unset UID GID GIDLIST 2>/dev/null

mkdir start/e
(cd start/e && printf 'v1\nv2\n\n' >A && : >EMPTY && printf 'a\0b\n' >NULS &&
	printf 'x  \t\n' >TRAIL && printf '\n' >NL && printf x >.hidden &&
	printf 'a=b\n' >'E=Q' && printf 'nonl' >NONL && printf ' \t\n' >BLANK &&
	{ head -c 5000 /dev/zero | tr '\0' y; echo; } >BIG &&
	printf '\n\n' >NLNL && printf 'last\n' >LC_x)
export EMPTY=set
cat >start/vars <<'END'
for v in A BIG BLANK EMPTY LC_x NL NLNL NONL NULS TRAIL E hidden; do
	eval "[ \"\${$v+set}\" ]" && eval "printf '%s=%.60s|\n' $v \"\$$v\"" &&
		eval "echo \${#$v}"
done
:
END
for a in '' -f -n -fn -Lf -Lfn -fi -i -I '-c :' '-c ab' '-f -c :' -q '-If --'; do
	# shellcheck disable=SC2086
	same "envdir $a" envdir $a e sh vars
done
mv start/e/NONL start/; rm start/e/BIG
# 2.11.3 loses a value whose line has no end under -L alone.
same 'envdir -L' envdir -L e sh vars
same 'envdir, no directory' envdir nodir true
same 'envdir -I, no directory' envdir -I nodir echo on
same 'envdir -i, no directory' envdir -Ii nodir echo on
same 'envdir of a file' envdir NONL true
same 'envdir without prog' envdir e
same 'envdir, prog not found' envdir e nosuch
mkdir start/e/SUB
same 'envdir with a directory in it' envdir e true
rmdir start/e/SUB; ln -s nowhere start/e/DANGLING
same 'envdir with a dangling link in it' envdir e true
rm start/e/DANGLING
unset EMPTY

for o in a c d f l m o p r s t; do
	for v in 10000000 = 0x1 -1 '' 99999999999999999999 unlimited; do
		[ "$o $v" = 't 10000000' ] || [ "$v" != 10000000 ] ||
			[ $o != o ] || v=100
		same "softlimit -$o $v" softlimit -$o "$v" sh -c 'ulimit -a'
	done
done
same 'softlimit -o above the hard limit' softlimit -o 999999999 \
	sh -c 'ulimit -Sn; ulimit -Hn'
same 'softlimit -H' softlimit -H -o 50 sh -c 'ulimit -Sn; ulimit -Hn'
same 'softlimit -h' softlimit -o 40 -h -o 50 sh -c 'ulimit -Sn; ulimit -Hn'
same 'softlimit -h below the soft limit' softlimit -h -o 5 true
same 'softlimit of several' softlimit -c 0 -o 64 -s 1000000 sh -c 'ulimit -a'
same 'softlimit alone' softlimit

same setlock setlock lk sh -c 'ls -l lk | cut -c1-10; readlink /proc/self/fd/3 | sed s,.*/,,'
same 'setlock -n' setlock -n lk echo got it
# Another process: locks of one process never conflict.
same 'setlock -n, held' setlock lk sh -c '%Psetlock -n lk echo no; exit $?'
same 'setlock -t, held' setlock lk sh -c '%Psetlock -t 50 lk echo no; exit $?'
same 'setlock -t, free' setlock -t 5000 lk sh -c 'sleep 0.1; echo got it'
same 'setlock -r -r' setlock -r lk sh -c '%Psetlock -nr lk echo shared; exit $?'
same 'setlock -r -w' setlock -r lk sh -c '%Psetlock -nw lk echo no; exit $?'
same 'setlock -w -r' setlock -w lk sh -c '%Psetlock -nr lk echo no; exit $?'
same 'setlock -t x' setlock -t x lk true
same 'setlock without prog' setlock lk
same 'setlock, no such directory' setlock nodir/lk true
same 'setlock, prog not found' setlock lk nosuch

ids='set -- $(ps -o pid=,pgid=,sid= -p $$); [ $1 = $2 ] && echo leader; [ $1 = $3 ] && echo session; :'
# -f and -g open /dev/tty from 2.15 on.
tty=; [ -z "${S6_NEW-}" ] || tty='-f -g'
for a in '' -s -b $tty '-i -s' -q -I '-f -d0' '-i -f -d0' '-g -d9' '-s -d9' \
	'-s -d0' -z; do
	# shellcheck disable=SC2086
	same "setsid $a" setsid $a sh -c "$ids"
	# shellcheck disable=SC2086
	same "setsid $a of a leader" setsid %Psetsid $a sh -c "$ids"
done
same 'setsid alone' setsid

same 'fghack' fghack true
same 'fghack, exit code' fghack sh -c 'exit 7'
same 'fghack waits' fghack sh -c '(sleep 0.3; echo late) & echo first'
same 'fghack, prog not found' fghack nosuch
same 'fghack alone' fghack

printf 'a\n\nb\nno end' >in
IN=in NORM='s/^@[0-9a-f]\{24\} /STAMP /' same tai64n tai64n
: >empty
IN=empty same 'tai64n of nothing' tai64n
cat >stamps <<'END'
@400000006b034cdc12914ea6 x
@400000006b034cdc12914ea6x
@400000006B034CDC12914EA6 upper case
plain
@bad line
  @400000006b034cdc12914ea6 y
@400000006b034cdc12914ea6 z @400000006b034cdc12914ea6
@400000003b9ac9ff00000000 2001
@40000000
@

END
printf '@400000006b034cdc12914ea6 end' >>stamps
for tz in UTC0 Europe/Berlin America/Lima; do
	IN=stamps TZ=$tz same "tai64nlocal in $tz" tai64nlocal
	IN=stamps TZ=$tz same "tai64nlocal -g in $tz" tai64nlocal -g
done
IN=empty same 'tai64nlocal of nothing' tai64nlocal
same 'tai64nlocal -x' tai64nlocal -x
end
