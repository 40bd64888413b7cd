/* graph.c - reeve graph: what depends on what, for dot(1). */

#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/msg.h"
#include "lib/shown.h"
#include "tools/front/front.h"
#include "tools/front/model.h"

enum { O_SVG = OPT_LONG, O_DB };
static const struct opt opts[] = { { 'a', "all", 0, "also log companions" },
	{ O_DB, "db", "FILE", "of this database instead of the live one" },
	{ O_SVG, "svg", 0, "print SVG, made by dot(1) of graphviz" },
	{ 0, 0, 0, 0 } };
static const struct usage usage = { "[-a] [--db FILE] [--svg] [NAME...]",
	"Print the dependencies as a graph for dot(1): an arrow leads from a\n"
	"service to what it needs.  With names, only what they need and what\n"
	"needs them.",
	opts, "Exit status: 0, 100 misuse, 127 dot is not installed, 111." };

static const char *const fills[NITEMSTATE] = { [IS_RUNNING] = "#c8e6c9",
	[IS_DONE] = "#c8e6c9",
	[IS_STARTING] = "#fff3c4",
	[IS_WAITING] = "#fff3c4",
	[IS_RESTARTING] = "#fff3c4",
	[IS_STOPPING] = "#fff3c4",
	[IS_PAUSED] = "#fff3c4",
	[IS_FAILED] = "#ffcdd2",
	[IS_LOST] = "#ffcdd2" };

static void
edges(const struct db *db, const unsigned char *show, uint32_t i,
	const struct db_list *l, const char *style)
{
	for (uint32_t k = 0; k < l->n; k++) {
		if (!show[l->v[k]])
			continue;
		printf("\t");
		shown_quoted(stdout, db->services[i].name);
		printf(" -> ");
		shown_quoted(stdout, db->services[l->v[k]].name);
		printf("%s;\n", style);
	}
}

static void
print_dot(const struct db *db, const struct model *m, const unsigned char *show)
{
	uint32_t n = db->nlong + db->nshort;

	puts("digraph services {\n\trankdir=LR;\n"
	     "\tnode [shape=box, style=\"rounded,filled\", "
	     "fillcolor=\"#eeeeee\", fontname=\"sans-serif\"];");
	for (uint32_t i = 0; i < n; i++) {
		const struct item *it =
			m ? model_find(m, db->services[i].name) : 0;
		const char *fill = it ? fills[it->state] : 0;

		if (!show[i])
			continue;
		printf("\t");
		shown_quoted(stdout, db->services[i].name);
		printf(" [shape=%s",
			db->services[i].type == DB_ONESHOT
				? "ellipse, style=filled"
				: "box");
		if (fill)
			printf(", fillcolor=\"%s\"", fill);
		puts("];");
	}
	for (uint32_t i = 0; i < n; i++) {
		const struct db_service *s = &db->services[i];

		if (!show[i])
			continue;
		edges(db, show, i, &s->deps, "");
		edges(db, show, i, &s->wants, " [style=dashed]");
		edges(db, show, i, &s->after,
			" [style=dotted, arrowhead=open]");
	}
	puts("}");
}

/* Mark all that can be reached over deps or over rdeps. */
static void
reach(const struct db *db, unsigned char *show, uint32_t from, int back)
{
	uint32_t n = db->nlong + db->nshort, top = 0;
	unsigned char *seen = calloc(n + 1, 1);
	uint32_t *todo = calloc(n + 1, sizeof *todo);

	if (!seen || !todo)
		die_sys(EX_SYSTEM, "unable to follow dependencies");
	seen[from] = 1;
	todo[top++] = from;
	while (top) {
		uint32_t i = todo[--top];
		const struct db_list *l =
			back ? &db->services[i].rdeps : &db->services[i].deps;

		show[i] = 1;
		for (uint32_t k = 0; k < l->n; k++)
			if (!seen[l->v[k]])
				seen[l->v[k]] = 1, todo[top++] = l->v[k];
	}
	free(seen);
	free(todo);
}

/* From now on what is printed goes through dot. */
static pid_t
through_dot(void)
{
	int p[2];
	pid_t pid;

	if (pipe(p) < 0 || (pid = fork()) < 0)
		die_sys(EX_SYSTEM, "unable to start dot");
	if (!pid) {
		dup2(p[0], 0);
		close(p[0]);
		close(p[1]);
		execlp("dot", "dot", "-Tsvg", (char *)0);
		if (errno == ENOENT)
			die(EX_NOTFOUND,
				"dot is not installed (Debian, Alpine:"
				" package graphviz); without --svg the graph "
				"is printed as text");
		die_sys(EX_NOEXEC, "unable to execute dot");
	}
	dup2(p[1], 1);
	close(p[0]);
	close(p[1]);
	return pid;
}

int
front_graph(int argc, char **argv)
{
	const char *file = 0;
	int c, svg = 0, all = 0, code = EX_OK;
	unsigned char *show;
	struct model m;
	struct db own, *db;
	pid_t dot = 0;
	uint32_t n;

	opt_permute(&usage, argc, argv);
	while ((c = opt_next(&usage, argc, argv)) != -1) {
		switch (c) {
		case 'a':
			all = 1;
			break;
		case O_DB:
			file = optarg;
			break;
		case O_SVG:
			svg = 1;
			break;
		}
	}
	model_load(&m, 0);
	db = &m.live.db;
	if (file) {
		char err[512];

		if (db_open(&own, file, err, sizeof err) < 0)
			die(EX_SYSTEM, "%s", err);
		db = &own;
	} else if (!m.have_live) {
		die(EX_NOSUPER, "%s",
			m.live_error[0]
				? m.live_error
				: "nothing is live yet (reeve up, or --db FILE)");
	}
	n = db->nlong + db->nshort;
	show = calloc(n + 1, 1);
	if (!show)
		die_sys(EX_SYSTEM, "unable to draw");
	for (int i = optind; i < argc; i++) {
		struct db_list l;

		if (!db_resolve(db, argv[i], &l)) {
			const char *near = db_nearest(db, argv[i]);

			die(EX_MISUSE, "there is no service '%s'%s%s%s",
				argv[i], near ? ": did you mean '" : "",
				near ? near : "", near ? "'?" : "");
		}
		for (uint32_t k = 0; k < l.n; k++) {
			reach(db, show, l.v[k], 0);
			reach(db, show, l.v[k], 1);
		}
	}
	if (optind == argc)
		memset(show, 1, n);
	for (uint32_t i = 0; i < n; i++)
		if (!all && (db->services[i].flags & DB_GENERATED))
			show[i] = 0;
	if (svg)
		dot = through_dot();
	print_dot(db, file ? 0 : &m, show);
	if (fflush(stdout))
		code = EX_SYSTEM;
	if (dot) {
		/* dot must see the end of its input. */
		fclose(stdout);
		code = front_reap(dot);
	}
	return code;
}
