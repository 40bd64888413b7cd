/* expand-limits.c - how much of the machine a service may take. */

#include <string.h>
#include <sys/stat.h>

#include "config.h"
#include "lib/num.h"
#include "lib/suggest.h"
#include "rc/compile/wrap.h"

#define CGROUPS "/sys/fs/cgroup/"
/* What reeve-apply and the kernel take. */
enum { WEIGHT_MAX = 10000, OOM_MAX = 1000, APPLY_PERCENT_MAX = 1000000 };

void
wrap_nice(struct wrap *w)
{
	const struct def_text *t = wrap_use(w, "nice");
	const char *line = t ? def_line(w->s, t) : 0;
	unsigned u;

	if (!line)
		return;
	if (!num_uint(line + (*line == '-'), &u) || u > 20 ||
		(u == 20 && *line != '-'))
		wrap_bad(w, t, line);
	else
		wrap_apply(w, "-n", line);
}

static int
limit_value(const char *s, size_t n, uint64_t *v)
{
	char text[32];

	if (n >= sizeof text)
		return 0;
	memcpy(text, s, n);
	text[n] = 0;
	*v = UINT64_MAX;
	return !strcmp(text, "unlimited") || num_size(text, v);
}

/* "VALUE" or "SOFT:HARD". */
static int
limit_ok(const char *s)
{
	size_t k = strcspn(s, ":");
	uint64_t soft, hard;

	if (!limit_value(s, k, &soft))
		return 0;
	return !s[k] ||
		(limit_value(s + k + 1, strlen(s + k + 1), &hard) &&
			soft <= hard);
}

static const char *const limit_names[] = { "as", "core", "cpu", "data", "fsize",
	"memlock", "nofile", "nproc", "rss", "stack" };
enum { LIMITS = sizeof limit_names / sizeof *limit_names };

static void
unknown_limit(struct wrap *w, const struct def_text *t, unsigned number,
	const char *line, size_t n)
{
	char *name = arena_dup(w->s->mem, line, n);
	struct suggest near = suggest_init(name);

	for (size_t i = 0; i < LIMITS; i++)
		suggest_try(&near, limit_names[i]);
	diag_error(w->s->diag, 1, t->file, number,
		"unknown limit '%.40s'; "
		"%s%s%s",
		name,
		near.best ? "did you mean "
			  : "expected as, core, cpu, "
			    "data, fsize, memlock, nofile, nproc, rss or stack",
		near.best ? near.best : "", near.best ? "?" : "");
}

void
wrap_limits(struct wrap *w)
{
	const struct def_text *t = wrap_use(w, "limits");
	size_t at = 0;
	unsigned number = 0;
	char *line;

	while (t && def_next_line(w->s, t, &at, &line, &number)) {
		size_t n = strcspn(line, "="), i;

		def_trim(line);
		for (i = 0; i < LIMITS; i++)
			if (strlen(limit_names[i]) == n &&
				!strncmp(line, limit_names[i], n))
				break;
		if (i == LIMITS)
			unknown_limit(w, t, number, line, n);
		else if (!line[n] || !limit_ok(line + n + 1))
			diag_error(w->s->diag, 1, t->file, number,
				"invalid "
				"limit '%.60s', expected %s=, and a number, a "
				"size as 64M, unlimited, or SOFT:HARD with "
				"the lower first",
				line, limit_names[i]);
		else
			wrap_apply(w, "-l", line);
	}
}

/* A limit of the control group that is a number above 0 or max, which is
 * none.  The line if it is to be set, or 0. */
static const char *
cgroup_limit(struct wrap *w, const char *name, int (*check)(const char *))
{
	const struct def_text *t = wrap_use(w, name);
	const char *line = t ? def_line(w->s, t) : 0;

	if (!line || !strcmp(line, "max"))
		return 0;
	if (check(line))
		return line;
	wrap_bad(w, t, line);
	return 0;
}

static int
is_size(const char *s)
{
	uint64_t v;

	return num_size(s, &v) && v;
}

static int
is_percent(const char *s)
{
	char text[16];
	size_t n = strlen(s);
	unsigned u;

	if (n >= sizeof text)
		return 0;
	memcpy(text, s, n + 1);
	if (n && text[n - 1] == '%')
		text[n - 1] = 0;
	return num_uint(text, &u) && u && u <= APPLY_PERCENT_MAX;
}

static int
is_number(const char *s)
{
	unsigned u;

	return num_uint(s, &u) && u;
}

/* Of a path below the mount point no part may lead out of it. */
static int
cgroup_ok(const char *path)
{
	const char *p = path;

	for (; *p; p += strcspn(p, "/")) {
		p += strspn(p, "/");
		if (!strncmp(p, "..", 2) && (!p[2] || p[2] == '/'))
			return 0;
	}
	return *path != '/' ||
		(!strncmp(path, CGROUPS, sizeof CGROUPS - 1) &&
			path[sizeof CGROUPS - 1]);
}

static int
is_size_or_none(const char *s)
{
	uint64_t v;

	return num_size(s, &v);
}

static int
is_weight(const char *s)
{
	unsigned u;

	return num_uint(s, &u) && u && u <= WEIGHT_MAX;
}

/* Those that are written as they are.  How many there are. */
static int
cgroup_values(struct wrap *w)
{
	static const struct {
		const char *name, *file;
		int (*check)(const char *);
	} known[] = { { "memory-high", "memory.high", is_size },
		{ "memory-swap-max", "memory.swap.max", is_size_or_none },
		{ "cpu-weight", "cpu.weight", is_weight },
		{ "io-weight", "io.weight", is_weight } };
	int n = 0;

	for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
		const char *value =
			cgroup_limit(w, known[i].name, known[i].check);

		if (!value)
			continue;
		wrap_apply(w, "-v",
			arena_printf(w->s->mem, "%s=%s", known[i].file, value));
		n++;
	}
	return n;
}

void
wrap_oom_score(struct wrap *w)
{
	const struct def_text *t = wrap_use(w, "oom-score-adjust");
	const char *line = t ? def_line(w->s, t) : 0;
	unsigned u;

	if (!line)
		return;
	if (!num_uint(line + (*line == '-'), &u) || u > OOM_MAX)
		wrap_bad(w, t, line);
	else
		wrap_apply(w, "-o", line);
}

void
wrap_cgroup(struct wrap *w)
{
	const struct def_text *t = wrap_use(w, "cgroup");
	const char *path = t && t->len ? def_line(w->s, t) : 0, *memory, *cpu,
		   *tasks;

	if (t && t->len && !path)
		return;
	memory = cgroup_limit(w, "memory-max", is_size);
	cpu = cgroup_limit(w, "cpu-max", is_percent);
	tasks = cgroup_limit(w, "tasks-max", is_number);
	if (memory)
		wrap_apply(w, "-m", memory);
	if (cpu)
		wrap_apply(w, "-p",
			arena_printf(w->s->mem, "%.*s", (int)strcspn(cpu, "%"),
				cpu));
	if (tasks)
		wrap_apply(w, "-k", tasks);
	if (!cgroup_values(w) && !t && !memory && !cpu && !tasks)
		return;
	if (path && !cgroup_ok(path)) {
		wrap_bad(w, t, path);
		return;
	}
	path = !path ? arena_printf(w->s->mem, CGROUPS "reeve/%s", w->d->name)
		: *path == '/' ? path
			       : arena_printf(w->s->mem, CGROUPS "%s", path);
	wrap_apply(w, "-C", path);
	path = arena_printf(w->s->mem, "%s\n", path);
	def_set_file(w->s, w->d, "cgroup", S_IFREG | 0644, path, strlen(path));
}
