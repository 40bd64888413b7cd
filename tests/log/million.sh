#!/bin/sh
# log/million.sh - a million numbered lines from ten writers pass through a
# pipeline while the logger, the producer and both supervises are restarted
# at random: all are there, each once, in each writer's order.
# TIMEOUT: 240
. "$TESTS/log/lib.sh"
[ "$P" = reeve- ] || skip_all 's6 has no pipes without a holder'
in_memory
writers=10 lines=100000

mkdir scan pos
top=$PWD
service scan/out <<END
exec numbers $writers $lines $top/pos
END
service scan/log <<END
exec reeve-log -d3 n100000 s100000 t $top/d
END
echo 3 >scan/log/notification-fd
for s in out log; do echo '0 0' >scan/$s/backoff; done
echo "$top/pipe" >scan/out/stdout-fifo
echo "$top/pipe" >scan/log/stdin-fifo
scanned scan 2>>err

finished() {
	[ "$(cat pos/? 2>/dev/null | grep -cx $lines)" = $writers ]
}
kills=0
# Two dice for each time, thrown beforehand.
od -An -v -N6000 -w2 -tu1 /dev/urandom >dice
# Kill supervises: svscan holds the pipe, though both were gone at once.
replace() {
	for r_s; do
		pkill -KILL -P "$scan_pid" -f "^[^ ]*reeve-supervise $r_s\$"
	done
}
while ! finished && read -r what pause <&4; do
	kills=$((kills + 1))
	case $((what % 9)) in
	0|1) reeve-svc -r scan/log ;;
	2|3) reeve-svc -r scan/out ;;
	4) replace log ;;
	5) replace out ;;
	8) replace out log ;;
	6) reeve-svc -a scan/log ;;
	7) reeve-svc -r scan/log; reeve-svc -r scan/out ;;
	esac
	sleep "0.0$((pause % 4))"
done 4<dice 2>>err
ok 'the writers came to their end' finished
echo "# $kills restarts"
within 10 reeve-svok scan/out && within 10 reeve-svok scan/log
reeve-svc -wD -T 10000 -d scan/out;	is $? 0 'the producer is down'
# Told to stay down between two runs (the last dice may have been a restart),
# a logger would leave what is in the pipe there.
logged() { [ "$(cat d/@* d/current | wc -l)" -ge $((writers * lines)) ]; }
within 10 logged
reeve-svc -wD -T 10000 -d scan/log;	is $? 0 'the logger is down'

cat d/@* d/current | cut -c27- >got
is "$(wc -l <got)" $((writers * lines)) 'as many lines as were written'
is "$(awk -v n=$lines '
	!/^w[0-9] [0-9]+$/ { print "cut: " $0; next }
	$2 + 0 != next_[$1] + 0 { print "order: " $0 }
	{ next_[$1] = $2 + 1 }
	END { for (w in next_) if (next_[w] != n) print w, next_[w] }' got |
	head -n 5)" '' 'each once, in the order of its writer'
end
