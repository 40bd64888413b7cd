# differ.sh - compare our programs with Debian's s6 on the same command
# line.  Sourced by tests of this directory.
# shellcheck shell=sh
[ -n "$THEIRS" ] || skip_all 'no s6 here to compare with'
PATH=$THEIRS:$PATH
mkdir names
for _n in "$BUILD"/bin/reeve-*; do
	ln -s "$_n" "names/s6-${_n##*/reeve-}"
done
ln -s "$BUILD"/bin/s6-* names/
ours=$PWD/names/

# same LABEL PROGRAM ARG...: Debian's s6-PROGRAM and ours by that name, called
# with the same arguments in copies of the same directory with the same input, print
# the same and exit alike.  SAME=code compares the exit code only.  NORM is a
# sed script for what may differ.
same() {
	share || return 0
	_l=$1 _p=$2; shift 2
	for _x in s6- reeve-; do
		rm -rf "$_x.d"
		cp -a start "$_x.d"
		# A literal %P in an argument is the prefix.
		(cd "$_x.d" || exit
		case $_x in s6-) X=s6- ;; *) X=${ours}s6- ;; esac
		each "$_p" "$@") >"$_x.out" 2>"$_x.err" \
			<"${IN:-/dev/null}"
		echo "exit $?" >>"$_x.out"
		sed -e "${NORM-}" "$_x.out" >"$_x.norm"
		[ "${SAME-}" = code ] && sed -n '$p' "$_x.norm" >"$_x.tail" &&
			mv "$_x.tail" "$_x.norm"
	done
	is "$(cut -c1-200 reeve-.norm)" "$(cut -c1-200 s6-.norm)" \
		"$_l: as Debian's" ||
		sed 's/^/# /' reeve-.err
}

each() {
	_prog=$1; shift
	for _a; do
		shift
		case $_a in
		*%P*) _a=$(printf %s "$_a" | sed "s|%P|$X|g") ;;
		esac
		set -- "$@" "$_a"
	done
	"$X$_prog" "$@"
}
mkdir start
