#!/bin/sh
# compat/scripts.sh - the calls that other people's run scripts and images
# make, letter by letter, by s6's names.
. "$TESTS/lib.sh"
need execlineb s6-svc
. "$TESTS/compat/names.sh"
PATH=$NAMES:$PATH
[ "$(id -u)" = 0 ] || skip_all 'needs root'

# --- shells and loaders
is "$(s6-setuidgid nobody id -un)" nobody 's6-setuidgid USER PROG'
mkdir env; printf 'v\n' >env/KEY; printf 'multi\nline\n' >env/TWO; : >env/GONE
chmod 755 . env
for o in '' -f -fi '-fn --' -I -i -Lfn '-Lf --'; do
	# shellcheck disable=SC2086
	like "$(GONE=1 s6-envdir $o env sh -c 'echo "$KEY,$TWO,${GONE-unset}"' | tr '\n' '/')" \
		'^v/?,multi/?(line/?)?,unset/$' "s6-envdir $o DIR"
done
is "$(s6-envdir -I missing echo on)" on 's6-envdir -I of a missing directory'
is "$(execlineb -Pc 's6-envdir -Lf -- env importas -u T TWO printf "%s" $T')" 'multi
line' 'with-contenv: s6-envdir -Lf --'
# Edited while it runs, as users' scripts do.
printf x >env/NEW; sed -i 1s/v/w/ env/KEY
is "$(s6-envdir -Lf -- env sh -c 'echo $NEW$KEY')" xw 'edited files'
is "$(s6-envuidgid -D 65534:65534 nobody s6-applyuidgid -U id -u)" 65534 \
	's6-envuidgid -D U:G ACCOUNT, s6-applyuidgid -U'
is "$(s6-envuidgid -D 32760:32760: -- syslogish s6-applyuidgid -U -- id -G)" 32760 \
	's6-envuidgid -D U:G: --, s6-applyuidgid -U --'
is "$(s6-envuidgid -D32760:32760 -nB -- 7:8 sh -c 'echo $UID:$GID')" 7:8 \
	's6-envuidgid -DU:G -nB -- N:N'
s6-envuidgid -i -nB -- nosuch true 2>/dev/null; is $? 1 's6-envuidgid -i of nobody known'
is "$(s6-setlock lk echo hi)" hi 's6-setlock FILE PROG'
s6-setlock -n lk sh -c 's6-setlock -n lk true; exit $?' 2>/dev/null
is $? 1 's6-setlock -n of a held lock'
is "$(echo '@400000006b034cdc12914ea6 x' | TZ=UTC s6-tai64nlocal)" \
	'2026-11-22 20:12:39.311512742 x' 's6-tai64nlocal'
is "$(echo x | s6-tai64n | cut -c27-)" x 's6-tai64n'

# --- services
service web <<'END'
trap 'echo hup >>got' HUP; trap 'echo usr1 >>got' USR1; trap 'exit 0' TERM
echo >&3
while :; do sleep 0.02; done
END
echo 3 >web/notification-fd
mkdir checked checked/data
cat >checked/data/check <<'END'
#!/bin/sh
exec test -e okay
END
chmod +x checked/data/check
service checked <<'END'
exec s6-notifyoncheck sleep 1000
END
service cmd <<'END'
exec s6-notifyoncheck -d -n 300 -w 20 -c "test -e okay" sleep 1000
END
service slow <<'END'
exec s6-notifyoncheck -s 100 -t 500 -c "true" sleep 1000
END
for s in checked cmd slow; do echo 3 >$s/notification-fd; done
mkdir run
for s in web checked cmd slow; do ln -s "$PWD/$s" run/; done
touch checked/okay
s6-svscan run & scan=$!
within 9 test -e web/supervise/status
ok 's6-svwait -U -t MS -- DIRS' s6-svwait -U -t 9000 -- run/web
ok 'bare s6-notifyoncheck with data/check' s6-svwait -U -t 9000 run/checked
ok 's6-notifyoncheck -s -t -c' s6-svwait -U -t 9000 run/slow
s6-svwait -U -t 100 -- run/cmd 2>/dev/null; is $? 99 'not before its check'
touch cmd/okay
ok 's6-notifyoncheck -d -n -w -c' s6-svwait -U -t 9000 -- run/cmd
ok 's6-svwait -u -t MS -- DIRS' s6-svwait -u -t 9000 -- run/web run/cmd

