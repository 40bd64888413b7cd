#!/bin/sh
# log/terminal.sh - reeve-logs on a terminal: it pages as git does, colours
# names, and what services wrote cannot steer the terminal.
. "$TESTS/lib.sh"
need script
REEVE_LOGS=$PWD/logs; export REEVE_LOGS
REEVE_LIVE=$PWD/nolive; export REEVE_LIVE
TZ=UTC TERM=xterm; export TZ TERM
unset PAGER REEVE_PAGER LESS NO_COLOR
mkdir -p logs/a logs/b bin
echo '@400000006950000000000000 one' >logs/a/current
echo '@400000006950000200000000 two' >logs/b/current

# terminal COMMAND: what it shows on a terminal, in `seen'; its exit code.
terminal() {
	script -qec "$1" /dev/null </dev/null >seen.raw 2>&1
	t_r=$?
	tr -d '\r' <seen.raw >seen
	return $t_r
}
printf '#!/bin/sh\nsed "s/^/LESS:$LESS:/"\n' >bin/less; chmod 755 bin/less
PATH=$PWD/bin:$PATH

terminal 'reeve-logs a';		is $? 0 'it pages'
like "$(cat seen)" '^LESS:FRX:2025-.* one$' 'with less, LESS=FRX'
LESS=X terminal 'reeve-logs a'
like "$(cat seen)" '^LESS:X:2025' 'but a LESS of the user stays'
PAGER='sed s/^/P:/' terminal 'reeve-logs a'
like "$(cat seen)" '^P:2025' 'PAGER, a shell command'
PAGER='sed s/^/P:/' REEVE_PAGER='sed s/^/R:/' terminal 'reeve-logs a'
like "$(cat seen)" '^R:2025' 'REEVE_PAGER before it'
for none in PAGER=cat PAGER= REEVE_PAGER=cat TERM=dumb TERM=; do
	(export "${none?}"; terminal 'reeve-logs a')
	like "$(cat seen)" '^2025-.* one$' "$none: no pager"
done
TERM=dumb PAGER='sed s/^/P:/' terminal 'reeve-logs a'
like "$(cat seen)" '^P:2025' 'one that was asked for, also there'
terminal 'reeve-logs --no-pager a'
like "$(cat seen)" '^2025' '--no-pager'
script -qefc 'exec reeve-logs -f a' /dev/null </dev/null >seen.raw 2>&1 & pid=$!
within 10 grep -q '^2025' seen.raw;	is $? 0 'nor with -f'
kill $pid
PAGER=cat terminal 'reeve-logs a | sed s/^/X:/'
like "$(cat seen)" '^X:2025' 'nor into a pipe'
mkdir only
for p in reeve-logs sh sed; do ln -s "$(command -v $p)" only/; done
REEVE_LIVE=$REEVE_LIVE terminal "PATH=$PWD/only reeve-logs a"
like "$(cat seen)" '^2025' 'where there is no less'
PAGER=no-such-pager terminal 'reeve-logs a'; is $? 111 'an unknown PAGER'
like "$(cat seen)" 'unable to run the pager no-such-pager' 'is named'
seq -f '@400000006950000300000000 line %g' 100000 >logs/a/current
PAGER='head -n 1' terminal 'reeve-logs a';	is $? 0 'a pager left early'
is "$(wc -l <seen)" 1 'is all there is'

echo '@400000006950000000000000 one' >logs/a/current
terminal 'reeve-logs --no-pager a b'
like "$(head -n 1 seen)" '\[3[1-6]ma.\[0m  one' 'names in colour'
NO_COLOR=1 terminal 'reeve-logs --no-pager a b'
is "$(grep -c '\[' seen)" 0 'NO_COLOR'
TERM=dumb terminal 'reeve-logs a b'
is "$(grep -c '\[' seen)" 0 'nor on a dumb terminal'
printf '@400000006950000000000000 a\033]0;title\007b\033[31mred\033[0m\033[2J\t\200.\302\2332J\303\251\342\202\254\233x\n' \
	>logs/a/current
terminal 'reeve-logs --no-pager --color=never a'
is "$(cut -c26- seen | od -An -c | tr -d ' \n')" \
	"$(printf 'a\\x1b]0;title\\x07b\033[31mred\033[0m\\x1b[2J\t\x80.\xc2\x9b2J\303\251\342\202\254\x9bx\033[0m\n' |
	od -An -c | tr -d ' \n')" 'control characters are shown, colours kept'
reeve-logs a | cut -c26- >out
cut -c27- logs/a/current | cmp -s - out
is $? 0 'not on a terminal: the bytes'
end
