/* db.c - databases of any bytes: refused with a message or wholly usable. */

#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <skalibs/sha256.h>

#include "rc/db.h"

int LLVMFuzzerTestOneInput(const uint8_t *, size_t);

static unsigned long
touch(const struct db *db)
{
	unsigned long sum = 0;

	for (uint32_t i = 0; i < db->nlong + db->nshort; i++) {
		const struct db_service *s = db->services + i;

		sum += strlen(s->name) + s->nfiles;
		for (uint32_t k = 0; k < s->nfiles; k++)
			sum += (unsigned char)s->files[k]
					.data[s->files[k].len] +
				strlen(s->files[k].path);
		for (uint32_t k = 0; k < s->rdeps.n; k++)
			sum += db->services[s->rdeps.v[k]].flags;
		for (uint32_t k = 0; k < s->producers.n; k++)
			sum += db->services[s->producers.v[k]].flags;
		for (uint32_t k = 0; k < s->nprops; k++)
			sum += db_prop(s, s->props[k].key) != 0;
		if (db_service(db, s->name) != i)
			abort();
	}
	return sum;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	static volatile unsigned long sink;
	char err[512], *copy;
	struct db db;
	struct db_list l;
	SHA256Schedule ctx = SHA256_INIT();

	/* With its own checksum, and with a right one. */
	for (int right = 0; right < 2; right++) {
		copy = malloc(len ? len : 1);
		if (!copy)
			return 0;
		memcpy(copy, data, len);
		if (right && len > DB_HASH) {
			sha256_init(&ctx);
			sha256_update(&ctx, copy, len - DB_HASH);
			sha256_final(&ctx, copy + len - DB_HASH);
		}
		if (db_load(&db, copy, len, err, sizeof err) == 0) {
			sink = sink + touch(&db);
			for (uint32_t i = 0; i < db.nbundles; i++)
				if (!db_resolve(&db, db.bundles[i].name, &l))
					abort();
			db_close(&db);
		} else if (!*err)
			abort();
		free(copy);
	}
	return 0;
}
