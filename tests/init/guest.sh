#!/bin/sh
# guest.sh - what tests/helpers/guest.sh promises to the tests that run in a
# virtual machine: cgroup v2 with its controllers, all capabilities, and there
# supervise puts a service in the cgroup that its definition names.
# PART 2
# TIMEOUT: 240
. "$TESTS/lib.sh"
. "$TESTS/helpers/guest.sh"
in_guest

is "$(id -u)" 0 'root'
is "$(sed -n 's/^CapEff:[[:space:]]*0*//p' /proc/self/status)" \
	"$(sed -n 's/^CapBnd:[[:space:]]*0*//p' /proc/1/status)" \
	'... with every capability'
cg=/sys/fs/cgroup
for c in cpu memory pids io; do
	like "$(cat $cg/cgroup.subtree_control)" "(^| )$c( |\$)" \
		"controller $c is there for children"
done
mkdir $cg/t
service s <<'END2'
(setsid sleep 1000 &)
cat /proc/self/cgroup >where
exec sleep 1000
END2
echo $cg/t >s/cgroup
supervised s
ok 'a service runs' within 30 test -s s/where
is "$(cat s/where)" '0::/t' '... in its cgroup'
ok '... with what it started' within 10 sh -c \
	"[ \$(wc -l <$cg/t/cgroup.procs) = 2 ]"
reeve-svc -d s
ok '... of which nothing is left after a stop' within 20 sh -c \
	"[ ! -s $cg/t/cgroup.procs ]"
within 10 down s
end
