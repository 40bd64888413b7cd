#!/bin/sh
# tools/schedule.sh - reeve-schedule runs at the right times, never twice at
# once, records the result, and ends with what it runs.
. "$TESTS/lib.sh"
TZ=UTC; export TZ

coming() { reeve-schedule -p "$1" "$2"; }
is "$(coming 3 '*/20 * * * *' | cut -c 15-16 | sort | tr '\n' ' ')" '00 20 40 ' 'every twenty minutes'
is "$(coming 1 '0 0 1 1 *' | cut -c 6-)" '01-01 00:00:00' 'once a year'
is "$(coming 1 @yearly)" "$(coming 1 '0 0 1 jan *')" '@yearly, names of months'
is "$(coming 7 '30 4 * * *' | cut -c 12- | sort -u)" 04:30:00 'daily'
for d in $(coming 5 '0 12 * * mon-fri' | cut -c 1-10); do date -d "$d" +%u; done | grep -c '[67]' >n
is "$(cat n)" 0 'on weekdays'
is "$(coming 2 '0 0 29 2 *' | cut -c 6-10 | sort -u)" 02-29 'leap days'
is "$(coming 4 '0 0 13 * fri' | while read -r d t; do date -d "$d" +%u-%d; done | grep -vc -e '^5-' -e '-13$')" 0 'day or weekday'
for bad in '60 * * * *' '* 24 * * *' '* * 0 * *' '* * 32 * *' '* * * 13 *' '* * * * 8' '* * * *' '* * * * * *' '5-1 * * * *' '*/0 * * * *' ', * * * *' 'x * * * *' 'every' 'every 0' 'every x' ''; do
	reeve-schedule "$bad" true 2>err; is $? 100 "refused: '$bad'"
done
is "$(reeve-schedule -p 5 '0 0 30 2 *')" '' 'what never comes round'
# 2026-03-29 02:30 does not exist in Berlin, 2026-10-25 02:30 does twice.
# faketime works by preloading: not on static programs, nor with sanitizers.
fakes=$(faketime '2001-02-03 04:05:06' reeve-schedule -p 1 @daily 2>/dev/null | cut -c 1-4)
if [ -e /usr/share/zoneinfo/Europe/Berlin ] && [ "$fakes" = 2001 ]; then
	is "$(TZ=Europe/Berlin faketime '2026-10-25 00:00:00' reeve-schedule -p 2 '30 2 * * *' | cut -c 1-10 | tr '\n' ' ')" '2026-10-25 2026-10-26 ' 'summer time ends'
	is "$(TZ=Europe/Berlin faketime '2026-03-28 23:00:00' reeve-schedule -p 2 '30 2 * * *' | tr '\n' ' ')" '2026-03-29 03:00:00 2026-03-30 02:30:00 ' 'summer time begins'
	is "$(TZ=Europe/Berlin faketime '2026-10-25 01:30:00' reeve-schedule -p 4 '0 * * * *' | cut -c 12- | tr '\n' ' ')" '02:00:00 02:00:00 03:00:00 04:00:00 ' 'what runs every hour does so in the one that is there twice'
	is "$(TZ=Europe/Berlin faketime '2026-10-25 01:59:00' reeve-schedule -p 6 '*/30 * * * *' | cut -c 12- | tr '\n' ' ')" '02:00:00 02:30:00 02:00:00 02:30:00 03:00:00 03:30:00 ' 'and every half hour'
	is "$(TZ=Europe/Berlin faketime '2026-03-28 23:30:00' reeve-schedule -p 4 '0 * * * *' | cut -c 12- | tr '\n' ' ')" '00:00:00 01:00:00 03:00:00 04:00:00 ' 'every hour that there is'
else
	echo 'SKIP summer time: faketime does not work on this build' >&2
	skip 5 'faketime does not work on this build'
fi

# It runs, once at a time.
cat >job <<'E'
#!/bin/sh
mkdir running || { echo twice >>log; exit; }
echo run >>log
sleep "${1-0}"
rmdir running
exit 3
E
chmod 755 job
mkdir a; (cd a && exec reeve-schedule 'every 1s' ../job 1.5) 2>err & pid=$!
cd a || exit
within 10 sh -c '[ "$(grep -c run log)" = 3 ]'; is $? 0 'it runs again and again'
not 'but not twice at once' grep -q twice log
kill $pid; wait $pid; is $? 0 'SIGTERM ends it'
like "$(cat last-run)" '^[0-9]+ [0-9]+ (exit 3|signal 15)$' 'the result is recorded'
like "$(cat ../err)" 'still goes on' 'a run left out is said'
cd ..
mkdir b; cd b || exit
mkfifo ready; reeve-schedule -3 4 '0 0 1 1 *' ../job 4>ready & pid=$!
is "$(head -n 1 ready | od -An -c | tr -d ' ')" '\n' 'it says when it waits'
kill -USR1 $pid; within 5 test -e last-run; is $? 0 'SIGUSR1 runs it now'
like "$(cat last-run)" 'exit 3' 'and is recorded'
kill $pid; wait $pid
echo '1000 1001 exit 0' >last-run; : >log
reeve-schedule '0 0 1 1 *' ../job & pid=$!
reeve-schedule -m '0 0 1 1 *' sh -c 'echo made up >made' & pid2=$!
within 5 test -e made; is $? 0 '--missed makes up for a run'
is "$(cat log)" '' 'without it nothing is'
kill $pid $pid2; wait
# A reboot takes the service directory with it, but not the copy.
rm -f last-run made; mkdir ../keep; echo '1000 1001 exit 0' >../keep/job
reeve-schedule -m -r ../keep/job '0 0 1 1 *' sh -c 'echo made up >made' & pid=$!
within 5 test -e made; is $? 0 'a run missed while the machine was off'
within 5 cmp last-run ../keep/job; is $? 0 'and is recorded in both places'
kill $pid; wait
rm -f last-run made
reeve-schedule -m -r ../new/er/job 'every 1s' sh -c 'echo made up >made' & pid=$!
within 5 test -s ../new/er/job; is $? 0 'a directory for the copy is made'
kill $pid; wait
echo 'not a record' >last-run; rm -f made
reeve-schedule -m '0 0 1 1 *' sh -c 'echo made up >made' & pid=$!
within 5 grep -q 'SigBlk:.*[1-9a-f]' /proc/$pid/status
kill $pid; wait $pid; is $? 0 'a damaged record is as none'
not 'and nothing is made up for' test -e made
end
