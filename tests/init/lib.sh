# lib.sh - a container around reeve-init.  Included by the tests of init.
# shellcheck shell=sh
. "$TESTS/lib.sh"

# boxed [OPTION...] -- COMMAND...: COMMAND as process 1 of a new pid
# namespace.  -r: root file system read-only; -u UID: as that user, who has
# no capability; -w: a tmpfs on /run, writable for all; -x: the same, noexec;
# -t: the same on $PWD/box.  Environment: what the test has.
boxed() {
	_set='mount -t proc proc /proc' _as='exec "$@"'
	# What a test writes to stays writable.
	[ -z "$OUT" ] || _set="$_set; mount --bind $OUT $OUT"
	while [ "$1" != -- ]; do
		case $1 in
		-w) _set="$_set; mount -t tmpfs -o mode=1777 run /run" ;;
		-x) _set="$_set; mount -t tmpfs -o mode=1777,noexec run /run" ;;
		-t) mkdir -p box
		    _set="$_set; mount -t tmpfs -o mode=1777 box $PWD/box" ;;
		-r) _set="$_set; mount -o remount,bind,ro /" ;;
		-u) shift
		    _as="exec setpriv --reuid $1 --regid $1 --clear-groups"
		    _as="$_as --bounding-set=-all --inh-caps=-all -- \"\$@\"" ;;
		esac
		shift
	done
	shift
	env --default-signal=INT,QUIT \
		unshare --pid --fork --kill-child --mount --propagation private \
		sh -c "$_set; $_as" sh "$@"
}

# inside PID: pid, as we see it, of process 1 of the container that was
# started in the background as PID.
inside() {
	_q=$1 _n=0
	while [ $_n -lt 500 ]; do
		_n=$((_n + 1))
		# The innermost number is 1.
		case $(sed -n 's/^NSpid:[[:space:]]*//p' "/proc/$_q/status" \
			2>/dev/null | tr '\t' ' ') in
		*' 1') echo "$_q"; return ;;
		esac
		_c=$(cat "/proc/$_q/task/$_q/children" 2>/dev/null)
		if [ -n "$_c" ]; then _q=${_c%% *}; else sleep 0.01; fi
	done
	echo none
}
