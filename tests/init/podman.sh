# podman.sh - images and containers by podman, with storage of the test's own.
# Included by the tests that run an OCI image.  $RUNTIME is runc or crun.
# shellcheck shell=sh

# podman_ready: skip the test unless containers can be tried here.
podman_ready() {
	need podman "${RUNTIME:=runc}"
	[ "$(id -u)" = 0 ] || skip_all 'needs root'
	# crun takes cgroup v1 and v2 side by side for an error.
	[ "$RUNTIME" != crun ] || umount /sys/fs/cgroup/unified 2>/dev/null
	export CONTAINERS_CONF="$PWD/containers.conf"
	export CONTAINERS_STORAGE_CONF="$PWD/storage.conf"
	export XDG_RUNTIME_DIR="$PWD/xdg"
	mkdir -p xdg
	# Limits as low as any machine has them.
	cat >containers.conf <<-END
	[containers]
	default_ulimits = ["nofile=1024:1024","nproc=4096:4096"]
	netns = "none"
	[engine]
	runtime = "$RUNTIME"
	cgroup_manager = "cgroupfs"
	events_logger = "file"
	END
	cat >storage.conf <<-END
	[storage]
	driver = "vfs"
	graphroot = "$PWD/graph"
	runroot = "$PWD/runroot"
	END
}
# podman_build NAME DIR: from DIR/Containerfile; the image has /bin/true.
podman_build() {
	podman build --isolation chroot --network host -q -t "$1" "$2" \
		>build.log 2>&1 || {
		cat build.log >&2
		skip_all 'podman build does not work here'
	}
	podman run --rm --pull=never "$1" true >run.log 2>&1 ||
		[ $? -lt 125 ] || {
		cat run.log >&2
		skip_all "podman run does not work here ($RUNTIME)"
	}
}
