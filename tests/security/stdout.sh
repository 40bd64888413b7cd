#!/bin/sh
# security/stdout.sh - a service that runs as another user can open
# /dev/stdout, /dev/stderr and /proc/self/fd/1 for writing, as nginx, apache
# and php do: with a logger, without one, in a container, as a oneshot; and
# none of them for reading.  Nobody else can open what it writes to.
# TIMEOUT: 240
. "$TESTS/lib.sh"
. "$TESTS/security/lib.sh"
built_with LINUX || skip_all '/dev/stdout is opened again on Linux only'
need unshare

cat >/srv/opens <<'E2'
#!/bin/sh
# opens NAME [COMMAND...]: write in every way; say on which reading worked.
name=$1; shift
for f in /dev/stdout /dev/stderr /proc/self/fd/1 /proc/self/fd/2; do
	(echo "$name wrote to $f" >$f) || echo "$name: no writing to $f"
	(echo "$name added to $f" >>$f) || echo "$name: no adding to $f"
	(: <$f) && echo "$name reads $f"
	(: <>$f) && echo "$name reads and writes $f"
done
echo "$name is $(id -u), done"
[ $# = 0 ] || exec "$@"
E2
chmod 755 /srv/opens
want='added to /dev/stderr
added to /dev/stdout
added to /proc/self/fd/1
added to /proc/self/fd/2
is 1001, done
wrote to /dev/stderr
wrote to /dev/stdout
wrote to /proc/self/fd/1
wrote to /proc/self/fd/2'
# said NAME FILE...: what it said, sorted, without its name and what stands before
# it: a stamp, or half a line of another script with the same output.
said() {
	_n=$1; shift
	cat "$@" 2>/dev/null | sed -n "s/^\(.*[ :]\)\{0,1\}$_n:\{0,1\} //p" | sort
}
finished() { said "$@" | grep -q done; }

sv logged user 'www\n' logger '' command '/srv/opens logged sleep 1000\n'
sv bare user 'www\n' command '/srv/opens bare sleep 1000\n'
sv once type 'oneshot\n' user 'www\n' logger '' up '/srv/opens once\n'
sv alone type 'oneshot\n' user 'www\n' up '/srv/opens alone\n'
sv default type 'bundle\n' contents 'logged\nbare\nonce\nalone\n'
echo log >/srv/sv/log-user
reeve up >up.out 2>&1;	is $? 0 'a tree'
for s in logged bare once alone; do
	case $s in
	alone) log=up.out ;; # of who asks for it
	logged | once) log=/var/log/reeve/$s/current ;;
	*) log=/var/log/reeve/catch-all/current ;;
	esac
	within 20 finished $s $log
	is "$(said $s $log)" "$want" "$s"
done
# Nobody else, by no path.
for who in www mallory; do
	is "$($who find /run -type p -writable 2>/dev/null)" '' "$who can write to no pipe by its name"
done
# Where an older version made the directory, it is closed first.
chmod 755 /run/reeve/fifo; chmod 600 /run/reeve/fifo/*
sv more user 'www\n' logger '' command '/srv/opens more sleep 1000\n'
reeve switch >/dev/null 2>&1; reeve start more >/dev/null 2>&1
within 20 finished more /var/log/reeve/more/current
is "$(said more /var/log/reeve/more/current)" "$want" 'a service that came with a switch'
is "$(stat -c %a /run/reeve/fifo)" 700 'the directory of the pipes is closed'
reeve down >/dev/null 2>&1

# Service directories, one with a logger of svscan; its output is a pipe.
for d in raw other; do
	mkdir -p /srv/scan/$d
	printf '#!/bin/sh\nexec 2>&1 reeve-setuidgid www /srv/opens %s sleep 1000\n' $d >/srv/scan/$d/run
	chmod 755 /srv/scan/$d/run
done
mkdir /srv/scan/raw/log
printf '#!/bin/sh\nexec cat >>/srv/raw\n' >/srv/scan/raw/log/run; chmod 755 /srv/scan/raw/log/run
mkfifo named; chmod 600 named; cat named >/srv/other & reader=$!
{ reeve-svscan /srv/scan & echo $! >pid; wait $!; } 2>&1 | cat >/srv/other & tree=$!
within 20 finished raw /srv/raw
is "$(said raw /srv/raw)" "$want" 'the logger of svscan'
within 20 finished other /srv/other
is "$(said other /srv/other)" "$want" 'what svscan got as a pipe without a name'
reeve-svscanctl -t /srv/scan; wait $tree
# One with a name is not opened to the world.
sleep 1000 >named & held=$!
reeve-svscan /srv/scan >named 2>/dev/null & tree=$!
within 10 up /srv/scan/other
is "$(stat -c %a named)" 600 'a fifo that is not ours keeps its mode'
reeve-svscanctl -t /srv/scan; wait $tree; kill $held; wait $held $reader

# The same catch-all by itself, and in a container, without one.
rm -rf /srv/scan/raw
reeve-catchall -D /var/log/c /srv/scan 2>/dev/null & tree=$!
within 20 finished other /var/log/c/current
is "$(said other /var/log/c/current)" "$want" 'reeve-catchall'
reeve-svscanctl -t /srv/scan; wait $tree
rm -rf /srv/sv/* /var/lib/reeve
sv boxed user 'www\n' command '/srv/opens boxed sleep 1000\n'
sv default type 'bundle\n' contents 'boxed\n'
unshare --pid --fork --kill-child --mount-proc timeout -k 5 40 reeve-init --run /run/box \
	sh -c 'until grep -q done /srv/box; do sleep 0.1; done; echo ended' 2>&1 | cat >/srv/box
is "$(said boxed /srv/box)" "$want" 'a container'
end
