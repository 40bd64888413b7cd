#!/bin/sh
# security/floods.sh - what a service's user can send as fast as he likes:
# messages of sd_notify with a watchdog running, and lines of 16 MB.
# TIMEOUT: 240
. "$TESTS/lib.sh"
. "$TESTS/security/lib.sh"
cat >/srv/flood.py <<'P'
import os, socket, time
n = os.environ['NOTIFY_SOCKET']
a = '\0' + n[1:] if n[0] == '@' else n
s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
s.sendto(b'READY=1', a)
if os.fork():
    # As much as goes in, of every kind but the one that counts.
    while True:
        try:
            s.sendto(b'STATUS=' + b'x' * 3000 + b'\nFDSTORE=1\nX=\n\n', a)
        except OSError:
            time.sleep(0.001)
while True:
    s.sendto(b'WATCHDOG=1', a)
    time.sleep(0.2)
P
sv flood type 'longrun\n' user 'www\n' notification-type 'sd_notify\n' watchdog '4000\n' \
	command 'python3 /srv/flood.py\n'
sv big type 'longrun\n' user 'www\n' logger '' command 'python3 /srv/big.py\n'
cat >/srv/big.py <<'P'
import os, time
with os.fdopen(1, 'wb') as f:
    for c in b'abc':
        f.write(bytes([c]) * (16 << 20) + b'\n')
    f.write(b'the end\n')
    f.flush()
    time.sleep(1000)
P
reeve up >/dev/null 2>&1
timeout 20 reeve start flood big >/dev/null 2>&1; is $? 0 'both start'
p=$(reeve-svstat -o pid /run/service/flood)
ok 'a tree under a flood answers' timeout 10 reeve status -q flood
# Longer than its watchdog.
lives() { [ "$(reeve status --json flood | sed -n 's/.*"name":"flood".*"seconds":\([0-9]*\).*/\1/p')" -ge 9 ]; }
within 60 lives; is $? 0 'it lives longer than its watchdog'
is "$(reeve-svstat -o pid /run/service/flood)" "$p" 'and is the same one: its keep-alives come through'
within 60 sh -c 'reeve logs -n 1 big | grep -q "the end"'; is $? 0 'a log with lines of 16 MB'
timeout 20 reeve logs -n 4 big >out; is $? 0 'logs -n ends'
ok 'with its last line' grep -q 'the end' out
timeout 20 reeve logs --json -n 2 big >out; is $? 0 'and as JSON'
timeout 20 reeve stop flood big >/dev/null; is $? 0 'they stop'
timeout 60 reeve down >/dev/null; is $? 0 'down'
end
