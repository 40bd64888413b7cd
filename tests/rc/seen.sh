#!/bin/sh
# rc/seen.sh - the checksum of a live database is computed again when the file
# is another than the one that was verified, and only then.
. "$TESTS/lib.sh"
. "$TESTS/helpers/rc.sh"
longrun one a
comp db1 one
live_on db1
reeve-rc -l live start a;	is $? 0 "a is up"
is "$(wc -w <live/current/db.seen)" 5 'owner, inode, size and times are kept'
is "$(reeve-rc -l live -a list)" a 'it is read'

# A byte of a script: no index is wrong.
at=$(grep -abo '#!' live/current/db | head -n 1 | cut -d : -f 1)
cp -p live/current/db was
printf X | dd of=live/current/db bs=1 seek="$((at + 2))" conv=notrunc 2>/dev/null
touch -r was live/current/db
reeve-rc -l live -a list >out 2>err;	is $? 4 'a byte changed, and the time put back'
like "$(cat err)" 'live/.*db is not a valid database: its checksum is wrong' 'is noticed'
cp was live/current/db.new && mv live/current/db.new live/current/db
is "$(reeve-rc -l live -a list 2>&1)" a 'the right bytes in another file are verified'
rm live/current/db.seen
is "$(reeve-rc -l live -a list 2>&1)" a 'so they are without that file'
echo nonsense >live/current/db.seen
is "$(reeve-rc -l live -a list 2>&1)" a 'or with another in its place'
end
