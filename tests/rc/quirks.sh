#!/bin/sh
# rc/quirks.sh - odd definitions: called as s6-rc-compile we accept and refuse
# what s6-rc-compile accepts and refuses, with the same exit code and the
# same meaning.  Each case is made here from scratch.  The exit codes are
# those seen with s6-rc 0.7.  None differs; what a database holds besides is
# said at the end.
# TIMEOUT: 120
. "$TESTS/lib.sh"
mkdir bin
for p in compile db; do
	ln -s "$(command -v reeve-rc-$p)" bin/s6-rc-$p
done
PATH=$PWD/bin:$PATH

# new: an empty source s0.  o, l, b NAME: a oneshot, a longrun, a bundle.
new() { rm -rf s0 s1 out; mkdir s0; }
o() { mkdir -p "s0/$1"; echo oneshot >"s0/$1/type"; echo true >"s0/$1/up"; }
l() { mkdir -p "s0/$1"; echo longrun >"s0/$1/type"; echo '#!/bin/sh' >"s0/$1/run"; }
b() { mkdir -p "s0/$1"; echo bundle >"s0/$1/type"; : >"s0/$1/contents"; }
# f FILE FORMAT: a file by printf
f() { case $1 in */*) mkdir -p "s0/${1%/*}" ;; esac; printf -- "$2" >"s0/$1"; }

# t EXIT LABEL [SOURCE...]: compile; t1: and say what it said
t() {
	_want=$1 _label=$2; shift 2
	[ $# -gt 0 ] || set -- s0
	s6-rc-compile out "$@" >said 2>&1; _got=$?
	is $_got "$_want" "$_label" || show said
	if [ $_got != 0 ] && [ "$_label" != 'output directory exists' ]; then
		[ ! -e out ] || is there 'no output' "$_label: nothing is written"
		like "$(cat said)" '^s6-rc-compile: (error|fatal): ' "$_label: it is said"
	fi
}
# db RESULT LABEL QUESTION...
db() {
	_w=$1 _l=$2; shift 2
	is "$(s6-rc-db -c out "$@" | tr '\0\n' '|;')" "$_w" "$_l: $*"
}
# what a file of a longrun is after compiling
file() { s6-rc-db -c out --json show "$1" >j; sed -n "s|.*{\"path\":\"$2\",\"kind\":\"file\",\"mode\":\"[0-7]*\",\"data\":\"\\([^\"]*\\)\".*|\\1|p" j; }
mode() { s6-rc-db -c out --json show "$1" | sed -n "s|.*{\"path\":\"$2\",\"kind\":\"\\([a-z]*\\)\",\"mode\":\"\\([0-7]*\\)\".*|\\1 \\2|p"; }

# --- type
type() { new; o a; f a/type "$1"; [ "${4-}" ] && f a/run '#!/bin/sh\n' && f a/contents ''; t "$2" "$3"; }
type oneshot 0 'type without final newline'
type 'oneshot ' 1 'type "oneshot " trailing space'
type 'oneshot \n' 1 'type "oneshot \\n"'
type ' oneshot\n' 1 'type leading space'
type 'oneshot\r\n' 1 'type CRLF oneshot'
type 'longrun\r\n' 1 'type CRLF longrun' run
type 'bundle\r\n' 1 'type CRLF bundle' run
type 'oneshot\n\n' 0 'type "oneshot\\n\\n"'
type 'longrun\n\n' 0 'type "longrun\\n\\n"' run
type 'bundle\n\n' 1 'type "bundle\\n\\n"' run
type 'longrun\n#comment' 0 'type with a comment behind it' run
type 'longrunX' 1 'type "longrunX"' run
type 'Oneshot\n' 1 'type "Oneshot"'
type '' 1 'type empty'
new; o a; rm s0/a/type; t 111 'type missing'
new; o a; rm s0/a/type; mkdir s0/a/type; t 111 'type is a directory'
new; o a; mv s0/a/type s0/a/t; ln -s t s0/a/type; t 0 'type is a symlink to a file'
type 'oneshot\0\0' 1 'type NUL padded'

# --- source directories and names
new; t 0 'empty source directory'; like "$(cat said)" 'warning.*empty' 'it warns'
new; o a; f README 'x\n'; t 0 'plain file in source directory'
new; o a; mkdir s0/.git; t 0 'dot directory ignored'
new; o a; o .b; t 0 'dot definition ignored'; db 'a;' 'it is not there' list all
new; o a; ln -s nowhere s0/b; t 111 'broken symlink in source directory'
new; o a; mkdir s1; mv s0/a s1/a; ln -s ../s1/a s0/a; t 0 'definition is a symlink to a directory'
db 'a;' 'and counts' list all
new; rmdir s0; t 111 'source dir missing'
new; o 'a b'; t 0 'name with space'; db 'a b;' 'kept' list all
new; o 'a@b'; o c:d; o é; t 0 'name with @ : , unicode'; db 'a@b;c:d;é;' 'kept' list all
new; o 'a
b'; t 1 'name with newline'
new; o -a; t 0 'name with leading dash'
new; o a; f s6-rc-x ''; t 1 'file with reserved name'
new; o s6rc-foo; t 1 'directory s6rc-foo'
new; o s6-rc-foo; t 1 'directory s6-rc-foo'
new; o a; f a/dependencies 's6rc-fdholder\n'; t 1 'dependency named s6rc-fdholder'
new; o a; cp -R s0 s1; t 1 'duplicate in two sources' s0 s1
new; o a; cp -R s0 s1; echo bundle >s1/a/type; : >s1/a/contents; t 1 'duplicate bundle/oneshot in two sources' s0 s1
new; o a; mkdir s1; cp -R s0/a s1/b; t 0 'two sources' s0 s1

# --- dependencies and bundles
new; o a; f a/dependencies 'zz\n'; t 1 'undefined dependency'
new; b B; f B/contents 'zz\n'; t 1 'undefined bundle content'
new; o a; f a/dependencies 'a\n'; t 1 'self dependency'
new; o a; o b; f a/dependencies 'b\n'; f b/dependencies 'a\n'; t 1 '2-cycle of dependencies'
like "$(cat said)" 'a -> b -> a|b -> a -> b' 'the cycle is printed whole'
new; o a; b B; f B/contents 'a\n'; f a/dependencies 'B\n'; t 1 'cycle through a bundle'
new; b B; f B/contents 'B\n'; t 1 'bundle contains itself'
new; b B; b C; f B/contents 'C\n'; f C/contents 'B\n'; t 1 'bundle cycle'
new; b B; t 0 'empty bundle (empty contents)'; db 'B;' 'it is there' list all
new; b B; rm s0/B/contents; mkdir s0/B/contents.d; t 0 'empty bundle (empty contents.d)'
new; b B; rm s0/B/contents; t 111 'bundle without contents'
new; o a; b B; f B/dependencies 'a\n'; t 0 'bundle with dependencies file'
new; o a; b B; b C; f B/contents 'C\n'; f C/contents 'a\n'; t 0 'nested bundles'; db 'a;' 'flattened' contents B
new; o a; o b; b B; f B/contents 'b\n'; mkdir s0/B/contents.d; : >s0/B/contents.d/a
t 0 'contents and contents.d: which wins'; db 'a;' 'contents.d' contents B
new; o a; o b; o c; f a/dependencies 'c\n'; mkdir s0/a/dependencies.d; : >s0/a/dependencies.d/b
t 0 'dependencies and dependencies.d: which wins'; db 'b;' 'dependencies.d' dependencies a
new; o a; o c; f a/dependencies 'c\n'; mkdir s0/a/dependencies.d
t 0 'empty dependencies.d hides dependencies'; db '' 'none' dependencies a
new; o a; f a/dependencies.d ''; t 111 'dependencies.d is a plain file'
new; o a; mkdir s0/a/dependencies; t 111 'dependencies is a directory'
dep() { new; o a; o b; mkdir s0/a/dependencies.d; }
dep; : >s0/a/dependencies.d/.gitkeep; t 0 'dotfile in dependencies.d'; db '' 'ignored' dependencies a
dep; mkdir s0/a/dependencies.d/b; t 0 'directory in dependencies.d'; db 'b;' 'counts' dependencies a
dep; ln -s nowhere s0/a/dependencies.d/b; t 0 'dangling symlink in dependencies.d'; db 'b;' 'counts' dependencies a

# --- lists
list() { new; o a; o b; f a/dependencies "$1"; t "$2" "list: $3"; }
list ' \t b\n' 0 'leading blanks, tabs'; db 'b;' 'skipped' dependencies a
list 'b \n' 1 'trailing space'
list 'b\r\n' 1 CRLF
list '# x\n\n  # y\nb' 0 'comments and blank lines, no final newline'; db 'b;' 'skipped' dependencies a
list 'b # x\n' 1 'inline comment'
list 'b\nb\n' 0 'name twice'; like "$(cat said)" 'more than once: b' 'it warns'

# --- oneshots
new; o a; rm s0/a/up; t 111 'oneshot without up'
new; o a; f a/up ''; t 0 'oneshot with empty up'
new; o a; f a/up '# nothing\n'; t 0 'oneshot with comment-only up'
new; o a; f a/up '#!/bin/execlineb -P\n/bin/echo "a b" $X'; t 0 'up with shebang, no final newline'
db '/bin/echo|a b|$X|' 'words' script a
new; o a; f a/up 'if { true\n'; t 1 'up with unmatched {'
like "$(cat said)" 's0/a/up:1: unmatched \{' 'it is named'
new; o a; f a/up 'if true }\n'; t 1 'up with unmatched }'
new; o a; f a/up 'echo "a\n'; t 1 'up with unterminated quote'
new; o a; f a/up '/bin/true\r\n'; t 0 'up CRLF'; db '/bin/true|' 'no CR' script a
new; o a; rm s0/a/up; mkdir s0/a/up; t 111 'up is a directory'
new; o a; f a/up 'true\0x\n'; t 0 'up with NUL'
new; o a; f a/run 'x\n'; f a/whatever 'x\n'; f a/up.bak ''; t 0 'oneshot with run and unknown files'

# --- longruns
new; l a; rm s0/a/run; t 1 'longrun without run'
new; l a; rm s0/a/run; mkdir s0/a/run; t 1 'longrun run is a directory'
new; l a; rm s0/a/run; ln -s /bin/sh s0/a/run; t 0 'longrun run is a symlink to a binary'
is "$(mode a run)" 'file 0755' 'copied'
new; l a; rm s0/a/run; ln -s nowhere s0/a/run; t 1 'longrun run dangling symlink'
new; l a; f a/run ''; chmod 644 s0/a/run; t 0 'longrun run empty, not executable'; is "$(mode a run)" 'file 0755' 'made executable'
new; l a; f a/finish 'x\n'; t 0 'longrun finish not executable'; is "$(mode a finish)" 'file 0755' 'made executable'
new; l a; mkdir s0/a/log; f a/log/run ''; f a/down ''; f a/nosetsid ''; f a/up ''; f a/xyz ''; t 0 'longrun with log/ down nosetsid up unknown'
is "$(mode a down)$(mode a log)$(mode a xyz)" '' 'none of them is kept'
new; l a; f a/data/x/y 'y\n'; ln -s x s0/a/data/l; f a/env/FOO 'bar\n'; f a/template/run ''; t 0 'longrun with data env template symlinks'
is "$(mode a data/l) $(mode a data/x/y) $(mode a instance) $(mode a instances) $(mode a template/run)" \
	"link 0777 file 0$(stat -c %a s0/a/data/x/y) directory 0755 directory 0755 file 0$(stat -c %a s0/a/template/run)" 'all are kept as they are'
new; l a; f a/data 'x\n'; t 1 'data is a file'

# --- numbers
number() { new; l a; f "a/$1" "$2"; t "$3" "$1 $4"; }
number notification-fd 3 0 '"3" no newline'; is "$(file a notification-fd)" '3\n' 'a newline is added'
number notification-fd '3 \n' 111 '"3 \\n"'
number notification-fd '3\r\n' 111 CRLF
number notification-fd ' 3\n' 111 '" 3"'
number notification-fd '' 111 empty
number notification-fd '3\njunk' 0 '"3\\njunk"'; is "$(file a notification-fd)" '3\n' 'junk is dropped'
number notification-fd '1\n' 0 1; like "$(cat said)" 'warning.*notification-fd of 1' 'it warns'
number notification-fd '-3\n' 111 -3
new; l a; f a/notification-fd '3\n'; f a/lock-fd '3\n'; t 1 'notification-fd = lock-fd'
number timeout-up 5000 0 '"5000" no newline'; db '5000;' read timeout a
number timeout-up '5000\n\n' 0 '"5000\\n\\n"'
number timeout-up '5000\r\n' 1 CRLF
number timeout-up '5s\n' 1 '"5s"'
number timeout-up '' 1 empty
number timeout-up '4294967295\n' 0 4294967295; db '4294967295;' read timeout a
number timeout-up '4294967296\n' 1 4294967296
number timeout-kill 'x\n' 111 '"x"'
number max-death-tally '5000\n' 0 5000; is "$(file a max-death-tally)" '5000\n' 'kept'
number down-signal SIGFOO 0 'junk kept verbatim'; is "$(file a down-signal)" SIGFOO 'verbatim'

# --- pipelines: p writes to c
pipe() { new; l p; l c; f p/producer-for 'c\n'; f c/consumer-for 'p\n'; f c/pipeline-name 'P\n'; }
pipe; t 0 'simple pipeline'; db 'c;' 'a producer depends on its consumer' dependencies p
db 'c;p;' 'the bundle' contents P
is "$(file p stdout-fifo)$(file c stdin-fifo)" '../../fifo/c\n../../fifo/c\n' 'both ends have one pipe'
pipe; f c/pipeline-name P; t 0 'pipeline-name without newline'; db 'bundle;' 'made' type P
pipe; f c/pipeline-name ''; t 1 'pipeline-name empty'
pipe; f c/pipeline-name 'p\n'; t 1 'pipeline-name equal to a service'
pipe; f c/pipeline-name 's6rc-x\n'; t 1 'pipeline-name reserved'
pipe; f c/pipeline-name 'P\nQ\n'; t 1 'pipeline-name two names'
pipe; f p/pipeline-name ''; t 0 'pipeline-name empty on a producer'; like "$(cat said)" 'warning: s0/p/pipeline-name' 'it warns'
new; l a; f a/pipeline-name ''; t 0 'pipeline-name empty without a pipeline'; like "$(cat said)" 'warning: s0/a/pipeline-name' 'it warns'
pipe; f p/pipeline-name 'Q\n'; t 0 'pipeline-name on a producer'; like "$(cat said)" 'warning: s0/p/pipeline-name' 'it warns'
pipe; rm s0/p/producer-for; t 1 'producer does not declare back'
pipe; rm s0/c/consumer-for; rm s0/c/pipeline-name; t 1 'consumer does not declare back'
pipe; f p/producer-for 'zz\n'; rm -r s0/c; t 1 'producer-for undefined'
pipe; f p/producer-for 'c\nd\n'; t 1 'producer-for two names'
pipe; f p/producer-for ''; t 1 'producer-for empty'
new; l c; f c/consumer-for ''; t 0 'consumer-for empty'
new; l c; o p; f c/consumer-for 'p\n'; t 1 'consumer-for a oneshot'
pipe; f p/producer-for 'c \n'; t 1 'producer-for trailing space'
new; l p; l c; f p/producer-for 'c\n'; f c/consumer-for 'p\n'; f c/producer-for 'p\n'; f p/consumer-for 'c\n'; t 1 'pipeline cycle'
new; l p; f p/producer-for 'p\n'; f p/consumer-for 'p\n'; t 1 'self pipe'
pipe; l q; f q/producer-for 'c\n'; f c/consumer-for 'p\nq\n'; t 0 'funnel: two producers, one consumer'; db 'c;p;q;' 'the bundle' contents P
new; l p; l m; l c; f p/producer-for 'm\n'; f m/consumer-for 'p\n'; f m/producer-for 'c\n'; f c/consumer-for 'm\n'; f c/pipeline-name 'P\n'
t 0 'three-stage pipeline'; db 'c;m;p;' 'the bundle' contents P; db 'p/m;m/c;' 'in order' pipeline m
is "$(file m stdin-fifo)$(file m stdout-fifo)" '../../fifo/m\n../../fifo/c\n' 'each stage has its pipe'

new; o a; b B; f B/contents 'a\n'; f B/flag-essential ''; t 0 'flag-essential on bundle propagates'; db '00000001;' 'set' flags a
new; o a; mkdir out
t 111 'output directory exists'

new; o a; b B; f B/contents 'a\n'; f B/flag-recommended ''; t 0 'flag-recommended on bundle propagates'; db '00000002;' 'set' flags a
new; o a; b B; f B/contents 'a\n'; f B/flag-recommended ''; f B/flag-essential ''; t 0 'both'; db '00000003;' 'set' flags a

# Links that lead nowhere: files that need not be there are absent.
for e in finish data env template notification-fd lock-fd timeout-kill timeout-finish max-death-tally down-signal reload-signal flag-newpidns flag-timeout-killpg flag-essential flag-recommended dependencies dependencies.d timeout-up timeout-down producer-for consumer-for pipeline-name; do
	new; l a; t 0 'without it'; cp -R out plain
	new; l a; ln -s /nowhere/at/all s0/a/$e; t 0 "$e dangles"
	ok "$e dangles: as if it were absent" diff -r out plain
	rm -r plain
done
new; o a; ln -s nowhere s0/a/down; t 0 'down dangles'
new; l a; b B; ln -s nowhere s0/B/contents.d; f B/contents 'a\n'; t 0 'contents.d dangles'; db 'a;' 'contents is taken' contents B
new; l a; rm s0/a/run; ln -s nowhere s0/a/run; t 1 'run dangles'
new; o a; rm s0/a/up; ln -s nowhere s0/a/up; t 111 'up dangles'
new; l a; b B; rm s0/B/contents; ln -s nowhere s0/B/contents; t 111 'contents dangles'

# An up with #!: only where it would not do what it looks like.
up() { new; o a; f a/up "$1"; t 0 "up: $1"; }
hint() { up "$1"; like "$(cat said)" 'warning: s0/a/up:1: this line is a comment' 'it warns'; }
quiet() { up "$1"; is "$(cat said)" '' 'nothing is said'; }
quiet '#!/bin/sh\nexec /etc/s6-overlay/scripts/one --fast\n'
quiet '#!/bin/sh\n# the script\n\n/run/me'
quiet '#!/command/with-contenv sh\nsh -c "a; b >c"\n'
quiet '#!/bin/sh\nexec foo \\\n  --bar\n'
quiet '#!/bin/sh\nif { eltest -d /x }\ntrue\n'
quiet '#!/bin/execlineb -P\nforeground { a }\nb\n'
hint '#!/bin/sh\nmkdir /run/x\nchown a /run/x\n'
hint '#!/bin/sh\nset -e\n'
hint '#!/bin/sh\necho a >/run/b\nx\n'
hint '#!/bin/sh\necho a | cat\n'
hint '#!/bin/bash\necho $HOME\n'
hint '#!/bin/sh\nX=1 foo\n'

# What differs: no s6rc-fdholder and s6rc-oneshot-runner are in a database
# (pipes are held by the supervisors, oneshots run in a daemon that is no
# part of it).  These change no verdict.
end
