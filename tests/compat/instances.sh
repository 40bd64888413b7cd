#!/bin/sh
# compat/instances.sh - instances of a service: made, created, controlled,
# listed, deleted, as with Debian's programs; and trees of users.
# TIMEOUT: 240
. "$TESTS/lib.sh"
. "$TESTS/compat/names.sh"

# s6-svok may answer before there is a status to wait by.
same 'the life of instances' <<'X'
mkdir template
printf '#!/bin/sh\necho "run $1" >>../../../log.txt\nexec sleep 1000\n' >template/run
printf '#!/bin/sh\necho "finish $3" >>../../../log.txt\n' >template/finish
chmod +x template/run template/finish
s6-instance-maker -c 20 -t 3 -n 5 -s 20000 -S 300000 template svc; echo $?
(cd svc && find . | sort)
cat svc/notification-fd
s6-instance-maker template svc 2>/dev/null; echo $?
s6-instance-maker nothing other 2>/dev/null; echo $?
mkdir scan; ln -s ../svc scan/svc
s6-svscan scan & p=$!
until s6-svstat scan/svc >/dev/null 2>&1; do sleep 0.01; done
s6-svwait -U -t 5000 scan/svc; echo $?
s6-instance-create -t 5000 scan/svc one; echo $?
s6-instance-create -t 5000 svc two; echo $?
readlink svc/instance/one
s6-instance-list svc
s6-instance-create svc one; echo $?
s6-instance-create svc .dot >/dev/null 2>&1; [ $? != 0 ]; echo $?
s6-instance-status -o up,wantedup svc one
s6-instance-control -wd -T 5000 -d svc one; echo $?
s6-instance-status -o up,wantedup svc one
s6-instance-delete -t 5000 svc one; echo $?
s6-instance-list svc; ls svc/instances
s6-instance-create -d -t 5000 svc three; echo $?
s6-instance-status -o up svc three
s6-instance-delete -t 5000 svc two; echo $?
s6-instance-list none; echo $?
s6-instance-status svc nope 2>/dev/null; echo $?
s6-svscanctl -t scan; wait $p
sort log.txt
X

same 'definitions for rc' <<'X'
mkdir t; printf '#!/bin/sh\n' >t/run
s6-instance-maker -r svc/log/pipe -L /var/log/x t src; echo $?
find src | sort
for f in type producer-for consumer-for pipeline-name notification-fd; do
	head src/*/$f; done
s6-usertree-maker -r a/b/c nobody /var/log/u ut; echo $?
find ut | sort; head ut/*/type ut/a/producer-for ut/b/*-for ut/b/pipeline-name
s6-usertree-maker nobody /var/log/u ut 2>/dev/null; echo $?
s6-usertree-maker -r a nobody /l ut2 >/dev/null 2>&1; echo $?
s6-usertree-maker nobody 2>/dev/null; echo $?
X

rm -rf other; s6-instance-maker nothing other 2>/dev/null; not 'a failed maker leaves nothing' test -e other
s6-instance-maker -c 1 ours.d/t other 2>/dev/null; is $? 100 'too small a number'
# a compiler takes what the makers write
with ours s6-rc-compile db ours.d/src 2>err;	is $? 0 'instance-maker -r compiles'

# a user's tree: the script does what it says
if [ "$(id -u)" = 0 ] && command -v execlineb >/dev/null && command -v homeof >/dev/null || [ -e /usr/lib/execline/bin/homeof ]; then
	chmod 755 .
	mkdir envd; echo fromfile >envd/FOO
	mkdir logs; chmod 777 logs
	s6-usertree-maker -d "$PWD/u-\${USER}-\${UID}-\${FOO}" -E "$PWD/envd" -e FOO \
		-p "$PATH" nobody "$PWD/logs" tree;	is $? 0 'usertree-maker'
	n="u-nobody-$(id -u nobody)-fromfile"
	mkdir "$n"; chown nobody "$n"
	(cd tree && exec ./run 3>../tree.ready >../tree.out 2>&1) & p=$!
	if within 5 test -p "$n/.s6-svscan/control"; then
		is 0 0 'the scan directory has the expanded name'
		is "$(ps -o user= -p $p)" nobody 'it runs as the user'
		is "$(tr '\0' '\n' </proc/$p/environ | grep -E '^(USER|FOO|UID)=' | sort | tr '\n' ' ')" \
			"FOO=fromfile UID=$(id -u nobody) USER=nobody " 'in its environment'
	else
		is "$(cat tree.out)" 'a tree' 'the tree of the user starts'
	fi
	kill $p
else
	skip 4 'not root, or no execline'
fi
end
