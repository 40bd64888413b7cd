#!/bin/sh
# compat/ipc.sh - local sockets: server, rules, client, limits, copying; all
# by s6's names and with the same results as Debian's programs.
# TIMEOUT: 240
. "$TESTS/lib.sh"
. "$TESTS/compat/names.sh"

same 'environment, exit codes and messages of a connection' <<'X'
mkdir -p rules/uid/0/env; touch rules/uid/0/allow
echo bla >rules/uid/0/env/FOO; : >rules/uid/0/env/GONE; printf 'a\0b\n' >rules/uid/0/env/TWO
GONE=1 s6-ipcserver -1 -v -c 3 -C 2 sock s6-ipcserver-access -v 2 -i rules \
	sh -c 'env | grep -E "IPC|FOO|GONE" | grep -v CONNNUM | sort; echo "$TWO"; read x; exit 5' >out 2>err & p=$!
until [ -s out ]; do sleep 0.01; done
ls -l sock | cut -c1-10
ls -l sock.lock | cut -c1-10
s6-ipcclient sock sh -c 'echo $PROTO $IPCLOCALPATH; cat <&6 & sleep 0.2; echo >&7; wait'
# a client sees the end of its program before the server does, which still
# counts it then
until [ "$(grep -c 'end pid' err)" = 1 ]; do sleep 0.01; done
s6-ipcclient -l name -p mine sock sh -c 'echo $IPCLOCALPATH; cat <&6 & echo >&7; wait'
ls mine
# one more than allowed for this user is cut off at once; the two before are
# counted until the server has seen their end
until [ "$(grep -c 'end pid' err)" = 2 ]; do sleep 0.01; done
for i in 1 2; do s6-ipcclient sock sh -c 'cat <&6 >/dev/null' & done
until [ "$(grep -c allow.*count err)" = 4 ]; do sleep 0.01; done
# and the programs that were executed for the four have said so
until [ "$(grep -c 'ipcserver-access: info: allow' err)" = 4 ]; do sleep 0.01; done
s6-ipcclient sock sh -c 'cat <&6 | wc -c'
kill -HUP $p
until [ "$(grep -c 'end pid' err)" = 4 ]; do sleep 0.01; done
kill $p; wait $p; echo server $?
grep -v 'ipcserver-access' err | sed 's/: Success$//'
grep -c 'ipcserver-access: info: allow' err
X

# s6 2.15.1.0 begins with 0; 2.11.3 does not.
theirs=$THEIRS; [ -z "${S6_NEW-}" ] || THEIRS=
WANT='1
2
exit 0' same 'the number of connections counts this one' <<'X'
s6-ipcserver -q sock sh -c 'echo $IPCCONNNUM; cat' & p=$!
# the name is there before anyone listens
until s6-ipcclient sock sh -c 'read -r x <&6; echo $x; s6-ipcclient sock sh -c "read -r x <&6; echo \$x"' 2>/dev/null
do sleep 0.01; done
kill $p; wait $p 2>/dev/null; :
X
THEIRS=$theirs

