#!/bin/sh
# multicall.sh - one executable with a link for each program: no two parts
# have a function of the same name, it is below 1 MB, and a container runs on
# nothing else.  MULTI_BUILD names a build directory of `configure
# --enable-static --enable-multicall' (or build-multi below the source).
. "$TESTS/init/lib.sh"

# Programs are linked with an archive, so a name that exists twice would go
# unnoticed, and the wrong one be taken.
is "$(nm "$BUILD/obj/all.a" 2>/dev/null |
	awk '$2 ~ /^[TDBR]$/ { print $3 }' | sort | uniq -d)" '' \
	'no exported name exists twice'

multi=${MULTI_BUILD-$SRC/build-multi}/bin
if [ ! -x "$multi/reeve-multicall" ]; then
	skip 7 'no multicall build (set MULTI_BUILD)'
	end
fi
strip -o multicall "$multi/reeve-multicall"
size=$(stat -c %s multicall)
ok "smaller than 1 MB, stripped ($size bytes)" test "$size" -lt 1000000
not 'process 1 of a single command is a program of its own' \
	test -h "$multi/reeve-init-alone"
mkdir -p root/bin root/run root/proc root/tmp root/dev root/sv/one \
	root/sv/default/contents.d
cp multicall root/bin/reeve-multicall
for p in "$multi"/*; do
	p=${p##*/}
	[ "$p" = reeve-multicall ] || ln -s reeve-multicall "root/bin/$p"
done
ln -s reeve-multicall root/bin/init
ln -s reeve-multicall root/bin/halt
is "$(root/bin/reeve-multicall reeve-svok --help | tail -n 1)" \
	"$(root/bin/reeve-svok --help | tail -n 1)" \
	'a program by argument and by link'
like "$(root/bin/halt --help)" 'halt, poweroff or reboot' 'halt by its name'
echo longrun >root/sv/one/type
# A service that needs no shell.
make -s -C "${multi%/bin}" obj/tests/helpers/guest >/dev/null 2>&1 &&
	cp "${multi%/bin}/obj/tests/helpers/guest" root/bin/guest ||
	bail 'the helper cannot be built'
printf '#!/bin/guest sleep\n' >root/sv/one/run
chmod +x root/sv/one/run
echo bundle >root/sv/default/type
: >root/sv/default/contents.d/one
if ! command -v bwrap >/dev/null || ! bwrap --unshare-all --as-pid-1 \
	--ro-bind / / true 2>/dev/null; then
	skip 3 'bwrap does not work here'
	end
fi
# box [WORD...]: a container with nothing but the one executable.
box() {
	bwrap --unshare-all --as-pid-1 --die-with-parent --ro-bind root / \
		--proc /proc --dev /dev --tmpfs /tmp --tmpfs /run --clearenv \
		--setenv REEVE_SOURCES /sv --setenv REEVE_STATE /run/state \
		--setenv PATH /bin /bin/init "$@"
}
out=$(box reeve-rc -a list 2>&1)
is "$? $out" '0 one' 'a container: definitions, tree, command, exit code'
box reeve-svok /run/absent;	is $? 1 'the code of the command'
box -v >out 2>&1 & box=$!
# One bwrap waits outside, the other is process 1.
init=
within 10 sh -c "pgrep -P $box >/dev/null"
within 10 grep -q 'one successfully started' out
init=$(pgrep -P "$(pgrep -P $box | head -n 1)" 2>/dev/null | head -n 1)
[ -n "$init" ] || init=$(pgrep -P $box | head -n 1)
kill -TERM "$init"
wait $box;	is $? 0 'TERM, by the hooks: an ordered stop'
end
