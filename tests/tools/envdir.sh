#!/bin/sh
# tools/envdir.sh - how long a value may be: to the byte.
# Covers: tools/chain/envdir.c in reeve-envdir
. "$TESTS/lib.sh"
xs() { head -c "$1" /dev/zero | tr '\0' x; }
mkdir e
# length [OPTION...]: of what A becomes; what is that long is no argument.
length() { reeve-envdir "$@" e sh -c 'printf %s "$A" | wc -c'; }
for n in 1 4094 4095; do
	xs $n >e/A
	is "$(length)" $n "$n bytes"
	is "$(length -f)" $n "$n bytes, -f"
done
for n in 4096 5000; do
	xs $n >e/A
	is "$(length)" 4095 "of $n bytes 4095"
	is "$(length -L)" $n "-L: all $n"
	is "$(length -L -f)" $n "-L -f: all $n"
done
# What is one byte too long with -L: no variable could hold that either.
truncate -s 67108865 e/A
reeve-envdir -L -c x e true 2>err
is $? 111 'over 64 MiB with -L'
like "$(cat err)" 'e/A' 'the file is named'
is "$(length -c x)" 4095 'without -L it is cut as any other'
: >e/A
is "$(A=1 length)" 0 'an empty file unsets'
printf 'a \t\nb\n' >e/A
is "$(length)" 1 'blanks at the end go'
is "$(length -n)" 3 'and stay with -n'
is "$(length -f)" 5 'the whole file but its last newline'
is "$(length -f -n)" 6 'and with it'
printf 'a\0b' >e/A
is "$(reeve-envdir -c @ e sh -c 'echo "$A"')" a@b 'a NUL is what -c says'
is "$(length)" 3 'or a newline'
mkdir e/.hidden
echo x >e/B=C
is "$(length)" 3 'what cannot be a variable is passed over'
for o in '' -i '-I -i'; do
	# shellcheck disable=SC2086
	reeve-envdir $o none true 2>err
	is $? 111 "no directory $o"
	like "$(cat err)" 'none' 'is named'
done
ok '-I goes on' reeve-envdir -I none true
reeve-envdir e 2>/dev/null; is $? 100 'no prog'
mkdir e/D
reeve-envdir e true 2>/dev/null; is $? 111 'a directory in it'
end
