#!/bin/sh
# supervise/events.sh - who may listen to a service can put into its fifodir
# what he likes: fifos that nobody reads, fifos that are full, other files.
# Events still come at once to those who listen, and what is dead goes.
. "$TESTS/lib.sh"
[ "$P" = reeve- ] || skip_all 's6 looks at each'
need python3 strace
strace -o /dev/null true 2>/dev/null || skip_all 'strace cannot trace here'

cat >fill.py <<'E'
import fcntl, os, resource, sys, time
where, what, n = sys.argv[1], sys.argv[2], int(sys.argv[3])
hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
keep = []
for i in range(n):
    name = '%s/ftrig1:@40000000695000%02x%08x:%06d' % (where, ord(what[0]), i, i)
    if what == 'file': open(name, 'w').close()
    elif what == 'directory': os.mkdir(name); os.mkdir(name + '/x')
    elif what == 'link': os.symlink('/', name)
    else: os.mkfifo(name, 0o622)
    if what == 'unread':
        keep.append(os.open(name, os.O_RDONLY | os.O_NONBLOCK))
        w = os.open(name, os.O_WRONLY | os.O_NONBLOCK)
        try:
            while True: os.write(w, b'x' * 4096)
        except BlockingIOError: pass
        os.close(w)
print('here', flush=True)
if keep: time.sleep(1000)
E
calls() { # calls of one event
	strace -f -o trace s6-ftrig-notify e U
	wc -l <trace
}
# Not every file system says what a name stands for.
mkdir memory
if mount -t tmpfs none memory 2>/dev/null; then
	cp fill.py memory; cd memory || exit
	told=yes
fi
s6-mkfifodir e
none=$(calls)
for what in file directory link; do
	[ -n "${told-}" ] || { skip 1 'cannot mount'; continue; }
	python3 fill.py e $what 1000 >said
	n=$(calls)
	ok "1000 of what is a $what: $n calls, $none without" \
		test "$n" -lt $((none + 300))
	rm -rf e/*
done

python3 fill.py e dead 1000 >said
calls >/dev/null
is "$(ls e | wc -l)" 0 'what is dead goes with the first event'
python3 fill.py e unread 500 >said & p=$!
within 20 grep -q here said
n=$(calls)
ok "500 that are full: four calls for each ($n)" test "$n" -lt \
	$((none + 500 * 4 + 200))
is "$(ls e | wc -l)" 500 'and they stay'
kill $p; wait $p 2>/dev/null

service s <<'END'
exec sleep 1000
END
: >s/down
supervised s
python3 fill.py s/event dead 10000 >said
python3 fill.py s/event unread 900 >said & p=$!
within 60 grep -q here said
python3 fill.py s/event file 10000 >said
ticks() { sed 's/.*) //' /proc/$super_pid/stat | awk '{ print $12 + $13 }'; }
t0=$(ticks)
for i in 1 2 3 4 5; do
	ok 'up, and heard of' timeout 20 reeve-svc -wu -T 15000 -u s
	ok 'down, and heard of' timeout 20 reeve-svc -wd -T 15000 -d s
done
ok "in $((($(ticks) - t0))) hundredths of a second of processor time" \
	test $(($(ticks) - t0)) -lt 500
is "$(ls s/event | grep -c '@40000000695000'"$(printf %02x "'d")")" 0 \
	'the dead ones are gone'
kill $p
end
