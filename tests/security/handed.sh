#!/bin/sh
# security/handed.sh - what is started as another user has /dev/null to read
# and a pipe to write to, no other descriptor, no terminal, and nothing of the
# environment of whoever typed the command: all of it is listed.
# TIMEOUT: 240
. "$TESTS/lib.sh"
. "$TESTS/security/lib.sh"
cat >/srv/list <<'E'
#!/usr/bin/env python3
# list NAME [COMMAND...]: what this process was given, then COMMAND.
import os, sys
name, rest = sys.argv[1], sys.argv[2:]
with open('/srv/out/.' + name + str(os.getpid()), 'w') as out:
    def say(*words): print(*words, file=out)
    say('uid', os.getuid())
    stat = open('/proc/self/stat').read().rsplit(')', 1)[1].split()
    say('tty', stat[4])
    for fd in sorted(map(int, os.listdir('/proc/self/fd'))):
        try: to = os.readlink('/proc/self/fd/%d' % fd)
        except OSError: continue
        if fd == out.fileno(): continue
        flags = [l.split()[1] for l in open('/proc/self/fdinfo/%d' % fd) if l.startswith('flags')][0]
        kind = ('pipe' if to.startswith('pipe:') or to.rsplit('/', 1)[-1] in ('fifo', name, name + '-log') else to)
        say('fd', fd, kind, {'0': 'reads', '1': 'writes', '2': 'both'}[flags[-1]])
    for v in sorted(os.environ): say('env', v)
os.rename(out.name, '/srv/out/' + name)
print('listed', name, flush=True)
if rest: os.execvp(rest[0], rest)
E
chmod 755 /srv/list; mkdir -m 1777 /srv/out
sv long user 'www\n' command '/srv/list long sleep 1000\n' finish '#!/bin/sh\nexec /srv/list finish\n' \
	stop '/srv/list stop\n' stop-then 'signal\n' reload '/srv/list reload\n'
chmod 755 /srv/sv/long/finish
sv checked user 'www\n' command '/srv/list checked sleep 1000\n' ready-check '/srv/list check true\n'
sv told user 'www\n' command '/srv/list told /bin/sh -c "echo >&3; exec sleep 1000"\n' notification-fd '3\n'
sv notifies user 'www\n' notification-type 'sd_notify\n' \
	run '#!/bin/sh\nexec /srv/list notifies python3 -c "
import os,socket,time
n=os.environ[\\"NOTIFY_SOCKET\\"]
socket.socket(socket.AF_UNIX,socket.SOCK_DGRAM).sendto(b\\"READY=1\\",n)
time.sleep(1000)"\n'
sv logged user 'www\n' logger '' command '/srv/list logged sleep 1000\n'
sv once type 'oneshot\n' user 'www\n' up '/srv/list once\n' down '/srv/list once-down\n' \
	reload '/srv/list once-reload\n'
sv once-logged type 'oneshot\n' user 'www\n' logger '' up '/srv/list once-logged\n'
sv at type 'oneshot\n' user 'www\n' schedule '0 0 1 1 *\nmissed=run\n' up '/srv/list at\n'
sv idle command 'sleep 1000\n'
sv default type 'bundle\n' contents 'idle\n'
echo log >/srv/sv/log-user

# typed COMMAND...: at a terminal, with secrets in the environment and in a
# descriptor.
cat >typed.py <<'E'
import os, pty, sys
pid, fd = pty.fork()
if pid == 0:
    os.dup2(os.open('/etc/passwd', os.O_RDWR), 7)
    os.environ.update(SSH_AUTH_SOCK='/tmp/agent', TOKEN='hunter2', LC_ALL='C', LD_X='1')
    os.execvp(sys.argv[1], sys.argv[1:])
said = b''
while True:
    try: b = os.read(fd, 4096)
    except OSError: break
    if not b: break
    said += b
