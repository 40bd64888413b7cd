#!/bin/sh
# compat/commands.sh - every command byte and every event, with clients of
# one suite and the supervise of the other, both ways: what the service gets,
# what the listeners hear, what svstat says.
# TIMEOUT: 240
. "$TESTS/lib.sh"
[ -n "$THEIRS" ] || skip_all "no s6 here to compare with"
env --default-signal=INT true 2>/dev/null || skip_all 'no GNU env'

# hear WANT LABEL COMMAND...: what listeners of both suites hear when it runs,
# up to the last letter of WANT; s6 2.11.3 prints only that.
hear() {
	_want=$1 _label=$2; shift 2
	_last=${_want#"${_want%?}"}
	[ -z "${S6_NEW-}" ] || _last=$_want
	"$THEIRS/s6-ftrig-listen1" -t 9000 s/event "$_want" "$@" >heard.s6 2>&1
	_r=$?
	is "$_r $(cat heard.s6)" "0 $_last" "$_label: s6-ftrig-listen1 hears $_want"
}
hear2() { # the same, told by ours, all letters
	_want=$1 _label=$2; shift 2
	is "$(s6-ftrig-listen1 -t 9000 s/event "$_want" "$@" 2>&1)" "$_want" \
		"$_label: s6-ftrig-listen1 hears $_want"
}

run() { # run CLIENT DAEMON
	c=$1 d=$2 w="$1svc/$2supervise"
	rm -rf s
	service s <<'END'
for s in ALRM ABRT QUIT HUP INT USR1 USR2 WINCH CONT; do
	trap "echo $s >>got" $s
done
trap 'echo TERM >>got; exit 0' TERM
sleep 1000 & echo $! >kid
echo >&3
while :; do sleep 0.05; done
END
	echo 3 >s/notification-fd
	touch s/down
	env --default-signal=INT,QUIT "${d}supervise" s &
	super=$!
	within 9 "${c}svok" s
	within 9 test -e s/supervise/status
	st() { [ "$("${c}svstat" -o "$1" s)" = "$2" ]; }

	hear uU "$w -u" "${c}svc" -u s
	ok "$w -u: up, ready, wanted" st up,ready,wantedup 'true true true'
	for l in a:ALRM b:ABRT q:QUIT h:HUP i:INT 1:USR1 2:USR2 y:WINCH; do
		rm -f s/got
		"${c}svc" -"${l%%:*}" s
		ok "$w -${l%%:*} sends SIG${l#*:}" \
			within 9 grep -qsx "${l#*:}" s/got
	done
	"${c}svc" -p s; ok "$w -p: paused" within 9 st paused true
	rm -f s/got
	"${c}svc" -c s; ok "$w -c: continued" within 9 st paused false
	ok "$w -c sends SIGCONT" within 9 grep -qsx CONT s/got
	hear dDuU "$w -r" "${c}svc" -r s
	hear2 dDuU "$w -r" "${c}svc" -r s
	hear dDuU "$w -t" "${c}svc" -t s
	hear dDuU "$w -k" "${c}svc" -k s
	"${c}svc" -O s; ok "$w -O: not wanted" within 9 st up,wantedup 'true false'
	hear dD "$w after -O" "${c}svc" -t s
	hear uU "$w -o" "${c}svc" -o s
	ok "$w -o: up once" st up,wantedup 'true false'
	hear dD "$w after -o" "${c}svc" -t s
	"${c}svc" -U s
	ok "$w -U: no file down" within 9 sh -c '! test -e s/down'
	within 9 st ready true
	hear dD "$w -D" "${c}svc" -D s
	ok "$w -D: a file down" test -e s/down
	"${c}svc" -u s; within 9 st ready true
	rm -f s/down
	if [ "$d" = reeve- ] || [ -z "${S6_NEW-}" ]; then
		"${c}svc" -Q s
		ok "$w -Q: not wanted" within 9 st wantedup false
		ok "$w -Q: a file down" within 9 test -e s/down
	else
		skip 2 's6 2.15.1.0 does not know its letter Q'
	fi
	# Letters that 2.11.3 does not have: ours takes them by any sender.
	if [ "$d" = reeve- ]; then
		rm -f s/got
		printf l >s/supervise/control
		ok "$w byte l sends HUP" within 9 grep -qsx HUP s/got
		printf P >s/supervise/control
		ok "$w byte P stops the group" within 9 \
			grep -q '^State:.T' "/proc/$(cat s/kid)/status"
		printf C >s/supervise/control
		ok "$w byte C continues it" within 9 sh -c \
			'! grep -q "^State:.T" /proc/'"$(cat s/kid)"'/status'
		kid=$(cat s/kid)
		hear dD "$w byte K" sh -c 'printf K >s/supervise/control'
		ok "$w byte K kills the group" within 9 \
			sh -c '! kill -0 "$0" 2>/dev/null' "$kid"
		"${c}svc" -u s; within 9 st ready true
	fi
	# Every other byte does nothing at all.
	i=1 rest=
	while [ $i -le 255 ]; do
		b=$(printf "\\\\%03o" $i)
		# shellcheck disable=SC2059
		case $(printf "$b") in
		[abqhkti12pcyrlPCKoduDUxOQ]) ;;
		*) rest=$rest$b ;;
		esac
		i=$((i + 1))
	done
	pid=$("${c}svstat" -o pid s) now=$("${c}svstat" -uwNr s)
	# shellcheck disable=SC2059
	printf "$rest\\000" >s/supervise/control
	rm -f s/got
	"${c}svc" -1 s
	within 9 grep -qsx USR1 s/got
	is "$("${c}svstat" -o pid s) $("${c}svstat" -uwNr s) $(cat s/got)" \
		"$pid $now USR1" "$w: bytes that are no commands change nothing"

	printf '#!/bin/sh\nexit 125\n' >s/finish; chmod +x s/finish
	"${c}svc" -u s
	hear dOD "$w finish 125" "${c}svc" -t s
	ok "$w finish 125: not wanted" st wantedup false
	rm s/finish
	"${c}svc" -u s; within 9 st ready true
	if [ "$d" = reeve- ]; then
		hear dDx "$w -xd" "${c}svc" -xd s
	else
		# 2.11.3 tells x after it has closed its event directory's
		# listeners' last chance: only that it ends.
		"${c}svc" -xd s
	fi
	ok "$w -xd: it exits" within 9 sh -c "! ${c}svok s"
	wait $super; is $? 0 "$w -xd: exit code"
	"${c}svstat" s >/dev/null 2>&1; is $? 1 "$w: svstat says that it is gone"
	hear s "$w start" sh -c "${d}supervise s >/dev/null 2>&1 & echo \$! >super"
	kill "$(cat super)"
	within 9 sh -c "! ${c}svok s"
}
run s6- reeve-
run reeve- s6-
end
