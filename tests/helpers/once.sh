# once.sh - oneshots that write down what runs: o needs p.  Beside tree.sh.
# shellcheck shell=sh disable=SC2034,SC3043

RUNNER=$REEVE_HOME/live/servicedirs/s6rc-oneshot-runner
ONCE=$PWD/once
mkdir -p "$ONCE"

# mark NAME up|down: begin, wait while it is held, end.  "two" if another runs.
cat >"$ONCE/mark" <<END
#!/bin/sh
mkdir $ONCE/\$1.lock || echo two >>$ONCE/\$1.ran
echo \$2-begin >>$ONCE/\$1.ran
while [ -e $ONCE/\$1.hold ]; do echo >$ONCE/\$1.held; sleep 0.05; done
rm -f $ONCE/\$1.held
rmdir $ONCE/\$1.lock
echo \$2 >>$ONCE/\$1.ran
END
once_oneshot() { # once_oneshot NAME VERSION
	mkdir -p "t/sv/$1" t/sv/default/contents.d
	echo oneshot >"t/sv/$1/type"
	echo "sh $ONCE/mark $1 up $2" >"t/sv/$1/up"
	echo "sh $ONCE/mark $1 down $2" >"t/sv/$1/down"
	: >"t/sv/default/contents.d/$1"
}
once_set() {
	mkdir -p t/sv/default/contents.d t/sv/o/dependencies.d
	echo bundle >t/sv/default/type
	once_oneshot o 1
	once_oneshot p 1
	: >t/sv/o/dependencies.d/p
}
_version=1
new_version() { _version=$((_version + 1)); once_oneshot "$1" $_version; }
hold() { : >"$ONCE/$1.hold"; }
held() { [ -e "$ONCE/$1.held" ]; }
release() { rm -f "$ONCE/$1.hold"; }
# once_faults NAME...: what must not have happened.
once_faults() {
	for _n; do
		awk -v n="$_n" '/begin/ { next }
			$1 == "two" { print n ": two at once" }
			$1 == "up" { if (up++) print n ": up twice" }
			$1 == "down" { if (!up) print n ": down, not up"; up = 0 }' \
			"$ONCE/$_n.ran"
	done
}
