/* bytes.h - bounded big-endian reader and writer with a sticky "bad" flag.
 * Every binary format uses them, so no decoder has an offset of its own. */
#ifndef LIB_BYTES_H
#define LIB_BYTES_H

#include <stddef.h>
#include <stdint.h>

#include "config.h"

struct wr {
	unsigned char *buf; /* borrowed */
	size_t max, len;
	int bad; /* something did not fit */
};
struct rd {
	const unsigned char *buf; /* borrowed */
	size_t len, pos;
	int bad; /* something was asked beyond the end */
};

#ifndef HAS_MEMRCHR
/* As glibc and the BSDs have it: the last c in n bytes, or 0. */
void *memrchr(const void *s, int c, size_t n);
#endif

/* Is any of the n bytes 0?  Our own way is three times as fast as musl's
 * memchr, and half as fast as glibc's, which is used there. */
int bytes_have_nul(const void *, size_t n);
int bytes_have_nul_own(const void *, size_t n);

struct wr wr_init(unsigned char *buf, size_t max);
void wr_u8(struct wr *, unsigned);
void wr_u16(struct wr *, unsigned);
void wr_u32(struct wr *, uint32_t);
void wr_u64(struct wr *, uint64_t);
void wr_mem(struct wr *, const void *, size_t);
/* u32 length, then the bytes. */
void wr_str(struct wr *, const char *);
/* Bytes written, or 0 if anything did not fit. */
size_t wr_done(const struct wr *);

struct rd rd_init(const void *buf, size_t len);
/* 0 and bad when there is not enough left. */
unsigned rd_u8(struct rd *);
unsigned rd_u16(struct rd *);
uint32_t rd_u32(struct rd *);
uint64_t rd_u64(struct rd *);
/* Pointer to the next n bytes, or 0 and bad. */
const unsigned char *rd_mem(struct rd *, size_t n);
/* 1 if nothing was bad and nothing is left. */
int rd_done(const struct rd *);

#endif
