/* proc.c - see proc.h. */

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "config.h"
#include "lib/file.h"
#include "lib/path.h"
#include "tools/front/proc.h"

static struct proc *
grow(struct procs *ps)
{
	if (!(ps->n & (ps->n - 1)) || !ps->n) {
		size_t max = ps->n ? 2 * ps->n : 1;
		struct proc *p = realloc(ps->v, max * sizeof *p);

		if (!p)
			return 0;
		ps->v = p;
	}
	memset(&ps->v[ps->n], 0, sizeof *ps->v);
	return &ps->v[ps->n];
}

static int
by_pid(const void *a, const void *b)
{
	const struct proc *x = a, *y = b;

	return (x->pid > y->pid) - (x->pid < y->pid);
}

#ifdef HAS_LINUX

/* The arguments, each with its 0, and one more.  Their length; 0 of a kernel
 * thread or a zombie, or if it is gone. */
static size_t
read_cmdline(const char *pid, char *buf, size_t max)
{
	char path[64];
	ssize_t r;

	snprintf(path, sizeof path, "/proc/%s/cmdline", pid);
	r = file_read(AT_FDCWD, path, buf, max - 1);
	buf[r < 0 ? 0 : r] = 0;
	return r < 0 ? 0 : (size_t)r;
}

static void
read_args(struct proc *p, const char *pid, const char *name, size_t namelen)
{
	size_t r = read_cmdline(pid, p->args, sizeof p->args);

	if (!r) {
		/* It has only a name. */
		snprintf(p->args, sizeof p->args, "[%.*s]", (int)namelen, name);
		return;
	}
	while (r > 0 && !p->args[r - 1])
		r--;
	for (size_t i = 0; i < r; i++)
		if (!p->args[i] || p->args[i] == '\n')
			p->args[i] = ' ';
	p->args[r] = 0;
}

/* pid (name) state ppid ... 14: utime 15: stime ... 24: rss */
static int
read_stat(struct proc *p, const char *pid)
{
	char path[64], buf[1024], *open, *close, *s;
	unsigned long long field[25] = { 0 };
	long tick = sysconf(_SC_CLK_TCK), page = sysconf(_SC_PAGESIZE);
	ssize_t r;

	snprintf(path, sizeof path, "/proc/%s/stat", pid);
	r = file_read(AT_FDCWD, path, buf, sizeof buf - 1);
	if (r <= 0)
		return 0;
	buf[r] = 0;
	open = strchr(buf, '(');
	close = strrchr(buf, ')');
	if (!open || !close || !close[1])
		return 0;
	s = close + 2; /* at the state */
	for (int i = 3; i < 25 && *s; i++) {
		field[i] = strtoull(s, &s, 10);
		while (*s && *s != ' ')
			s++;
		while (*s == ' ')
			s++;
	}
	p->pid = atol(pid);
	p->ppid = (long)field[4];
	p->cpu_ms = (field[14] + field[15]) * 1000 /
		(unsigned long long)(tick > 0 ? tick : 100);
	p->rss_kb = (unsigned long)(field[24] *
		(unsigned long long)(page > 0 ? page : 4096) / 1024);
	read_args(p, pid, open + 1, (size_t)(close - open - 1));
	return 1;
}

static int
same_place(const char *pid, const char *what)
{
	char theirs[64], ours[64];
	struct stat a, b;

	snprintf(theirs, sizeof theirs, "/proc/%s/%s", pid, what);
	snprintf(ours, sizeof ours, "/proc/self/%s", what);
	return stat(theirs, &a) == 0 && stat(ours, &b) == 0 &&
		a.st_dev == b.st_dev && a.st_ino == b.st_ino;
}

/* In a container the same name is another directory. */
static int
was_svscan_of(const char *pid, const char *scandir)
{
	char path[64], args[PATH_LEN + 256], *last;
	size_t r = read_cmdline(pid, args, sizeof args);
	struct stat theirs, now;

	if (!r)
		return 0;
	last = args + r - (args[r - 1] == 0 ? 1 : 0);
	while (last > args && last[-1])
		last--;
	if (strcmp(path_base(args), "reeve-svscan") || strcmp(last, scandir))
		return 0;
	snprintf(path, sizeof path, "/proc/%s/cwd", pid);
	return stat(path, &theirs) == 0 &&
		(stat(scandir, &now) < 0 || theirs.st_dev != now.st_dev ||
			theirs.st_ino != now.st_ino) &&
		same_place(pid, "root") && same_place(pid, "ns/mnt");
}

