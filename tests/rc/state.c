/* state.c - the formats of the live directory: state, journal, request.
 * Round trips, and every byte flipped, every length cut. */

#include <fcntl.h>
#include <setjmp.h>
#include <errno.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

#include "rc/switch/journal.h"
#include "rc/request.h"
#include "rc/state.h"

static unsigned char id[DB_HASH];

static void
state_round_trip(void **unused)
{
	struct state_rec rec[3] = { { STATE_UP, REASON_NONE, 0, 1 },
		{ STATE_WANTED | STATE_FAILED, REASON_EXIT, 7, 2 },
		{ STATE_OWED, REASON_NONE, 0, 3 } };
	struct states s, t;
	char err[256];

	(void)unused;
	memset(id, 5, sizeof id);
	assert_int_equal(state_create(AT_FDCWD, "state", id, 3, rec), 0);
	assert_int_equal(
		state_open(&s, AT_FDCWD, "state", id, 3, 1, err, sizeof err),
		0);
	for (int i = 0; i < 3; i++) {
		assert_int_equal(s.rec[i].flags, rec[i].flags);
		assert_int_equal(s.rec[i].reason, rec[i].reason);
		assert_int_equal(s.rec[i].code, rec[i].code);
		assert_int_equal(s.rec[i].when, rec[i].when);
	}
	assert_int_equal(state_put(&s, 1, STATE_UP, REASON_NONE, 0), 0);
	assert_int_equal(
		state_open(&t, AT_FDCWD, "state", id, 3, 0, err, sizeof err),
		0);
	assert_int_equal(t.rec[1].flags, STATE_UP);
	assert_int_equal(t.rec[0].flags, STATE_UP);
	assert_true(t.rec[1].when > 1000000);
	state_close(&t);
	id[0] ^= 1;
	assert_int_equal(
		state_open(&t, AT_FDCWD, "state", id, 3, 0, err, sizeof err),
		-1);
	assert_non_null(strstr(err, "another database"));
	id[0] ^= 1;
	assert_int_equal(
		state_open(&t, AT_FDCWD, "state", id, 2, 0, err, sizeof err),
		-1);
	state_close(&s);
}

static void
state_damage(void **unused)
{
	struct state_rec rec[4], out[4];
	unsigned char buf[512];
	char err[256];
	ssize_t len;
	int fd;

	(void)unused;
	memset(rec, 0, sizeof rec);
	assert_int_equal(state_create(AT_FDCWD, "damage", id, 4, rec), 0);
	fd = open("damage", O_RDONLY);
	len = read(fd, buf, sizeof buf);
	close(fd);
	assert_int_equal(len, STATE_HEAD + 4 * STATE_RECORD);
	assert_true(
		state_decode(out, 4, id, buf, (size_t)len, err, sizeof err));
	for (ssize_t i = 0; i < len; i++) {
		assert_false(state_decode(
			out, 4, id, buf, (size_t)i, err, sizeof err));
		/* The end of the head is not used yet. */
		if (i >= 48 && i < STATE_HEAD)
			continue;
		buf[i] ^= 1;
		assert_false(state_decode(
			out, 4, id, buf, (size_t)len, err, sizeof err));
		buf[i] ^= 1;
	}
	/* A record in the place of another is no record. */
	assert_false(state_unpack(out, 1, buf + STATE_HEAD));
}

