/* rc-db.c - ask a compiled database.  See reeve-rc-db(1).  It reads the file
 * once, takes no lock and writes nothing but its answer. */

#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "lib/arena.h"
#include "lib/json.h"
#include "lib/msg.h"
#include "lib/opt.h"
#include "lib/path.h"
#include "lib/shown.h"
#include "lib/utf8.h"
#include "rc/db.h"
#include "rc/compile/lex.h"
#include "rc/live.h"
#include "rc/places.h"

enum { EX_UNKNOWN = 3, EX_BADDB = 4, EX_TYPE = 5 };
enum { O_JSON = OPT_LONG, O_DOT, O_RELOAD };

struct ask {
	struct db db;
	int down, reload, without_essentials;
	int json, dot;
	unsigned char *mark; /* owned; by service number */
};

static const struct opt opts[] = {
	{ 'l', "livedir", "DIR", "live directory whose database is asked" },
	{ 'c', "compiled", "FILE",
		"database to ask (default: that of the "
		"live\ndirectory)" },
	{ 'u', "up", 0, "dependencies, and the up script (default)" },
	{ 'd', "down", 0, "reverse dependencies, and the down script" },
	{ 'b', "block", 0,
		"accepted for s6-rc's sake; there is no lock to\n"
		"wait for" },
	{ 'E', "with-essentials", 0,
		"lists have essential services too "
		"(default)" },
	{ 'e', "without-essentials", 0, "lists leave essential services out" },
	{ O_RELOAD, "reload", 0, "script: the reload script" },
	{ O_JSON, "json", 0, "graph, diff, show: JSON" },
	{ O_DOT, "dot", 0, "graph: the language of graphviz" }, { 0 }
};

static const char more[] =
	"Commands:\n"
	"  help                      this list\n"
	"  check                     is the database valid\n"
	"  list KIND                 all, services, oneshots, longruns or "
	"bundles\n"
	"  type NAME                 oneshot, longrun or bundle\n"
	"  timeout NAME              ms, for up or (-d) down\n"
	"  contents BUNDLE           its members\n"
	"  dependencies NAME         direct dependencies, or (-d) who depends "
	"on it\n"
	"  pipeline LONGRUN          its pipeline from the first producer on\n"
	"  script ONESHOT            words of its up, -d down or --reload "
	"script, each\n"
	"                            followed by a NUL\n"
	"  flags NAME                as a hexadecimal number\n"
	"  atomics NAME...           the services these names stand for\n"
	"  all-dependencies NAME...  these and all they need (-d: all that "
	"need them)\n"
	"  show NAME...              all of a service: properties and files, "
	"as they\n"
	"                            are after compiling\n"
	"  graph [NAME...]           dependencies as text, --json or --dot\n"
	"  diff DATABASE             what is different in another database\n"
	"  id                        the checksum that identifies it\n\n"
	"Exit status: 0 answered, 1 diff found differences, 3 unknown name, "
	"4 bad database,\n5 wrong type, 100 misuse, 111 system error.";

static const struct usage usage = {
	"[-l live | -c database] [-u | -d] [-e | -E] command [name...]",
	"Ask a compiled database of services.", opts, more
};

static _Noreturn void
unknown(const struct db *db, const char *name)
{
	const char *near = db_nearest(db, name);

	die(EX_UNKNOWN, "%s is not the name of a service or bundle%s%s%s", name,
		near ? "; did you mean " : "", near ? near : "",
		near ? "?" : "");
}

static const struct db_service *
service(const struct ask *a, const char *name, const char *wanted)
{
	uint32_t i = db_service(&a->db, name);

	if (i != DB_NONE)
		return a->db.services + i;
	if (db_bundle(&a->db, name) == DB_NONE)
		unknown(&a->db, name);
	die(EX_TYPE, "%s is a bundle and not %s", name, wanted);
}

static struct db_list
resolve(const struct ask *a, const char *name)
{
	struct db_list l;

	if (!db_resolve(&a->db, name, &l))
		unknown(&a->db, name);
	return l;
}

