#!/bin/sh
# bench/rc.sh - the service manager with N services (default 1000; 60 %
# longruns, 40 % oneshots, random dependencies, and as one chain), then updates
# with one of 100, 1,000 and 10,000 changed (SIZES), then a switch.  On memory
# (live directories are below /run), and with the static programs if STATIC
# (default build-musl) has a build: so were the peers measured whose figures,
# "recorded", stand beside ours: s6-rc 0.7 and dinit 0.22, static, on such a
# machine.  Where dinit is installed it runs the same graphs, side by side.
#
# Wall clock in ms; CPU of the change itself and, for "all up", of the whole
# tree; processes that were started, and bytes written by the command.
. "$TESTS/lib.sh"
command -v python3 >/dev/null || { echo 'SKIP rc: python3 is not installed'; exit 0; }
N=${N-1000} SIZES=${SIZES-100 1000 10000} STATIC=${STATIC-$BUILD/build-musl}
if [ -x "$STATIC/bin/reeve-rc" ]; then
	PATH=$STATIC/bin:$PATH REEVE_BIN=$STATIC/bin
	export REEVE_BIN
	echo "# static programs of $(basename "$STATIC")"
else
	echo '# the programs as built; a static build in build-musl is faster'
fi
if [ -d /dev/shm ]; then
	d=$(mktemp -d /dev/shm/reeve-bench.XXXXXX) && cd "$d" &&
		trap 'rm -rf "$d"' EXIT
fi
# What the services run: as little as possible, so that the manager is seen.
printf '#include <unistd.h>\nint main(void) { for (;;) pause(); }\n' >idle.c
echo 'int main(void) { return 0; }' >true.c
for p in idle true; do
	musl-gcc -static -O2 -o $p $p.c 2>/dev/null ||
		cc -static -O2 -o $p $p.c 2>/dev/null || cc -O2 -o $p $p.c ||
		{ echo 'SKIP rc: no compiler'; exit 0; }
done
idle=$PWD/idle true=$PWD/true

cat >set.py <<'E'
import os, random, sys
dir, n, shape, idle, true = sys.argv[1], int(sys.argv[2]), *sys.argv[3:6]
random.seed(42)
def put(path, text=""):
    with open(path, "w") as f: f.write(text)
for i in range(n):
    d = f"{dir}/s{i}"; os.makedirs(d + "/dependencies.d")
    if random.random() < 0.6:
        put(d + "/type", "longrun\n"); put(d + "/run", f"#!{idle}\n")
        last = d
    else:
        put(d + "/type", "oneshot\n"); put(d + "/up", true + "\n")
    if shape == "chain":
        if i: put(f"{d}/dependencies.d/s{i - 1}")
    elif i:
        for _ in range(int(random.random() * 3)):
            put(f"{d}/dependencies.d/s{random.randrange(i)}")
os.makedirs(f"{dir}/default/contents.d"); put(f"{dir}/default/type", "bundle\n")
for i in range(n): put(f"{dir}/default/contents.d/s{i}")
put(dir + ".last", last.split("/")[-1])
E
# "WALL CPU TREE STARTED WRITTEN" of a command into ./m.
cat >m.py <<'E'
import glob, os, sys, time
tick = 1000 / os.sysconf("SC_CLK_TCK")
def tree():
    t = 0
    for p in glob.glob("/proc/[0-9]*"):
        try:
            if int(p[6:]) == os.getpid(): continue
            t += int(open(p + "/schedstat").read().split()[0]) / 1e6
            s = open(p + "/stat").read()
            f = s[s.rindex(")") + 2:].split()
            t += (int(f[13]) + int(f[14])) * tick
        except (OSError, IndexError): pass
    return t
def pid():
    p = os.fork()
    if not p: os._exit(0)
    os.waitpid(p, 0)
    return p
def settled(t):
    while True:
        time.sleep(0.05); n = tree()
        if n - t < 1: return n
        t = n
