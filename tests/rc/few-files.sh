#!/bin/sh
# rc/few-files.sh - a change of more services than there may be open files goes
# in portions; where even one does not fit, nothing is asked of any service.
# TIMEOUT: 120
. "$TESTS/lib.sh"
. "$TESTS/helpers/rc.sh"
need reeve-svscan
n=60
for s in one two; do
	for i in $(seq $n); do longrun $s s$i; done
	oneshot $s shot
	bundle $s all $(seq -f s%g $n) shot
	comp db.$s $s
done
few() { # few FILES COMMAND...
	(ulimit -n "$1" && shift && exec timeout 60 "$@")
}
live_on db.one
few 40 reeve-rc -l live start all;	is $? 0 'a start in portions'
is "$(ups | wc -w)" $((n + 1)) 'everything is up'
pids() { for i in $(seq $n); do pid s$i; done | sort -n | tr '\n' ' '; }
before=$(pids)
echo '# differs' | tee -a two/s*/run >/dev/null
rm db.two; comp db.two two
few 40 reeve-rc-update -l live db.two;	is $? 0 'a switch in portions'
is "$(ups | wc -w)" $((n + 1)) 'everything is up'
after=$(pids)
is "$(echo "$before $after" | tr ' ' '\n' | grep . | sort | uniq -d)" '' \
	'and was restarted'
few 40 reeve-rc -l live -D change;	is $? 0 'a stop in portions'
is "$(ups)" '' 'everything is down'
is "$(cat oneshots | tr '\n' ' ')" 'up shot down shot ' \
	'the oneshot went up once and down once'

# --- at every limit: done, or nothing touched
rc start s1 s2 shot
: >oneshots
now=two other=one bad=
for files in $(seq 5 30); do
	share || continue
	was="$(pid s1) $(pid s2)"
	few $files reeve-rc-update -l live db.$other >out 2>&1
	code=$?
	is_now="$(pid s1) $(pid s2)"
	case $code in
	0)	[ "$was" != "$is_now" ] || bad="$bad $files:said"
		_x=$now now=$other other=$_x;;
	111|127) [ "$was" = "$is_now" ] || bad="$bad $files:touched";;
	*)	bad="$bad $files:$code";;
	esac
	[ -e live/journal ] && bad="$bad $files:left"
done
is "$bad" '' 'with 5 to 30 files a switch is done or touches nothing'
is "$(cat oneshots)" '' 'and no script is run twice'
few 16 reeve-rc-update -l live db.$other 2>err
is $? 111 'too few'
like "$(cat err)" 'no more than 16 files may be open, which is too few' 'is said'
end
