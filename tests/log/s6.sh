#!/bin/sh
# log/s6.sh - the same input and script through reeve-log and through
# Debian's s6-log give the same files, byte for byte apart from time; and
# each takes over the other's directory, in the middle of anything.
# TIMEOUT: 180
. "$TESTS/log/lib.sh"
need s6-log execlineb
in_memory
TZ=UTC; export TZ

{
	seq -f 'DEBUG: item %03g of many, nothing to see here at all' 1 60
	seq -f 'ERROR: item %03g failed (code 17) in /srv/x.c' 1 60
	printf 'a\n\n \n\ttab\n'
	seq -f 'INFO %03g plain words a+b [x] {y} $1 ^ | \ end' 1 60
	printf 'x\0y\nlast line\n'
} >in
{
	head -c 300 /dev/zero | tr '\0' z; echo
	head -c 20000 /dev/zero | tr '\0' y; echo; echo tail
} >long

# A tree as text: names in order, modes (what the owner may, as ours are for
# the owner alone where the directory is), contents; without time.
tree() {
	(cd "$1" && find . -type f | LC_ALL=C sort | while read -r t_f; do
		case $t_f in */lock|./out|./err) continue ;; esac
		echo "== $(stat -c %A "$t_f" | cut -c 1-4) $t_f"
		cat "$t_f"
		echo "--"
	done; echo "== out"; cat out
	echo "== alerts"; grep -a ': alert: ' err) |
	LC_ALL=C sed -E 's/@[0-9a-f]{24}/@STAMP/g
		s/20[0-9]{2}-[0-9]{2}-[0-9]{2} [0-9:]{8}\.[0-9]{9}/TIME/g
		s/^(reeve|s6)-log: alert/log: alert/'
}

# both INPUT MODE SCRIPT...: MODE is bulk or paced.
both() {
	b_in=$1 b_mode=$2; shift 2
	for b_p in s6 reeve; do
		rm -rf $b_p; mkdir $b_p
		if [ $b_mode = paced ]; then
			feed $b_p/d/previous $b_p/d/processed <"$b_in"
		else cat "$b_in"; fi |
		(cd $b_p && ${b_p}-log "$@" >out 2>err
		echo "exit $?" >>out)
	done
	tree s6 >s6.tree; tree reeve >reeve.tree
	cmp s6.tree reeve.tree >&2 && is 0 0 "$b_mode: $*" ||
		{ diff -a s6.tree reeve.tree | head -n 20 | sed 's/^/# /'
		is different same "$b_mode: $*"; }
}

# Scripts over the whole language; options come before --.
set -f
while read -r mode script; do
	case $mode in ''|'#'*) continue ;; esac
	# 2.15.1.0 does not come to an end with a processor.
	case "${S6_NEW-} $script" in 1*'!cat'*|1*'?cat'*|1*'!true'*) continue ;; esac
	# shellcheck disable=SC2086
	case $mode in
	long) both long bulk $script ;;
	*) both in "$mode" $script ;;
	esac
