/* os.h - what init and the end of a machine need of the system itself:
 * which process 1 this is, mounts, console, reboot.  One file per system,
 * os-linux.c and os-bsd.c, and no such call anywhere else in init/. */
#ifndef INIT_OS_H
#define INIT_OS_H

#include <signal.h>
#include <stddef.h>
#include <sys/types.h>

enum machine_end { END_HALT, END_POWEROFF, END_REBOOT, END_KEXEC };

/* 1 if process 1 here is that of a machine (or a virtual one), 0 if it is
 * that of a container.  Only meaningful in process 1; needs no /proc. */
int machine_is_real(void);

/* Children that lose their parent become ours.  0, or -1 and errno. */
int machine_adopt_orphans(void);
/* 1 if they do: we asked, or who executed us did. */
int machine_adopts_orphans(void);
/* Send sig to all our children, by the system's list of them.  Their
 * number, or -1 if the system cannot list them. */
int machine_kill_children(int sig);
/* Send sig once to all that descend from us, which for process 1 are all; with
 * terminal to those that have one.  Their number, or -1 if the system cannot
 * list them. */
int machine_tell_descendants(int sig, int terminal);
/* Block every signal there is, those of the C library too.  What is blocked
 * to *set, the mask that was to *old if not null. */
void machine_block_all(sigset_t *set, sigset_t *old);
/* Next signal of the set, all of which is blocked; 0 after ms (-1: never), -1
 * if there is none for another reason. */
int machine_next_signal(const sigset_t *set, int ms);
/* Let go of the terminal, so that a child with a session of its own can have
 * it.  The signals that this gives ourselves are not seen. */
void machine_leave_terminal(void);
/* 1 if nothing on the file system of path may be executed. */
int machine_noexec(const char *path);

/* Kernel command line into buf, or what stands for it.  Its length. */
size_t machine_cmdline(char *buf, size_t max);

/* Mount a file system of a type on dir (made if absent); opts as mount -o
 * has them, "" for none.  0, or -1 and errno; EBUSY: is there already. */
int machine_mount(
	const char *type, const char *what, const char *dir, const char *opts);
/* 1 if dir is a mount point (or the root), else 0. */
int machine_is_mounted(const char *dir);
/* 1 if dir is on a file system in memory. */
int machine_in_memory(const char *dir);
/* Device nodes for a machine whose /dev is empty.  0, or -1 and errno. */
int machine_fill_dev(void);
/* Unmount what is mounted, last first, read-only where busy.  `each' is told
 * of every failure.  The number of file systems left writable; -1 and ENOSYS:
 * not on this system. */
int machine_unmount_all(void (*each)(const char *dir, int err));

/* Of an initramfs: take /dev, /proc, /sys and /run along, free what else
 * there is in memory, and make dir the root.  0, or -1 and errno. */
int machine_switch_root(const char *dir);
/* Ctrl-alt-del sends SIGINT to process 1 instead of rebooting at once, and
 * alt-up SIGWINCH.  0, or -1 and errno. */
int machine_take_keys(void);
/* The terminal behind /dev/console, which unlike it can control a session;
 * "/dev/console" if it is not known. */
void machine_console(char *buf, size_t max);
/* Milliseconds since the kernel started, or 0. */
unsigned long machine_uptime_ms(void);
/* End the machine.  Returns -1 and errno only if it did not. */
int machine_end_now(enum machine_end how);

#endif
