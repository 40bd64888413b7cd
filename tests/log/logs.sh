#!/bin/sh
# log/logs.sh - reeve-logs shows logs merged by time, and follows them across
# rotation without losing or repeating a line.
. "$TESTS/lib.sh"
REEVE_LOGS=$PWD/logs; export REEVE_LOGS
REEVE_LIVE=$PWD/nolive; export REEVE_LIVE
TZ=UTC; export TZ
mkdir logs

seq -f 'line %05g of a longer text than one would think' 1 2000 >in
reeve-log n1000 s5000 t ./logs/web <in
reeve-logs web >got;		is $? 0 'a log by name'
cut -c26- got | cmp -s - in;	is $? 0 'all lines, archives and current'
like "$(head -n 1 got)" '^20..-..-.. ..:..:..\.[0-9]{3}  line 00001 of' \
	'time, two blanks, text'
reeve-logs --raw logs/web | cut -c27- | cmp -s - in
is $? 0 '--raw: the lines of the files, by directory'
is "$(reeve-logs -n 3 web | cut -c26-35)" 'line 01998
line 01999
line 02000' '-n: the last ones'
is "$(reeve-logs -n 0 web)" '' '-n 0'
is "$(reeve-logs -n 99999 web | wc -l)" 2000 '-n: more than there are'
is "$(reeve-logs -g 'line 0..99' web | wc -l)" 20 '--grep'
is "$(reeve-logs -g 'line 0..99' -n 2 web | cut -c26-35)" 'line 01899
line 01999' '--grep and -n'

for c in gzip zstd xz; do
	command -v $c >/dev/null || { skip 2 "no $c"; continue; }
	reeve-log n1000 s5000 %compress=$c t ./logs/$c <in
	ok "$c: named so" sh -c "ls logs/$c | grep -q '\.s\.[gzx][szt]*$'"
	reeve-logs $c | cut -c26- | cmp -s - in
	is $? 0 "$c: read as one stream"
done
reeve-log n1000 s5000 '!gzip -c' t ./logs/plain <in
reeve-logs plain | cut -c26- | cmp -s - in
is $? 0 'a compressed archive with a plain name'

# Times made by hand: 40000000 6xxxxxxx is 2026.
mkdir logs/a logs/b logs/u
printf '%s\n' '@400000006950000000000000 a1' '@400000006950000200000000 a2' \
	'@400000006950000100000000 back' '@4000000069500000000000 bad' '@400000006950000500000000 a3' \
	>logs/a/current
printf '%s\n' '2025-12-27 15:48:46.000000001  b1' \
	'{"time":"2025-12-27T15:48:51.500000000Z","service":"x","text":"b\t2\n\"q\""}' \
	'no stamp' >logs/b/current
printf 'plain\n' >logs/u/current
is "$(reeve-logs --utc a b | sed 's/^2025[^Z]*Z  //; s/^  *//')" \
"a  a1
a  a2
a  back
a  @4000000069500000000000 bad
b  b1
a  a3
b  b	2
\"q\"
b  no stamp" 'merged by time; a jump back keeps its place'
is "$(reeve-logs --json b | head -n 2)" \
'{"time":"2025-12-27T15:48:46.000000001Z","service":"b","text":"b1"}
{"time":"2025-12-27T15:48:51.500000000Z","service":"b","text":"b\t2\n\"q\""}' \
	'--json'
is "$(reeve-logs --utc --since '2025-12-27 15:48:44.5' \
	--until 2025-12-27T15:48:45.200Z a | cut -c27- | head -n 1)" 'a2' '--since, --until'
like "$(reeve-logs --color=always -n 1 a b)" '.\[3[1-6]m[ab]' 'colour'

reeve-logs nobody 2>err;	is $? 100 'an unknown name'
like "$(cat err)" "no log of 'nobody'" 'says so'
reeve-logs ./in 2>err;		is $? 100 'not a log directory'
reeve-logs --since nonsense a 2>err;	is $? 100 'no time'
for t in '2025-12-27 15:48:45+99:00' '2025-12-27 15:48+14:01' 12:00-15:00 \
	12:00+1:00 12:00+01 '12:00:00.' 12:00:00.x 12:60 24:00 '12:00:61' \
	2025-02-29 2025-13-01 2025-1-1 '2025-12-27 ' 12:00ZZ @12. @-1 @1x \
	'1h30 ago' '5 5 ago' '--5m' 5 '+5m' tomorrow 'today 25:00' ' now'; do
	reeve-logs --since "$t" a >out 2>err
	is "$? $(grep -c 'is not a time' err) $(wc -c <out)" '100 1 0' "no time: '$t'"
done
is "$(reeve-logs --utc --since '2025-12-28T05:48:44.5+14:00' a | cut -c27- |
	head -n 1)" a2 'the widest zone there is'
