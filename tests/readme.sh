#!/bin/sh
# readme.sh - what the README's first screen says to type, is typed; and every
# message that a newcomer meets on the way says what to do.
. "$TESTS/lib.sh"
REEVE_HOME=$PWD/t NO_COLOR=1 LC_ALL=C TZ=UTC
export REEVE_HOME NO_COLOR LC_ALL TZ

# The block below "## Use it", from the first use of reeve on.
awk '/^## / { on = $0 == "## Use it" } on && /^    reeve/ {
	sub(/^    /, ""); sub(/   *#.*/, ""); print }' "$SRC/README.md" >steps
ok 'there are steps' test -s steps
logged() { reeve logs hello | grep -q .; }
while read -r step; do
	case $step in *logs*) within 20 logged ;; esac
	sh -c "$step" >out 2>&1 </dev/null
	is $? 0 "README: $step" || show out
	cat out >>all
done <steps
like "$(cat all)" '^hello +running' 'a supervised service,'
like "$(cat all)" '^20[0-9-]* [0-9:.]*  .*20[0-9][0-9]' 'logged,'
like "$(cat all)" 'generation 2 is live .* 2 started' 'updated'
like "$(cat all)" 'generation 1 is live' 'and rolled back'
for f in $(grep -oE 'sh (tools|tests)/[a-z-]+' "$SRC/README.md" | cut -d' ' -f2 | sort -u); do
	ok "README: $f exists" test -f "$SRC/$f"
done
for p in $(grep -oE 'man reeve[a-z-]*|`reeve-[a-z-]*\([1578]\)`' "$SRC/README.md" |
	tr -d '`' | sed 's/^man //; s/(.*//' | sort -u); do
	ok "README: $p has a page" sh -c "ls '$SRC/doc/$p'.[1578] >/dev/null"
done
reeve down >/dev/null
rm -rf t

# says CODE ERE COMMAND...: a wrong call ends so, with such a message.
says() {
	_c=$1 _e=$2; shift 2
	timeout 20 "$@" >out 2>&1 </dev/null
	is $? "$_c" "$*: exit $_c"
	like "$(cat out)" "$_e" "$*: and what to do"
}
# Nothing is there yet.
for c in tree upgrade; do says 102 'reeve up starts it' reeve $c; done
says 102 'reeve up, or --db' reeve graph
for c in start stop restart reload kill wait; do
	says 100 "try 'reeve $c --help'" reeve $c
	says 102 'reeve up starts it' reeve $c nosuch
done
for c in status why tree; do
	says 100 'reeve new nosuch -- COMMAND, then reeve up' reeve $c nosuch
done
says 1 'REEVE_LOGS' reeve logs
says 111 'reeve new NAME -- COMMAND' reeve check
says 111 'reeve new NAME -- COMMAND' reeve switch
says 111 'reeve new NAME -- COMMAND' reeve plan
says 100 'nothing to go back to.*reeve switch' reeve rollback
says 0 'reeve new --default --log NAME' reeve up
# A tree and a service.
says 0 '' reeve new --default a -- sleep 1000
says 0 'reeve status shows them' reeve up
says 100 'becomes live by reeve switch' reeve start zzz
says 100 "a file 'logger' in its definition" reeve logs a
says 1 'there is a definition .* already' reeve new a -- true
says 100 'cannot be the name' reeve new a/b -- true
says 100 'TERM, HUP' reeve kill -s FOO a
says 99 'not in time: a is running' reeve wait -d -t 100ms a
says 100 'reeve generations lists' reeve rollback 99
says 1 'reeve explain lists all' reeve explain nosuch
says 100 'reeve help --topics' reeve help nosuch
says 100 'inittab, rc.local, crontab' reeve install-boot nosuch
for c in status tree start stop restart reload kill wait why logs new check \
	explain import graph plan switch rollback generations gc install-boot \
	upgrade metrics help up down; do
	says 100 "try 'reeve[ a-z-]* --help'" reeve $c --nosuch
done
mkdir t/sv/broken; echo lonrun >t/sv/broken/type
says 1 'broken/type:1: .*did you mean longrun' reeve switch
rm -r t/sv/broken
REEVE_HOME=/proc/x says 111 'unable to make /proc/x' reeve up
if [ "$(id -u)" = 0 ] && setpriv --reuid=65534 --clear-groups true 2>/dev/null
then
	as='setpriv --reuid=65534 --regid=65534 --clear-groups'
	# shellcheck disable=SC2086
	says 100 'HOME is not set' $as env -u REEVE_HOME -u HOME reeve status
	# shellcheck disable=SC2086
	says 100 'HOME is not set' $as env -u REEVE_HOME HOME= reeve status
	# shellcheck disable=SC2086
	says 111 'the tree on .* runs as root, not yours: permission denied' $as reeve stop a
else
	skip 6 'no other user'
fi
reeve down >/dev/null
end
