#!/bin/sh
# lib/options.sh - a wrong option is named, by the program and not by how it
# was called.
. "$TESTS/lib.sh"

first() { "$@" 2>&1 | head -n 1; }
is "$(first reeve-svwait --nosuch .)" 'reeve-svwait: unknown option --nosuch' \
	'a long option'
is "$(first reeve-svwait -Z .)" 'reeve-svwait: unknown option -Z' 'a letter'
is "$(first reeve-svwait --up -uZ .)" 'reeve-svwait: unknown option -Z' \
	'a letter in a cluster, behind a long option'
is "$(first reeve-svwait --up=3 .)" 'reeve-svwait: option --up takes no argument' \
	'an argument too many'
is "$(first reeve-svwait --timeout)" \
	'reeve-svwait: option --timeout needs an argument' 'one too few'
is "$(first reeve-svwait -t)" 'reeve-svwait: option -t needs an argument' \
	'one too few for a letter'
like "$(first reeve switch --nosuch)" '^reeve-switch: unknown option --nosuch' \
	'a subcommand says its name'
REEVE_HOME=$PWD/home; export REEVE_HOME; mkdir home
like "$(reeve generations 2>&1)" 'there is none yet' 'no generation: that is said'
reeve-svwait -Z . 2>/dev/null
is $? 100 'the exit code is that of misuse'
end
