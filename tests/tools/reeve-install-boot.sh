#!/bin/sh
# tools/reeve-install-boot.sh - what another init needs is shown, asked for,
# and written whole.
. "$TESTS/lib.sh"
REEVE_HOME=$PWD/t; export REEVE_HOME
for kind in systemd openrc inittab rc.local; do
	out=$(reeve install-boot -n $kind --root r); is $? 0 "$kind -n"
	like "$out" 'reeve up' "$kind starts the tree"
	not 'and nothing is written' test -e r
done
out=$(echo n | reeve install-boot --root r systemd); is $? 1 'no is no'
not 'nothing is written' test -e r
out=$(echo y | reeve install-boot --root r systemd); is $? 0 'yes'
like "$(cat r/etc/systemd/system/reeve.service)" "^Environment=\"REEVE_HOME=$PWD/t\"$" \
	'the places are those of now'
if command -v systemd-analyze >/dev/null; then
	like "$(systemd-analyze verify r/etc/systemd/system/reeve.service 2>&1)" \
		'^$' 'systemd finds no fault'
fi
reeve install-boot -y --root r openrc >/dev/null; is $? 0 openrc
ok 'the script is sound' sh -n r/etc/init.d/reeve
mkdir -p r/etc; echo 'id:2:initdefault:' >r/etc/inittab
reeve install-boot -y --root r inittab >/dev/null; is $? 0 inittab
is "$(head -n 1 r/etc/inittab)" 'id:2:initdefault:' 'what was there stays'
n=$(wc -l <r/etc/inittab)
reeve install-boot -y --root r inittab >/dev/null
is "$(wc -l <r/etc/inittab)" "$n" 'twice is once'
reeve install-boot systmd 2>err;	is $? 100 'an unknown kind'
like "$(cat err)" "did you mean 'systemd'" 'the nearest'
end
