#!/bin/sh
# rc/sd-notify.sh - a definition with notification-type sd_notify: every word
# of the protocol has its effect on the service as people see it.
. "$TESTS/lib.sh"
need python3 jq
REEVE_HOME=$PWD/t NO_COLOR=1 LC_ALL=C TZ=UTC
export REEVE_HOME NO_COLOR LC_ALL TZ
chmod 755 .
f() { mkdir -p "t/sv/${1%/*}"; cat >"t/sv/$1"; }
# Says what is written into the file todo-NAME, line by line.
cat >talk <<'E2'
import os,signal,socket,sys,time,array
s=socket.socket(socket.AF_UNIX,socket.SOCK_DGRAM)
def say(m):
    s.sendto(m.encode().replace(b"|",b"\n"),os.environ["NOTIFY_SOCKET"].replace("@","\0"))
name,dir=sys.argv[1:3]
# (An exception would be dropped if it came while a file is thrown away.)
def term(*a): say("STOPPING=1|STATUS=bye"); time.sleep(1); os._exit(0)
signal.signal(signal.SIGTERM,term)
open(dir+"/env-"+name,"a").write("%s %s\n"%(os.environ.get("WATCHDOG_USEC"),os.environ.get("WATCHDOG_PID")==str(os.getpid())))
def save(n):
    open(dir+"/new-"+name,"w").write(str(n)); os.rename(dir+"/new-"+name,dir+"/seen-"+name)
try: at=int(open(dir+"/seen-"+name).read())	# of the run before
except OSError: at=0
if at: say("READY=1")
while True:
    try: lines=open(dir+"/todo-"+name).read().split("\n")[:-1]
    except OSError: lines=[]
    for m in lines[at:]:
        if m=="barrier":
            r,w=os.pipe()
            s.sendmsg([b"BARRIER=1"],[(socket.SOL_SOCKET,socket.SCM_RIGHTS,array.array("i",[w]))],0,os.environ["NOTIFY_SOCKET"].replace("@","\0"))
            os.close(w); os.read(r,1); open(dir+"/barrier","w").close()
        elif m=="child":
            if os.fork()==0: say("STATUS=of a child"); os._exit(0)
            os.wait()
        elif m=="ping": pass
        elif m=="deaf": signal.signal(signal.SIGABRT,signal.SIG_IGN)
        else:
            save(at+1+lines[at:].index(m))
            say(m)
    at=len(lines); save(at)
    if "ping" in lines: say("WATCHDOG=1")
    time.sleep(0.05)
E2
mkdir -m 1777 do
define() { # define NAME
	f "$1/command" <<E2
python3 $PWD/talk $1 $PWD/do
E2
	echo sd_notify | f "$1/notification-type"
	f "$1/logger" </dev/null
}
tell() { echo "$2" >>"do/todo-$1"; }
get() { reeve status --json "$1" | jq -r ".services[0].$2"; }
define a; define w; define u
echo 600ms | f w/watchdog
echo '1 1' | f w/backoff
echo nobody | f u/user
for s in a w u; do : >do/todo-$s; done
reeve up --tree-only >/dev/null || bail 'no tree'
reeve-rc-compile "$PWD/db" t/sv && reeve-rc-init -c "$PWD/db" -l t/live t/service || bail 'no live directory'
reeve start a >started 2>&1 & start=$!
within 10 sh -c '[ "$(reeve status --json a | jq -r ".services[0].state")" = starting ]'; is $? 0 'without READY it is starting'
tell a 'STATUS=loading 3 of 7'
within 10 sh -c 'reeve status a | grep -q "loading 3 of 7"'; is $? 0 'STATUS before READY'
ok 'reeve start waits' kill -0 $start
tell a READY=1
wait $start; is $? 0 'READY=1: it has started'
is "$(get a ready)" true 'and is ready'
tell a 'RELOADING=1|MONOTONIC_USEC=1'
within 10 sh -c 'reeve status a | grep -q reloading'; is $? 0 'RELOADING=1 is shown'
tell a READY=1
within 10 sh -c '! reeve status a | grep -q reloading'; is $? 0 'until READY=1'
tell a child; within 10 sh -c 'reeve status a | grep -q "of a child"'; is $? 0 'what a child says counts'
tell a barrier; within 10 test -e do/barrier; is $? 0 'BARRIER=1 is answered'
tell a 'FDSTORE=1|FDNAME=x|EXTEND_TIMEOUT_USEC=5|X_OWN=1|STATUS=after'
within 10 sh -c 'reeve status a | grep -q after'; is $? 0 'other words do no harm'
tell a MAINPID=1
within 10 grep -q 'names process 1 as its main one' t/log/a/current; is $? 0 'MAINPID of another process is said'
is "$(get a ready)" true 'and it is still the same'
is "$(cat do/env-a)" 'None False' 'without a watchdog it is told of none'
tell a WATCHDOG=trigger
within 10 sh -c '[ $(wc -l <do/env-a) -ge 2 ]'; is $? 0 'WATCHDOG=trigger: it is restarted'
like "$(reeve-svdt t/live/servicedirs/a)" 'SIGABRT' 'after SIGABRT'
reeve stop a >stopped & stop=$!
within 10 sh -c 'reeve status a | grep -q "stopping: bye"'; is $? 0 'STOPPING=1 and STATUS on the way down'
wait $stop; is $? 0 'it stops'
is "$(get a status_text)" null 'and says nothing any more'

tell w READY=1; tell w ping
reeve start w >/dev/null; is $? 0 'one with a watchdog'
is "$(head -n 1 do/env-w)" '600000 True' 'is told how often it must say so'
sleep 1.5	# longer than the watchdog: the promise is that nothing happens
is "$(wc -l <do/env-w)" 1 'WATCHDOG=1 keeps it alive'
pid=$(get w pid); sed -i s/ping/none/ do/todo-w
kill -STOP "$pid"; within 10 sh -c '[ $(wc -l <do/env-w) -ge 2 ]'; is $? 0 'without a sign of life it is ended, and started again'
within 10 grep -q 'no sign of life for 600 ms' t/log/w/current; is $? 0 'and that is said'
if [ -n "${REEVE_LONG-}" ]; then	# 20 s of grace for a core dump
	tell w deaf; tell w ping
	sed -i s/ping/none/ do/todo-w
	within 40 grep -q 'sending SIGKILL' t/log/w/current; is $? 0 'one that ignores SIGABRT is killed'
fi

tell u 'READY=1|STATUS=as nobody'
if [ "$(id -u)" = 0 ]; then
	reeve start u >said 2>&1; is $? 0 'as another user' || show said
	within 10 sh -c 'reeve status u | grep -q "as nobody"'; is $? 0 'STATUS too'
else skip 2 'this is not root'; fi
reeve down >/dev/null
end