same 'refusals of ipcserver-access' <<'X'
a() { PROTO=IPC IPCREMOTEEUID=0 IPCREMOTEEGID=5 IPCREMOTEPATH= s6-ipcserver-access "$@"; echo $?; }
mkdir -p r/uid/0 r/gid/5 r/uid/default
a -v 2 -i r echo in
a -i r echo in
a -v 0 -i none echo in
touch r/uid/default/deny; a -i r echo in
touch r/gid/5/allow; mkdir r/gid/5/env; echo v >r/gid/5/env/FOO; a -i r -l n echo in; a -v 2 -i r -l n echo in
a -v 2 -x none.cdb echo in 2>/dev/null
touch r/uid/0/deny; a -v 0 -i r -l n echo in
rm r/uid/0/deny; mkdir r/uid/self; touch r/uid/self/deny; a -v 0 -i r -l n echo in; rm r/uid/self/*
PROTO= s6-ipcserver-access echo x; echo $?
env -u PROTO s6-ipcserver-access echo x; echo $?
a -v 0 -l x sh -c 'env | grep ^IPC | sort'
IPCCONNNUM=1 IPCLOCALPATH=2 a -v 0 -E -l x sh -c 'env | grep IPC | sort; true'
printf 'echo executed\n' >r/gid/5/exec
a -v 0 -i r -l n echo in
s6-accessrules-cdb-from-fs c.cdb r; echo $?
a -v 0 -x c.cdb -l n echo in
X

same 'access rules to a cdb and back' <<'X'
mkdir -p r/uid/0/env r/uid/7 r/gid/self r/uid/default
touch r/uid/0/allow r/uid/default/deny r/gid/self/allow
echo v1 >r/uid/0/env/A; : >r/uid/0/env/B; echo >r/uid/0/env/C; printf 'x\0y' >r/uid/0/env/D
echo 'echo hello' >r/gid/self/exec
s6-accessrules-cdb-from-fs r.cdb r; echo $?
ls -l r.cdb | cut -c1-10
s6-accessrules-fs-from-cdb back r.cdb; echo $?
find back | sort
for i in A B C; do echo $i; od -c back/uid/0/env/$i; done
cat back/gid/self/exec
s6-accessrules-fs-from-cdb back r.cdb 2>/dev/null; echo $?
s6-accessrules-cdb-from-fs x.cdb none; echo $?
echo junk >j.cdb; s6-accessrules-fs-from-cdb j j.cdb 2>/dev/null; echo $?
ls j x.cdb 2>/dev/null
s6-accessrules-cdb-from-fs 2>/dev/null; echo $?
X
# Each program reads what the other one wrote.
if [ -n "$THEIRS" ]; then
	mkdir -p r/uid/0/env && touch r/uid/0/allow && echo v >r/uid/0/env/A
	with ours s6-accessrules-cdb-from-fs a.cdb r
	with theirs s6-accessrules-fs-from-cdb a a.cdb
	ok 'Debian reads our cdb' diff -r r a
	with theirs s6-accessrules-cdb-from-fs b.cdb r
	with ours s6-accessrules-fs-from-cdb b b.cdb
	ok 'we read the cdb of Debian' diff -r r b
fi
mkdir -p evil && "$BUILD/obj/tests/helpers/cdbput" evil.cdb uid/../../evil/allow D 2>/dev/null &&
	not 'a key that leads out is refused' s6-accessrules-fs-from-cdb e evil.cdb

mkdir -p big/uid/default/env
touch big/uid/default/allow
for i in 1 2 3 4 5 6 7 8 9 a b c d e f g h; do
	head -c 4090 /dev/zero | tr '\0' x >big/uid/default/env/$i
done
PROTO=IPC IPCREMOTEEUID=0 IPCREMOTEEGID=0 s6-ipcserver-access -i big true \
	2>err
is $? 111 'a rule with more variables than there is room for is an error'
like "$(cat err)" 'No buffer space|No space' 'which is named'

same 'connlimit' <<'X'
c() { env PROTO=IPC "$@" s6-connlimit echo hi; echo $?; }
c IPCCONNMAX=3 IPCCONNNUM=3
c IPCCONNMAX=3 IPCCONNNUM=4
c IPCCONNNUM=4
c IPCCONNMAX=3
c IPCCONNMAX=3x IPCCONNNUM=4 2>/dev/null
env -u PROTO s6-connlimit echo hi; echo $?
X

same 'ioconnect copies both ways, half-closes, times out' <<'X'
s6-ipcserver -1 s sh -c 'cat; echo after end' >ready & p=$!
until [ -s ready ]; do sleep 0.01; done
echo hello | s6-ipcclient s s6-ioconnect; echo $?
head -c 300000 /dev/zero | s6-ipcclient s s6-ioconnect | wc -c
sleep 5 | s6-ipcclient s s6-ioconnect -t 100 & q=$!
wait $q; echo $?
kill $p; wait $p; echo $?
s6-ipcclient none true; echo $?
X

same 'socketbinder: kinds, modes, what is in the way' <<'X'
s6-ipcserver-socketbinder -a 0700 -b 3 s sh -c 'ls -l s | cut -c1-10; s6-ipcserver-socketbinder s2 true; echo $?'
s6-ipcserver-socketbinder -D s true; echo $?
s6-ipcserver-socketbinder s true; echo $?
s6-ipcserver-socketbinder -m -b 0 -B d sh -c 'ls -l d | cut -c1-10'
s6-ipcserver-socketbinder /none/s true; echo $?
s6-ipcserver-socketbinder s 2>/dev/null; echo $?
s6-ipcserverd -1 true <&- 2>/dev/null; echo $?
s6-ipcserver-socketbinder l sh -c 's6-ipcserver-socketbinder l true; echo $?'
X
end
