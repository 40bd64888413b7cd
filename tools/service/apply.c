/* apply.c - properties of a process that need a system call, then the rest
 * of the command line.  See reeve-apply(1).  The compiler writes it into the
 * run of services with user, limits, capabilities and the like; the order is
 * known here and nowhere else: what needs privileges comes before they are
 * given up. */

#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include "lib/caps.h"
#include "lib/chain.h"
#include "lib/confine.h"
#include "lib/file.h"
#include "lib/msg.h"
#include "lib/num.h"
#include "lib/opt.h"
#include "lib/path.h"
#include "tools/service/apply.h"

static const struct opt opts[] = {
	{ 'u', "user", "USER[:GROUP]",
		"become this user, with the groups of "
		"the\nsystem's list" },
	{ 'g', "groups", "NAMES", "have these further groups instead" },
	{ 'n', "nice", "N", "add N to the nice value" },
	{ 'l', "limit", "NAME=VALUE",
		"set a resource limit: as, core, cpu, "
		"data,\nfsize, memlock, nofile, nproc, rss or stack;\nSOFT:"
		"HARD sets both; may be repeated" },
	{ 'd', "directory", "DIR", "make this the working directory" },
	{ 'c', "capabilities", "NAMES",
		"keep these capabilities and no "
		"others" },
	{ 'N', "no-new-privs", 0, "nothing run from here gains privileges" },
	{ 't', "private-tmp", 0, "have a /tmp and a /var/tmp of one's own" },
	{ 'r', "read-only", "PATH",
		"PATH cannot be written to; may be "
		"repeated" },
	{ 'C', "cgroup", "DIR", "make this cgroup and join it" },
	{ 'm', "memory-max", "SIZE", "limit the memory of the cgroup" },
	{ 'p', "cpu-max", "PERCENT",
		"limit the processor time of the "
		"cgroup,\nin percent of one processor" },
	{ 'k', "tasks-max", "N", "limit the processes of the cgroup" },
	{ 'v', "cgroup-value", "FILE=VALUE",
		"memory.high, memory.swap.max, "
		"cpu.weight or\nio.weight of the cgroup; may be repeated" },
	{ 'o', "oom-score-adjust", "N",
		"be killed sooner (1 to 1000) or "
		"later (-1 to\n-1000) when memory is short" },
	{ 0 }
};
static const struct usage usage = { "[option]... program [argument...]",
	"Change properties of this process, in the right order, then run "
	"program.",
	opts,
	"Exit status: 100 misuse, 111 system error, 126 or 127 program cannot "
	"be run, else\nthat of program." };

static void
add(const char **list, size_t *n, const char *what)
{
	if (*n == LIST_MAX)
		die(EX_MISUSE, "more than %d times %s", LIST_MAX, what);
	list[(*n)++] = optarg;
}

static void
parse(struct apply *a, int argc, char **argv)
{
	int o;

	while ((o = opt_next(&usage, argc, argv)) != -1) {
		switch (o) {
		case 'u':
			a->user = optarg;
			break;
		case 'g':
			a->groups = optarg;
			break;
		case 'n':
			a->nice = optarg;
			break;
		case 'l':
			add(a->limits, &a->nlimits, "-l");
			break;
		case 'd':
			a->directory = optarg;
			break;
		case 'c':
			a->caps = optarg;
			break;
		case 'N':
			a->no_new_privs = 1;
			break;
		case 't':
			a->private_tmp = 1;
			break;
		case 'r':
			add(a->readonly, &a->nreadonly, "-r");
			break;
		case 'C':
			a->cgroup = optarg;
			break;
		case 'm':
			a->memory = optarg;
			break;
		case 'p':
			a->cpu = optarg;
			break;
		case 'k':
			a->tasks = optarg;
			break;
		case 'v':
			add(a->values, &a->nvalues, "-v");
			break;
		case 'o':
			a->oom = optarg;
			break;
		default:
			break;
		}
	}
	if (optind == argc)
		opt_usage(&usage);
}

/* --- limits */

