/* log/script.c - logging scripts: what is accepted, what it means, what is
 * refused with which words. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "log/script.h"

static char err[512];

/* Words separated by a bar. */
static int
parse(struct script *s, const char *text)
{
	static char copy[1024];
	const char *words[32];
	unsigned n = 0;

	snprintf(copy, sizeof copy, "%s", text);
	for (char *p = copy; p; n++) {
		char *bar = strchr(p, '|');

		words[n] = p;
		if (bar)
			*bar++ = 0;
		p = bar;
	}
	return script_parse(s, words, n, err, sizeof err);
}

static void
accepts(void **state)
{
	struct script s;

	(void)state;
	assert_int_equal(parse(&s, "n5|s8192|S100|l4|r7|R9|!gzip|t|./a"), 0);
	assert_int_equal(s.ndirs, 1);
	assert_int_equal(s.dirs[0].archives, 5);
	assert_int_equal(s.dirs[0].size, 8192);
	assert_int_equal(s.dirs[0].archive_bytes, 100);
	assert_int_equal(s.dirs[0].tolerance, 4);
	assert_int_equal(s.dirs[0].retry_ms, 10);
	assert_int_equal(s.dirs[0].every_s, 9);
	assert_int_equal(s.dirs[0].processor_kind, '!');
	assert_string_equal(s.dirs[0].suffix, "");
	assert_true(s.actions[0].tai64n);
	script_free(&s);

	assert_int_equal(parse(&s, "t|1|T|1|1|px|1|p|j|1"), 0);
	assert_int_equal(s.nactions, 5);
	assert_true(s.actions[0].tai64n && !s.actions[0].iso);
	assert_true(s.actions[1].iso && !s.actions[1].tai64n);
	assert_false(s.actions[2].iso || s.actions[2].tai64n);
	assert_string_equal(s.actions[3].prefix, "x");
	assert_null(s.actions[4].prefix);
	assert_true(s.actions[4].json);
	assert_int_equal(s.nrules, 1);
	script_free(&s);

	assert_int_equal(parse(&s, "-|+a|1|f|2|+b"), 0);
	assert_int_equal(s.nrules, 2);
	assert_true(s.extraneous);
	assert_int_equal(s.rules[0].nselects, 2);
	script_free(&s);

	assert_int_equal(parse(&s, "+a|./d|+b|t|./d"), 0);
	assert_int_equal(s.ndirs, 1); /* one directory, named twice */
	script_free(&s);

	assert_int_equal(parse(&s, "s1|./a|s999999999|./b"), 0);
	assert_int_equal(s.dirs[0].size, 4096);
	assert_int_equal(s.dirs[1].size, 268435455);
	script_free(&s);
}

static void
accepts_own_words(void **state)
{
	struct script s;

	(void)state;
	assert_int_equal(parse(&s,
				 "%total=10M|%full=drop-oldest|"
				 "%compress=/usr/bin/zstd -q|./a"),
		0);
	assert_true(s.dirs[0].total_bytes == 10 << 20);
	assert_true(s.dirs[0].drop_oldest);
	assert_string_equal(s.dirs[0].suffix, ".zst");
	script_free(&s);
	assert_int_equal(parse(&s, "%compress|./a|!cat|./b"), 0);
	assert_string_equal(s.dirs[0].processor, "gzip");
	assert_string_equal(s.dirs[1].suffix, "");
	script_free(&s);
	assert_int_equal(parse(&s,
				 "%rate=5/2min|%join|%service=x|"
				 "%priority=local3.err|%syslog|%syslog=/x"),
		0);
	assert_int_equal(s.rate_lines, 5);
	assert_int_equal(s.rate_ms, 120000);
	assert_string_equal(s.joint, "\\n");
	assert_string_equal(s.service, "x");
	assert_int_equal(s.actions[0].priority, 19 * 8 + 3);
	assert_string_equal(s.actions[0].path, "/dev/log");
	assert_string_equal(s.actions[1].path, "/x");
	script_free(&s);
	assert_int_equal(parse(&s, "%rate=100/s|1"), 0);
	assert_int_equal(s.rate_ms, 1000);
	script_free(&s);
}

static void
refuses(void **state)
{
	static const char *const bad[] = {
		"",
		"x",
		"t",
		"+a",
		"n|1",
		"nx|1",
		"n-1|1",
		"s4294967296|1",
		"l60000|1",
		"s5000|l2501|1",
		"tt|1",
		"fx|1",
		"1x",
		"2x",
		"=",
		"+(|1",
		"+[|1",
		"^|1",
		"Sx|1",
		"%|1",
		"%nothing|1",
		"%total=x|1",
		"%total|1",
		"%full=no|1",
		"%compress=cat|1",
		"%rate=5|1",
		"%rate=/s|1",
		"%rate=5/x|1",
		"%rate=5/0s|1",
		"%rate=5/2d|1",
		"%priority=x|1",
		"%priority=daemon.loud|1",
		"%service=|1",
		"j1|1",
		"logs/web",
	};
	struct script s;

	(void)state;
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		*err = 0;
		if (parse(&s, bad[i]) != 100)
			fail_msg("accepted: %s", bad[i]);
		assert_true(strlen(err) > 10);
	}
	parse(&s, "logs/web");
	assert_non_null(strstr(err, "begins with / or ./"));
}

static void
matches(void **state)
{
	static const struct {
		const char *ere, *line;
		int yes;
	} row[] = {
		{ "", "x", 1 },
		{ "", "", 1 },
		{ ".*", "", 1 },
		{ ".", "", 0 },
		{ "abc", "xabcx", 1 },
		{ "abc", "ab", 0 },
		{ "^abc", "abcd", 1 },
		{ "^abc", "xabc", 0 },
		{ "abc$", "xabc", 1 },
		{ "abc$", "abcx", 0 },
		{ "^abc$", "abc", 1 },
		{ "^abc$", "abcabc", 0 },
		{ "^$", "", 1 },
		{ "^$", "x", 0 },
		{ "^", "x", 1 },
		{ "$", "x", 1 },
		{ "a\\.b", "a.b", 1 },
		{ "a\\.b", "axb", 0 },
		{ "a.b", "axb", 1 },
		{ "a|b", "b", 1 },
		{ "a\\|b", "a|b", 1 },
		{ "[[:digit:]]+", "x7", 1 },
		{ "(ab)+c", "ababc", 1 },
		{ "a{2}", "baa", 1 },
		{ "\\\\", "a\\", 1 },
		{ "a$b", "a$b", 0 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof row / sizeof *row; i++) {
		struct match m;

		assert_int_equal(match_compile(&m, row[i].ere), 0);
		if (match_test(&m, row[i].line, strlen(row[i].line)) !=
			row[i].yes)
			fail_msg("%s on %s", row[i].ere, row[i].line);
		match_free(&m);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(accepts),
		cmocka_unit_test(accepts_own_words),
		cmocka_unit_test(refuses),
		cmocka_unit_test(matches),
	};

	return cmocka_run_group_tests(tests, 0, 0);
}