reeve-logs --since @4000000069500000ffffffff a 2>err
is $? 100 'nor is a stamp with more nanoseconds than there are'
reeve-logs -g '(' a 2>err;	is $? 100 'no regular expression'
reeve-logs --json --raw a 2>err; is $? 100 'exclude each other'
is "$(reeve-logs 2>/dev/null | wc -l)" \
	"$(for d in logs/*; do reeve-logs ./$d; done | wc -l)" \
	'without names: all below the place for logs'

# What may be wrong with a log.
is "$(reeve-logs wbe 2>&1)" "reeve-logs: fatal: no log of 'wbe' (no log \
companion in the running set, and no log directory $PWD/logs/wbe); did you \
mean 'web'?" 'a near miss'
mkdir logs/bad
echo '@400000006950000000000000 u1' >logs/bad/@400000006950000000000001.u
printf '@400000006950000000000001 cut' >>logs/bad/@400000006950000000000001.u
echo '@400000006950000000000002 s2' | gzip >logs/bad/@400000006950000000000003.s.gz
printf '\0\0\377\n\n@4000\n@400000006950000000000004 x\0y' >logs/bad/current
reeve-logs --raw bad >out;	is $? 0 '.u, .s.gz and a damaged current'
printf '@400000006950000000000000 u1\n@400000006950000000000001 cut\n@400000006950000000000002 s2\n\0\0\377\n\n@4000\n@400000006950000000000004 x\0y\n' |
	cmp -s - out;		is $? 0 'all of it is shown, in order'
reeve-logs bad >out;		is $? 0 'also decoded'
is "$(reeve-logs -g cut bad | wc -l)" 1 'and searched'
printf '\037\213broken' >logs/bad/@400000006950000000000002.s
reeve-logs --raw bad >out 2>err; is $? 1 'a damaged archive'
like "$(cat err)" '@400000006950000000000002.s is damaged, says gzip' 'is named'
is "$(grep -ac . out)" 6 'the others are shown'
rm logs/bad/@400000006950000000000002.s
mkdir nothing
PATH=nothing "$(command -v reeve-logs)" --raw bad >out 2>err
is $? 1 'a missing decompressor'
like "$(cat err)" \
	'unable to read .*bad/@400000006950000000000003.s.gz: gzip is not inst' \
	'is named'
rm logs/bad/current; mkdir logs/bad/current
reeve-logs bad a >out 2>err;	is $? 1 'a current that is none'
like "$(cat err)" 'unable to read .*/bad: Is a directory' 'is named'
is "$(grep -c a3 out)" 1 'other logs are shown'
rm -rf logs/bad
mkdir logs/catch-all; echo tree >logs/catch-all/current
like "$(reeve-logs catchall)" tree 'the log of what has no other, by both names'
mkdir logs/catchall; echo older >logs/catchall/current
is "$(reeve-logs --raw catch-all 2>&1 | sort | tr '\n' ' ')" 'older tree ' 'if there are two of them, both'
rm -rf logs/catch-all logs/catchall

if [ "$(id -u)" = 0 ] && getent passwd nobody >/dev/null; then
	chmod 700 logs/a
	for l in a ./logs/a; do
		reeve-setuidgid nobody reeve-logs $l 2>err
		is $? 111 "a log of others: $l"
		like "$(cat err)" 'logs/a: Permission denied' 'says so'
	done
else
	skip 4 'needs root and nobody'
fi

# The archives that --since leaves out are not even opened.
mkdir logs/old
for i in 1 2 3; do
	echo "@40000000695000000000000$i l$i" >logs/old/@40000000695000000000000$i.s
done
echo '@400000006950000500000000 l4' >logs/old/current
if strace -o trace true 2>/dev/null; then
	is "$(strace -o trace -e trace=read,pread64 -P logs/old \
		reeve-logs --utc --since @400000006950000000000003 --raw old |
		cut -c27-)" 'l3
l4' '--since at an archive'
	is "$(strace -y -e trace=pread64 -o trace reeve-logs --since \
		@400000006950000000000003 old >/dev/null
		grep -c '@4[^ ]*\.s>' trace)" 1 'reads that one only'
else
	skip 2 'strace cannot trace here'
fi
rm -rf logs/old

# More archives than descriptors.
for i in 1 2 3; do
	reeve-log n1000 s4096 t ./logs/many$i <in
done
is "$(ulimit -n 48; reeve-logs many1 many2 many3 | wc -l)" 6000 \
	'few descriptors: all archives'
is "$(ulimit -n 48; reeve-logs -n 1500 --raw many1 | cut -c27- | head -n 1)" \
	"$(sed -n 501p in)" 'also with -n'
rm -rf logs/many?

