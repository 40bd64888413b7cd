#!/bin/sh
# faults.sh - process 1 of a machine lives through every system call that
# fails while it boots: each call of each kind is made to fail in turn, and
# afterwards process 1 is still there, as svscan or with a shell asked for.
# TIMEOUT: 120
. "$TESTS/lib.sh"
need unshare strace
unshare --user --map-root-user --pid --fork --mount true 2>/dev/null ||
	skip_all 'no user namespaces'
export REEVE_SOURCES="$PWD/sv" REEVE_STATE="$PWD/state"
mkdir sv

# try CALL ERROR N: boot with the Nth CALL of process 1 failing.  0 if it
# lives, 1 if it died, 2 if there was no Nth call.
try() {
	rm -f trace
	unshare --user --map-root-user --pid --fork --kill-child --mount \
		--mount-proc sh -c '
			mount -t tmpfs run /run
			exec strace -D -qq -o trace -e "trace=$1,/^exit" \
				-e "inject=$1:error=$2:when=$3" \
				reeve-init --boot --no-mounts' \
		sh "$1" "$2" "$3" >out 2>&1 &
	box=$!
	# What it does first is over when svscan runs, or it asks for a shell.
	_i=0
	while [ $_i -lt 40 ] && kill -0 $box 2>/dev/null; do
		_i=$((_i + 1))
		grep -q INJECTED trace 2>/dev/null && [ $_i -gt 3 ] && break
		sleep 0.02
	done
	sleep 0.05
	if ! kill -0 $box 2>/dev/null || grep -q 'zombie' /proc/$box/status ||
		grep -q '^exit' trace; then
		r=1
	elif grep -q INJECTED trace; then r=0
	else r=2
	fi
	kill -9 $box 2>/dev/null
	wait $box 2>/dev/null
	return $r
}
if ! try mkdir EACCES 1 && ! grep -q INJECTED trace 2>/dev/null; then
	skip_all 'strace cannot trace process 1 of a namespace here'
fi
for f in openat:EMFILE mkdir:ENOSPC symlink:EROFS rename:ENOSPC \
	write:ENOSPC pipe:ENFILE,pipe2:ENFILE mknodat:ENOSPC,mknod:ENOSPC \
	dup2:EBADF fork:EAGAIN,clone:EAGAIN chdir:ENOENT fcntl:EMFILE \
	setsid:EPERM; do
	n=0 bad=
	for c in $(echo "$f" | tr , ' '); do
		call=${c%:*} i=0
		# The first ones are the loader's.
		[ $call != openat ] || i=8
		while [ $i -lt 60 ]; do
			i=$((i + 1))
			share || continue
			try "$call" "${c#*:}" $i
			case $? in
			0) n=$((n + 1)) ;;
			1) bad="$bad $call#$i"; tail -n 3 out | sed 's/^/# /'
			   tail -n 3 trace | sed 's/^/# /' ;;
			2) break ;;
			esac
		done
	done
	is "$bad" '' "lives through $n failing calls of $f"
done
end
