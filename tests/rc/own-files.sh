#!/bin/sh
# rc/own-files.sh - what a service writes is its own, and its script bears the
# name that it has with s6.
. "$TESTS/lib.sh"
. "$TESTS/helpers/tree.sh"
tree
for s in one two; do
	mkdir -p t/sv/$s/data t/sv/$s/env
	echo 0 >t/sv/$s/data/count
	cat >t/sv/$s/run <<'END'
#!/bin/sh
no-such-program-here
exec sleep 1000
END
	chmod 755 t/sv/$s/run
	touch t/sv/default/contents.d/$s
done
reeve switch -q;		is $? 0 'two services with equal files'
is "$(reeve-rc-db -c t/state/boot show one two | grep hash | uniq | wc -l)" 1 \
	'their definitions are one'
is "$(ls t/live/store | wc -l)" "$(ls t/live/current/def | wc -l)" \
	'each service has one entry in the store'
echo written >t/live/servicedirs/one/data/count
echo written >t/live/servicedirs/one/env/A
is "$(cat t/live/servicedirs/two/data/count; ls t/live/servicedirs/two/env)" 0 \
	'what one of them writes the other does not read'
ok 'the shell tells of ./run' within 10 grep -rqs '\./run: .*no-such-program-here' \
	t/log/catch-all

# The script that was started stays what ./run is, whatever is switched.
cat >t/sv/one/run <<'END'
#!/bin/sh
echo "$0 $PWD"; trap 'exit 0' TERM
while :; do sleep 0.1; done
END
echo keep >t/sv/one/on-change
reeve switch -q;	is $? 0 'a switch'
reeve restart one >/dev/null
pid=$(pid_of one)
like "$(tr '\0' ' ' </proc/"$pid"/cmdline)" '^/bin/sh \./run one $' 'ps shows ./run'
sed 's/0\.1/0.2/' t/sv/one/run >new && cat new >t/sv/one/run
reeve switch -q;	is $? 0 'another one, which keeps it'
is "$(pid_of one)" "$pid" 'it goes on'
like "$(cat t/live/servicedirs/one/run)" 'sleep 0\.1' 'its ./run is the script that it runs'
like "$(cat t/live/servicedirs/one/def/run)" 'sleep 0\.2' '... and there is the next'
reeve restart one >/dev/null
like "$(cat t/live/servicedirs/one/run)" 'sleep 0\.2' 'which counts from the next start'
end
