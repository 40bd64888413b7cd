#!/bin/sh
# rc/cut-off.sh - what follows a change that was killed need not be that
# change again: another set, a start, a restart.  And what a kill must not
# lose: a reload, the meaning of a conversion file.
# TIMEOUT: 180
. "$TESTS/lib.sh"
. "$TESTS/helpers/rc.sh"
need strace reeve-svscan reeve-svc reeve-log
strace -o /dev/null true 2>/dev/null || skip_all "strace cannot trace here"

slow() { # slow SET NAME [needs...]: ends once ./go is there
	longrun "$@"
	cat >"$1/$2/run" <<-EOF2
	#!/bin/sh
	trap ': >$D/termed; while ! [ -e $D/go ]; do sleep 0.02; done; exit 0' TERM
	: >$D/traps
	while :; do sleep 100000 & wait \$!; done
	EOF2
}
fresh() { # fresh DB: another live directory, of that database
	[ ! -e live ] || { rc -D change; reeve-svscanctl -t scan; }
	[ -z "$scan_pid" ] || wait "$scan_pid"
	rm -rf live scan go termed traps oneshots; : >oneshots
	live_on "$1"
}
cut_off() { # cut_off COMMAND... of reeve: killed while slow ends
	rm -f go termed
	within 10 test -e traps || bail 'slow does not run'
	rm -f traps
	_c=reeve-$1; shift
	"$_c" "$@" & _p=$!
	within 10 test -e termed || bail 'slow is not told to end'
	kill -KILL $_p
	wait $_p 2>/dev/null
}
settled() { # what rc says is so
	rc status >status
	if [ -n "$(rc diff)" ] ||
		grep -E ' (owed|died|restarting|failed|unasked) ' status; then
		rc diff
		return 1
	fi
}
both_ways() {
	awk '$1 == "up" && up[$2] { print "twice up: " $2 }
		$1 == "down" && !up[$2] { print "twice down: " $2 }
		{ up[$2] = $1 == "up" }' oneshots
}

# killed_at CALL N ARGUMENT...: an update that is killed at such a call.
killed_at() {
	_call=$1 _when=$2; shift 2
	strace -o /dev/null -qq -e trace=$_call -e signal=none \
		-e inject=$_call:signal=SIGKILL:when=$_when \
		reeve-rc-update -v0 -l "$D/live" "$@"
}

# --- another set after one that was cut off before the commit
for s in old new third; do slow $s slow; longrun $s other; longrun $s needs slow; done
echo '# new' >>new/slow/run
echo '# third' >>third/other/run
for s in old new third; do comp db.$s $s; done
fresh db.old
rc start slow other needs
cut_off rc-update -v0 -l "$D/live" db.new
(sleep 0.2; : >go) &
ok 'another set after one that was cut off' upd db.third
: >go
ok 'what that one had told to end is up' within 10 up live/servicedirs/slow
ok 'and what is recorded is so' settled
is "$(ups)" 'needs other slow' 'all is up'

# --- start after that
fresh db.old
rc start slow other needs
cut_off rc-update -v0 -l "$D/live" db.new
(sleep 0.2; : >go) &
ok 'a start of what an update was stopping' rc start slow
: >go
wait $!
stays() { up live/servicedirs/slow && [ -z "$(rc diff)" ]; }
ok 'it is up and stays' within 10 stays

# --- and of one that takes long to end
fresh db.old
rc start slow other needs
was=$(pid slow)
cut_off rc-update -v0 -l "$D/live" db.new
(sleep 7; : >go) &
ok 'a start of what takes long to end' rc start slow
not 'what was to end is not taken for what was started' test "$(pid slow)" = "$was"
: >go
wait $!

# --- restart, cut off, and again
fresh db.old
rc start slow other needs
cut_off rc -v0 -l "$D/live" restart slow
: >go
ok 'a restart again' rc restart slow
is "$(ups)" 'needs other slow' 'brings back all that the first took down'

# --- a stop that was cut off, and again: a switch does not bring it back
fresh db.old
rc start slow other
cut_off rc -v0 -l "$D/live" stop slow
: >go
within 10 down live/servicedirs/slow
ok 'a stop again' rc stop slow
ok 'is recorded' settled
ok 'an update' upd db.new
is "$(ups)" other 'does not bring it back'
reeve-svc -wd -d live/servicedirs/other
ok 'a stop of what was stopped behind our back' rc stop other
ok 'is recorded too' settled

