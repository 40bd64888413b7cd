/* resolve.c - definitions to a database, without a file: names, bundles,
 * pipelines, dependencies, and each thing that does not fit in its words. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "rc/compile/resolve.h"

static char said[8192];
static struct arena mem;
static struct diag diag;
static struct defs defs;
static struct db db;

static void
report(void *arg, enum diag_level level, const char *file, unsigned line,
	const char *text)
{
	size_t n = strlen(said);

	assert_ptr_equal(arg, &diag);
	snprintf(said + n, sizeof said - n, "%c %s:%u: %s\n", "EWN"[level],
		file, line, text);
}

static int
begin(void **state)
{
	static jmp_buf oom;

	(void)state;
	*said = 0;
	mem = (struct arena){ .oom = &oom };
	diag = (struct diag){ .report = report, .arg = &diag, .verbosity = 2 };
	defs = (struct defs){ .mem = &mem, .diag = &diag };
	return 0;
}

static int
finish(void **state)
{
	(void)state;
	arena_free(&mem);
	buf_free(&defs.words);
	return 0;
}

/* NAME is in a source S. */
static struct def *
add_in(const char *source, const char *name, enum db_type type)
{
	struct def *d =
		def_new(&defs, source, name, arena_path(&mem, source, name));

	d->type = type;
	return d;
}

static struct def *
add(const char *name, enum db_type type)
{
	return add_in("S", name, type);
}

static void
list(struct def *d, enum prop_list which, const char *name)
{
	d->lists[which].present = 1;
	if (name)
		def_add_name(&defs, d, which, name,
			arena_printf(&mem, "%s/%d", d->dir, (int)which), 0);
}

static void
feeds(struct def *d, const char *to)
{
	d->producer_for = (struct def_name){ to,
		arena_path(&mem, d->dir, "producer-for"), 3 };
}

static void
pipeline(struct def *d, const char *name)
{
	d->pipeline = (struct def_name){ name,
		arena_path(&mem, d->dir, "pipeline-name"), 4 };
}

static void
fine(void)
{
	resolve(&defs, &db);
	assert_string_equal(said, "");
	assert_int_equal(diag.errors, 0);
}

static void
says(const char *expected)
{
	resolve(&defs, &db);
	assert_string_equal(said, expected);
}

static void
is_list(const struct db_list *l, const char *expected)
{
	char text[1024] = "";

	for (uint32_t i = 0; i < l->n; i++) {
		strcat(text, i ? " " : "");
		strcat(text, db.services[l->v[i]].name);
	}
	assert_string_equal(text, expected);
}

static struct db_service *
service(const char *name)
{
	for (uint32_t i = 0; i < db.nlong + db.nshort; i++)
		if (!strcmp(db.services[i].name, name))
			return db.services + i;
	fail_msg("no service %s", name);
	return 0;
}

