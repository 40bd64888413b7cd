#!/bin/sh
# rc/tree-ends.sh - a supervise ends, and no other one comes, between the look
# at it and the letter that it is sent: the letter is lost, and its end was
# said to nobody.  Who waits notices, and says what happened; so does a switch
# whose tree ends in the middle, which goes on when there is one again.
. "$TESTS/lib.sh"
. "$TESTS/helpers/tree.sh"
need strace
strace -o /dev/null true 2>/dev/null || skip_all 'strace cannot trace here'
super_of() { pgrep -o -f "^[^ ]*reeve-supervise $1\$"; }
said() { grep -q -e "$1" out; }
definitions
echo true >t/sv/mnt/down
reeve up >/dev/null 2>&1 || bail 'reeve up'

# slow_end SERVICE: its supervise says that it ends, and lives on for a while
slow_end() {
	super=$(super_of "$1")
	strace -qq -o "$PWD/trace" -e trace=exit_group \
		-e inject=exit_group:delay_enter=3000000 -p "$super" 2>err &
	tracer=$!
	traced() { ! grep -q '^TracerPid:	0$' "/proc/$super/status"; }
	within 10 traced || bail "no tracer: $(cat err)"
	reeve-svc -xd "t/live/servicedirs/$1"
	ends() { grep -q exit_group trace; }
	within 10 ends || bail 'it does not end'
}
for verb in stop start; do
	kill -KILL "$(pgrep -o -x reeve-svscan)"
	slow_end web
	timeout 20 reeve-rc -l "$PWD/t/live" $verb web >out 2>&1
	case $verb in
	start) is $? 30 "$verb: what is lost is noticed" || show out
		ok "$verb: with the reason" said 'there is no supervision tree any more' ;;
	*) is $? 0 "$verb: one that ends is down" || show out ;;
	esac
	wait $tracer
	reeve up >/dev/null 2>&1;	is $? 0 "$verb: and up again"
	ok "$verb: it is whole" within 10 reeve status --check
done

# --- all ends between what a switch stops and what it starts
printf 'sh -c ": >%s/begun; until test -e %s/go; do sleep 0.02; done"\n' \
	"$PWD" "$PWD" >t/sv/mnt/down
reeve switch -q
echo 'echo new' >t/sv/mnt/up
echo 'exec sleep 1003' | longrun web
echo true >t/sv/mnt/down
reeve-switch -q >out 2>&1 & switch=$!
within 10 test -e begun || bail 'no down script'
reeve-svscanctl -t t/service
told() { ! reeve-svok t/live/servicedirs/web; }
within 10 told || bail 'it is not told to end'
: >go
within 20 no_process $switch
wait $switch;			is $? 13 'a switch whose tree ends ends, too' || show out
like "$(cat out)" 'told to end|no supervision tree|unable to have new services supervised' 'and says why' || show out
reeve up >out 2>&1;		is $? 0 'when there is a tree again it goes on' || show out
like "$(cat t/live/servicedirs/web/run)" 1003 'to the new set'
ok 'all is up' within 10 reeve status --check
reeve down >/dev/null 2>&1
end
