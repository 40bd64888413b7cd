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
# median of 9 runs of a command, in ms
median() {
	for _i in 1 2 3 4 5 6 7 8 9; do
		_a=$(date +%s%N); "$@" || echo failed >&2; _b=$(date +%s%N)
		echo $((_b - _a))
	done | sort -n | sed -n 5p | awk '{printf "%.1f", $1 / 1e6}'
}
empty() { reeve-rc-compile --version >/dev/null; }
full() { reeve-rc-compile db sv; }
check() { reeve-rc-db -c db check; }
printf '%-34s %10s %12s %8s %s\n' what ms 's6-rc (rec.)' ratio output
printf '%-34s %10s\n' 'start of a program alone' "$(median empty)"
for n in 1000 10000; do
	make_services $n
	t=$(median full)
	if [ $n = 1000 ]; then
		printf '%-34s %10s %12s %8s %s\n' "compile $n" "$t" 45.2 \
			"$(awk "BEGIN { printf \"%.2f\", $t / 45.2 }")" "1 file, $(wc -c <db) bytes (s6-rc: 2116, 6.3 MB of blocks)"
	else
		printf '%-34s %10s %12s %8s %s\n' "compile $n" "$t" - - "1 file, $(wc -c <db) bytes"
	fi
	echo '# changed' >>sv/s10/run
	printf '%-34s %10s\n' "compile $n, one changed" "$(median full)"
	printf '%-34s %10s\n' "load and verify $n" "$(median check)"
done