static void
numbers(void **state)
{
	struct def *d;

	(void)state;
	resolve(&defs, &db);
	assert_int_equal(db.nlong + db.nshort + db.nbundles, 0);
	add("o2", DB_ONESHOT);
	add("b2", DB_BUNDLE);
	add("l2", DB_LONGRUN);
	d = add("l1", DB_LONGRUN);
	add("b1", DB_BUNDLE);
	add("o1", DB_ONESHOT);
	add("o3", DB_ONESHOT);
	d->flags = DB_ESSENTIAL;
	d->timeout[0] = 5;
	d->timeout[1] = 7;
	d->on_change = DB_CHANGE_KEEP;
	def_set_file(&defs, d, "z", 0100644, "1", 1);
	def_set_file(&defs, d, "a", 0100644, "2", 1);
	def_set_prop(&defs, d, "y", "1");
	def_set_prop(&defs, d, "b", "2");
	d->script[1] = (struct db_script){
		.present = 1, .argc = 1, .argv = "up", .len = 3
	};
	d->script[2].argv = "reload";
	d->script[0].argv = "down";
	fine();
	assert_int_equal(db.nlong, 2);
	assert_int_equal(db.nshort, 3);
	assert_int_equal(db.nbundles, 2);
	assert_string_equal(db.services[0].name, "l1");
	assert_string_equal(db.services[1].name, "l2");
	assert_string_equal(db.services[2].name, "o1");
	assert_string_equal(db.services[4].name, "o3");
	assert_string_equal(db.bundles[0].name, "b1");
	assert_string_equal(db.bundles[1].name, "b2");
	assert_int_equal(db.services[4].type, DB_ONESHOT);
	assert_int_equal(db.services[0].consumer, DB_NONE);
	assert_int_equal(db.services[4].consumer, DB_NONE);
	assert_int_equal(db.services[0].flags, DB_ESSENTIAL);
	assert_int_equal(db.services[0].timeout_up, 7);
	assert_int_equal(db.services[0].timeout_down, 5);
	assert_int_equal(db.services[0].on_change, DB_CHANGE_KEEP);
	assert_int_equal(db.services[0].nfiles, 2);
	assert_string_equal(db.services[0].files[0].path, "a");
	assert_int_equal(db.services[0].nprops, 2);
	assert_string_equal(db.services[0].props[0].key, "b");
	assert_string_equal(db.services[0].down.argv, "down");
	assert_string_equal(db.services[0].up.argv, "up");
	assert_string_equal(db.services[0].reload.argv, "reload");
	assert_int_equal(db.services[0].up.argc, 1);
	assert_string_equal(db.services[1].up.argv, "");
	assert_int_equal(db.services[1].up.present, 0);
}

/* More names than the first size of the table. */
static void
many(void **state)
{
	(void)state;
	for (int i = 0; i < 500; i++) {
		struct def *d = add(
			arena_printf(&mem, "s%03d", (i * 7) % 500), DB_LONGRUN);

		if (strcmp(d->name, "s000"))
			list(d, LIST_DEPS,
				arena_printf(&mem, "s%03d", (i * 7) % 500 - 1));
	}
	fine();
	assert_int_equal(db.nlong, 500);
	is_list(&service("s000")->deps, "");
	is_list(&service("s499")->deps, "s498");
}

static void
duplicates(void **state)
{
	struct db_file *f;

	(void)state;
	add_in("S", "a", DB_LONGRUN);
	add_in("T", "b", DB_LONGRUN);
	def_set_file(&defs, add_in("T", "a", DB_ONESHOT), "x", 0100644, "", 0);
	resolve_duplicates(&defs);
	assert_string_equal(said,
		"E T/a:0: duplicate service definition: a is "
		"already defined in S/a (--override lets the later one win)\n");
	assert_int_equal(defs.n, 2);
	assert_int_equal(diag.code, 1);
	*said = 0;
	defs.override = 1;
	add_in("U", "a", DB_LONGRUN);
	resolve_duplicates(&defs);
	assert_string_equal(said, "N U/a:0: instead of T/a\n");
	assert_int_equal(defs.n, 2);
	assert_string_equal(defs.v[0]->dir, "T/b");
	assert_string_equal(defs.v[1]->dir, "U/a");
	f = def_file(defs.v[1], "x");
	assert_null(f);
	/* Each is told against the one before it. */
	*said = 0;
	add_in("V", "a", DB_LONGRUN);
	add_in("W", "a", DB_LONGRUN);
	resolve_duplicates(&defs);
	assert_string_equal(said,
		"N V/a:0: instead of U/a\n"
		"N W/a:0: instead of V/a\n");
}

static struct def *
instance(const char *source, const char *name, struct def *all)
{
	struct def *d = add_in(source, name, DB_LONGRUN);

	d->instance = "i";
	d->template = all;
	return d;
}

