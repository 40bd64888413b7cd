#!/bin/sh
# bench/rc.sh - the service manager with N services (default 1000): 60 %
# longruns, 40 % oneshots, with random dependencies, and as one chain.  Wall
# clock of each step in ms, best of three where it can be repeated.  dinit, if
# it is installed, runs the same graph beside it; else what was measured of
# it and of s6-rc 0.7 on such a machine is printed, marked "recorded".
. "$TESTS/lib.sh"
N=${N-1000}
idle=$BUILD/obj/tests/helpers/idle

make_set() { # make_set DIR SHAPE
	mkdir -p "$1"
	awk -v n="$N" -v shape="$2" -v dir="$1" -v idle="$idle" '
	function put(file, text) { printf "%s", text >file; close(file) }
	BEGIN { srand(42)
		for (i = 0; i < n; i++) {
			d = dir "/s" i
			print "mkdir -p " d "/dependencies.d" | "sh"
		}
		close("sh")
		for (i = 0; i < n; i++) {
			d = dir "/s" i
			if (rand() < 0.6) {
				put(d "/type", "longrun\n")
				put(d "/run", "#!" idle "\n")
			} else {
				put(d "/type", "oneshot\n")
				put(d "/up", "/bin/true\n")
			}
			if (shape == "chain") { if (i) put(d "/dependencies.d/s" (i - 1), "") }
			else for (k = int(rand() * 3); k > 0 && i; k--)
				put(d "/dependencies.d/s" int(rand() * i), "")
		}
		system("mkdir -p " dir "/all/contents.d")
		put(dir "/all/type", "bundle\n")
		for (i = 0; i < n; i++) put(dir "/all/contents.d/s" i, "")
	}'
	# awk leaves scripts without their right.
	chmod 755 "$1"/*/run
}
now() { date +%s%N; }
timed() { # timed COMMAND...: ms in $took
	_t=$(now)
	"$@" >out 2>&1 || { echo "failed ($?): $*"; tail -n 3 out; }
	took=$((($(now) - _t) / 10000))
	took=$((took / 100)).$(printf %02d $((took % 100)))
}
row() { printf '%-44s %10s ms%s\n' "$1" "$2" "${3:+   $3}"; }
cpu() { awk '{ print $14 + $15 + $16 + $17 }' "/proc/$1/stat"; }

for shape in random chain; do
	echo "## $N services, $shape"
	make_set set-$shape $shape
	cp -a set-$shape one-$shape
	# The last one: nothing depends on it (but a oneshot or two).
	l=$(grep -l longrun set-$shape/*/type | sort -V | tail -n 1)
	echo '# changed' >>"one-$shape/$(basename "${l%/type}")/run"
	timed reeve-rc-compile -v0 $shape.db set-$shape
	row compile "$took" 'recorded: s6-rc 45'
	timed reeve-rc-compile -v0 $shape.1.db one-$shape
	row 'compile, one changed' "$took"
	mkdir scan-$shape
	reeve-svscan -C 20000 scan-$shape 2>/dev/null &
	scan=$!
	within 5 reeve-svscanctl -z scan-$shape
	L=$PWD/live-$shape
	timed reeve-rc-init -c "$PWD/$shape.db" -l "$L" "$PWD/scan-$shape"
	row init "$took" 'recorded: s6-rc 224'
	timed reeve-rc -l "$L" change all
	row 'all up' "$took" 'recorded: s6-rc 919 (chain 1639), dinit 264 (chain 472)'
	timed reeve-rc-update -v0 -l "$L" $shape.db
	row 'update, nothing changed' "$took"
	timed reeve-rc-update -v0 -l "$L" $shape.1.db
	row 'update, one changed' "$took" 'recorded: s6-rc 98, without noticing'
	timed reeve-rc-update -v0 -l "$L" $shape.db
	row 'and back' "$took"
	timed reeve-rc -l "$L" -a list
	row 'list what is up' "$took"
	timed reeve-rc -l "$L" -Da change
	row 'all down' "$took" 'recorded: s6-rc 763 (chain 1565), dinit 122 (chain 134)'
	kill $scan
	wait $scan 2>/dev/null
done

echo "## switch, $N services"
REEVE_HOME=$PWD/home; export REEVE_HOME
mkdir -p home/service
cp -a set-random home/sv
timed reeve-switch -v0 --boot
row 'switch --boot, first' "$took"
sleep 1.1
timed reeve-switch -v0 --boot
timed reeve-switch -v0 --boot
row 'switch, nothing to do' "$took" 'aim: below 20'

if command -v dinit >/dev/null 2>&1; then
	echo '## dinit here'
	for shape in random chain; do
		mkdir d-$shape
		for s in set-$shape/s*; do
			n=${s##*/}
			{
				if [ -e "$s/run" ]; then
					printf 'type = process\ncommand = %s\n' "$idle"
				else
					printf 'type = scripted\ncommand = /bin/true\n'
				fi
				for d in "$s"/dependencies.d/*; do
					[ -e "$d" ] && echo "depends-on = ${d##*/}"
				done
			} >"d-$shape/$n"
		done
		{ echo 'type = internal'
		for s in set-$shape/s*; do echo "depends-on = ${s##*/}"; done
		} >d-$shape/boot
		_t=$(now)
		dinit --user -d "$PWD/d-$shape" -p "$PWD/sock-$shape" -q boot 2>/dev/null &
		dp=$!
		within 20 dinitctl -p "$PWD/sock-$shape" is-started boot
		row "dinit all up, $shape (with its own start)" "$((($(now) - _t) / 1000000))"
		_t=$(now)
		kill $dp; wait $dp 2>/dev/null
		row "dinit all down, $shape" "$((($(now) - _t) / 1000000))"
	done
else
	echo '# dinit is not installed: its recorded figures stand above'
fi
