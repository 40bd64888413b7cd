# lib.sh - what tests of the logger share.
# shellcheck shell=sh
. "$TESTS/lib.sh"

# in_memory: go on in a tmpfs, if one can be mounted.  A logger syncs at each
# rotation; there it waits for no disk.
in_memory() {
	mkdir memory
	mount -t tmpfs none memory 2>/dev/null || return 0
	cd memory || exit 111
}

# calls TRACE: for each system call, its name, and which of these in the trace
# of a logger of ./d are its first and its last one.  What comes before the
# first call that names the directory is the loader's, or the sanitizers', or
# leaves nothing behind.
calls() {
	awk '/"\.\/d"/ && !/^execve/ { ours = 1 }
		match($0, /^[a-z0-9_]+\(/) {
			call = substr($0, 1, RLENGTH - 1)
			all[call]++
			if (!ours)
				before[call]++
		}
		END {
			for (call in all)
				if (all[call] > before[call])
					print call, before[call] + 1, all[call]
		}' "$1"
}

# sleeps PID: how often it has gone to sleep in its life.
sleeps() {
	sed -n 's/^voluntary_ctxt_switches:[^0-9]*//p' "/proc/$1/status"
}
