#!/bin/sh
# security/links.sh - links and files of others in scan directories, and what
# is imported under hostile names becomes.
. "$TESTS/lib.sh"
. "$TESTS/security/lib.sh"
# A link of www's in a scan directory of his own, looked at by root.
mkdir /mnt/scan; chown 1001 /mnt/scan; echo secret >/srv/secret; chmod 600 /srv/secret
mkdir -p /mnt/sv/a/supervise /mnt/sv/a/event; ln -s /srv/secret /mnt/sv/a/supervise/status
ln -s /srv/secret /mnt/sv/a/status-text; ln -s /mnt/sv/a /mnt/scan/a; chown -hR 1001 /mnt/sv
before=$(stat -c '%a %u %Y %s' /srv/secret; find /mnt -printf '%p %u %m\n' | sort)
for c in 'status' 'status --json' 'tree' 'why a' 'metrics' 'status --names'; do
	# shellcheck disable=SC2086
	out=$(timeout 10 reeve $c -s /mnt/scan 2>&1)
	is "$(echo "$out" | grep -c secret)" 0 "root looks with $c and prints no file of root"
done
is "$(stat -c '%a %u %Y %s' /srv/secret; find /mnt -printf '%p %u %m\n' | sort)" "$before" \
	'and changes nothing'

# Things to import whose names are not what a shell, a terminal or a path
# expects: units, programs of supervisord, lines of a Procfile, directories of
# runit.
mkdir u r; esc=$(printf '\033[2J')
# shellcheck disable=SC2016
for n in '$(id>pwned)' "a${esc}b" 'q"q' "s'; id>pwned;'" 'b\x' '`id>pwned`'; do
	printf '%s\n' '[Unit]' "Description=$n" '[Service]' User=www \
		StateDirectory=x 'ExecStart=/bin/sleep 1000' >"u/$n.service"
	printf '%s\n' "[program:$n]" 'command=/bin/sleep 1000' user=www >>s.conf
	printf '%s\n' "$n: sleep 1000" >>Procfile
	mkdir "r/$n"
	printf '%s\n' '#!/bin/sh' 'exec sleep 1000' >"r/$n/run"
	chmod 755 "r/$n/run"
done
# One of each that is what it should be, so that something is imported.
printf '%s\n' '[Service]' 'ExecStart=/bin/sleep 1000' >u/unit.service
printf '%s\n' '[program:prog]' 'command=/bin/sleep 1000' >>s.conf
echo 'proc: sleep 1000' >>Procfile
mkdir r/runit; printf '%s\n' '#!/bin/sh' 'exec sleep 1000' >r/runit/run
chmod 755 r/runit/run
find /srv /mnt -path /srv/sv -prune -o -print | sort >before
bad=
for f in u/* r/* s.conf Procfile; do
	timeout 20 reeve import -s /srv/sv "$f" >>out 2>&1
	case $? in 0|1|100) ;; *) bad="$bad $?: $f" ;; esac
done
is "$bad" '' 'each is imported, in part, or refused'
for n in unit prog proc runit; do
	ok "what is well named is imported: $n" test -d /srv/sv/$n
done
is "$(grep -c "$(printf '\033')" out)" 0 'import prints no control character'
is "$(find /srv/sv | grep -c "$(printf '\033')")" 0 'and no definition has such a name'
find /srv /mnt -path /srv/sv -prune -o -print | sort >after
ok 'nothing is written beside the definitions' cmp before after
reeve-rc-compile db /srv/sv 2>err; is $? 0 'what is imported compiles'
reeve up >/dev/null 2>&1; timeout 60 reeve down >/dev/null 2>&1
is "$(find . /srv /mnt -name 'pwned*')" '' 'and executes none of the names'
end