/* A template that takes another's place takes that of its instances. */
static void
templates(void **state)
{
	struct template t[3];

	(void)state;
	memset(t, 0, sizeof t);
	for (int i = 0; i < 3; i++) {
		static const char *const from[] = { "S", "S", "T" };

		t[i].source = from[i];
		t[i].name = i == 1 ? "u@" : "t@";
		t[i].all = add_in(from[i], t[i].name, DB_BUNDLE);
		t[i].all->is_template = 1;
	}
	defs.templates = t;
	defs.ntemplates = 3;
	instance("S", "t@1", t[0].all);
	instance("S", "u@1", t[1].all);
	instance("T", "t@2", t[2].all);
	defs.override = 1;
	resolve_duplicates(&defs);
	assert_int_equal(defs.n, 4);
	assert_string_equal(defs.v[0]->dir, "S/u@");
	assert_string_equal(defs.v[1]->dir, "T/t@");
	assert_string_equal(defs.v[2]->dir, "S/u@1");
	assert_string_equal(defs.v[3]->dir, "T/t@2");
}

static void
templates_kept(void **state)
{
	struct template t[2];

	(void)state;
	memset(t, 0, sizeof t);
	for (int i = 0; i < 2; i++) {
		t[i].name = "t@";
		t[i].all = add_in(i ? "T" : "S", "t@", DB_BUNDLE);
		t[i].all->is_template = 1;
	}
	defs.templates = t;
	defs.ntemplates = 2;
	instance("S", "t@1", t[0].all);
	resolve_duplicates(&defs);
	assert_int_equal(defs.n, 2);
	assert_int_equal(diag.errors, 1);
}

static void
bundles(void **state)
{
	struct def *all, *some, *d;

	(void)state;
	for (const char *p = "abcd"; *p; p++)
		add(arena_printf(&mem, "%c", *p),
			*p == 'd' ? DB_ONESHOT : DB_LONGRUN);
	all = add("all", DB_BUNDLE);
	list(all, LIST_CONTENTS, "some");
	list(all, LIST_CONTENTS, "d");
	list(all, LIST_CONTENTS, "b");
	list(all, LIST_CONTENTS, "more");
	some = add("some", DB_BUNDLE);
	list(some, LIST_CONTENTS, "b");
	list(some, LIST_CONTENTS, "a");
	some->flags = DB_ESSENTIAL | DB_GENERATED;
	list(add("more", DB_BUNDLE), LIST_CONTENTS, "some");
	add("none", DB_BUNDLE);
	d = add("user", DB_ONESHOT);
	list(d, LIST_DEPS, "some");
	list(d, LIST_DEPS, "c");
	list(d, LIST_WANTS, "all");
	list(d, LIST_AFTER, "d");
	fine();
	assert_int_equal(db.nbundles, 4);
	is_list(&db.bundles[0].members, "a b d");
	is_list(&db.bundles[1].members, "a b");
	is_list(&db.bundles[2].members, "");
	is_list(&db.bundles[3].members, "a b");
	is_list(&service("user")->deps, "a b c");
	is_list(&service("user")->wants, "a b d");
	is_list(&service("user")->after, "d");
	/* Of what it says of itself, this goes to the members. */
	assert_int_equal(service("a")->flags, DB_ESSENTIAL);
	assert_int_equal(service("b")->flags, DB_ESSENTIAL);
	assert_int_equal(service("c")->flags, 0);
	assert_int_equal(service("d")->flags, 0);
}

static void
unknown_names(void **state)
{
	struct def *d = add("network", DB_LONGRUN), *b = add("b", DB_BUNDLE);

	(void)state;
	list(d, LIST_DEPS, "nothing-like-it");
	list(d, LIST_WANTS, "wish");
	list(d, LIST_AFTER, "later");
	list(b, LIST_CONTENTS, "netwrok");
	says("E S/b/0:0: undefined service name netwrok; did you mean network?\n"
	     "E S/network/1:0: undefined service name nothing-like-it\n"
	     "N S/network/2:0: there is no service wish, left out\n"
	     "N S/network/3:0: there is no service later, left out\n");
	assert_int_equal(diag.code, 1);
}

