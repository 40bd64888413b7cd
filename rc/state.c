/* state.c - FORMAT state: a head of 64 bytes ("reeve-st", version, number of
 * services, identity of the database, zeroes) and a record of 16 bytes a
 * service (flags, reason, check, code, time), big-endian.  Writers: rc, the
 * oneshot daemon and the updater.  Described in reeve-livedir(5).
 * The check is over number and content: a reader that meets a write sees
 * that and reads again, and a record of another place is refused. */

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "lib/bytes.h"
#include "lib/chain.h"
#include "lib/file.h"
#include "lib/num.h"
#include "rc/state.h"

#define MAGIC "reeve-st"
enum { MAGIC_LEN = 8, REREADS = 20 };

static unsigned
check16(uint32_t number, const struct state_rec *r)
{
	uint64_t x = 0x9e3779b97f4a7c15u ^ number;

	x = (x ^ r->flags) * 0x100000001b3u;
	x = (x ^ (unsigned)r->reason) * 0x100000001b3u;
	x = (x ^ r->code) * 0x100000001b3u;
	x = (x ^ r->when) * 0x100000001b3u;
	return (unsigned)((x ^ x >> 16 ^ x >> 32 ^ x >> 48) & 0xffff);
}

void
state_pack(unsigned char *buf, uint32_t number, const struct state_rec *r)
{
	struct wr w = wr_init(buf, STATE_RECORD);

	wr_u8(&w, r->flags);
	wr_u8(&w, (unsigned)r->reason);
	wr_u16(&w, check16(number, r));
	wr_u32(&w, r->code);
	wr_u64(&w, r->when);
}

int
state_unpack(struct state_rec *out, uint32_t number, const unsigned char *buf)
{
	struct rd r = rd_init(buf, STATE_RECORD);
	struct state_rec s;
	unsigned reason, check;

	s.flags = rd_u8(&r);
	reason = rd_u8(&r);
	check = rd_u16(&r);
	s.code = rd_u32(&r);
	s.when = rd_u64(&r);
	if (!rd_done(&r) || (s.flags & ~(unsigned)STATE_ALL) ||
		reason >= REASON_COUNT)
		return 0;
	s.reason = (enum state_reason)reason;
	if (check16(number, &s) != check)
		return 0;
	*out = s;
	return 1;
}

static void
pack_head(unsigned char *buf, const unsigned char *id, uint32_t n)
{
	struct wr w = wr_init(buf, STATE_HEAD);

	memset(buf, 0, STATE_HEAD);
	wr_mem(&w, MAGIC, MAGIC_LEN);
	wr_u32(&w, STATE_VERSION);
	wr_u32(&w, n);
	wr_mem(&w, id, DB_HASH);
}

static int
check_head(const unsigned char *data, size_t len, uint32_t n,
	const unsigned char *id, char *err, size_t errmax)
{
	struct rd r = rd_init(data, len);
	const unsigned char *magic = rd_mem(&r, MAGIC_LEN), *own;
	uint32_t version = rd_u32(&r), services = rd_u32(&r);

	own = rd_mem(&r, DB_HASH);
	if (!own || memcmp(magic, MAGIC, MAGIC_LEN))
		snprintf(err, errmax, "not a state file");
	else if (version != STATE_VERSION)
		snprintf(err, errmax, "version %u, expected %d",
			(unsigned)version, STATE_VERSION);
	else if (memcmp(own, id, DB_HASH) || services != n)
		snprintf(err, errmax, "belongs to another database");
	else if (len != STATE_HEAD + (size_t)n * STATE_RECORD)
		snprintf(err, errmax, "%lu bytes long, expected %lu",
			(unsigned long)len,
			(unsigned long)(STATE_HEAD + (size_t)n * STATE_RECORD));
	else
		return 1;
	return 0;
}

int
state_is_of(const unsigned char *head, const unsigned char *id, uint32_t number)
{
	struct rd r = rd_init(head, STATE_HEAD);
	const unsigned char *magic = rd_mem(&r, MAGIC_LEN), *own;
	uint32_t version = rd_u32(&r), n = rd_u32(&r);

	own = rd_mem(&r, DB_HASH);
	return own && !memcmp(magic, MAGIC, MAGIC_LEN) &&
		version == STATE_VERSION && !memcmp(own, id, DB_HASH) &&
		number < n;
}

int
state_decode(struct state_rec *rec, uint32_t n, const unsigned char *id,
	const void *data, size_t len, char *err, size_t errmax)
{
	const unsigned char *p = data;

	if (!check_head(p, len, n, id, err, errmax))
		return 0;
	for (uint32_t i = 0; i < n; i++)
		if (!state_unpack(rec + i, i,
			    p + STATE_HEAD + (size_t)i * STATE_RECORD)) {
			snprintf(err, errmax, "record %u is damaged",
				(unsigned)i);
			return 0;
		}
	return 1;
}

