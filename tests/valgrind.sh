#!/bin/sh
# valgrind.sh - supervise, svscan and rc do their main work under valgrind
# without one error.  (For dynamic builds without sanitizers.)
# TIMEOUT: 300
. "$TESTS/lib.sh"
[ "$P" = reeve- ] || skip_all 'only for our own'
need valgrind
grep -q -- '-static\|fsanitize' "$BUILD/config.mak" &&
	skip_all 'a static or sanitized build is nothing for valgrind'
mkdir vg vlog
# It takes the memmove of a fortified glibc, which shares the code of memcpy,
# for that.
cat >memmove.supp <<'END'
{
	memmove
	Memcheck:Overlap
	fun:__memcpy_chk
	fun:memmove
}
END
for p in reeve-svscan reeve-supervise reeve-rc reeve-rc-compile \
	reeve-rc-init reeve-rc-update reeve-rc-oneshotd; do
	cat >vg/$p <<END
#!/bin/sh
exec valgrind -q --error-exitcode=77 --log-file=$PWD/vlog/$p.%p \\
	--suppressions=$PWD/memmove.supp --child-silent-after-fork=yes --leak-check=no $REEVE_BIN/$p "\$@"
END
	chmod +x vg/$p
done
PATH=$PWD/vg:$PATH
VG=$PWD/vg
# What svscan starts is watched too.
REEVE_SUPERVISE=$VG/reeve-supervise
export REEVE_SUPERVISE
# What valgrind says of itself, as that it does not know a call, begins
# otherwise.
clean() { ! grep -q '^==' vlog/* 2>/dev/null; }
show() { clean || cat vlog/* | head -40 | sed 's/^/# /'; }

mkdir scan
service scan/a <<'END'
echo >&3
exec sleep 1000
END
echo 3 >scan/a/notification-fd
echo fifo >scan/a/stdout-fifo
echo '1000 5000' >scan/a/backoff
printf '#!/bin/sh\nexit 0\n' >scan/a/finish
chmod +x scan/a/finish
service scan/b <<'END'
exit 1
END
mkdir scan/x scan/x/log
service scan/x <<'END'
while :; do echo line; sleep 0.1; done
END
service scan/x/log <<'END'
exec cat >lines
END
reeve-svscan scan 2>err &
scan_pid=$!
within 20 up scan/x/log
ready() { [ "$(field "scan/$1" ready)" = true ]; }
ok 'a tree comes up' within 20 ready a
"${P}svc" -wR -T 20000 -r scan/a;	is $? 0 'a service is restarted'
"${P}svc" -wD -T 20000 -d scan/a;	is $? 0 'and stopped'
"${P}svc" -wU -T 20000 -u scan/a;	is $? 0 'and started'
for c in p c h 1 2 l o u; do "${P}svc" -$c scan/a; done
mv scan/b gone
"${P}svscanctl" -an scan
off() { ! "${P}svok" "$1"; }
ok 'one is taken away' within 20 off gone
"${P}svscanctl" -t scan
wait "$scan_pid"
is $? 0 'svscan ends'
within 20 off scan/a
ok 'svscan and supervise: no error' clean
show
is "$(find vlog -name 'reeve-supervise*' | wc -l | awk '{ print $1 >= 4 }')" 1 \
	'valgrind was there'

# --- rc
mkdir -p sv/one sv/two/dependencies.d sv/all/contents.d
echo oneshot >sv/one/type; echo true >sv/one/up; echo true >sv/one/down
echo longrun >sv/two/type
printf '#!/bin/sh\nexec sleep 1000\n' >sv/two/run; chmod +x sv/two/run
: >sv/two/dependencies.d/one
echo bundle >sv/all/type; : >sv/all/contents.d/two
mkdir s2
unset REEVE_SUPERVISE
reeve-rc-compile db sv;			is $? 0 'rc-compile'
"$REEVE_BIN/reeve-svscan" s2 2>err2 &
within 20 "${P}svscanctl" -z s2
reeve-rc-init -c "$PWD/db" -l "$PWD/live" s2;	is $? 0 'rc-init'
reeve-rc -l "$PWD/live" -u change all;	is $? 0 'rc -u change'
echo 'exit 0' >>sv/two/run
rm -rf db2; reeve-rc-compile db2 sv
reeve-rc-update -l "$PWD/live" "$PWD/db2";	is $? 0 'rc-update'
reeve-rc -l "$PWD/live" -da change;	is $? 0 'rc -da change'
ok 'rc: no error' clean
show
end
