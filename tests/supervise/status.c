/* status.c - the status file: round trip, exact size, s6's bytes. */

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <fcntl.h>
#include <cmocka.h>

#include "supervise/status.h"

static void
golden(void **state)
{
	/* A dump of Debian's s6-supervise after SIGTERM to the service. */
	static const unsigned char bytes[STATUS_SIZE] = { 0x40, 0, 0, 0, 0x66,
		0x55, 0x44, 0x33, 0, 0, 0, 9, 0x40, 0, 0, 0, 0x66, 0x55, 0x44,
		0x34, 0, 0, 0, 8, 0, 0, 0, 0, 0, 0, 0x10, 0x01, 0, 15, 12 };
	unsigned char out[STATUS_SIZE];
	struct status st;

	(void)state;
	assert_true(status_unpack(&st, bytes, sizeof bytes));
	assert_int_equal(st.pid, 4097);
	assert_int_equal(st.wstat, 15);
	assert_true(st.wanted_up && st.ready);
	assert_false(st.paused || st.finishing);
	assert_true(status_is_up(&st));
	status_pack(out, &st);
	assert_memory_equal(out, bytes, sizeof bytes);
}

static void
wrong_size(void **state)
{
	unsigned char bytes[STATUS_SIZE + 1] = { 0 };
	struct status st = { .pid = 42 };

	(void)state;
	for (size_t n = 0; n <= sizeof bytes; n++)
		if (n != STATUS_SIZE)
			assert_false(status_unpack(&st, bytes, n));
	assert_int_equal(st.pid, 42);
}

/* A new file for each status, but none where only flags differ; whatever
 * happened to the file, what is written is what is read. */
static void
written(void **state)
{
	unsigned char known[STATUS_SIZE] = { 0 };
	struct status st = { .pid = 7, .wanted_up = 1, .ready = 1 }, got;
	struct stat before, after;
	int held;

	(void)state;
	assert_int_equal(mkdir("supervise", 0700), 0);
	tain_wallclock_read(&st.changed);
	st.readied = st.changed;
	assert_int_equal(status_write(AT_FDCWD, &st, known), 0);
	/* Held open, so that its number is not used again. */
	held = open(STATUS_FILE, O_RDONLY);
	assert_int_equal(fstat(held, &before), 0);
	st.wanted_up = 0;
	assert_int_equal(status_write(AT_FDCWD, &st, known), 0);
	assert_int_equal(stat(STATUS_FILE, &after), 0);
	assert_true(before.st_ino == after.st_ino);
	assert_int_equal(after.st_size, STATUS_SIZE);
	assert_int_equal(status_read(&got, AT_FDCWD, "."), 0);
	assert_true(got.pid == 7 && !got.wanted_up && got.ready);
	st.pid = 8;
	assert_int_equal(status_write(AT_FDCWD, &st, known), 0);
	assert_int_equal(stat(STATUS_FILE, &after), 0);
	assert_true(before.st_ino != after.st_ino);
	/* One who has the old file open reads what it was. */
	assert_int_equal(fstat(held, &before), 0);
	assert_int_equal(before.st_size, STATUS_SIZE);
	close(held);
	assert_int_equal(status_read(&got, AT_FDCWD, "."), 0);
	assert_int_equal(got.pid, 8);
	/* It is gone, and cannot be made anew at first. */
	assert_int_equal(unlink(STATUS_FILE), 0);
	assert_int_equal(rename("supervise", "elsewhere"), 0);
	st.wanted_up = 1;
	assert_int_equal(status_write(AT_FDCWD, &st, known), -1);
	assert_int_equal(rename("elsewhere", "supervise"), 0);
	assert_int_equal(status_write(AT_FDCWD, &st, known), 0);
	assert_int_equal(status_read(&got, AT_FDCWD, "."), 0);
	assert_true(got.pid == 8 && got.wanted_up);
	assert_int_equal(unlink(STATUS_FILE), 0);
	assert_int_equal(rmdir("supervise"), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(golden),
		cmocka_unit_test(wrong_size), cmocka_unit_test(written) };

	return cmocka_run_group_tests(tests, 0, 0);
}
