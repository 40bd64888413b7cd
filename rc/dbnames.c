/* dbnames.c - what everybody may know of a database; see db.h. */

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "lib/arena.h"
#include "lib/file.h"
#include "rc/db.h"

enum { LIMIT = 1 << 30 };

unsigned
db_mode(const struct db *db)
{
	for (uint32_t i = 0; i < db->nlong + db->nshort; i++)
		if (db_prop(db->services + i, DB_CLOSED))
			return 0600;
	return 0644;
}

unsigned
db_data_mode(const void *data, size_t len)
{
	char err[256];
	struct db db;
	unsigned mode;

	if (db_load(&db, data, len, err, sizeof err) < 0)
		return 0600;
	mode = db_mode(&db);
	db_close(&db);
	return mode;
}

static void
strip(struct db_service *s)
{
	static const struct db_file run = {
		.path = "run", .mode = S_IFREG | 0755, .data = ""
	};

	if (db_prop(s, DB_CLOSED))
		s->nprops = 0;
	/* A longrun is none without a run. */
	s->files = &run;
	s->nfiles = s->type == DB_LONGRUN;
	s->up.argc = s->down.argc = s->reload.argc = 0;
	s->up.len = s->down.len = s->reload.len = 0;
}

int
db_names(const struct db *db, char **data, size_t *len)
{
	uint32_t n = db->nlong + db->nshort;
	struct db copy = *db;
	struct buf b = { 0 };
	char *whole;
	size_t size;
	int r;

	copy.services = calloc((size_t)n + 1, sizeof *copy.services);
	if (!copy.services)
		return -1;
	memcpy(copy.services, db->services, n * sizeof *copy.services);
	for (uint32_t i = 0; i < n; i++)
		strip(copy.services + i);
	r = db_encode(&copy, &whole, &size);
	free(copy.services);
	if (r < 0)
		return -1;
	buf_mem(&b, db->id, DB_HASH);
	buf_mem(&b, whole, size);
	free(whole);
	if (b.bad) {
		buf_free(&b);
		errno = ENOMEM;
		return -1;
	}
	*data = b.s;
	*len = b.len;
	return 0;
}

int
db_open_names(struct db *db, int at, const char *name)
{
	char err[256], *data;
	ssize_t n = file_slurp(at, name, &data, LIMIT);

	if (n < 0)
		return -1;
	if (n < DB_HASH ||
		db_load(db, data + DB_HASH, (size_t)n - DB_HASH, err,
			sizeof err) < 0) {
		free(data);
		errno = EPROTO;
		return -1;
	}
	memcpy(db->id, data, DB_HASH);
	db->map = data;
	db->maplen = (size_t)n;
	return 0;
}
