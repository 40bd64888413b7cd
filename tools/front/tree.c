/* tree.c - reeve tree: the processes under each service. */

#include <getopt.h>
#include <stdio.h>
#include <string.h>

#include "lib/msg.h"
#include "lib/path.h"
#include "lib/shown.h"
#include "tools/front/front.h"
#include "tools/front/grid.h"
#include "tools/front/model.h"
#include "tools/front/proc.h"
#include "tools/front/watch.h"

enum { O_COLOUR = OPT_LONG, DEPTH_MAX = 32 };
static const struct opt opts[] = {
	{ 'a', "all", 0, "also log companions and Reeve's own services" },
	{ 's', "scandir", "DIR", "look only at this scan directory" },
	{ O_COLOUR, "colour", "WHEN", "auto, always or never" }, { 0, 0, 0, 0 }
};
static const struct usage usage = { "[-a] [-s DIR] [NAME...]",
	"Show the processes of each service, with their children, and those that\n"
	"outlived theirs.",
	opts, "Exit status: 0, 100 misuse, 102 the tree does not run, 111." };

struct drawing {
	const char *tee, *end, *bar, *gap;
};
static const struct drawing ascii = { "|- ", "`- ", "|  ", "   " };
static const struct drawing lines = { "├─ ", "└─ ", "│  ", "   " };

struct printer {
	const struct procs *ps;
	const struct drawing *d;
	int width, colour;
};

static void
line(const struct printer *pr, const char *indent, const char *branch,
	const char *text)
{
	size_t used = grid_columns(indent) + grid_columns(branch);

	fputs(indent, stdout);
	fputs(branch, stdout);
	grid_cut(stdout, text,
		pr->width > 0 && (size_t)pr->width > used
			? (size_t)pr->width - used
			: (size_t)-1);
	putchar('\n');
}

static size_t
next_child(const struct procs *ps, long ppid, size_t from)
{
	while (from < ps->n && ps->v[from].ppid != ppid)
		from++;
	return from;
}

/* A process and its children, without recursion over what /proc says deeper
 * than DEPTH_MAX. */
static void
print_process(const struct printer *pr, const struct proc *p,
	const char *indent, int last, int depth)
{
	char text[256], below[256];
	size_t i = next_child(pr->ps, p->pid, 0);

	snprintf(text, sizeof text, "%ld %s", p->pid, p->args);
	line(pr, indent, last ? pr->d->end : pr->d->tee, text);
	if (depth >= DEPTH_MAX)
		return;
	snprintf(below, sizeof below, "%s%s", indent,
		last ? pr->d->gap : pr->d->bar);
	while (i < pr->ps->n) {
		size_t next = next_child(pr->ps, p->pid, i + 1);

		print_process(
			pr, &pr->ps->v[i], below, next == pr->ps->n, depth + 1);
		i = next;
	}
}

static void
print_item(const struct printer *pr, const struct item *it, long long now)
{
	const struct proc *p = it->pid ? procs_find(pr->ps, it->pid) : 0;

	printf("%s%s%s  %s%s%s", grid_code(BOLD, pr->colour), shown(it->name),
		pr->colour ? "\033[0m" : "",
		grid_code(status_colour(it), pr->colour), model_word(it),
		pr->colour ? "\033[0m" : "");
	if (model_since(it) && it->pid)
		printf(" for %s", front_duration(now - it->since));
	putchar('\n');
	if (p)
		print_process(pr, p, "", 1, 0);
}

/* A supervise, or what waits for the main command of a container. */
static int
is_ours(const struct proc *p)
{
	char word[sizeof p->args];
	const char *name;

	snprintf(
		word, sizeof word, "%.*s", (int)strcspn(p->args, " "), p->args);
	name = path_base(word);
	return !strncmp(name, "reeve-", 6) || !strncmp(name, "s6-", 3);
}

/* The service in whose directory it is, or 0. */
static const struct item *
started_by(const struct model *m, const struct proc *p)
{
	char dir[PATH_LEN];

	return proc_directory(p->pid, dir, sizeof dir) < 0
		? 0
		: model_find(m, path_base(dir));
}

/* What outlived its service is a child of svscan then, where that can be; a
 * port that it holds is missed elsewhere. */
static void
print_left(const struct printer *pr, const struct model *m)
{
	int any = 0;

	for (size_t i = next_child(pr->ps, m->svscan, 0); i < pr->ps->n;
		i = next_child(pr->ps, m->svscan, i + 1)) {
		const struct proc *p = pr->ps->v + i;
		const struct item *it = started_by(m, p);
		int known = is_ours(p);

		for (size_t k = 0; k < m->n && !known; k++)
			known = m->items[k].pid == p->pid;
		if (known)
			continue;
		if (!any++)
			puts("left behind by what has ended:");
		print_process(pr, p, "", 1, 0);
		if (it && it->type == ITEM_LONGRUN)
			printf("   (it is in the directory of %s)\n",
				shown(it->name));
	}
}

int
front_tree(int argc, char **argv)
{
	const char *scandir = 0, *when = 0;
	int c, all = 0;
	struct procs ps;
	struct model m;
	struct printer pr;

	opt_permute(&usage, argc, argv);
	while ((c = opt_next(&usage, argc, argv)) != -1) {
		switch (c) {
		case 'a':
			all = 1;
			break;
		case 's':
			scandir = optarg;
			break;
		case O_COLOUR:
			when = optarg;
			break;
		}
	}
	model_load(&m, scandir);
	for (int i = optind; i < argc; i++)
		model_need(&m, argv[i]);
	model_need_tree(&m);
	if (procs_load(&ps) < 0)
		die_sys(EX_SYSTEM, "unable to list processes");
	pr = (struct printer){ &ps, grid_utf8() ? &lines : &ascii,
		grid_width(1), grid_colour(when, 1) };
	for (size_t i = 0; i < m.n; i++) {
		const struct item *it = &m.items[i];
		int named = 0;

		for (int k = optind; k < argc; k++)
			named |= !strcmp(argv[k], it->name);
		if (named ||
			(optind == argc && it->type == ITEM_LONGRUN &&
				(all || !status_hidden(it))))
			print_item(&pr, it, m.now);
	}
	if (optind == argc)
		print_left(&pr, &m);
	procs_free(&ps);
	model_free(&m);
	return fflush(stdout) ? EX_SYSTEM : EX_OK;
}
