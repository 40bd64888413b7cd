#!/bin/sh
# rc/elsewhere.sh - a database compiled by programs in one place runs under
# those of another one.
# TIMEOUT: 120
. "$TESTS/lib.sh"
. "$TESTS/helpers/tree.sh"
[ ! -h "$BUILD/bin/reeve" ] || skip_all 'there is one executable'
D=$PWD
mkdir -p img/opt img/usr builder
cp -R "$BUILD/bin" builder/bin
cp -R "$BUILD/bin" img/usr/bin
REEVE_HOME=$D/img/t; export REEVE_HOME; unset REEVE_BIN
mkdir -p img/t/sv/default/contents.d
echo bundle >img/t/sv/default/type
d() { mkdir -p "img/t/sv/$1"; cat >"img/t/sv/$1/$2"; : >"img/t/sv/default/contents.d/$1"; }
echo 'sh -c "echo hello; exec sleep 1000"' | d web command
: | d web logger
echo 5 | d web nice
echo 'touch ran' | d web ready-check
echo oneshot | d once type
echo "touch $D/once" | d once up
echo 5 | d once nice
echo oneshot | d later type
echo 'true' | d later up
echo '1 1 1 1 *' | d later schedule
echo 'sleep 1000' | d told command
echo check | d told notification-type
echo 'true' | d told ready-check

PATH=$D/builder/bin:$PATH reeve-rc-compile all.db img/t/sv
is $? 0 'it is compiled'
not 'the place of the programs is not in it' grep -aq -e "$D/builder" \
	-e "$BUILD" -e '/usr/local' all.db
PATH=$D/builder/bin:$PATH reeve switch -q --boot
is $? 0 'and made what is booted'
mv builder gone
PATH=$D/img/usr/bin:$PATH
reeve up >out 2>err;	is $? 0 'the tree comes up with other programs' || show out err
is "$(reeve status | grep -c running)" "$(reeve status | grep -vcE 'NAME|done|default|^ *$')" \
	'every service runs' || { reeve status; cat img/t/log/catch-all/current; } | show
ok 'the logger has its lines' within 10 grep -q hello img/t/log/web/current
ok 'the oneshot found what it needs' [ -e once ]
pid=$(pid_of web)
is "$(ps -o ni= -p "$pid" | tr -d ' ')" 5 'so did the service'
like "$(readlink /proc/"$(pid_of web-log)"/exe)" "$D/img/usr/bin/" 'beside the programs that run it'
reeve down >/dev/null

# By a supervise alone, with nothing told.
mkdir alone
cp -L img/t/live/current/def/web/run alone/run 2>/dev/null
sed 's/.*reeve-notifyoncheck.*/exec "$b"reeve-apply -n 7 -- sleep 1000/' alone/run >new
cat new >alone/run
chmod 755 alone/run
reeve-supervise alone & sup=$!
within 10 up alone
niced() { [ "$(ps -o ni= -p "$(field alone pid)" | tr -d ' ')" = 7 ]; }
ok 'a supervise by itself tells its scripts too' within 10 niced
reeve-svc -dx alone
wait $sup
end
