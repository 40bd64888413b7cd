#!/bin/sh
# tools/reeve-complete.sh - completion in bash, zsh and fish: subcommands,
# options, names of services; and `make install' puts it where they look.
. "$TESTS/lib.sh"
. "$TESTS/helpers/tree.sh"
tree
d=$SRC/tools/front/completion

if command -v bash >/dev/null; then
	ask() { bash "$TESTS/helpers/complete.bash" "$d/reeve.bash" "$@" | sort | tr '\n' ' '; }
	is "$(ask reeve st)" 'start status stop ' 'bash: subcommands'
	is "$(ask reeve start w)" 'web ' 'bash: services'
	is "$(ask reeve status --js)" '--json ' 'bash: options'
	is "$(ask reeve install-boot s)" 'systemd ' 'bash: kinds'
	is "$(ask reeve-svc --ki)" '--kill --kill-group ' 'bash: of a program'
	is "$(ask reeve-svc -k)" '-k ' 'bash: short options'
else
	skip 6 'bash is not installed'
fi
if command -v fish >/dev/null; then
	ask() { fish --no-config -c "source '$d/reeve.fish'; complete -C '$1'" | cut -f1 | sort | tr '\n' ' '; }
	is "$(ask 'reeve st')" 'start status stop ' 'fish: subcommands'
	is "$(ask 'reeve start w')" 'web ' 'fish: services'
	is "$(ask 'reeve status --js')" '--json ' 'fish: options'
	is "$(ask 'reeve-svc --ki')" '--kill --kill-group ' 'fish: of a program'
else
	skip 4 'fish is not installed'
fi
if command -v zsh >/dev/null; then
	ok 'zsh: it parses' zsh -n "$d/_reeve"
	mkdir zdir; cp "$d/_reeve" zdir
	# zsh completes only in a terminal: zpty drives one.
	cat >ask.zsh <<'EOF'
zmodload zsh/zpty
zpty z zsh -f -i
zpty -w z "PS1=; fpath=($1 \$fpath); autoload -Uz compinit; compinit -u; bindkey '^I' complete-word; zstyle ':completion:*' insert-tab false; print done-init"
zpty -m -r z out '*done-init*done-init*' 
zpty -w -n z "$2"$'\t'
zpty -m -r z out "*$3*"
print -r -- "$out"
zpty -d z
EOF
	for w in 'reeve stat:reeve status' 'reeve start we:reeve start web'; do
		like "$(timeout 20 zsh -f ask.zsh "$PWD/zdir" "${w%%:*}" "${w#*:}" | tr -d '\r')" \
			"${w#*:}" "zsh: ${w%%:*}"
	done
else
	skip 3 'zsh is not installed'
fi

DESTDIR=$PWD/dest bindir=/usr/bin datadir=/usr/share sysconfdir=/etc \
	"$SRC/tools/install-extra" "$SRC"
is $? 0 'install-extra'
is "$(cd dest && find . -type f | sort | tr '\n' ' ')" \
	'./usr/share/bash-completion/completions/reeve ./usr/share/fish/vendor_completions.d/reeve.fish ./usr/share/zsh/site-functions/_reeve ' \
	'files in their places'
end
