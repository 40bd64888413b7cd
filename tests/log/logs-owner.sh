#!/bin/sh
# log/logs-owner.sh - root reads the log of another user: what decompresses is
# that user, with nothing of root's, and nothing in the directory leads root
# elsewhere.
. "$TESTS/lib.sh"
[ "$(id -u)" = 0 ] || skip_all 'needs root, or root of a user namespace'
mkdir logs logs/u bin
(umask 077; echo '@400000006950000000000005 secret' >secret)
chmod 755 bin
a=logs/u/@400000006950000000000001.s.gz
echo '@400000006950000000000000 one' | gzip >$a
chown -R 1234:1235 logs/u 2>/dev/null && chown -R 0:0 logs/u ||
	skip_all 'cannot give files to another user here'
echo '@400000006950000100000000 two' >logs/u/current
cat >bin/gzip <<'END'
#!/bin/sh
echo "ids $(id -u) $(id -g) $(id -G)"
sed -n 's/^NoNewPrivs:./no new privileges /p; s/^Uid:./uid /p
	s/^CapEff:./capabilities /p' /proc/self/status
env | sed 's/^/env /'
[ ! -e /proc/$$/fd/7 ] || echo 'fd 7'
[ ! -r /proc/$$/stat ] || [ "$(awk '{ print $6 }' /proc/$$/stat)" != $$ ] || echo 'own session'
echo "arguments $*"
exec /bin/gzip "$@"
END
chmod 755 bin/gzip
[ -x /bin/gzip ] || skip_all 'no /bin/gzip'
PATH=$PWD/bin:$PATH
reads() { # reads: what the decompressor says
	SECRET=x reeve-logs --raw ./logs/u 7<secret >out 2>err
}

reads;				is $? 0 'a log of our own'
like "$(cat out)" '^ids 0 0' 'is decompressed by ourselves'
chown -R 1234:1235 logs/u
reads;				is $? 0 'a log of another user'
like "$(cat out)" '^ids 1234 1235 1235$' \
	'is decompressed by him, without our groups'
like "$(cat out)" '^uid 1234.1234.1234.1234$' 'for good'
like "$(cat out)" '^own session$' 'away from the terminal'
like "$(cat out)" '^capabilities 0*$' 'without capabilities'
if built_with LINUX && grep -q '^no new' out; then
	is "$(grep '^no new' out)" 'no new privileges 1' 'nor new privileges'
else
	skip 1 'this build or system cannot refuse new privileges'
fi
is "$(grep -c SECRET out)" 0 'nothing of our environment'
is "$(grep '^env' out | grep -v -e '^env PATH=' -e '^env PWD=' -e '^env _=' \
	-e '^env SHLVL=' -e '^env OLDPWD=')" '' 'but the path'
is "$(grep '^fd' out)" '' 'nor of our files'
is "$(grep 'one$\|two$' out)" '@400000006950000000000000 one
@400000006950000100000000 two' 'and is read'
chown 1234:0 $a
reads
like "$(cat out)" '^ids 1234 65534 65534$' 'a file of the group root: not that'

# Who cannot become another does not read as himself.
if setpriv --bounding-set=-setuid true 2>/dev/null; then
	setpriv --bounding-set=-setuid,-setgid reeve-logs --raw ./logs/u \
		>out 2>err
	is $? 1 'unable to become him'
	like "$(cat err)" 'unable to read .*gz: unable to become its owner \(user 1234\)' \
		'says so'
	is "$(cat out)" '@400000006950000100000000 two' 'and goes on'
else
	skip 3 'no setpriv'
fi

# What the user may put there instead.
rm $a
ln -s "$PWD/secret" logs/u/@400000006950000000000006.s
ln -s "$PWD/secret" logs/u/previous
mkfifo logs/u/@400000006950000000000007.s
ok 'a link and a fifo' timeout 10 sh -c \
	'reeve-logs --raw ./logs/u >out 2>err; [ $? = 1 ]'
is "$(cat out)" '@400000006950000100000000 two' 'are not read'
rm logs/u/current; ln -s "$PWD/secret" logs/u/current
timeout 20 reeve-logs --raw ./logs/u >out 2>err
is "$(grep -c secret out)" 0 'nor is a current that is a link'
end
