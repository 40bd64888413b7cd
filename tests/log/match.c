/* match.c - selection: what is searched for as text selects the same lines as
 * the library's regular expressions do. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "log/match.h"

static void
kinds(void **state)
{
	static const struct {
		const char *ere;
		enum match_kind kind;
	} t[] = { { "", MATCH_ALL }, { ".*", MATCH_ALL }, { "^.*$", MATCH_ALL },
		{ "a", MATCH_TEXT }, { "^ab", MATCH_TEXT },
		{ "ab$", MATCH_TEXT }, { "^ab$", MATCH_TEXT },
		{ "^", MATCH_TEXT }, { "$", MATCH_TEXT }, { "^$", MATCH_TEXT },
		{ "a\\.b", MATCH_TEXT }, { "\\$1\\\\", MATCH_TEXT },
		{ "a.b", MATCH_ERE }, { "a*", MATCH_ERE }, { "a$b", MATCH_ERE },
		{ "\\w", MATCH_ERE }, { "a|b", MATCH_ERE },
		{ "[ab]", MATCH_ERE }, { "(a)", MATCH_ERE },
		{ "x{2}", MATCH_ERE }, { "a^", MATCH_ERE } };

	(void)state;
	for (size_t i = 0; i < sizeof t / sizeof *t; i++) {
		struct match m;

		assert_int_equal(match_compile(&m, t[i].ere), 0);
		if (m.kind != t[i].kind)
			fail_msg("'%s' is of kind %d", t[i].ere, m.kind);
		match_free(&m);
	}
}

static void
invalid(void **state)
{
	struct match m;

	(void)state;
	memset(&m, 1, sizeof m);
	assert_int_equal(match_compile(&m, ""), 0);
	assert_int_equal(m.kind, MATCH_ALL);
	assert_int_equal(match_test(&m, "x", 1), 1);
	assert_int_not_equal(match_compile(&m, "["), 0);
	assert_int_not_equal(match_compile(&m, "(a"), 0);
	assert_int_not_equal(match_compile(&m, "a\\"), 0);
}

/* Each text against each line, beside regexec. */
static void
same_as_the_library(void **state)
{
	static const char *const ere[] = { "a", "^a", "a$", "^a$", "ab", "^ab",
		"ab$", "^ab$", "^", "$", "^$", "b\\.", "\\[x\\]", "aba", "a.b",
		"a|bb", "\\^a", "\\/" };
	static const char *const line[] = { "", "a", "b", "ab", "ba", "aab",
		"abab", "b.", "a b.c", "[x]", "^a", "aba", "bb", "/", "xxab",
		"abxx", "xab" };

	(void)state;
	for (size_t i = 0; i < sizeof ere / sizeof *ere; i++) {
		struct match m;
		regex_t re;

		assert_int_equal(match_compile(&m, ere[i]), 0);
		assert_int_equal(
			regcomp(&re, ere[i], REG_EXTENDED | REG_NOSUB), 0);
		for (size_t k = 0; k < sizeof line / sizeof *line; k++) {
			int want = !regexec(&re, line[k], 0, 0, 0);

			if (match_test(&m, line[k], strlen(line[k])) != want)
				fail_msg("'%s' on '%s' is not %d", ere[i],
					line[k], want);
		}
		regfree(&re);
		match_free(&m);
	}
	{
		struct match m;

		assert_int_equal(match_compile(&m, "text"), 0);
		assert_int_equal(m.kind, MATCH_TEXT);
		match_free(&m);
		assert_int_equal(m.kind, MATCH_ALL);
		assert_null(m.text);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(kinds),
		cmocka_unit_test(invalid),
		cmocka_unit_test(same_as_the_library),
	};

	return cmocka_run_group_tests(tests, 0, 0);
}
