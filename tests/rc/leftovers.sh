#!/bin/sh
# rc/leftovers.sh - what cannot be removed never keeps a switch from its
# starts: it is named, and stays or gets out of the way.
# TIMEOUT: 120
. "$TESTS/lib.sh"
. "$TESTS/helpers/rc.sh"
need reeve-svscan
for s in with without; do
	longrun $s keep
	longrun $s changed
done
echo '# differs' >>without/changed/run
longrun with gone
longrun without new
comp db.with with
comp db.without without
live_on db.with
rc start keep changed gone
keep=$(pid keep)
dirs=live/servicedirs

# back LABEL: another switch, both ways, with what is there.
both_ways() {
	upd db.without 2>err;	is $? 0 "$1: a switch that removes a service"
	rc start new;		is $? 0 "$1: what is new can be started"
	is "$(ups)" 'changed keep new' "$1: everything is up"
	is "$(cat live/journal 2>&1 | wc -l)" 1 "$1: no switch is left half done"
}

# --- what a service wrote beside its directory
echo mine >$dirs/o.log
mkfifo $dirs/pipe
mkdir $dirs/.half
both_ways 'a file and a fifo'
is "$(cat err)" '' 'nothing is said of them'
is "$(cat $dirs/o.log)" mine 'the file is as it was'
ok 'the fifo too' test -p $dirs/pipe
not 'what is half made is gone' test -e $dirs/.half
not 'and the directory of the service' test -e $dirs/gone
upd db.with && rc start gone
rm $dirs/o.log $dirs/pipe

# --- a mount
if mkdir $dirs/gone/m && mount -t tmpfs none $dirs/gone/m 2>/dev/null; then
	both_ways 'a mount'
	like "$(cat err)" 'unable to remove all of servicedirs/gone, which is servicedirs/\.left\.1 now \(going on\): .*busy' \
		'it is named, and where it is'
	upd db.with 2>err;	is $? 0 'the service comes back'
	is "$(cat err)" '' 'and the mount is not told again'
	ok 'it starts' rc start gone
	umount $dirs/.left.1/m
	upd db.without;		is $? 0 'when it is unmounted'
	is "$(ls -A $dirs | grep left)" '' 'the next switch removes it'
	upd db.with && rc start gone
else
	rmdir $dirs/gone/m
	echo '# SKIP a mount: not allowed here' >&2
fi

# --- the directory is a mount itself: it cannot even be moved
if mount --bind $dirs/gone $dirs/gone 2>/dev/null; then
	upd db.without 2>err
	is $? 0 'its directory is a mount: a switch that removes the service'
	like "$(cat err)" 'unable to remove its directory, of gone, which is gone \(going on\): .*busy' \
		'that is said'
	is "$(ups)" 'changed keep' 'everything is up'
	umount $dirs/gone
	upd db.with;		is $? 0 'and the way back'
fi

# --- its supervise does not end
rc start gone
super=$(ps -o ppid= -p "$(pid gone)")
rc stop gone
kill -STOP $super
upd db.without 2>err;	is $? 0 'its supervise does not end'
like "$(cat err)" 'the supervise of gone, which is gone, does not end' 'is said'
is "$(ups)" 'changed keep' 'everything is up'
kill -CONT $super
within 10 no_process $super
upd db.with;		is $? 0 'and the way back'

is "$(pid keep)" "$keep" 'what did not change was never touched'

# --- what stands where a new service has its pipe
for s in talks hears; do longrun piped $s; done
cp -r with/keep piped/keep
echo hears >piped/talks/producer-for
echo talks >piped/hears/consumer-for
comp db.piped piped
for what in 'mkdir live/fifo/hears' 'rm -r live/fifo' 'ln -s /dev/null live/fifo/hears'; do
	$what
	upd db.piped;		is $? 0 "$what: a switch to a pipe"
	ok "$what: both ends start" rc start talks hears
	ok "$what: it is a pipe" test -p live/fifo/hears
	upd db.with;		is $? 0 "$what: and away from it"
done
is "$(pid keep)" "$keep" 'what did not change was never touched (2)'
end
