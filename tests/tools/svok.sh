#!/bin/sh
# tools/svok.sh - svok says whether a service directory is supervised.
. "$TESTS/lib.sh"
mkdir s
"${P}svok" s;			is $? 1 'an unsupervised directory'
"${P}svok" 2>/dev/null;		is $? 100 'no argument'
end
