/* lex.c - our lexer gives the words that execlineb gives, and refuses what
 * it refuses: by hand, and for some thousand texts made at random. */

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <sys/wait.h>
#include <cmocka.h>

#include "lib/file.h"
#include "rc/compile/lex.h"

static const char *self;

/* Words joined by |, or "line N: what". */
static const char *
words(const char *text)
{
	static char out[4096];
	struct buf b = { 0 };
	struct lex_error e;
	int n = lex_words(&b, text, strlen(text), &e);

	if (n < 0)
		snprintf(out, sizeof out, "line %u: %s", e.line, e.what);
	else {
		for (size_t i = 0; i < b.len; i++)
			out[i] = b.s[i] ? b.s[i] : '|';
		out[b.len] = 0;
	}
	buf_free(&b);
	return out;
}

static void
by_hand(void **state)
{
	(void)state;
	assert_string_equal(words(""), "");
	assert_string_equal(words("a b\n\tc\r\n"), "a|b|c|");
	assert_string_equal(words("a { b { c } } d"), "a| b|  c| ||d|");
	assert_string_equal(words("{} {a a}"), "{}|{a|a}|");
	assert_string_equal(words("\"{\" \\} \"\""), "{|}||");
	assert_string_equal(words("\"a\\x41\\65\\0101\\n\""), "ax41AA\n|");
	assert_string_equal(words("a#b # c\n#d\ne"), "a#b|e|");
	assert_string_equal(words("a\\\nb"), "a\nb|");
	assert_string_equal(words("\"a\\\nb\""), "ab|");
	assert_string_equal(words("a \\\nb \\"), "a|b|");
	assert_string_equal(words("a\n{ b\n{ c }"), "line 2: unmatched {");
	assert_string_equal(words("a\n}"), "line 2: unmatched }");
	assert_string_equal(words("x\n\"a\n\n"),
		"line 2: a quote is not "
		"closed (expected another \")");
	assert_string_equal(words("\"\\256\""),
		"line 1: a number after \\ is "
		"not 1 to 255");
}

static void
nesting(void **state)
{
	char text[4096];
	size_t n = 0;

	(void)state;
	for (int i = 0; i < 256; i++) {
		text[n++] = '{';
		text[n++] = ' ';
	}
	text[n] = 0;
	assert_string_equal(words(text),
		"line 1: more than 255 blocks are "
		"nested");
}

static const char *
execlineb(void)
{
	static const char *const places[] = { "/usr/bin/execlineb",
		"/bin/execlineb", "/usr/lib/execline/bin/execlineb" };

	for (size_t i = 0; i < sizeof places / sizeof *places; i++)
		if (access(places[i], X_OK) == 0)
			return places[i];
	return 0;
}

/* What execlineb makes of it: words with their NULs; -1 refused. */
static ssize_t
oracle(const char *program, const char *text, char *out, size_t max)
{
	char script[8192];
	int p[2], wstat;
	ssize_t n, got = 0;
	pid_t pid;

	snprintf(script, sizeof script, "%s --print %s", self, text);
	assert_int_equal(
		file_write(AT_FDCWD, "script", script, strlen(script), 0644, 0),
		0);
	assert_int_equal(pipe(p), 0);
	pid = fork();
	assert_true(pid >= 0);
	if (!pid) {
		int null = open("/dev/null", O_WRONLY);

		dup2(p[1], 1);
		dup2(null, 2);
		close(p[0]);
		execl(program, program, "-P", "script", (char *)0);
		_exit(127);
	}
	close(p[1]);
	while ((n = read(p[0], out + got, max - (size_t)got)) > 0)
		got += n;
	close(p[0]);
	assert_int_equal(waitpid(pid, &wstat, 0), pid);
	return wstat ? -1 : got;
}

/* At the very end of a file execlineb takes "a\9 for a closed quote, and {\
 * for nothing; we do not. */
static int
forgiven(const char *text, const char *what)
{
	const char *s = strrchr(text, '\\');

	return (!strncmp(what, "a quote", 7) ||
		       !strncmp(what, "a backslash", 11)) &&
		s && !s[1 + strspn(s + 1, "0123456789abcdefx")];
}

static void
at_random(void **state)
{
	static const char *const parts[] = { " ", " ", "\n", "\t", "{", "}",
		"\"", "\"", "\\", "#", "a", "b", "0", "0x", "41", "101", "65",
		"9", "n", "x", "\r", " { ", " } ", " \"", "\" ", "\\0", "\\0x4",
		"\\25", "$x", " # ", "word" };
	const char *program = execlineb();
	unsigned seed = 12345, refused = 0, same = 0, part, of = 1;
	const char *which = getenv("PART");
	int texts = getenv("REEVE_LONG") ? 20000 : 1500;

	(void)state;
	if (!program) {
		fprintf(stderr,
			"SKIP comparison: execlineb is not "
			"installed\n");
		skip();
	}
	/* Other texts in each part, see tests/run. */
	if (which && sscanf(which, "%u/%u", &part, &of) == 2)
		seed += part;
	for (int i = 0; i < texts / (int)of; i++) {
		char text[512] = "", out[8192];
		struct buf b = { 0 };
		struct lex_error e;
		int n, count = 1 + rand_r(&seed) % 12;
		ssize_t got;

		while (count--)
			strcat(text,
				parts[(unsigned)rand_r(&seed) %
					(sizeof parts / sizeof *parts)]);
		/* Inside a block execlineb 2.9 puts the spaces for the block
		 * into such words a second time. */
		if (strstr(text, "{\\") || strstr(text, "}\\") ||
			strstr(text, "{\"") || strstr(text, "}\""))
			continue;
		n = lex_words(&b, text, strlen(text), &e);
		got = oracle(program, text, out, sizeof out);
		if (n < 0 && got >= 0 && forgiven(text, e.what))
			continue;
		if ((n < 0) != (got < 0) ||
			(n >= 0 &&
				((size_t)got != b.len ||
					memcmp(out, b.s ? b.s : "", b.len))))
			fail_msg("differs: <<%s>> ours %d, %s; execlineb %zd",
				text, n, n < 0 ? e.what : "", got);
		refused += n < 0;
		same += n > 0;
		buf_free(&b);
	}
	assert_true(refused > 100 / of);
	assert_true(same > 100 / of);
}

int
main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(by_hand),
		cmocka_unit_test(nesting), cmocka_unit_test(at_random) };

	if (argc > 1 && !strcmp(argv[1], "--print")) {
		for (int i = 2; i < argc; i++)
			fwrite(argv[i], 1, strlen(argv[i]) + 1, stdout);
		return fflush(stdout) != 0;
	}
	self = argv[0];
	return cmocka_run_group_tests(tests, 0, 0);
}
