/* db.c - a database is read back as it was written, and every single byte
 * changed or missing is noticed. */

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <cmocka.h>
#include <skalibs/sha256.h>

#include "rc/db.h"

static char err[512];

/* longruns a, b (b's output goes to a), oneshot c (needs both), bundle d. */
static void
make(char **data, size_t *len)
{
	static const uint32_t zero[] = { 0 }, both[] = { 0, 1 };
	static struct db_file run[] = { { "data", S_IFDIR | 0755, "", 0 },
		{ "data/x", S_IFREG | 0644, "a\0b", 3 },
		{ "run", S_IFREG | 0755, "#!/bin/sh\n", 10 } };
	static struct db_prop props[] = { { "description", "words" } };
	struct db_service s[3] = { { .name = "a",
					   .consumer = DB_NONE,
					   .files = run,
					   .nfiles = 3,
					   .props = props,
					   .nprops = 1 },
		{ .name = "b",
			.consumer = 0,
			.deps = { 1, zero },
			.restart_with = { 1, zero },
			.files = run,
			.nfiles = 3,
			.timeout_up = 7,
			.flags = DB_ESSENTIAL },
		{ .name = "aa",
			.type = DB_ONESHOT,
			.consumer = DB_NONE,
			.deps = { 2, both },
			.up = { 2, "x\0y", 4, 1 } } };
	struct db_bundle b = { "d", { 2, both } };
	struct db db = { .nlong = 2,
		.nshort = 1,
		.services = s,
		.nbundles = 1,
		.bundles = &b };

	for (int i = 0; i < 3; i++) {
		if (!s[i].up.argv)
			s[i].up.argv = "";
		s[i].down.argv = s[i].reload.argv = "";
	}
	assert_int_equal(db_encode(&db, data, len), 0);
}

static void
round_trip(void **state)
{
	char *data, *again;
	size_t len, len2;
	struct db db;
	struct db_list l;

	(void)state;
	make(&data, &len);
	make(&again, &len2);
	assert_int_equal(len, len2);
	assert_memory_equal(data, again, len);
	free(again);
	assert_int_equal(db_load(&db, data, len, err, sizeof err), 0);
	assert_int_equal(db.nlong, 2);
	assert_int_equal(db_service(&db, "aa"), 2);
	assert_int_equal(db_service(&db, "b"), 1);
	assert_true(db_service(&db, "d") == DB_NONE);
	assert_int_equal(db.services[0].rdeps.n, 2);
	assert_int_equal(db.services[0].rdeps.v[1], 2);
	assert_int_equal(db.services[0].producers.n, 1);
	assert_int_equal(db.services[0].producers.v[0], 1);
	assert_memory_equal(db.services[1].files[1].data, "a\0b", 4);
	assert_string_equal(db_prop(db.services, "description"), "words");
	assert_null(db_prop(db.services, "nothing"));
	assert_int_equal(db.services[2].up.argc, 2);
	assert_true(db_resolve(&db, "d", &l) && l.n == 2);
	assert_true(db_resolve(&db, "aa", &l) && l.n == 1 && l.v[0] == 2);
	assert_false(db_resolve(&db, "x", &l));
	assert_memory_equal(db.id, data + len - DB_HASH, DB_HASH);
	db_close(&db);
	free(data);
}

static void
every_byte(void **state)
{
	char *data;
	size_t len;
	struct db db;

	(void)state;
	make(&data, &len);
	for (size_t i = 0; i < len; i++)
		for (int bit = 0; bit < 8; bit++) {
			data[i] ^= (char)(1 << bit);
			assert_int_equal(
				db_load(&db, data, len, err, sizeof err), -1);
			assert_true(strlen(err) > 10);
			data[i] ^= (char)(1 << bit);
		}
	free(data);
}

static void
sign(char *data, size_t len)
{
	SHA256Schedule ctx = SHA256_INIT();

	sha256_update(&ctx, data, len - DB_HASH);
	sha256_final(&ctx, data + len - DB_HASH);
}

/* The same with a right checksum: what is refused and what is not, nothing
 * may be read or written out of bounds (see the sanitizers). */
static void
every_byte_signed(void **state)
{
	char *data, *exact;
	size_t len;
	struct db db;
	unsigned refused = 0;

	(void)state;
	make(&data, &len);
	for (size_t i = 0; i < len - DB_HASH; i++)
		for (int v = 0; v < 4; v++) {
			static const unsigned char x[] = { 1, 0x80, 0xff, 0 };
			char old = data[i];

			data[i] = v == 3 ? 0 : (char)(data[i] ^ x[v]);
			sign(data, len);
			if (db_load(&db, data, len, err, sizeof err) == 0)
				db_close(&db);
			else
				refused++;
			data[i] = old;
		}
	assert_true(refused > len);
	for (size_t n = 0; n < len; n++) {
		exact = malloc(n ? n : 1);
		memcpy(exact, data, n);
		assert_int_equal(db_load(&db, exact, n, err, sizeof err), -1);
		if (n > DB_HASH) {
			sign(exact, n);
			assert_int_equal(
				db_load(&db, exact, n, err, sizeof err), -1);
		}
		free(exact);
	}
	free(data);
}

static void
names(void **state)
{
	char longest[DB_NAME_MAX + 2];

	(void)state;
	memset(longest, 'x', sizeof longest);
	longest[DB_NAME_MAX + 1] = 0;
	assert_false(db_name_ok(longest));
	longest[DB_NAME_MAX] = 0;
	assert_true(db_name_ok(longest));
	assert_false(db_name_ok(""));
	assert_false(db_name_ok("."));
	assert_false(db_name_ok(".x"));
	assert_false(db_name_ok("a/b"));
	assert_false(db_name_ok("a\nb"));
	assert_false(db_name_ok("a\033b"));
	assert_false(db_name_ok("a\xe2\x80\xae"));
	assert_true(db_name_ok("a b@:c"));
	assert_true(db_name_ok("$(a)`b`'\"\\\xc3\xa4"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(round_trip),
		cmocka_unit_test(every_byte),
		cmocka_unit_test(every_byte_signed), cmocka_unit_test(names) };

	return cmocka_run_group_tests(tests, 0, 0);
}
