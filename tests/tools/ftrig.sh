#!/bin/sh
# tools/ftrig.sh - fifodirs are made with the right modes; those who listen
# hear what is notified, by regular expression.
. "$TESTS/lib.sh"

s6-mkfifodir 2>/dev/null;		is $? 100 'mkfifodir alone'
s6-mkfifodir nodir/x 2>/dev/null;	is $? 111 'mkfifodir, no parent'
ok mkfifodir s6-mkfifodir f
is "$(stat -c %a f)" 1733 'everybody may listen'
ok 'mkfifodir -g' s6-mkfifodir -g 0 g
is "$(stat -c %a g)" 3730 'a group may listen'
chmod 700 f
s6-mkfifodir f;			is $? 0 'one that exists'
is "$(stat -c %a f)" 700 'is left alone'
s6-mkfifodir -f f;			is "$(stat -c %a f)" 1733 'unless -f'
s6-mkfifodir -g x h 2>/dev/null;	is $? 100 'mkfifodir, bad group'

s6-ftrig-notify f 2>/dev/null;	is $? 100 'notify without letters'
s6-ftrig-notify nodir a 2>/dev/null;	is $? 111 'notify, no directory'
ok 'notify when nobody listens' s6-ftrig-notify f abc
s6-ftrig-wait f 2>/dev/null;		is $? 100 'wait without regex'
s6-ftrig-wait nodir a 2>/dev/null;	is $? 111 'wait, no directory'
s6-ftrig-wait f '(' 2>/dev/null;	is $? 111 'wait, bad regex'
s6-ftrig-wait -t 100 f a 2>/dev/null
code=$?; old && code=$((code + 98));	is $code 99 'wait, timeout'
(within 9 sh -c 'ls f | grep -q ^ftrig1'; s6-ftrig-notify f a) &
is "$(s6-ftrig-wait -t 9000 f '[ab]'; echo $?)" 'a
0' 'wait prints what it heard'
ok 'its fifo is removed' within 5 sh -c '[ -z "$(find f -type p)" ]'

l1="s6-ftrig-listen1 -t 9000"
is "$($l1 f b s6-ftrig-notify f b)" b 'listen1'
s6-ftrig-listen1 -t 100 f '^a' s6-ftrig-notify f ba 2>/dev/null >&2
is $? 1 'the beginning is where it began to listen'
s6-ftrig-listen1 -t 100 f a sh -c 'exit 3' 2>/dev/null
is $? 1 'the exit status of prog does not count'
s6-ftrig-listen1 f a nosuch 2>/dev/null; is $? 111 'listen1, prog not found'
ok 'no fifo is left behind' within 5 sh -c '[ -z "$(find f -type p)" ]'
if newer 1 'prints the last letter only'; then
	is "$($l1 f 'a.*b' s6-ftrig-notify f xaybz)" xaybz \
		'all letters that were heard'
fi

l=s6-ftrig-listen
$l ' f' ' a' ' g' '' true 2>/dev/null;	is $? 100 'listen, odd words'
$l '' true 2>/dev/null;			is $? 100 'listen to nothing'
$l ' f' ' a' true 2>/dev/null;		is $? 100 'listen, open block'
$l -t 9000 ' f' ' a' ' g' ' b' '' sh -c "s6-ftrig-notify f a; s6-ftrig-notify g b"
is $? 0 'listen to two'
$l -o -t 9000 ' f' ' a' ' g' ' b' '' s6-ftrig-notify g b
is $? 0 'listen -o'
$l -t 200 ' f' ' a' ' g' ' b' '' s6-ftrig-notify g b 2>/dev/null
is $? 1 'one of two is too little'
ok 'nor by several' within 5 sh -c '[ -z "$(find f g -type p)" ]'

# A listener that was killed leaves its fifo; cleanfifodir removes it, and
# not that of one who still listens.
s6-ftrig-wait f z 2>/dev/null & pid=$!
within 9 sh -c 'ls f | grep -q ^ftrig1'
mkfifo 'f/ftrig1:@400000006b034cdc12914ea6:dead12'
ok cleanfifodir s6-cleanfifodir f
newer 1 'leaves this one' &&
not 'the dead fifo is gone' test -e 'f/ftrig1:@400000006b034cdc12914ea6:dead12'
s6-ftrig-notify f z
ok 'it still listens' wait $pid
s6-cleanfifodir nodir 2>/dev/null;	is $? 111 'cleanfifodir, no directory'
[ "$P" = reeve- ] || end

is "$($l1 f '^xa$' s6-ftrig-notify f xaybz)" xaybz \
	'an event that comes with others is not missed'

# Whoever may listen can put another file than a fifo there, or a link.
: >victim
ln victim 'f/ftrig1:@400000006b034cdc12914ea6:dead13'
s6-ftrig-notify f abc
is "$(wc -c <victim)" 0 'what is no fifo is not written to'
rm 'f/ftrig1:@400000006b034cdc12914ea6:dead13'

# The directory can be another's, who may at any time put a link in the place
# of what was just made: so nothing of it is changed by its path.
if strace -o /dev/null true 2>/dev/null; then
	umask 077
	(within 9 sh -c 'ls f | grep -q ^ftrig1' &&
		stat -c %a f/ftrig1* >mode; s6-ftrig-notify f a) &
	ASAN_OPTIONS=detect_leaks=0 strace -qq -o trace \
		-e trace=chmod,fchmodat,chown,lchown,fchownat,open,openat \
		s6-ftrig-wait -t 9000 f a >/dev/null
	is "$(cat mode)" 622 'a listener can be told by everybody'
	is "$(grep -E 'chmod|chown' trace)" '' 'without chmod or chown of a path'
	is "$(grep 'f/\.ftrig1' trace | grep -vc O_NOFOLLOW)" 0 \
		'and without following a link'
	ASAN_OPTIONS=detect_leaks=0 strace -qq -o trace \
		-e trace=chmod,fchmodat,chown,lchown,fchownat,open,openat \
		s6-mkfifodir -g 0 new
	is "$(stat -c %a new) $(grep -E 'chmod|chown' trace)" '3730 ' \
		'nor is a fifodir made so'
else
	skip 4 'strace cannot trace here'
fi
end
