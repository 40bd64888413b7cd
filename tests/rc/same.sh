#!/bin/sh
# rc/same.sh - one system, written by hand in plain s6-rc files and in ours:
# the databases differ where they are expected to, and nowhere else.
. "$TESTS/lib.sh"
f() { mkdir -p "${1%/*}"; printf -- "$2" >"$1"; }

f ours/webapp/command 'webapp -p 5000'
f ours/webapp/environment 'PORT=5000\n'
f ours/webapp/logger ''
f ours/nginx/command 'nginx -g "daemon off;"'
f ours/nginx/dependencies.d/webapp ''
f ours/nginx/down-signal 'SIGQUIT\n'
f ours/tmp/type oneshot
f ours/tmp/command 'mkdir -p /tmp/x'
f ours/default/type bundle
f ours/default/contents 'nginx\ntmp\n'

f plain/webapp/type longrun
f plain/webapp/run '#!/bin/sh\n# made by reeve-rc-compile from: environment command logger\nexport PORT=5000\nexec 2>&1\nexec webapp -p 5000\n'
f plain/webapp/producer-for webapp-log
f plain/webapp-log/type longrun
f plain/webapp-log/consumer-for webapp
f plain/webapp-log/notification-fd 3
b='${REEVE_BIN:+$REEVE_BIN/}'
f plain/webapp-log/run "#!/bin/sh\n# made by reeve-rc-compile from: logger\nb=$b\n\"\$b\"reeve-mkdir -m 02700 -- /log/webapp || exit 111\nexec \"\$b\"reeve-log -d3 -- t n10 s1000000 /log/webapp\n"
f plain/nginx/type longrun
f plain/nginx/run '#!/bin/sh\n# made by reeve-rc-compile from: command\nexec nginx -g '"'"'daemon off;'"'"'\n'
f plain/nginx/dependencies 'webapp\n'
f plain/nginx/down-signal 'SIGQUIT\n'
f plain/tmp/type oneshot
f plain/tmp/up 'mkdir -p /tmp/x\n'
f plain/default/type bundle
f plain/default/contents 'nginx\ntmp\n'
reeve-rc-compile --log-directory /log ours.db ours; is $? 0 'ours compiles'
reeve-rc-compile --strict plain.db plain; is $? 0 'the plain one compiles'
is "$(reeve-rc-db -c plain.db diff ours.db)" '~ nginx: made-from
~ webapp: logger, made-from
~ webapp-log: flags, logdir, logger-of
~ tmp: made-from' 'they differ in notes about the logger only'
is "$(reeve-rc-db -c plain.db show webapp nginx tmp webapp-log | grep hash)" \
	"$(reeve-rc-db -c ours.db show webapp nginx tmp webapp-log | grep hash)" 'every service has the same hash: an update would touch none'
end
