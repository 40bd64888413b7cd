/* db-show.c - show and graph of reeve-rc-db: services of a database, whole or
 * as nodes, as text, JSON or for graphviz. */

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "lib/json.h"
#include "lib/shown.h"
#include "lib/utf8.h"
#include "rc/compile/lex.h"
#include "rc/db-ask.h"

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

void
ask_hash(const unsigned char *h)
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

	printf("%s: %s\n", s->name, ask_type(s));
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
	ask_hash(s->hash);
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
		ask_type(s), s->flags & DB_ESSENTIAL ? "true" : "false",
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
	ask_hash(s->hash);
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

void
ask_show(struct ask *a, char **argv)
{
	int first = 1;

	if (a->json)
		putchar('[');
	for (; *argv; argv++) {
		uint32_t b = db_bundle(&a->db, *argv);
		struct db_list l = ask_resolve(a, *argv);

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
	for (uint32_t i = 0; i < db_count(&a->db); i++) {
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
	for (uint32_t i = 0; i < db_count(&a->db); i++) {
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
	for (uint32_t i = 0; i < db_count(&a->db); i++) {
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

void
ask_graph(struct ask *a, char **argv)
{
	if (!*argv)
		memset(a->mark, 1, db_count(&a->db));
	for (; *argv; argv++) {
		struct db_list l = ask_resolve(a, *argv);

		ask_mark(a, &l);
	}
	/* What the marked ones need belongs to the picture.  In order of
	 * rounds: depth of the graph at most. */
	for (int more_marks = 1; more_marks;) {
		more_marks = 0;
		for (uint32_t i = 0; i < db_count(&a->db); i++) {
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
