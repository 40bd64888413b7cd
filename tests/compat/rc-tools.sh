#!/bin/sh
# compat/rc-tools.sh - s6-rc-bundle and s6-rc-format-upgrade: what scripts of
# older systems call; offline and live, and nothing that runs is touched.
. "$TESTS/lib.sh"
. "$TESTS/compat/names.sh"
PATH=$NAMES:$PATH
export PATH
for n in a b c; do
	mkdir -p src/$n; echo longrun >src/$n/type
	printf '#!/bin/sh\nexec sleep 1000\n' >src/$n/run
done
mkdir src/one src/old src/old/contents.d
echo oneshot >src/one/type; echo true >src/one/up
echo bundle >src/old/type; : >src/old/contents.d/a; : >src/old/contents.d/b
s6-rc-compile db src;	is $? 0 'a database'
b() { s6-rc-bundle -c db "$@" 2>err; }
in_bundle() { s6-rc-db -c "${2-db}" contents "$1" | sort | tr '\n' ' '; }

# --- offline
cp -a db db.before
b add new a one;	is $? 0 'add'
is "$(in_bundle new)" 'a one ' '... is there'
b add all old c;	is $? 0 'add a bundle of a bundle'
is "$(in_bundle all)" 'a b c ' '... has its contents'
is "$(s6-rc-db -c db list bundles | sort | tr '\n' ' ')" 'all new old ' 'no other'
s6-rc-db -c db check;	is $? 0 'the database is valid'
b add new b;		is $? 1 'a name that is there'
like "$(cat err)" 'there is a bundle new already' '... is named'
b -f add new b;		is $? 0 '-f replaces it'
is "$(in_bundle new)" 'b ' '... by that'
b add a b;		is $? 1 'the name of a service'
b -f add a b;		is $? 1 '... also with -f'
b add x nosuch;		is $? 3 'unknown contents'
for n in s6-rc-x s6rc-x .x x/y ''; do
	b add "$n" a;	is $? 100 "a bundle cannot be named '$n'"
done
b delete nosuch;	is $? 3 'delete what is not there'
b -f delete nosuch;	is $? 0 '... with -f'
b delete a;		is $? 5 'delete a service'
b delete new all;	is $? 0 'delete'
ok 'and it is as before, to the byte' diff -r db db.before
b multiple ' old' '' x ' a' ' c' '' y ' b' ' x' '';	is $? 0 'multiple'
is "$(s6-rc-db -c db list bundles | sort | tr '\n' ' ')$(in_bundle y)" 'x y a b c ' '... deletes and adds'
if command -v execlineb >/dev/null; then
	execlineb -Pc 's6-rc-bundle -c db multiple { x y } old { a b }'
	ok '... as a script calls it' diff -r db db.before
else
	skip 1 'no execline'
fi
b multiple x '';	is $? 100 'a block without its end'
b add;			is $? 100 'no name'
b delete;		is $? 100 'no name'
b add x;		is $? 100 'no contents'
b other x;		is $? 100 'no such command'
like "$(s6-rc-bundle help)" 'multiple' 'help'
echo junk >junk; s6-rc-bundle -c junk add x a 2>/dev/null;	is $? 4 'no database'
s6-rc-bundle -c none add x a 2>/dev/null;	is $? 111 'no file'
ln -s db link; s6-rc-bundle -c link add viaLink a;	is $? 0 'through a link'
ok '... which stays one' test -h link
rm -r db; cp -a db.before db

# --- live
L="-l $PWD/live"
mkdir scan; s6-svscan scan & within 9 s6-svscanctl -z scan
# shellcheck disable=SC2086
{
s6-rc-init -c "$PWD/db" $L "$PWD/scan"; s6-rc $L -u change a one
pid=$(s6-svstat -o pid scan/a)
s6-rc-bundle $L add online a b;	is $? 0 'add to a live set'
is "$(s6-rc-db $L contents online | tr '\n' ' ')" 'a b ' '... is there'
is "$(in_bundle online)" 'a b ' '... and in the database it was made from'
is "$(s6-svstat -o pid scan/a)" "$pid" '... nothing was touched'
is "$(s6-rc $L -a list | grep -v ^s6rc- | sort | tr '\n' ' ')" 'a one ' '... the state is what it was'
s6-rc $L -u change online;	is $? 0 'it can be brought up'
ok '... all of it' up scan/b
s6-rc-bundle $L -f add online c;	is $? 0 'replaced'
is "$(s6-rc-db $L contents online)" c '... is another'
is "$(s6-rc $L -a list | grep -v ^s6rc- | sort | tr '\n' ' ')" 'a b one ' '... what is up stays up'
rm -r db
s6-rc-bundle $L delete online;	is $? 0 'with its database gone'
is "$(s6-rc-db $L list bundles)" old '... only the live set changes'
s6-rc $L -u change old;	is $? 0 '... and works on'
s6-rc-bundle -l none add x a 2>/dev/null;	is $? 111 'no live directory'

# --- another format of the same
cp -a db.before db2
s6-rc-format-upgrade -v1 -t 5000 $L "$PWD/db2";	is $? 0 's6-rc-format-upgrade'
is "$(s6-svstat -o pid scan/a)" "$pid" '... nothing was touched'
is "$(s6-rc $L -a list | grep -v ^s6rc- | sort | tr '\n' ' ')" 'a b one ' '... the state is what it was'
s6-rc-format-upgrade $L db2 2>/dev/null;	is $? 100 'a relative database'
mkdir src/d; cp src/c/* src/d/; s6-rc-compile db3 src
s6-rc-format-upgrade $L "$PWD/db3" 2>err;	is $? 4 'other services'
like "$(cat err)" 'd differs \(to change the set use s6-rc-update\)' '... are named'
rm -r src/d; mkdir src/c/dependencies.d; : >src/c/dependencies.d/b; s6-rc-compile db4 src
s6-rc-format-upgrade $L "$PWD/db4" 2>err;	is $? 4 'other dependencies'
s6-rc-format-upgrade $L "$PWD/junk" 2>/dev/null;	is $? 4 'no database'
s6-rc-format-upgrade $L 2>/dev/null;	is $? 100 'none given'

# --- a script that cannot be executed is named, up and down
mkdir src2 src2/up src2/down; echo oneshot >src2/up/type; cp src2/up/type src2/down
echo '/no/such/script arg' >src2/up/up
echo true >src2/down/up; echo "$PWD/junk" >src2/down/down
s6-rc-compile db5 src2; s6-rc-update $L "$PWD/db5"
s6-rc $L -u change up 2>err;	is $? 1 'a script that is not there'
like "$(cat err)" 'service up: unable to execute /no/such/script: No such file' '... is named'
s6-rc $L -u change down; s6-rc $L -d change down 2>err
like "$(cat err)" "service down: unable to execute $PWD/junk: Permission denied" '... or cannot be executed, on the way down'
}
end
