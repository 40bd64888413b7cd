# hostile.sh - clients of a local socket that behave badly.
# shellcheck shell=sh
need python3

# hostile SOCKET BYTES N [PACE_MS]: N connections, each sends these bytes (in
# python; PACE_MS: one at a time) and waits; as user $AS.  `here' in the file said
# when all are connected, and `ended M' when M of them were hung up on.
cat >hostile.py <<'E'
import os, socket, sys, time
path, what, n = sys.argv[1], eval(sys.argv[2]), int(sys.argv[3])
if os.environ.get('AS'):
    os.setgroups([]); os.setgid(int(os.environ['AS']))
    os.setuid(int(os.environ['AS']))
pace = int(sys.argv[4]) / 1000 if len(sys.argv) > 4 else 0
all = []
for i in range(n):
    s = socket.socket(socket.AF_UNIX); s.connect(path); all.append(s)
    if not pace:
        try: s.sendall(what)
        except OSError: pass
print('here', flush=True)
ended = 0
for s in all:
    s.settimeout(60)
    try:
        for b in what if pace else b'':
            s.sendall(bytes([b])); time.sleep(pace)
        while s.recv(4096): pass
        ended += 1
    except ConnectionError: ended += 1
    except socket.timeout: pass
print('ended', ended, flush=True)
E
hostile() {
	: >said
	python3 hostile.py "$@" >said 2>&1 & hostile=$!
	within 20 grep -q here said || { cat said; return 1; }
}
all_ended() { # all_ended N
	wait $hostile
	is "$(tail -n 1 said)" "ended $1" 'they are hung up on'
}
# Of a process: descriptors, kB of memory, ticks of processor time.
fds() { ls "/proc/$1/fd" | wc -l; }
rss() { sed -n 's/^VmRSS:[^0-9]*\([0-9]*\).*/\1/p' "/proc/$1/status"; }
ticks() { sed 's/.*) //' "/proc/$1/stat" | awk '{ print $12 + $13 }'; }
