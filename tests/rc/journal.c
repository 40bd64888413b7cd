/* journal.c - the journal of a switch: every key there and back, what is
 * refused, and the file in a live directory. */

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <cmocka.h>

#include "rc/switch/journal.h"

#define HEAD "reeve-journal 1\n"
#define LEAST HEAD "from 1\nto 2\norigin 1\n"

static const char whole[] =
	HEAD "from 3\nto 4294967295\norigin 2\n"
	     "boot /db/new\nboot-link /db/boot\nboot-was old\n"
	     "began 18446744073709551615\n"
	     "old a\nnew b\nold c\nnew d\nwas e e\nis f\n"
	     "reload r\nreload s\nalong x\nalong y\nalong z\nend\n";

static int
parses(const char *text)
{
	struct journal j;
	int r;

	memset(&j, 0xff, sizeof j);
	r = journal_parse(&j, text, strlen(text));
	if (!r) {
		struct journal none = { 0 };

		/* What is refused leaves nothing behind. */
		assert_memory_equal(&j, &none, sizeof j);
	}
	journal_free(&j);
	return r;
}

static void
good(const char *text)
{
	if (!parses(text))
		fail_msg("refused: %s", text);
}

static void
bad(const char *text)
{
	if (parses(text))
		fail_msg("taken: %s", text);
}

static void
every_key(void **state)
{
	struct journal j;
	size_t len = 0;
	char *text;

	(void)state;
	assert_true(journal_parse(&j, whole, sizeof whole - 1));
	assert_int_equal(j.from, 3);
	assert_int_equal(j.to, 4294967295u);
	assert_int_equal(j.origin, 2);
	assert_string_equal(j.boot, "/db/new");
	assert_string_equal(j.boot_link, "/db/boot");
	assert_string_equal(j.boot_was, "old");
	assert_true(j.began == UINT64_MAX);
	assert_int_equal(j.nrenames, 3);
	assert_int_equal(j.nold, 3);
	assert_int_equal(j.nmoves, 2);
	assert_string_equal(j.old[0], "a");
	assert_string_equal(j.new[0], "b");
	assert_string_equal(j.old[1], "c");
	assert_string_equal(j.new[1], "d");
	assert_string_equal(j.old[2], "e e");
	assert_string_equal(j.new[2], "f");
	assert_int_equal(j.nreloads, 2);
	assert_string_equal(j.reload[0], "r");
	assert_string_equal(j.reload[1], "s");
	assert_int_equal(j.nalong, 3);
	assert_string_equal(j.along[0], "x");
	assert_string_equal(j.along[2], "z");
	text = journal_format(&j, &len);
	assert_int_equal(len, sizeof whole - 1);
	assert_memory_equal(text, whole, len);
	free(text);
	journal_free(&j);
	assert_null(j.old);
	assert_int_equal(j.from, 0);
}

static void
least(void **state)
{
	struct journal j = { .from = 1, .to = 2, .origin = 1 };
	size_t len = 0;
	char *text = journal_format(&j, &len);

	(void)state;
	assert_int_equal(len, strlen(LEAST "end\n"));
	assert_memory_equal(text, LEAST "end\n", len);
	good(LEAST "end\n");
	free(text);
}

/* A name with a newline would be read as a line of its own. */
static void
newlines(void **state)
{
	static const char evil[] = "a\nreload b";
	struct journal j = { .from = 1, .to = 2, .origin = 1 };
	char *const fields[] = { j.boot, j.boot_link, j.boot_was };
	size_t len;

	(void)state;
	for (int i = 0; i < 3; i++) {
		memcpy(fields[i], evil, sizeof evil);
		errno = 0;
		assert_null(journal_format(&j, &len));
		assert_int_equal(errno, EINVAL);
		*fields[i] = 0;
	}
}

