/* detail.c - the detail record: round trip, half of it, other bytes. */

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <cmocka.h>

#include "lib/file.h"
#include "lib/path.h"
#include "supervise/detail.h"
#include "supervise/machine.h"

static const struct detail sample = { .state = 1,
	.reason = WHY_BACKOFF,
	.stopping = 1,
	.awaiting = 1,
	.hearing = 1,
	.error = 11,
	.fast = 3,
	.starts = 70000,
	.deaths = 69999,
	.pid = 4711,
	.started = 1234567890123u,
	.boot = UINT64_MAX,
	.deadline = 99000000000u,
	.run_pid = 4712,
	.run_started = 5,
	.def = "/run/reeve/store/abc",
	.ended = 1,
	.wstat = 3 << 8,
	.died = { { UINT64_C(0x400000006925f0ab) }, 999999999 } };

static void
round_trip(void **state)
{
	unsigned char a[DETAIL_SIZE], b[DETAIL_SIZE];
	struct detail d;

	(void)state;
	memset(a, 0xee, sizeof a);
	detail_pack(a, &sample);
	assert_true(detail_unpack(&d, a, sizeof a));
	assert_string_equal(d.def, sample.def);
	assert_int_equal(d.starts, 70000);
	assert_true(
		d.stopping && d.awaiting && d.hearing && !d.adopted && d.ended);
	assert_int_equal(d.wstat, 3 << 8);
	assert_true(d.boot == sample.boot);
	assert_false(tain_less(&d.died, &sample.died) ||
		tain_less(&sample.died, &d.died));
	detail_pack(b, &d);
	assert_memory_equal(a, b, sizeof a);
}

static void
no_other_bytes(void **state)
{
	unsigned char a[DETAIL_SIZE + 1] = { 0 };
	struct detail d = { .pid = 42 };

	(void)state;
	detail_pack(a, &sample);
	for (size_t n = 0; n <= sizeof a; n++)
		if (n != DETAIL_SIZE)
			assert_false(detail_unpack(&d, a, n));
	for (size_t i = 0; i < DETAIL_SIZE; i++) {
		a[i] ^= 0x10;
		if (detail_unpack(&d, a, DETAIL_SIZE))
			fail_msg("byte %zu may be changed", i);
		a[i] ^= 0x10;
	}
	assert_int_equal(d.pid, 42);
}

/* What was written by an older supervise: nothing of ends. */
static void
golden(void **state)
{
	unsigned char a[DETAIL_SIZE + 1];
	const char *src = getenv("SRC");
	char path[PATH_LEN];
	struct detail d;
	ssize_t r;

	(void)state;
	path_join(path, sizeof path, src ? src : ".", "tests/golden/detail/up");
	r = file_read(AT_FDCWD, path, a, sizeof a);
	assert_int_equal(r, DETAIL_SIZE_1);
	assert_true(detail_unpack(&d, a, DETAIL_SIZE_1));
	assert_int_equal(d.state, UP);
	assert_true(d.pid && d.pid == d.run_pid && !d.ended && !d.wstat);
	assert_false(detail_end_owed(&d));
	for (size_t n = 0; n <= sizeof a; n++)
		if (n != DETAIL_SIZE_1)
			assert_false(detail_unpack(&d, a, n));
	path_join(path, sizeof path, src ? src : ".",
		"tests/golden/detail/ended");
	r = file_read(AT_FDCWD, path, a, sizeof a);
	assert_int_equal(r, DETAIL_SIZE);
	assert_true(detail_unpack(&d, a, DETAIL_SIZE));
	assert_int_equal(d.state, FINISH);
	assert_int_equal(d.wstat, 3 << 8);
	assert_true(detail_end_owed(&d));
	/* What it took for the boot is none of ours. */
	assert_int_equal(d.boot, 0);
	d.pid++; /* it is finish by now */
	assert_false(detail_end_owed(&d));
}

static void
files(void **state)
{
	unsigned char a[DETAIL_SIZE];
	struct detail d;

	(void)state;
	mkdir("supervise", 0700);
	assert_int_equal(detail_read(&d, AT_FDCWD, "."), -1);
	assert_int_equal(errno, ENOENT);
	/* s6's lock file is empty. */
	assert_int_equal(file_write(AT_FDCWD, DETAIL_FILE, "", 0, 0644, 0), 0);
	assert_int_equal(detail_read(&d, AT_FDCWD, "."), -1);
	assert_int_equal(errno, EPROTO);
	detail_pack(a, &sample);
	assert_int_equal(
		file_write(AT_FDCWD, DETAIL_FILE, a, sizeof a, 0644, 0), 0);
	assert_int_equal(detail_read(&d, AT_FDCWD, "."), 0);
	assert_int_equal(d.pid, 4711);
}

static void
reasons(void **state)
{
	struct detail d = sample;
	char buf[128];

	(void)state;
	for (unsigned i = 0; i < WHY_N; i++) {
		d.reason = i;
		detail_reason_text(buf, sizeof buf, &d, 95500000000u);
		assert_true(i == WHY_NONE ? !*buf : !!*buf);
		assert_true(strcmp(detail_reason_name(i), "unknown"));
	}
	d.reason = WHY_BACKOFF;
	detail_reason_text(buf, sizeof buf, &d, 95500000000u);
	assert_string_equal(buf,
		"ended too fast 3 times in a row; next start "
		"in 4 s");
	assert_string_equal(detail_reason_name(WHY_N), "unknown");
}

int
main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(round_trip),
		cmocka_unit_test(no_other_bytes), cmocka_unit_test(golden),
		cmocka_unit_test(files), cmocka_unit_test(reasons) };

	return cmocka_run_group_tests(tests, 0, 0);
}
