/* table.c - keeps the services of svscan in slots, with a hash by inode and
 * one by pid. */

#include <stdlib.h>
#include <string.h>

#include "svscan/table.h"

enum { BUCKETS = 256 };

static unsigned
bucket_ino(const struct table *t, uint64_t dev, uint64_t ino)
{
	return (unsigned)(((dev ^ ino * 0x9e3779b97f4a7c15u) >> 20) &
		(t->buckets - 1));
}

static unsigned
bucket_pid(const struct table *t, pid_t pid)
{
	return (unsigned)pid & (t->buckets - 1);
}

static void
empty(struct table *t)
{
	memset(t->by_ino, 0xff, t->buckets * sizeof *t->by_ino);
	memset(t->by_pid, 0xff, t->buckets * sizeof *t->by_pid);
}

static void
link_ino(struct table *t, int slot)
{
	struct service *s = &t->slots[slot];
	int *p = &t->by_ino[bucket_ino(t, s->dev, s->ino)];

	s->chain_ino = *p;
	*p = slot;
}

static void
link_pid(struct table *t, int slot)
{
	struct service *s = &t->slots[slot];
	int *p = &t->by_pid[bucket_pid(t, s->pid)];

	s->chain_pid = *p;
	*p = slot;
}

int
table_init(struct table *t, unsigned max, unsigned name_max)
{
	size_t buckets = 2 * (size_t)max + BUCKETS;

	*t = (struct table){
		.max = max, .buckets = BUCKETS, .name_size = name_max + 5
	};
	/* Pages of these that are never used are never there, if they are so
	 * large that they are mapped: calloc may clear smaller ones. */
	t->slots = calloc(max, sizeof *t->slots);
	t->names = calloc(max, t->name_size);
	t->by_ino = calloc(2 * buckets + max, sizeof *t->by_ino);
	if (!t->slots || !t->names || !t->by_ino)
		return -1;
	t->by_pid = t->by_ino + buckets;
	t->free_slots = t->by_pid + buckets;
	empty(t);
	return 0;
}

/* Twice as many buckets, for which there is room already. */
static void
spread(struct table *t)
{
	t->buckets *= 2;
	empty(t);
	for (unsigned i = 0; i < t->high; i++) {
		struct service *s = &t->slots[i];

		if (!s->used)
			continue;
		link_ino(t, (int)i);
		if (s->pid)
			link_pid(t, (int)i);
	}
}

int
table_find(const struct table *t, uint64_t dev, uint64_t ino)
{
	int i = t->by_ino[bucket_ino(t, dev, ino)];

	while (i >= 0 && (t->slots[i].dev != dev || t->slots[i].ino != ino))
		i = t->slots[i].chain_ino;
	return i;
}

int
table_find_pid(const struct table *t, pid_t pid)
{
	int i = t->by_pid[bucket_pid(t, pid)];

	while (i >= 0 && t->slots[i].pid != pid)
		i = t->slots[i].chain_pid;
	return i;
}

int
table_add(struct table *t, uint64_t dev, uint64_t ino, const char *name)
{
	struct service *s;
	int i;

	if (t->count == t->buckets)
		spread(t);
	if (t->nfree)
		i = t->free_slots[--t->nfree];
	else if (t->high < t->max)
		i = (int)t->high++;
	else
		return -1;
	s = &t->slots[i];
	*s = (struct service){ .dev = dev,
		.ino = ino,
		.pidfd = -1,
		.pipe = { -1, -1 },
		.fifo = -1,
		.peer = -1,
		.chain_pid = -1,
		.used = 1 };
	s->name = t->names + (size_t)i * t->name_size;
	link_ino(t, i);
	t->count++;
	table_rename(t, i, name);
	return i;
}

void
table_rename(struct table *t, int slot, const char *name)
{
	char *to = t->slots[slot].name;
	size_t n = strlen(name);

	if (n >= t->name_size)
		n = t->name_size - 1;
	memcpy(to, name, n);
	to[n] = 0;
}

void
table_set_pid(struct table *t, int slot, pid_t pid)
{
	struct service *s = &t->slots[slot];
	int *p;

	if (s->pid) {
		p = &t->by_pid[bucket_pid(t, s->pid)];
		while (*p != slot)
			p = &t->slots[*p].chain_pid;
		*p = s->chain_pid;
		t->running--;
	}
	s->pid = pid;
	s->chain_pid = -1;
	if (pid) {
		link_pid(t, slot);
		t->running++;
	}
}

void
table_remove(struct table *t, int slot)
{
	struct service *s = &t->slots[slot];
	int *p = &t->by_ino[bucket_ino(t, s->dev, s->ino)];

	table_set_pid(t, slot, 0);
	while (*p != slot)
		p = &t->slots[*p].chain_ino;
	*p = s->chain_ino;
	if (s->peer >= 0)
		t->slots[s->peer].peer = -1;
	s->used = 0;
	t->count--;
	t->free_slots[t->nfree++] = slot;
}