/* A wish for oneself, through a bundle, is none; a need is a cycle. */
static void
oneself(void **state)
{
	struct def *d = add("a", DB_LONGRUN), *b = add("all", DB_BUNDLE);

	(void)state;
	add("b", DB_LONGRUN);
	add("c", DB_LONGRUN);
	list(b, LIST_CONTENTS, "a");
	list(b, LIST_CONTENTS, "b");
	list(b, LIST_CONTENTS, "c");
	list(d, LIST_WANTS, "all");
	list(d, LIST_AFTER, "all");
	list(d, LIST_AFTER, "a");
	fine();
	is_list(&service("a")->wants, "b c");
	is_list(&service("a")->after, "b c");
	*said = 0;
	list(d, LIST_DEPS, "all");
	says("E S/a:0: cyclic service dependency: a -> a\n");
}

static void
chain(enum prop_list which, enum db_type type, const char *names,
	const char *to)
{
	for (const char *p = names; *p; p++) {
		struct def *d = add(arena_printf(&mem, "%c", *p), type);

		list(d, which, p[1] ? arena_printf(&mem, "%c", p[1]) : to);
	}
}

/* Printed from the one that was met again, not from where the search began. */
static void
cycles(void **state)
{
	(void)state;
	chain(LIST_DEPS, DB_ONESHOT, "abcde", "c");
	chain(LIST_AFTER, DB_LONGRUN, "pq", "p");
	says("E S/p:0: cyclic service dependency: p -> q -> p\n"
	     "E S/c:0: cyclic service dependency: c -> d -> e -> c\n");
}

static void
mixed_cycle(void **state)
{
	struct def *a = add("a", DB_ONESHOT), *b = add("b", DB_ONESHOT);

	(void)state;
	add("c", DB_ONESHOT);
	list(a, LIST_DEPS, "c");
	list(a, LIST_AFTER, "b");
	list(b, LIST_DEPS, "c");
	list(b, LIST_DEPS, "a");
	says("E S/a:0: cyclic service dependency: a -> b -> a\n");
}

static void
bundle_cycles(void **state)
{
	(void)state;
	chain(LIST_CONTENTS, DB_BUNDLE, "abcd", "b");
	add("o", DB_ONESHOT);
	list(defs.v[1], LIST_CONTENTS, "o");
	says("E S/d/0:0: cyclic bundle definition: b -> c -> d -> b\n");
	assert_int_equal(diag.errors, 1);
}

static void
bundle_of_itself(void **state)
{
	struct def *d;

	(void)state;
	add("a", DB_BUNDLE);
	d = add("b", DB_BUNDLE);
	list(d, LIST_CONTENTS, "a");
	list(d, LIST_CONTENTS, "a");
	list(d, LIST_CONTENTS, "b");
	says("E S/b/0:0: cyclic bundle definition: b -> b\n");
}

static void
pipelines(void **state)
{
	struct def *a = add("a", DB_LONGRUN), *b = add("b", DB_LONGRUN),
		   *c = add("c", DB_LONGRUN), *z = add("z", DB_LONGRUN);
	struct db_file *f;

	(void)state;
	feeds(a, "b");
	feeds(z, "b");
	feeds(b, "c");
	list(b, LIST_PRODUCERS, "a");
	list(b, LIST_PRODUCERS, "z");
	list(c, LIST_PRODUCERS, "b");
	pipeline(c, "pipe");
	fine();
	assert_string_equal(db.services[service("a")->consumer].name, "b");
	assert_string_equal(db.services[service("b")->consumer].name, "c");
	assert_int_equal(service("c")->consumer, DB_NONE);
	is_list(&service("a")->deps, "b");
	assert_int_equal(db.nbundles, 1);
	assert_string_equal(db.bundles[0].name, "pipe");
	is_list(&db.bundles[0].members, "a b c z");
	f = def_file(a, "stdout-fifo");
	assert_non_null(f);
	assert_int_equal(f->mode, 0100644);
	assert_int_equal(f->len, strlen("../../fifo/b\n"));
	assert_string_equal(f->data, "../../fifo/b\n");
	assert_null(def_file(a, "stdin-fifo"));
	f = def_file(b, "stdin-fifo");
	assert_non_null(f);
	assert_int_equal(f->mode, 0100644);
	assert_string_equal(f->data, "../../fifo/b\n");
	assert_string_equal(def_file(b, "stdout-fifo")->data, "../../fifo/c\n");
	assert_null(def_file(c, "stdout-fifo"));
}

