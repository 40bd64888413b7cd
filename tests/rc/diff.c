/* diff.c - what a switch does, on sets small enough to write in one line: each
 * reason, renames, pipes, essentials, bundles, and an undo.  The random sets
 * are in plan.c.
 * Covers: rc/switch/diff-up.c */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "rc/switch/diff.h"

enum { MOST = 12 };

/* A set is written as words in the order of names, longruns first:
 *   [o/]NAME[=VERSION][!][@k|@r][>NEED,...][~WANT,...][|READER][#]
 * ! essential, @ its on-change, # generated; {A,B is the bundle `all'. */
struct made {
	struct db db;
	struct db_service services[MOST];
	struct db_bundle bundle;
	struct db_file files[MOST][2];
	uint32_t lists[MOST][3][MOST];
	uint32_t members[MOST];
	char text[400];
	struct state_rec state[MOST];
};

static struct made from, to;
static struct diff_input in;
static struct diff d;
static char err[200];

static void
add(uint32_t *room, struct db_list *l, uint32_t v)
{
	l->v = room;
	for (uint32_t i = 0; i < l->n; i++)
		if (room[i] == v)
			return;
	room[l->n++] = v;
}

static void
need(struct made *m, uint32_t i, uint32_t on)
{
	add(m->lists[i][0], &m->services[i].deps, on);
	add(m->lists[on][1], &m->services[on].rdeps, i);
}

static void
names(struct made *m, uint32_t i, char kind, char *list)
{
	for (char *name = strtok(list, ","); name; name = strtok(0, ",")) {
		uint32_t k = db_service(&m->db, name);

		assert_true(k != DB_NONE);
		if (kind == '>') {
			need(m, i, k);
		} else if (kind == '~') {
			add(m->lists[i][2], &m->services[i].wants, k);
		} else if (kind == '|') {
			m->services[i].consumer = k;
			m->files[i][0] = (struct db_file){ "stdout-fifo",
				0100644, name, strlen(name) };
			m->services[i].files = m->files[i];
			m->services[i].nfiles = 1;
			need(m, i, k);
		}
	}
}

static void
make(struct made *m, const char *text)
{
	char *word[MOST + 1], *rest[MOST + 1], first[MOST + 1];
	uint32_t n = 0;

	memset(m, 0, sizeof *m);
	m->db.services = m->services;
	strcpy(m->text, text);
	for (char *w = strtok(m->text, " "); w; w = strtok(0, " "))
		word[n++] = w;
	for (uint32_t i = 0; i < n; i++) {
		struct db_service *s = m->services + i;

		if (*word[i] == '{') {
			m->db.nbundles = 1;
			m->db.bundles = &m->bundle;
			m->bundle.name = "all";
			for (char *p = strtok(word[i] + 1, ","); p;
				p = strtok(0, ","))
				add(m->members, &m->bundle.members,
					db_service(&m->db, p));
			n = i;
			break;
		}
		s->type = strncmp(word[i], "o/", 2) ? DB_LONGRUN : DB_ONESHOT;
		s->name = word[i] + 2 * (s->type == DB_ONESHOT);
		s->consumer = DB_NONE;
		rest[i] = word[i] + strcspn(word[i], "=!@>~|#");
		*(s->type == DB_LONGRUN ? &m->db.nlong : &m->db.nshort) += 1;
		s->hash[0] = 1;
		for (char *p = rest[i]; *p; p++) {
			if (*p == '=')
				s->hash[0] = (unsigned char)p[1];
			if (*p == '!')
				s->flags |= DB_ESSENTIAL;
			if (*p == '#')
				s->flags |= DB_GENERATED;
			if (*p == '@')
				s->on_change = p[1] == 'k' ? DB_CHANGE_KEEP
							   : DB_CHANGE_RELOAD;
		}
	}
	for (uint32_t i = 0; i < n; i++) {
		first[i] = *rest[i];
		*rest[i] = 0;
	}
	for (uint32_t i = 0; i < n; i++) {
		char kind = first[i], *p = rest[i], *next;

		for (; kind; kind = *next, p = next) {
			p++;
			next = p + strcspn(p, "=!@>~|#");
			if (strchr(">~|", kind)) {
				char list[100];

				snprintf(list, sizeof list, "%.*s",
					(int)(next - p), p);
				names(m, i, kind, list);
				if (kind == '|')
					m->files[i][0].data =
						m->services[m->services[i]
								    .consumer]
							.name;
			}
		}
	}
}