static uint32_t
services(const struct ask *a)
{
	return a->db.nlong + a->db.nshort;
}

static void
mark_list(struct ask *a, const struct db_list *l)
{
	for (uint32_t i = 0; i < l->n; i++)
		a->mark[l->v[i]] = 1;
}

static void
print_service(const struct ask *a, uint32_t i)
{
	if (!a->without_essentials || !(a->db.services[i].flags & DB_ESSENTIAL))
		puts(a->db.services[i].name);
}

static void
print_marked(const struct ask *a)
{
	for (uint32_t i = 0; i < services(a); i++)
		if (a->mark[i])
			print_service(a, i);
}

static void
do_help(struct ask *a, char **argv)
{
	(void)a;
	(void)argv;
	printf("usage: %s %s\n\n%s\n", prog_name, usage.synopsis, more);
}

/* Opening it was the check. */
static void
do_check(struct ask *a, char **argv)
{
	(void)a;
	(void)argv;
}

static void
do_list(struct ask *a, char **argv)
{
	static const struct {
		const char *name;
		int l, o, b;
	} kinds[] = { { "all", 1, 1, 1 }, { "services", 1, 1, 0 },
		{ "oneshots", 0, 1, 0 }, { "longruns", 1, 0, 0 },
		{ "bundles", 0, 0, 1 } };

	for (size_t k = 0; k < sizeof kinds / sizeof *kinds; k++) {
		if (strcmp(argv[0], kinds[k].name))
			continue;
		if (kinds[k].l)
			for (uint32_t i = 0; i < a->db.nlong; i++)
				print_service(a, i);
		if (kinds[k].o)
			for (uint32_t i = a->db.nlong; i < services(a); i++)
				print_service(a, i);
		if (kinds[k].b)
			for (uint32_t i = 0; i < a->db.nbundles; i++)
				puts(a->db.bundles[i].name);
		return;
	}
	die(EX_MISUSE,
		"list what? all, services, oneshots, longruns or "
		"bundles, not '%s'",
		argv[0]);
}

static const char *
type_name(const struct db_service *s)
{
	return s->type == DB_LONGRUN ? "longrun" : "oneshot";
}

static void
do_type(struct ask *a, char **argv)
{
	uint32_t i = db_service(&a->db, argv[0]);

	if (i == DB_NONE && db_bundle(&a->db, argv[0]) == DB_NONE)
		unknown(&a->db, argv[0]);
	puts(i == DB_NONE ? "bundle" : type_name(a->db.services + i));
}

static void
do_timeout(struct ask *a, char **argv)
{
	const struct db_service *s = service(a, argv[0], "a service");

	printf("%lu\n",
		(unsigned long)(a->down ? s->timeout_down : s->timeout_up));
}

static void
do_contents(struct ask *a, char **argv)
{
	uint32_t i = db_bundle(&a->db, argv[0]);

	if (i == DB_NONE) {
		if (db_service(&a->db, argv[0]) == DB_NONE)
			unknown(&a->db, argv[0]);
		die(EX_TYPE, "%s is a service and not a bundle", argv[0]);
	}
	mark_list(a, &a->db.bundles[i].members);
	print_marked(a);
}

static void
do_dependencies(struct ask *a, char **argv)
{
	struct db_list l = resolve(a, argv[0]);

	for (uint32_t i = 0; i < l.n; i++) {
		const struct db_service *s = a->db.services + l.v[i];

		mark_list(a, a->down ? &s->rdeps : &s->deps);
	}
	print_marked(a);
}

/* Producers before consumers: from the last consumer backwards, printed the
 * other way round. */
