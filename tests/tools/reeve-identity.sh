#!/bin/sh
# tools/reeve-identity.sh - status, metrics and generations mean the same
# number, and say which database is live, which is booted and what the last
# switch came to.
. "$TESTS/lib.sh"
need jq
. "$TESTS/helpers/tree.sh"
definitions
rm -r t/sv/bad t/sv/slow
switch() { reeve switch -q "$@" >/dev/null 2>err; }
tree_of() { reeve status --json | jq -r ".tree | $1"; }
listed() { reeve generations | awk -v w="$1" '{ for (i = 5; i <= NF; i++) if ($i == w) print $1 }'; }
id() { sed -n 's/^id //p' "t/state/generations/$1/info"; }

is "$(tree_of '[.generation, .database, .booted_generation, .booted_database, .last_switch] | @json')" \
	'[null,null,null,null,null]' 'before the first: nothing'
reeve up --tree-only >/dev/null
switch;				is $? 0 'the first'
is "$(tree_of .generation)" 1 'it is generation 1'
echo 'exec sleep 1009' | longrun web
switch;				is $? 0 'a second'
# The live directory counts what it made for itself, also for what is undone.
echo 'exit 7' | longrun web
switch;				is $? 12 'one that is undone'
is "$(tree_of '.last_switch | [.outcome, .code, .generation] | @json')" \
	'["undone",12,3]' 'is told with its generation'
is "$(tree_of .last_switch.database)" "$(id 3)" 'and its database'
like "$(tree_of .last_switch.text)" web 'in words too'
is "$(tree_of .generation)" 2 'what is live is the one before'
is "$(tree_of .generation) $(tree_of .booted_generation)" "$(listed live) $(listed boot)" \
	'as reeve generations has it'
is "$(reeve metrics | sed -n 's/^reeve_generation //p')" 2 'and the metrics'
is "$(tree_of .database)" "$(id 2)" 'its database'
like "$(reeve metrics)" "^reeve_database_info\\{id=\"$(id 2)\"\\} 1\$" 'in the metrics'
echo 'exec sleep 1008' | longrun web
switch --test;			is $? 0 'one that is not booted'
is "$(tree_of '[.generation, .booted_generation] | @json')" '[4,2]' 'both are told'
is "$(tree_of '.database + " " + .booted_database')" "$(id 4) $(id 2)" 'by identity as well'
like "$(reeve metrics)" "^reeve_boot_database_info\\{id=\"$(id 2)\"\\} 1\$" 'in the metrics'
is "$(tree_of '.last_switch | [.outcome, .code, .generation] | @json')" \
	'["switched",0,4]' 'and the switch'
reeve rollback -q 1 >/dev/null;	is $? 0 'back to the first'
is "$(tree_of '[.generation, .booted_generation, .last_switch.generation] | @json')" \
	'[1,1,1]' 'the same number everywhere'
reeve-rc-compile other.db t/sv
reeve-rc-update -l t/live other.db;	is $? 0 'a database from elsewhere'
is "$(tree_of '[.generation, .last_switch.generation] | @json')" '[null,null]' 'has no number'
is "$(tree_of .database)" "$(id 4)" 'but its identity is known'
not 'and the metrics leave the number out' eval 'reeve metrics | grep -q "^reeve_generation "'
end