/* "a:u b:ow": up, wanted, owed, failed. */
static void
set_state(struct made *m, const char *text)
{
	char copy[200];

	strcpy(copy, text);
	for (char *w = strtok(copy, " "); w; w = strtok(0, " ")) {
		char *flags = strchr(w, ':');
		struct state_rec *r;

		*flags++ = 0;
		assert_true(db_service(&m->db, w) != DB_NONE);
		r = m->state + db_service(&m->db, w);
		for (; *flags; flags++)
			r->flags |= *flags == 'u' ? STATE_UP
				: *flags == 'w'	  ? STATE_WANTED
				: *flags == 'o'	  ? STATE_OWED
						  : STATE_FAILED;
		if (r->flags & STATE_FAILED) {
			r->reason = REASON_EXIT;
			r->code = 7;
		}
	}
}

static const char *const why[BECAUSE_COUNT] = { "same", "gone", "type",
	"changed", "keep", "pipe", "essential", "outdated", "still-kept",
	"asked", "rename", "needs", "needs-new", "owed", "wanted", "bundle",
	"unbundled", "replaces", "needed", "target" };
static const char *const action[] = { "-", "keep", "reload", "restart", "stop",
	"start" };

static void
begin(const char *old, const char *state, const char *new)
{
	make(&from, old);
	set_state(&from, state);
	make(&to, new);
	in = (struct diff_input){
		.from = &from.db, .to = &to.db, .state = from.state
	};
}

/* What becomes of those that are up, then, behind a slash, what starts. */
static void
is(const char *expected)
{
	char got[1000] = "";
	size_t n = 0;
	uint32_t k;

	assert_int_equal(diff_make(&d, &in, err, sizeof err), DIFF_OK);
	for (k = 0; k < d.nfrom; k++) {
		const struct diff_step *s = d.old + k;

		assert_int_equal(d.stop[k],
			s->action == DIFF_STOP || s->action == DIFF_RESTART);
		if (d.stop[k] || s->action == DIFF_RELOAD) {
			assert_int_equal(s->was, k);
			assert_int_equal(s->is, d.to[k]);
		}
		if (s->action == DIFF_NONE)
			continue;
		n += (size_t)snprintf(got + n, sizeof got - n, "%s %s %s",
			from.services[k].name, action[s->action], why[s->why]);
		if (s->why == BECAUSE_NEEDS)
			n += (size_t)snprintf(got + n, sizeof got - n, " %s",
				from.services[s->other].name);
		if (s->why == BECAUSE_NEEDS_NEW)
			n += (size_t)snprintf(got + n, sizeof got - n, " %s",
				to.services[s->other].name);
		n += (size_t)snprintf(got + n, sizeof got - n, ", ");
	}
	n += (size_t)snprintf(got + n, sizeof got - n, "/");
	for (k = 0; k < d.nto; k++) {
		const struct diff_step *s = d.new + k;

		if (!d.start[k])
			continue;
		assert_true(d.state[k].flags & STATE_OWED);
		n += (size_t)snprintf(got + n, sizeof got - n, " %s %s %s%s",
			to.services[k].name, action[s->action], why[s->why],
			s->wish ? " wish" : "");
	}
	diff_free(&d);
	assert_string_equal(got, expected);
}

static void
fails(int code, const char *text)
{
	assert_int_equal(diff_make(&d, &in, err, sizeof err), code);
	assert_string_equal(err, text);
	assert_null(d.to);
}

static void
own_reasons(void **state)
{
	(void)state;
	begin("a b", "a:u", "a b");
	is("a keep same, /");
	begin("a b", "a:u b:u", "a");
	is("a keep same, b stop gone, /");
	begin("a b", "a:u b:w", "a=2 b=2");
	is("a restart changed, / a restart changed b start wanted");
	begin("a", "a:u", "a=2@k");
	is("a keep keep, /");
	begin("a", "a:u", "a=2@r");
	is("a reload changed, /");
	begin("a", "a:u", "o/a");
	is("a restart type, / a restart type");
	begin("a b c", "a:o b:f c:w", "a b c");
	is("/ a start owed");
	begin("a", "a:uo", "a");
	is("a keep same, / a start owed");
	/* What may be stopping is not kept. */
	begin("a", "a:uo", "a=2@k");
	is("a restart changed, / a restart changed");
	begin("o/a", "a:uo", "o/a=2@k");
	is("a keep keep, / a start owed");
	begin("a b", "a:u b:u", "a=2 b=2@r");
	in.on_change = DIFF_NEVER;
	is("a keep keep, b keep keep, /");
	in.on_change = DIFF_ALWAYS_RESTART;
	is("a restart changed, b restart changed, / a restart changed "
	   "b restart changed");
}

