#!/bin/sh
# security/logs.sh - logs are for their owner, and for a group that is named.
. "$TESTS/lib.sh"
. "$TESTS/security/lib.sh"
look() { stat -c '%a %U:%G' "$@"; }
sv a type 'longrun\n' run '#!/bin/sh\necho secret\nexec sleep 1000\n' logger ''
reeve up >/dev/null 2>&1; reeve start a >/dev/null 2>&1
within 10 grep -q secret /var/log/reeve/a/current
is "$(look /var/log/reeve/a)" '2700 root:root' 'a directory made for a logger'
is "$(look /var/log/reeve/a/current)" '600 root:root' 'its files'
is "$(find /var/log/reeve/* -perm /077)" '' 'the catch-all too'
not 'mallory cannot read it' mallory cat /var/log/reeve/a/current 2>/dev/null
# An older version's, which everybody could read.
reeve stop a-log >/dev/null
chmod 755 /var/log/reeve/a; chmod 644 /var/log/reeve/a/current
reeve start a >/dev/null 2>&1
is "$(look /var/log/reeve/a)" '2700 root:root' 'an old one is closed'
echo log:adm >/srv/sv/log-user
reeve stop a-log >/dev/null; rm -r /var/log/reeve/a
reeve switch >/dev/null 2>&1; reeve start a >/dev/null 2>&1
within 10 grep -q secret /var/log/reeve/a/current
is "$(look /var/log/reeve/a)" '2750 log:adm' 'with a group that is named'
is "$(look /var/log/reeve/a/current)" '640 log:adm' 'which may read them'
chmod 755 /var/log/reeve
ok 'a member does' setpriv --reuid=1002 --regid=1002 --groups=4 grep -q secret /var/log/reeve/a/current
not 'and nobody else' mallory cat /var/log/reeve/a/current 2>/dev/null
reeve down >/dev/null 2>&1
end