static rlim_t
limit_number(const char *s, size_t n)
{
	char text[32];
	uint64_t v;

	if (n >= sizeof text)
		die(EX_MISUSE, "invalid limit '%.40s'", s);
	memcpy(text, s, n);
	text[n] = 0;
	if (!strcmp(text, "unlimited"))
		return RLIM_INFINITY;
	if (!num_size(text, &v))
		die(EX_MISUSE,
			"invalid limit '%s', expected a number, a size "
			"or unlimited",
			text);
	return (rlim_t)v;
}

/* A limit that may not be raised so far, as in a container, is raised as far
 * as it may be: less is no reason not to start. */
static void
set_lower(int resource, const char *name, const char *text,
	const struct rlimit *wanted)
{
	struct rlimit r;

	if (errno != EPERM || getrlimit(resource, &r) < 0)
		die_sys(EX_SYSTEM, "unable to set limit %s to %s", name, text);
	r.rlim_cur =
		wanted->rlim_cur < r.rlim_max ? wanted->rlim_cur : r.rlim_max;
	if (setrlimit(resource, &r) < 0)
		die_sys(EX_SYSTEM, "unable to set limit %s to %s", name, text);
	errno = EPERM;
	warn_sys("unable to set limit %s to %s (going on with %llu)", name,
		text, (unsigned long long)r.rlim_cur);
}

static void
set_limit(const char *text)
{
	static const struct {
		const char *name;
		int resource;
	} known[] = {
#ifdef RLIMIT_AS
		{ "as", RLIMIT_AS },
#endif
		{ "core", RLIMIT_CORE }, { "cpu", RLIMIT_CPU },
		{ "data", RLIMIT_DATA }, { "fsize", RLIMIT_FSIZE },
#ifdef RLIMIT_MEMLOCK
		{ "memlock", RLIMIT_MEMLOCK },
#endif
		{ "nofile", RLIMIT_NOFILE },
#ifdef RLIMIT_NPROC
		{ "nproc", RLIMIT_NPROC },
#endif
#ifdef RLIMIT_RSS
		{ "rss", RLIMIT_RSS },
#endif
		{ "stack", RLIMIT_STACK }
	};
	size_t n = strcspn(text, "="), k;
	struct rlimit r;

	for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
		if (strlen(known[i].name) != n ||
			strncmp(known[i].name, text, n) || !text[n])
			continue;
		text += n + 1;
		k = strcspn(text, ":");
		if (getrlimit(known[i].resource, &r) < 0)
			die_sys(EX_SYSTEM, "unable to get limit %s",
				known[i].name);
		r.rlim_cur = limit_number(text, k);
		if (text[k])
			r.rlim_max = limit_number(
				text + k + 1, strlen(text + k + 1));
		else if (r.rlim_cur == RLIM_INFINITY ||
			(r.rlim_max != RLIM_INFINITY &&
				r.rlim_cur > r.rlim_max))
			r.rlim_max = r.rlim_cur;
		if (setrlimit(known[i].resource, &r) < 0)
			set_lower(known[i].resource, known[i].name, text, &r);
		return;
	}
	die(EX_MISUSE, "unknown limit '%s'", text);
}

static void
set_nice(const char *text)
{
	unsigned u;
	int n;

	if (!num_uint(text + (*text == '-'), &u) || u > 40)
		die(EX_MISUSE, "invalid nice value '%s'", text);
	n = *text == '-' ? -(int)u : (int)u;
	errno = 0;
	if (nice(n) == -1 && errno)
		die_sys(EX_SYSTEM, "unable to change the nice value by %d", n);
}

/* --- what only Linux has */

static uint64_t
capability_set(const char *text)
{
	char *names = strdup(text), *save = 0;
	uint64_t set = 0;

	if (!names)
		die_sys(EX_SYSTEM, "unable to read capabilities");
	for (char *s = strtok_r(names, " \t,", &save); s;
		s = strtok_r(0, " \t,", &save)) {
		int n = caps_number(s);

		if (n < 0)
			die(EX_MISUSE, "unknown capability %s", s);
		set |= (uint64_t)1 << n;
	}
	free(names);
	return set;
}