static void
needed(void **state)
{
	(void)state;
	begin("a b>a c>b d", "a:u b:u c:u d:u", "a=2 b>a c>b d");
	is("a restart changed, b restart needs a, c restart needs b, "
	   "d keep same, / a restart changed b restart needs "
	   "c restart needs");
	/* Only the new set says that it needs it. */
	begin("a b", "a:u b:u", "a=2 b>a");
	is("a restart changed, b restart needs a, / a restart changed "
	   "b restart needs");
	begin("a b", "a:u", "a>b b>c c");
	is("a restart needs-new b, / a restart needs-new b start needed "
	   "c start needed");
	/* It was needed and down before: nobody minds. */
	begin("a>b b", "a:u", "a>b b");
	is("a keep same, /");
	begin("a b", "a:u b:u", "a~c b c");
	is("a keep same, b keep same, / c start needed wish");
	begin("a~b b", "a:u", "a~b b");
	is("a keep same, /");
	begin("a", "a:o", "a~b b~c c>e e");
	is("/ a start owed b start needed wish c start needed wish "
	   "e start needed");
}

static void
essential(void **state)
{
	(void)state;
	begin("a!", "a:u", "a!=2");
	is("a keep essential, /");
	in.force_essentials = 1;
	is("a restart changed, / a restart changed");
	begin("a! b!>a", "a:u b:u", "b!");
	is("a stop gone, b restart needs a, / b restart needs");
	assert_int_equal(diff_make(&d, &in, err, sizeof err), DIFF_OK);
	assert_int_equal(d.refused, 0);
	diff_free(&d);
}

static void
pipes(void **state)
{
	(void)state;
	/* The pipe stays while its reader is another. */
	begin("a|b b", "a:u b:u", "a|b b=2");
	is("a keep same, b restart changed, / b restart changed");
	begin("a|b b c", "a:u b:u c:u", "a=2@k|c b c");
	is("a restart pipe, b keep same, c keep same, / a restart pipe");
	in.on_change = DIFF_NEVER;
	is("a keep keep, b keep same, c keep same, /");
	begin("a|b b", "a:u b:u", "a=2@k b");
	is("a restart pipe, b keep same, / a restart pipe");
	begin("a b", "a:u b:u", "a=2@k|b b");
	is("a keep keep, b keep same, /");
}

static void
conversions(void **state)
{
	static struct diff_convert c[2];

	(void)state;
	begin("a b", "a:u b:u", "b x");
	in.convert = c;
	in.nconvert = 1;
	c[0] = (struct diff_convert){ "a", "x", 0 };
	is("a keep same, b keep same, /");
	assert_int_equal(diff_make(&d, &in, err, sizeof err), DIFF_OK);
	assert_int_equal(d.renames, 1);
	assert_int_equal(d.untouched, 2);
	assert_true(diff_does(&d) && diff_moves(&in, &d, 1));
	assert_true(diff_same_name(&in, &d, 0) && !diff_same_name(&in, &d, 1));
	assert_true(diff_same_definition(&in, &d, 1));
	diff_free(&d);
	c[0].restart = 1;
	is("a restart asked, b keep same, / x restart asked");
	c[0] = (struct diff_convert){ "b", 0, 1 };
	is("a stop gone, b restart asked, / b restart asked");
	/* Its name is still in use. */
	begin("a b", "a:u b:u", "a x");
	c[0] = (struct diff_convert){ "a", "x", 0 };
	in.convert = c;
	in.nconvert = 1;
	is("a restart rename, b stop gone, / x restart rename");
	in.nconvert = 2;
	c[1] = (struct diff_convert){ "b", "x", 0 };
	fails(DIFF_DUPLICATE, "two services become x");
	c[1] = (struct diff_convert){ "a", 0, 0 };
	fails(DIFF_DUPLICATE, "a is converted twice");
	c[1] = (struct diff_convert){ "z", 0, 0 };
	fails(DIFF_UNKNOWN, "z is not in the old set");
	c[1] = (struct diff_convert){ "b", "z", 0 };
	fails(DIFF_UNKNOWN, "z is not in the new set");
	c[1] = (struct diff_convert){ "b", "a", 0 };
	is("a restart rename, b restart rename, / a restart rename "
	   "x restart rename");
	in.nconvert = 1;
	c[0] = (struct diff_convert){ "b", "a", 0 };
	fails(DIFF_DUPLICATE, "b and a both become a");
	begin("a {a", "a:u", "a x {x");
	in.convert = c;
	in.nconvert = 1;
	c[0] = (struct diff_convert){ "all", "x", 0 };
	fails(DIFF_WRONG_TYPE,
		"all is a bundle, expected a longrun or "
		"oneshot");
	c[0] = (struct diff_convert){ "a", "all", 0 };
	is("a stop gone, / x start replaces");
}