done <<'END'
bulk 1
bulk 2
bulk t 1
bulk T 1
bulk t T 1
bulk T t 1
bulk t 1 1
bulk pfoo 1
bulk pfoo t 1 1
bulk pfoo 1 p 1
bulk pfoo T 2
bulk =status
bulk t =status
bulk ^0 =status
bulk ^5 =status
bulk ^4096 t =status
bulk pX T ^300 =status
bulk E5 2
bulk E5 t 2
bulk E0 2
bulk E1000 T pP 2
bulk E5 2 E10 2
bulk ./d
bulk t ./d
bulk T ./d
bulk t T pfoo ./d
bulk ./d 1
bulk t ./d 1
bulk ./a t ./b T ./c
bulk +ERROR ./e +DEBUG t ./e2
bulk -- - 1
bulk -- - +ERROR 1
bulk -- -DEBUG 1
bulk -- -DEBUG -INFO 1
bulk -- -^DEBUG: 1
bulk -- -DEBUG +03 1
bulk -- - +ERROR +DEBUG -03 1
bulk +ERROR 1
bulk -- -.* 1
bulk -- -.* +. 1
bulk -- - +^$ 1
bulk -- - +end$ 1
bulk -- - +^a$ 1
bulk -- - +^[[:alpha:]]+: t 1
bulk -- - +(01|02).*(x\.c|all)$ 1
bulk -- - +a\+b 1
bulk -- - +\[x\] 1
bulk -- - +\{y\} 1
bulk -- - +\$1 1
bulk -- - +\|.*\\ 1
bulk -- - +item\ 0 1 f 2
bulk -- - +ERROR 1 - +DEBUG 2 f =rest
bulk -- - +ERROR ./e f ./rest
bulk -- - +ERROR t ./e - +DEBUG T ./d f pR ./rest
bulk f 1
bulk 1 f 2
bulk -- -ERROR 1 f 1
bulk -- -ERROR 1 f 1 - +DEBUG 1
bulk 1 -x
bulk -q 1 -x
bulk 1 t
bulk n5 s5000 l100 r50 S0 1
bulk -b -p 1
bulk -l 48 1
bulk -l 10 1
bulk -l 100 t ./d
bulk -l 0 1
long 1
long -l 1000 1
long -l 300 1
long -l 299 1
long -l 0 ./d
long -l 30000 t ./d
paced s4096 ./d
paced s4096 t ./d
paced s4096 T ./d
paced s4096 l0 ./d
paced s4096 l2048 ./d
paced s1 ./d
paced s6000 l1000 ./d
paced s9000 l500 t T pfoo ./d
paced n2 s4096 ./d
paced n0 s4096 ./d
paced n1 s4096 t ./d
paced s4096 S5000 ./d
paced s4096 S3000 ./d
paced s4096 S100 ./d
paced s5000 l200 S10000 n3 ./d
paced s4096 !cat ./d
paced s4096 ?cat ./d
paced s4096 r50 !true ./d
paced s4096 ./a s8192 t ./b
paced s4096 ./a n1 ./b
paced n3 s4096 - +ERROR ./e f t ./r
# invalid: only the exit code counts
bulk zz
bulk n
bulk nx 1
bulk s4294967296 1
bulk l60000 1
bulk s5000 l2501 1
bulk tt 1
bulk fx 1
bulk 1x
bulk =
bulk +(
bulk ^x 1
bulk +a
bulk -l x 1
bulk -d 1 1
bulk -d 99 1
END
set +f
if [ -z "${S6_NEW-}" ]; then
	both in paced '!' s4096 ./d
	both in paced s4096 '!sed -e s/o/0/g' ./d
	both in paced s4096 '?tr a b | tr c d' ./d
fi
both in bulk 'ptwo words' T 1
both in bulk '=a b' './c d'
ok "scripts: $count" test $count -ge 60

# --- each takes over from the other
content() {
	for c_f in d/@* d/current; do [ ! -e "$c_f" ] || cat "$c_f"; done
}
seq -f 'line %04g abcdefghijklmnopqrstuvwxyzabcdefghijklm' 1 400 >lines
for first in s6 reeve; do
	for second in reeve s6; do
		for proc in n100 ${S6_NEW:-!cat}; do
			[ "$proc" = 1 ] && continue
			# cleanly, four times
			rm -rf d
			for part in 1 2 3 4; do
				sed -n "$((part * 100 - 99)),$((part * 100))p" \
					lines | $first-log n100 s4096 $proc ./d
				t=$first first=$second second=$t
			done
			content | cmp - lines
			is $? 0 "$first and $second take turns ($proc)"
		done
		# killed while idle: current is found unfinished
		rm -rf d f; mkfifo f
		for part in 1 2 3 4; do
			$first-log -d3 -- n100 s4096 ./d <f 3>ready & pid=$!
			exec 5>f
			sed -n "$((part * 100 - 99)),$((part * 100))p" lines >&5
			within 5 sh -c 'cat d/@* d/current 2>/dev/null |
				tail -n 1 | cmp -s - /dev/fd/4 4<<E
$(sed -n '$((part * 100))p' lines)
E'
			kill -KILL $pid
			exec 5>&-
			wait $pid 2>/dev/null
			t=$first first=$second second=$t
		done
		$first-log n100 s4096 ./d </dev/null
		content | cmp - lines
		is $? 0 "$first and $second after SIGKILL"
		# (Of s6 alone that is not always so.)
		[ "$first$second" = s6s6 ] || ok 'unfinished files were kept as .u' \
			test "$(ls d | grep -c u$)" -ge 1
	done
done
end
