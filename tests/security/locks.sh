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
end
