/* opt.c - options may stand after names, but not behind "--". */

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <getopt.h>
#include <string.h>
#include <cmocka.h>

#include "lib/opt.h"

static const struct opt opts[] = { { 'a', "all", 0, "" },
	{ 't', "time", "MS", "" }, { 0, 0, 0, 0 } };
static const struct usage usage = { "", "", opts, 0 };

/* Words separated by blanks, before and after. */
static void
check(const char *before, const char *after)
{
	char text[128], got[128] = "", *argv[16];
	int argc = 0;

	strcpy(text, before);
	for (char *p = strtok(text, " "); p; p = strtok(0, " "))
		argv[argc++] = p;
	argv[argc] = 0;
	opt_permute(&usage, argc, argv);
	for (int i = 0; i < argc; i++) {
		strcat(got, i ? " " : "");
		strcat(got, argv[i]);
	}
	assert_string_equal(got, after);
}

static void
order(void **state)
{
	(void)state;
	check("p", "p");
	check("p web", "p web");
	check("p web -a", "p -a web");
	check("p web -t 5 db", "p -t 5 web db");
	check("p web --time 5 db", "p --time 5 web db");
	check("p web --time=5 db", "p --time=5 web db");
	check("p web -at 5 db", "p -at 5 web db");
	check("p web -t5 db", "p -t5 web db");
	check("p web -ta db", "p -ta web db");
	check("p web -- -a", "p -- web -a");
	check("p web -a -- db -a", "p -a -- web db -a");
	check("p - -a", "p -a -");
	check("p web -t", "p -t web");
	check("p -t -- web", "p -t -- web");
}

static void
parsed(void **state)
{
	char p[] = "p", web[] = "web", t[] = "-t", five[] = "5", end[] = "--";
	char a[] = "-a", *argv[] = { p, web, t, five, end, a, 0 };

	(void)state;
	opt_permute(&usage, 6, argv);
	optind = 0;
	assert_int_equal(opt_next(&usage, 6, argv), 't');
	assert_string_equal(optarg, "5");
	assert_int_equal(opt_next(&usage, 6, argv), -1);
	assert_string_equal(argv[optind], "web");
	assert_string_equal(argv[optind + 1], "-a");
}

int
main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(order),
		cmocka_unit_test(parsed) };

	return cmocka_run_group_tests(tests, 0, 0);
}
