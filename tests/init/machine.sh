#!/bin/sh
# machine.sh - boot mode and the end of a machine, in a namespace where
# reboot(2) only ends process 1 (tests/init/boot.sh has a real kernel): steps,
# log with early messages, rc.init and the shell when it fails, requests,
# rc.shutdown and its limit, what is killed, the maker's directory.
. "$TESTS/lib.sh"
need unshare nsenter
# A user namespace: nothing here can touch the real file systems.
unshare --user --map-root-user --pid --fork --mount true 2>/dev/null ||
	skip_all 'no user namespaces'
export REEVE_SOURCES="$PWD/sv" REEVE_STATE="$PWD/state"

# machine [OPTION...]: boot in the background; its console is ./console.
machine() {
	: >console
	unshare --user --map-root-user --pid --fork --kill-child --mount \
		--mount-proc sh -c '
			mount -t tmpfs run /run
			mount --bind console /dev/console
			[ ! -e shell ] || mount --bind shell /bin/sulogin ||
				mount --bind shell /usr/sbin/sulogin
			exec reeve-init --boot --no-mounts "$@"' \
		sh "$@" >out 2>&1 &
	box=$!
}
one() { # pid of process 1
	_q=$box
	while ! grep -q '^NSpid:.*[[:space:]]1$' "/proc/$_q/status" 2>/dev/null
	do
		_q=$(cat "/proc/$_q/task/$_q/children" 2>/dev/null)
		_q=${_q%% *}
		[ -n "$_q" ] || { sleep 0.02; _q=$box; }
	done
	echo "$_q"
}
in_it() { nsenter -t "$(one)" --user --mount --pid --preserve-credentials "$@"; }
said() { grep -q "$1" console; }
ended() { # ended CODE LABEL: 129 is a reboot, 130 poweroff or halt
	within 15 sh -c "! kill -0 $box 2>/dev/null || grep -q zombie /proc/$box/status"
	kill -9 $box 2>/dev/null	# only if it did not
	wait $box
	is $? "$1" "$2"
}

mkdir -p sv/one sv/default/contents.d state
echo longrun >sv/one/type
printf '#!/bin/sh\ntrap "echo one down >>%s/order; exit" TERM\n: >%s/up\nwhile :; do sleep 0.05; done\n' \
	"$PWD" "$PWD" >sv/one/run
chmod +x sv/one/run
echo bundle >sv/default/type
: >sv/default/contents.d/one
reeve-rc-compile state/db sv && ln -s db state/boot

ok 'the maker writes a directory' reeve-init-maker -b "$REEVE_BIN" \
	-c "$PWD/etc" -G tty1 -e COLOUR=blue -t 3s etc
is "$(reeve-init-maker etc 2>&1; echo $?)" \
	'reeve-init-maker: fatal: etc exists already
100' '... and overwrites none'
like "$(reeve-init-maker -e x new 2>&1)" 'expected NAME=VALUE, not x' \
	'... bad variable'
like "$(reeve-init-maker -G '../x' new 2>&1)" 'expected a terminal' \
	'... bad terminal'
if command -v shellcheck >/dev/null; then
	ok '... its scripts are clean' shellcheck -s sh etc/init etc/rc.init \
		etc/rc.shutdown etc/rc.final etc/sv/getty-tty1/run
else
	skip 1 'shellcheck is not installed'
fi

# Without any directory: services up, reboot on request.
machine
ok 'boots without a directory' within 10 said 'all services ready'
ok '... brings the services up' within 5 test -e up
like "$(in_it cat /run/uncaught-logs/current)" \
	'@[0-9a-f]* reeve-init: all services ready' '... the log has it'
is "$(in_it reeve-svstat -o up /run/service/s6-svscan-log)" true \
	'... from a logger'
in_it reeve-shutdown -r now
ended 129 'reboot'
is "$(cat order)" 'one down' '... services went down in order'
ok '... said so' said 'reeve-init: reboot'

# Signals and names.
cp "$REEVE_BIN/reeve-shutdown" halt
cp "$REEVE_BIN/reeve-shutdown" poweroff
for how in 'INT 129' 'TERM 129' 'USR1 130' 'USR2 130' 'PWR 130'; do
	machine
	within 10 said 'all services ready'
	kill "-${how% *}" "$(one)"
	ended "${how#* }" "SIG${how% *} ends the machine"
done
for name in halt poweroff; do
	machine
	within 10 said 'all services ready'
	in_it "$PWD/$name"
	ended 130 "$name"
	ok '... by that name' said "reeve-init: $name"
done
machine
within 10 said 'all services ready'
in_it "$PWD/poweroff" -f
ended 130 'poweroff -f, at once'

# The maker's directory, with an rc.init of ours.
cat >etc/rc.init <<END2
#!/bin/sh
echo early message
env >$PWD/environment
[ -e $PWD/good ] || exit 3
exec $REEVE_BIN/reeve-init --bring-up
END2
cat >etc/rc.shutdown <<END2
#!/bin/sh
echo rc.shutdown >>$PWD/order
[ ! -e $PWD/hang ] || exec sleep 1000
END2
cat >etc/rc.final <<END2
#!/bin/sh
echo rc.final >>$PWD/order
END2
# The shell for root, as far as we can be one: repairs what is wrong.
mkdir -p bin
if [ -e /sbin/sulogin ] || [ -e /usr/sbin/sulogin ]; then
	printf '#!/bin/sh\necho the shell runs >>%s/shell-ran\n: >%s/good\n' \
		"$PWD" "$PWD" >shell
	chmod +x shell