int
state_create(int at, const char *name, const unsigned char *id, uint32_t n,
	const struct state_rec *rec)
{
	static const struct state_rec none;
	size_t len = STATE_HEAD + (size_t)n * STATE_RECORD;
	unsigned char *buf = malloc(len);
	int r, e;

	if (!buf)
		return -1;
	pack_head(buf, id, n);
	for (uint32_t i = 0; i < n; i++)
		state_pack(buf + STATE_HEAD + (size_t)i * STATE_RECORD, i,
			rec ? rec + i : &none);
	r = file_write(at, name, buf, len, 0644, 0);
	e = errno;
	free(buf);
	errno = e;
	return r;
}

/* A record that is just being written may come half old, half new: then its
 * check fails and reading again helps. */
static int
load(struct states *s, char *err, size_t errmax)
{
	size_t len = STATE_HEAD + (size_t)s->n * STATE_RECORD;
	unsigned char *buf = malloc(len + 1);
	int good = 0;

	if (!buf) {
		snprintf(err, errmax, "out of memory");
		return -1;
	}
	for (int i = 0; i < REREADS && !good; i++) {
		ssize_t r = pread(s->fd, buf, len + 1, 0);

		if (r < 0) {
			snprintf(err, errmax, "%s", strerror(errno));
			break;
		}
		good = state_decode(
			s->rec, s->n, s->id, buf, (size_t)r, err, errmax);
		errno = EPROTO;
	}
	free(buf);
	return good ? 0 : -1;
}

int
state_open(struct states *s, int at, const char *name, const unsigned char *id,
	uint32_t n, int writable, char *err, size_t errmax)
{
	char why[128] = "";

	s->n = n;
	memcpy(s->id, id, DB_HASH);
	s->rec = calloc(n ? n : 1, sizeof *s->rec);
	s->fd = openat(at, name,
		(writable ? O_RDWR : O_RDONLY) | O_CLOEXEC | O_NONBLOCK);
	if (s->fd < 0 || !s->rec)
		snprintf(why, sizeof why, "%s", strerror(errno));
	else if (load(s, why, sizeof why) == 0)
		return 0;
	snprintf(err, errmax, "unable to read %s: %s", name, why);
	state_close(s);
	return -1;
}

int
state_reread(struct states *s)
{
	char why[128];

	return load(s, why, sizeof why);
}

static uint64_t
now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_REALTIME, &t);
	return (uint64_t)t.tv_sec * 1000 + (uint64_t)t.tv_nsec / 1000000;
}

int
state_put(struct states *s, uint32_t i, unsigned flags,
	enum state_reason reason, uint32_t code)
{
	struct state_rec r = { flags, reason, code, now_ms() };
	unsigned char buf[STATE_RECORD];
	ssize_t w;

	if (s->fd >= 0) {
		state_pack(buf, i, &r);
		do
			w = pwrite(s->fd, buf, sizeof buf,
				(off_t)STATE_HEAD + (off_t)i * STATE_RECORD);
		while (w < 0 && errno == EINTR);
		if (w != (ssize_t)sizeof buf) {
			if (w >= 0)
				errno = ENOSPC;
			return -1;
		}
	}
	s->rec[i] = r;
	return 0;
}

void
state_close(struct states *s)
{
	int e = errno;

	free(s->rec);
	s->rec = 0;
	if (s->fd >= 0)
		close(s->fd);
	s->fd = -1;
	errno = e;
}

void
state_reason_text(
	char *buf, size_t max, const struct state_rec *r, const char *about)
{
	unsigned code = (unsigned)r->code;

	switch (r->reason) {
	case REASON_EXIT:
		snprintf(buf, max, "exited %u", code);
		return;
	case REASON_SIGNAL:
		snprintf(buf, max, "killed by %s", num_signame((int)code));
		return;
	case REASON_TIMEOUT:
		snprintf(buf, max, "timed out after %u ms", code);
		return;
	case REASON_PERMANENT:
		snprintf(buf, max, "failed for good (finish exited 125)");
		return;
	case REASON_NOSUPER:
		snprintf(buf, max, "no supervisor runs for it");
		return;
	case REASON_NOEXEC:
		snprintf(buf, max, "unable to execute%s%.200s: %s",
			about ? " " : "", about ? about : "",
			chain_strerror((int)code));
		return;
	case REASON_DEPENDENCY:
		snprintf(buf, max, "not tried: %s failed",
			about ? about : "a dependency");
		return;
	case REASON_DEATHS:
		snprintf(buf, max, "died %u times before it was ready", code);
		return;
	case REASON_INTERRUPTED:
		snprintf(buf, max, "the change was interrupted");
		return;
	case REASON_RUNNER:
		snprintf(buf, max, "no answer of the oneshot daemon: %s",
			strerror((int)code));
		return;
	case REASON_NOTASKED:
		snprintf(buf, max, "unable to reach the oneshot daemon: %s",
			strerror((int)code));
		return;
	case REASON_UNSTEADY:
		snprintf(buf, max, "died %u times soon after its start", code);
		return;
	case REASON_UNREADY:
		snprintf(buf, max, "not ready after %u ms", code);
		return;
	case REASON_SYSTEM:
		snprintf(buf, max, "%s", strerror((int)code));
		return;
	case REASON_NONE:
	case REASON_COUNT:
		break;
	}
	snprintf(buf, max, "unknown");
}
