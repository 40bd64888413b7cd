#!/bin/sh
# supervise/bad.sh - what is wrong with a service is said by name, and the
# others do not notice.
. "$TESTS/lib.sh"
[ "$P" = reeve- ] || skip_all 'messages are our own'
has() { grep -q -e "$2" "$1" 2>/dev/null; }
mkdir scan
service scan/good <<'END'
exec sleep 1000
END
mkdir scan/none scan/dir scan/link scan/noexec scan/interp scan/format
mkdir scan/dir/run
ln -s nowhere scan/link/run
printf '#!/bin/sh\nexec sleep 1\n' >scan/noexec/run
printf '#!/no/such/program\n' >scan/interp/run; chmod +x scan/interp/run
printf 'this is no program' >scan/format/run; chmod +x scan/format/run
long=$(printf 'n%.0s' $(seq 251))
service "scan/$long" <<'END'
exec sleep 1000
END
longer=$(printf 'n%.0s' $(seq 255))
service "scan/$longer" <<'END'
exec sleep 1000
END
mkdir scan/range
cp scan/good/run scan/range/run
echo 99999999999 >scan/range/notification-fd
echo 4097 >scan/range/max-death-tally
mkdir scan/file
: >scan/file/supervise
mkdir scan/dangle
ln -s ../../made/event scan/dangle/event
ln -s ../../made/supervise scan/dangle/supervise
cp scan/good/run scan/dangle/run
mkdir made
scanned scan 2>err
ok 'the good one is up' within 5 up scan/good
ok 'a name of 251 bytes is up' within 5 up "scan/$long"
ok 'event and supervise may be links that dangle' within 5 up scan/dangle
is "$(stat -c %a made/event made/supervise | tr '\n' ' ')" '3730 700 ' \
	'their targets were made'
for row in 'none:No such file' 'dir:Permission denied' 'link:No such file' \
	'noexec:Permission denied' 'interp:the program that its first line names is not there' 'format:Exec format'; do
	s=${row%%:*}
	ok "$s: said by name" within 5 has err \
		"reeve-supervise $s: warning: unable to start run.*${row#*:}"
done
ok 'a name of 255 bytes is said, and how to have it' within 5 has err \
	"svscan: warning: $longer: this name is longer than 251 bytes (see"
not 'and it is left alone' test -e "scan/$longer/supervise"
ok 'a number out of range: file and what was expected' within 5 has err \
	"range: warning: notification-fd: expected a number of at most [0-9]*, not '99999999999'"
"${P}svc" -r scan/range
ok 'another' within 5 has err \
	"range: warning: max-death-tally: expected a number of at most 4096, not '4097'"
if [ "$(id -u)" = 0 ] && chmod 755 . && mkdir unread &&
	printf '#!/bin/sh\nexit 0\n' >unread/run && chmod 700 unread/run &&
	chown 65534 unread && s6-applyuidgid -u 65534 -g 65534 test ! -r unread/run; then
	s6-applyuidgid -u 65534 -g 65534 reeve-supervise unread 2>err4 &
	ok 'a run that it may not read' within 5 has err4 \
		'unread: warning: unable to start run.*: Permission denied'
	kill $!
else
	skip 1 'no other user to be'
fi
ok 'a file where supervise/ should be' within 5 has err \
	'file: fatal: unable to .*supervise'
is "$(field scan/good up)" true 'the good one does not notice'
# Repaired, it comes up when told, or by itself.
cp scan/good/run scan/none/run
"${P}svc" -u scan/none
ok 'a repaired one starts at once when told' within 2 up scan/none
chmod +x scan/noexec/run
ok 'and by itself' within 20 up scan/noexec
why=$(field scan/dir up)
is "$why" false 'what cannot start is down'

# --- control and status
pid=$(field scan/good pid)
head -c 20 scan/good/supervise/status >cut; cp cut scan/good/supervise/status
"${P}svstat" scan/good >/dev/null 2>e2
not 'a status cut short is refused' [ $? = 0 ]
like "$(cat e2)" 'scan/good.*: ' 'by name and reason'
"${P}svc" -r scan/good
ok 'and the next change makes it whole' within 5 up scan/good
rm scan/good/supervise/status
mkdir scan/good/supervise/status
"${P}svc" -r scan/good
ok 'a status that cannot be written is said' within 5 has err \
	'good: warning: unable to write supervise/status'
rmdir scan/good/supervise/status
ok 'and written when it can be' within 5 up scan/good

# --- the directory vanishes
service gone <<'END'
exec sleep 1000
END
supervised gone 2>err2
within 5 up gone
mv gone gone2
rm -rf gone2
kill -TERM "$super_pid"
wait "$super_pid"
is $? 0 'a directory that vanished: still ends in order'

# --- the scan directory vanishes
mkdir s3
service s3/x <<'END'
exec sleep 1000
END
scanned s3 2>err3
within 5 up s3/x
mv s3 s4; rm -rf s4
kill -ALRM "$scan_pid"
ok 'a scan directory that vanished is said by name' within 5 has err3 \
	'svscan: warning: the scan directory s3 was removed'
ok 'a scan directory that vanished: svscan goes on' kill -0 "$scan_pid"
kill -TERM "$scan_pid"
wait "$scan_pid"
is $? 0 'and ends when told to'
end
