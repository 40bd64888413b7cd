#!/bin/sh
# security/locks.sh - locks can be opened by their owner only, so nobody else
# can hold one to make root wait.
# TIMEOUT: 240
. "$TESTS/lib.sh"
. "$TESTS/security/lib.sh"
sv a type 'longrun\n' command 'sleep 1000\n' logger ''
reeve up >/dev/null 2>&1
reeve start a >/dev/null; reeve stop a >/dev/null; reeve start a >/dev/null
locks() { find /run /var/lib /var/log -type f \( -name '*lock*' -o -name turn \) "$@"; }
like "$(locks)" /run/reeve/lock 'there are locks'
is "$(locks -perm /077)" '' 'all for their owner only'
# shellcheck disable=SC2046
holder $(find /run /var/lib /var/log)
like "$(cat held)" refused 'mallory tries to hold everything'
is "$(grep '^holds' held | grep -E 'lock|turn')" '' 'and holds none of them'
while read -r c; do
	ok "root, while he holds all he can: $c" timeout 20 sh -c "$c >/dev/null 2>&1"
done <<'E'
reeve stop a
reeve start a
reeve restart a
echo x >/srv/sv/a/description; reeve switch
reeve status
reeve down
reeve up
reeve start a
E
kill $holder
# What an older version left, readable by all.
chmod 644 /run/reeve/lock
reeve restart a >/dev/null
is "$(stat -c %a /run/reeve/lock)" 600 'an old lock is closed to others'

# A supervise whose directory everybody may see.
reeve-svperms -o /run/service/a
holder /run/reeve/servicedirs/a/supervise/lock /run/reeve/servicedirs/a/supervise/status
is "$(grep lock held)" 'refused /run/reeve/servicedirs/a/supervise/lock' 'after svperms -o'
like "$(mallory reeve-svstat /run/service/a 2>&1)" '^up' 'the status can be read'
p=$(pgrep -f 'reeve-supervise a$')
kill -9 "$p"
new() { q=$(pgrep -f 'reeve-supervise a$') && [ "$q" != "$p" ] && reeve-svok /run/service/a; }
within 10 new;	is $? 0 'a killed supervise comes back'
kill $holder

# The log.
holder /var/log/reeve/a/lock /var/log/reeve/catch-all/lock
is "$(grep -c refused held)" 2 'locks of logs'
ok 'a logger restarts' timeout 20 sh -c 'reeve restart a-log >/dev/null'
kill $holder
reeve down >/dev/null 2>&1

# The stop of a container: a service of www holds what it can, and what it
# needs is stopped in order all the same.
mkdir -m 1777 /srv/out
sv db type 'longrun\n' run '#!/bin/sh
trap "echo began >>/srv/out/db; sleep 0.3; echo done >>/srv/out/db; exit 0" TERM
: >/srv/out/up
while :; do sleep 0.05; done\n'
sv app type 'longrun\n' user 'www\n' dependencies 'db\n' \
	command "sh -c \"exec python3 $W/holder.py /srv/out/held \$(find /run /var/lib /var/log -type f | tr '\\\\n' ' ')\"\\n"
sv default type 'bundle\n' contents 'app\n'
reeve switch --boot >/dev/null 2>&1
unshare --pid --fork --kill-child --mount --mount-proc reeve-init --no-mounts >init.out 2>&1 & c=$!
within 20 grep -q '^done' /srv/out/held;	is $? 0 'a container, and who holds all it can' || show init.out
like "$(cat /srv/out/held)" '^refused /run/reeve/lock' 'but not the lock'
kill -TERM "$(pgrep -P $c)"
within 20 no_process $c;	is $? 0 'ends when it is told to'
is "$(cat /srv/out/db)" 'began
done' 'and each service in its time'
kill $c 2>/dev/null; wait $c 2>/dev/null
end