out = os.open("out", os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
before, first = tree(), pid()
t = time.perf_counter()
p = os.posix_spawnp(sys.argv[1], sys.argv[1:], os.environ, file_actions=[
    (os.POSIX_SPAWN_DUP2, out, 1), (os.POSIX_SPAWN_DUP2, out, 2)])
os.waitid(os.P_PID, p, os.WEXITED | os.WNOWAIT)
wall = (time.perf_counter() - t) * 1000
try: wrote = int(open(f"/proc/{p}/io").read().split("wchar: ")[1].split()[0])
except (OSError, IndexError): wrote = 0
_, status, r = os.wait4(p, 0)
started = pid() - first - 2
cpu = (r.ru_utime + r.ru_stime) * 1000
open("m", "w").write("%.1f %.1f %.0f %d %d\n" %
    (wall, cpu, settled(tree()) - before + cpu, started, wrote))
if status:
    sys.stdout.write(f"failed ({status >> 8}): {' '.join(sys.argv[1:])}\n" + open("out").read()[-300:])
E
m() { python3 m.py "$@"; read -r wall cpu treecpu started wrote <m; }
# row WHAT [PEER MS]...
row() {
	_w=$1; shift
	printf '%-36s %9s %8s %9s %9s ' "$_w" "$wall" "$cpu" "$started" "$wrote"
	while [ $# -gt 1 ]; do
		awk -v w="$wall" -v n="$1" -v p="$2" 'BEGIN {
			printf " %s %s (%.2f)", n, p, w / p }'
		shift 2
	done
	echo
}
head_row() {
	printf '\n%-36s %9s %8s %9s %9s  %s\n' "## $1" 'wall ms' 'CPU ms' \
		started written 'recorded ms (ours / theirs)'
}
make_live() { # make_live NAME: svscan, databases, live directory of set-NAME
	cp -a "set-$1" "one-$1"
	echo '# changed' >>"one-$1/$(cat "set-$1.last")/run"
	reeve-rc-compile -v0 "$1.1.db" "one-$1"
	mkdir "scan-$1"
	reeve-svscan -C 20000 "scan-$1" 2>/dev/null &
	scan=$!
	within 5 reeve-svscanctl -z "scan-$1"
	L=$PWD/live-$1
}
end_live() { kill $scan; wait $scan 2>/dev/null; }

for shape in random chain; do
	up='s6-rc 919 dinit 264' down='s6-rc 763 dinit 122' cpus='s6-rc 1641, dinit 457'
	[ $shape = chain ] && up='s6-rc 1639 dinit 472' \
		down='s6-rc 1565 dinit 134' cpus=
	[ "$N" = 1000 ] || up='' down='' cpus=
	head_row "$N services, $shape"
	python3 set.py set-$shape "$N" $shape "$idle" "$true"
	m reeve-rc-compile -v0 $shape.db set-$shape
	row compile s6-rc 45
	make_live $shape
	m reeve-rc-init -c "$PWD/$shape.db" -l "$L" "$PWD/scan-$shape"
	row init s6-rc 224
	for k in 1 2 3; do
		m reeve-rc -l "$L" change default
		# shellcheck disable=SC2086
		row "all up ($k)" $up
		echo "    CPU of the whole tree: $treecpu ms${cpus:+ (recorded: $cpus)};" \
			"processes besides the services' own: $((started - N))"
		if [ $k = 1 ]; then
			m reeve-rc -l "$L" -a list
			row 'list what is up'
		fi
		m reeve-rc -l "$L" -Da change
		# shellcheck disable=SC2086
		row "all down ($k)" $down
	done
	end_live
done

for n in $SIZES; do
	head_row "update, $n services"
	[ -d set-random ] && [ "$n" = "$N" ] || {
		python3 set.py "set-$n" "$n" random "$idle" "$true"
	}
	[ -d "set-$n" ] || { cp -a set-random "set-$n"; cp set-random.last "set-$n.last"; }
	reeve-rc-compile -v0 "$n.db" "set-$n"
	make_live "$n"
	reeve-rc-init -c "$PWD/$n.db" -l "$L" "$PWD/scan-$n"
	reeve-rc -l "$L" change default
	peer=
	[ "$n" = 100 ] && peer='s6-rc 22'
	[ "$n" = 1000 ] && peer='s6-rc 98 aim 50'
	m reeve-rc-update -v0 -l "$L" "$n.db"
	row 'update, nothing changed'
	for k in 1 2 3; do
		m reeve-rc-update -v0 -l "$L" "$n.1.db"
		# shellcheck disable=SC2086
		row "update, one changed ($k)" $peer
		m reeve-rc-update -v0 -l "$L" "$n.db"
		# shellcheck disable=SC2086
		row "and back ($k)" $peer
	done
	reeve-rc -l "$L" -Da change
	end_live
done
echo '# s6-rc 0.7 does not notice the change: it restarts nothing'

head_row "switch, $N services"
REEVE_HOME=$PWD/home; export REEVE_HOME
mkdir -p home/service
cp -a set-random home/sv
reeve-svscan -C 20000 home/service 2>/dev/null &
scan=$!
within 5 reeve-svscanctl -z home/service
m reeve-switch -v0 --settle 0
row 'switch, first: compile, init, all up'
sleep 1.1
m reeve-switch -v0
for k in 1 2 3; do
	m reeve-switch -v0
	row "switch, nothing to do ($k)" aim 20
done
echo '# changed' >>"home/sv/$(cat set-random.last)/run"
m reeve-switch -v0 --settle 0
row 'switch, one changed'
end_live

if command -v dinit >/dev/null 2>&1; then
	head_row 'dinit here'
	for shape in random chain; do
		mkdir d-$shape
		for s in set-$shape/s*; do
			n=${s##*/}
			{
				if [ -e "$s/run" ]; then
					printf 'type = process\ncommand = %s\n' "$idle"
				else
					printf 'type = scripted\ncommand = %s\n' "$true"
				fi
				for d in "$s"/dependencies.d/*; do
					[ -e "$d" ] && echo "depends-on = ${d##*/}"
				done
			} >"d-$shape/$n"
		done
		{ echo 'type = internal'
		for s in set-$shape/s*; do echo "depends-on = ${s##*/}"; done
		} >d-$shape/boot
		_t=$(date +%s%N)
		dinit --user -d "$PWD/d-$shape" -p "$PWD/sock-$shape" -q boot 2>/dev/null &
		dp=$!
		within 20 dinitctl -p "$PWD/sock-$shape" is-started boot
		printf '%-36s %9s\n' "dinit all up, $shape (and its own start)" \
			$((($(date +%s%N) - _t) / 1000000))
		_t=$(date +%s%N)
		kill $dp; wait $dp 2>/dev/null
		printf '%-36s %9s\n' "dinit all down, $shape" \
			$((($(date +%s%N) - _t) / 1000000))
	done
else
	echo '# dinit is not installed: its recorded figures stand above'
fi