/* Its log companion goes along. */
static void
companions(void **state)
{
	static const struct diff_convert c = { "a", "x", 0 };

	(void)state;
	begin("a|a-log a-log#", "a:u a-log:u", "x|x-log x-log#");
	from.files[0][0].data = to.files[0][0].data = "same";
	from.files[0][0].len = to.files[0][0].len = 4;
	in.convert = &c;
	in.nconvert = 1;
	is("a keep same, a-log keep same, /");
	begin("a|a-log a-log", "a:u a-log:u", "x|x-log x-log#");
	in.convert = &c;
	in.nconvert = 1;
	is("a restart needs-new x-log, a-log stop gone, / "
	   "x restart needs-new x-log start needed");
}

static void
bundled(void **state)
{
	(void)state;
	begin("a b {a", "a:u", "a b {a,b");
	in.bundle = "all";
	is("a keep same, / b start bundle");
	begin("a b {a,b", "a:u", "a b {a,b");
	in.bundle = "all";
	is("a keep same, /");
	begin("a b {a,b", "a:u b:u", "a b {a");
	in.bundle = "all";
	is("a keep same, b stop unbundled, /");
	/* Somebody else needs it. */
	begin("a b c>b {a,b", "a:u b:u c:u", "a b c>b {a");
	in.bundle = "all";
	is("a keep same, b keep same, c keep same, /");
}

static void
undone(void **state)
{
	static const unsigned char yes[MOST] = { 1, 1, 1 };

	(void)state;
	begin("a b c", "a:u b:u", "a=2 b c");
	set_state(&to, "a:o c:u");
	in.target = to.state;
	is("a restart changed, b restart target, / a restart target "
	   "c start target");
	/* It was not restarted, so runs as it did. */
	begin("a b@r", "a:u b:u", "a=2 b=2");
	set_state(&to, "a:u b:u");
	in.target = to.state;
	is("a keep same, b reload changed, /");
	in.current = yes;
	is("a restart changed, b restart changed, / a restart target "
	   "b restart target");
}

static void
kept(void **state)
{
	static const unsigned char yes[MOST] = { 1, 0, 1 };

	(void)state;
	begin("a b c!", "a:u b:u c:u", "a b c!");
	in.outdated = yes;
	is("a restart outdated, b keep same, c keep essential, / "
	   "a restart outdated");
	begin("a", "a:u", "a@k");
	in.outdated = yes;
	is("a keep still-kept, /");
}

/* What the new generation knows of each. */
static void
states(void **state)
{
	(void)state;
	begin("a b c o/o", "a:uw b:wf c:u o:uof", "a b c=2 o/o");
	assert_int_equal(diff_make(&d, &in, err, sizeof err), DIFF_OK);
	assert_int_equal(d.state[0].flags, STATE_UP | STATE_WANTED);
	assert_int_equal(d.state[1].flags, STATE_WANTED | STATE_FAILED);
	assert_int_equal(d.state[1].reason, REASON_EXIT);
	assert_int_equal(d.state[1].code, 7);
	assert_int_equal(d.state[2].flags, STATE_OWED);
	assert_int_equal(
		d.state[3].flags, STATE_UP | STATE_OWED | STATE_FAILED);
	assert_int_equal(d.state[3].code, 7);
	assert_int_equal(d.stops, 1);
	assert_int_equal(d.starts, 2);
	assert_int_equal(d.untouched, 1);
	assert_int_equal(d.reloads, 0);
	diff_free(&d);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(own_reasons),
		cmocka_unit_test(needed),
		cmocka_unit_test(essential),
		cmocka_unit_test(pipes),
		cmocka_unit_test(conversions),
		cmocka_unit_test(companions),
		cmocka_unit_test(bundled),
		cmocka_unit_test(undone),
		cmocka_unit_test(kept),
		cmocka_unit_test(states),
	};

	return cmocka_run_group_tests(tests, 0, 0);
}
