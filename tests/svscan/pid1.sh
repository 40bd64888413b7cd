#!/bin/sh
# svscan/pid1.sh - as process 1 of a pid namespace: thousands of orphans are
# reaped, signals do what they should, it ends when told to.
. "$TESTS/lib.sh"
unshare --pid --fork --mount --mount-proc true 2>/dev/null ||
	skip_all 'no pid namespace within this one'
need perl
mkdir scan
service scan/a <<'END'
exec sleep 1000
END
service scan/orphans <<'END'
exec perl -e '
	for (1 .. 40) {		# each leaves 50 orphans
		my $p = fork;
		if (!$p) {
			for (1 .. 50) { exit 0 if !fork }
			exit 0;
		}
		waitpid $p, 0;
	}
	open my $f, ">", "done";
	sleep 1000'
END
inner() { unshare --pid --fork --kill-child --mount --mount-proc "$@"; }
inner "${P}svscan" scan 2>err &
shell=$!
within 10 "${P}svscanctl" -z scan
ok 'services are up' within 10 up scan/a
ok '2000 orphans were made' within 30 test -e scan/orphans/done
one=$(pgrep -o -f "^${P}svscan scan\$")
is "$(sed -n 's/^NSpid:.*[^0-9]//p' "/proc/$one/status")" 1 'it is process 1'
zombies() { [ "$(ps -eo stat= | grep -c '^Z')" = "$1" ]; }
ok 'no zombie is left' within 10 zombies 0
for sig in HUP USR1 USR2 WINCH ALRM PIPE; do kill -$sig "$one"; done
sleep 0.1
ok 'signals without an end leave it there' kill -0 "$one"
is "$(field scan/a up)" true 'and its services'
cat >scan/.s6-svscan/finish <<'END'
#!/bin/sh
exit 7
END
chmod +x scan/.s6-svscan/finish
kill -TERM "$one"
wait "$shell"
is $? 7 'SIGTERM ends it, with the exit code of finish'

# --- it does not end on a shortage
[ "$P" = reeve- ] || end
need strace
inner strace -f -o trace -e trace=vfork,clone,fork,clone3 \
	-e inject=vfork,clone,fork,clone3:error=EAGAIN:when=1..3 \
	"${P}svscan" scan 2>err &
shell=$!
ok 'forks that fail are tried again, within two seconds' within 5 up scan/a
ok 'and that is said' grep -q 'trying again' err
"${P}svscanctl" -t scan
wait "$shell"
end
