#!/bin/sh
# svscan/scan.sh - entries come, go, are renamed, are bad; commands, pairs,
# options.  Also runs against s6.
. "$TESTS/lib.sh"
has() { grep -q -e "$2" "$1" 2>/dev/null; }
gone() { ! "${P}svok" "$1"; }
sleeper() { service "$1" <<'END'
exec sleep 1000
END
}
mkdir scan real
for s in a b c; do sleeper scan/$s; done
sleeper real/r
ln -s ../real/r scan/r
ln -s ../real/nothing scan/dangling
echo text >scan/file
mkdir scan/.hidden
sleeper scan/toolong0123456789
mkdir ready
mkfifo ready/fifo
exec 4<>ready/fifo
# s6's version here is older than -L.
L=; [ "$P" = s6- ] || L='-L 12'
# shellcheck disable=SC2086
"${P}svscan" -d 5 $L scan 5>ready/fifo 2>err &
scan_pid=$!
line=$(timeout 10 head -n 1 <&4); is "$line" '' 'it says that it is ready'
exec 4<&-
for s in a b c r; do ok "$s is up" within 5 up scan/$s; done
"${P}svscan" scan 2>/dev/null
is $? 100 'a second svscan on the same directory exits 100'
if [ "$P" = reeve- ]; then
	not 'a name too long is skipped' "${P}svok" scan/toolong0123456789
	ok 'and named' has err toolong
fi
is "$(stat -c %a:%F scan/.s6-svscan/control)" '600:fifo' 'control'
if [ "$P" = reeve- ]; then
	ok 'a dangling entry is named' has err 'dangling'
	ok 'and left alone' test -h scan/dangling
fi

# --- a new entry
sleeper new
ln -s ../new scan/new
"${P}svscanctl" -a scan
ok 'a: a new entry is supervised' within 5 up scan/new
sleeper scan/n2
kill -ALRM "$scan_pid"
ok 'SIGALRM does the same' within 5 up scan/n2
if [ "$P" = reeve- ]; then
	sleeper scan/-z
	"${P}svscanctl" -a scan
	ok 'a name that looks like an option is one all the same' within 5 up scan/-z
fi

# --- a renamed entry keeps its supervise
pid=$(field scan/b pid)
mv scan/b scan/b2
"${P}svscanctl" -an scan
ok 'a renamed entry is known by its inode' within 5 up scan/b2
is "$(field scan/b2 pid)" "$pid" 'and keeps its process'

# --- gone
rm scan/new
"${P}svscanctl" -a scan
sleep 0.2
ok 'a: what is gone is left running' up new
"${P}svscanctl" -n scan
ok 'n: and ended' within 5 gone new
ln -s ../new scan/new
"${P}svscanctl" -a scan
ok 'and can come back' within 5 up scan/new
rm scan/new
"${P}svscanctl" -an scan
ok 'an: scan, then nuke' within 5 gone new
ln -s ../new scan/new
"${P}svscanctl" -a scan
within 5 up scan/new
rm scan/new
kill -HUP "$scan_pid"
ok 'SIGHUP: the same' within 5 gone new

# --- unreadable entries do not keep the others from being seen
ln -s loop1 scan/loop2
ln -s loop2 scan/loop1
ln -s ../nowhere scan/0dangling
sleeper scan/zz
sleeper scan/00
"${P}svscanctl" -a scan
if [ "$P" = reeve- ]; then
	ok 'a loop and a dangling link do not stop the scan' within 5 up scan/zz
	ok 'nor for this one' within 5 up scan/00
	ok 'the loop is named' has err 'loop'
	is "$(field scan/a up)" true 'nor does it touch the others'
fi
rm scan/loop1 scan/loop2 scan/0dangling scan/dangling 2>/dev/null

# --- a supervise that dies
old=$(pgrep -f "^[^ ]*${P}supervise c\$")
"${P}svc" -wd -T 5000 -d scan/c
kill -KILL "$old"
again() { [ "$(pgrep -f "^[^ ]*${P}supervise c\$")" != "$old" ] &&
	"${P}svok" scan/c; }
ok 'a supervise that dies is replaced' within 5 again

