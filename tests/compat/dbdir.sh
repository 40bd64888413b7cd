#!/bin/sh
# compat/dbdir.sh - by s6's names a database is a directory: what scripts do
# with one (test -d, cp -a, mv -T, ln -sfn, rm -rf), and every program that
# takes a database, given the directory, a link to it, and the file.
. "$TESTS/lib.sh"
. "$TESTS/compat/names.sh"
PATH=$NAMES:$PATH
export PATH
mkdir -p src/a src/b/contents.d
echo longrun >src/a/type; printf '#!/bin/sh\nexec sleep 1000\n' >src/a/run
echo bundle >src/b/type; : >src/b/contents.d/a

umask 077
s6-rc-compile one/ src;		is $? 0 'a name with a slash behind it'
umask 022
ok 'a directory' test -d one
is "$(stat -c %a one one/db | tr '\n' ' ')" '755 644 ' '... that others can read'
is "$(find . -name 'one?*')" '' '... without a temporary one left beside it'
s6-rc-compile one src 2>err;	is $? 111 'one that is there is not replaced'
like "$(cat err)" 'unable to mkdir one: File exists' '... it is said'
mkdir empty; s6-rc-compile empty src 2>/dev/null;	is $? 111 '... nor if it is empty'
s6-rc-compile none/db src 2>err;	is $? 111 'no directory to make it in'
mkdir bad; mkdir bad/x; s6-rc-compile wrong bad 2>/dev/null;	is $? 111 'a bad definition'
is "$(ls -d wrong* 2>/dev/null)" '' '... leaves nothing'
# By our own name a bundle default would be added.
cp -R src with; mkdir with/default; echo bundle >with/default/type; : >with/default/contents
s6-rc-compile two with
reeve-rc-compile file with;	ok 'by our own name a file' test -f file
ok '... the same to the byte' cmp file two/db
rm -rf two
reeve-rc-compile one src 2>err;	is $? 111 'our own name does not replace a directory'
like "$(cat err)" 'it is a directory' '... and says so'

# --- what scripts do
cp -a one two
mv -T two three
ln -s one link; ln -sfn three link
is "$(readlink link)" three 'ln -sfn'
for d in one three link link/ file one/db; do
	is "$(s6-rc-db -c "$d" list services)" a "s6-rc-db reads $d"
done
rm -rf three
s6-rc-db -c link check 2>err;	is $? 111 'the directory is gone'
mkdir three
s6-rc-db -c link check 2>err;	is $? 111 'nothing in the directory'
like "$(cat err)" 'unable to read database link: No such file' '... it is said'
mkdir -p of-s6/servicedirs; : >of-s6/db; : >of-s6/n
s6-rc-db -c of-s6 check 2>err;	is $? 111 "a directory of s6-rc's"
like "$(cat err)" 'made by s6-rc' '... it is said'
rm -rf three; ln -sfn one link

# --- who takes one
mkdir scan; s6-svscan scan & within 9 s6-svscanctl -z scan
L="-l $PWD/live"
# shellcheck disable=SC2086
{
s6-rc-init $L -c "$PWD/link" "$PWD/scan";	is $? 0 's6-rc-init'
is "$(readlink live/compiled >/dev/null; cd live/compiled && ls)" db 'LIVE/compiled is the directory'
s6-rc $L -u change b;		is $? 0 's6-rc'
mkdir src/c; cp src/a/* src/c
s6-rc-compile new src
s6-rc-update $L "$PWD/new";	is $? 0 's6-rc-update'
is "$(readlink -f live/compiled)" "$PWD/new" '... and it is recorded'
is "$(s6-rc-db $L list services | sort | tr '\n' ' ')" 'a c ' '... is live'
s6-rc-format-upgrade $L "$PWD/new";	is $? 0 's6-rc-format-upgrade'
s6-rc-bundle $L add more c;	is $? 0 's6-rc-bundle on what is live'
is "$(s6-rc-db -c new contents more)" c '... changes the file in the directory'
ok '... which is one' test -f new/db
s6-rc-bundle -c link add x a;	is $? 0 's6-rc-bundle -c'
is "$(s6-rc-db -c one contents x)" a '... through a link'
like "$(reeve graph --db new)" c 'reeve graph --db'
rm -rf new one
s6-rc $L -d change b;		is $? 0 'all of them gone: what is live stays'
}
s6-rc-compile new src
mkdir place
reeve switch -n --root "$PWD/place" --db new >plan 2>&1;	is $? 0 'reeve switch --db' || show plan
s6-svscanctl -t scan
end
