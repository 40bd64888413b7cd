#!/bin/sh
# tools/check.sh - each thing that reeve-check looks for is found, said with
# its file and line, and not said where it is not; --fix corrects what is
# certain, and only that.
. "$TESTS/lib.sh"
f() { mkdir -p "sv/$(dirname "$1")"; printf -- "$2" >"sv/$1"; }
new() { rm -rf sv; mkdir -p sv/default; echo bundle >sv/default/type; echo a >sv/default/contents; f a/command 'sleep 9\n'; }
# found LABEL CODE ERE: it is said, and only it
found() { reeve-check sv >out 2>&1; is $? "$2" "$1: exit $2"; like "$(cat out)" "$3" "$1"; is "$(grep -cE ': (error|warning|note): ' out)" 1 "$1: and nothing else" || show out; }
clean() { reeve-check sv >out 2>&1; is $? 0 "$1"; is "$(grep -E ': (error|warning|note): ' out)" '' "$1: nothing is said"; }

new; clean 'a good source'
f a/notes x; found 'an unknown file' 0 '^sv/a/notes: warning: unknown file, ignored$'
new; f a/comand x; found 'a file that is nearly known' 1 '^sv/a/comand: error: unknown file; did you mean command\?$'
new; f a/command 'nosuchprogram x'; found 'a program that is missing' 0 '^sv/a/command: warning: nosuchprogram is not in PATH$'
new; f a/command '/no/such/program x'; found 'a path that is missing' 0 '^sv/a/command: warning: /no/such/program is not there'
new; f a/data/prog '#!/bin/sh\n'; chmod 755 sv/a/data/prog; f a/ready-check './data/prog x'; f a/command 'data/prog'; clean 'a path below the service directory'
f a/ready-check './data/none x'; found 'or one that is not there' 0 '^sv/a/ready-check: warning: ./data/none is not there'
new; f a/directory /tmp; f a/command './prog'; clean 'below another directory it is not known'
new; f a/environment A=1; f a/command 'nosuchprogram'; found 'behind other properties too' 0 'nosuchprogram is not in PATH'
new; f a/ready-check 'nosuchprogram'; found 'of a ready-check' 0 '^sv/a/ready-check: warning: nosuchprogram'
new; rm -r sv/a; f a/type oneshot; f a/up 'true'; f a/down 'nosuchprogram'; f a/umask 022; found 'of down' 0 '^sv/a/down: warning: nosuchprogram'
f a/schedule @daily; f a/up nosuchprogram; rm sv/a/down; found 'of a schedule' 0 '^sv/a/up: warning: nosuchprogram'
new; f a/user nosuchuser; found 'a user' 1 '^sv/a/user:1: error: user nosuchuser is unknown'
new; f a/groups 'daemon\nnosuchgroup'; found 'a group' 1 '^sv/a/groups:2: error: group nosuchgroup is unknown'
new; f log-user nosuchuser; f a/logger ''; found 'the user of loggers' 1 '^sv/log-user:1: error: user nosuchuser'
new; rm sv/a/command; f a/run '#!/no/such/shell -e\n'; found 'an interpreter' 1 '^sv/a/run:1: error: /no/such/shell is not there'
f a/run '#!/usr/bin/env nosuchshell\n'; found 'by env' 1 '^sv/a/run:1: error: nosuchshell is not in PATH'
f a/run '#!sh\n'; found 'a relative one' 1 '^sv/a/run:1: error: sh is not there'
f a/run 'echo\n'; found 'no #! line' 0 '^sv/a/run:1: warning: there is no #!'
f a/run ''; found 'an empty run' 0 '^sv/a/run: warning: this is empty'
f a/run '#!/bin/sh\r\necho\r\n'; found 'CR LF behind #!' 1 '^sv/a/run:1: error: the #! line ends in CR LF'
f a/run '#!/bin/sh\n'; f a/finish '#!/no/such/shell\n'; found 'of finish' 1 '^sv/a/finish:1: error: /no/such/shell'
new; f a/dependencies 'b\r\n'; f b/command 'sleep 1'; found 'CR LF in a list' 1 '^sv/a/dependencies:1: error: .*CR LF'
new; f a/type 'longrun\r\n'; found 'CR LF in a type' 1 '^sv/a/type:1: error: the line ends in CR LF, expected LF alone'
new; f a/type '\357\273\277longrun\n'; found 'a byte order mark' 1 '^sv/a/type:1: error: there is a byte order mark in front'
new; f a/timeout-up '\357\273\2775000\r\n'; reeve-check --fix sv >out; like "$(cat out)" 'timeout-up: fixed: CR LF is LF now' 'both are corrected'; clean 'of a number'
new; rm sv/a/command; f a/run '\357\273\277#!/bin/sh\n'; found 'a byte order mark in a script' 1 '^sv/a/run:1: error: there is a byte order mark in front of the #! line'
new; ln -sf /nowhere sv/a/command; found 'a link that leads nowhere' 1 '^sv/a/command: error: the link leads nowhere, expected a file with a command line'
new; rm sv/a/command; mkfifo sv/a/command; found 'a fifo' 1 '^sv/a/command: error: this is not a regular file, expected one with a command line'
new; f a/type oneshot; rm sv/a/command; mkfifo sv/a/up; found 'a fifo as up' 1 '^sv/a/up: error: this is not a regular file'
new; mkfifo sv/a/type; found 'a fifo as type' 1 '^sv/a/type: error: this is not a regular file; expected longrun'
new; ln -s /nowhere sv/b; echo b >>sv/default/contents; found 'a definition that is not there, and is named' 1 '^sv/b: error: the link leads nowhere, expected a definition$'
new; ln -s b sv/b; echo b >>sv/default/contents; found 'or cannot be read' 1 '^sv/b: error: unable to open: (Too many|Symbolic link loop)'
for v in type:longrun down-signal:SIGTERM reload-signal:HUP notification-fd:3; do
	new; f a/${v%:*} "${v#*:}\nmore\n"; found "a second line of ${v%:*}" 0 "^sv/a/${v%:*}:2: warning: what stands behind the first line is ignored\$"
	new; f a/${v%:*} "${v#*:}\n \n\n"; clean "an empty one of ${v%:*}"