/* A bundle that a pipeline makes may be named like any other. */
static void
pipeline_in_bundle(void **state)
{
	struct def *a = add("a", DB_LONGRUN), *b = add("b", DB_LONGRUN);

	(void)state;
	feeds(a, "b");
	list(b, LIST_PRODUCERS, "a");
	pipeline(b, "pipe");
	list(add("all", DB_BUNDLE), LIST_CONTENTS, "pipe");
	list(add("o", DB_ONESHOT), LIST_DEPS, "pipe");
	fine();
	is_list(&db.bundles[0].members, "a b");
	is_list(&service("o")->deps, "a b");
}

/* A companion of the compiler's reads even if nobody writes. */
static void
generated(void **state)
{
	struct def *a = add("a", DB_LONGRUN), *b = add("b", DB_LONGRUN),
		   *c = add("c", DB_LONGRUN);

	(void)state;
	a->flags = DB_GENERATED;
	list(a, LIST_PRODUCERS, 0);
	list(b, LIST_PRODUCERS, 0);
	c->flags = DB_GENERATED;
	fine();
	assert_non_null(def_file(a, "stdin-fifo"));
	assert_null(def_file(b, "stdin-fifo"));
	assert_null(def_file(c, "stdin-fifo"));
}

static void
one_sided(void **state)
{
	struct def *a = add("a", DB_LONGRUN), *b = add("b", DB_LONGRUN),
		   *c = add("c", DB_LONGRUN), *d = add("d", DB_LONGRUN);

	(void)state;
	add("one", DB_ONESHOT);
	add("bun", DB_BUNDLE);
	feeds(a, "b");
	feeds(b, "one");
	feeds(c, "bun");
	feeds(d, "nowhere");
	list(c, LIST_PRODUCERS, "a");
	list(d, LIST_PRODUCERS, "one");
	list(d, LIST_PRODUCERS, "bun");
	list(d, LIST_PRODUCERS, "nobody");
	list(b, LIST_PRODUCERS, "d");
	says("E S/a/producer-for:3: longrun a is a producer for b, which does "
	     "not declare it back: a is not in S/b/consumer-for\n"
	     "E S/b/producer-for:3: longrun b is a producer for one, which "
	     "is a oneshot and not a longrun\n"
	     "E S/c/producer-for:3: longrun c is a producer for bun, which "
	     "is a bundle and not a longrun\n"
	     "E S/d/producer-for:3: undefined service name nowhere, "
	     "expected the name of a longrun\n"
	     "E S/b/5:0: longrun b is a consumer for d, which does not "
	     "declare it back: b is not in S/d/producer-for\n"
	     "E S/c/5:0: longrun c is a consumer for a, which does not "
	     "declare it back: c is not in S/a/producer-for\n"
	     "E S/d/5:0: longrun d is a consumer for one, which is a "
	     "oneshot and not a longrun\n"
	     "E S/d/5:0: longrun d is a consumer for bun, which is a bundle "
	     "and not a longrun\n"
	     "E S/d/5:0: undefined service name nobody, expected the name "
	     "of a longrun\n");
}

