#!/bin/sh
# layout.sh - the tree is what CONTRIBUTING says: includes go one way, every
# program has a page and a test, every page passes mandoc's lint and refers
# only to pages that exist, exported names carry their module.
# ONCE
. "$TESTS/lib.sh"
cd "$SRC" || exit 111

# allowed FOLDER: folders that its files may include from
# (what stands in for s6-linux-init is process 1, and uses init/ besides)
allowed() {
	case $1 in
	lib) echo lib ;;
	supervise) echo lib supervise ;;
	log) echo lib log ;;
	svscan) echo lib supervise svscan ;;
	# A logging script is checked when it is compiled, by the same parser.
	rc) echo lib supervise svscan rc log/script.h ;;
	init) echo lib supervise svscan rc init ;;
	tools) echo lib supervise svscan rc log tools ;;
	esac
}
for d in lib supervise svscan rc log init tools; do
	[ -d $d ] || continue
	pat=$(allowed $d | sed 's,\([a-z]\)\( \|$\),\1/\2,g; s,\.h/,.h",; s/ /|/g')
	is "$(grep -rnE '^#include "[a-z]+/' --include='*.[ch]' $d |
		grep -vE -e "#include \"($pat)" \
			-e '^tools/s6/linux-init/[^:]*:[0-9]*:#include "init/')" '' \
		"$d/ includes only from: $(allowed $d)"
done

# What only some systems have is asked for in one place for each system; of
# the two others, each is a small header with a body for each system too.
is "$(grep -rnE -e '<(sys/(prctl|mount|syscall|signalfd|inotify|epoll|eventfd|timerfd|reboot|vfs|sysctl|procctl|event|auxv|swap|sysmacros)|linux/[a-z_/]+|sched)\.h>' \
	-e '\b(prctl|syscall|unshare|setns|clone|mount|umount2?|unmount|reboot|epoll_[a-z0-9_]+|inotify_[a-z0-9_]+|signalfd|eventfd|timerfd_[a-z]+|pidfd_[a-z_]+|getauxval|splice|pipe2|accept4|memfd_create|getrandom|sysctl|kqueue|kevent|procctl|pivot_root)\(' \
	-e 'SYS_[a-z]|F_OFD_|SO_PEERCRED|SO_PASSCRED|MSG_CMSG_CLOEXEC' \
	-e 'SOCK_(CLOEXEC|NONBLOCK)|O_PATH|O_TMPFILE|"/proc/' \
	-e 'HAS_LINUX|__linux__|__(Free|Net|Open)BSD__' --include='*.[ch]' \
	lib svscan supervise rc log tools init |
	grep -vE '^((lib|init)/os-[a-z-]*|lib/ready|tools/front/proc)\.c:')" '' \
	'calls of one system are in lib/os-*.c and init/os-*.c only'

# A file is found by its name: two of one name do the same job, each for its
# daemon or its system, or they are renamed; and a name says which job.
same='act.c os-bsd.c os-linux.c'
is "$(find lib supervise svscan rc log init tools -name '*.c' | sed 's,.*/,,' |
	sort | uniq -d | tr '\n' ' ')" "$same " \
	"no two files of one name but those of one job in each place: $same"
is "$(find lib supervise svscan rc log init tools -name '*.[ch]' |
	grep -E '/(utils?|misc|common|helpers?|stuff|tools?|general)\.[ch]$')" '' \
	'no file has a name that says nothing'

# What lies at the top of the tree is listed here, so that nothing is left
# there by accident; and no file tells of the machine that it was made on.
if git rev-parse --git-dir >/dev/null 2>&1; then
	is "$(git ls-files | sed 's,/.*,,' | sort -u | grep -vxE -e 'init|svscan' \
		-e 'supervise|rc|log|tools|lib|tests|doc|debian|packaging' \
		-e 'Makefile|configure|(README|CONTRIBUTING|SECURITY)\.md' \
		-e 'NEWS|LICENSE|VERSION|\.ci|\.github|\.clang-format' \
		-e '\.git(-blame-ignore-revs|ignore|attributes)')" '' \
		'nothing else is at the top'
	is "$(git grep -lIE -e '(^|[^a-zA-Z0-9_.$}"])/(work|home/[a-z]+|Users|builds?)/[a-z]' \
		-- . ':!tests/golden' ':!tests/layout.sh')" '' \
		'no path of a machine that it was built on'
else
	skip 2 'not a git tree'
fi

# tools/s6 is what exists only so that s6's names work: nothing of ours runs or
# writes it, and no page of ours takes it for an example.
only=$(make -s -C "$BUILD" s6progs | sed 's/s6-//g; s/ /|/g')
is "$(grep -rnE -e "\"(exec |[^\" ]*/)?(reeve-|s6-)($only)[ \"\\\\]" \
	-e "words_sister\([^,]*, \"($only)\"" --include='*.[ch]' lib svscan \
	supervise rc log tools init | grep -v '^tools/s6/')" '' \
	'nothing of ours runs what only the names of s6 need'
is "$(grep -nE "^\.Dl .*(reeve|s6)-($only)( |\$)" doc/reeve*.[1578])" '' \
	'nor does a page of ours'

has_test() {
	# Tests write ${P}svok, the whole name, or the name in s6.
	_n=${1#reeve-} _n=${_n#s6-}
	grep -rlqE -e "((\\\$\{P\}|\\\$P|reeve-|s6-)$_n|\<$1)([^a-z0-9-]|\$)" \
		tests/*/*.sh tests/*.sh 2>/dev/null
}
for p in "$BUILD"/bin/*; do
	p=${p##*/}
	[ "$p" = reeve-multicall ] && continue
	ok "$p has a man page" sh -c "ls doc/$p.[18] >/dev/null 2>&1"
	[ "$p" = reeve ] || ok "$p has a test" has_test "$p"
done

if command -v mandoc >/dev/null; then
	for m in doc/*.[1578]; do
		is "$(mandoc -Tlint -W style "$m" 2>&1 |
			grep -v -e 'referenced manual not found' -e 'mandoc.db' \
				-e 'operating system explicitly specified')" '' \
			"lint of $m"
	done
else
	skip 1 'mandoc is not installed'
fi
# A reference to one of our own pages must not dangle; that of a program that
# has our name too is to the page of s6 itself.
is "$(grep -hE '^\.Xr (reeve|s6-|ucspilogd)' doc/*.[1578] | awk '{print $2, $3}' |
	tr -d ',.;:)' | sort -u | while read -r n s; do
		[ -e "doc/$n.$s" ] || case $n in
		s6-*) ls doc/reeve-"${n#s6-}".[18] ;;
		*) false ;;
		esac >/dev/null 2>&1 || echo "$n($s)"
	done)" '' \
	'every page that is referred to exists'

# What SECURITY.md promises has a test, and the test is there.
is "$(sed -n '/^## Promised/,/^## Not/p' SECURITY.md | grep '^|' | sed 1,2d |
	while read -r line; do
		t=$(echo "$line" | sed 's/.*| \([^|]*\) |$/\1/' |
			grep -o '`[^`]*\.sh`' | tr -d '`')
		[ -n "$t" ] || echo "no test: $line"
		for f in $t; do
			case $f in tests/*) ;; *) f=tests/security/$f ;; esac
			[ -f "$f" ] || echo "no $f: $line"
		done
	done)" '' 'every promise of SECURITY.md names a test that exists'
end