static void
refused(void **state)
{
	char text[PATH_LEN + 200], name[PATH_LEN + 1];
	struct journal j;

	(void)state;
	/* Cut off at any byte. */
	for (size_t n = 0; n < sizeof whole - 1; n++)
		assert_false(journal_parse(&j, whole, n));
	/* After the end nothing is left. */
	bad(LEAST "end\n\n");
	bad(LEAST "end\nend\n");
	bad(LEAST "end\nreload a\n");
	bad(LEAST "end\nx");
	bad(LEAST "end \n");
	bad(LEAST "ends\n");
	bad("reeve-journal 2\nfrom 1\nto 2\norigin 1\nend\n");
	bad("Reeve-journal 1\nfrom 1\nto 2\norigin 1\nend\n");
	/* The three generations. */
	bad(HEAD "to 2\norigin 1\nend\n");
	bad(HEAD "from 1\norigin 1\nend\n");
	bad(HEAD "from 1\nto 2\nend\n");
	bad(HEAD "from 0\nto 2\norigin 1\nend\n");
	bad(HEAD "from x\nto 2\norigin 1\nend\n");
	bad(HEAD "from 1\nto -2\norigin 1\nend\n");
	bad(HEAD "from 1\nto 2\norigin 1x\nend\n");
	bad(HEAD "from 1\nto 4294967296\norigin 1\nend\n");
	/* Both or none. */
	bad(LEAST "boot /db\nend\n");
	bad(LEAST "boot-link /db\nend\n");
	good(LEAST "boot /db\nboot-link /l\nend\n");
	bad(LEAST "boot \nboot-link \nend\n");
	bad(LEAST "boot-was \nend\n");
	bad(LEAST "began x\nend\n");
	bad(LEAST "began 18446744073709551616\nend\n");
	bad(LEAST "reload\nend\n");
	bad(LEAST "reload \nend\n");
	bad(LEAST "along \nend\n");
	bad(LEAST "\nend\n");
	bad(LEAST "what x\nend\n");
	bad(LEAST " x\nend\n");
	/* Names come in pairs, moves first. */
	bad(LEAST "old a\nend\n");
	bad(LEAST "new a\nend\n");
	bad(LEAST "is a\nend\n");
	bad(LEAST "was a\nend\n");
	bad(LEAST "old a\nold b\nnew c\nnew d\nend\n");
	bad(LEAST "was a\nwas b\nis c\nis d\nend\n");
	bad(LEAST "new a\nold b\nend\n");
	bad(LEAST "is a\nwas b\nend\n");
	bad(LEAST "was a\nis b\nold c\nnew d\nend\n");
	bad(LEAST "old a\nis b\nold c\nnew d\nend\n");
	bad(LEAST "old \nnew b\nend\n");
	bad(LEAST "old a\nnew \nend\n");
	good(LEAST "old a\nnew b\nwas c\nis d\nend\n");
	/* A NUL would hide the rest. */
	assert_false(journal_parse(&j, LEAST "end\n\0", strlen(LEAST) + 5));
	/* As long as a path may be, and one byte more. */
	memset(name, 'n', PATH_LEN);
	name[PATH_LEN - 1] = 0;
	snprintf(text, sizeof text, LEAST "boot %s\nboot-link /l\nend\n", name);
	good(text);
	name[PATH_LEN - 1] = 'n';
	name[PATH_LEN] = 0;
	snprintf(text, sizeof text, LEAST "boot %s\nboot-link /l\nend\n", name);
	bad(text);
}

static void
too_long(void **state)
{
	const char *tail = "\nend\n";
	char *text = malloc(JOURNAL_MAX + 1);
	size_t n = strlen(LEAST "reload ");
	struct journal j;

	(void)state;
	assert_non_null(text);
	memset(text, 'x', JOURNAL_MAX + 1);
	memcpy(text, LEAST "reload ", n);
	memcpy(text + JOURNAL_MAX - strlen(tail), tail, strlen(tail));
	assert_true(journal_parse(&j, text, JOURNAL_MAX));
	journal_free(&j);
	text[JOURNAL_MAX - strlen(tail)] = 'x';
	memcpy(text + JOURNAL_MAX + 1 - strlen(tail), tail, strlen(tail));
	assert_false(journal_parse(&j, text, JOURNAL_MAX + 1));
	free(text);
}

static void
in_a_directory(void **state)
{
	char dir[] = "journal.XXXXXX";
	struct journal j = { .from = 1, .to = 2, .origin = 1 }, got;
	int fd, file;

	(void)state;
	assert_non_null(mkdtemp(dir));
	fd = open(dir, O_RDONLY | O_DIRECTORY);
	assert_true(fd >= 0);
	assert_int_equal(journal_read(&got, fd), 0);
	assert_int_equal(journal_remove(fd), 0);
	assert_int_equal(journal_write(fd, &j), 0);
	assert_int_equal(journal_read(&got, fd), 1);
	assert_int_equal(got.to, 2);
	journal_free(&got);
	strcpy(j.boot, "a\nb");
	errno = 0;
	assert_int_equal(journal_write(fd, &j), -1);
	assert_int_equal(errno, EINVAL);
	assert_int_equal(journal_remove(fd), 0);
	assert_int_equal(journal_read(&got, fd), 0);
	file = openat(fd, JOURNAL_FILE, O_WRONLY | O_CREAT, 0600);
	assert_int_equal(write(file, "rubbish\n", 8), 8);
	close(file);
	errno = 0;
	assert_int_equal(journal_read(&got, fd), -1);
	assert_int_equal(errno, EPROTO);
	assert_int_equal(journal_remove(fd), 0);
	/* What is no file. */
	assert_int_equal(mkdirat(fd, JOURNAL_FILE, 0700), 0);
	assert_int_equal(journal_read(&got, fd), -1);
	assert_int_equal(journal_remove(fd), -1);
	assert_int_equal(
		journal_write(fd,
			&(struct journal){ .from = 1, .to = 2, .origin = 1 }),
		-1);
	assert_int_equal(unlinkat(fd, JOURNAL_FILE, AT_REMOVEDIR), 0);
	close(fd);
	assert_int_equal(rmdir(dir), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_key),
		cmocka_unit_test(least),
		cmocka_unit_test(newlines),
		cmocka_unit_test(refused),
		cmocka_unit_test(too_long),
		cmocka_unit_test(in_a_directory),
	};

	return cmocka_run_group_tests(tests, 0, 0);
}
