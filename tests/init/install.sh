#!/bin/sh
# install.sh - make install-init gives a machine or an image its init, and
# never takes away another one unasked.
. "$TESTS/lib.sh"
need make
export DESTDIR="$PWD/d"
put() { make -s -C "$BUILD" install-init "DESTDIR=$DESTDIR" "$@" 2>&1; }
bindir=$(sed -n 's/^bindir = //p' "$BUILD/config.mak")
# What make install-init does after make install.
links() {
	env bindir="$bindir" "$@" sh "$SRC/tools/install-init" 2>&1
}

out=$(put);	is $? 0 'into an empty directory' || echo "$out" | sed 's/^/# /'
for n in init:init halt:shutdown poweroff:shutdown reboot:shutdown \
	shutdown:shutdown; do
	is "$(readlink "d/sbin/${n%:*}")" "$bindir/reeve-${n#*:}" \
		"${n%:*} is reeve-${n#*:}"
done
ok '... with the programs' test -x "d$bindir/reeve-svscan"
# As it would be below that root.
ln -s "$PWD/d$bindir/reeve-shutdown" halt
ln -s "$PWD/d$bindir/reeve-shutdown" shutdown
like "$(./halt --help)" '^usage: halt ' 'by its name it is halt'
like "$(./shutdown --help)" '^usage: shutdown ' '... or shutdown'
out=$(put);	is $? 0 'again: no harm'

rm -f d/sbin/init d/sbin/halt
echo other >d/sbin/init
ln -s /bin/systemctl d/sbin/halt
out=$(put);	not 'another init is there: refused' test $? = 0
like "$out" 'd/sbin has init halt of another init, nothing changed' \
	'... names it'
is "$(cat d/sbin/init) $(readlink d/sbin/halt)" 'other /bin/systemctl' \
	'... which is untouched'
rm -f d/sbin/reboot
links >/dev/null
not '... all or nothing' test -h d/sbin/reboot
out=$(put FORCE=yes);	is $? 0 'forced'
is "$(readlink d/sbin/init)" "$bindir/reeve-init" '... it is ours'
is "$(cat d/sbin/init.before-reeve) $(readlink d/sbin/halt.before-reeve)" \
	'other /bin/systemctl' '... and what was there is kept'
is "$(links FORCE=yes >/dev/null; cat d/sbin/init.before-reeve)" other \
	'... also the second time'
not '... nothing is left over' sh -c 'ls d/sbin | grep -q "new$"'
out=$(links initdir=/bin);	is $? 0 'another directory'
is "$(readlink d/bin/init)" "$bindir/reeve-init" '... as for a container'
rm d/bin/init; mkdir d/bin/init
out=$(links initdir=/bin FORCE=yes);	not 'a directory: never' test $? = 0
# What the maker wrote is ours.
ln -sf /etc/reeve/init/init d/sbin/init
out=$(links);	is $? 0 'a link to the script of reeve-init-maker is ours'
is "$(readlink d/sbin/init)" /etc/reeve/init/init '... and stays'
end