# --- up, but not noted as such
for s in n1 n2; do
	longrun $s runs; longrun $s idle
	printf '#!/bin/sh\necho %s >%s/runs\nexec sleep 100000\n' $s "$D" \
		>$s/runs/run
done
bundle n1 default; comp db.n1 n1; comp db.n2 n2
fresh db.n1
rc start runs
# pwrite64: owed; down; up
killed_at pwrite64 3 db.n2
ok 'a service of the new set runs' within 10 grep -q n2 runs
ok 'the switch is undone' upd --abort
is "$(cat runs)" n1 'it is the old one that runs'
ok 'all is well' settled
reeve-svc -wu -u live/servicedirs/idle
ok 'a stop of what was started behind our back' rc stop idle
ok 'stops it' down live/servicedirs/idle
rc stop runs
reeve-svc -wu -u live/servicedirs/runs
bundle n2 default runs idle; comp db.n3 n2
ok 'an update starts what was started behind our back' upd --bundle default db.n3
within 10 grep -qx n2 runs
is "$(cat runs)" n2 'with its new definition'

# --- a oneshot that was marked owed and never asked
for s in one two; do oneshot $s shot; longrun $s user shot; done
echo 'sh -c "true; echo down shot >>'"$D"'/oneshots"' >two/shot/down
comp db.one one; comp db.two two
fresh db.one
rc start user
# connect: whether scripts run; this script
killed_at connect 2 db.two
is "$(rc status shot | awk '{ print $2 }')" owed 'a oneshot owed, not asked'
ok 'what needs it is restarted' rc restart user
is "$(both_ways)" '' 'it does not go up twice'
is "$(ups)" 'user shot' 'and all is up'

# --- a reload
for s in plain hup; do
	longrun $s reloads; longrun $s keep
	cat >$s/reloads/run <<-EOF2
	#!/bin/sh
	trap ': >$D/reloaded' HUP
	: >$D/traps
	while :; do sleep 100000 & wait \$!; done
	EOF2
	echo reload >$s/reloads/on-change
done
longrun plain gone
echo '# differs' >>hup/reloads/run
comp db.plain plain; comp db.hup hup
fresh db.plain
rc start reloads gone keep
within 10 test -e traps
super_of() { ps -o ppid= -p "$(pid "$1")" | tr -d ' '; }
super=$(super_of gone)
current() { [ "$(readlink live/current)" = "$1" ]; }
ended() { ! reeve-svstat -o pid live/servicedirs/gone | grep -qv -e '^-1'; }
kill -STOP "$super"
rc stop gone & stopper=$!
kill -CONT "$super"; wait $stopper
kill -STOP "$super"
reeve-rc-update -v0 -l "$D/live" db.hup & p=$!
ok 'an update is after the commit' within 10 current gen/2
kill -KILL $p
wait $p 2>/dev/null
kill -CONT "$super"
not 'nothing was reloaded yet' test -e reloaded
ok 'it is finished' upd db.hup
ok 'and the reload is made up for' within 10 test -e reloaded
# What is sent to a supervise that is killed before it reads it is lost.
rm reloaded
super=$(super_of reloads)
kill -STOP "$super"
control=live/servicedirs/reloads/supervise/control
touch -r $control mark
rc reload reloads & p=$!
within 10 test $control -nt mark
kill -KILL "$super"
wait $p;			is $? 0 'a reload told to a supervise that is killed'
ok '... is told to the next' within 10 test -e reloaded

# --- a conversion file again
for s in ab bc; do
	for n in a b c; do case $s in *$n*) longrun $s $n ;; esac; done
done
printf '#!/bin/sh\n' >ab/b/finish
cp bc/b/run bc/c/run
cp ab/b/finish bc/c/finish
comp db.ab ab; comp db.bc bc
printf 'a -> b\nb -> c\n' >chain
fresh db.ab
rc start a b
ok 'a chain of names' upd -f chain db.bc
is "$(ups)" 'b c' 'all are up'
pids="$(pid b) $(pid c)"
ok 'and again' upd -f chain db.bc
is "$(pid b) $(pid c)" "$pids" 'does nothing'
is "$(find live/servicedirs/ -mindepth 2 -type l ! -exec test -e {} \; -print)" \
	'' 'no link leads nowhere'
