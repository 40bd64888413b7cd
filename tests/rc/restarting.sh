#!/bin/sh
# rc/restarting.sh - when a service is started again: each cell of the table
# in reeve-definition(5), the pause before it, and the number of deaths that
# is too many.
# TIMEOUT: 120
. "$TESTS/lib.sh"
. "$TESTS/helpers/rc.sh"
[ "$P" = reeve- ] || skip_all 'for our own names'
place
unset XDG_RUNTIME_DIR
f() { mkdir -p "$sv/$1"; printf -- "$3" >"$sv/$1/$2"; }
words='always on-failure on-success on-signal never'
# The table: each row is a service for each column.
sed -n '/^\.It Sy end Ta/,/^\.El/p' "$SRC/doc/reeve-definition.5" |
	sed '1d;$d; s/^\.It //; s/ Ta /;/g' >table
is "$(sed -n 's/^\.It Sy end Ta Sy //p' "$SRC/doc/reeve-definition.5")" \
	'always Ta Sy on-failure Ta Sy on-success Ta Sy on-signal Ta Sy never' 'the columns'
is "$(wc -l <table | tr -d ' ')" 8 'the rows'
n=0
while IFS=';' read -r end a b c d e; do
	n=$((n + 1))
	set -- "$a" "$b" "$c" "$d" "$e"
	for w in $words; do
		s=r$n-$w
		echo "$s;$1;$end, $w" >>cells; shift
		case $end in
		'exit code 0') how='exit 0' ;;
		'code in success-codes') how='exit 43'; f $s success-codes '3 40-44' ;;
		'signal in success-codes') how='kill -USR1 $$'; f $s success-codes '3\nUSR1' ;;
		'other code') how='exit 45'; f $s success-codes '3 40-44 SIGUSR1'; f $s no-restart-codes 46 ;;
		'other signal') how='kill -USR2 $$'; f $s success-codes '137 140 USR1' ;;
		'in no-restart-codes') how='kill -USR2 $$'; f $s no-restart-codes '5 usr2' ;;
		'in both lists') how='exit 5'; f $s no-restart-codes 5; f $s success-codes 5 ;;
		'restart-limit reached') how='exit 3'; f $s restart-limit '1 1h' ;;
		*) how=; is "$end" 'a row that this test knows' 'the table' ;;
		esac
		f $s run "#!/bin/sh\n[ -e \"$D/$s\" ] && exec sleep 1000\n: >\"$D/$s\"\n$how\n"
		f $s restart "$w"; f $s backoff '50 50'
	done
done <table
f pause run '#!/bin/sh\n[ ! -e "'$D'/paused" ] || date +%%s%%N >>"'$D'/again"\n: >"'$D'/paused"; date +%%s%%N >"'$D'/first.$$"; cat "'$D'/first.$$" >>"'$D'/starts"; sleep 0.3\n'
f pause backoff '0 0'; f pause restart-delay 700
f often run '#!/bin/sh\necho >>"'$D'/often"; exit 1\n'; f often backoff '10 10'; f often restart-limit '3 1h'
f often finish '#!/bin/sh\necho finish >>"'$D'/finishes"\n'; f often down-signal-to all
mkdir -p $sv/default/contents.d; echo bundle >$sv/default/type
for s in $(cut -d ';' -f 1 cells) pause often; do : >$sv/default/contents.d/$s; done
reeve up >up 2>&1
state() { reeve status --json "$1" 2>/dev/null | sed -n 's/.*"state": *"\([a-z]*\)".*/\1/p' | head -n 1; }
settled() { case $(state "$1") in running|ready|up) [ -e "$D/$1" ] ;; stopped|failed) ;; *) false ;; esac; }
while IFS=';' read -r s want label; do
	within 10 settled $s
	case $want in again) want=running ;; esac
	is "$(state $s)" $want "$label"
done <cells
count() { [ "$(wc -l <"$1" 2>/dev/null)" -ge "$2" ]; }
within 10 count starts 3
is "$(awk 'NR > 1 && $1 - l < 950000000 { print "short" } { l = $1 }' starts)" '' 'restart-delay: the pause is kept, also by one that lived'
within 10 sh -c '[ "$(reeve status --json often | grep -c failed)" -gt 0 ]'
is "$(wc -l <often | tr -d ' ') $(wc -l <finishes | tr -d ' ')" '3 3' 'restart-limit: it is started so often, and its finish is run each time'
is "$(state often)" failed 'and has failed'
like "$(reeve why often)" 'permanent failure' 'why says so'
reeve down >/dev/null 2>&1
end