like "$(s6-svstat run/web)" '^up \(pid [0-9]+ pgid [0-9]+\) [0-9]+ seconds, ready' 's6-svstat'
is "$(s6-svstat -u run/web)" true 's6-svstat -u'
pid=$(s6-svstat -o pid run/web)
ok 's6-svstat -o pid' kill -0 "$pid"
s6-svc -h run/web; ok 's6-svc -h' within 9 grep -qx hup web/got
s6-svc -1 run/web; ok 's6-svc -1' within 9 grep -qx usr1 web/got
ok 's6-svc -wR -T MS -r' s6-svc -wR -T 9000 -r run/web
ok 'is a restart' no_process "$pid"
ok 's6-svc -wD -d -T MS' s6-svc -wD -d -T 9000 run/web
ok 's6-svc -wU -u -T MS' s6-svc -wU -u -T 9000 run/web
pid=$(s6-svstat -o pid run/web)
s6-svc -t run/web
within 9 sh -c "! kill -0 $pid"
ok 's6-svc -t' s6-svwait -U -t 9000 run/web
s6-svc -Od run/web
ok 's6-svc -Od' s6-svwait -D -t 9000 run/web
is "$(s6-svstat -o wantedup run/web)" false 'is not wanted up'
s6-svc -o run/web; ok 's6-svc -o' s6-svwait -u -t 9000 run/web
s6-svc -d run/web; ok 's6-svc -d' s6-svwait -d -t 9000 run/web
s6-svc -u run/web; ok 's6-svc -u' s6-svwait -U -t 9000 run/web
like "$(s6-svdt run/web | tail -1)" '^@[0-9a-f]{24} (exitcode 0|signal SIG[A-Z]+)$' 's6-svdt'
ok 's6-svdt-clear' s6-svdt-clear run/web
is "$(s6-svdt run/web)" '' 'nothing left'
ok 's6-svlisten { DIRS } PROG' execlineb -Pc \
	's6-svlisten -t 9000 -D { run/web run/cmd } foreground { s6-svc -d run/web } s6-svc -d run/cmd'

# As legacy services come and go in an image.
service legacy <<'END'
exec sleep 1000
END
ln -nsf "$PWD/legacy" run/legacy
s6-svscanctl -a run
within 9 s6-svok run/legacy
ok 's6-svscanctl -a, s6-svwait -u' s6-svwait -u -t 9000 -- run/legacy
rm run/legacy
s6-svscanctl -an run
ok 's6-svscanctl -an, s6-svwait -D -t 3000 -- DIRS' s6-svwait -D -t 3000 -- legacy
# What a finish script and a shutdown send.
(cd slow && s6-svc -O -- .)
ok 's6-svc -O -- .' within 5 sh -c '[ "$(s6-svstat -o wantedup slow)" = false ]'
s6-svc -Oxc -- run/checked
ok 's6-svc -Oxc -- DIR' within 5 sh -c \
	'[ "$(s6-svstat -o wantedup,up checked)" = "false true" ]'
printf '#!/bin/sh\nexit 42\n' >run/.s6-svscan/finish
chmod +x run/.s6-svscan/finish
s6-svscanctl -b -- run
wait $scan;	is $? 42 's6-svscanctl -b --: finish is executed at once'
for o in -t -qb -tb; do
	rm -rf run2; mkdir run2
	s6-svscan run2 & scan=$!
	within 9 s6-svscanctl -z run2
	s6-svscanctl $o run2
	wait $scan;	is $? 0 "s6-svscanctl $o"
done
end
