#!/bin/sh
# bsd.sh - what differs between systems (init/os-bsd.c, lib/os-bsd.c) parses
# without a warning for FreeBSD, NetBSD, OpenBSD and DragonFly, and all of
# lib, supervise, svscan and init for FreeBSD, with the names of their headers
# stubbed: it catches syntax, types and #if mistakes, not wrong constants.
# Nothing is run.
# ONCE
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
#ifdef __FreeBSD__
#define PROC_PDEATHSIG_CTL 11
#else
#define PROC_PDEATHSIG_CTL 0x21
#endif
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
echo "#define VERSION_TEXT \"0\"" >version-text.h
cat >config.h <<'END2'
#define REEVE_VERSION "0"
#define REEVE_SKALIBS "0"
#define REEVE_BINDIR "/usr/local/bin"
#define REEVE_PREFIX "/usr/local"
#define REEVE_SYSCONFDIR "/usr/local/etc"
#define REEVE_DATADIR "/usr/local/share"
#define REEVE_MANDIR "/usr/local/share/man"
#define HAS_KQUEUE 1
#define HAS_ST_MTIM 1
END2
cat >stub/sys/event.h <<'END2'
#include <sys/types.h>
#include <stdint.h>
#include <time.h>
struct kevent {
	uintptr_t ident; short filter; unsigned short flags; unsigned fflags;
	intptr_t data; void *udata;
};
#define EV_SET(k, i, f, fl, ff, d, u) ((k)->ident = (uintptr_t)(i), \
	(k)->filter = (f), (k)->flags = (fl), (k)->fflags = (ff), \
	(k)->data = (d), (k)->udata = (u))
#define EV_ADD 1
#define EV_DELETE 2
#define EV_ONESHOT 16
#define EV_CLEAR 32
#define EVFILT_READ (-1)
#define EVFILT_VNODE (-4)
#define EVFILT_PROC (-5)
#define NOTE_EXIT 0x80000000u
#define NOTE_WRITE 2
#define NOTE_EXTEND 4
#define NOTE_DELETE 1
#define NOTE_RENAME 32
int kqueue(void);
int kevent(int, const struct kevent *, int, struct kevent *, int,
	const struct timespec *);
END2
cat >stub/sys/sysctl.h <<'END2'
#include <sys/types.h>
#define CTL_KERN 1
#define KERN_PROC 14
#define KERN_BOOTTIME 21
#if defined(__FreeBSD__) || defined(__DragonFly__)
#define KERN_PROC_PATHNAME 12
#elif defined(__NetBSD__)
#define KERN_PROC_ARGS 48
#define KERN_PROC_PATHNAME 5
#endif
int sysctl(const int *, unsigned, void *, size_t *, const void *, size_t);
END2
cat >stub/getpeereid.h <<'END2'
#include <sys/types.h>
int getpeereid(int, uid_t *, gid_t *);
END2
ska=$(sed -n 's/^CPPFLAGS = .*-I\([^ ]*\)$/\1/p' "$BUILD/config.mak")
[ -d "$ska/skalibs" ] || for d in /usr/include/*-linux-gnu /usr/include; do
	[ -d "$d/skalibs" ] && { mkdir ska; ln -s "$d/skalibs" ska/; ska=$PWD/ska
		break; }
done
own=$(clang -print-resource-dir)/include
# parse FILE SYSTEM
parse() {
	out=$(clang "--target=x86_64-unknown-$2" -nostdinc -isystem "$own" \
		-isystem stub -isystem "$libc" -isystem "$ska" -I. -I"$SRC" \
		-include stub/getpeereid.h -std=c11 -D_GNU_SOURCE -Wall \
		-Wextra -Wshadow -Werror -fsyntax-only "$1" 2>&1 |
		grep -E 'error|warning')
	is "$out" '' "${1#"$SRC"/} for $2"
}
for os in freebsd14 netbsd10 openbsd7 dragonfly6; do
	parse "$SRC/init/os-bsd.c" $os
	parse "$SRC/lib/os-bsd.c" $os
done
for f in "$SRC"/lib/*.c "$SRC"/supervise/*.c "$SRC"/svscan/*.c "$SRC"/init/*.c
do
	parse "$f" freebsd14
done
end
