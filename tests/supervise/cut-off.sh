#!/bin/sh
# supervise/cut-off.sh - a supervise that is killed at any system call that it
# makes, from its start over the end of run and finish to the next run: the
# one that replaces it finishes what it had begun.  Nothing is started twice,
# how run ended is known to finish and in the tally, and of what it left behind
# nothing stays where the definition says so.
# REEVE_LONG=1: every call, instead of some and all between end and next run.
# TIMEOUT: 520
. "$TESTS/lib.sh"
need strace
strace -o /dev/null true 2>/dev/null || skip_all 'strace cannot trace here'
grep -q '^#define HAS_LINUX' "$BUILD/config.h" ||
	skip_all 'how another one'\''s child ended is not known'
each=${REEVE_LONG:+1}
mkdir scan gone plain
cat >plain/run <<'END'
#!/bin/sh
mkdir runs.lock || echo "run $$ beside another" >>bad
test -e left || { sleep 1000 & echo $! >left; }
echo $$ >>runs
until test -e die; do sleep 0.02; done
rm die
rmdir runs.lock
exit 3
END
cat >plain/finish <<'END'
#!/bin/sh
mkdir finish.lock || echo "finish $$ beside another" >>bad
echo "$1 $2" >>finishes
sleep 0.05
rmdir finish.lock
END
chmod +x plain/run plain/finish
echo '0 0' >plain/backoff
for f in group orphans; do cp -R plain $f; touch $f/flag-kill-$f; done
# What svscan starts: the first one of a service under strace.
cat >supervise <<END
#!/bin/sh
mv $PWD/point $PWD/tried 2>/dev/null && exec strace -D -qq -o $PWD/trace \\
	\$(cat $PWD/tried) reeve-supervise "\$@"
exec reeve-supervise "\$@"
END
chmod +x supervise
REEVE_SUPERVISE=$PWD/supervise
export REEVE_SUPERVISE
count() { [ "$(wc -l <"$1" 2>/dev/null)" -ge "$2" ]; }
listens() { "${P}svok" "$1"; }
running() { # running S N: its run is the N-th, and no other
	[ "$(field "$1" pid)" = "$(sed -n "$2p" "$1/runs")" ] && up "$1"
}
told() { # told S: all that can be said of its first end
	cat "$1/bad" 2>/dev/null
	cat "$1/finishes"
	"${P}svdt" "$1" | sed 's/^[^ ]* //'
	wc -l <"$1/runs"
	[ $kind = plain ] || ! kill -0 "$(cat "$1/left")" 2>/dev/null || echo left
}
once() { # once NUMBER STRACE-OPTION...: a service's first end, under strace
	s=scan/$kind$1
	shift
	echo "$@" >point
	cp -R $kind "$s"
	"${P}svscanctl" -a scan
	within 15 count "$s/runs" 1 || return 1
	touch "$s/die"
	within 15 count "$s/runs" 2 && within 15 running "$s" 2 &&
		within 15 listens "$s"
}
away() { # away S: what has been tried need not run on
	mv "$1" gone
	touch "gone/${1#scan/}/die"
	kill "$(cat "gone/${1#scan/}/left")" 2>/dev/null
	"${P}svscanctl" -an scan
}
want='3 0
exitcode 3
2'
# every EACH: kill it there; what is beyond the end of run at each third only.
every() {
	once 0 -e trace=all || bail 'not even when nothing happens'
	is "$(told scan/${kind}0)" "$want" "$kind: this is how it is"
	sed -n '/^chdir/,$p' trace >own
	before=$(sed -n '/^chdir/q; s/^\([a-z_0-9]*\)(.*/\1/p' trace)
	# "CALL N", and whether run has ended by then.
	sed -n 's/^\([a-z_0-9]*\)(.*/\1/p; s/^--- SIGCHLD.*/ended/p' own |
		awk -v before="$before" '
		BEGIN { split(before, b, "\n"); for (i in b) n[b[i]]++ }
		$1 == "ended" { ended = 1; next }
		{ print $1, ++n[$1], ended + 0 }' >points
	away scan/${kind}0
	n=$(wc -l <points)
	tried=0 bad='' i=0
	while read -r call when ended; do
		i=$((i + 1))
		[ $((i % $1)) = 0 ] || { [ "$ended" = 1 ] &&
			[ $((i % 3)) = 0 ]; } || continue
		share || continue
		tried=$((tried + 1))
		if once $i -e "inject=$call:signal=KILL:when=$when" &&
			[ "$(told scan/$kind$i)" = "$want" ]; then
			away scan/$kind$i
			continue
		fi
		bad="$bad killed at $call $when: $(told scan/$kind$i |
			tr '\n' ' '; tail -n 3 trace)"
		away scan/$kind$i
	done <points
	is "$bad" '' "$kind: killed at $tried of $n calls: nothing twice, and the end is known"
}
scanned scan 2>err
kind=plain
every ${each:-16}
for kind in group orphans; do
	[ $kind = group ] || built_with SUBREAPER || continue
	every ${each:-1000}
done
end