done
new; f a/timeout-up '5000\nmore\n'; found 'a second line of a number of milliseconds' 1 '^sv/a/timeout-up:2: error: there is a second line, expected only milliseconds'
new; f a/dependencies.d b; found 'a file for a directory' 1 '^sv/a/dependencies.d: error: this is a file, expected a directory of names'
new; reeve-check sv/a 2>out; is $? 1 'a definition is no source'; like "$(cat out)" 'sv/a is one definition: expected the directory in which it is' 'which is said'
reeve-check ./a 2>out; is $? 1 'nor is a path'; like "$(cat out)" 'there is no directory ./a .reeve check takes directories of definitions' 'which is said'
new; f a/dependencies 'b\n'; f b/command 'sleep 1'; f b/dependencies 'a\n'; found 'a cycle' 1 'error: cyclic service dependency: a -> b -> a$'
new; f b/command 'sleep 1'; found 'what nothing starts' 0 '^sv/b: note: bundle default does not start it'
f a/wants.d/b ''; clean 'unless it is wished for'
rm -r sv/default; clean 'no bundle default: both are started'
new; rm -r sv/a; f a/type oneshot; f a/run '#!/bin/sh\n'; found 'a oneshot with a run' 1 '^sv/a/up: error: .*\(a oneshot has no run; did you mean up, or the type longrun\?\)$'
new; rm -r sv/a; f a/type oneshot; f a/up '#!/bin/sh\ntrue\ntrue\n'; found 'a shell script as up' 0 '^sv/a/up:1: warning: this line is a comment: the file is one execline command line'
new; f a/dependencies.d/b ''; f a/dependencies 'c\n'; f b/command 'sleep 1'; found 'two lists' 0 '^sv/a/dependencies: warning: ignored: there is a dependencies.d'
new; f a/logger 'n5 q7'; found 'a logging script' 1 "^sv/a/logger:1: error: invalid logging script: .*q7"
new; f default-logger 'nx'; found 'a default one' 1 '^sv/default-logger:1: error: invalid logging script'
f default-logger 't n5 +x'; clean 'good ones are taken'
new; f a/dependencies 'backnd\n'; f backend/command 'sleep 1'; found 'a name that is not there' 1 '^sv/a/dependencies:1: error: undefined service name backnd; did you mean backend'

# Names of services: what is said is about these.
new; f b/command 'sleep 1'; f b/user nosuchuser; f c/command nosuchprogram; echo c >>sv/default/contents
named() { REEVE_SOURCES="$PWD/sv" reeve-check "$@" >out 2>&1; }
named b; is $? 1 'a name'; is "$(grep -c '/sv/' out)$(grep -c '/sv/b/user:1: error' out)" 11 'what is wrong with it alone' || show out
named c; is $? 1 'another, while one has errors'
like "$(cat out)" 'other definitions have errors' 'which is said'
rm sv/b/user; named b; is "$?$(grep -c '/sv/c' out)" 00 'none of the others' || show out
named c; like "$(cat out)" '/sv/c/command: warning: nosuchprogram' 'what is legal as well'
named c nosuch; is $? 1 'an unknown name'
like "$(cat out)" 'no directory nosuch, and no service of that name' 'is said'

