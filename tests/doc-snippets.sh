#!/bin/sh
# doc-snippets.sh - what the manual shows for programs that cannot be run
# here: the YAML parses and has no field that its reader would not know.
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

end