static void
do_pipeline(struct ask *a, char **argv)
{
	const struct db_service *s = service(a, argv[0], "a longrun");
	uint32_t *order, n = 0;

	if (s->type != DB_LONGRUN)
		die(EX_TYPE, "%s is a oneshot and not a longrun", argv[0]);
	order = calloc(services(a) + (size_t)1, sizeof *order);
	if (!order)
		die_sys(EX_SYSTEM, "unable to hold a pipeline");
	while (s->consumer != DB_NONE)
		s = a->db.services + s->consumer;
	order[n++] = (uint32_t)(s - a->db.services);
	for (uint32_t i = 0; i < n; i++) {
		const struct db_list *p = &a->db.services[order[i]].producers;

		for (uint32_t k = p->n; k--;)
			order[n++] = p->v[k];
	}
	/* The last consumer comes first, and feeds nobody. */
	while (n-- > 1) {
		s = a->db.services + order[n];
		printf("%s/%s\n", s->name, a->db.services[s->consumer].name);
	}
	free(order);
}

static void
do_script(struct ask *a, char **argv)
{
	const struct db_service *s = service(a, argv[0], "a oneshot");
	const struct db_script *c = a->reload ? &s->reload
		: a->down		      ? &s->down
					      : &s->up;

	if (s->type != DB_ONESHOT)
		die(EX_TYPE, "%s is a longrun and not a oneshot", argv[0]);
	fwrite(c->argv, 1, c->len, stdout);
}

/* The bits that s6-rc has. */
static void
do_flags(struct ask *a, char **argv)
{
	const struct db_service *s = service(a, argv[0], "a service");

	printf("%08x\n", s->flags & (DB_ESSENTIAL | DB_RECOMMENDED));
}

static void
do_atomics(struct ask *a, char **argv)
{
	for (; *argv; argv++) {
		struct db_list l = resolve(a, *argv);

		mark_list(a, &l);
	}
	print_marked(a);
}

static void
do_all_dependencies(struct ask *a, char **argv)
{
	uint32_t *queue = calloc(services(a) + (size_t)1, sizeof *queue);
	uint32_t n = 0;

	if (!queue)
		die_sys(EX_SYSTEM, "unable to hold dependencies");
	for (; *argv; argv++) {
		struct db_list l = resolve(a, *argv);

		mark_list(a, &l);
	}
	for (uint32_t i = 0; i < services(a); i++)
		if (a->mark[i])
			queue[n++] = i;
	for (uint32_t i = 0; i < n; i++) {
		const struct db_service *s = a->db.services + queue[i];
		const struct db_list *l = a->down ? &s->rdeps : &s->deps;

		for (uint32_t k = 0; k < l->n; k++)
			if (!a->mark[l->v[k]]) {
				a->mark[l->v[k]] = 1;
				queue[n++] = l->v[k];
			}
	}
	free(queue);
	print_marked(a);
}

/* --- ours: show, graph, diff, id */

static void
print_names(const struct ask *a, const char *what, const struct db_list *l)
{
	if (!l->n)
		return;
	printf("%s:", what);
	for (uint32_t i = 0; i < l->n; i++)
		printf(" %s", a->db.services[l->v[i]].name);
	putchar('\n');
}

static void
print_word(const char *s)
{
	struct buf b = { 0 };

	lex_quote(&b, s);
	fwrite(b.s, 1, b.len, stdout);
	buf_free(&b);
}

/* Words back to a command line: spaces in front are the depth in blocks. */
static void
print_script(const struct db_script *c)
{
	const char *s = c->argv;
	size_t depth = 0;

	for (uint32_t i = 0; i < c->argc; i++, s += strlen(s) + 1) {
		size_t n = strspn(s, " ");

		if (n > depth + 1)
			n = depth;
		if (i)
			putchar(' ');
		for (; depth < n; depth++)
			fputs("{ ", stdout);
		if (depth && n == depth - 1 && !s[n]) {
			putchar('}');
			depth--;
			continue;
		}
		print_word(s + n);
	}
	putchar('\n');
}

static const char *
change_name(enum db_on_change c)
{
	return c == DB_CHANGE_RELOAD  ? "reload"
		: c == DB_CHANGE_KEEP ? "keep"
				      : "restart";
}

static void
print_hash(const unsigned char *h)
{
	for (int i = 0; i < DB_HASH; i++)
		printf("%02x", h[i]);
}