for s in s1 s2; do longrun $s x; longrun $s y; done
echo '# 1' >>s1/x/run; echo '# 1' >>s2/y/run
comp db.s1 s1; comp db.s2 s2
printf 'x -> y\ny -> x\n' >swap
fresh db.s1
rc start x
ok 'two names swapped' upd -f swap db.s2
is "$(ups)" y 'the other is up'
ok 'and again' upd -f swap db.s2
is "$(ups)" y 'it still is'

# --- names that are undone
for s in u1 u2; do
	for n in x y; do
		longrun $s $n
		echo keep >$s/$n/on-change
	done
	oneshot $s shot; oneshot $s calm
	bundle $s default x y shot calm
done
printf '#!/bin/sh\necho x >who\nexec sleep 100000\n' >u1/x/run
printf '#!/bin/sh\necho y >who\nexec sleep 100000\n' >u1/y/run
cp u1/x/run u2/y/run; cp u1/y/run u2/x/run
rm -r u2/calm; oneshot u2 calm2; cp u1/calm/up u1/calm/down u2/calm2
bundle u2 default x y shot calm2; rm u2/default/contents.d/calm
oneshot u2 calm; echo "sh -c 'echo another'" >u2/calm/up
echo 'sh -c "exit 1"' >u2/shot/up
comp db.u1 u1; comp db.u2 u2
printf 'x -> y\ny -> x\ncalm -> calm2\n' >names
def_of() { readlink "live/current/def/$1"; }
own() { for _n in x y; do grep -q $_n live/servicedirs/$_n/who || return; done; }
for way in rollback abort; do
	fresh db.u1
	rc start default
	was="$(def_of x) $(def_of y)"
	case $way in
	rollback)
		upd --rollback -f names db.u2 2>err
		is $? 12 'a switch with names swapped is undone' ;;
	abort)
		killed_at sendmsg 3 -f names db.u2
		not 'a switch is cut off' cmp -s live/current/db db.u1
		ok 'and undone' upd --abort ;;
	esac
	is "$(def_of x) $(def_of y)" "$was" "$way: the old set is live"
	ok "$way: each runs its own definition" within 10 own
	is "$(grep -c calm oneshots)" 1 "$way: what only has another name is not run"
done

# --- the way back, cut off before it was there
for s in b1 b2; do slow $s slow; longrun $s keep; oneshot $s shot slow; done
echo '# 2' >>b2/slow/run
echo "sh -c \"cd $D; [ ! -e first ] || rm first go termed; exit 1\"" >b2/shot/up
comp db.b1 b1; comp db.b2 b2
fresh db.b1
rc start shot keep
within 10 test -e traps
: >go; : >first
reeve-rc-update -v0 --rollback -l "$D/live" db.b2 & p=$!
gone() { [ ! -e go ] && [ -e termed ]; }
ok 'a switch is being undone' within 10 gone
kill -KILL $p
wait $p 2>/dev/null
cmp -s live/current/db db.b2;	is $? 0 'and cut off before it is'
: >go
upd --rollback db.b2 2>err;	is $? 12 'the same again is undone'
cmp -s live/current/db db.b1;	is $? 0 'the old set is live'
ok 'all is well' settled