long
procs_left_svscan(const char *scandir)
{
	DIR *d = opendir("/proc");
	struct dirent *e;
	long pid = 0;

	while (d && !pid && (e = readdir(d)))
		if (isdigit((unsigned char)e->d_name[0]) &&
			was_svscan_of(e->d_name, scandir))
			pid = atol(e->d_name);
	if (d)
		closedir(d);
	return pid;
}

int
proc_outdated(long pid)
{
	static const char mark[] = " (deleted)";
	char path[64], exe[PATH_LEN];
	ssize_t n, len = sizeof mark - 1;

	snprintf(path, sizeof path, "/proc/%ld/exe", pid);
	n = readlink(path, exe, sizeof exe);
	return n > len && !memcmp(exe + n - len, mark, (size_t)len);
}

int
proc_directory(long pid, char *buf, size_t max)
{
	char path[64];
	ssize_t n;

	snprintf(path, sizeof path, "/proc/%ld/cwd", pid);
	n = readlink(path, buf, max - 1);
	buf[n < 0 ? 0 : n] = 0;
	return n < 0 ? -1 : 0;
}

static int
load(struct procs *ps)
{
	DIR *d = opendir("/proc");
	struct dirent *e;

	if (!d)
		return -1;
	while ((e = readdir(d))) {
		struct proc *p;

		if (!isdigit((unsigned char)e->d_name[0]))
			continue;
		p = grow(ps);
		if (!p) {
			closedir(d);
			return -1;
		}
		ps->n += (size_t)read_stat(p, e->d_name);
	}
	closedir(d);
	return 0;
}

#else

long
procs_left_svscan(const char *scandir)
{
	(void)scandir;
	return 0;
}

int
proc_outdated(long pid)
{
	(void)pid;
	return 0;
}

int
proc_directory(long pid, char *buf, size_t max)
{
	(void)pid;
	(void)buf;
	(void)max;
	return -1;
}

/* "1-02:03:04", "02:03.50", "3:04" as ps prints CPU time, in ms. */
static unsigned long long
ps_time(const char *s)
{
	unsigned long long total = 0, part = 0;

	for (; *s && *s != '.'; s++) {
		if (isdigit((unsigned char)*s)) {
			part = part * 10 + (unsigned)(*s - '0');
		} else {
			total = (total + part) * (*s == '-' ? 24 : 60);
			part = 0;
		}
	}
	return (total + part) * 1000;
}

static int
load(struct procs *ps)
{
	FILE *f =
		popen("ps -A -o pid= -o ppid= -o rss= -o time= -o args=", "r");
	char line[512];

	if (!f)
		return -1;
	while (fgets(line, sizeof line, f)) {
		char when[32];
		int args = 0;
		struct proc *p = grow(ps);

		if (!p)
			break;
		if (sscanf(line, "%ld %ld %lu %31s %n", &p->pid, &p->ppid,
			    &p->rss_kb, when, &args) < 4)
			continue;
		p->cpu_ms = ps_time(when);
		line[strcspn(line, "\n")] = 0;
		snprintf(p->args, sizeof p->args, "%.*s",
			(int)sizeof p->args - 1, line + args);
		ps->n++;
	}
	pclose(f);
	return 0;
}

#endif

int
procs_load(struct procs *ps)
{
	*ps = (struct procs){ 0, 0 };
	if (load(ps) < 0) {
		int e = errno;

		procs_free(ps);
		errno = e;
		return -1;
	}
	if (ps->n)
		qsort(ps->v, ps->n, sizeof *ps->v, by_pid);
	return 0;
}

void
procs_free(struct procs *ps)
{
	free(ps->v);
	*ps = (struct procs){ 0, 0 };
}

const struct proc *
procs_find(const struct procs *ps, long pid)
{
	struct proc key = { .pid = pid };

	return ps->n ? bsearch(&key, ps->v, ps->n, sizeof *ps->v, by_pid) : 0;
}

/* Does p descend from pid?  The depth is bounded, for the list may hold a
 * loop when a number was used again while it was read. */
static int
descends(const struct procs *ps, const struct proc *p, long pid)
{
	for (int depth = 0; p && depth < 64; depth++) {
		if (p->pid == pid)
			return 1;
		p = procs_find(ps, p->ppid);
	}
	return 0;
}

struct usage_sum
procs_sum(const struct procs *ps, long pid)
{
	struct usage_sum sum = { 0, 0, 0 };

	for (size_t i = 0; i < ps->n; i++) {
		if (!descends(ps, &ps->v[i], pid))
			continue;
		sum.cpu_ms += ps->v[i].cpu_ms;
		sum.rss_kb += ps->v[i].rss_kb;
		sum.count++;
	}
	return sum;
}
