#!/bin/sh
# rc/booted.sh - reeve up starts what is booted, whatever the definitions say
# by now; and after a switch the tree is what the next boot starts.
. "$TESTS/lib.sh"
. "$TESTS/helpers/tree.sh"
mkdir -p t/sv/default/contents.d
echo bundle >t/sv/default/type
command() { # command NAME NUMBER: it sleeps so long
	mkdir -p "t/sv/$1"
	echo "sh -c \"trap '' HUP; exec sleep $2\"" >"t/sv/$1/command"
}
in_default() { : >"t/sv/default/contents.d/$1"; }
sleep_now() { ps -e -o stat= -o args= | awk '!/^Z/ && $2 == "sleep" && $3 ~ /^99/ { print $3 }' | sort | tr '\n' ' '; }
# A shell that executes it may take a moment.
sleeping() { [ -n "$(sleep_now)" ]; }
sleeps() { within 3 sleeping; sleep_now; }
changed='definitions are not those of the set that was started'
command a 9901; in_default a
reeve up >out 2>&1;		is "$? $(sleeps)" '0 9901 ' 'the first up compiles' || show out
command a 9902
reeve up >out 2>&1;		is "$? $(sleeps)" '0 9901 ' 'the next one starts what is booted' || show out
like "$(cat out)" "$changed.*reeve switch" 'and names what makes the change live'
reeve switch -q;		is "$? $(sleeps)" '0 9902 ' 'which does'
reeve rollback -q;		is "$? $(sleeps)" '0 9901 ' 'a rollback'
reeve up >out 2>&1;		is "$? $(sleeps)" '0 9901 ' 'holds over up'
reeve down >/dev/null
reeve up >out 2>&1;		is "$? $(sleeps)" '0 9901 ' 'and over down and up'
like "$(cat out)" "$changed" 'which says that it is not what is defined'
reeve switch -q --test;		is "$? $(sleeps)" '0 9902 ' 'a test'
reeve up >out 2>&1;		is "$? $(sleeps)" '0 9902 ' 'is left alone by up'
not 'it is what is defined' grep -q "$changed" out
reeve down >/dev/null
reeve up >out 2>&1;		is "$? $(sleeps)" '0 9901 ' 'and is not what is booted'
echo 'no such: thing' >t/sv/a/nice
reeve down >/dev/null
reeve up >out 2>&1;		is "$? $(sleeps)" '0 9901 ' 'definitions with mistakes keep nothing from starting'
like "$(cat out)" 't/sv/a/nice' 'and are told'
rm t/sv/a/nice

# Without a tree a switch is one of the next boot.
reeve down >/dev/null
command a 9903
like "$(reeve plan)" '^nothing is live' 'plan without a tree'
reeve switch >out 2>&1;		is $? 0 'a switch without a tree' || show out
like "$(cat out)" 'generation [0-9]* will be booted' 'says what it did'
reeve up >out 2>&1;		is "$? $(sleeps)" '0 9903 ' 'up starts that'
not 'and says nothing of changes' grep -q "$changed" out

# Who comes to want another one gets it at once.
for change in restart reload keep; do
	reeve down >/dev/null; rm -rf t; mkdir -p t/sv/default/contents.d
	echo bundle >t/sv/default/type
	command a 9901; in_default a
	echo $change >t/sv/a/on-change
	command w 9904; command v 9905
	reeve up >/dev/null 2>&1
	mkdir -p t/sv/a/wants.d t/sv/w/wants.d
	: >t/sv/a/wants.d/w; : >t/sv/w/wants.d/v
	before=$(pid_of a)
	like "$(reeve plan | tr '\n' ';')" 'start    v: w wants it;start    w: a wants it;1 stay' "$change: a wish is in the plan"
	reeve switch -q;	is "$? $(sleeps)" '0 9901 9904 9905 ' '... and fulfilled'
	is "$(pid_of a)" "$before" '... while it goes on'
	reeve stop w >/dev/null 2>&1
	command a 9906
	echo keep >t/sv/a/on-change
	reeve switch -q; sleeps >now
	like "$(cat now)" '^9901 ' '... and who stopped one is right'
	not '... to have it down' grep -q 9904 now
done

# Whatever is switched to, in any order: it is what the next boot starts.
seed=${SEED-7}
random() { seed=$(((seed * 1103515245 + 12345) % 2147483648)); r=$((seed / 65536 % $1)); }
names='a b c d'
define() {
	rm -rf t/sv/*; mkdir -p t/sv/default/contents.d
	echo bundle >t/sv/default/type
	i=0
	for n in $names; do
		i=$((i + 1))
		random 3; command $n 99$i$r
		random 2; [ $r = 0 ] || in_default $n
		random 3
		case $r in 0) echo keep >t/sv/$n/on-change ;; 1) echo reload >t/sv/$n/on-change ;; esac
		for m in $names; do
			[ "$m" != "$n" ] || break
			random 4
			case $r in
			0) mkdir -p t/sv/$n/wants.d; : >t/sv/$n/wants.d/$m ;;
			1) mkdir -p t/sv/$n/dependencies.d; : >t/sv/$n/dependencies.d/$m ;;
			esac
		done
	done
}
running() { reeve status --json | tr '{' '\n' | sed -n 's/.*"name":"\([a-d]\)".*"state":"running".*/\1/p' | sort | tr '\n' ' '; }
reeve down >/dev/null
define; reeve up >/dev/null 2>&1
bad=
for round in ${ROUNDS:-$(seq 12)}; do
	define
	cp -R t/sv sv.$round
	reeve switch -q --settle=0 || bad="$bad $round: exit $?"
	live=$(running)
	reeve down >/dev/null; reeve up >/dev/null 2>&1
	boot=$(running)
	[ "$live" = "$boot" ] || bad="$bad round $round: live $live, booted $boot;"
done
is "$bad" '' 'after every switch live is what the next boot starts'
reeve down >/dev/null
end
