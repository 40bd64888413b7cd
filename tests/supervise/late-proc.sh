#!/bin/sh
# supervise/late-proc.sh - a killed supervise is replaced by one that takes
# the service over, whatever became of /proc since it was started: mounted
# late, hidden, mounted over, of another pid namespace, or never there.
. "$TESTS/lib.sh"
[ "$P" = reeve- ] || skip_all 's6 starts a second copy'
! grep -q '^SANITIZE = yes' "$BUILD/config.mak" ||
	skip_all 'the sanitizers themselves read /proc when they start'
unshare --fork --pid --mount sh -c 'mount -t tmpfs none /proc &&
	mount -t proc proc /proc' 2>/dev/null ||
	skip_all '/proc cannot be mounted here'
# No process and no clock of lib.sh's that needs /proc.
clock() { _clock=$(($(date +%s%N) / 10000000)); }
hide() { mount -t tmpfs none /proc; }
show_proc() { mount -t proc proc /proc; }

mkdir scan
service scan/foo <<'END'
echo $$ >>runs
echo $PPID >super
exec sleep 1000
END
cat >scan/foo/finish <<'END'
#!/bin/sh
echo "$*" >>finished
END
chmod +x scan/foo/finish
# What holds the lock is the supervise; nobody needs /proc for that.
super_of() { holder "scan/$1"; }
replaced() { # replaced LABEL: kill the supervise; the service stays
	_pid=$(field scan/foo pid) _was=$(super_of foo)
	_n=$(wc -l <scan/foo/runs)
	kill -KILL "$_was"
	_new() { _is=$(super_of foo) && [ "$_is" != "$_was" ] && up scan/foo; }
	ok "$1: the next supervise comes" within 10 _new
	is "$(field scan/foo pid)" "$_pid" "$1: it takes the service over"
	is "$(wc -l <scan/foo/runs)" "$_n" "$1: there is no second copy"
	is "$(cat scan/foo/finished 2>/dev/null)" '' "$1: nor a finish"
}
again() { # start it once more: its record is of now
	_n=$(field scan/foo pid)
	reeve-svc -t scan/foo
	_other() {
		_p=$(field scan/foo pid)
		[ "$_p" != "$_n" ] && [ "$_p" != -1 ]
	}
	within 10 _other
	rm -f scan/foo/finished
}

hide
scanned scan 2>err
within 10 up scan/foo
replaced 'no /proc at all'
show_proc
replaced '/proc mounted late'
again
hide
replaced '/proc hidden'
show_proc
replaced '/proc mounted over'
again
show_proc
replaced '/proc mounted over that'
again
# Another namespace's: our numbers are others there, or nobody's.
unshare --pid --fork sh -c 'mount -t proc proc /proc
	i=0; while [ $i -lt 300 ]; do setsid sh -c : & i=$((i + 1)); done; wait
	i=0; while [ $i -lt 100 ]; do setsid sleep 1000 & i=$((i + 1)); done
	: >mounted; wait' &
within 20 test -e mounted
replaced '/proc of another namespace'
end