# An image from outside: its programs are looked for in it.
mkdir -p image/package/bin image/bin; : >image/package/bin/tool; chmod 755 image/package/bin/tool
ln -s /package image/command; ln -s ../package/bin/tool image/bin/near; ln -s /loop image/loop
new; f a/command '/command/bin/tool x'; found 'a program of an image' 0 'warning: /command/bin/tool is not there'
clean_root() { reeve-check --root "$PWD/image" "$@" sv >out; is "$?$(grep -c ': warning\|: error' out)" 00 "$l" || show out; }
l='--root: through an absolute link' clean_root
f a/command near; l='--root: in its PATH' clean_root
f a/command 'tool'; reeve-check --root image sv >out; like "$(cat out)" 'tool is not in PATH' '--root: not in that of this system'
f a/command '/loop/x'; reeve-check --root image sv >out; like "$(cat out)" '/loop/x is not there' '--root: a circle of links'
f a/command '/../bin/near'; f a/user nosuchuser; l='--root: no way out, and its users are its own' clean_root

# Another bundle than default.
new; mv sv/default sv/top; clean 'the bundle top of s6-overlay'
mv sv/top sv/other; clean 'another: all is started'
reeve-check --bundle other sv >out; is "$(grep -c warning: out)" 0 '--bundle'
f b/command 'sleep 1'; reeve-check --bundle=other sv >out; like "$(cat out)" '^sv/b: note: bundle other does not start it' '... is what must start all'
new; f a/logd '#!/bin/sh'; f a/instances/x ''; reeve-check sv >out; is $? 0 'logd and instances'
like "$(tr '\n' ' ' <out)" 'sv/a/logd: warning: unknown file, ignored sv/a/instances: warning: unknown file, ignored' 'are near to nothing'

# What s6-rc would read differently, if asked.
new; f a/environment 'A=1'; f default-logger ''; f t@/command 'sleep 1'; f t@/instances.d/1 ''; echo t@ >>sv/default/contents
clean 'our own properties'
reeve-check --s6-rc sv >out; is $? 0 '--s6-rc'
for e in 'sv/a: warning: s6-rc needs a file type' 'sv/a: warning: s6-rc needs a run' 'sv/a/environment: warning: s6-rc does not know this file' 'sv/default-logger: warning: s6-rc does not' 'sv/t@/instances.d: warning: s6-rc knows no templates'; do
	like "$(cat out)" "^$e" "$e"
done
rm -rf sv; f a/type 'longrun\n'; f a/run '#!/bin/sh\n'; f default/type 'bundle\n'; f default/contents 'a\n'
is "$(reeve-check --s6-rc sv | grep -c warning:)" 0 'plain definitions read the same'

# --fix
new; f a/type 'longrun \r\n'; f a/enviroment 'A=1\r\nB=2\r\n'; f a/dependencies 'b  \nc\t\n'; f a/timeout-up '5000 \n'
f b/type longrun; f b/run '#!/bin/sh\r\necho "x "  \r\n'; chmod 750 sv/b/run; f c/command 'sleep 1'; f c/comand 'other'; f c/data/x 'keep\r\n'
cp -R sv before
reeve-check --fix sv >out; is $? 1 '--fix, and one error is left'
is "$(grep -c ': fixed: ' out)" 6 'six files are corrected' || show out
is "$(cat sv/a/type sv/a/environment sv/a/timeout-up | tr '\n' '|')" 'longrun|A=1|B=2|5000|' 'CR LF, blanks, names'
is "$(cat sv/b/run)" '#!/bin/sh
echo "x "  ' 'blanks of a script are left'
is "$(stat -c %a sv/b/run)" 750 'and its mode'
is "$(od -c sv/c/data/x | grep -c '\\r')" 1 'data is left alone'
like "$(cat out)" 'sv/c/comand: error: unknown file; did you mean command' 'what is not certain is left, and said'
rm sv/c/comand; reeve-check --fix sv >out; is $? 0 'then all is well'
is "$(grep -c ': fixed: ' out)" 0 'and nothing is left to correct'
reeve-check --fix before >/dev/null; cp -R before again; reeve-check --fix again >/dev/null; ok 'twice is as once' diff -r before again
reeve-check --quiet sv >out; is "$(cat out)" '' '--quiet has nothing to say'
reeve-check none >out 2>&1; is $? 1 'a source that is not there'
reeve-check --fx 2>/dev/null; is $? 100 'an unknown option'
end
