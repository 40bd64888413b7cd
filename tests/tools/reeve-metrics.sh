#!/bin/sh
# tools/reeve-metrics.sh - reeve metrics: text format, file, local socket.
. "$TESTS/lib.sh"
. "$TESTS/helpers/tree.sh"
tree
reeve start default >/dev/null
out=$(reeve metrics);		is $? 0 'metrics'
like "$out" '^reeve_tree_up 1$' 'the tree'
like "$out" '^reeve_service_up\{service="db"\} 1$' 'a service'
like "$out" '^reeve_service_state\{service="mnt",state="done"\} 1$' 'a oneshot'
like "$out" '^reeve_service_memory_bytes\{service="db"\} [1-9][0-9]+$' 'memory'
is "$(printf '%s\n' "$out" |
	grep -vcE '^(# (HELP|TYPE) [a-z_]+ .+|[a-z_]+(\{[a-z]+="[^"]*"(,[a-z]+="[^"]*")*\})? [0-9.e+-]+)$')" \
	0 'every line is of the format'
is "$(printf '%s\n' "$out" | grep '^# TYPE' | sort | uniq -d)" '' \
	'each metric has one head'
reeve metrics -o m.prom;	is $? 0 'into a file'
is "$(head -n 1 m.prom)" "$(printf '%s\n' "$out" | head -n 1)" 'the same'
reeve metrics -o /nosuch/m 2>err; is $? 111 'a file that cannot be'
reeve metrics -o a -l b 2>/dev/null; is $? 100 'both at once'
reeve metrics -l "$(printf %0200d 0)" 2>err; is $? 100 'too long a path'

mkdir t/service/metrics
cat >t/service/metrics/run <<'EOF'
#!/bin/sh
exec reeve metrics --listen m.sock --notify 3
EOF
echo 3 >t/service/metrics/notification-fd
chmod 755 t/service/metrics/run
reeve-svscanctl -a t/service
ok 'the server says that it is ready' within 10 reeve status -q metrics
need python3
ask() {
	python3 - "$1" <<'EOF'
import socket, sys
s = socket.socket(socket.AF_UNIX)
s.connect("t/service/metrics/m.sock")
s.sendall(sys.argv[1].encode())
b = b""
while True:
    c = s.recv(65536)
    if not c: break
    b += c
sys.stdout.write(b.decode())
EOF
}
out=$(ask "$(printf 'GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n.')")
like "$out" '^HTTP/1.0 200 OK' 'an answer'
like "$out" '^reeve_tree_up 1$' 'with the metrics'
like "$(ask "$(printf 'GET /x HTTP/1.0\r\n\r\n.')")" '404' 'another path'
like "$(ask "$(printf 'PUT / HTTP/1.0\r\n\r\n.')")" '405' 'another method'
like "$(ask "$(printf 'GET /metrics HTTP/1.0\r\n\r\n.')")" '200' 'it goes on'

# A client that sends a byte every so often, many that send nothing and one
# that does not read hold up no other, and are dropped.
cat >slow.py <<'E'
import socket, time
def gone(s):
    try:
        return s.recv(1, socket.MSG_DONTWAIT) == b""
    except BlockingIOError:
        return False
def new():
    s = socket.socket(socket.AF_UNIX)
    s.connect("t/service/metrics/m.sock")
    return s
idle = [new() for i in range(40)]
deaf = new(); deaf.sendall(b"GET /metrics HTTP/1.0\r\n\r\n")
slow = new()
print("there", flush=True)
try:
    while not gone(slow):
        slow.sendall(b"x")
        time.sleep(0.1)
except OSError:
    pass
E
python3 slow.py >slow.out & slow=$!
within 10 grep -q there slow.out
like "$(ask "$(printf 'GET /metrics HTTP/1.0\r\n\r\n.')")" '200' 'slow clients hold up no other'
not 'it is answered before their time is over' no_process $slow
ok 'the slow one is dropped' within 20 sh -c "! kill -0 $slow"
end