static void
print_file(const struct db_file *f)
{
	if (S_ISLNK(f->mode)) {
		printf("--- %s -> %s\n", shown(f->path), shown(f->data));
		return;
	}
	printf("--- %s%s mode %04o\n", shown(f->path),
		S_ISDIR(f->mode) ? "/" : "", (unsigned)f->mode & 07777);
	if (memchr(f->data, 0, f->len)) {
		printf("(%lu bytes, not text)\n", (unsigned long)f->len);
		return;
	}
	for (size_t i = 0, n; i < f->len; i += n + 1) {
		const char *end = memchr(f->data + i, '\n', f->len - i);

		n = end ? (size_t)(end - f->data) - i : f->len - i;
		utf8_print(stdout, f->data + i, n);
		if (end)
			putchar('\n');
	}
	if (f->len && f->data[f->len - 1] != '\n')
		printf("\n(no newline at the end)\n");
}

static void
show_text(const struct ask *a, const struct db_service *s)
{
	static const struct {
		unsigned bit;
		const char *name;
	} flags[] = { { DB_ESSENTIAL, "essential" },
		{ DB_RECOMMENDED, "recommended" },
		{ DB_NOTIFIES, "says when it is ready" }, { DB_MAIN, "main" },
		{ DB_GENERATED, "made by the compiler" },
		{ DB_PATIENT, "no limit for its start" } };
	const char *sep = "flags: ";

	printf("%s: %s\n", s->name, type_name(s));
	for (size_t i = 0; i < sizeof flags / sizeof *flags; i++)
		if (s->flags & flags[i].bit) {
			printf("%s%s", sep, flags[i].name);
			sep = ", ";
		}
	if (*sep == ',')
		putchar('\n');
	if (s->timeout_up)
		printf("timeout-up: %lu\n", (unsigned long)s->timeout_up);
	if (s->timeout_down)
		printf("timeout-down: %lu\n", (unsigned long)s->timeout_down);
	print_names(a, "dependencies", &s->deps);
	print_names(a, "needed by", &s->rdeps);
	print_names(a, "wants", &s->wants);
	print_names(a, "after", &s->after);
	print_names(a, "restart-with", &s->restart_with);
	if (s->consumer != DB_NONE)
		printf("output to: %s\n", a->db.services[s->consumer].name);
	print_names(a, "input from", &s->producers);
	printf("on-change: %s\n", change_name(s->on_change));
	for (uint32_t i = 0; i < s->nprops; i++)
		printf("%s: %s\n", shown(s->props[i].key),
			shown(s->props[i].value));
	printf("hash: ");
	print_hash(s->hash);
	putchar('\n');
	if (s->up.present) {
		printf("--- up\n");
		print_script(&s->up);
	}
	if (s->down.present) {
		printf("--- down\n");
		print_script(&s->down);
	}
	if (s->reload.present) {
		printf("--- reload\n");
		print_script(&s->reload);
	}
	for (uint32_t i = 0; i < s->nfiles; i++)
		print_file(s->files + i);
}

static void
json_names(const struct ask *a, const char *key, const struct db_list *l)
{
	printf(",\"%s\":[", key);
	for (uint32_t i = 0; i < l->n; i++) {
		if (i)
			putchar(',');
		json_put(stdout, a->db.services[l->v[i]].name);
	}
	putchar(']');
}

static void
json_script(const char *key, const struct db_script *c)
{
	const char *s = c->argv;

	if (!c->present)
		return;
	printf(",\"%s\":[", key);
	for (uint32_t i = 0; i < c->argc; i++, s += strlen(s) + 1) {
		if (i)
			putchar(',');
		json_put(stdout, s);
	}
	putchar(']');
}

