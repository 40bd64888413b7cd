#!/bin/sh
# tools/reeve-plan.sh - reeve plan, switch and rollback for programs: what they
# print as JSON, and the exit code that says whether there is something to do.
. "$TESTS/lib.sh"
need jq
. "$TESTS/helpers/tree.sh"
definitions
rm -r t/sv/bad t/sv/slow
of() { jq -r "$1" out; }
plan() { reeve plan --json --exit-code "$@" >out 2>err; }
code_is() { # code_is CODE TEXT COMMAND...: the exit code, with JSON and without
	_want=$1; _text=$2; shift 2
	reeve plan --exit-code "$@" >/dev/null 2>err;		is $? "$_want" "$_text"
	reeve plan --exit-code -q "$@" >out 2>err;	is "$? $(cat out)" "$_want " "$_text: quiet"
	plan "$@";					is $? "$_want" "$_text: JSON"
}
code_is 2 'nothing is kept yet'
is "$(of '[.outcome, .changes, .generation, (.services | length)] | @json')" '["planned",true,null,0]' 'the plan'
reeve switch --json >out 2>err;	is $? 0 'a switch without a tree'
is "$(of '[.outcome, .changes, .generation] | @json')" '["kept-for-boot",true,1]' 'is told'
code_is 0 'that is kept'
is "$(of '[.outcome, .changes, .generation] | @json')" '["nothing-to-do",false,1]' 'the plan then'
find t/sv -type f -exec touch -d '2001-01-01' {} +
code_is 0 'what is only written again'
is "$(of '[.outcome, .changes, .generation] | @json')" '["nothing-to-do",false,1]' 'is the same plan'
reeve up >/dev/null 2>&1;	is $? 0 'up'
code_is 0 'what is live is what is defined'

echo 'exec sleep 1009' | longrun web
echo 'exec sleep 1010' | longrun more; : >t/sv/default/contents.d/more
rm -r t/sv/mnt t/sv/default/contents.d/mnt
code_is 2 'a change'
is "$(of '.services | map(.name + " " + .action) | sort | join(",")')" \
	'mnt stop,more start,web restart' 'each service'
like "$(of '.services[] | select(.name == "web").reason')" 'definition changed' 'with the reason'
is "$(of .untouched)" 1 'and what is untouched'
reeve switch --json >out 2>err;	is $? 0 'the switch'
is "$(of '[.outcome, .code, .changes, .generation, .untouched, (.services | length)] | @json')" \
	'["switched",0,true,2,1,3]' 'says what it did'
is "$(of .database)" "$(reeve status --json | jq -r .tree.database)" 'and to what'
reeve switch --json >out 2>err;	is $? 0 'again'
is "$(of '[.outcome, .changes, .generation] | @json')" '["nothing-to-do",false,2]' 'it says so'

echo 'exit 7' | longrun web
reeve switch --json >out 2>err;	is $? 12 'one that is undone'
is "$(of '[.outcome, .code, .generation] | @json')" '["undone",12,3]' 'is told'
is "$(of '.services | map(.name + " " + .action) | join(",")')" 'web restart' 'with the plan of the way there'
code_is 2 'it is still to be done'
echo 'exec sleep 1008' | longrun web
reeve switch -q --test;		is $? 0 'one that is tested'
code_is 2 'it is not booted yet'
code_is 0 'but tested' --test
reeve switch -q;		is $? 0 'then for good'
code_is 0 'nothing to do any more'
echo 'exec sleep 1007' | longrun web
reeve switch -q --boot;		is $? 0 'one for the next boot'
code_is 2 'it is not live'
code_is 0 'but booted' --boot
reeve rollback --dry-run --json --exit-code 1 >out; is $? 2 'a rollback is planned'
is "$(of '.services | map(.name + " " + .action) | sort | join(",")')" \
	'mnt start,more stop,web restart' 'in full'
reeve rollback --json 1 >out 2>err; is $? 0 'and done'
is "$(of '[.outcome, .generation] | @json')" '["switched",1]' 'and told'
is "$(reeve generations --json | jq -c '.generations | map(select(.live and .booted).generation)')" \
	'[1]' 'and listed'
is "$(reeve generations --json | jq -c '.generations | map(select(.failed).generation)')" '[3]' 'as what failed is'

echo 'no such: thing' >t/sv/web/nice
plan;				is "$? $(cat out)" '1 ' 'definitions with mistakes are no plan'
for words in 'gc --json' 'switch --abort --json' 'switch --exit-code' 'gc -n --exit-code' 'plan --json -q'; do
	# shellcheck disable=SC2086
	reeve-switch $words >/dev/null 2>&1; is $? 100 "reeve-switch $words"
done
end
