#!/bin/sh
# rc/database.sh - one deterministic file; replaced whole or not at all; old
# versions of it are read for ever; damage is named; questions are answered.
. "$TESTS/lib.sh"

def() { mkdir -p "sv/$1"; echo "$2" >"sv/$1/type"; }
def a longrun; echo '#!/bin/sh' >sv/a/run; echo a-log >sv/a/producer-for
def a-log longrun; echo '#!/bin/sh' >sv/a-log/run; echo a >sv/a-log/consumer-for
echo a-pipe >sv/a-log/pipeline-name
def o oneshot; echo 'foreground { echo hi } true' >sv/o/up
echo false >sv/o/down
echo 'echo again' >sv/o/reload
mkdir sv/a/dependencies.d; : >sv/a/dependencies.d/o
def default bundle; echo a >sv/default/contents
: >sv/default/flag-essential

reeve-rc-compile out sv;	is $? 0 'it compiles'
cp -R sv sv2; find sv2 -exec touch -d @86400 {} +
reeve-rc-compile out2 sv2
ok 'the same sources give the same bytes' cmp out out2
i=$(ls -i out)
reeve-rc-compile out sv;	is $? 0 'an existing database is replaced'
not 'by another file' [ "$i" = "$(ls -i out)" ]
ok 'nothing else is left behind' [ "$(ls | tr '\n' ' ')" = 'out out2 sv sv2 ' ]

: >sv2/a/run2; rm sv2/a/run
reeve-rc-compile out sv2 2>err;	is $? 1 'a missing run is an error'
like "$(cat err)" 'sv2/a/run: .*expected a run' 'it is named'
ok 'and the old database is untouched' cmp out out2
mkdir dir
reeve-rc-compile dir sv 2>err;	is $? 111 'a directory is not replaced'

db() { reeve-rc-db -c out "$@" 2>err; }
is "$(db list all | tr '\n' ' ')" 'a a-log o a-pipe default ' 'list all'
is "$(db list longruns | tr '\n' ' ')" 'a a-log ' 'list longruns'
is "$(db list oneshots)" o 'list oneshots'
is "$(db list bundles | tr '\n' ' ')" 'a-pipe default ' 'list bundles'
is "$(db type a)$(db type o)$(db type default)" longrunoneshotbundle 'type'
is "$(db dependencies a | tr '\n' ' ')" 'a-log o ' 'dependencies'
is "$(db -d dependencies o)" a 'reverse dependencies'
is "$(db pipeline a-log)" a/a-log 'pipeline'
is "$(db contents a-pipe | tr '\n' ' ')" 'a a-log ' 'contents'
is "$(db all-dependencies default | tr '\n' ' ')" 'a a-log o ' 'all-dependencies'
is "$(db -e all-dependencies default | tr '\n' ' ')" 'a-log o ' 'without essentials'
is "$(db -d all-dependencies o | tr '\n' ' ')" 'a o ' 'all-dependencies downwards'
is "$(db atomics default o | tr '\n' ' ')" 'a o ' 'atomics'
is "$(db script o | tr '\0' '|')" 'foreground| echo| hi||true|' 'up script'
is "$(db -d script o | tr '\0' '|')" 'false|' 'down script'
is "$(db --reload script o | tr '\0' '|')" 'echo|again|' 'reload script'
is "$(db flags a)" 00000001 'a bundle passes flag-essential on'
is "$(db timeout a)" 0 'timeout'
like "$(db show o)" '^foreground { echo hi } true' 'show prints scripts as they were written'
like "$(db --dot graph)" '"a" -> "o";' 'graph as DOT'
if command -v python3 >/dev/null; then
	db --json graph | python3 -c 'import json,sys
assert [s["name"] for s in json.load(sys.stdin)["services"]] == ["a","a-log","o"]'
	is $? 0 'graph as JSON'
	db --json show a o | python3 -c 'import json,sys; json.load(sys.stdin)'
	is $? 0 'show as JSON'
else
	skip 2 'python3 is not installed'
fi
db type x; is $? 3 'unknown name: 3'
db type defautl; like "$(cat err)" 'did you mean default' 'the nearest name is said'
db script a; is $? 5 'wrong type: 5'
db contents a; is $? 5 'contents of a longrun: 5'
db nonsense; is $? 100 'unknown command: 100'
db check; is $? 0 'check of a good one: 0'
reeve-rc-db -c none check 2>/dev/null; is $? 111 'no such file: 111'
reeve-rc-db -c sv check 2>err; is $? 111 'a directory: 111'
head -c 300 out >cut; reeve-rc-db -c cut check 2>err; is $? 4 'a cut one: 4'
like "$(cat err)" 'cut is not a valid database' 'it is named'
printf '\0\0\0\2' | dd of=out2 bs=1 seek=8 conv=notrunc 2>/dev/null
reeve-rc-db -c out2 check 2>err; is $? 4 'another version: 4'
like "$(cat err)" 'version is 2.*reads version 1' 'both versions are named'

echo false >sv/o/up; mv sv/default sv/deflt; rm sv/a/producer-for sv/a-log/consumer-for sv/a-log/pipeline-name
reeve-rc-compile new sv; is $? 0 'a changed set compiles'
db diff out; is $? 0 'no difference to itself'
db diff new >diff; is $? 1 'differences: 1'
is "$(cat diff)" "~ a: stdout-fifo, producer-for, dependencies
~ a-log: stdin-fifo
~ o: up
- a-pipe: bundle
~ default: contents
+ deflt: bundle" 'each is named'

for v in "$TESTS"/golden/db/v*; do
	reeve-rc-db -c "$v" check; is $? 0 "golden file ${v##*/} is still read"
done
is "$(reeve-rc-db -c "$TESTS/golden/db/v1" all-dependencies default | tr '\n' ' ')" \
	'a a-log o ' 'and means the same'
end
