#!/bin/sh
# rc/first-status.sh - when an update is done, a service that is new can be
# asked, however slow its supervise was to write its first status.
. "$TESTS/lib.sh"
. "$TESTS/helpers/rc.sh"
[ "$P" = reeve- ] || skip_all 'for our own names'
need strace
strace -o /dev/null true 2>/dev/null || skip_all 'strace cannot trace here'
longrun one old
longrun two old; longrun two new
for s in one two; do comp db.$s $s; done
# What svscan starts.
cat >supervise <<END
#!/bin/sh
[ "\$1" = old ] || exec strace -D -qq -o $D/trace -e trace='?rename,renameat' \\
	-e inject='?rename,renameat:delay_enter=1s' reeve-supervise "\$@"
exec reeve-supervise "\$@"
END
chmod +x supervise
REEVE_SUPERVISE=$D/supervise
export REEVE_SUPERVISE
live_on db.one
ok 'an update adds a service' upd db.two
is "$(reeve-svstat -o up,wantedup live/servicedirs/new 2>&1)" 'false false' \
	'its status can be read'
end
