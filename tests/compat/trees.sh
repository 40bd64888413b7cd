#!/bin/sh
# compat/trees.sh - the scanner of one suite over the supervise of the other,
# with clients of both: pairs, rescans, nuke, ends, in the same words.
. "$TESTS/lib.sh"
. "$TESTS/compat/mixed.sh"
need s6-svc s6-svscan
[ "$(id -u)" = 0 ] || skip_all 'needs mount'

tree() { # tree CLIENT SCANNER SUPERVISE
	c=$1 t="$1svscanctl, $2svscan, $3supervise"
	rm -rf scan def; mkdir scan def
	for s in web web/log one; do
		service def/$s <<'END'
exec sleep 1000
END
	done
	service def/web <<'END'
echo "line $$"
exec sleep 1000
END
	service def/web/log <<'END'
exec cat >>out
END
	ln -s "$PWD/def/web" scan/web
	"$2svscan" scan & sp=$!
	ok "$t: it comes up" within 9 "${c}svok" scan/web
	ok "$t: with its logger" within 9 "${c}svok" scan/web/log
	for s in web web/log; do
		within 9 up "def/$s"
		pid=$("${c}svstat" -o pid def/$s)
		super=$(awk '{print $4}' "/proc/$pid/stat")
		is "$(awk '{print $4}' "/proc/$super/stat")" $sp \
			"$t: the supervise of $s is a child of the scanner"
		is "$(supervise_of "$super")" "$3" "$t: it is ${3}supervise"
	done
	ok "$t: the line arrives" within 9 grep -q '^line' def/web/log/out
	ln -s "$PWD/def/one" scan/one
	"${c}svscanctl" -a scan
	ok "$t: a new entry" within 9 "${c}svok" scan/one
	within 9 up def/one
	rm scan/one
	"${c}svscanctl" -an scan
	ok "$t: an entry that went" within 9 sh -c "! ${c}svok def/one"
	ok "$t: svlink" "${c}svlink" -t 9000 scan def/one
	ok "$t: svwait" "${c}svwait" -u -t 9000 scan/one
	ok "$t: svunlink" "${c}svunlink" -t 9000 scan one
	ok "$t: it is gone" within 5 sh -c "! ${c}svok def/one"
	pid=$("${c}svstat" -o pid def/web)
	"${c}svc" -t scan/web
	ok "$t: svc -t through the scan directory" within 9 \
		another_than "$pid"
	super=$(awk '{print $4}' "/proc/$now/stat")
	kill "$super"
	ok "$t: a supervise that ended is started again" within 9 \
		sh -c "${c}svok def/web && [ \$(pgrep -P $sp | grep -c '^$super\$') = 0 ]"
	within 9 up def/web
	"${c}svscanctl" -t scan
	wait $sp;	is $? 0 "$t: -t ends it all"
	not "$t: web is gone" "${c}svok" def/web
	not "$t: so is its logger" "${c}svok" def/web/log
}
# The status names the old process until its supervise has written that it
# ended.
another_than() {
	now=$("${c}svstat" -o pid def/web)
	[ "$now" != "$1" ] && [ "$now" != -1 ]
}
supervise_of() {
	case $(md5sum <"/proc/$1/exe") in
	"$theirs") echo s6- ;;
	"$ours") echo reeve- ;;
	esac
}
theirs=$(md5sum <"$(readlink -f "$(command -v s6-supervise)")")
ours=$(md5sum <"$BUILD/bin/reeve-supervise")
up() { [ "$(reeve-svstat -o up "$1" 2>/dev/null)" = true ]; }

tree s6- reeve- reeve-
tree reeve- s6- s6-
(theirs_for_ours; tree reeve- reeve- s6-; tree s6- reeve- s6-; echo "$count $failed" >counts)
read -r count failed <counts
if ours_for_theirs; then
	tree s6- s6- reeve-
	tree reeve- s6- reeve-
	umount /usr/bin/s6-supervise
else
	skip 1 'cannot mount here'
fi
end
