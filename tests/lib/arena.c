/* arena.c - what an arena hands out is whole and zeroed, wherever it falls. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "lib/arena.h"

enum { MANY = 40000 };

static void
all_zero(const char *p, size_t n)
{
	for (size_t i = 0; i < n; i++)
		assert_int_equal(p[i], 0);
}

/* Texts of all lengths, so that some do not fit where they are tried first;
 * between them memory that must be zero. */
static void
texts(void **state)
{
	struct arena a = { 0 };
	char *long_one = malloc(MANY + 1);

	(void)state;
	memset(long_one, 'x', MANY);
	long_one[MANY] = 0;
	for (size_t n = 0; n < MANY; n = n * 5 / 4 + 1)
		for (int i = 0; i < 7; i++) {
			char *s = arena_printf(&a, "%.*s", (int)n, long_one);
			char *p = arena_alloc(&a, 300);

			assert_int_equal(strlen(s), n);
			assert_int_equal(strspn(s, "x"), n);
			all_zero(p, 300);
			memset(p, 1, 300);
		}
	arena_free(&a);
	free(long_one);
}

static void
paths(void **state)
{
	struct arena a = { 0 };

	(void)state;
	assert_string_equal(arena_path(&a, "a/b", "c"), "a/b/c");
	assert_string_equal(arena_path(&a, "", ""), "/");
	arena_free(&a);
}

static void
arrays(void **state)
{
	struct arena a = { 0 };
	int *v = 0;

	(void)state;
	for (int n = 0; n < 1000; n++) {
		v = arena_more(&a, v, (size_t)n, sizeof *v);
		v[n] = n;
	}
	for (int n = 0; n < 1000; n++)
		assert_int_equal(v[n], n);
	arena_free(&a);
}

int
main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(texts),
		cmocka_unit_test(paths), cmocka_unit_test(arrays) };

	return cmocka_run_group_tests(tests, 0, 0);
}
