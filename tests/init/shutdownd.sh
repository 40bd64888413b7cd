#!/bin/sh
# init/shutdownd.sh - what comes through the fifo of shutdownd and is no
# request, or half of one, changes nothing of the next, fills no log, and ends
# nothing.
. "$TESTS/lib.sh"
. "$TESTS/helpers/hostile.sh"

# It writes /run/nologin.
mount -t tmpfs none /run 2>/dev/null || skip_all 'cannot mount'
mkdir -p scan/.s6-svscan/init scan/reeve-shutdownd base
(cd scan/reeve-shutdownd && exec reeve-shutdownd -c "$PWD/../../base") \
	2>err & pid=$!
f=scan/reeve-shutdownd/fifo
within 9 test -p $f
# request LETTER SECONDS: 17 bytes
tai=100
request() { printf "$1\\$tai\\0\\0\\0$(printf '\\%03o\\%03o\\%03o\\%03o' \
	$(($2 >> 24 & 255)) $(($2 >> 16 & 255)) $(($2 >> 8 & 255)) \
	$(($2 & 255)))\\0\\0\\0\\0\\0\\0\\0\\0"; }
says() { # says TEXT: since the last time
	within 9 grep -q "$1" err && : >err
}
request r 86400 >$f;	ok 'a request' says 'reboot in 1440 minutes'
printf c >$f;		ok 'and cancelled' says 'reboot cancelled'

for n in 1 5 9 16; do
	request h 1 | head -c $n >$f
	ok "$n bytes of one are refused" \
		says "ignoring $n bytes that are no request"
	request p 172800 >$f
	ok 'the next is what it is' says 'poweroff in 2880 minutes'
	printf c >$f
	ok 'and can be cancelled' says 'poweroff cancelled'
done

t0=$(ticks $pid)
yes 'no request' | head -c 1000000 | tr c x >$f
request r 86400 >$f
ok 'a megabyte of junk, and one' within 20 grep -q 'reboot in 1440 minutes' err
ok "is spoken of in few lines ($(wc -l <err))" test "$(wc -l <err)" -lt 20000
printf c >$f;		ok 'cancelled' says 'reboot cancelled'
# Many requests at once, also where the buffer ends in one.
for i in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do
	request r $((i * 86400))
done >many
cat many >$f
ok 'twenty at once' within 9 grep -q 'reboot in 28800 minutes' err
is "$(grep -c 'reboot in' err) $(grep -c ignoring err)" '20 0' 'each of them'
printf c >$f;		ok 'cancelled' says 'reboot cancelled'
ok 'it is there' kill -0 $pid
not 'and nothing was ended' test -e scan/.s6-svscan/init/end
kill $pid

# That of s6-linux-init: another letter in front, and no label.
tai=0
mkdir scan/li
(cd scan/li && exec s6-linux-init-shutdownd -c "$PWD/../../base") \
	2>err & pid=$!
f=scan/li/fifo
within 9 test -p $f
for n in 1 2 9 17; do
	request Sh 1 | head -c $n >$f
	ok "s6-linux-init's: $n bytes of one are refused" \
		says "ignoring $n bytes that are no request"
	request Sp 172800 >$f; printf c >$f
	ok 'the next is cancelled' says 'the shutdown is cancelled'
done
yes 'no request' | head -c 1000000 | tr c x >$f
request Sr 86400 >$f; printf c >$f
ok 'junk' within 20 grep -q 'the shutdown is cancelled' err
ok "is spoken of in few lines ($(wc -l <err))" test "$(wc -l <err)" -lt 20000
ok 'it is there' kill -0 $pid
kill $pid
end
