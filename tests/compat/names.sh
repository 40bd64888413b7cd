# names.sh - for tests of s6's names: a directory with s6-* links to our
# programs, and the same script run with ours and with Debian's.
# shellcheck shell=sh
NAMES=$PWD/.names
mkdir -p "$NAMES"
# As the installer does it, and links instead of copies.
# shellcheck disable=SC2046
(cd "$BUILD" && sh "$SRC/tools/s6-names" "$NAMES" $(cd bin && ls)) \
	>/dev/null 2>&1
ln -sf "$BUILD"/bin/* "$NAMES/"

# with ours|theirs COMMAND...: by s6's names.
with() {
	case $1 in
	ours) shift; PATH=$NAMES:$PATH "$@" ;;
	theirs) shift; PATH=$THEIRS:$PATH "$@" ;;
	esac
}

# What differs by nature: pids, our program names, time, a C library's words;
# and that s6-ftrigrd sometimes complains that its client has gone first.
plain() {
	sed -e 's/reeve-/s6-/g' -e 's/pid [0-9]*/pid N/g' \
		-e 's/: Address in use/: Address already in use/' \
		-e 's/: Operation timed out/: Connection timed out/' \
		-e 's/: Resource busy/: Device or resource busy/' \
		-e '/^s6-ftrigrd: .*: Broken pipe$/d' \
		-e "s,$PWD/[a-z]*\.d,DIR,g" -e 's/@4[0-9a-f]\{23\}/STAMP/g'
}

# same LABEL <SCRIPT: run it with ours and with Debian's, each in a fresh
# directory; output and exit code must be equal.  With WANT set, ours must
# also print just that.
same() {
	cat >.script
	_label=$1
	for _w in ours theirs; do
		rm -rf $_w.d; mkdir $_w.d
		[ $_w = theirs ] && [ -z "$THEIRS" ] && continue
		(cd $_w.d && with $_w timeout 60 sh ../.script; echo "exit $?") \
			>$_w.raw 2>&1 </dev/null
		plain <$_w.raw >$_w.txt
	done
	if [ -n "$THEIRS" ]; then
		if cmp -s ours.txt theirs.txt; then is 0 0 "$_label: as Debian's"
		else
			is differ same "$_label: as Debian's"
			diff theirs.txt ours.txt | show
		fi
	else
		skip 1 "$_label: no such s6 here to compare with"
	fi
	[ -z "${WANT+x}" ] || is "$(cat ours.txt)" "$WANT" "$_label: as written"
	unset WANT
	return 0
}

# same_new LABEL <SCRIPT: of what s6 has from 2.15 on.  Without such an s6 (see
# tests/newer-s6) ours is run all the same, for WANT.
same_new() {
	_theirs=$THEIRS
	[ -n "${S6_NEW-}" ] || THEIRS=
	same "$@"
	THEIRS=$_theirs
}

# record: from now on each call by an s6 name is written to $CALLS, one a
# line.  REEVE_BIN=$NAMES has what our programs call among themselves too.
record() {
	CALLS=$PWD/.calls
	: >"$CALLS"; chmod 666 "$CALLS"
	mkdir -p .recorded
	mv "$NAMES"/* .recorded/
	for _p in .recorded/*; do
		_n=${_p##*/}
		printf '#!/bin/sh\necho "%s${*:+ $*}" >>%s\nexec %s "$@"\n' \
			"$_n" "$CALLS" "$PWD/.recorded/$_n" >"$NAMES/$_n"
	done
	chmod 755 "$NAMES"/*
	# Never recorded: reeve's own names.
	ln -sf "$BUILD"/bin/reeve* "$NAMES/"
}

# recorded TEST: each call of calls.txt that is TEST's to make was made.
recorded() {
	sed -n "s/^$1	//p" "$TESTS/compat/calls.txt" >.wanted
	_missed=0
	while IFS= read -r _want; do
		_found='' _pat=$_want
		while IFS= read -r _l; do
			# shellcheck disable=SC2254
			case $_l in $_pat) _found=1; break ;; esac
		done <"$CALLS"
		[ -n "$_found" ] || { echo "# not called: $_want"; _missed=1; }
	done <.wanted
	is "$(wc -l <.wanted | sed 's/^ *0$/none/; s/^ *[0-9]*$/some/') $_missed" \
		'some 0' 'every call of the table was made'
}
