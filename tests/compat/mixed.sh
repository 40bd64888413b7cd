# mixed.sh - clients of one suite and daemons of the other.  Sourced by tests
# of this directory.
# shellcheck shell=sh

# Debian's svscan starts /usr/bin/s6-supervise; ours asks REEVE_BIN.
ours_for_theirs() { # our supervise where Debian's svscan looks for its own
	mount --bind "$BUILD/bin/reeve-supervise" /usr/bin/s6-supervise 2>/dev/null
}
theirs_for_ours() { # Debian's supervise where our svscan looks for its own
	mkdir -p theirs
	for _b in "$BUILD"/bin/*; do ln -sf "$_b" theirs/; done
	cp "$(readlink -f "$(command -v s6-supervise)")" theirs/s6-supervise.real
	rm -f theirs/reeve-supervise
	ln -s s6-supervise.real theirs/reeve-supervise
	REEVE_BIN=$PWD/theirs
	export REEVE_BIN
}
