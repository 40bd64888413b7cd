/* db-write.c - FORMAT the compiled database, encoded.  See db.h and
 * reeve-database(5). */

#include <errno.h>
#include <string.h>
#include <skalibs/sha256.h>

#include "lib/arena.h"
#include "lib/bytes.h"
#include "rc/db-format.h"
#include "rc/db.h"

static void
put_text(struct buf *b, const char *s, size_t len)
{
	buf_u32(b, (uint32_t)len);
	buf_mem(b, s, len);
	buf_char(b, 0);
}

static void
put_str(struct buf *b, const char *s)
{
	put_text(b, s, strlen(s));
}

static void
put_list(struct buf *b, const struct db_list *l)
{
	buf_u32(b, l->n);
	for (uint32_t i = 0; i < l->n; i++)
		buf_u32(b, l->v[i]);
}

static void
put_script(struct buf *b, const struct db_script *s)
{
	buf_u32(b, s->present != 0);
	buf_u32(b, s->argc);
	put_text(b, s->argv, s->len);
}

static void
put_files(struct buf *b, const struct db_service *s)
{
	buf_u32(b, s->nfiles);
	for (uint32_t i = 0; i < s->nfiles; i++) {
		put_str(b, s->files[i].path);
		buf_u32(b, s->files[i].mode);
		put_text(b, s->files[i].data, s->files[i].len);
	}
	put_script(b, &s->up);
	put_script(b, &s->down);
	put_script(b, &s->reload);
}

void
db_digest(unsigned char out[DB_HASH], const char *s, size_t len)
{
	SHA256Schedule ctx = SHA256_INIT();

	sha256_update(&ctx, s, len);
	sha256_final(&ctx, (char *)out);
}

/* What makes a service another one: kind, files, scripts, pipeline ends.
 * Time limits, flags and dependencies do not touch what runs. */
static void
hash_service(const struct db *db, struct db_service *s, struct buf *b)
{
	b->len = 0;
	buf_u32(b, DB_VERSION);
	buf_u32(b, s->type);
	put_str(b,
		s->consumer == DB_NONE ? "" : db->services[s->consumer].name);
	put_files(b, s);
	if (!b->bad)
		db_digest(s->hash, b->s, b->len);
}

static void
put_service(struct buf *b, const struct db_service *s)
{
	put_str(b, s->name);
	buf_u32(b, s->flags);
	buf_u32(b, s->timeout_up);
	buf_u32(b, s->timeout_down);
	buf_u32(b, s->consumer);
	buf_u32(b, s->on_change);
	put_list(b, &s->deps);
	put_list(b, &s->wants);
	put_list(b, &s->after);
	put_list(b, &s->restart_with);
	buf_mem(b, s->hash, DB_HASH);
	put_files(b, s);
	buf_u32(b, s->nprops);
	for (uint32_t i = 0; i < s->nprops; i++) {
		put_str(b, s->props[i].key);
		put_str(b, s->props[i].value);
	}
}

static void
put_header(struct buf *b, const struct db *db)
{
	uint32_t items = 0, files = 0, props = 0, n = db->nlong + db->nshort;

	for (uint32_t i = 0; i < n; i++) {
		const struct db_service *s = db->services + i;

		items +=
			s->deps.n + s->wants.n + s->after.n + s->restart_with.n;
		files += s->nfiles;
		props += s->nprops;
	}
	for (uint32_t i = 0; i < db->nbundles; i++)
		items += db->bundles[i].members.n;
	buf_mem(b, DB_MAGIC, DB_MAGIC_LEN);
	buf_u32(b, DB_VERSION);
	buf_u32(b, db->nlong);
	buf_u32(b, db->nshort);
	buf_u32(b, db->nbundles);
	buf_u32(b, items);
	buf_u32(b, files);
	buf_u32(b, props);
}

int
db_encode(struct db *db, char **data, size_t *len)
{
	struct buf b = { 0 }, one = { 0 };

	put_header(&b, db);
	for (uint32_t i = 0; i < db->nlong + db->nshort; i++) {
		hash_service(db, db->services + i, &one);
		put_service(&b, db->services + i);
	}
	for (uint32_t i = 0; i < db->nbundles; i++) {
		put_str(&b, db->bundles[i].name);
		put_list(&b, &db->bundles[i].members);
	}
	if (!b.bad)
		db_digest(db->id, b.s, b.len);
	buf_mem(&b, db->id, DB_HASH);
	if (b.bad || one.bad) {
		buf_free(&b);
		buf_free(&one);
		errno = ENOMEM;
		return -1;
	}
	buf_free(&one);
	*data = b.s;
	*len = b.len;
	return 0;
}
