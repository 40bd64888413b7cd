#!/bin/sh
# doc-snippets.sh - what the manual shows for programs that cannot be run
# here: the YAML parses and has no field that its reader would not know, and
# the Dockerfile is built, with a stand-in for the distribution.
# ONCE
. "$TESTS/lib.sh"

# shown PAGE FIRST-LINE-ERE: the display of a page that begins so.
shown() {
	awk -v first="$2" '
	/^\.Bd/ { n = 0; on = 1; next }
	/^\.Ed/ { on = 0 }
	on { n++; if (n == 1) print_it = $0 ~ first
		if (print_it) { gsub(/\\-/, "-"); gsub(/\\e/, "\\"); print } }
	' "$SRC/doc/$1"
}

shown reeve-fleet.7 '^apiVersion' >pod.yml
shown reeve-fleet.7 '^- hosts' >site.yml
ok 'there is a pod' test -s pod.yml
ok 'there is a playbook' test -s site.yml
if python3 -c 'import yaml' 2>/dev/null; then
	out=$(python3 - <<'EOF'
import sys, yaml

# What Kubernetes knows of what the page uses: v1 Pod.
probe = {"exec": {"command": [str]}, "periodSeconds": int,
	"failureThreshold": int, "timeoutSeconds": int,
	"initialDelaySeconds": int}
pod = {"apiVersion": str, "kind": str, "metadata": {"name": str},
	"spec": {"terminationGracePeriodSeconds": int,
	"containers": [{"name": str, "image": str, "args": [str],
		"env": [{"name": str, "value": str}],
		"startupProbe": probe, "readinessProbe": probe,
		"livenessProbe": probe,
		"securityContext": {"readOnlyRootFilesystem": bool,
			"runAsNonRoot": bool, "runAsUser": int,
			"allowPrivilegeEscalation": bool},
		"volumeMounts": [{"name": str, "mountPath": str}]}],
	"volumes": [{"name": str, "emptyDir": {"medium": str,
		"sizeLimit": str}}]}}
play = [{"hosts": str, "become": bool, "tasks": [{"name": str,
	"ansible.builtin.copy": {"src": str, "dest": str},
	"ansible.builtin.command": str, "register": str,
	"changed_when": str}]}]

def check(what, have, want):
	if isinstance(want, dict) and isinstance(have, dict):
		for k in have:
			if k in want:
				check(what + "." + k, have[k], want[k])
			else:
				print(what + ": no field", k)
	elif isinstance(want, list) and isinstance(have, list):
		for i, h in enumerate(have):
			check("%s[%d]" % (what, i), h, want[0])
	elif not isinstance(want, type) or type(have) is not want:
		print(what + ": wrong type:", repr(have))

p = yaml.safe_load(open("pod.yml"))
check("pod", p, pod)
check("site", yaml.safe_load(open("site.yml")), play)
spec = p["spec"]
c = spec["containers"][0]
grace = {e["name"]: e["value"] for e in c["env"]}["REEVE_GRACE"]
if int(grace.rstrip("s")) >= spec["terminationGracePeriodSeconds"]:
	print("REEVE_GRACE is not below the grace period")
if not set(m["name"] for m in c["volumeMounts"]) <= \
	set(v["name"] for v in spec["volumes"]):
	print("a volume is missing")
EOF
	)
	is "$out" '' 'their fields are known'
else
	skip 1 'python3-yaml is not installed'
fi

# The Dockerfile, in which the names of images stand for our own.
shown reeve-container.7 '^FROM' >Dockerfile
ok 'there is a Dockerfile' test -s Dockerfile
is "$(grep -vE '^(FROM|COPY|RUN|HEALTHCHECK|ENTRYPOINT|CMD|ENV|USER|EXPOSE|WORKDIR|ARG|LABEL|STOPSIGNAL|VOLUME)( |$)' Dockerfile)" \
	'' 'it has instructions of Docker only'
: "${MUSL_BUILD:=$SRC/build-musl}"
why=
[ "$(id -u)" = 0 ] || why='needs root'
command -v podman >/dev/null && command -v runc >/dev/null ||
	why='no podman or runc'
[ -x "$MUSL_BUILD/bin/reeve-switch" ] || why='no static build'
busybox=$(command -v busybox) && ! ldd "$busybox" >/dev/null 2>&1 ||
	why='no static busybox'
if [ -n "$why" ]; then
	skip 4 "the Dockerfile is not built: $why"
	end
fi
. "$TESTS/init/podman.sh"
podman_ready
mkdir -p base/bin base/etc base/tmp base/proc base/sys base/dev base/usr/bin \
	base/var/lib base/run reeve/usr/bin sv/nginx sv/default/contents.d
cp "$busybox" base/bin/busybox
for a in sh sleep cat ls ln rm mkdir true test; do
	ln -s busybox base/bin/$a
done
# It installs a program that stays, and checks how it is called.
cat >base/bin/apt-get <<'EOF'
#!/bin/sh
case "$*" in
update) ;;
'install -y --no-install-recommends nginx')
	printf '#!/bin/sh\nexec sleep 1000\n' >/bin/nginx
	exec /bin/busybox chmod 755 /bin/nginx ;;
*) echo "apt-get $*: not as expected"; exit 1 ;;
esac
EOF
chmod 755 base/bin/apt-get
for f in "$MUSL_BUILD"/bin/*; do
	strip -o reeve/usr/bin/"${f##*/}" "$f"
done
echo longrun >sv/nginx/type
echo 'nginx -g "daemon off;"' >sv/nginx/command
echo bundle >sv/default/type
: >sv/default/contents.d/nginx
build() { podman build --isolation chroot --network host --pull=never -q "$@"; }
printf 'FROM scratch\nCOPY . /\n' | build -t docker.io/library/debian:12-slim -f - base \
	>build.log 2>&1 || {
	cat build.log >&2; skip 4 'podman build does not work here'; end; }
printf 'FROM scratch\nCOPY . /\n' | build -t localhost/reeve -f - reeve >/dev/null
build -t localhost/web -f Dockerfile . >build.log 2>&1
is $? 0 'the Dockerfile is built' || show build.log
podman run -d --name c --pull=never localhost/web >id 2>run.log
is $? 0 'its image is run' || show run.log
probe() { podman exec c reeve status --check 2>/dev/null | grep -q '^healthy: 1 up'; }
ok 'its health probe says so' within 20 probe
podman stop -t 10 c >/dev/null 2>&1
is "$(podman inspect -f '{{.State.ExitCode}}' c)" 0 'a stop ends it, in order'
podman rm -f c >/dev/null 2>&1
podman rmi -af >/dev/null 2>&1
end