/* Write into a file of the cgroup; a controller that is not there is a
 * warning: the service runs without that limit. */
static void
cgroup_write(int dir, const char *cgroup, const char *file, const char *text)
{
	int fd = openat(dir, file, O_WRONLY | O_CLOEXEC);

	if (fd < 0 || file_write_all(fd, text, strlen(text)) < 0)
		warn_sys("unable to write '%s' to %s/%s (going on without)",
			text, cgroup, file);
	if (fd >= 0)
		close(fd);
}

/* What the children of a cgroup may use is said in the parent. */
static void
cgroup_enable(const char *cgroup)
{
	char parent[PATH_LEN];
	const char *slash = strrchr(cgroup, '/');
	static const char *const controllers[] = { "+memory", "+cpu", "+pids",
		"+io" };
	int fd;

	if (!slash || slash == cgroup ||
		path_join(parent, sizeof parent, cgroup) < 0)
		return;
	parent[slash - cgroup] = 0;
	for (size_t i = 0; i < sizeof controllers / sizeof *controllers; i++) {
		char file[PATH_LEN];

		if (path_join(file, sizeof file, parent,
			    "cgroup.subtree_control") < 0)
			return;
		fd = open(file, O_WRONLY | O_CLOEXEC);
		if (fd < 0)
			return;
		/* What cannot be enabled shows at the limit. */
		if (write(fd, controllers[i], strlen(controllers[i])) < 0)
			errno = 0;
		close(fd);
	}
}

/* "memory.high=1G" */
static void
cgroup_value(int dir, const char *cgroup, const char *text)
{
	static const struct {
		const char *file;
		int size;
	} known[] = { { "memory.high", 1 }, { "memory.swap.max", 1 },
		{ "cpu.weight", 0 }, { "io.weight", 0 } };
	size_t n = strcspn(text, "=");
	char number[32];
	uint64_t v;

	for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
		if (strlen(known[i].file) != n || !text[n] ||
			strncmp(text, known[i].file, n))
			continue;
		if (!num_size(text + n + 1, &v) ||
			(!known[i].size && (!v || v > 10000)))
			break;
		snprintf(number, sizeof number, "%llu", (unsigned long long)v);
		cgroup_write(dir, cgroup, known[i].file, number);
		return;
	}
	die(EX_MISUSE,
		"invalid value '%s', expected memory.high or "
		"memory.swap.max with a size, or cpu.weight or io.weight with "
		"a number from 1 to 10000",
		text);
}

static void
adjust_oom_score(const char *text)
{
	unsigned u;

	if (!num_uint(text + (*text == '-'), &u) || u > 1000)
		die(EX_MISUSE,
			"invalid score '%s', expected a number from "
			"-1000 to 1000",
			text);
	if (confine_oom(text) < 0)
		warn_sys("unable to set the oom score to %s (going on "
			 "without)",
			text);
}

