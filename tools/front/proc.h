/* proc.h - the processes of the machine, read once: who is whose child,
 * memory and CPU.  From /proc; where there is none, from ps(1). */
#ifndef TOOLS_REEVE_PROC_H
#define TOOLS_REEVE_PROC_H

#include <stddef.h>

struct proc {
	long pid, ppid;
	unsigned long long cpu_ms; /* used so far */
	unsigned long rss_kb;
	char args[160]; /* command line */
};
struct procs {
	struct proc *v; /* owned; ascending by pid */
	size_t n;
};

/* Of a reeve-svscan that runs on the directory which had this name, when that
 * was removed or another is there now: its pid.  0: none, or this system does
 * not tell. */
long procs_left_svscan(const char *scandir);

/* 1 if the program that process pid runs was removed since, or replaced by a
 * newer one; 0 if not, or this system does not tell. */
int proc_outdated(long pid);

/* The directory that it is in.  0 or -1 (this system does not tell). */
int proc_directory(long pid, char *buf, size_t max);

/* 0, or -1 and errno. */
int procs_load(struct procs *);
void procs_free(struct procs *);
const struct proc *procs_find(const struct procs *, long pid);

struct usage_sum {
	unsigned long long cpu_ms;
	unsigned long rss_kb;
	unsigned count;
};
/* Add up pid and all that descends from it. */
struct usage_sum procs_sum(const struct procs *, long pid);

#endif