# Follow: a writer with pauses, small files, many rotations.
for kind in n1000 '!cat' '%compress=gzip'; do
	rm -rf logs/f out want
	seq -f 'x %g aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa' 1 6000 >want
	mkfifo ff 2>/dev/null
	reeve-log n10000 s4096 $kind ./logs/f <ff & logger=$!
	exec 5>ff
	head -n 10 want >&5
	within 5 test -s logs/f/current
	reeve-logs -f -n 100000 --raw f >out 5>&- & reader=$!
	within 5 test -s out
	sed -n '11,2000p' want >&5; sleep 0.1
	sed -n '2001,2500p' want | while read -r l; do echo "$l"; done >&5
	sed -n '2501,6000p' want >&5
	exec 5>&-
	wait $logger
	within 60 sh -c '[ "$(wc -l <out)" -ge 6000 ]'
	kill $reader
	cmp out want;		is $? 0 "-f across rotation ($kind)"
done

# The same by hand, with the reader stopped while the directory changes.
follow() { # follow: of logs/h, in which there is a current
	: >out
	reeve-logs -f --raw h >out & reader=$!
	within 5 grep -q 1 out
}
lines() { # lines LABEL WANT...
	l_l=$1; shift
	within 5 sh -c "[ \"\$(wc -l <out)\" -ge $# ]"
	is "$(tr '\n' ' ' <out)" "$* " "$l_l"
	kill $reader
	rm -rf logs/h
}
stamp=0
archive() { # archive FILE: give it the next name
	stamp=$((stamp + 1))
	mv "logs/h/$1" "logs/h/@40000000695000000000000$stamp.s"
}
processed() { # as a processor does: another file, and previous goes
	cp logs/h/previous logs/h/new
	chmod 744 logs/h/new
	mv logs/h/new logs/h/processed
	rm logs/h/previous
}
mkdir logs/h; echo 1 >logs/h/current
follow
kill -STOP $reader
echo 2 >>logs/h/current; archive current; echo 3 >logs/h/current
archive current; echo 4 >logs/h/current
kill -CONT $reader
lines 'rotated twice' 1 2 3 4

mkdir logs/h; echo 1 >logs/h/current
follow
kill -STOP $reader
echo 2 >>logs/h/current
for i in 3 4 5; do
	mv logs/h/current logs/h/previous; echo $i >logs/h/current
	processed; archive processed
done
kill -CONT $reader
lines 'rotated three times with a processor' 1 2 3 4 5

mkdir logs/h; echo 0 >logs/h/previous; echo 1 >logs/h/current
follow
kill -STOP $reader
processed; archive processed
mv logs/h/current logs/h/previous; echo 2 >logs/h/current; processed
kill -CONT $reader
lines 'what was being processed is not repeated' 0 1 2

mkdir logs/h; echo 1 >logs/h/current
follow
mv logs/h/current logs/h/previous; sleep 0.3; echo 2 >logs/h/current
within 5 grep -q 2 out
processed
echo 3 >>logs/h/current
within 5 grep -q 3 out
archive processed
archive current; sleep 0.3; echo 4 >logs/h/current
lines 'no current for a while' 1 2 3 4

mkdir logs/h; echo 0 >logs/h/current; archive current
ln logs/h/@* logs/h/previous; echo 1 >logs/h/current
follow
echo 2 >>logs/h/current
lines 'a second name, as s6-log makes it, is not another file' 0 1 2

# Without inotify (no instance left, or another system) it looks by the clock.
if built_with INOTIFY && strace -o /dev/null true 2>/dev/null; then
	mkdir logs/h; echo 1 >logs/h/current; : >out
	strace -D -o trace -e trace=inotify_init1 \
		-e inject=inotify_init1:error=EMFILE \
		reeve-logs -f --raw h >out & reader=$!
	within 5 grep -q 1 out
	echo 2 >>logs/h/current; within 5 grep -q 2 out
	archive current; echo 3 >logs/h/current
	lines 'without inotify' 1 2 3
	like "$(cat trace)" 'EMFILE.*INJECTED' 'there was none'
else
	# Without it in the build all of the above was like that.
	skip 2 'no inotify here, or strace cannot trace'
fi

# Root reads the logs of users: what the owner of a log directory puts there
# makes it neither wait, nor show another file, nor need all memory.
mkdir logs/bad; mkfifo logs/bad/current
timeout 20 reeve-logs bad 2>err;	is $? 1 'a fifo in place of current'
like "$(cat err)" 'logs/bad' 'is said'
rm logs/bad/current; echo secret >secret; ln -s "$PWD/secret" logs/bad/current
is "$(reeve-logs bad 2>err; echo $?)" 1 'nor is a link followed'
rm logs/bad/current; echo last >logs/bad/current
mkfifo logs/bad/@400000006950000000000001.s
ln -s "$PWD/secret" logs/bad/@400000006950000000000002.s
is "$(timeout 20 reeve-logs --raw bad 2>err)" last 'the same for archives'
is "$(grep -c 'unable to read' err)" 2 'both are said'
rm logs/bad/*
head -c 40000000 /dev/zero | tr '\0' x >logs/bad/current
reeve-logs --raw bad >out
is "$(tr -d '\n' <out | wc -c)" 40000000 'a line without end is shown'
ok 'in pieces' [ "$(wc -L <out)" -lt 20000000 ]
end