fi
if [ -e shell ] && [ -e /sbin/sulogin ]; then
	rm -f order
	: >console
	unshare --user --map-root-user --pid --fork --kill-child --mount \
		--mount-proc sh -c '
			mount -t tmpfs run /run
			mount --bind console /dev/console
			mount --bind shell /sbin/sulogin
			exec etc/init single' sh >out 2>&1 &
	box=$!
	ok 'a broken rc.init leads to a shell, then it is run again' \
		within 10 said 'all services ready'
	# One for the word single, which repaired it already.
	is "$(grep -c . shell-ran)" 1 '... single: a shell before rc.init'
	in_it reeve-shutdown -r now
	ended 129 '... reboot'
	rm -f good shell-ran
	: >console
	unshare --user --map-root-user --pid --fork --kill-child --mount \
		--mount-proc sh -c '
			mount -t tmpfs run /run
			mount --bind console /dev/console
			mount --bind shell /sbin/sulogin
			exec etc/init' sh >out 2>&1 &
	box=$!
	ok 'a broken rc.init, no word: the same' \
		within 10 said 'all services ready'
	ok '... told on the console' said 'rc.init failed with code 3'
	is "$(grep -c . shell-ran)" 1 '... one shell'
	like "$(cat environment)" 'COLOUR=blue' 'env/ is the environment'
	like "$(in_it cat /run/uncaught-logs/current)" 'early message' \
		'what rc.init prints is in the log'
	# What rc.shutdown leaves running is killed, deaf or not.
	in_it sh -c 'setsid sh -c "trap \"\" TERM HUP; : >$0
		while :; do sleep 1; done" >/dev/null 2>&1 &' "$PWD/deaf"
	within 5 test -e deaf || bail 'nothing runs in there'
	rm -f order
	start=$(date +%s%N)
	in_it reeve-shutdown -t 1 -h now
	ended 130 'poweroff with something deaf running'
	ms=$((($(date +%s%N) - start) / 1000000))
	ok "... KILL after the grace time ($ms ms)" \
		test $ms -ge 1000 -a $ms -le 3000
	ok '... said so' said 'some processes had to be killed'
	is "$(grep -v one order | tr '\n' ' ')" 'rc.shutdown rc.final ' \
		'... between the two scripts'
	# A limit for rc.shutdown: 3 s, as the maker was told.
	: >hang
	: >console
	unshare --user --map-root-user --pid --fork --kill-child --mount \
		--mount-proc sh -c '
			mount -t tmpfs run /run
			mount --bind console /dev/console
			exec etc/init reeve.debug' sh >out 2>&1 &
	box=$!
	within 10 said 'all services ready'
	ok 'reeve.debug: steps and log on the console' \
		said 'step: scan directory'
	start=$(date +%s%N)
	in_it reeve-shutdown -r now
	ended 129 'rc.shutdown hangs: reboot all the same'
	ms=$((($(date +%s%N) - start) / 1000000))
	ok "... after its limit ($ms ms)" test $ms -ge 3000 -a $ms -le 5000
	ok '... which is told' said 'rc.shutdown did not end in 3 s'
else
	skip 15 'no sulogin to stand in for'
fi

# Requests that are not for now.
rm -f hang
machine
within 10 said 'all services ready'
in_it reeve-shutdown -r +1 'new kernel'
ok 'a message for all' within 5 said 'goes down for reboot in 60 seconds.*new kernel'
ok '... no more logins' within 5 in_it test -e /run/nologin
in_it reeve-shutdown -c
ok 'cancelled' within 5 in_it sh -c '! test -e /run/nologin'
ok '... for all to see' said 'cancelled'
in_it reeve-shutdown -k now 'only a drill'
ok 'only a message' within 5 said 'only a drill'
in_it reeve-shutdown -r +2s
ended 129 'in two seconds'

# Bad input.
out=$(reeve-shutdown now 2>&1);	is $? 100 'what to do is missing'
like "$out" 'what is to be done' '... says so'
out=$(reeve-shutdown -r soon 2>&1);	is $? 100 'bad time'
like "$out" 'soon: expected now, \+MINUTES' '... says what is expected'
out=$(reeve-shutdown -r -H now 2>&1);	is $? 100 'two ends'
out=$(REEVE_SCANDIR=$PWD/none reeve-shutdown -r now 2>&1)
is $? 102 'nobody listens'
like "$out" 'no reeve-shutdownd listens on' '... says so'
mkdir -p x/y
out=$(cd x/y && reeve-shutdownd 2>&1);	is $? 100 'shutdownd elsewhere'
like "$out" 'reeve-init did not start this machine' '... says why not'
out=$(reeve-init --boot 2>&1);	is $? 100 '--boot is for process 1'

# A wrong option does not end process 1.
machine --no-such-option
ok 'a wrong option: boots all the same' within 10 said 'all services ready'
ok "... and says so" grep -q "going on without any option" console out
kill -INT "$(one)"
ended 129 '... reboot'
end