static void
join_cgroup(const struct apply *a)
{
	char text[64];
	uint64_t size;
	int dir;

	if (!a->cgroup)
		return;
	if (confine_cgroups() < 0) {
		warn("there are no cgroups on this system (going on without)");
		return;
	}
	if (path_mkdirs(a->cgroup, 0755) < 0) {
		warn_sys("unable to make cgroup %s (going on without)",
			a->cgroup);
		return;
	}
	if (a->memory || a->cpu || a->tasks || a->nvalues)
		cgroup_enable(a->cgroup);
	dir = open(a->cgroup, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (dir < 0) {
		warn_sys("unable to open cgroup %s (going on without)",
			a->cgroup);
		return;
	}
	if (a->memory) {
		if (!num_size(a->memory, &size))
			die(EX_MISUSE, "invalid size '%s'", a->memory);
		snprintf(text, sizeof text, "%llu", (unsigned long long)size);
		cgroup_write(dir, a->cgroup, "memory.max", text);
	}
	if (a->cpu) {
		unsigned percent =
			opt_uint("processor time", a->cpu, 1, 1000000);

		snprintf(text, sizeof text, "%lu 100000",
			(unsigned long)percent * 1000);
		cgroup_write(dir, a->cgroup, "cpu.max", text);
	}
	if (a->tasks) {
		opt_uint("number of tasks", a->tasks, 1, UINT32_MAX);
		cgroup_write(dir, a->cgroup, "pids.max", a->tasks);
	}
	for (size_t i = 0; i < a->nvalues; i++)
		cgroup_value(dir, a->cgroup, a->values[i]);
	cgroup_write(dir, a->cgroup, "cgroup.procs", "0");
	close(dir);
}

static void
mount_private_tmp(void)
{
	static const char *const dirs[] = { "/tmp", "/var/tmp" };

	for (size_t i = 0; i < 2; i++) {
		struct stat st;

		if (lstat(dirs[i], &st) < 0 || !S_ISDIR(st.st_mode))
			continue;
		if (confine_empty(dirs[i]) < 0)
			die_sys(EX_SYSTEM, "unable to mount a private %s",
				dirs[i]);
	}
}

static void
change_mounts(const struct apply *a)
{
	if (!a->private_tmp && !a->nreadonly)
		return;
	if (confine_mounts() < 0) {
		if (errno != ENOSYS)
			die_sys(EX_SYSTEM,
				"unable to have mounts of one's "
				"own (private /tmp and read-only paths need "
				"root)");
		warn("private /tmp and read-only paths need Linux (going on "
		     "without)");
		return;
	}
	for (size_t i = 0; i < a->nreadonly; i++)
		if (confine_read_only(a->readonly[i]) < 0)
			die_sys(EX_SYSTEM, "unable to make %s read-only",
				a->readonly[i]);
	if (a->private_tmp)
		mount_private_tmp();
}

/* Before becoming another user.  Refused where it cannot be done, for what
 * was to have one of root's rights would have them all; the rest is a second
 * line of defence, or a limit. */
static void
bound_capabilities(const struct apply *a)
{
	int which;

	if (!a->caps || confine_bound(capability_set(a->caps), &which) == 0)
		return;
	if (errno == ENOSYS)
		die(EX_SYSTEM, "capabilities need Linux");
	if (which < 0)
		die_sys(EX_SYSTEM, "unable to keep capabilities");
	die_sys(EX_SYSTEM, "unable to drop capability %s",
		caps_name(which) ? caps_name(which) : "(new)");
}

static void
keep_capabilities(const struct apply *a)
{
	uint64_t want, have;

	if (!a->caps)
		return;
	want = capability_set(a->caps);
	if (confine_keep(want, &have) < 0)
		die_sys(EX_SYSTEM, "unable to keep capabilities '%s'", a->caps);
	for (int i = 0; i < 64; i++)
		if (want & ~have & (uint64_t)1 << i)
			warn("capability %s is not there to be kept (going on "
			     "without)",
				caps_name(i));
}

static void
forbid_new_privileges(const struct apply *a)
{
	if (!a->no_new_privs || confine_privileges() == 0)
		return;
	if (errno != ENOSYS)
		die_sys(EX_SYSTEM, "unable to set no-new-privs");
	warn("no-new-privs needs Linux (going on without)");
}

int
main(int argc, char **argv)
{
	struct apply a = { .ngroups = -1 };

	prog_init(argv[0]);
	parse(&a, argc, argv);
	if (a.groups)
		apply_find_groups(&a);
	if (a.user)
		apply_find_user(&a);
	join_cgroup(&a);
	for (size_t i = 0; i < a.nlimits; i++)
		set_limit(a.limits[i]);
	if (a.nice)
		set_nice(a.nice);
	if (a.oom)
		adjust_oom_score(a.oom);
	change_mounts(&a);
	bound_capabilities(&a);
	apply_become(&a);
	keep_capabilities(&a);
	forbid_new_privileges(&a);
	if (a.directory && chdir(a.directory) < 0)
		die_sys(EX_SYSTEM, "unable to change directory to %s",
			a.directory);
	chain_exec(argv + optind);
}
