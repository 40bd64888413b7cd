#!/bin/sh
# rc/templates.sh - a template and its instances: adding an instance is adding
# one file, also in another source and for what it depends on; instances have
# files and loggers of their own; names that cannot be one are refused.
. "$TESTS/lib.sh"
need jq
new() { rm -rf sv sv2; mkdir sv sv2; }
f() { mkdir -p "${1%/*}"; printf -- "$2" >"$1"; }
compile() { reeve-rc-compile --log-directory /var/log/x "$@" >said 2>&1; }
good() { _l=$1; shift; compile "$@"; is $? 0 "$_l" || show said; }
bad() { _l=$1 _e=$2; shift 2; compile "$@"; is $? 1 "$_l is refused"; like "$(cat said)" "$_e" "$_l: the message"; }
all() { reeve-rc-db -c out list all | tr '\n' ' '; }
run() { reeve-rc-db -c out --json show "$1" | jq -r '.[0].files[] | select(.path == "run") | .data'; }

new; f sv/db@/command 'dbd $INSTANCE'; f sv/db@/instances.d/1 ''; f sv/db@/instances.d/2 ''
mkdir sv/db@/dependencies.d; : >sv/db@/dependencies.d/setup@
f sv/setup@/type oneshot; f sv/setup@/up 'mk $INSTANCE'; mkdir sv/setup@/instances.d
mkdir sv/setup@/dependencies.d; : >sv/setup@/dependencies.d/disk@
f sv/disk@/type oneshot; f sv/disk@/up 'disk $INSTANCE'; f sv/disk@/instances.d/.keep ''
f sv/default/type bundle; f sv/default/contents 'db@\n'
good 'what an instance depends on has that instance' out sv
is "$(all)" 'db@1 db@2 disk@1 disk@2 setup@1 setup@2 db@ default disk@ setup@ ' 'without a list of its own'
is "$(reeve-rc-db -c out dependencies db@2)" setup@2 'they belong together'
is "$(reeve-rc-db -c out contents disk@ | tr '\n' ' ')" 'disk@1 disk@2 ' 'and to the bundle'
: >sv/db@/instances.d/3; good 'one file more' out sv
like "$(all)" 'db@3 disk@1 disk@2 disk@3 setup@1' 'is one instance more of all'
: >sv/setup@/instances.d/9; good 'listed ones are there too' out sv
like "$(all)" 'disk@9 setup@1 setup@2 setup@3 setup@9' 'with what they need'

# Another source.
f sv2/db@/instances.d/4 ''; f sv2/db@/instances.d/5/description 'the fifth'
good 'a source with nothing but instances adds them' out sv sv2
like "$(all)" 'db@1 db@2 db@3 db@4 db@5 ' 'to the template of the other'
like "$(run db@4)" 'dbd 4' 'of which they are'
like "$(reeve-rc-db -c out show db@5)" 'description: the fifth' 'files of their own are read there'
is "$(reeve-rc-db -c out contents default | tr '\n' ' ')" 'db@1 db@2 db@3 db@4 db@5 ' 'the bundle has them'
mkdir sv2/db@/instances.d/1; f sv2/db@/instances.d/1/command 'other 1'
bad 'one that is there already' 'sv2/db@: duplicate service definition: db@1 is already defined in sv/db@' out sv sv2
good '... unless the later one wins' --override out sv sv2
like "$(run db@1)" 'other 1' 'it does'
f sv2/db@/command 'whole $INSTANCE'; rm -r sv2/db@/instances.d/1
bad 'a whole template of the same name' 'sv2/db@: duplicate service definition: db@ is' out sv sv2
good '... unless the later one wins' --override out sv sv2
is "$(reeve-rc-db -c out contents db@ | tr '\n' ' ')" 'db@4 db@5 ' 'with its own instances only'
like "$(run db@4)" 'whole 4' 'and its own files'
new; f sv2/db@/instances.d/4 ''
bad 'instances of nothing' 'sv2/db@: there is nothing but instances.d' out sv sv2

# What is overridden takes its logger with it.
new; f sv/a/command x; f sv/a/logger ''; f sv2/a/command y
good 'a service without a logger instead of one with it' --override out sv sv2
is "$(all)" 'a default ' 'leaves none'

# Loggers.
new; f sv/w@/command 'w'; f sv/w@/logger ''; f sv/w@/instances.d/a ''; f sv/w@/instances.d/b/logger 't n3 /logs/$INSTANCE'
good 'a template with a logger' out sv
is "$(all)" 'w@a w@a-log w@b w@b-log default w@ ' 'has one for each instance'
like "$(reeve-rc-db -c out show w@a-log)" 'logdir: /var/log/x/w@a' 'in a directory of its own'
like "$(reeve-rc-db -c out show w@b-log)" 'logdir: /logs/b' 'or of its name'
new; f sv/w@/command w; f sv/w@/producer-for 'l@'; f sv/w@/instances.d/a ''; f sv/l@/command 'l'; f sv/l@/consumer-for 'w@'; f sv/l@/instances.d/a ''
good 'a pipeline of templates' out sv
is "$(reeve-rc-db -c out pipeline w@a)" w@a/l@a 'joins the same instances'

# Names.
for n in 'a b' 'a"b' 'a$b' "a'b" 'a{b' 'a;b' 'a#b' 'a\b'; do
	new; f sv/t@/command x; mkdir sv/t@/instances.d; : >"sv/t@/instances.d/$n"
	bad "instance $n" 'cannot be the name of an instance, expected letters' out sv
done
new; f sv/t@/command x; mkdir sv/t@/instances.d; for n in 80 a.b a_b:c a-b@c+d,e=f%%~ é; do : >"sv/t@/instances.d/$n"; done
good 'other names' out sv
is "$(all | wc -w)" 7 'are taken'
long=$(printf '%0251d' 0); : >"sv/t@/instances.d/$long"; bad 'a name that is too long' 'at most 251 bytes' out sv
new; f sv/t@/command x; good 'NAME@ without instances.d' out sv
like "$(cat said)" 'warning: sv/t@: there is no instances.d' 'is warned of'
is "$(all)" 't@ default ' 'and one service'
new; f sv/t@/command x; f sv/t@/instances.d 'a\n'; bad 'a file instances.d' 'sv/t@/instances.d: Not a directory, expected a directory' out sv
new; f sv/t@/command 'x'; f sv/t@/instances.d/a/comand y; bad 'a misspelt file of an instance' 'sv/t@/instances.d/a/comand: unknown file; did you mean command' out sv
new; f sv/t@/command 'x'; f sv/t@/instances.d/a/nice 50; bad 'a bad value of an instance' 'sv/t@/instances.d/a/nice:1: ' out sv
end
