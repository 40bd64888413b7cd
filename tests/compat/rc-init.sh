#!/bin/sh
# compat/rc-init.sh - the service manager over Debian's s6-svscan: what its
# supervise cannot do is said, and that only there.
. "$TESTS/lib.sh"
. "$TESTS/helpers/rc.sh"
need s6-svscan s6-svscanctl
longrun sv web
longrun sv web-log
echo web-log >sv/web/producer-for
echo web >sv/web-log/consumer-for
longrun alone web
comp db sv; comp db.alone alone
says='web-log is not supervised by reeve-supervise: its pipe, and that of every other logger, carries nothing \(have reeve-svscan run on '
over() { # over SVSCAN DATABASE: reeve-rc-init's words, and how it ends
	rm -rf scan live; mkdir scan
	"$1" scan 2>/dev/null & _p=$!
	within 9 reeve-svscanctl -z scan || bail "no $1"
	reeve-rc-init -c "$2" -l "$D/live" "$D/scan" 2>err
	is $? 0 "$1: $2"
	kill $_p
	wait $_p
}
over s6-svscan db;	like "$(cat err)" "$says" 'pipelines need our supervise'
over s6-svscan db.alone; is "$(cat err)" '' 'nothing is said where there are none'
over reeve-svscan db;	is "$(cat err)" '' 'nor where it is ours'
end
