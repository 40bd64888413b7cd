/* tally.c - the death tally: s6's bytes, growth up to its limit, bad files. */

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <cmocka.h>

#include "lib/file.h"
#include "supervise/tally.h"

static void
golden(void **state)
{
	/* As Debian's s6-supervise wrote it: killed by 9; exited 3. */
	static const unsigned char bytes[2][TALLY_RECORD] = {
		{ 0x40, 0, 0, 0, 0x6b, 0x03, 0x48, 0x17, 0x2b, 0xac, 0x9c, 0x78,
			137, 9 },
		{ 0x40, 0, 0, 0, 0x6b, 0x03, 0x48, 0x18, 0, 0, 0, 1, 3, 0 }
	};
	struct death d;
	unsigned char out[TALLY_RECORD];

	(void)state;
	assert_true(tally_unpack(&d, bytes[0], TALLY_RECORD));
	assert_int_equal(d.code, 137);
	assert_int_equal(d.signal, 9);
	tally_pack(out, &d);
	assert_memory_equal(out, bytes[0], TALLY_RECORD);
	d = tally_death(&d.when, SIGKILL);
	tally_pack(out, &d);
	assert_memory_equal(out, bytes[0], TALLY_RECORD);
	assert_true(tally_unpack(&d, bytes[1], TALLY_RECORD));
	d = tally_death(&d.when, 3 << 8);
	tally_pack(out, &d);
	assert_memory_equal(out, bytes[1], TALLY_RECORD);
	for (size_t n = 0; n < TALLY_RECORD; n++)
		assert_false(tally_unpack(&d, bytes[0], n));
}

static struct death
nth(unsigned n)
{
	tain when;

	tain_uint(&when, n);
	return tally_death(&when, (int)(n & 0x7f) << 8);
}

static void
grows_to_its_limit(void **state)
{
	struct death d[16];

	(void)state;
	mkdir("supervise", 0700);
	assert_int_equal(tally_read(d, 16, AT_FDCWD, "."), 0);
	for (unsigned i = 0; i < 20; i++) {
		struct death one = nth(i);

		assert_int_equal(tally_add(AT_FDCWD, &one, 8), 0);
		assert_int_equal(tally_read(d, 16, AT_FDCWD, "."),
			i < 8 ? (int)i + 1 : 8);
	}
	for (unsigned i = 0; i < 8; i++)
		assert_int_equal(d[i].code, 12 + i);
	/* The last few only. */
	assert_int_equal(tally_read(d, 3, AT_FDCWD, "."), 3);
	assert_int_equal(d[0].code, 17);
	/* A smaller limit shortens it at once; 0 leaves it alone. */
	*d = nth(20);
	assert_int_equal(tally_add(AT_FDCWD, d, 4), 0);
	assert_int_equal(tally_read(d, 16, AT_FDCWD, "."), 4);
	assert_int_equal(d[3].code, 20);
	assert_int_equal(tally_add(AT_FDCWD, d, 0), 0);
	assert_int_equal(tally_read(d, 16, AT_FDCWD, "."), 4);
}

static void
many(void **state)
{
	static struct death d[TALLY_MAX];
	unsigned n = 300;

	(void)state;
	unlink(TALLY_FILE);
	for (unsigned i = 0; i < n; i++) {
		struct death one = nth(i);

		assert_int_equal(tally_add(AT_FDCWD, &one, 200), 0);
	}
	assert_int_equal(tally_read(d, TALLY_MAX, AT_FDCWD, "."), 200);
	assert_int_equal(d[0].code, 100 & 0x7f);
	assert_int_equal(d[199].code, 299 & 0x7f);
}

static void
cut_short(void **state)
{
	struct death d[4], one = nth(1);

	(void)state;
	assert_int_equal(
		file_write(AT_FDCWD, TALLY_FILE, "12345", 5, 0644, 0), 0);
	errno = 0;
	assert_int_equal(tally_read(d, 4, AT_FDCWD, "."), -1);
	assert_int_equal(errno, EPROTO);
	/* The next death makes it whole again. */
	assert_int_equal(tally_add(AT_FDCWD, &one, 4), 0);
	assert_int_equal(tally_read(d, 4, AT_FDCWD, "."), 1);
	assert_int_equal(d[0].code, 1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(golden),
		cmocka_unit_test(grows_to_its_limit), cmocka_unit_test(many),
		cmocka_unit_test(cut_short) };

	return cmocka_run_group_tests(tests, 0, 0);
}
