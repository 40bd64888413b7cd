#!/bin/sh
# bsd.sh - the branches of init/os-bsd.c for FreeBSD, NetBSD, OpenBSD and
# DragonFly parse and are free of warnings, with the names of their headers
# stubbed: it catches syntax, types and #if mistakes, not wrong constants.
# Nothing is run.
. "$TESTS/lib.sh"
need clang
libc=
for d in /usr/include/x86_64-linux-musl /usr/lib/musl/include; do
	[ -e "$d/stdlib.h" ] && libc=$d
done
[ -n "$libc" ] || skip_all 'no musl headers'

# What the branches use and a Linux libc has not.
mkdir -p stub/sys
cat >stub/sys/param.h <<'END2'
#include <sys/types.h>
END2
cat >stub/sys/mount.h <<'END2'
#include <sys/types.h>
#include <sys/uio.h>
#define MNT_NOWAIT 2
#define MNT_FORCE 0x80000
#define MNT_RDONLY 1
struct statfs { char f_fstypename[16], f_mntonname[90]; unsigned f_flags; };
#ifdef __NetBSD__
#include <sys/statvfs.h>
int getmntinfo(struct statvfs **, int);
#else
int getmntinfo(struct statfs **, int);
#endif
int statfs(const char *, struct statfs *);
int unmount(const char *, int);
int nmount(struct iovec *, unsigned, int);
END2
cat >stub/sys/statvfs.h <<'END2'
#pragma once
#include <sys/types.h>
#define ST_NOEXEC 4
struct statvfs { unsigned long f_flag; char f_fstypename[32], f_mntonname[90]; };
int statvfs(const char *, struct statvfs *);
END2
cat >stub/sys/procctl.h <<'END2'
#include <sys/types.h>
#define P_PID 0
#define PROC_REAP_ACQUIRE 2
#define PROC_REAP_KILL 6
struct procctl_reaper_kill {
	int rk_sig; unsigned rk_flags; int rk_subtree;
	unsigned rk_killed; int rk_fpid;
};
int procctl(int, pid_t, int, void *);
END2
cat >stub/sys/reboot.h <<'END2'
#define RB_AUTOBOOT 0
#define RB_HALT 8
#ifdef __FreeBSD__
#define RB_POWEROFF 0x4000
#else
#define RB_POWERDOWN 0x1000
#endif
#ifdef __NetBSD__
int reboot(int, char *);
#else
int reboot(int);
#endif
END2
echo '#define REEVE_VERSION "0"' >config.h
own=$(clang -print-resource-dir)/include
for os in freebsd14 netbsd10 openbsd7 dragonfly6; do
	for f in init/os-bsd.c init/rest.c init/alone.c init/halt.c init/hook.c \
		init/boot.c init/boot2.c init/container.c init/shutdownd.c; do
		[ $f = init/os-bsd.c ] || case $os in freebsd*) ;; *) continue ;;
		esac
		out=$(clang "--target=x86_64-unknown-$os" -nostdinc -isystem "$own" \
			-isystem stub -isystem "$libc" -I. -I"$SRC" \
			-std=c11 \
			-D_GNU_SOURCE -Wall -Wextra -Wshadow -Werror \
			-fsyntax-only "$SRC/$f" 2>&1 | grep -E 'error|warning')
		is "$out" '' "$f for $os"
	done
done
end
