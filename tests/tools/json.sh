#!/bin/sh
# tools/json.sh - reeve-json(5) names exactly the fields, and their types,
# that the programs print.
. "$TESTS/lib.sh"
need jq
. "$TESTS/helpers/tree.sh"

# page SECTION: "path type", one a line, as the page has them.
page() {
	awk -v ss="$1" '
	$1 == ".Ss" { t = $0; sub(/^.Ss /, "", t); inside = t == ss }
	inside && $1 == ".It" && $2 == "Ic" {
		for (i = 5; i <= NF; i++)
			if ($i != "or") print $3, $i
	}' "$SRC/doc/reeve-json.5" | sort -u
}
# fields FILE...: the same of what was printed.  Names of services, bundles
# and properties are no fields.
fields() {
	cat "$@" | jq -r '
	def name: reduce .[] as $k (""; if $k | type == "number" then . + "[]"
		else if . == "" then $k else . + "." + $k end end);
	. as $all | [paths] | .[] | . as $p | ($all | getpath($p) | type) as $t |
	select($t != "object" and $t != "array") | ($p | name) + " " + $t' |
		sed 's/^bundles\.[^ []*/bundles.*/
			s/properties\.[^ ]*/properties.*/' | sort -u
}
# agree SECTION FILE...: every kind of line of the page was seen, and no other.
agree() {
	page "$1" >said
	_t=$1; shift
	fields "$@" >seen
	ok "$_t: it has fields" test -s seen
	is "$(comm -13 said seen)" '' "$_t: the page has everything that is printed"
	is "$(comm -23 said seen)" '' "$_t: everything on the page is printed"
}

# Services of every kind, with everything that has a field.
f() { mkdir -p "t/sv/${1%/*}"; cat >"t/sv/$1"; }
echo longrun | f logged/type
echo 'sh -c "echo a line; exec sleep 1004"' | f logged/command
for x in logger wants.d/mnt after.d/mnt data/file flag-essential main; do
	f logged/$x </dev/null
done
ln -s file t/sv/logged/data/link
mkdir t/sv/logged/data/empty
needs logged db
echo longrun | f with/type
echo 'sleep 1005' | f with/command
needs with db
echo db | f with/restart-with
echo true | f mnt/down
echo true | f mnt/reload
echo longrun | f says/type
echo sd_notify | f says/notification-type
echo "python3 $PWD/says.py" | f says/command
cat >says.py <<'EOF'
import os, socket, time
s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
s.sendto(b"READY=1\nSTATUS=serving",
	os.environ["NOTIFY_SOCKET"].replace("@", "\0"))
time.sleep(1000)
EOF
for n in code signal never; do
	echo oneshot | f at-$n/type
	echo 'every 1s' | f at-$n/schedule
done
echo 'sh -c "exit 4"' | f at-code/command
echo 'sh -c "kill -KILL $$"' | f at-signal/command
echo true | f at-never/command
echo '0 0 1 1 *' | f at-never/schedule

reeve status --json >status.none
reeve up --tree-only >/dev/null
reeve status --json >status.bare
tree
reeve status --json >status.before
reeve start default logged with says at-code at-signal at-never bad \
	>/dev/null 2>&1
has_run() { reeve status --json "$1" | jq -e '.services[0].last_run' >/dev/null; }
ok 'the scheduled ones have run' within 20 eval 'has_run at-code && has_run at-signal'
within 10 sh -c 'reeve status --json says | grep -q serving'
reeve status --json >status.up
mkdir plain plain/one
printf '#!/bin/sh\nexec sleep 1000\n' >plain/one/run; chmod 755 plain/one/run
if command -v s6-svscan >/dev/null; then s6-svscan plain & else reeve-svscan plain & fi
within 10 reeve status -q -s plain one
reeve status --json -s plain >status.s6
reeve kill -s KILL web >/dev/null; reeve wait -t 10 web >/dev/null
reeve-svc -dwD -T 10000 t/service/slow 2>/dev/null
reeve stop at-never >/dev/null
reeve status --json >status.killed
reeve-svstat --json t/service/* plain/one >svstat.up
reeve stop web with >/dev/null
reeve start web >/dev/null
reeve stop web >/dev/null
reeve-svstat --json t/service/* >svstat.down
# Not all systems know of a boot that it is another one.
mv t/live/boot boot; echo another >t/live/boot
reeve status --json >status.stale
mv boot t/live/boot
for db in t/live/gen/*/db; do mv "$db" db; : >"$db"
	reeve status --json >status.damaged
	mv db "$db"; done
echo 'other data' >t/sv/db/description
reeve switch -q --settle=0 --no-rollback >/dev/null 2>&1
reeve status --json >status.switched
reeve-rc-compile update.db t/sv; reeve-rc-update -l t/live update.db
reeve status --json >status.updated
reeve switch --abort -q; reeve status --json >status.aborted
agree 'reeve status --json' status.*

echo 'exec sleep 1003' | longrun web
reeve plan --json >plan.new
reeve switch --json >switch.new 2>err
echo 'web -> site' >names; mv t/sv/web t/sv/site
mv t/sv/default/contents.d/web t/sv/default/contents.d/site
reeve switch --json --conversion-file names >switch.renamed 2>err
reeve switch --json >switch.again 2>err
nothing() { reeve switch --json 2>err | grep -q nothing-to-do; }
ok 'a switch sees without compiling that nothing changed' within 10 nothing
reeve rollback --dry-run --json >rollback.plan
for x in plan.new switch.new switch.renamed switch.again rollback.plan; do
	ok "$x is one JSON object" eval "jq -se 'length == 1' $x >/dev/null"
done
reeve generations --json >generations
mv "$(readlink -f t/live/current/compiled | sed 's,db$,info,')" info
reeve generations --json >generations.lost
reeve plan --json >plan.lost
agree 'reeve switch --json' plan.* switch.* rollback.plan
agree 'reeve generations --json' generations generations.lost
agree 'reeve-svstat --json' svstat.*

ok 'a line is logged' within 10 grep -q 'a line' t/log/logged/current
mkdir loose
echo 'without a stamp' >loose/current
reeve logs --json logged >logs
reeve logs --json "$PWD/loose" >>logs
agree 'reeve-logs --json' logs
echo 'a line' | reeve-log j ./by-reeve-log
echo 'a line' | reeve-log pweb: j ./prefixed
agree 'reeve-log' by-reeve-log/current prefixed/current
reeve-rc-db -c t/state/boot --json graph >graph
agree 'reeve-rc-db --json graph' graph
reeve-rc-db -c t/state/boot --json show $(reeve-rc-db -c t/state/boot list services) >show
agree 'reeve-rc-db --json show' show
rm -r t/sv/with t/sv/bad; echo 'sleep 1' | f says/command
echo longrun | f new/type; echo true | f new/command
reeve-rc-compile other.db t/sv
reeve-rc-db -c t/state/boot --json diff other.db >diff
agree 'reeve-rc-db --json diff' diff
is "$(grep -c '^\.Ss ' "$SRC/doc/reeve-json.5")" 9 'the page has no other section'
end
