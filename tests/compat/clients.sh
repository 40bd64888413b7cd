#!/bin/sh
# compat/clients.sh - each client called with the same command line on the
# same service: what it prints and how it exits, ours by s6's name and
# Debian's.  The services are supervised by Debian's supervise, and then by
# ours.
# TIMEOUT: 300
. "$TESTS/lib.sh"
. "$TESTS/compat/differ.sh"

# What 2.15 prints and 2.11.3 does not; and seconds, which may pass between.
NORM='s/ pgid [0-9]*)/)/; s/[0-9]* seconds/N seconds/g'

# both LABEL PROGRAM ARG...: on the same directory.  Up to three times, with
# ten times the timeout (60) each: short ones mean little on a busy machine.
both() {
	_l=$1 _p=$2; shift 2
	_was=60
	for _ms in 60 600 6000; do
		for _a; do
			shift
			[ "$_a" != $_was ] || _a=$_ms
			set -- "$@" "$_a"
		done
		_was=$_ms
		"s6-$_p" "$@" >them 2>/dev/null; echo "exit $?" >>them
		"${ours}s6-$_p" "$@" >us 2>/dev/null; echo "exit $?" >>us
		sed -i "$NORM" us them
		cmp -s us them && break
	done
	is "$(cat us)" "$(cat them)" "$_l: $_p $* as Debian's"
}

states() {
	for s in never up ready exited killed once paused; do
		share || continue
		# Before its first start 2.15 says so; 2.11.3 prints exit code 0.
		[ $s = never ] || both "$1" svstat $s
		[ $s = never ] || both "$1" svstat -n $s
		for o in -u -w -N -r -p -e -s -uwNrpes -uu -nu \
			'-o up,wantedup,normallyup,ready,paused,pid,exitcode,signal,signum' \
			'-o updownsince,readysince' '-o pid' '-o up,up' \
			'-o nofield' '-o up,' '-o ,up' -z; do
			case $s:$o in never:*e*) continue ;; esac
			# shellcheck disable=SC2086
			both "$1" svstat $o $s
		done
		both "$1" svok $s
		both "$1" svdt $s
		both "$1" svdt -s $s
		both "$1" svdt -n 1 $s
		both "$1" svperms $s
		for o in -u -U -d -D '-o -u' '-a -D' '-o -d'; do
			# shellcheck disable=SC2086
			both "$1" svwait -t 60 $o $s
			# shellcheck disable=SC2086
			both "$1" svlisten1 -t 60 ${o#-[ao] } $s true
			# shellcheck disable=SC2086
			both "$1" svlisten -t 60 $o " $s" '' true
		done
	done
	both "$1" svwait -t 60 -u up ready
	both "$1" svwait -t 60 -u up exited
	both "$1" svwait -t 60 -o -u up exited
	both "$1" svwait -t 60 -D never exited
	for p in svstat svok svdt svwait svperms 'svperms -v' 'svlisten1 -u'; do
		# shellcheck disable=SC2086
		set -- $p
		[ "$1" = svwait ] || [ "$1" = svlisten1 ] || both none "$@" nodir
		# For 2.15, all of none are as wanted.
		[ "$1" = svwait ] && [ -z "${S6_NEW-}" ] || both none "$@"
		# 2.11.3 takes -Z for a directory where there are no options.
		[ "$1" = svok ] || both none "$@" -Z
	done
	for o in '' -Z '-wz -u' '-T x -wu -u'; do
		# shellcheck disable=SC2086
		both none svc $o
	done
	both none svc -u nodir
	both none svwait -t x up
	both none svwait nodir
	both none svlisten1 -u nodir true
	both none svlisten1 up
	both none svlisten1 up nosuchprog
	both none svlisten up
	both none svdt-clear nodir
	both none svdt-clear
	both none svscanctl
	both none svscanctl -a nodir
	both none svscanctl -a up
	both none svscanctl -Z up
	both none svlink nodir up
	both none svlink up up
	both none svunlink up
	both none svlink up
}

for d in s6- reeve-; do
	rm -rf never up ready exited killed once paused
	for s in never up exited killed once paused; do
		service $s <<'END'
exec sleep 1000
END
		touch $s/down
	done
	service ready <<'END'
echo >&3
exec sleep 1000
END
	echo 3 >ready/notification-fd
	touch ready/down
	printf '#!/bin/sh\nexit 3\n' >exited/run
	for s in never up ready exited killed once paused; do
		"${d}supervise" $s 2>/dev/null & eval "super_$s=$!"
		within 9 s6-svok $s
		within 9 test -e $s/supervise/status
	done
	s6-svc -u up; s6-svwait -u up
	s6-svc -u ready; s6-svwait -U ready
	s6-svlisten1 -D exited s6-svc -o exited
	within 9 sh -c '[ "$(s6-svstat -o exitcode exited)" = 3 ]'
	s6-svlisten1 -u killed s6-svc -u killed
	s6-svlisten1 -D killed s6-svc -dk killed
	s6-svlisten1 -u once s6-svc -o once
	s6-svlisten1 -u paused s6-svc -u paused
	s6-svc -p paused
	within 9 sh -c '[ "$(s6-svstat -o paused paused)" = true ]'
	rm up/down
	states "$d"
	for s in never up ready exited killed once paused; do
		s6-svc -ck $s; s6-svc -xd $s
		eval "wait \$super_$s"
	done
	both "$d gone" svstat up
	both "$d gone" svstat -u up
	both "$d gone" svok up
	both "$d gone" svwait -t 60 -d up
	both "$d gone" svwait -t 60 -u up
done
end
