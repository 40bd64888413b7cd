#!/bin/sh
# tools/svperms.sh - svperms prints and sets the rights of a service.
. "$TESTS/lib.sh"

service s <<'END'
sleep 1000
END
modes() { stat -c %a s/supervise s/supervise/control s/event | tr '\n' ' '; }
"${P}svperms" 2>/dev/null;		is $? 100 'no argument'
"${P}svperms" nodir 2>/dev/null;	is $? 1 'nothing to be read'
"${P}svperms" -G nosuchgroup s 2>/dev/null; is $? 100 'an unknown group'
supervised s
is "$(modes)" '700 600 3730 ' 'what supervise makes'
is "$("${P}svperms" s)" 's status: owner
s control: owner
s events: group root' 'is printed'
set -- -g:0 '710 600 3730 ' -G:0 '710 620 3730 ' -o '711 600 3730 ' \
	-O:0 '711 620 3730 ' -e '711 620 1733 ' -u '700 600 1733 ' \
	-E:0 '700 600 3730 '
while [ $# != 0 ]; do
	"${P}svperms" "$1" s
	is "$(modes)" "$2" "svperms $1"
	shift 2
done
"${P}svperms" -O root -e s
is "$("${P}svperms" -v s)" 's status: public
s control: group root
s events: public' 'printed again'
chmod 2700 s/event
"${P}svperms" s >/dev/null 2>err;	is $? 1 'rights that mean nothing'
like "$(cat err)" 's/event' 'are named'
chmod 3730 s/event
[ "$P" = reeve- ] || end
# In a directory of another's a link is not followed: he could have root change
# the rights of anything.
[ "$(id -u)" = 0 ] || { skip 6 'needs root'; end; }
mkdir -p hers/supervise hers/event
mkfifo hers/supervise/control
chown -R 12345 hers
"${P}svperms" -O:0 -e hers;		is $? 0 'rights of a service of another user'
is "$(stat -c %a hers/supervise hers/supervise/control hers/event |
	tr '\n' ' ')" '711 620 1733 ' 'are set'
echo secret >file
mkdir -m 700 place
chmod 600 file
rm -r hers/event hers/supervise/control
ln -s ../place hers/event
ln -s ../../file hers/supervise/control
"${P}svperms" -O:0 -e hers 2>err;	is $? 1 'but links that he made'
like "$(cat err)" 'hers/event' 'are named'
is "$(stat -c %a place file | tr '\n' ' ')" '700 600 ' 'and not followed'
# Nobody but root can put a link here.
mv s/event s/there
ln -s there s/event
"${P}svperms" -e s
is "$(stat -c %a s/there)" 1733 "root's own links are followed"
end
