#!/bin/sh
# compat/install.sh - make install with the s6 names: every program of s6
# 2.15, s6-rc 0.7 and s6-linux-init is there, and either works (--help,
# --version, misuse is 100) or says what replaces it, which then exists; scripts that
# call them find them before Debian's, and do not notice.
# TIMEOUT: 240
# PART 2
. "$TESTS/lib.sh"
need make
[ -e "$BUILD/config.mak" ] || skip_all 'not a build directory'
make -s -C "$BUILD" install S6NAMES=yes DESTDIR="$PWD/d" >make.out 2>&1
is $? 0 'make install' || show make.out
bin=$PWD/d$(sed -n 's/^bindir *[:?]*= *//p' "$BUILD/config.mak")
ok 'the programs are there' test -x "$bin/reeve-svscan"

# --- the list, as upstream's packages have it
cat >names <<'END'
s6-accessrules-cdb-from-fs s6-accessrules-fs-from-cdb s6-alias s6-alias-chpst
s6-alias-sv s6-applyuidgid s6-background-watch s6-cleanfifodir s6-connlimit
s6-envdir s6-envuidgid s6-fdholder-daemon s6-fdholder-delete
s6-fdholder-deletec s6-fdholder-getdump s6-fdholder-getdumpc s6-fdholder-list
s6-fdholder-listc s6-fdholder-retrieve s6-fdholder-retrievec
s6-fdholder-setdump s6-fdholder-setdumpc s6-fdholder-store s6-fdholder-storec
s6-fdholder-transferdump s6-fdholderd s6-fghack s6-ftrig-listen
s6-ftrig-listen1 s6-ftrig-notify s6-ftrig-wait s6-ftrigrd s6-instance-control
s6-instance-create s6-instance-delete s6-instance-list s6-instance-maker
s6-instance-status s6-ioconnect s6-ipcclient s6-ipcserver s6-ipcserver-access
s6-ipcserver-socketbinder s6-ipcserverd s6-log s6-mkfifodir
s6-notify-fd-from-socket s6-notify-socket-from-fd s6-notifyoncheck
s6-permafailon s6-setlock s6-setsid s6-setuidgid s6-socklog s6-softlimit
s6-sudo s6-sudoc s6-sudod s6-supervise s6-svc s6-svdt s6-svdt-clear s6-svlink
s6-svlisten s6-svlisten1 s6-svok s6-svperms s6-svscan s6-svscanboot
s6-svscanctl s6-svstat s6-svunlink s6-svwait s6-tai64n s6-tai64nlocal
s6-usertree-maker ucspilogd
s6-rc s6-rc-bundle s6-rc-compile s6-rc-db s6-rc-dryrun s6-rc-fdholder-filler
s6-rc-format-upgrade s6-rc-init s6-rc-oneshot-run s6-rc-repo-init
s6-rc-repo-list s6-rc-repo-sync s6-rc-set-change s6-rc-set-commit
s6-rc-set-copy s6-rc-set-delete s6-rc-set-fix s6-rc-set-install s6-rc-set-new
s6-rc-set-status s6-rc-update
s6-linux-init s6-linux-init-echo s6-linux-init-hpr s6-linux-init-logouthookd
s6-linux-init-maker s6-linux-init-nuke s6-linux-init-shutdown
s6-linux-init-shutdownd s6-linux-init-telinit s6-linux-init-umountall
END
# What can only be internal to another suite, or what reeve has.
stubs='s6-ftrigrd s6-rc-dryrun s6-rc-fdholder-filler s6-rc-oneshot-run'
stubs="$stubs $(grep -o 's6-rc-repo-[a-z]*\|s6-rc-set-[a-z]*' names | tr '\n' ' ')"
PATH=$bin:$PATH REEVE_BIN=$bin
export PATH REEVE_BIN

