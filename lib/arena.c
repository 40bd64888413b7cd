/* arena.c - hands out memory from large blocks, and lets buffers grow. */

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/arena.h"

enum { CHUNK = 65536, ALIGN = 16 };

struct arena_chunk {
	struct arena_chunk *next;
	size_t pad; /* keeps what follows aligned */
};

static _Noreturn void
out_of_memory(struct arena *a)
{
	if (a->oom)
		longjmp(*a->oom, 1);
	abort();
}

static void *
new_chunk(struct arena *a, size_t n)
{
	struct arena_chunk *c =
		n > SIZE_MAX - sizeof *c ? 0 : calloc(1, sizeof *c + n);

	if (!c)
		out_of_memory(a);
	c->next = a->chunks;
	a->chunks = c;
	return c + 1;
}

void *
arena_alloc(struct arena *a, size_t n)
{
	void *p;

	if (n > SIZE_MAX - ALIGN)
		out_of_memory(a);
	n = (n + ALIGN - 1) & ~(size_t)(ALIGN - 1);
	if (n > CHUNK / 4)
		return new_chunk(a, n);
	if (n > a->left) {
		a->next = new_chunk(a, CHUNK);
		a->left = CHUNK;
	}
	p = a->next;
	a->next += n;
	a->left -= n;
	return p;
}

char *
arena_dup(struct arena *a, const void *s, size_t n)
{
	char *p = arena_alloc(a, n + 1);

	if (n)
		memcpy(p, s, n);
	return p;
}

char *
arena_str(struct arena *a, const char *s)
{
	return arena_dup(a, s, strlen(s));
}

char *
arena_printf(struct arena *a, const char *fmt, ...)
{
	char *place = a->next, *p;
	size_t left = a->left;
	va_list ap;
	int n;

	/* Mostly it fits where it would be put anyway. */
	va_start(ap, fmt);
	n = vsnprintf(place, left, fmt, ap);
	va_end(ap);
	if (n < 0)
		out_of_memory(a);
	p = arena_alloc(a, (size_t)n + 1);
	if (p == place)
		return p;
	if (left) /* what is handed out later is zeroed */
		memset(place, 0, (size_t)n < left ? (size_t)n + 1 : left);
	va_start(ap, fmt);
	vsnprintf(p, (size_t)n + 1, fmt, ap);
	va_end(ap);
	return p;
}

char *
arena_path(struct arena *a, const char *dir, const char *name)
{
	size_t d = strlen(dir), n = strlen(name);
	char *p = arena_alloc(a, d + n + 2);

	memcpy(p, dir, d);
	p[d] = '/';
	memcpy(p + d + 1, name, n);
	return p;
}

/* Room is 4, 8, 16... elements: full exactly when n is such a number. */
void *
arena_more(struct arena *a, void *v, size_t n, size_t size)
{
	void *p;

	if (n && (n < 4 || (n & (n - 1))))
		return v;
	p = arena_alloc(a, (n < 4 ? 4 : 2 * n) * size);
	if (n)
		memcpy(p, v, n * size);
	return p;
}

void
arena_free(struct arena *a)
{
	struct arena_chunk *next;

	for (struct arena_chunk *c = a->chunks; c; c = next) {
		next = c->next;
		free(c);
	}
	a->chunks = 0;
	a->next = 0;
	a->left = 0;
}

static char *
room(struct buf *b, size_t n)
{
	size_t max = b->max ? b->max : 256;
	char *s;

	if (b->bad)
		return 0;
	if (n <= b->max - b->len)
		return b->s + b->len;
	if (n > SIZE_MAX / 4 || b->len > SIZE_MAX / 4) {
		b->bad = 1;
		return 0;
	}
	while (max < b->len + n)
		max *= 2;
	s = realloc(b->s, max);
	if (!s) {
		b->bad = 1;
		return 0;
	}
	b->s = s;
	b->max = max;
	return s + b->len;
}

void
buf_mem(struct buf *b, const void *s, size_t n)
{
	char *p = n ? room(b, n) : 0;

	if (p) {
		memcpy(p, s, n);
		b->len += n;
	}
}

void
buf_str(struct buf *b, const char *s)
{
	buf_mem(b, s, strlen(s));
}

void
buf_char(struct buf *b, int c)
{
	char x = (char)c;

	buf_mem(b, &x, 1);
}

void
buf_printf(struct buf *b, const char *fmt, ...)
{
	va_list ap;
	char *p;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(0, 0, fmt, ap);
	va_end(ap);
	p = n < 0 ? 0 : room(b, (size_t)n + 1);
	if (!p) {
		b->bad = 1;
		return;
	}
	va_start(ap, fmt);
	vsnprintf(p, (size_t)n + 1, fmt, ap);
	va_end(ap);
	b->len += (size_t)n;
}

void
buf_u32(struct buf *b, uint32_t u)
{
	unsigned char x[4] = { u >> 24, u >> 16 & 255, u >> 8 & 255, u & 255 };

	buf_mem(b, x, 4);
}

void
buf_shell(struct buf *b, const char *s)
{
	static const char plain[] =
		"abcdefghijklmnopqrstuvwxyz"
		"ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789%+,-./:=@_";

	if (*s && !s[strspn(s, plain)]) {
		buf_str(b, s);
		return;
	}
	buf_char(b, '\'');
	for (; *s; s++) {
		if (*s == '\'')
			buf_str(b, "'\\''");
		else
			buf_char(b, *s);
	}
	buf_char(b, '\'');
}

void
buf_free(struct buf *b)
{
	free(b->s);
	*b = (struct buf){ 0 };
}
