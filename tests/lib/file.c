/* file.c - what lies where a temporary file or a lock is to be is another's,
 * and is neither written to nor waited for. */

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/file.h"

static char dir[] = "file-test-XXXXXX";

static int
enter(void **state)
{
	(void)state;
	return mkdtemp(dir) && chdir(dir) == 0 ? 0 : -1;
}

static int
leave(void **state)
{
	static const char *const names[] = { "f", "victim", "lock" };

	(void)state;
	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		unlink(names[i]);
	return chdir("..") == 0 && rmdir(dir) == 0 ? 0 : -1;
}

/* Put something under the name that file_write will choose; write; see that
 * the file is right and a victim unharmed. */
static void
with_temporary(int (*make)(const char *victim, const char *name))
{
	char temp[64], buf[16];

	snprintf(temp, sizeof temp, ".f.%ld.new", (long)getpid());
	assert_int_equal(file_write(AT_FDCWD, "victim", "old", 3, 0600, 0), 0);
	assert_int_equal(make("victim", temp), 0);
	alarm(10); /* opening a fifo would wait for ever */
	assert_int_equal(file_write(AT_FDCWD, "f", "new", 3, 0644, 0), 0);
	alarm(0);
	assert_int_equal(file_read(AT_FDCWD, "f", buf, sizeof buf), 3);
	assert_memory_equal(buf, "new", 3);
	assert_int_equal(file_read(AT_FDCWD, "victim", buf, sizeof buf), 3);
	assert_memory_equal(buf, "old", 3);
	assert_int_equal(access(temp, F_OK), -1);
}

static int
make_fifo(const char *victim, const char *name)
{
	(void)victim;
	return mkfifo(name, 0666);
}

static void
write_not_to_a_hard_link(void **state)
{
	(void)state;
	with_temporary(link);
}

static void
write_not_to_a_link(void **state)
{
	(void)state;
	with_temporary(symlink);
}

static void
write_not_to_a_fifo(void **state)
{
	(void)state;
	with_temporary(make_fifo);
}

static void
lock_waits_for_no_reader(void **state)
{
	(void)state;
	assert_int_equal(mkfifo("lock", 0666), 0);
	alarm(10);
	assert_int_equal(file_lock(AT_FDCWD, "lock", 1, 1), -1);
	alarm(0);
	assert_int_equal(errno, ENXIO);
}

static void
touch(const char *name)
{
	int fd = open(name, O_WRONLY | O_CREAT, 0600);

	assert_true(fd >= 0);
	close(fd);
}

/* Of one that was killed, but not of one that may write, and nothing that only
 * looks so. */
static void
temporaries(void **state)
{
	static const char *const others[] = { "..1.new", ".1.new", "f.1.new",
		".f.1.new2", ".f.x1.new", ".f..new", ".f.99999999999999999.new",
		".new", ".f.0.new" };
	char gone[64], mine[64], c;
	int fd = open(".", O_RDONLY | O_DIRECTORY);
	pid_t pid = fork();

	(void)state;
	if (!pid)
		_exit(0);
	assert_true(pid > 0);
	assert_int_equal(waitpid(pid, 0, 0), pid);
	snprintf(gone, sizeof gone, ".a.b.%ld.new", (long)pid);
	snprintf(mine, sizeof mine, ".f.%ld.new", (long)getpid());
	touch(mine);
	assert_int_equal(symlink("nowhere", gone), 0);
	for (size_t i = 0; i < sizeof others / sizeof *others; i++)
		touch(others[i]);
	file_remove_temps(fd);
	assert_int_equal(readlink(gone, &c, 1), -1);
	assert_int_equal(unlink(mine), 0);
	for (size_t i = 0; i < sizeof others / sizeof *others; i++)
		assert_int_equal(unlink(others[i]), 0);
	close(fd);
}

/* A directory that cannot be opened cannot be synced: that is found before
 * the file is replaced. */
static void
failure_changes_nothing(void **state)
{
	enum { NOBODY = 65534 };
	char buf[8] = "";
	int root = geteuid() == 0;

	(void)state;
	assert_int_equal(mkdir("blind", 0700), 0);
	assert_int_equal(file_write(AT_FDCWD, "blind/f", "old", 3, 0644, 1), 0);
	if (root &&
		(chmod(".", 0755) < 0 || chown("blind", NOBODY, -1) < 0 ||
			chmod("blind", 0300) < 0 || seteuid(NOBODY) < 0))
		skip();
	if (!root)
		assert_int_equal(chmod("blind", 0300), 0);
	assert_int_equal(
		file_write(AT_FDCWD, "blind/f", "new", 3, 0644, 1), -1);
	assert_int_equal(errno, EACCES);
	if (root)
		assert_int_equal(seteuid(0), 0);
	assert_int_equal(file_read(AT_FDCWD, "blind/f", buf, sizeof buf), 3);
	assert_string_equal(buf, "old");
	assert_int_equal(chmod("blind", 0700), 0);
	assert_int_equal(unlink("blind/f"), 0);
	assert_int_equal(rmdir("blind"), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(
						    write_not_to_a_hard_link),
		cmocka_unit_test(write_not_to_a_link),
		cmocka_unit_test(write_not_to_a_fifo),
		cmocka_unit_test(lock_waits_for_no_reader),
		cmocka_unit_test(temporaries),
		cmocka_unit_test(failure_changes_nothing) };

	return cmocka_run_group_tests(tests, enter, leave);
}
