/* skel.c - see skel.h.  Plain /bin/sh; every step is left out where the
 * system has no such program. */

#include "init/skel.h"
#include "rc/places.h"

static const char readme[] =
	"This directory starts and ends the machine.  Install it as @BASEDIR@ and\n"
	"make /sbin/init a link to @BASEDIR@/init (halt, poweroff, reboot and\n"
	"shutdown likewise).\n"
	"\n"
	"  init         what the kernel executes: reeve-init with its options\n"
	"  env/         environment of everything: a file a variable\n"
	"  rc.init      run once when services can be started\n"
	"  rc.shutdown  run once before everything is ended\n"
	"  rc.final     run once when everything is unmounted\n"
	"  sv/          definitions of logins, to be copied to /etc/reeve/sv\n"
	"\n"
	"An executable SIGINT, SIGTERM, SIGPWR, SIGUSR1 or SIGUSR2 here is run in\n"
	"place of what that signal does (ctrl-alt-del is SIGINT: reboot).\n"
	"See reeve-init(8) and reeve-shutdownd(8).\n";

static const char init[] =
	"#!/bin/sh\n"
	"# The first process of the machine.  Words of the kernel follow.\n"
	"exec @BINDIR@/reeve-init --boot --basedir '@BASEDIR@'@ARGS@ -- \"$@\"\n";

static const char rc_init[] =
	"#!/bin/sh\n"
	"# rc.init - run once, when services can be started.  What it prints goes to\n"
	"# the catch-all log, " UNCAUGHT_LOGS
	".  If it fails, a shell for root\n"
	"# appears on the console, and afterwards it is run again: every step can be\n"
	"# done twice.\n"
	"\n"
	"have() { command -v \"$1\" >/dev/null 2>&1; }\n"
	"try() { \"$@\" || echo \"rc.init: failed: $*\" >&2; }\n"
	"\n"
	"# File systems: the root as fstab has it, then the others.\n"
	"if [ -e /etc/fstab ]; then\n"
	"	if have fsck; then\n"
	"		fsck -A -T -a -t noopts=_netdev >&2\n"
	"		# 2 and more: something was not repaired.\n"
	"		[ $? -lt 2 ] || exit 1\n"
	"	fi\n"
	"	try mount -o remount /\n"
	"	try mount -a -t nonfs,nonfs4,nocifs\n"
	"	if have swapon; then try swapon -a; fi\n"
	"fi\n"
	"mkdir -p /dev/pts /dev/shm\n"
	"grep -q ' /dev/pts ' /proc/mounts ||\n"
	"	try mount -t devpts -o mode=620,gid=5,nosuid,noexec devpts /dev/pts\n"
	"grep -q ' /dev/shm ' /proc/mounts ||\n"
	"	try mount -t tmpfs -o mode=1777,nosuid,nodev shm /dev/shm\n"
	"\n"
	"# The machine itself.\n"
	"if [ -s /etc/hostname ]; then\n"
	"	cat /etc/hostname >/proc/sys/kernel/hostname\n"
	"fi\n"
	"if have ip; then try ip link set lo up\n"
	"elif have ifconfig; then try ifconfig lo up; fi\n"
	"if have hwclock; then try hwclock -s -u; fi\n"
	"if have sysctl && [ -e /etc/sysctl.conf ]; then try sysctl -q -p; fi\n"
	"\n"
	"# All services of the bundle default, by their dependencies.\n"
	"exec @BINDIR@/reeve-init --bring-up\n";

static const char rc_shutdown[] =
	"#!/bin/sh\n"
	"# rc.shutdown - run once before everything is ended, within a time limit.\n"
	"\n"
	"if command -v hwclock >/dev/null 2>&1; then hwclock -w -u; fi\n"
	"\n"
	"# All services down, in the opposite order.\n"
	"exec @BINDIR@/reeve-rc -b -a -D change\n";

static const char rc_final[] =
	"#!/bin/sh\n"
	"# rc.final - run once when nothing runs any more and everything is unmounted\n"
	"# or read-only.  Usually there is nothing to do.\n"
	"exit 0\n";

const struct skel skel_files[] = { { "README", 0644, readme },
	{ "init", 0755, init }, { "rc.init", 0755, rc_init },
	{ "rc.shutdown", 0755, rc_shutdown }, { "rc.final", 0755, rc_final },
	{ 0, 0, 0 } };

static const char getty_run[] =
	"#!/bin/sh\n"
	"# A login on @TTY@.\n"
	"if command -v agetty >/dev/null 2>&1; then\n"
	"	exec agetty --keep-baud 115200,38400,9600 '@TTY@' \"${TERM:-linux}\"\n"
	"fi\n"
	"exec getty 115200 '@TTY@'\n";

const struct skel skel_getty[] = { { "sv/getty-@TTY@/type", 0644, "longrun\n" },
	{ "sv/getty-@TTY@/description", 0644, "login on @TTY@\n" },
	{ "sv/getty-@TTY@/run", 0755, getty_run },
	{ "sv/getty-@TTY@/down-signal", 0644, "SIGHUP\n" }, { 0, 0, 0 } };
