#!/bin/sh
# security/closed-user.sh - a service with a user has what is its own also of
# a closed definition; nobody else has.
# TIMEOUT: 240
. "$TESTS/lib.sh"
. "$TESTS/security/lib.sh"
umask 077
sv cmd type 'longrun\n' user 'www\n' command '/bin/sh -c "cat data/token data/in/deep >/srv/out/cmd; exec sleep 1000"\n' \
	data/token 'tok3n\n' data/in/deep 'd33p\n'
sv script type 'longrun\n' user 'www\n' run '#!/bin/sh\ncat env/A >/srv/out/script; exec sleep 1000\n' env/A 'hunter2\n'
sv shared type 'longrun\n' user 'grouped\n' command '/bin/sh -c "cat data/token >/srv/out/shared; exec sleep 1000"\n' data/token 'sh4red\n'
sv other type 'longrun\n' command 'sleep 1000\n' data/token '0ther\n'
umask 022
echo grouped:x:1004:100::/:/bin/sh >>passwd
echo users:x:100: >>group
chmod 700 /srv/sv; mkdir -m 1777 /srv/out
reeve up >/dev/null 2>&1
reeve start cmd script shared other >/dev/null
within 10 grep -q d33p /srv/out/cmd;	is "$(cat /srv/out/cmd)" 'tok3n
d33p' 'a command reads its data'
within 10 grep -q hunter2 /srv/out/script;	is "$(cat /srv/out/script)" hunter2 'so does a script, which can be executed'
secret='tok3n|d33p|hunter2|sh4red|0ther'
is "$(mallory grep -rlE "$secret" /run /var/lib 2>/dev/null)" '' 'others read nothing of it'
is "$(www grep -rlE "$secret" /run /var/lib 2>/dev/null | grep -vE '/(data/token|data/in/deep|env/A)$')" '' \
	'its own user reads only that'
is "$(www grep -rlE '0ther|sh4red' /run /var/lib 2>/dev/null)" '' 'and nothing of other services'
is "$(stat -L -c '%a %U:%G' /run/reeve/current/def/cmd)" '710 root:www' 'by its group'
is "$(stat -L -c '%a %U:%G' /run/reeve/current/def/cmd/data/token)" '640 root:www' 'which cannot write'
is "$(find -L /run/reeve/current/def/ -user 1001)" '' 'nothing there is its own'
# Who is in the group of others would let them read.
is "$(cat /srv/out/shared 2>/dev/null)" '' 'a user in a group of others has nothing of it'
is "$(stat -L -c '%a %U:%G' /run/reeve/current/def/shared)" '700 root:root' 'as it would be theirs'
is "$(stat -L -c '%a' /run/reeve/current/def/other)" 700 'without a user all is closed'
reeve down >/dev/null 2>&1

# A script that others could not read, in an open source.
chmod -R a+rX /srv/sv; chmod 755 /srv/sv; chmod 700 /srv/sv/script/run; chmod 600 /srv/sv/cmd/data/token
rm /srv/out/*
reeve switch --boot >/dev/null 2>&1; reeve up >/dev/null 2>&1; reeve start cmd script >/dev/null
within 10 test -s /srv/out/script;	is "$(cat /srv/out/script)" hunter2 'a closed script in an open source is executed'
is "$(mallory cat /run/reeve/current/def/script/run.user 2>/dev/null)" '' 'and stays closed for others'
within 10 test -s /srv/out/cmd
is "$(cat /srv/out/cmd)" d33p 'a single closed file in data is of who could read it'
# Another user comes into the group: what is stored from then on is closed.
echo guest:x:1005:1001::/:/bin/sh >>passwd; chmod 700 /srv/sv; echo x >/srv/sv/cmd/data/x
reeve switch >/dev/null 2>&1
is "$(stat -L -c '%a %U:%G' /run/reeve/current/def/cmd)" '700 root:root' 'not to a group with others in it'
reeve down >/dev/null 2>&1
end
