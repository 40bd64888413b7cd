/* bytes.c - reads and writes big-endian numbers within bounds; once wrong,
 * always wrong. */

#include <string.h>

#include "lib/bytes.h"

#ifndef HAS_MEMRCHR
void *
memrchr(const void *s, int c, size_t n)
{
	const unsigned char *p = s;

	while (n--)
		if (p[n] == (unsigned char)c)
			return (void *)(p + n);
	return 0;
}
#endif

/* With 1 subtracted from each of its bytes: then bit 7 is set where a 0 was,
 * and perhaps elsewhere. */
static uint64_t
less_one(const unsigned char *p)
{
	uint64_t w;

	memcpy(&w, p, sizeof w);
	return w - 0x0101010101010101;
}

int
bytes_have_nul_own(const void *s, size_t n)
{
	const unsigned char *p = s;

	while (n >= 64) {
		uint64_t w = less_one(p) | less_one(p + 8) | less_one(p + 16) |
			less_one(p + 24) | less_one(p + 32) | less_one(p + 40) |
			less_one(p + 48) | less_one(p + 56);
		size_t some = 64;

		/* A 0 or no ASCII, of which there will be more. */
		if (w & 0x8080808080808080) {
			some = n < 4096 ? n : 4096;
			if (memchr(p, 0, some))
				return 1;
		}
		p += some;
		n -= some;
	}
	return n && memchr(p, 0, n) != 0;
}

int
bytes_have_nul(const void *s, size_t n)
{
#ifdef __GLIBC__
	return memchr(s, 0, n) != 0;
#else
	return bytes_have_nul_own(s, n);
#endif
}

struct wr
wr_init(unsigned char *buf, size_t max)
{
	return (struct wr){ .buf = buf, .max = max };
}

void
wr_mem(struct wr *w, const void *p, size_t n)
{
	if (w->bad || n > w->max - w->len) {
		w->bad = 1;
		return;
	}
	if (n)
		memcpy(w->buf + w->len, p, n);
	w->len += n;
}

static void
wr_be(struct wr *w, uint64_t v, size_t n)
{
	unsigned char b[8];

	for (size_t i = n; i-- > 0; v >>= 8)
		b[i] = (unsigned char)v;
	wr_mem(w, b, n);
}

void
wr_u8(struct wr *w, unsigned v)
{
	wr_be(w, v, 1);
}

void
wr_u16(struct wr *w, unsigned v)
{
	wr_be(w, v, 2);
}

void
wr_u32(struct wr *w, uint32_t v)
{
	wr_be(w, v, 4);
}

void
wr_u64(struct wr *w, uint64_t v)
{
	wr_be(w, v, 8);
}

void
wr_str(struct wr *w, const char *s)
{
	size_t n = strlen(s);

	wr_u32(w, (uint32_t)n);
	wr_mem(w, s, n);
}

size_t
wr_done(const struct wr *w)
{
	return w->bad ? 0 : w->len;
}

struct rd
rd_init(const void *buf, size_t len)
{
	return (struct rd){ .buf = buf, .len = len };
}

const unsigned char *
rd_mem(struct rd *r, size_t n)
{
	const unsigned char *p;

	if (r->bad || n > r->len - r->pos) {
		r->bad = 1;
		return 0;
	}
	p = r->buf + r->pos;
	r->pos += n;
	return p;
}

static uint64_t
rd_be(struct rd *r, size_t n)
{
	const unsigned char *p = rd_mem(r, n);
	uint64_t v = 0;

	for (size_t i = 0; p && i < n; i++)
		v = v << 8 | p[i];
	return v;
}

unsigned
rd_u8(struct rd *r)
{
	return (unsigned)rd_be(r, 1);
}

unsigned
rd_u16(struct rd *r)
{
	return (unsigned)rd_be(r, 2);
}

uint32_t
rd_u32(struct rd *r)
{
	return (uint32_t)rd_be(r, 4);
}

uint64_t
rd_u64(struct rd *r)
{
	return rd_be(r, 8);
}

int
rd_done(const struct rd *r)
{
	return !r->bad && r->pos == r->len;
}
