/* reexec.c - fuzz the state that svscan hands to its new program: no crash,
 * and what is read fits the table. */

#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "svscan/reexec.h"

int LLVMFuzzerTestOneInput(const uint8_t *, size_t);

enum { MAX = 32, NAME = 60 };

static void
check(const struct table *t)
{
	unsigned n = 0;

	for (unsigned i = 0; i < t->high; i++) {
		const struct service *s = &t->slots[i];

		n += s->used;
		if (s->peer >= (int)t->high || strlen(s->name) > NAME + 4)
			abort();
	}
	if (n != t->count || n > t->max)
		abort();
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static int fd = -1;
	struct svscan v;
	char name[64];

	if (fd < 0) {
		snprintf(name, sizeof name, "/dev/shm/reeve-fuzz-state.%ld",
			(long)getpid());
		fd = open(name, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
		unlink(name);
	}
	memset(&v, 0, sizeof v);
	if (fd < 0 || ftruncate(fd, 0) < 0 ||
		pwrite(fd, data, size, 0) != (ssize_t)size ||
		table_init(&v.table, MAX, NAME) < 0)
		abort();
	if (reexec_read(&v, fd) == 0)
		check(&v.table);
	for (unsigned i = 0; i < v.table.high; i++)
		if (v.table.slots[i].used)
			table_remove(&v.table, (int)i);
	free(v.table.slots);
	free(v.table.names);
	free(v.table.by_ino);
	return 0;
}