sys.stdout.write(said.decode().replace('\r', ''))
sys.exit(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
E
typed() { timeout 120 python3 "$W/typed.py" "$@"; }
typed reeve up >up.out; like "$(cat up.out)" 'The tree is up' 'root types reeve up'
typed reeve start long checked told notifies logged once once-logged at >start.out
is $? 0 'reeve start' || show start.out
like "$(cat start.out)" '^listed once$' 'a oneshot is heard at the terminal'
like "$(cat start.out)" '^listed once-logged$' 'and one with a logger too'
typed reeve reload long once >reload.out
like "$(cat reload.out)" '^listed once-reload$' 'nor is a reload script lost'
within 10 test -e /srv/out/reload
logger=$(reeve-svstat -o pid /run/service/logged-log)
typed reeve-svc -1 /run/service/at
typed reeve stop once long >/dev/null
all='at checked finish logged long notifies once once-down once-logged once-reload reload stop told'
there() { for _x in $all; do [ -e "/srv/out/$_x" ] || return 1; done; }
within 20 there;	is $? 0 'each kind of thing was started' || ls /srv/out
# Without /proc/self/fd a service of the tree has the catch-all for both.
both=writes; built_with LINUX || both='(writes|both)'
for n in $all; do
	f=/srv/out/$n uid=1001
	[ "$n" = finish ] && uid=0 # it is of the tree, as s6's
	is "$(grep -E '^(uid|tty)' "$f" | tr '\n' ' ')" "uid $uid tty 0 " "$n: its user, no terminal"
	own=
	[ "$n" = told ] && own='fd 3 /run/reeve/servicedirs/told/supervise/ready both '
	like "$(grep '^fd' "$f" | tr '\n' ' ')" \
		"^fd 0 /dev/null reads fd 1 pipe $both fd 2 pipe $both $own\$" "$n: its descriptors"
	is "$(grep -E 'SSH_AUTH_SOCK|TOKEN|LD_X' "$f")" '' "$n: its environment"
done
# The check is no matter of the service's user, but gets nothing either.
like "$(grep -E '^(tty|fd)' /srv/out/check | tr '\n' ' ')" \
	"^tty 0 fd 0 /dev/null reads fd 1 pipe $both fd 2 pipe $both \$" 'the check'
tr '\0' '\n' <"/proc/$logger/environ" >env
is "$(grep -cE 'SSH_AUTH_SOCK|TOKEN|LD_X' env)" 0 'a logger: its environment'
is "$(stat -c %u "/proc/$logger")" 1003 'of its user'
for d in 0 1 2; do readlink "/proc/$logger/fd/$d"; done >fds
is "$(grep -vE '^(pipe:.*|/run/.*|/dev/null)$' fds)" '' 'its descriptors'
# Everything that any of them saw.
like "$(cat /srv/out/* | sed -n 's/^env //p' | sort -u | tr '\n' ' ')" PATH 'they have a PATH'
is "$(cat /srv/out/* | sed -n 's/^env //p' | sort -u |
	grep -vxE 'PATH|TZ|LANG|LC_ALL|HOME|USER|LOGNAME|SHELL|PWD|OLDPWD|_|SHLVL|REEVE_.*|RC_NAME|RC_CHANGER|NOTIFY_SOCKET|MAINPID|(A|L|UB)SAN_OPTIONS')" \
	'' 'and nothing else than what the page names'

# A file and a socket are not handed on either; both outputs arrive where they
# were to.
sv out type 'oneshot\n' user 'www\n' up '/bin/sh -c "ls -l /proc/self/fd >/srv/out/out; echo to 1; echo to 2 >&2; exec sleep 0"\n'
reeve switch -q >/dev/null 2>&1
reeve start out >o 2>e <"$W/passwd"
within 10 grep -q '^to 2' e
is "$(grep -c '^to 1' o) $(grep -c '^to 2' e)" '1 1' 'outputs stay two'
is "$(grep -cE 'passwd|/o$|/e$' /srv/out/out)" 0 'files of the caller are not handed on'
# It outlives whoever asked.
sv slow type 'oneshot\n' user 'www\n' up '/bin/sh -c "echo begun; until [ -e /srv/out/go ]; do sleep 0.05; done; echo more; echo done >/srv/out/slow"\n'
reeve switch -q >/dev/null 2>&1
reeve start slow >o 2>&1 & r=$!
within 10 grep -q begun o
c=$(pgrep -x reeve-rc); kill -9 "$c" 2>/dev/null; kill -9 $r; wait $r 2>/dev/null
: >/srv/out/go
within 10 test -e /srv/out/slow; is $? 0 'a script goes on when who asked is killed'
# Root's own script has what the caller has: it is the same party.
sv own type 'oneshot\n' up '/bin/sh -c "read x; echo got $x"\n'
reeve switch -q >/dev/null 2>&1
like "$(echo word | reeve start own)" 'got word' 'a script of root reads from who asks'
reeve down >/dev/null 2>&1

# What is to be passed on.
TOKEN=t reeve up --keep-environment >/dev/null 2>&1
reeve start long >/dev/null
like "$(cat /srv/out/long)" '^env TOKEN' 'up --keep-environment passes it on'
sv default type 'bundle\n' contents 'long\n'
reeve switch -q >/dev/null 2>&1; reeve down >/dev/null 2>&1

# A container with a terminal: written to, and not read.
rm /srv/out/*
timeout 120 python3 "$W/typed.py" unshare --pid --fork --kill-child --mount --mount-proc \
	reeve-init --no-mounts >init.out 2>&1 & c=$!
within 30 test -e /srv/out/long;	is $? 0 'process 1 of a container' || show init.out
if built_with LINUX; then
	is "$(grep -E '^(tty|fd [012] )' /srv/out/long | sed 's,/dev/pts/.*[0-9] ,PTS ,' | tr '\n' ' ')" \
		'tty 0 fd 0 /dev/null both fd 1 PTS writes fd 2 PTS writes ' 'its services cannot read its terminal'
else
	skip 1 'an open terminal can be opened again on Linux only'
fi
like "$(cat /srv/out/long)" '^env TOKEN' 'and have its environment'
kill $c; wait $c 2>/dev/null
end
