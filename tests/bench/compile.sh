#!/bin/sh
# compile.sh - compile 1,000 and 10,000 services (60 % longruns, 40 %
# oneshots, up to three random dependencies each), again with one changed,
# and verify the result.  Debian has no s6-rc: its figures are those of its
# own programs, static, measured on a machine of this kind with 1,000
# services of the same mixture: 45.2 ms into 2,116 files and directories.
command -v python3 >/dev/null || { echo 'SKIP compile: python3 is not installed'; exit 0; }
# On memory, as the figures of the peer.
[ -d /dev/shm ] && { d=$(mktemp -d /dev/shm/reeve-bench.XXXXXX) && cd "$d" && trap 'rm -rf "$d"' EXIT; }

make_services() {
	rm -rf sv; mkdir sv
	python3 - "$1" <<'E'
import os, random, sys
random.seed(1)
def put(path, text=""):
    with open(path, "w") as f: f.write(text)
for i in range(int(sys.argv[1])):
    d = f"sv/s{i}"; os.mkdir(d)
    if i % 10 < 6:
        put(d + "/type", "longrun\n"); put(d + "/run", "#!/bin/sh\nexec sleep 1000\n")
    else:
        put(d + "/type", "oneshot\n"); put(d + "/up", "true\n")
    os.mkdir(d + "/dependencies.d")
    for k in range(random.randint(0, 3)):
        if i: put(f"{d}/dependencies.d/s{random.randrange(i)}")
E
}
# "WALL CPU" of a command in ms: least wall clock time of 15 runs (others may
# use the machine), median of processor time.
measure() {
	python3 - "$@" <<'E'
import os, sys, time
wall, cpu = [], []
for _ in range(15):
    t = time.perf_counter()
    pid = os.posix_spawnp(sys.argv[1], sys.argv[1:], os.environ,
        file_actions=[(os.POSIX_SPAWN_OPEN, 1, "/dev/null", os.O_WRONLY, 0)])
    _, status, r = os.wait4(pid, 0)
    wall.append((time.perf_counter() - t) * 1000)
    cpu.append((r.ru_utime + r.ru_stime) * 1000)
    if status: sys.exit("failed: " + " ".join(sys.argv[1:]))
print("%.1f %.1f" % (min(wall), sorted(cpu)[7]))
E
}
row() { # row LABEL "WALL CPU" [PEER [OUTPUT]]
	# shellcheck disable=SC2086
	set -- "$1" $2 "${3--}" "${4-}"
	r=-
	[ "$4" = - ] || r=$(awk "BEGIN { printf \"%.2f\", $2 / $4 }")
	printf '%-28s %9s %9s %13s %6s  %s\n' "$1" "$2" "$3" "$4" "$r" "$5"
}
printf '%-28s %9s %9s %13s %6s  %s\n' what 'wall ms' 'CPU ms' 's6-rc (rec.)' ratio output
row 'start of a program alone' "$(measure reeve-rc-compile --version)"
for n in 1000 10000; do
	make_services $n
	t=$(measure reeve-rc-compile db sv)
	if [ $n = 1000 ]; then
		row "compile $n" "$t" 45.2 "1 file, $(wc -c <db) bytes (s6-rc: 2116, 6.3 MB of blocks)"
	else
		row "compile $n" "$t" - "1 file, $(wc -c <db) bytes"
	fi
	echo '# changed' >>sv/s10/run
	row "compile $n, one changed" "$(measure reeve-rc-compile db sv)"
	row "load and verify $n" "$(measure reeve-rc-db -c db check)"
done
