#!/bin/sh
# rc/generations.sh - generations are numbered in the order in which they were
# live, so that a rollback undoes the last switch, also one to definitions that
# there had been before; what is tried again takes no new number.
. "$TESTS/lib.sh"
. "$TESTS/helpers/rc.sh"
place
live() { reeve-switch generations | sed -n 's/ .*live  boot.*//p'; }
many() { reeve-switch generations | wc -l; }
is_of() { grep -q "is $1" home/live/current/def/a/run; }
as() { printf '#!/bin/sh\n# is %s\nexec sleep 100000\n' "$1" >$sv/a/run; }
longrun $sv a
bundle $sv default a
scanned home/service
as first; ok 'a first set' sw
as second; ok 'a second' sw
is "$(live)" 2 'is generation 2'
as first; ok 'the first definitions again' sw
is "$(live)" 3 'are generation 3'
ok 'a rollback' sw rollback
is "$(live)" 2 'undoes that'
is_of second; is $? 0 'with the definitions of before'
ok 'and another' sw rollback
is "$(live)" 1 'goes back one more'
sw rollback; is $? 100 'there is no more'
ok 'a switch again' sw
is "$(live) $(many)" '1 3' 'is what is live already'
as second; ok 'to what is not the newest' sw
is "$(live) $(many)" '4 4' 'makes another number'
as first; sw
as broken; sed -i 's/^exec.*/exit 1/' $sv/a/run
printf '#!/bin/sh\nexit 125\n' >$sv/a/finish
sw; is $? 12 'one that fails'
n=$(many)
sw; is $? 12 'and again'
is "$(many)" "$n" 'takes one number'
ok 'a rollback after it' sw rollback
is_of second; is $? 0 'undoes the last that did not fail'
rm $sv/a/finish
n=$(live)
as boots; ok 'for the next boot only' sw --boot
as second; ok 'and what is live, for the next boot' sw --boot
is "$(live)" "$n" 'is the one that is live'
ok 'a rollback to a number' sw rollback 1
is "$(live)" 1 'is that number'

# In an image, whatever is live here.
mkdir -p "image$D/home"; cp -R $sv "image$D/home/sv"
boots() { basename "$(dirname "$(readlink "image$D/home/state/boot")")"; }
ok 'an image' sw --root image
echo '# 2' >>"image$D/home/sv/a/run"
ok 'with another set' sw --root image
is "$(boots)" 2 'boots generation 2'
ok 'a rollback there' sw --root image rollback
is "$(boots)" 1 'boots what it had'
end
