#!/bin/sh
# rc/begin-cut-off.sh - the first reeve switch below a tree, killed at any call
# with which it or reeve-rc-init changes something: the next one completes it,
# also if the definitions are known already, or others by then.
# REEVE_LONG=1: every such call, instead of POINTS (8) of each kind.
# TIMEOUT: 180
. "$TESTS/lib.sh"
. "$TESTS/helpers/rc.sh"
[ "$P" = reeve- ] || skip_all 'for our own names'
need strace
strace -o /dev/null true 2>/dev/null || skip_all 'strace cannot trace here'
max=${REEVE_LONG:+100000}
max=${max:-${POINTS:-8}}
REEVE_HOME=$D/home; export REEVE_HOME
sv=home/sv
l=home/live
mkdir -p $sv bin
# The programs, of which one is run under strace.
ln -s "$REEVE_BIN"/* bin
real=$REEVE_BIN REEVE_BIN=$D/bin PATH=$D/bin:$PATH
export REEVE_BIN PATH
oneshot $sv shot
longrun $sv a shot
longrun $sv idle
longrun $sv z
bundle $sv default a z
# A sum over what changed a moment ago is not kept.
find $sv -exec touch -h -d '2000-01-01' {} +
sw() { bin/reeve-switch "$@" >out 2>&1; }
under() { # under PROGRAM STRACE-OPTION...: it is run under strace
	_p=$1; shift
	rm "bin/$_p"
	printf '#!/bin/sh\nexec strace -qq -e signal=none %s %s/%s "$@"\n' \
		"$*" "$real" "$_p" >"bin/$_p"
	chmod +x "bin/$_p"
}
plain() { ln -sf "$real/$1" "bin/$1"; }
fresh() { # nothing is live; the definitions are kept, with their sum
	[ ! -e $l ] || {
		reeve-rc -l $l -D change
		reeve-svscanctl -t home/service
		wait "$scan_pid"
	} 2>/dev/null
	rm -rf $l home/service home/state oneshots
	[ "$1" = unknown ] || sw || bail "it cannot be kept"
	scanned home/service 2>/dev/null
}
wrong() { # what is not as it should be after a start
	[ "$(echo $(reeve-rc -l $l -a list | sort))" = "a $1shot z" ] ||
		echo "up: $(reeve-rc -l $l -a list)"
	for _s in a z; do up $l/servicedirs/$_s || echo "$_s is not up"; done
	! up $l/servicedirs/idle || echo 'idle is up'
	for _s in a idle z s6rc-oneshot-runner; do
		reeve-svok $l/servicedirs/$_s || echo "$_s is not supervised"
	done
	[ "$(cat oneshots 2>&1)" = 'up shot' ] || echo "oneshot: $(cat oneshots 2>&1)"
	sw; grep -q 'nothing to do' out || echo "not done: $(cat out)"
}
calls=write,pwrite64,rename,renameat,unlink,unlinkat,symlink,symlinkat,mkdir
calls=$calls,mkdirat,mknod,mknodat,link,linkat,connect,sendmsg,openat,clone
calls=$calls,vfork,clone3
traced() { # traced PROGRAM HOW: "CALL N" of each change into ./list
	fresh "$2"
	under "$1" -o "$D/trace" -e trace="$calls"
	sw || bail "it fails under strace: $(cat out)"
	plain "$1"
	awk '{ c = $0; sub(/\(.*/, "", c); n[c]++ }
		/^openat/ && !/O_CREAT/ { next }
		/^write\([12],/ { next }
		{ print c, n[c] }' trace >list
}
changed() { # other definitions, or the same again
	case $1 in
	yes) bundle $sv default extra; longrun $sv extra ;;
	*) rm -rf $sv/extra $sv/default/contents.d/extra ;;
	esac
	find $sv -exec touch -h -d '2000-01-01' {} +
}
cut_off() { # cut_off PROGRAM HOW
	traced "$@"
	points=0 bad='' n=$(wc -l <list)
	while [ $points -lt "$max" ] && [ $points -lt "$n" ]; do
		i=$((max < n ? points * n / max + n / max / 2 : points))
		points=$((points + 1))
		share || continue
		at=$(sed -n "$((i + 1))p" list)
		w=''; fresh "$2"
		# shellcheck disable=SC2086
		set -- "$1" "$2" $at
		under "$1" -o /dev/null -e "inject=$3:signal=KILL:when=$4"
		sw; code=$?
		plain "$1"
		[ "$code" != 0 ] || code="0, which is not cut off"
		extra=''
		[ $((points % 3)) != 0 ] || { changed yes; extra='extra '; }
		sw || w="$w exit $?: $(cat out)"
		w=$w$(wrong "$extra")
		[ -z "$extra" ] || changed no
		[ -z "$w" ] || bad="$bad
at $at (exit $code): $w"
	done
	is "$bad" '' "$1 ($2), killed at $((points / parts)) of $n calls"
}
cut_off reeve-rc-init known
cut_off reeve-rc-init unknown
cut_off reeve-switch known
cut_off reeve-switch unknown

# With nothing to start, only the entries are missing.
fresh known
# Killed at the link of the first of them.
traced reeve-rc-init known
at=$(awk '{ c = $0; sub(/\(.*/, "", c); n[c]++ }
	/^symlink.*home\/service\// { print c ":signal=KILL:when=" n[c]; exit }' trace)
fresh known
under reeve-rc-init -o /dev/null -e "inject=$at"
sw --bundle ''; is $? 111 'a start of nothing is cut off at the first entry'
like "$(cat out)" 'could not be made live .reeve switch tries it again' 'which is said'
plain reeve-rc-init
ok 'the next switch' sw --bundle ''
ok 'has all supervised' reeve-svok $l/servicedirs/z
is "$(reeve-rc -l $l -a list)" '' 'and nothing started'

# By hand.
fresh known
reeve-rc-init --want none home/service >out 2>&1
is $? 100 'reeve-rc-init --want of what is not there'
like "$(cat out)" 'there is no bundle or service none in ' 'is named'
ok 'of a service' reeve-rc-init --want z home/service
like "$(reeve-rc -l $l status z)" '^z +owed +wanted' 'makes it owed'
ok 'and the next switch' sw
is "$(reeve-rc -l $l -a list)" z 'starts it'
end