/* What could not be read has been complained of already. */
static void
unreadable_end(void **state)
{
	struct def *a = add("a", DB_LONGRUN), *b = add("b", DB_ONESHOT),
		   *c = add("c", DB_LONGRUN);

	(void)state;
	b->bad = 1;
	feeds(a, "b");
	list(c, LIST_PRODUCERS, "b");
	fine();
	assert_int_equal(service("a")->consumer, DB_NONE);
}

static void
pipeline_names(void **state)
{
	struct def *a = add("a", DB_LONGRUN), *b = add("b", DB_LONGRUN),
		   *c = add("c", DB_LONGRUN), *d = add("d", DB_LONGRUN);

	(void)state;
	feeds(a, "b");
	list(b, LIST_PRODUCERS, "a");
	pipeline(a, "first"); /* not the last one */
	pipeline(b, "a"); /* taken */
	feeds(c, "d");
	list(d, LIST_PRODUCERS, "c");
	pipeline(d, 0); /* two names */
	pipeline(add("e", DB_LONGRUN), "lonely");
	says("W S/a/pipeline-name:4: ignored: a is not the last consumer of a "
	     "pipeline\n"
	     "E S/b/pipeline-name:0: duplicate service definition: a is "
	     "already defined in S/a, as a longrun\n"
	     "E S/d/pipeline-name:4: this should only contain one name\n"
	     "W S/e/pipeline-name:4: ignored: e is not the last consumer of "
	     "a pipeline\n");
	assert_int_equal(db.nbundles, 0);
	*said = 0;
	pipeline(b, "s6rc-x");
	pipeline(a, "s");
	a->pipeline.file = 0;
	pipeline(d, "s6-rc-y");
	says("E S/b/pipeline-name:4: the name s6rc-x begins with s6rc- or "
	     "s6-rc-, which are reserved\n"
	     "E S/d/pipeline-name:4: the name s6-rc-y begins with s6rc- or "
	     "s6-rc-, which are reserved\n"
	     "W S/e/pipeline-name:4: ignored: e is not the last consumer of "
	     "a pipeline\n");
}

static void
restart_with(void **state)
{
	struct def *d = add("d", DB_LONGRUN), *e = add("e", DB_LONGRUN),
		   *f = add("f", DB_LONGRUN);

	(void)state;
	add("a", DB_LONGRUN);
	add("b", DB_LONGRUN);
	list(d, LIST_DEPS, "a");
	list(d, LIST_DEPS, "b");
	list(d, LIST_RESTART_WITH, 0);
	list(e, LIST_DEPS, "a");
	list(e, LIST_DEPS, "b");
	list(e, LIST_RESTART_WITH, "b");
	list(f, LIST_DEPS, "a");
	fine();
	is_list(&service("d")->restart_with, "a b");
	is_list(&service("e")->restart_with, "b");
	is_list(&service("f")->restart_with, "");
	list(f, LIST_RESTART_WITH, "b");
	list(add("g", DB_LONGRUN), LIST_RESTART_WITH, "a");
	says("E S/f/4:0: b is not a dependency of f; expected it in "
	     "dependencies.d too\n"
	     "E S/g/4:0: a is not a dependency of g; expected it in "
	     "dependencies.d too\n");
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, begin, finish)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(numbers),
		TEST(many),
		TEST(duplicates),
		TEST(templates),
		TEST(templates_kept),
		TEST(bundles),
		TEST(unknown_names),
		TEST(oneself),
		TEST(cycles),
		TEST(mixed_cycle),
		TEST(bundle_cycles),
		TEST(bundle_of_itself),
		TEST(pipelines),
		TEST(pipeline_in_bundle),
		TEST(generated),
		TEST(one_sided),
		TEST(unreadable_end),
		TEST(pipeline_names),
		TEST(restart_with),
	};

	return cmocka_run_group_tests(tests, 0, 0);
}