static void
journal_round_trip(void **unused)
{
	char a[] = "old name", b[] = "new\tname", c[] = "one", d[] = "two",
	     *old[] = { a, c }, *new[] = { b, d }, *reload[] = { c, d };
	struct journal j = { .from = 3,
		.to = 4,
		.origin = 3,
		.nrenames = 2,
		.nmoves = 1,
		.old = old,
		.new = new,
		.nreloads = 2,
		.reload = reload,
		.nalong = 1,
		.along = old,
		.began = 77 },
		       k;
	size_t len;
	char *text;

	(void)unused;
	strcpy(j.boot, "generations/2/db");
	strcpy(j.boot_link, "/state/boot");
	strcpy(j.boot_was, "generations/1/db");
	text = journal_format(&j, &len);
	assert_non_null(text);
	assert_true(journal_parse(&k, text, len));
	assert_int_equal(k.from, 3);
	assert_int_equal(k.to, 4);
	assert_int_equal(k.origin, 3);
	assert_string_equal(k.boot, j.boot);
	assert_string_equal(k.boot_link, j.boot_link);
	assert_string_equal(k.boot_was, j.boot_was);
	assert_int_equal(k.nrenames, 2);
	assert_int_equal(k.nmoves, 1);
	assert_string_equal(k.new[1], d);
	assert_string_equal(k.old[0], a);
	assert_string_equal(k.new[0], b);
	assert_int_equal(k.nreloads, 2);
	assert_string_equal(k.reload[1], d);
	assert_int_equal(k.nalong, 1);
	assert_int_equal(k.began, 77);
	assert_string_equal(k.along[0], a);
	journal_free(&k);
	/* A newline would make a line of its own. */
	strcpy(j.boot, "generations/2\nfrom 9/db");
	errno = 0;
	assert_null(journal_format(&j, &(size_t){ 0 }));
	assert_int_equal(errno, EINVAL);
	for (size_t i = 0; i < len; i++)
		assert_false(journal_parse(&k, text, i));
	for (size_t i = 0; i < len; i++) {
		text[i] ^= 64;
		if (journal_parse(&k, text, len))
			journal_free(&k);
		text[i] ^= 64;
	}
	free(text);
	assert_false(journal_parse(&k, "reeve-journal 2\nend\n", 20));
}

static void
request_round_trip(void **unused)
{
	struct request q = { .kind = REQUEST_UP,
		.name = "mount",
		.number = 9,
		.flags_ok = 1,
		.flags_fail = 8,
		.timeout_ms = 500,
		.changer = 77,
		.ticket = 1ull << 40,
		.again = 1,
		.logger = "/live/fifo/x",
		.argc = 2,
		.argv = "echo\0hi",
		.argvlen = 8 },
		       r;
	struct answer a = { ANSWER_TIMEOUT, 500 }, b;
	unsigned char buf[512], ans[ANSWER_SIZE];
	size_t len;

	(void)unused;
	memset(q.id, 3, sizeof q.id);
	len = request_pack(buf, sizeof buf, &q);
	assert_true(len > 0);
	assert_int_equal(request_length(buf), len);
	assert_true(request_unpack(&r, buf, len));
	assert_string_equal(r.name, "mount");
	assert_string_equal(r.logger, q.logger);
	assert_int_equal(r.argc, 2);
	assert_memory_equal(r.argv, "echo\0hi", 8);
	assert_int_equal(r.number, 9);
	assert_int_equal(r.timeout_ms, 500);
	assert_true(r.ticket == 1ull << 40);
	assert_int_equal(r.again, 1);
	for (size_t i = 0; i < len; i++)
		assert_false(request_unpack(&r, buf, i));
	for (size_t i = 0; i < len; i++) {
		buf[i] ^= 255;
		(void)request_unpack(&r, buf, len);
		buf[i] ^= 255;
	}
	assert_int_equal(request_pack(buf, 20, &q), 0);
	answer_pack(ans, &a);
	assert_true(answer_unpack(&b, ans, sizeof ans));
	assert_int_equal(b.kind, ANSWER_TIMEOUT);
	assert_int_equal(b.value, 500);
	ans[1] = 'q';
	assert_false(answer_unpack(&b, ans, sizeof ans));
	assert_false(answer_unpack(&b, ans, 5));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(state_round_trip),
		cmocka_unit_test(state_damage),
		cmocka_unit_test(journal_round_trip),
		cmocka_unit_test(request_round_trip),
	};

	return cmocka_run_group_tests(tests, 0, 0);
}