/* All but the files; with them if files. */
static void
json_service(const struct ask *a, const struct db_service *s, int files)
{
	printf("{\"name\":");
	json_put(stdout, s->name);
	printf(",\"type\":\"%s\",\"essential\":%s,\"generated\":%s,"
	       "\"notifies\":%s,\"main\":%s,\"timeout_up\":%lu,"
	       "\"timeout_down\":%lu,\"on_change\":\"%s\"",
		type_name(s), s->flags & DB_ESSENTIAL ? "true" : "false",
		s->flags & DB_GENERATED ? "true" : "false",
		s->flags & DB_NOTIFIES ? "true" : "false",
		s->flags & DB_MAIN ? "true" : "false",
		(unsigned long)s->timeout_up, (unsigned long)s->timeout_down,
		change_name(s->on_change));
	json_names(a, "dependencies", &s->deps);
	json_names(a, "needed_by", &s->rdeps);
	json_names(a, "wants", &s->wants);
	json_names(a, "after", &s->after);
	json_names(a, "restart_with", &s->restart_with);
	printf(",\"consumer\":");
	json_put(stdout,
		s->consumer == DB_NONE ? 0 : a->db.services[s->consumer].name);
	json_names(a, "producers", &s->producers);
	printf(",\"properties\":{");
	for (uint32_t i = 0; i < s->nprops; i++) {
		if (i)
			putchar(',');
		json_put(stdout, s->props[i].key);
		putchar(':');
		json_put(stdout, s->props[i].value);
	}
	printf("},\"hash\":\"");
	print_hash(s->hash);
	putchar('"');
	json_script("up", &s->up);
	json_script("down", &s->down);
	json_script("reload", &s->reload);
	if (files) {
		printf(",\"files\":[");
		for (uint32_t i = 0; i < s->nfiles; i++) {
			const struct db_file *f = s->files + i;

			printf("%s{\"path\":", i ? "," : "");
			json_put(stdout, f->path);
			printf(",\"kind\":\"%s\",\"mode\":\"%04o\",\"data\":",
				S_ISDIR(f->mode)	   ? "directory"
					: S_ISLNK(f->mode) ? "link"
							   : "file",
				(unsigned)f->mode & 07777);
			json_put(stdout, f->data);
			putchar('}');
		}
		putchar(']');
	}
	putchar('}');
}

static void
do_show(struct ask *a, char **argv)
{
	int first = 1;

	if (a->json)
		putchar('[');
	for (; *argv; argv++) {
		uint32_t b = db_bundle(&a->db, *argv);
		struct db_list l = resolve(a, *argv);

		if (b != DB_NONE && !a->json) {
			printf("%s%s: bundle\n", first ? "" : "\n", *argv);
			print_names(a, "contents", &l);
			first = 0;
			continue;
		}
		for (uint32_t i = 0; i < l.n; i++) {
			if (!first)
				puts(a->json ? "," : "");
			first = 0;
			if (a->json)
				json_service(a, a->db.services + l.v[i], 1);
			else
				show_text(a, a->db.services + l.v[i]);
		}
	}
	if (a->json)
		puts("]");
}

static void
dot_edges(const struct ask *a, uint32_t from, const struct db_list *l,
	const char *style)
{
	for (uint32_t i = 0; i < l->n; i++) {
		if (!a->mark[l->v[i]])
			continue;
		printf("\t");
		shown_quoted(stdout, a->db.services[from].name);
		printf(" -> ");
		shown_quoted(stdout, a->db.services[l->v[i]].name);
		printf("%s;\n", style);
	}
}

static void
graph_dot(const struct ask *a)
{
	printf("digraph services {\n\trankdir=LR;\n");
	for (uint32_t i = 0; i < services(a); i++) {
		const struct db_service *s = a->db.services + i;

		if (!a->mark[i])
			continue;
		printf("\t");
		shown_quoted(stdout, s->name);
		printf(" [shape=%s];\n",
			s->type == DB_LONGRUN ? "box" : "ellipse");
		dot_edges(a, i, &s->deps, "");
		dot_edges(a, i, &s->wants, " [style=dashed]");
		dot_edges(a, i, &s->after, " [style=dotted]");
	}
	puts("}");
}

