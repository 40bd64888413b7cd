/* rc-db.c - ask a compiled database.  See reeve-rc-db(1).  It reads the file
 * once, takes no lock and writes nothing but its answer. */

#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/msg.h"
#include "lib/opt.h"
#include "lib/path.h"
#include "rc/db-ask.h"
#include "rc/live.h"
#include "rc/places.h"

enum { O_JSON = OPT_LONG, O_DOT, O_RELOAD };

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

struct db_list
ask_resolve(const struct ask *a, const char *name)
{
	struct db_list l;

	if (!db_resolve(&a->db, name, &l))
		unknown(&a->db, name);
	return l;
}

void
ask_mark(struct ask *a, const struct db_list *l)
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
	for (uint32_t i = 0; i < db_count(&a->db); i++)
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
			for (uint32_t i = a->db.nlong; i < db_count(&a->db);
				i++)
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

const char *
ask_type(const struct db_service *s)
{
	return s->type == DB_LONGRUN ? "longrun" : "oneshot";
}

static void
do_type(struct ask *a, char **argv)
{
	uint32_t i = db_service(&a->db, argv[0]);

	if (i == DB_NONE && db_bundle(&a->db, argv[0]) == DB_NONE)
		unknown(&a->db, argv[0]);
	puts(i == DB_NONE ? "bundle" : ask_type(a->db.services + i));
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
	ask_mark(a, &a->db.bundles[i].members);
	print_marked(a);
}

static void
do_dependencies(struct ask *a, char **argv)
{
	struct db_list l = ask_resolve(a, argv[0]);

	for (uint32_t i = 0; i < l.n; i++) {
		const struct db_service *s = a->db.services + l.v[i];

		ask_mark(a, a->down ? &s->rdeps : &s->deps);
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
	order = calloc(db_count(&a->db) + (size_t)1, sizeof *order);
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
		struct db_list l = ask_resolve(a, *argv);

		ask_mark(a, &l);
	}
	print_marked(a);
}

static void
do_all_dependencies(struct ask *a, char **argv)
{
	uint32_t *queue = calloc(db_count(&a->db) + (size_t)1, sizeof *queue);
	uint32_t n = 0;

	if (!queue)
		die_sys(EX_SYSTEM, "unable to hold dependencies");
	for (; *argv; argv++) {
		struct db_list l = ask_resolve(a, *argv);

		ask_mark(a, &l);
	}
	for (uint32_t i = 0; i < db_count(&a->db); i++)
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

void
ask_open(struct db *db, const char *path)
{
	char err[1024];

	if (db_open(db, path, err, sizeof err) < 0)
		die(errno == EPROTO ? EX_BADDB : EX_SYSTEM, "%s", err);
}

static void
do_id(struct ask *a, char **argv)
{
	(void)argv;
	ask_hash(a->db.id);
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
	{ "show", ask_show, 1, -1 },
	{ "graph", ask_graph, 0, -1 },
	{ "diff", ask_diff, 1, 1 },
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
		ask_open(&a.db,
			compiled
				? compiled
				: default_database(path, sizeof path, livedir));
		a.mark = calloc(db_count(&a.db) + (size_t)1, 1);
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
