#!/bin/sh
# rc/model-switch.sh - the protocol of a switch, every order of its steps, by spin:
# killed between any two of them, with steps that fail, by several changers at
# once.  What is decided and what becomes of a state is taken from the code itself
# (modeltables), the steps are compared with what a real switch does.  And a
# model in which one thing is wrong has to fail.
# TIMEOUT: 600
# ONCE
. "$TESTS/lib.sh"
need spin gcc
cp "$TESTS"/model/*.pml . || bail "no models"
modeltables >tables.h || bail 'the tables of the code cannot be had'

check() { # check FILE SPIN-OPTION...: errors and states, or what went wrong
	_f=$1; shift
	spin -a "$@" "$_f" >spin.out 2>&1 || { cat spin.out; return; }
	gcc -O0 -w -DSAFETY -DNOREDUCE -o pan pan.c 2>&1 || return
	./pan -m1000000 -w24 >pan.out 2>&1
	sed -n 's/.*errors: \([0-9]*\).*/errors \1/p; s/^ *\([0-9]*\) states, stored.*/states \1/p; s/^pan:1: //p' \
		pan.out | tr '\n' ' '
}
holds() { # holds WHAT FILE SPIN-OPTION...
	_what=$1; shift
	_got=$(check "$@")
	like "$_got" 'errors 0 states [0-9]+' "$_what"
	echo "# $_what: $_got"
}
# A model with one thing changed: what holds in it would prove nothing.
breaks() { # breaks WHAT FILE SED-COMMAND
	sed "$3" "$2" >broken.pml
	not "$1: that is another model" cmp -s "$2" broken.pml
	like "$(check broken.pml)" 'assert.*errors 1|errors 1' "$1: found"
}

holds 'a switch, cut off anywhere' switch.pml
holds 'by two updaters that fail more often' switch.pml \
	-DERRORS=2 -DFAILURES=2 -DSTUCK=2
[ -z "$REEVE_LONG" ] || holds 'by three that are killed' switch.pml \
	-DUPDATERS=3 -DCRASHES=3 -DERRORS=2 -DFAILURES=2 -DSTUCK=2
breaks 'the journal goes before the link to boot is set' switch.pml \
	's,^\t\tif :: what -> boot = what.*,\t\tjournal = false; may_die;&,'
breaks 'what is stopped is not owed first' switch.pml \
	's,flags\[live\] = flags\[live\] | STATE_OWED;,skip;,'
breaks 'the commit comes before the journal' switch.pml \
	's,^\t\t\tatomic {\t\t/\* STEP 2 journal,\t\t\tlive = to; may_die;&,'
breaks 'two updaters at once' switch.pml 's,!locked -> locked = true,true -> skip,'
breaks 'an undo that is cut off is forgotten' switch.pml \
	's,way = GO_ON(CASE);,way = (GO_ON(CASE) == BACK -> FORGET : GO_ON(CASE));,'

# --- the steps of a real switch, in the order of the model
. "$TESTS/helpers/rc.sh"
place
need strace reeve-svscan
strace -o /dev/null true 2>/dev/null || { skip 1 'strace cannot trace here'; end; }
longrun $sv s
bundle $sv default s
scanned home/service
sw; is $? 0 'a first set'
echo '# changed' >>$sv/s/run
strace -f -o trace -s 300 -e trace=rename,renameat,renameat2,unlinkat \
	reeve-switch -q >/dev/null 2>&1
grep -oE 'rename.*' trace | sed 's/^/# /' >renames
is "$(sed -n -e 's/.*rename.*"gen\/[0-9]*").*/prepare/p' \
	-e 's/.*rename.*, "journal".*/journal/p' \
	-e 's/.*rename.*, "current".*/commit/p' \
	-e 's/.*rename.*, "[^"]*\/boot".*/boot/p' \
	-e 's/.*unlinkat(.*"journal".*/forget/p' trace | uniq | tr '\n' ' ')" \
	"$(sed -n 's,.*/\* STEP \([0-9] [a-z]*\).*,\1,p' switch.pml | sort -n |
		sed 's/. //' | grep -vE 'stop|start' | tr '\n' ' ')" \
	'a real switch takes the steps of the model in their order'
end