static void
graph_json(const struct ask *a)
{
	int first = 1;

	printf("{\"services\":[");
	for (uint32_t i = 0; i < services(a); i++) {
		if (!a->mark[i])
			continue;
		if (!first)
			puts(",");
		first = 0;
		json_service(a, a->db.services + i, 0);
	}
	printf("],\"bundles\":{");
	for (uint32_t i = 0; i < a->db.nbundles; i++) {
		const struct db_bundle *b = a->db.bundles + i;

		if (i)
			putchar(',');
		json_put(stdout, b->name);
		printf(":[");
		for (uint32_t k = 0; k < b->members.n; k++) {
			if (k)
				putchar(',');
			json_put(stdout, a->db.services[b->members.v[k]].name);
		}
		putchar(']');
	}
	puts("}}");
}

static void
graph_text(const struct ask *a)
{
	for (uint32_t i = 0; i < services(a); i++) {
		const struct db_service *s = a->db.services + i;

		if (!a->mark[i])
			continue;
		printf("%s", s->name);
		for (uint32_t k = 0; k < s->deps.n; k++)
			printf("%s%s", k ? " " : " -> ",
				a->db.services[s->deps.v[k]].name);
		putchar('\n');
	}
}

static void
do_graph(struct ask *a, char **argv)
{
	if (!*argv)
		memset(a->mark, 1, services(a));
	for (; *argv; argv++) {
		struct db_list l = resolve(a, *argv);

		mark_list(a, &l);
	}
	/* What the marked ones need belongs to the picture.  In order of
	 * rounds: depth of the graph at most. */
	for (int more_marks = 1; more_marks;) {
		more_marks = 0;
		for (uint32_t i = 0; i < services(a); i++) {
			const struct db_list *d = &a->db.services[i].deps;

			for (uint32_t k = 0; a->mark[i] && k < d->n; k++)
				if (!a->mark[d->v[k]])
					a->mark[d->v[k]] = more_marks = 1;
		}
	}
	if (a->json)
		graph_json(a);
	else if (a->dot)
		graph_dot(a);
	else
		graph_text(a);
}

static int
same_names(const struct db *x, const struct db_list *a, const struct db *y,
	const struct db_list *b)
{
	if (a->n != b->n)
		return 0;
	/* Both ascend by kind and name, so equal sets are equal lists. */
	for (uint32_t i = 0; i < a->n; i++)
		if (strcmp(x->services[a->v[i]].name,
			    y->services[b->v[i]].name))
			return 0;
	return 1;
}

static int
same_script(const struct db_script *a, const struct db_script *b)
{
	return a->present == b->present && a->len == b->len &&
		!memcmp(a->argv, b->argv, a->len);
}

/* "why" grows: ", run, dependencies". */
struct why {
	char text[1024];
	size_t len;
};

static void
because(struct why *w, const char *what)
{
	int n = snprintf(w->text + w->len, sizeof w->text - w->len, "%s%s",
		w->len ? ", " : "", what);

	if (n > 0 && (size_t)n < sizeof w->text - w->len)
		w->len += (size_t)n;
}

static void
compare_files(
	struct why *w, const struct db_service *a, const struct db_service *b)
{
	uint32_t i = 0, k = 0;

	while (i < a->nfiles || k < b->nfiles) {
		int c = i == a->nfiles ? 1
			: k == b->nfiles
			? -1
			: strcmp(a->files[i].path, b->files[k].path);

		if (c < 0)
			because(w, a->files[i++].path);
		else if (c > 0)
			because(w, b->files[k++].path);
		else {
			const struct db_file *f = a->files + i++,
					     *g = b->files + k++;

			if (f->mode != g->mode || f->len != g->len ||
				memcmp(f->data, g->data, f->len))
				because(w, f->path);
		}
	}
}

static void
compare_props(
	struct why *w, const struct db_service *a, const struct db_service *b)
{
	for (uint32_t i = 0; i < a->nprops; i++) {
		const char *v = db_prop(b, a->props[i].key);

		if (!v || strcmp(v, a->props[i].value))
			because(w, a->props[i].key);
	}
	for (uint32_t i = 0; i < b->nprops; i++)
		if (!db_prop(a, b->props[i].key))
			because(w, b->props[i].key);
}