# exists WORDS: "reeve status" or "reeve-rc -n" is something that there is.
exists() {
	case $1 in
	reeve) reeve help --list | grep -q "^$2	" || return
		[ "${3#-}" = "${3-}" ] || reeve "$2" --help | grep -q -e "$3" ;;
	reeve-*) command -v "$1" >/dev/null || return
		[ "${2#-}" = "${2-}" ] || "$1" --help | grep -q -e "^ *$2" ;;
	*) false ;;
	esac
}
# shellcheck disable=SC2013
for n in $(cat names); do
	case " $stubs " in
	*" $n "*)
		said=$("$n" --help 2>&1 >out); r=$?
		is "$r $(wc -c <out)" '100 0' "$n says what to use"
		like "$said" "^$n: fatal: Reeve does not have this program, (use|and needs none)" '... in words'
		# Each "reeve SUB" or "reeve-PROG" of the message, with one
		# option behind it.
		is "$(printf '%s\n' "$said" | grep -o 'reeve[a-z-]*\( [-a-z]*\)\{0,2\}' |
			while read -r a b c; do
				# shellcheck disable=SC2086
				exists $a ${b%,} ${c%,} || echo "$a $b $c"
			done)" '' '... which exists'
		continue ;;
	esac
	"$n" --help >out 2>err </dev/null; r=$?
	is "$r $(head -n 1 out | cut -d' ' -f1,2 | tr -d :) $(wc -c <err)" \
		"0 usage $n 0" "$n --help"
	is "$("$n" --version 2>&1 </dev/null | cut -d' ' -f1,2)" "$n (reeve)" \
		"$n --version"
	case $n in
	# Any word is its argument.
	s6-supervise|s6-linux-init-echo|s6-instance-*|s6-fghack) ;;
	*)	"$n" --no-such-option </dev/null >out 2>err; r=$?
		is "$r $(wc -c <out)" '100 0' "$n: misuse"
		like "$(cat err)" "^$n: " '... named so' ;;
	esac
done
# Not called by people: it stands in the scripts of s6-linux-init-maker.
is "$(cd "$bin" && for f in s6-* ucspilogd; do
	tr ' ' '\n' <"$OLDPWD/names" | grep -qx "$f" || echo "$f"; done)" \
	s6-linux-init-finish 'and no other name'
man=$PWD/d$(sed -n 's/^mandir *[:?]*= *//p' "$BUILD/config.mak")
is "$(ls "$bin" | grep -v '^reeve' | while read -r n; do
	[ -h "$bin/$n" ] || grep -q '^# by reeve$' "$bin/$n" ||
		[ -e "$man/man1/$n.1" ] || [ -e "$man/man8/$n.8" ] || echo "$n"
done)" '' 'what has no other name has its page'

# --- without the names there is nothing of them
make -s -C "$BUILD" install S6NAMES=no DESTDIR="$PWD/plain" >make.out 2>&1
is "$(cd plain && find . -name 's6-*' -o -name 'ucspilogd*')" '' \
	'a plain install has no name of s6'

# --- a second install changes nothing, and leaves others' files alone
(cd "$bin" && ls -l s6-* | awk '{print $1, $NF}') >before
rm "$bin/s6-svc"; echo theirs >"$bin/s6-svc"
make -s -C "$BUILD" install S6NAMES=yes DESTDIR="$PWD/d" >make.out 2>&1
is $? 0 'make install again'
is "$(cat "$bin/s6-svc")" theirs 'what is not ours stays'
rm "$bin/s6-svc"
make -s -C "$BUILD" install-s6-names DESTDIR="$PWD/d" >make.out 2>&1
(cd "$bin" && ls -l s6-* | awk '{print $1, $NF}') >after
ok 'it is as before' cmp before after
is "$(find d -name '*.new')" '' 'nothing half made'

# --- a script for s6, beside Debian's programs
mkdir -p sv/app src/one scan
printf '#!/bin/sh\necho >&3\nexec sleep 1000\n' >sv/app/run
chmod +x sv/app/run; echo 3 >sv/app/notification-fd
cat >script <<'END'
set -e
s6-svscan scan & p=$!
until s6-svscanctl -a scan 2>/dev/null; do sleep 0.02; done
s6-svlink scan sv/app
s6-svwait -U -t 5000 scan/app
s6-svstat -o up,ready scan/app
s6-svc -wD -d scan/app
s6-svdt scan/app | wc -l
s6-svunlink scan app
echo line | s6-log -b -- n3 t ./log
s6-tai64nlocal <log/current | grep -c line
s6-svscanctl -t scan
wait $p
END
is "$(sh script 2>&1)" 'true true
1
1' 'a script finds them in PATH'
if [ -x /usr/bin/s6-svc ]; then
	is "$(command -v s6-svc)" "$bin/s6-svc" '... before those of the package'
else
	skip 1 "no package s6"
fi
end
