#!/bin/sh
# compat/nixproc.sh - a switcher in the shape of nix-processmgmt, run by an
# ordinary user: databases named by hash, definitions that are links to
# directories with scripts of mode 0444, the old database deleted at once,
# several trees, an empty default bundle, from nothing to the first real one.
# TIMEOUT: 240
. "$TESTS/lib.sh"
. "$TESTS/compat/names.sh"
need setpriv
if [ "$(id -u)" = 0 ]; then
	chmod 755 .; mkdir home; chown 12345:12345 home "$NAMES"
	user() { setpriv --reuid 12345 --regid 12345 --clear-groups env HOME="$PWD/home" "$@"; }
	# The build directory may be closed to others.
	user test -x "$BUILD/bin/reeve-svscan" || {
		cp "$BUILD"/bin/reeve-* home/ && chmod 755 home/reeve-* &&
		for l in "$NAMES"/*; do ln -sf "$PWD/home/$(basename "$(readlink "$l")")" "$l"; done
		REEVE_BIN=$PWD/home; export REEVE_BIN; }
else
	mkdir home; user() { env HOME="$PWD/home" "$@"; }
fi
record; [ "$(id -u)" != 0 ] || chmod -R a+rX .recorded
export NAMES
cd home || exit

# store NAME TYPE [FILE TEXT]...: one definition in the store, read-only.
cat >lib <<'X'
PATH=$NAMES:$PATH
state=$PWD/var run=$PWD/var/run
mkdir -p $run $state/etc/s6/rc
store() { s=store/$1-$2; mkdir -p $s; n=$1; shift 2; printf '%s\n' "$1" >$s/type; shift
	while [ $# -gt 0 ]; do printf '%s' "$2" >$s/$1; chmod 444 $s/$1; shift 2; done; }
# profile HASH NAME=VERSION...: a farm of links to directories.
profile() { p=store/$1-profile; rm -rf $p; mkdir -p $p/etc/s6/sv; shift
	for d; do ln -s $PWD/store/${d%%=*}-${d#*=} $p/etc/s6/sv/${d%%=*}; done; }
deploy() { # HASH [prefix]: nixproc-s6-rc-deploy, word for word
	prof=$PWD/store/$1-profile; pre=${2-}
	runtime=$run/$pre compiled=$state/etc/s6/rc/${pre}compiled
	new=$state/etc/s6/rc/${pre}compiled-$(basename $prof | cut -c1-32)
	if [ ! -e $new ]; then s6-rc-compile $new $prof/etc/s6/sv || return; fi
	if [ -d $run/${pre}s6-rc ]; then
		old=$(readlink -f $compiled)
		if [ "$old" != "$(readlink -f $new)" ]; then
			s6-rc-update -l $run/${pre}s6-rc $new || return
			rm -rf $old
		fi
	else
		s6-rc-init -c $new -l $run/${pre}s6-rc $run/${pre}service || return
	fi
	s6-rc -l $run/${pre}s6-rc -u change default || return
	ln -sfn $new $compiled
}
X
as() { user sh -c '. ./lib; '"$1"; }

as 'mkdir -p $run/service $run/primary-service'
as 's6-svscan $run/service' & as 's6-svscan $run/primary-service' &
within 10 test -e var/run/service/.s6-svscan/control; within 10 test -e var/run/primary-service/.s6-svscan/control
ok 'svscan with no option has made .s6-svscan' test -d var/run/service/.s6-svscan

# the empty system: contents of 0 bytes, alone
as 'store default empty bundle contents ""; profile 0000 default=empty; deploy 0000'
is $? 0 'an empty default bundle: compile, init, change are 0'
run1='#!/bin/sh
exec 2>&1
while :; do echo line; sleep 1000; done
'
# webapp: a producer and its logger; a daemon: a oneshot
as "store webapp-srv v1 longrun producer-for 'webapp-log
' run '$run1' flag-essential '' nosetsid '' timeout-kill '3000
'
store webapp-log v1 longrun consumer-for 'webapp-srv
' pipeline-name 'webapp
' notification-fd '3
' run '#!/bin/sh
mkdir -p $PWD/log
exec s6-log -d3 $PWD/log
'
store daemon v1 oneshot dependencies 'webapp
' up '#!/bin/sh
sh -c \"echo started >>daemon.log\"
' down 'sh -c \"echo stopped >>daemon.log\"
'
rm store/webapp-srv-v1/flag-essential
store default v1 bundle contents 'webapp
daemon
'
profile 1111 webapp-srv=v1 webapp-log=v1 daemon=v1 default=v1
deploy 1111"
is $? 0 'from the empty database to the first real one'
not 'the old database is gone' test -e var/etc/s6/rc/compiled-0000-profile
svpid() { as "s6-svstat -o pid \$run/${2-}service/$1" 2>/dev/null; }
pid=$(svpid webapp-srv) lpid=$(svpid webapp-log)
ok 'the service runs' kill -0 "$pid"
if [ -x "$BUILD/bin/reeve-log" ]; then
	ok 'its log arrives' within 5 grep -q line log/current
else
	skip 1 'no reeve-log in this build'
fi
is "$(as 's6-rc -l $run/s6-rc -a list' | sort | tr '\n' ' ' | sed 's/s6rc-[a-z-]* //g')" 'daemon webapp-log webapp-srv ' 'what is up'

# again: nothing happens
as 'deploy 1111';	is $? 0 'the same profile again'
is "$(svpid webapp-srv)" "$pid" 'nothing was touched'

# a new one, with another service; the rest stays
as "store other v1 longrun run '$run1'
store default v2 bundle contents 'webapp
daemon
other
'
profile 2222 webapp-srv=v1 webapp-log=v1 daemon=v1 default=v2 other=v1
deploy 2222"
is $? 0 'an update'
is "$(svpid webapp-srv) $(svpid webapp-log)" "$pid $lpid" 'what did not change kept its processes'
ok 'the new service runs' within 5 kill -0 "$(svpid other)"
is "$(readlink var/etc/s6/rc/compiled)" "$PWD/var/etc/s6/rc/compiled-2222-profile" 'ln -sfn'
is "$(ls var/etc/s6/rc | tr '\n' ' ')" 'compiled compiled-2222-profile ' 'the old database was deleted'
as 's6-rc -l $run/s6-rc list >/dev/null'; is $? 0 'and nobody misses it'

# by this name a service is its name and type: other text does not restart it
opid=$(svpid other)
as "store other v2 longrun run '$run1
# another text
' timeout-kill '1000
'
profile 2223 webapp-srv=v1 webapp-log=v1 daemon=v1 default=v2 other=v2
deploy 2223"
is "$? $(svpid other)" "0 $opid" 'a changed run script does not restart the service'
ok '... but is there for the next start' grep -q "another text" var/run/service/other/def/run

# webapp-srv disappears, a oneshot webapp of another shape comes
as "store webapp v3 oneshot up 'sh -c \"echo webapp as a daemon >>daemon.log\"
'
store default v3 bundle contents 'webapp
'
profile 3333 webapp=v3 default=v3
deploy 3333"
is $? 0 'foreground process to daemon'
ok 'the old process is gone' no_process "$pid"
ok 'its logger too' no_process "$lpid"
like "$(cat daemon.log var/run/service/*/daemon.log var/run/s6-rc/servicedirs/*/daemon.log 2>/dev/null)" 'stopped' 'the oneshot that went was stopped'

# two trees side by side
as "profile 4444 default=v1 webapp-srv=v1 webapp-log=v1 daemon=v1
deploy 4444 primary-"
is $? 0 'a second tree'
ok 'its service runs' within 5 kill -0 "$(svpid webapp-srv primary-)"
as 's6-rc -l $run/primary-s6-rc -bDa change'; is $? 0 'and is stopped by -bDa change'
is "$(as 's6-svstat -u $run/primary-service/webapp-srv')" false 'down'

# undeploy
as 'profile 5555 default=empty; deploy 5555'; is $? 0 'undeploy: back to an empty bundle'
is "$(as 's6-rc -l $run/s6-rc -a list' | grep -v s6rc-)" '' 'nothing is up'

# what goes wrong
as 's6-rc-update -l $run/s6-rc relative' 2>/dev/null; is $? 100 'a relative database'
as 's6-rc -l $run/s6-rc -u change nosuch' 2>/dev/null; is $? 3 'an unknown name'
as 's6-rc-init -c $(readlink $state/etc/s6/rc/compiled) -l $run/s6-rc $run/service' 2>/dev/null; is $? 0 'a second init is 0'
as 'mkdir -p nosv; rm -rf c; s6-rc-compile c nosv' 2>/dev/null; is $? 0 'an empty source directory compiles'
as 's6-rc-compile c nosv' 2>/dev/null; is $? 111 'the output must not exist'
cd .. || exit
recorded nixproc
end