static void
compare(struct why *w, const struct db *x, const struct db_service *a,
	const struct db *y, const struct db_service *b)
{
	const char *none = "",
		   *ca = a->consumer == DB_NONE ? none
						: x->services[a->consumer].name,
		   *cb = b->consumer == DB_NONE ? none
						: y->services[b->consumer].name;

	if (a->type != b->type)
		because(w, "type");
	compare_files(w, a, b);
	if (!same_script(&a->up, &b->up))
		because(w, "up");
	if (!same_script(&a->down, &b->down))
		because(w, "down");
	if (!same_script(&a->reload, &b->reload))
		because(w, "reload");
	if (strcmp(ca, cb))
		because(w, "producer-for");
	if (!same_names(x, &a->deps, y, &b->deps))
		because(w, "dependencies");
	if (!same_names(x, &a->wants, y, &b->wants))
		because(w, "wants");
	if (!same_names(x, &a->after, y, &b->after))
		because(w, "after");
	if (!same_names(x, &a->restart_with, y, &b->restart_with))
		because(w, "restart-with");
	if (a->flags != b->flags)
		because(w, "flags");
	if (a->timeout_up != b->timeout_up)
		because(w, "timeout-up");
	if (a->timeout_down != b->timeout_down)
		because(w, "timeout-down");
	if (a->on_change != b->on_change)
		because(w, "on-change");
	compare_props(w, a, b);
}

static void
say_difference(const struct ask *a, int *n, char sign, const char *name,
	const char *text)
{
	if (!a->json) {
		printf("%c %s: %s\n", sign, name, text);
	} else {
		printf("%s{\"change\":\"%s\",\"name\":", *n ? ",\n" : "",
			sign == '+'	      ? "new"
				: sign == '-' ? "gone"
					      : "changed");
		json_put(stdout, name);
		printf(",\"what\":");
		json_put(stdout, text);
		putchar('}');
	}
	++*n;
}

static void
open_db(struct db *db, const char *path)
{
	char err[1024];

	if (db_open(db, path, err, sizeof err) < 0)
		die(errno == EPROTO ? EX_BADDB : EX_SYSTEM, "%s", err);
}

static void
do_diff(struct ask *a, char **argv)
{
	struct db other;
	int n = 0;

	open_db(&other, argv[0]);
	if (a->json)
		putchar('[');
	for (uint32_t i = 0; i < services(a); i++) {
		const struct db_service *s = a->db.services + i;
		uint32_t k = db_service(&other, s->name);
		struct why w = { .len = 0 };

		if (k == DB_NONE) {
			say_difference(a, &n, '-', s->name, type_name(s));
			continue;
		}
		compare(&w, &a->db, s, &other, other.services + k);
		if (w.len)
			say_difference(a, &n, '~', s->name, w.text);
	}
	for (uint32_t i = 0; i < other.nlong + other.nshort; i++)
		if (db_service(&a->db, other.services[i].name) == DB_NONE)
			say_difference(a, &n, '+', other.services[i].name,
				type_name(other.services + i));
	for (uint32_t i = 0; i < a->db.nbundles; i++) {
		const struct db_bundle *b = a->db.bundles + i;
		uint32_t k = db_bundle(&other, b->name);

		if (k == DB_NONE)
			say_difference(a, &n, '-', b->name, "bundle");
		else if (!same_names(&a->db, &b->members, &other,
				 &other.bundles[k].members))
			say_difference(a, &n, '~', b->name, "contents");
	}
	for (uint32_t i = 0; i < other.nbundles; i++)
		if (db_bundle(&a->db, other.bundles[i].name) == DB_NONE)
			say_difference(
				a, &n, '+', other.bundles[i].name, "bundle");
	if (a->json)
		puts("]");
	db_close(&other);
	if (fflush(stdout))
		die_sys(EX_SYSTEM, "unable to write");
	exit(n ? EX_NO : EX_OK);
}

