#!/bin/sh
# tools/svdt.sh - svdt prints deaths in order; svdt-clear forgets them;
# permafailon judges them.
. "$TESTS/lib.sh"

service s <<'END'
read -r how <go
case $how in [0-9]*) exit $how ;; *) kill -"$how" $$; sleep 9 ;; esac
END
mkfifo s/go
"${P}svdt" 2>/dev/null;			is $? 100 'no argument'
"${P}svdt" -n x s 2>/dev/null;		is $? 100 'bad number'
"${P}svdt" nodir 2>/dev/null;		is $? 111 'no directory'
"${P}svdt-clear" nodir 2>/dev/null;	is $? 111 'svdt-clear, no directory'
supervised s
is "$("${P}svdt" s; echo $?)" 0 'no deaths, no lines'
deaths() { [ "$("${P}svdt" s | wc -l)" = "$1" ]; }
"${P}svc" -u s; echo 3 >s/go; within 9 deaths 1
"${P}svc" -u s; echo KILL >s/go; within 9 deaths 2
"${P}svc" -u s; echo 0 >s/go; within 9 deaths 3
is "$("${P}svdt" s | cut -d' ' -f2-)" 'exitcode 3
signal SIGKILL
exitcode 0' 'oldest first'
like "$("${P}svdt" s | head -1)" '^@[0-9a-f]{24} ' 'with a stamp'
is "$("${P}svdt" -s s | cut -d' ' -f3)" '3
9
0' '-s: signals by number'
is "$("${P}svdt" -n 2 s | cut -d' ' -f3)" 'SIGKILL
0' '-n 2'
is "$("${P}svdt" -n 0 s)" '' '-n 0'

perma() ( cd s && "${P}permafailon" "$@" echo on 2>/dev/null; echo $? )
for a in '9 1 3' '9 1 0-5' '9 1 SIGKILL' '9 1 sig9' '9 1 137' '9 2 3,SIGKILL' \
	'9 3 0-255' '9 1 SIGTERM,0'; do
	# shellcheck disable=SC2086
	is "$(perma $a)" 125 "permafailon $a fails for good"
done
for a in '9 2 3' '9 1 4-9' '9 1 SIGTERM' '9 4 0-255' '0 1 0-255'; do
	# shellcheck disable=SC2086
	is "$(perma $a)" 'on
0' "permafailon $a goes on"
done
for a in 'x 1 3' '9 0 3' '9 1 x' '9 1 256' '9 1 5-3' '9 1 SIGX'; do
	# shellcheck disable=SC2086
	is "$(perma $a)" 100 "permafailon $a is misuse"
done
ok 'svdt-clear' "${P}svdt-clear" s
is "$("${P}svdt" s)" '' 'nothing is left'
is "$(perma 9 1 0-255)" 'on
0' 'for permafailon neither'
if [ "$P" = reeve- ]; then
	printf 123 >s/supervise/death_tally
	"${P}svdt" s 2>err;		is $? 111 'a damaged tally'
	like "$(cat err)" 'not a death tally' 'is named'
fi

# In its place: a finish script.
service f <<'END'
exit 7
END
cat >f/finish <<END
#!/bin/sh
exec ${P}permafailon 60 2 7 true
END
chmod +x f/finish
supervised f
within 9 sh -c "[ \"\$(${P}svstat -o wantedup f)\" = false ]"
is "$("${P}svdt" f | wc -l)" 2 'the second death is the last'
end
