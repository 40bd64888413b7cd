#!/bin/sh
# doc-examples.sh - the manual pages are followed to the letter: each file
# that a page shows is written, each command is typed, must succeed and must
# print what the page shows.  A page is one shell session in an empty home
# directory, by root, with places of its own under /etc, /var and /run.
# What is done with containers is in doc-container.sh.
# TIMEOUT: 240
. "$TESTS/lib.sh"
. "$TESTS/helpers/page.sh"

# Commands that are not typed here, and why.
NOT_RUN='./configure --prefix=/usr && make
make install-init DESTDIR=/mnt/image
make install-init FORCE=yes		# on the running machine'
export NOT_RUN # they need the source tree; init/install.sh runs them

LC_ALL=C TZ=UTC NO_COLOR=1 PAGER=cat
export LC_ALL TZ NO_COLOR PAGER
unset REEVE_HOME XDG_RUNTIME_DIR XDG_CONFIG_HOME XDG_STATE_HOME
unshare --mount true 2>/dev/null || skip_all 'no mount namespace here'
for page in "$SRC"/doc/*.[1578]; do
	name=${page##*/}
	[ "$name" != reeve-container.7 ] || continue
	awk -f "$TESTS/helpers/page.awk" "$page" | grep -q '^DO' || continue
	missing=$(page_needs "$page")
	# What reeve check finds only where it is installed.
	[ "$name" != reeve-boot.7 ] || [ -x /sbin/getty ] || missing=/sbin/getty
	[ -z "$missing" ] || {
		skip 1 "$missing is not installed ($name)"; continue; }
	mkdir "$name" "$name/home"
	{
		page_script "$page"
		# What others run of the page: the probes of the pod, and the
		# switch of the playbook, which says that nothing changed.
		[ "$name" != reeve-fleet.7 ] || cat <<-'END2'
		sed -n 's/.*command: \[\(.*\)\]/\1/p' pod.yml | tr -d , |
			sort -u >probes
		[ "$(wc -l <probes)" = 2 ] || { echo 'not done: probes'; exit 1; }
		while read -r p; do step "$p" ''; done <probes
		cp web.db /var/lib/web.db
		step "$(sed -n 's|.*command: \(reeve .*\)|\1|p' site.yml)" \
			'... the same set ...'
		END2
	} >"$name.sh"
	as=
	if [ "$name" = reeve-home.7 ] && chown 65534 "$name/home" 2>/dev/null &&
		setpriv --reuid=65534 --clear-groups true 2>/dev/null; then
		as='setpriv --reuid=65534 --regid=65534 --clear-groups'
	fi
	mkdir -m 1777 "$name/out"
	began=$(date +%s)
	# shellcheck disable=SC2016
	out=$(HOME=$PWD/$name/home OUT=$PWD/$name/out/out timeout 100 \
		unshare --mount --propagation private sh -c '
		. "$TESTS/helpers/page.sh"
		page_home "$1" || { echo "cannot mount"; exit; }
		cd "$HOME" && exec $3 sh "$2"' sh "$PWD/$name" "$PWD/$name.sh" \
		"$as" 2>&1)
	case $out in
	*done) is 'done' 'done' "$name: what it says is so" ;;
	'cannot mount') skip 1 "cannot mount here ($name)" ;;
	*) is "$out" 'done' "$name: what it says is so" ;;
	esac
	took=$(($(date +%s) - began))
	# 15 minutes are for reading it.
	[ "$name" != reeve-tutorial.7 ] ||
		ok "the tutorial's commands took $took s" test $took -le 90
done
[ "${count:-0}" -gt 0 ] || skip 1 'no page has examples'

# Nothing in a page is there for a test only.
is "$(grep -nE '^\.\\" *[A-Z]+\b' "$SRC"/doc/*.[1578] | head -n 3)" '' \
	'no page has lines that its readers do not see'
# Each command that is left out is in a page.
awk -f "$TESTS/helpers/page.awk" "$SRC"/doc/*.[1578] >all
printf '%s\n' "$NOT_RUN" | while IFS= read -r c; do
	grep -qxF "DO	$c" all || echo "$c"
done >stale
is "$(cat stale)" '' 'what is not run is in a page'
end
