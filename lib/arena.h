/* arena.h - memory that is given back all at once, and bytes that grow.
 * For programs that build something and end: the compiler, plans.  Running
 * out of memory is one long jump to whoever made the arena, so that the
 * code between needs no check after each allocation. */
#ifndef LIB_ARENA_H
#define LIB_ARENA_H

#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/msg.h"

struct arena_chunk;
struct arena {
	struct arena_chunk *chunks; /* owned */
	char *next;
	size_t left;
	jmp_buf *oom; /* borrowed; where to go without memory */
};

/* Zeroed, aligned for anything.  Never returns 0. */
void *arena_alloc(struct arena *, size_t n);
/* A copy of n bytes with a NUL behind them. */
char *arena_dup(struct arena *, const void *s, size_t n);
char *arena_str(struct arena *, const char *s);
char *arena_printf(struct arena *, const char *fmt, ...) MSG_LIKE(2, 3);
/* dir/name */
char *arena_path(struct arena *, const char *dir, const char *name);
/* An array of n elements of a size, grown for one more: returned with room
 * for n + 1.  The old one is lost with the arena.  n is the caller's. */
void *arena_more(struct arena *, void *v, size_t n, size_t size);
void arena_free(struct arena *);

/* Bytes that grow; `bad' is set (and stays) when memory ran out. */
struct buf {
	char *s; /* owned; free() it */
	size_t len, max;
	int bad;
};
void buf_mem(struct buf *, const void *, size_t);
void buf_str(struct buf *, const char *);
void buf_char(struct buf *, int c);
void buf_printf(struct buf *, const char *fmt, ...) MSG_LIKE(2, 3);
void buf_u32(struct buf *, uint32_t);
/* The text as one word for /bin/sh, quoted where that is needed. */
void buf_shell(struct buf *, const char *);
void buf_free(struct buf *);

#endif