# --- unknown bytes
printf 'XY\001\377z' >scan/.s6-svscan/control
ok 'an unknown byte is named' within 5 has err '[uU]nknown\|unrecognized\|invalid' ||
	cat err
ok 'and ignored' "${P}svscanctl" -z scan

# --- the end
cat >scan/.s6-svscan/finish <<'END'
#!/bin/sh
echo "finish $#" >../finished
exit 42
END
chmod +x scan/.s6-svscan/finish
"${P}svscanctl" -t scan
wait "$scan_pid"
is $? 42 't: ends all and executes finish'
is "$(cat finished)" 'finish 0' 'without arguments'
for s in a b2 c r n2; do not "$s is gone" "${P}svok" scan/$s; done
rm scan/.s6-svscan/finish

for sig in TERM INT QUIT; do
	scanned scan 2>err
	within 5 up scan/a
	kill -$sig "$scan_pid"
	wait "$scan_pid"
	is $? 0 "SIG$sig: ends all; no finish: exit 0"
	not "SIG$sig: nothing is left" "${P}svok" scan/a
done
for c in i q; do
	scanned scan 2>err
	within 5 up scan/a
	"${P}svscanctl" -$c scan
	wait "$scan_pid"
	is $? 0 "$c: the same"
	not "$c: nothing is left" "${P}svok" scan/a
done

# --- signals diverted
cat >scan/.s6-svscan/SIGUSR1 <<'END'
#!/bin/sh
echo usr1 >../usr1
END
cat >scan/.s6-svscan/SIGTERM <<'END'
#!/bin/sh
echo term >../term
END
chmod +x scan/.s6-svscan/SIG*
scanned scan 2>err
within 5 up scan/a
kill -USR1 "$scan_pid"
ok 'SIGUSR1 starts its script' within 5 test -s usr1
kill -TERM "$scan_pid"
ok 'SIGTERM starts its script' within 5 test -s term
kill -WINCH "$scan_pid"
kill -USR2 "$scan_pid"
ok 'and svscan goes on' "${P}svok" scan/a
rm scan/.s6-svscan/SIGTERM
# A signal that comes together with the command does not end it by itself.
[ "$P" != reeve- ] || kill -STOP "$scan_pid"
kill -USR2 "$scan_pid"
"${P}svscanctl" -b scan
kill -CONT "$scan_pid"
wait "$scan_pid"
is $? 0 'b: ends at once'
ok 'b: and leaves the services alone' up scan/a
for s in scan/*; do "${P}svc" -dx "$s" 2>/dev/null; done
ok 'they can be ended' within 5 gone scan/a

# --- rescan by time
mkdir s2
scanned s2 -t 100
sleeper s2/x
ok 't: a new entry is found without being told' within 5 up s2/x
"${P}svscanctl" -t s2
wait "$scan_pid"

# --- bad usage
"${P}svscan" nodir 2>e2;		is $? 111 'no such directory'
if [ "$P" = reeve- ]; then
	ok 'it is named' has e2 nodir
	"${P}svscan" 2>/dev/null;	is $? 100 'no directory given'
	"${P}svscan" -d 2 s2 2>/dev/null; is $? 100 'descriptor 2'
	"${P}svscan" -d 77 s2 2>e2;	is $? 100 'a closed descriptor'
	"${P}svscan" -C x s2 2>/dev/null; is $? 100 '-C x'
	"${P}svscan" -y s2 2>/dev/null;	is $? 100 'unknown option'
	REEVE_SUPERVISE=/nonexistent "${P}svscan" s2 2>e2
	is $? 111 'no supervise to start'
	# A file where the control directory should be.
	mkdir s3; : >s3/.s6-svscan
	"${P}svscan" s3 2>e2;		is $? 111 'a file as control directory'
	# More than there is room for.
	mkdir s4
	for i in 1 2 3 4 5 6; do sleeper s4/$i; done
	scanned s4 -C 4 2>err
	count() { [ "$(pgrep -cf "${P}supervise [1-6]\$")" = "$1" ]; }
	ok '-C 4: four are supervised' within 5 count 4
	ok '-C 4: and it says why not more' has err 'services-max\|option -C'
	"${P}svscanctl" -t s4
	wait "$scan_pid"
fi
end