static void
do_id(struct ask *a, char **argv)
{
	(void)argv;
	print_hash(a->db.id);
	putchar('\n');
}

static const struct command {
	const char *name;
	void (*run)(struct ask *, char **);
	int min, max; /* arguments; -1 any number */
} commands[] = {
	{ "help", do_help, 0, -1 },
	{ "check", do_check, 0, 0 },
	{ "list", do_list, 1, 1 },
	{ "type", do_type, 1, 1 },
	{ "timeout", do_timeout, 1, 1 },
	{ "contents", do_contents, 1, 1 },
	{ "dependencies", do_dependencies, 1, 1 },
	{ "pipeline", do_pipeline, 1, 1 },
	{ "script", do_script, 1, 1 },
	{ "flags", do_flags, 1, 1 },
	{ "atomics", do_atomics, 0, -1 },
	{ "all-dependencies", do_all_dependencies, 0, -1 },
	{ "show", do_show, 1, -1 },
	{ "graph", do_graph, 0, -1 },
	{ "diff", do_diff, 1, 1 },
	{ "id", do_id, 0, 0 },
};

/* s6-rc-db takes any beginning that is not ambiguous. */
static const struct command *
find_command(const char *name)
{
	const struct command *found = 0;

	for (size_t i = 0; i < sizeof commands / sizeof *commands; i++) {
		if (!strcmp(name, commands[i].name))
			return commands + i;
		if (*name && !strncmp(name, commands[i].name, strlen(name))) {
			if (found)
				die(EX_MISUSE, "'%s' may be %s or %s", name,
					found->name, commands[i].name);
			found = commands + i;
		}
	}
	if (!found)
		die(EX_MISUSE, "unknown command '%s' (try '%s help')", name,
			prog_name);
	return found;
}

static const char *
default_database(char *path, size_t max, const char *livedir)
{
	static struct places places;
	char err[512];

	if (!livedir && prog_as_s6)
		livedir = LIVE_S6;
	if (!livedir) {
		if (places_default(&places, err, sizeof err) < 0)
			die(EX_SYSTEM, "%s", err);
		livedir = places.live;
	}
	/* Its private copy; `compiled' may be gone. */
	if (path_join(path, max, livedir, "current", "db") < 0)
		die_sys(EX_MISUSE, "unable to use the live directory %s",
			livedir);
	return path;
}

int
main(int argc, char **argv)
{
	struct ask a = { .db = { 0 } };
	char path[PATH_LEN];
	const char *livedir = 0, *compiled = 0;
	const struct command *c;
	int o;

	prog_init(argv[0]);
	while ((o = opt_next(&usage, argc, argv)) != -1) {
		switch (o) {
		case 'l':
			livedir = optarg;
			break;
		case 'c':
			compiled = optarg;
			break;
		case 'u':
			a.down = 0;
			break;
		case 'd':
			a.down = 1;
			break;
		case 'E':
			a.without_essentials = 0;
			break;
		case 'e':
			a.without_essentials = 1;
			break;
		case O_RELOAD:
			a.reload = 1;
			break;
		case O_JSON:
			a.json = 1;
			break;
		case O_DOT:
			a.dot = 1;
			break;
		default:
			break;
		}
	}
	if (optind == argc)
		opt_usage(&usage);
	c = find_command(argv[optind++]);
	if (argc - optind < c->min || (c->max >= 0 && argc - optind > c->max))
		opt_usage(&usage);
	if (c->run != do_help) {
		open_db(&a.db,
			compiled
				? compiled
				: default_database(path, sizeof path, livedir));
		a.mark = calloc(services(&a) + (size_t)1, 1);
		if (!a.mark)
			die_sys(EX_SYSTEM, "unable to hold the answer");
	}
	c->run(&a, argv + optind);
	if (fflush(stdout))
		die_sys(EX_SYSTEM, "unable to write");
	free(a.mark);
	db_close(&a.db);
	return EX_OK;
}
