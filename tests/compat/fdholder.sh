#!/bin/sh
# compat/fdholder.sh - keep descriptors: rights, limits, dumps; our server
# with Debian's clients and the other way round.
# TIMEOUT: 240
. "$TESTS/lib.sh"
. "$TESTS/compat/names.sh"

cat >.scenario <<'X'
e=rules/uid/0/env; mkdir -p $e; touch rules/uid/0/allow
# Every client is judged by the rules as they are when it connects.
may() { for v; do printf . >$e/S6_FDHOLDER_$v; done; }
maynot() { for v; do rm -f $e/S6_FDHOLDER_$v; done; }
$S s6-fdholder-daemon -1 -n 5 -i rules fs >ready & p=$!
until [ -s ready ]; do sleep 0.01; done
echo one >one; echo two >two
$C s6-fdholder-list fs; echo $?
$C s6-fdholder-store -d 0 fs a <one; echo $?
may STORE_REGEX
$C s6-fdholder-store -d 0 fs a <one; echo $?
$C s6-fdholder-store -d 0 fs a <one; echo $?
$C s6-fdholder-store -d 5 fs b 5<two; echo $?
$C s6-fdholder-store -d 9 fs c; echo $?
$C s6-fdholder-retrieve fs a cat; echo $?
may RETRIEVE_REGEX
$C s6-fdholder-retrieve fs a cat; echo $?
$C s6-fdholder-retrieve -D fs b cat; echo $?
$C s6-fdholder-retrieve fs b cat; echo $?
$C s6-fdholder-list fs; echo $?
may LIST
$C s6-fdholder-list fs; echo $?
$C s6-fdholder-store -T 300 fs short <two
$C s6-fdholder-list fs
until [ "$($C s6-fdholder-list fs)" = a ]; do sleep 0.05; done
$C s6-fdholder-getdump fs env; echo $?
may GETDUMP
$C s6-fdholder-store -T 100000 fs long <two
$C s6-fdholder-getdump fs env | grep S6_FD
$C s6-fdholder-getdump fs sh -c 'cat <&$S6_FD_0; cat <&$S6_FD_1'
$C s6-fdholder-getdump fs s6-fdholder-setdump fs; echo $?
may SETDUMP
$S s6-fdholder-daemon -1 -i rules fs2 >ready2 & p2=$!
until [ -s ready2 ]; do sleep 0.01; done
$C s6-fdholder-transferdump fs fs2; echo $?
$C s6-fdholder-list fs2 | sort
$C s6-fdholder-retrieve fs2 long cat
$C s6-fdholder-delete fs2 a; echo $?
$C s6-fdholder-delete fs2 a 2>/dev/null; echo $?
for i in c d e f; do $C s6-fdholder-store fs $i <one 2>&1; echo $?; done
env 'S6_FD#=2' S6_FD_0=0 S6_FDID_0=x S6_FD_1=0 S6_FDID_1=y $C s6-fdholder-setdump -t 5000 fs2 <two; echo $?
$C s6-fdholder-list fs2 | sort
$C s6-fdholder-retrieve fs2 y cat
env -u 'S6_FD#' $C s6-fdholder-setdump fs2; echo $?
$C s6-fdholder-getdump fs2 $C s6-fdholder-setdump fs; echo $?
printf '^a' >$e/S6_FDHOLDER_RETRIEVE_REGEX
$C s6-fdholder-retrieve fs2 x cat 2>/dev/null; echo $?
rm rules/uid/0/allow; $C s6-fdholder-list fs 2>/dev/null; echo $?
touch rules/uid/0/allow
kill $p $p2; wait $p; echo $?; wait $p2
$C s6-fdholder-list fs; echo $?
$S s6-fdholderd </dev/null; echo $?
X
same 'clients and server' <.scenario
if [ -n "$THEIRS" ]; then
	O="env PATH=$NAMES:$PATH" T="env PATH=$THEIRS:$PATH"
	mkdir a.d b.d c.d
	(cd c.d && S=$T C=$T timeout 30 sh ../.scenario) 2>&1 </dev/null | plain >ref.txt
	(cd a.d && S=$O C=$T timeout 30 sh ../.scenario) 2>&1 </dev/null | plain >a.txt
	(cd b.d && S=$T C=$O timeout 30 sh ../.scenario) 2>&1 </dev/null | plain >b.txt
	is "$(cat a.txt)" "$(cat ref.txt)" "Debian's clients at our server"
	is "$(cat b.txt)" "$(cat ref.txt)" "our clients at Debian's server"
fi

# The clients on a socket that is open already.
mkdir -p rc/uid/0/env; touch rc/uid/0/allow
for v in STORE_REGEX RETRIEVE_REGEX LIST GETDUMP SETDUMP; do printf . >rc/uid/0/env/S6_FDHOLDER_$v; done
with ours s6-fdholder-daemon -1 -i rc cs >c.ready & within 10 test -s c.ready
c() { with ours s6-ipcclient cs "$@"; }
echo held >held
c s6-fdholder-storec -d 8 -T 0 -t 5000 one 8<held;	is $? 0 's6-fdholder-storec'
is "$(c s6-fdholder-listc -t 5000)" one 's6-fdholder-listc'
is "$(c s6-fdholder-retrievec one cat)" held 's6-fdholder-retrievec'
is "$(c s6-fdholder-getdumpc env | grep S6_FDID)" S6_FDID_0=one 's6-fdholder-getdumpc'
c env 'S6_FD#=1' S6_FD_0=8 S6_FDID_0=two s6-fdholder-setdumpc 8<held; is $? 0 's6-fdholder-setdumpc'
c s6-fdholder-deletec one;	is $? 0 's6-fdholder-deletec'
is "$(with ours s6-fdholder-list cs)" two '... and what is left'
with ours s6-fdholder-listc 2>err;	is $? 111 'without s6-ipcclient'
like "$(cat err)" 'call it by s6-ipcclient' '... says so'
c s6-fdholder-deletec cs one 2>/dev/null;	is $? 100 'a word too many'

# many descriptors cross in several messages
mkdir -p r/uid/0/env; touch r/uid/0/allow
for v in STORE_REGEX RETRIEVE_REGEX LIST GETDUMP SETDUMP; do printf . >r/uid/0/env/S6_FDHOLDER_$v; done
for s in m1 m2; do
	s6-fdholder-daemon -1 -i r $s >$s.ready &
	within 10 test -s $s.ready
done
set -- 'S6_FD#=450'; i=0
while [ $i -lt 450 ]; do set -- "$@" S6_FD_$i=0 S6_FDID_$i=id$i; i=$((i + 1)); done
env "$@" s6-fdholder-setdump m1 </dev/null; is $? 0 '450 descriptors are stored'
s6-fdholder-transferdump m1 m2; is $? 0 'and move to another holder'
is "$(s6-fdholder-list m2 | wc -l)" 450 'all of them'
is "$(s6-fdholder-retrieve m2 id449 readlink /proc/self/fd/0)" /dev/null 'the last is what it was'
# garbage ends the connection, not the server
s6-ipcclient m2 sh -c 'head -c 5000 /dev/urandom >&7; cat <&6 >/dev/null'
s6-ipcclient m2 sh -c 'printf "\0\0\0\001\0\002L" >&7; cat <&6 >/dev/null'
is "$(s6-fdholder-list m2 | wc -l)" 450 'garbage does no harm'
end
