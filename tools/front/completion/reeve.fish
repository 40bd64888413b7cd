# fish completion for reeve and every reeve-* program; as in reeve.bash all
# of it is asked from the programs themselves.

function __reeve_options
	$argv --help 2>/dev/null </dev/null | sed -n '/^Options:/,/^[^ ]/{
		s/^  \(-[^ ,-]\), \(--[^ =[]*\)[^ ]* *\(.*\)/\1\t\3\n\2\t\3/p
		t
		s/^  \(-[^ ,-]\)[^ ]* *\(.*\)/\1\t\2/p
		t
		s/^      *\(--[^ =[]*\)[^ ]* *\(.*\)/\1\t\2/p
	}'
end
function __reeve_sub
	set -l words (commandline -opc)
	test (count $words) -gt 1; and echo $words[2]
end
function __reeve_names
	contains -- (__reeve_sub) start stop restart reload kill wait status why tree logs graph
end

complete -c reeve -f -n 'test (count (commandline -opc)) = 1' -a '(reeve help --list | cut -f1)'
complete -c reeve -f -n __reeve_names -a '(reeve status --names 2>/dev/null)'
complete -c reeve -f -n 'contains -- help (__reeve_sub)' -a '(reeve help --list | cut -f1) (reeve help --topics | cut -d" " -f1)'
complete -c reeve -f -n 'contains -- install-boot (__reeve_sub)' -a 'systemd openrc busybox inittab rc.local crontab'
complete -c reeve -n 'string match -q -- "-*" (commandline -ct)' -a '(__reeve_options reeve (__reeve_sub))'
for __reeve_p in (complete -C reeve- 2>/dev/null | cut -f1 | sort -u)
	complete -c $__reeve_p -n 'string match -q -- "-*" (commandline -ct)' -a "(__reeve_options $__reeve_p)"
end
set -e __reeve_p
