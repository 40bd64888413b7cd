#!/bin/sh
# security/fifodir.sh - a fifodir is made and given rights under its own name,
# never through a link that somebody put there.
. "$TESTS/lib.sh"
mkdir -m 700 closed; ln -s closed link
s6-mkfifodir -f link 2>/dev/null; is $? 111 'mkfifodir -f does not follow a link'
is "$(stat -c %a closed)" 700 'where it leads nothing changes'
mkdir -m 700 own
ok 'a directory gets its rights' s6-mkfifodir -f own
is "$(stat -c %a own)" 1733 'those of a fifodir'
end