# --- told to stop by who gave up on it
for s in i1 i2; do slow $s late; longrun $s keep; done
sed -i "s|^: >.*|while ! [ -e $D/may ]; do sleep 0.02; done; echo >\&3; : >$D/said|" i2/late/run
echo 3 >i2/late/notification-fd
comp db.i1 i1; comp db.i2 i2
fresh db.i1
rc start late keep
rm -f may said traps
: >go
reeve-rc-update -v0 -l "$D/live" db.i2 & p=$!
starts() { [ "$(rc status late | awk '{ print $2 }')" = owed ] && up live/servicedirs/late; }
ok 'a service is being started' within 10 starts
old=$(pid late)
rm -f go termed
for f in /proc/[0-9]*; do
	[ "$(readlink "$f/cwd")" = "$D/live/servicedirs/late" ] &&
		tr '\0' ' ' <"$f/cmdline" | grep -q reeve-supervise &&
		super=${f#/proc/}
done
kill -STOP "$super"
: >may
within 10 test -e said
kill -INT $p
wait $p
is $? 13 'the update is interrupted'
reeve-rc-update -v0 -l "$D/live" db.i2 & p=$!
kill -CONT "$super"
within 10 test -e termed
: >go
wait $p
is $? 0 'the next finishes it'
not 'not with what was told to stop' [ "$(pid late)" = "$old" ]
ok 'but with what stays' up live/servicedirs/late

# --- pipes
for s in p1 p2; do
	longrun $s writes; longrun $s keep
	printf '#!/bin/sh\necho %s\nexec sleep 100000\n' $s >$s/writes/run
	echo keep >$s/writes/on-change
	for l in p1 p2; do
		longrun $s $l; longrun $s $l-log
		printf '#!/bin/sh\nexec reeve-log -b n3 %s/%s-log\n' "$D" $l \
			>$s/$l-log/run
		echo $l-log >$s/$l/producer-for
		echo $l >$s/$l-log/consumer-for
	done
	echo $s-log >$s/writes/producer-for
	echo writes >>$s/$s-log/consumer-for
done
comp db.p1 p1; comp db.p2 p2
fresh db.p1
rc start writes keep p1 p2
keep=$(pid keep)
ok 'another logger for a service that is to be kept' upd db.p2
ok 'it writes there' within 10 grep -q p2 p2-log/current
is "$(pid keep)" "$keep" 'and another is not touched'

# --- a dependency that was stopped behind our back
for s in d1 d2; do longrun $s base; echo "# base" >>$s/base/run; done
longrun d2 new base
bundle d2 default new
comp db.d1 d1; comp db.d2 d2
fresh db.d1
rc start base
reeve-svc -wd -d live/servicedirs/base
ok 'what is new needs what is down' upd --bundle default db.d2
is "$(ups)" 'base new' 'that is brought up'

# --- files that somebody removed
fresh db.d1
rc start base
rm -r live/store
mkdir live/store
ok 'an update after the definitions were removed' upd db.d2
ok 'it puts them back' rc restart base
ok 'all runs' up live/servicedirs/base

# --- the daemon of the oneshots is killed
for s in o1 o2; do oneshot $s shot; longrun $s keep; done
echo "$D/mark up" | tee o1/shot/up >o2/shot/up
echo "$D/mark down" >o1/shot/down
echo "$D/mark down 2" >o2/shot/down
cat >mark <<-EOF2
	#!/bin/sh
	[ \$1 = up ] || { : >$D/asked; while ! [ -e $D/go ]; do sleep 0.02; done; }
	echo \$1 shot >>$D/oneshots
EOF2
chmod +x mark
comp db.o1 o1; comp db.o2 o2
fresh db.o1
rc start shot
rm -f asked
reeve-rc-update -v0 -l "$D/live" db.o2 & p=$!
within 10 test -e asked || bail 'the down script does not run'
kill -KILL "$(pid s6rc-oneshot-runner)"
: >go
wait $p; r=$?
if built_with SUBREAPER; then
	is $r 0 'the next daemon hears how its script ended: switched'
else
	is $r 9 'where nobody hears how its script ended: not switched'
fi
is "$(tail -n 2 oneshots)" 'down shot
up shot' 'by one run of each script'

for p in /proc/[0-9]*; do
	[ "$(readlink "$p/cwd")" = "$D/live/servicedirs/s6rc-oneshot-runner" ] &&
		[ "${p#/proc/}" != "$(pid s6rc-oneshot-runner)" ] &&
		super=${p#/proc/}
done
kill -STOP "$super"
kill -KILL "$(pid s6rc-oneshot-runner)"
(sleep 0.3; kill -CONT "$super") &
ok 'a daemon that is dead and not missed yet is waited for' rc stop shot
wait $!
ok 'all is well' settled

# --- cut off while it prepared, and then another set
for s in p1 p2 p3; do longrun $s same; longrun $s other; done
printf '#!/bin/sh\n' >p2/same/finish
echo 1000 >p2/same/timeout-finish
longrun p2 fresh; printf '#!/bin/sh\n' >p2/fresh/finish
longrun p3 fresh; echo '# 3' >>p3/other/run
for s in p1 p2 p3; do comp db.$s $s; done
fresh db.p1
rc start same other
nowhere() { find live/servicedirs -mindepth 2 -type l ! -exec test -e {} \; -print; }
n=0 bad=
while [ $((n += 1)) -le 8 ]; do
	killed_at symlinkat $n db.p2
	upd db.p3 || bad="$bad not at $n"
	bad=$bad$(nowhere)
	upd db.p1
done
is "$bad" '' 'killed while it prepares, and another set: no link leads nowhere'
# Another service takes the name of which it had made the directory.
longrun p4 same; mkdir p4/fresh; cp p1/other/* p4/fresh 2>/dev/null
comp db.p4 p4
n=0
until [ -d live/servicedirs/fresh ] || [ $((n += 1)) = 40 ]; do
	killed_at symlinkat $n db.p2
done
not 'killed when a directory is prepared, before the journal' test -e live/journal
was=$(pid other)
echo 'other -> fresh' >taken
ok 'another service takes that name' upd -f taken db.p4
is "$(pid fresh)" "$was" 'and keeps its process'
is "$(ups)" 'fresh same' 'all are up'

# --- a service that runs since before it was to say when it is ready
for s in k1 k2 k3; do longrun $s kept; echo keep >$s/kept/on-change; done
echo 3 >k2/kept/notification-fd
echo restart >k3/kept/on-change; echo '# 3' >>k3/kept/run
for s in k1 k2 k3; do comp db.$s $s; done
fresh db.k1
rc start kept
was=$(pid kept)
upd db.k2
# Its listener is made when it is owed, before it is told.
strace -o /dev/null -qq -e trace='?mknod,mknodat' -e signal=none \
	-e inject='?mknod,mknodat:signal=SIGKILL:when=1' \
	reeve-rc-update -v0 -l "$D/live" db.k3
is "$(rc status kept | awk '{ print $2 }')" owed 'it is owed, and was not told'
ok 'nobody waits for what it cannot say' upd -t 10000 --abort
is "$(ups) $(pid kept)" "kept $was" 'it is up, with its process'

# --- killed while it removes a definition that the next set has again
for s in r1 r2; do longrun $s again; done
echo 3 >r1/again/notification-fd
printf '#!/bin/sh\necho >&3\nexec sleep 100000\n' >r1/again/run
for s in r1 r2; do comp db.$s $s; done
fresh db.r1
rc start again
cp -R live/current/def/again/. whole
n=0 bad=
while [ $((n += 1)) -le 20 ]; do
	killed_at unlinkat $n db.r2
	upd db.r1 || bad="$bad not at $n"
	diff -r whole live/current/def/again >/dev/null || bad="$bad half at $n"
done
is "$bad" '' 'killed while it removes a definition that comes back: that is whole'

# --- a wish that fails
longrun w1 keep; longrun w2 keep; bundle w1 default
longrun w2 wisher; mkdir w2/wisher/wants.d; : >w2/wisher/wants.d/broken
longrun w2 broken
cat >w2/broken/run <<-EOF2
	#!/bin/sh
	: >$D/asked
	until [ -e $D/go ]; do sleep 0.02; done
	exit 1
EOF2
printf '#!/bin/sh\nexit 125\n' >w2/broken/finish
echo 3 >w2/broken/notification-fd
bundle w2 default wisher
comp db.w1 w1; comp db.w2 w2
fresh db.w1
rc start keep
rm -f asked
reeve-rc-update -v0 --rollback -l "$D/live" --bundle default db.w2 & p=$!
within 10 test -e asked || bail 'the wish is not started'
kill -KILL $p
wait $p 2>/dev/null
: >go
ok 'a switch with a wish that fails is cut off, and finished' \
	upd --rollback --bundle default db.w2
is "$(ups)" 'keep wisher' 'without the wish'

# --- more failures than the old set has services
longrun f1 only
k=0
while [ $k -lt 60 ]; do
	longrun f2 bad$k; echo 3 >f2/bad$k/notification-fd
	echo 1 >f2/bad$k/timeout-up
	k=$((k + 1))
done
# shellcheck disable=SC2046
bundle f2 default $(ls f2)
longrun f2 only
comp db.f1 f1; comp db.f2 f2
fresh db.f1
reeve-rc-update -l "$D/live" --bundle default db.f2 2>err
is $? 2 'more failures than the old set has services'
is "$(grep -c 'unable to start' err)" 60 'all are named'
end
