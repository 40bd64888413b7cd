/* path.c - a tree is removed whole, however deep, and nothing else: not what
 * a link leads to, nor what a link leads to that came while it was done. */

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/file.h"
#include "lib/path.h"

static char dir[] = "path-test-XXXXXX";

static int
enter(void **state)
{
	(void)state;
	return mkdtemp(dir) && chdir(dir) == 0 ? 0 : -1;
}

static int
leave(void **state)
{
	(void)state;
	return chdir("..") == 0 && path_remove(AT_FDCWD, dir) == 0 ? 0 : -1;
}

static void
touch(const char *path)
{
	assert_int_equal(file_write(AT_FDCWD, path, "", 0, 0644, 0), 0);
}

static void
make(const char *path)
{
	assert_int_equal(path_mkdirs(path, 0755), 0);
}

static void
whole(void **state)
{
	(void)state;
	make("t/a/b/c");
	make("t/d");
	touch("t/a/f");
	touch("t/a/b/c/.hidden");
	make("other");
	touch("other/keep");
	assert_int_equal(symlink("../other", "t/link"), 0);
	assert_int_equal(symlink("nowhere", "t/a/dangling"), 0);
	assert_int_equal(path_remove(AT_FDCWD, "t"), 0);
	assert_int_equal(access("t", F_OK), -1);
	assert_int_equal(access("other/keep", F_OK), 0);
	assert_int_equal(path_remove(AT_FDCWD, "t"), 0);
	assert_int_equal(symlink("other", "l"), 0);
	assert_int_equal(path_remove(AT_FDCWD, "l"), 0);
	assert_int_equal(path_remove(AT_FDCWD, "other/keep"), 0);
}

/* Deeper than a path can be long. */
static void
deep(void **state)
{
	int fd = open(".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	(void)state;
	for (int i = 0; i < 1500; i++) {
		int below;

		assert_int_equal(mkdirat(fd, "dd", 0755), 0);
		below = openat(fd, "dd", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
		assert_true(below >= 0);
		close(fd);
		fd = below;
	}
	close(fd);
	assert_int_equal(path_remove(AT_FDCWD, "dd"), 0);
	assert_int_equal(access("dd", F_OK), -1);
}

/* Until it is killed: a directory of the tree is a directory, then a link to
 * another place that has in it what the directory has. */
static void
swap_for_ever(void)
{
	for (;;) {
		if (rename("t/x", "away") == 0)
			if (symlink("../victim", "t/x") == 0)
				unlink("t/x");
		if (rename("away", "t/x") < 0 && errno == ENOENT)
			usleep(10);
	}
}

/* The files of the victim have the names of those in the tree. */
static void
while_it_is_moved(void **state)
{
	int w;
	pid_t pid = fork();

	(void)state;
	assert_true(pid >= 0);
	if (!pid)
		swap_for_ever();
	make("victim/y/z");
	touch("victim/y/z/keep");
	for (int i = 0; i < 200; i++) {
		path_remove(AT_FDCWD, "away");
		path_remove(AT_FDCWD, "t");
		path_mkdirs("t/x/y/z", 0755);
		path_remove(AT_FDCWD, "t");
		assert_int_equal(access("victim/y/z/keep", F_OK), 0);
	}
	kill(pid, SIGKILL);
	assert_int_equal(waitpid(pid, &w, 0), pid);
}

static void
real(void **state)
{
	char here[PATH_LEN], buf[PATH_LEN], want[PATH_LEN], asked[PATH_LEN];

	(void)state;
	assert_non_null(realpath(".", here));
	make("r/d");
	assert_int_equal(symlink("r/d", "alias"), 0);
	path_join(want, sizeof want, here, "r/d");
	assert_int_equal(path_real(buf, "alias"), 0);
	assert_string_equal(buf, want);
	path_join(asked, sizeof asked, here, "/.//alias//");
	assert_int_equal(path_real(buf, asked), 0);
	assert_string_equal(buf, want);
	path_join(want, sizeof want, here, "r/d/none");
	assert_int_equal(path_real(buf, "alias/none"), 0);
	assert_string_equal(buf, want);
	assert_int_equal(path_real(buf, "alias//none//"), 0);
	assert_string_equal(buf, want);
	assert_int_equal(path_real(buf, "/none"), 0);
	assert_string_equal(buf, "/none");
	assert_int_equal(path_real(buf, "/"), 0);
	assert_string_equal(buf, "/");
	assert_int_equal(path_real(buf, "alias/none/more"), -1);
	assert_int_equal(path_real(buf, "alias/none/.."), -1);
	assert_int_equal(path_real(buf, ""), -1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(whole),
		cmocka_unit_test(deep), cmocka_unit_test(while_it_is_moved),
		cmocka_unit_test(real) };

	return cmocka_run_group_tests(tests, enter, leave);
}
