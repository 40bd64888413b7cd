# bash completion for reeve and every reeve-* program.
# Options are read from the program's own --help, subcommands from
# `reeve help --list', service names from `reeve status --names', so that
# nothing here can fall behind.

_reeve_options() {
	"$@" --help 2>/dev/null </dev/null | sed -n '/^Options:/,/^[^ ]/{
		s/^  \(-[^ ,-]\), \(--[^ =[]*\).*/\1\
\2/p
		t
		s/^  \(-[^ ,-]\).*/\1/p
		t
		s/^      *\(--[^ =[]*\).*/\1/p
	}'
}

# compgen -W would expand its words as a shell does, and names are data: a
# service can be called $(reboot).  What is inserted is quoted.
_reeve_names() {
	local name
	while IFS= read -r name; do
		[[ $name == "$cur"* ]] && COMPREPLY+=("$(printf %q "$name")")
	done < <(reeve status --names 2>/dev/null)
}

_reeve() {
	local cur=${COMP_WORDS[COMP_CWORD]} sub= i
	COMPREPLY=()
	if [ "$COMP_CWORD" = 1 ] && [ "${cur#-}" = "$cur" ]; then
		COMPREPLY=($(compgen -W "$(reeve help --list | cut -f1)" -- "$cur"))
		return
	fi
	[ "$COMP_CWORD" -gt 1 ] && sub=${COMP_WORDS[1]}
	case $cur in
	-*)	COMPREPLY=($(compgen -W "$(_reeve_options reeve $sub)" -- "$cur"))
		return ;;
	esac
	case $sub in
	start|stop|restart|reload|kill|wait|status|why|tree|logs|graph)
		_reeve_names ;;
	help)
		COMPREPLY=($(compgen -W "$(reeve help --list | cut -f1
			reeve help --topics)" -- "$cur")) ;;
	install-boot)
		COMPREPLY=($(compgen -W 'systemd openrc busybox inittab rc.local crontab' -- "$cur")) ;;
	rollback)
		COMPREPLY=($(compgen -W "$(reeve generations 2>/dev/null |
			grep -o '^[* ]*[0-9][0-9]*' | tr -d '* ')" -- "$cur")) ;;
	*)	COMPREPLY=($(compgen -f -- "$cur")) ;;
	esac
}

_reeve_program() {
	local cur=${COMP_WORDS[COMP_CWORD]}
	case $cur in
	-*)	COMPREPLY=($(compgen -W "$(_reeve_options "${COMP_WORDS[0]}")" -- "$cur")) ;;
	*)	COMPREPLY=($(compgen -f -- "$cur")) ;;
	esac
}

complete -F _reeve reeve
for _reeve_p in $(compgen -c reeve- | sort -u); do
	complete -o filenames -F _reeve_program "$_reeve_p"
done
unset _reeve_p
