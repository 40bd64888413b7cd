#!/bin/sh
# security/directories.sh - root makes and gives directories below those of a
# service's user, who puts links and other directories in their place.
. "$TESTS/lib.sh"
. "$TESTS/security/lib.sh"
umask 022
mk=${P}mkdir
look() { stat -c '%a %U:%G' "$@"; }

# --- what it does where nobody interferes
ok 'makes all of them' $mk -m 0750 -o www:adm /srv/a/b/c
is "$(look /srv/a/b/c)" '750 www:adm' 'owner, group and mode'
is "$(look /srv/a/b)" '755 root:root' 'those above stay ours'
ok 'again' $mk -m 0750 -o www:adm /srv/a/b/c
ok 'another owner' $mk -m 02700 -o mallory /srv/a/b/c
is "$(look /srv/a/b/c)" '2700 mallory:adm' 'the last asked for'
ln -s /srv/a /srv/admins; ok 'a link of root, in a directory of root' $mk -o www /srv/admins/d
is "$(look /srv/a/d)" '755 www:root' 'is followed'
ln -s ../run/x /srv/dangling; ok 'also where it leads to nothing yet' $mk /srv/dangling/y
ok 'which is made' test -d /run/x/y
mkdir /srv/sticky; chmod 1777 /srv/sticky
ok 'in a place for all' $mk -o www /srv/sticky/w
is "$(look /srv/sticky/w)" '755 www:root' 'what is new'
not 'no such user' $mk -o nosuch /srv/q 2>/dev/null
not 'a file in the way' $mk /etc/passwd/x 2>/dev/null
not 'no mode' $mk -m 9 /srv/q 2>/dev/null

# --- and where www does
$mk -o www /srv/www
mkdir -m 700 /mnt/etc; echo secret >/mnt/etc/shadow
refused() { # refused LABEL PATH [ARGUMENT...]
	_l=$1 _p=$2; shift 2
	$mk "$@" -o www -m 0777 "$_p" 2>err;	is $? 111 "$_l: refused"
	is "$(look /mnt/etc)" '700 root:root' "$_l: nothing is given"
}
www ln -s /mnt/etc /srv/www/data
refused 'a link as the last' /srv/www/data
like "$(cat err)" 'link on the way may be another user' 'and says why'
refused 'a link on the way' /srv/www/data/x
not 'nothing is made there' test -e /mnt/etc/x
www sh -c 'rm /srv/www/data; ln -s ../../mnt/etc /srv/www/data'
refused 'a relative one' /srv/www/data
www sh -c 'rm /srv/www/data; mkdir /srv/www/in; ln -s /mnt/etc /srv/www/in/data'
refused 'two levels down' /srv/www/in/data
# A directory of root's that www may move about, as it lies in one of his.
mkdir -m 700 /srv/www/ours; echo k >/srv/www/ours/key
www mv /srv/www/ours /srv/www/moved
$mk -o www /srv/www/moved 2>err;	is $? 111 'a directory of root, moved by www: refused'
is "$(look /srv/www/moved)" '700 root:root' 'stays of root'
refused 'what .. means may have changed' /srv/www/in/../../../mnt/etc
www mkdir /srv/www/his
ok 'his own may be changed' $mk -o www:adm -m 0700 /srv/www/his
is "$(look /srv/www/his)" '700 www:adm' 'as asked'
ok 'and new ones made for him' $mk -o www /srv/www/new/er
is "$(look /srv/www/new/er)" '755 www:root' 'and given'
ok 'himself he may follow what he likes' www sh -c \
	"rm /srv/www/in/data; ln -s /srv/www/his /srv/www/in/data; $mk /srv/www/in/data/z"

# --- while he exchanges it, as fast as he can
cat >swap.py <<'E'
import os
while True:
    for f in (lambda: os.rename('/srv/www/race', '/srv/www/r1'),
              lambda: os.symlink('/mnt/etc', '/srv/www/race'),
              lambda: os.unlink('/srv/www/race'),
              lambda: os.rename('/srv/www/r1', '/srv/www/race'),
              lambda: os.rmdir('/srv/www/race')):
        try: f()
        except OSError: pass
E
www python3 "$W/swap.py" & swap=$!
i=0
while [ $i -lt 300 ]; do $mk -m 0755 -o www /srv/www/race 2>/dev/null; i=$((i + 1)); done
kill $swap
is "$(look /mnt/etc)" '700 root:root' '300 times against who exchanges it with a link'

# --- the kind it was found in: an imported unit
mkdir /srv/u /mnt/etc2; chmod 700 /mnt/etc2
cat >/srv/u/app.service <<'E'
[Service]
User=www
StateDirectory=app app/data
StateDirectoryMode=0750
ExecStart=/bin/sleep 1000
E
reeve import -s /srv/sv /srv/u/app.service >/dev/null
reeve up >/dev/null 2>&1
ok 'an imported unit starts' sh -c 'reeve start app >/dev/null'
is "$(look /var/lib/app/data)" '750 www:root' 'with its directories'
www sh -c 'rmdir /var/lib/app/data; ln -s /mnt/etc2 /var/lib/app/data'
reeve restart app-setup >out 2>&1;	not 'its start fails when www put a link' [ $? = 0 ]
is "$(look /mnt/etc2)" '700 root:root' 'and what the link leads to is not given'
reeve down >/dev/null 2>&1

# --- other programs that make or give one
mkdir /srv/www/scan; rm -f /srv/www/data; www ln -s /mnt/etc /srv/www/data
s6-svscanboot -l www -D /srv/www/data /srv/scan 2>err;	is $? 111 'svscanboot: a link of www is refused'
like "$(cat err)" 'link on the way may be another user' 'and says why'
is "$(look /mnt/etc)" '700 root:root' 'and nothing is given'
end
