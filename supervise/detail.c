/* detail.c - FORMAT; packs and unpacks the record of a supervise, and puts
 * reasons into words. */

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/types.h>
#include <unistd.h>

#include "lib/bytes.h"
#include "lib/chain.h"
#include "lib/file.h"
#include "lib/identity.h"
#include "lib/path.h"
#include "supervise/detail.h"
#include "supervise/machine.h"

/* Version 2 took another number for the boot, version 1 knew nothing of
 * ends. */
enum { MAGIC = 0x52565344, VERSION = 3 }; /* "RVSD" */

/* The record is overwritten in place; a reader that meets half of it knows
 * by this and reads again. */
static uint32_t
sum(const unsigned char *p, size_t n)
{
	uint32_t a = 1, b = 0;

	while (n--) {
		a += *p++;
		b += a;
	}
	return b << 16 ^ b >> 16 ^ a;
}

void
detail_pack(unsigned char *buf, const struct detail *d)
{
	struct wr w = wr_init(buf, DETAIL_SIZE);
	char died[TAIN_PACK];

	wr_u32(&w, MAGIC);
	wr_u8(&w, VERSION);
	wr_u8(&w, d->state);
	wr_u8(&w, d->reason);
	wr_u8(&w,
		(d->stopping ? 1u : 0u) | (d->adopted ? 2u : 0u) |
			(d->awaiting ? 4u : 0u) | (d->ended ? 8u : 0u) |
			(d->hearing ? 16u : 0u));
	wr_u16(&w, d->error);
	wr_u32(&w, d->fast);
	wr_u32(&w, d->starts);
	wr_u32(&w, d->deaths);
	wr_u64(&w, d->pid);
	wr_u64(&w, d->started);
	wr_u64(&w, d->started_by);
	wr_u64(&w, d->boot);
	wr_u64(&w, d->deadline);
	wr_u64(&w, d->run_pid);
	wr_u64(&w, d->run_started);
	wr_mem(&w, d->def, DETAIL_DEF);
	wr_u16(&w, d->wstat);
	tain_pack(died, &d->died);
	wr_mem(&w, died, TAIN_PACK);
	wr_u32(&w, sum(buf, w.len));
}

int
detail_unpack(struct detail *d, const void *buf, size_t len)
{
	struct rd r = rd_init(buf, len);
	struct detail n = { 0 };
	const unsigned char *def, *died = 0;
	unsigned flags, version;

	if (rd_u32(&r) != MAGIC)
		return 0;
	version = rd_u8(&r);
	if (version < 1 || version > VERSION ||
		len != (version == 1 ? DETAIL_SIZE_1 : DETAIL_SIZE))
		return 0;
	n.state = rd_u8(&r);
	n.reason = rd_u8(&r);
	flags = rd_u8(&r);
	n.stopping = flags & 1;
	n.adopted = flags >> 1 & 1;
	n.awaiting = flags >> 2 & 1;
	n.ended = flags >> 3 & 1;
	n.hearing = flags >> 4 & 1;
	n.error = rd_u16(&r);
	n.fast = rd_u32(&r);
	n.starts = rd_u32(&r);
	n.deaths = rd_u32(&r);
	n.pid = rd_u64(&r);
	n.started = rd_u64(&r);
	n.started_by = rd_u64(&r);
	n.boot = rd_u64(&r);
	n.deadline = rd_u64(&r);
	n.run_pid = rd_u64(&r);
	n.run_started = rd_u64(&r);
	def = rd_mem(&r, DETAIL_DEF);
	if (version > 1) {
		n.wstat = rd_u16(&r);
		died = rd_mem(&r, TAIN_PACK);
	}
	if (!def || def[DETAIL_DEF - 1] || flags > (version > 1 ? 31 : 7) ||
		n.state >= NSTATE || n.reason >= WHY_N || n.pid > INT32_MAX ||
		n.run_pid > INT32_MAX)
		return 0;
	if (rd_u32(&r) != sum(buf, len - 4) || !rd_done(&r))
		return 0;
	if (version < VERSION)
		n.boot = 0;
	memcpy(n.def, def, DETAIL_DEF);
	if (died)
		tain_unpack((const char *)died, &n.died);
	*d = n;
	return 1;
}

int
detail_read(struct detail *d, int at, const char *servicedir)
{
	enum { TRIES = 20 };
	unsigned char buf[DETAIL_SIZE + 1];
	char path[PATH_LEN];

	if (path_join(path, sizeof path, servicedir, DETAIL_FILE) < 0)
		return -1;
	for (int i = 0; i < TRIES; i++) {
		ssize_t r = file_read(at, path, buf, sizeof buf);

		if (r < 0)
			return -1;
		if (detail_unpack(d, buf, (size_t)r))
			return 0;
		if (r != DETAIL_SIZE && r != DETAIL_SIZE_1)
			break;
	}
	errno = EPROTO;
	return -1;
}

int
detail_alive(const struct detail *d)
{
	struct identity id = { .boot = d->boot,
		.pid = (pid_t)d->pid,
		.started = d->started,
		.started_by = d->started_by };

	return identity_ask(&id) != IDENTITY_GONE;
}

int
detail_end_owed(const struct detail *d)
{
	return d->ended && d->pid && d->pid == d->run_pid;
}

int
detail_finished(const struct detail *d)
{
	return !d->pid &&
		(d->reason == WHY_PERMANENT || d->reason == WHY_POLICY ||
			d->reason == WHY_DONE || d->reason == WHY_ONCE);
}

const char *
detail_reason_name(unsigned reason)
{
	static const char *const names[WHY_N] = { "none", "down-file", "asked",
		"once", "exited", "backoff", "permanent", "policy", "spawn",
		"done" };

	return reason < WHY_N ? names[reason] : "unknown";
}

void
detail_reason_text(char *buf, size_t max, const struct detail *d, uint64_t now)
{
	uint64_t wait = d->deadline > now
		? (d->deadline - now + 999999999) / 1000000000
		: 0;

	switch (d->reason) {
	case WHY_DOWN_FILE:
		snprintf(buf, max, "file 'down' is there");
		break;
	case WHY_ASKED:
		snprintf(buf, max, "someone wanted it down");
		break;
	case WHY_ONCE:
		snprintf(buf, max, "it was to run only once");
		break;
	case WHY_EXITED:
		if (wait)
			snprintf(buf, max, "it ended; next start in %llu s",
				(unsigned long long)wait);
		else
			snprintf(buf, max, "it ended; starting again");
		break;
	case WHY_BACKOFF:
		snprintf(buf, max,
			"ended too fast %u time%s in a row; next "
			"start in %llu s",
			d->fast, d->fast == 1 ? "" : "s",
			(unsigned long long)wait);
		break;
	case WHY_PERMANENT:
		snprintf(buf, max, "permanent failure (finish exited 125)");
		break;
	case WHY_POLICY:
		snprintf(buf, max,
			"its definition (restart, "
			"no-restart-codes) says not to start it again");
		break;
	case WHY_DONE:
		snprintf(buf, max,
			"that counts as a success, and its "
			"definition says not to start it again");
		break;
	case WHY_SPAWN:
		snprintf(buf, max,
			"unable to start run: %s; next try in "
			"%llu s",
			chain_strerror((int)d->error),
			(unsigned long long)wait);
		break;
	default:
		snprintf(buf, max, "%s", "");
	}
}
