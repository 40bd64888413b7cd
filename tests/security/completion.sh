#!/bin/sh
# security/completion.sh - the name of a service is nothing that completion
# executes, and what is inserted is quoted.
. "$TESTS/lib.sh"
command -v bash >/dev/null || skip_all 'bash is not installed'
mkdir bin
cat >bin/reeve <<'E'
#!/bin/sh
[ "$1 $2" = 'status --names' ] && printf '%s\n' '$(id >pwned)' '`id >pwned`' 'a b' 'web;id>pwned'
E
chmod 755 bin/reeve
PATH=$PWD/bin:$PATH
out=$(bash -c '. "$1/tools/front/completion/reeve.bash"
	COMP_WORDS=(reeve status ""); COMP_CWORD=2; _reeve
	printf "%s\n" "${COMPREPLY[@]}"' bash "$SRC" 2>/dev/null)
not 'nothing is executed' test -e pwned
is "$(printf '%s\n' "$out" | wc -l)" 4 'each name is one word'
like "$out" 'a\\ b' 'and quoted'
end
