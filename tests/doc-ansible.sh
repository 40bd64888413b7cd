#!/bin/sh
# doc-ansible.sh - the playbook of reeve-fleet(7) is run as written, by
# Ansible, for root's tree of this machine (in a namespace with directories
# of its own): it switches, says whether it changed anything, and fails when
# the new set was undone.
# ONCE
# TIMEOUT: 240
. "$TESTS/lib.sh"
need ansible-playbook
[ "$(id -u)" = 0 ] || skip_all 'needs root, whose tree it is'
for d in /var/lib /var/log /run; do
	mount -t tmpfs none $d 2>/dev/null || skip_all "cannot mount over $d here"
done
ANSIBLE_LOCAL_TEMP=$PWD/tmp ANSIBLE_REMOTE_TEMP=$PWD/tmp ANSIBLE_NOCOLOR=1
LC_ALL=C.UTF-8
export ANSIBLE_LOCAL_TEMP ANSIBLE_REMOTE_TEMP ANSIBLE_NOCOLOR LC_ALL
awk '/^\.Bd/ { n = 0; on = 1; next } /^\.Ed/ { on = 0 }
	on { n++; if (n == 1) wanted = /^- hosts/; if (wanted) {
		gsub(/\\-/, "-"); gsub(/\\e/, "\\"); print } }' \
	"$SRC/doc/reeve-fleet.7" >site.yml
ok 'there is a playbook' test -s site.yml
echo "web ansible_connection=local ansible_python_interpreter=$(command -v python3)" >hosts

define() { # define COMMAND
	mkdir -p sv/app sv/default/contents.d
	echo longrun >sv/app/type; echo "$1" >sv/app/command
	echo bundle >sv/default/type; : >sv/default/contents.d/app
	ok 'the database is compiled' reeve-rc-compile web.db sv
}
play() { # play CODE ERE LABEL
	ansible-playbook -i hosts site.yml >out 2>&1
	is $? "$1" "$3" || show out
	like "$(grep -A 99 RECAP out)" "$2" '... and Ansible says so' ||
		show out
}
pid() { reeve status --json app | sed -n 's/.*"state":.*"pid":\([0-9]*\).*/\1/p'; }

reeve up --tree-only >/dev/null; is $? 0 'an empty tree is up'
define 'sleep 1000'
play 0 'changed=2 .*failed=0' 'the first set is switched to'
ok '... and runs' within 10 reeve status -q app
old=$(pid)
play 0 'changed=0 .*failed=0' 'the same again changes nothing'
is "$(pid)" "$old" '... and restarts nothing'
define 'sleep 1001'
play 0 'changed=2 .*failed=0' 'another definition is switched to'
not '... and is what runs' test "$(pid)" = "$old"
old=$(pid)
define './not-there'
play 2 'failed=1' 'a service that cannot be started is a failed task'
like "$(cat out)" 'app' '... which names it'
is "$(ps -o args= -p "$(pid)")" 'sleep 1001' '... and what was there runs'
reeve down >/dev/null
end
