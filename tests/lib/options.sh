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

# Octal permissions, in whatever takes them.
octal() { # octal COMMAND...: the words behind the mode
	for m in 9 -1 ' 7' +7 0x7 '' 77777 7777777777777777777777 7a; do
		case $1 in
		*socketbinder) set -- "$1" -a "$m" s true ;;
		*cdb-from-fs) set -- "$1" -m "$m" rules.cdb rules ;;
		*) set -- "$1" -m "$m" nothing ;;
		esac
		"$@" >/dev/null 2>err
		is "$? $(grep -c "must be octal permissions up to 0*7*, not '$m'" \
			err)" '100 1' "$1: no permissions: '$m'"
	done
}
mkdir rules
octal reeve-ipcserver-socketbinder
octal s6-accessrules-cdb-from-fs
octal s6-linux-init-maker
octal s6-svscanboot
octal s6-linux-init
is "$(ls)" "err
home
rules" 'and nothing was made'
end
