/* db.c - questions to a database that is in memory.  See db.h; db-read.c and
 * db-write.c know its format. */

#include <string.h>

#include "lib/suggest.h"
#include "lib/utf8.h"
#include "rc/db.h"

int
db_name_ok(const char *s)
{
	size_t len = strlen(s);
	int bad = !len || *s == '.' || len > DB_NAME_MAX;

	for (size_t i = 0; i < len && !bad;) {
		size_t n = utf8_char(s + i, len - i, &bad);

		bad |= s[i] == '/';
		i += n;
	}
	return !bad;
}

static uint32_t
find(const struct db_service *v, uint32_t from, uint32_t to, const char *name)
{
	while (from < to) {
		uint32_t m = from + (to - from) / 2;
		int c = strcmp(v[m].name, name);

		if (!c)
			return m;
		if (c < 0)
			from = m + 1;
		else
			to = m;
	}
	return DB_NONE;
}

uint32_t
db_count(const struct db *db)
{
	return db->nlong + db->nshort;
}

uint32_t
db_service(const struct db *db, const char *name)
{
	uint32_t i = find(db->services, 0, db->nlong, name);

	return i != DB_NONE
		? i
		: find(db->services, db->nlong, db->nlong + db->nshort, name);
}

int
db_is_longrun(const struct db *db, const char *name)
{
	uint32_t i = db_service(db, name);

	return i != DB_NONE && i < db->nlong;
}

uint32_t
db_bundle(const struct db *db, const char *name)
{
	uint32_t a = 0, b = db->nbundles;

	while (a < b) {
		uint32_t m = a + (b - a) / 2;
		int c = strcmp(db->bundles[m].name, name);

		if (!c)
			return m;
		if (c < 0)
			a = m + 1;
		else
			b = m;
	}
	return DB_NONE;
}

int
db_resolve(const struct db *db, const char *name, struct db_list *list)
{
	uint32_t i = db_bundle(db, name);

	if (i != DB_NONE) {
		*list = db->bundles[i].members;
		return 1;
	}
	i = db_service(db, name);
	if (i == DB_NONE)
		return 0;
	list->n = 1;
	list->v = db->self + i;
	return 1;
}

const char *
db_prop(const struct db_service *s, const char *key)
{
	for (uint32_t i = 0; i < s->nprops; i++)
		if (!strcmp(s->props[i].key, key))
			return s->props[i].value;
	return 0;
}

uint32_t
db_logger(const struct db *db, const struct db_service *s)
{
	const char *name = db_prop(s, "logger");

	if (s->consumer != DB_NONE || s->type == DB_LONGRUN || !name)
		return s->consumer;
	return db_service(db, name);
}

const char *
db_program(const struct db_service *s, int up)
{
	const struct db_script *c = up ? &s->up : &s->down;

	return s->type == DB_ONESHOT && c->argc ? c->argv : 0;
}

const char *
db_nearest(const struct db *db, const char *name)
{
	struct suggest near = suggest_init(name);

	for (uint32_t i = 0; i < db->nlong + db->nshort; i++)
		suggest_try(&near, db->services[i].name);
	for (uint32_t i = 0; i < db->nbundles; i++)
		suggest_try(&near, db->bundles[i].name);
	return near.best;
}
