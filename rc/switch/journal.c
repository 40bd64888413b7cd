/* journal.c - FORMAT journal: lines "KEY VALUE", the first "reeve-journal 1",
 * the last "end".  Names hold no newline.  See journal.h. */

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/arena.h"
#include "lib/file.h"
#include "lib/num.h"
#include "rc/switch/journal.h"

#define HEAD "reeve-journal 1\n"
#define TAIL "end\n"

char *
journal_format(const struct journal *j, size_t *len)
{
	struct buf b = { 0 };

	/* It would be read as a line of its own. */
	if (strpbrk(j->boot, "\n") || strpbrk(j->boot_link, "\n") ||
		strpbrk(j->boot_was, "\n")) {
		errno = EINVAL;
		return 0;
	}
	buf_printf(&b, HEAD "from %u\nto %u\norigin %u\n", (unsigned)j->from,
		(unsigned)j->to, (unsigned)j->origin);
	if (*j->boot)
		buf_printf(
			&b, "boot %s\nboot-link %s\n", j->boot, j->boot_link);
	if (*j->boot_was)
		buf_printf(&b, "boot-was %s\n", j->boot_was);
	if (j->began)
		buf_printf(&b, "began %" PRIu64 "\n", j->began);
	for (uint32_t i = 0; i < j->nrenames; i++)
		buf_printf(&b,
			i < j->nmoves ? "old %s\nnew %s\n" : "was %s\nis %s\n",
			j->old[i], j->new[i]);
	for (uint32_t i = 0; i < j->nreloads; i++)
		buf_printf(&b, "reload %s\n", j->reload[i]);
	for (uint32_t i = 0; i < j->nalong; i++)
		buf_printf(&b, "along %s\n", j->along[i]);
	buf_str(&b, TAIL);
	if (b.bad) {
		buf_free(&b);
		return 0;
	}
	*len = b.len;
	return b.s;
}

static int
number(const char *s, uint32_t *out)
{
	unsigned u;

	if (!num_uint(s, &u))
		return 0;
	*out = u;
	return 1;
}

static int
copy(char *to, const char *s)
{
	if (!*s || strlen(s) >= PATH_LEN)
		return 0;
	strcpy(to, s);
	return 1;
}

static int
append(char ***v, uint32_t n, const char *s)
{
	char **more = realloc(*v, (n + 1) * sizeof *more);

	if (!more)
		return 0;
	*v = more;
	return *s && (more[n] = strdup(s)) != 0;
}

/* Always in pairs. */
static int
old_name(struct journal *j, const char *value)
{
	if (j->nold != j->nrenames || !append(&j->old, j->nold, value))
		return 0;
	j->nold++;
	return 1;
}

static int
new_name(struct journal *j, const char *value)
{
	if (j->nold != j->nrenames + 1 || !append(&j->new, j->nrenames, value))
		return 0;
	j->nrenames++;
	return 1;
}

static int
take_line(struct journal *j, const char *key, const char *value)
{
	if (!strcmp(key, "from"))
		return number(value, &j->from);
	if (!strcmp(key, "to"))
		return number(value, &j->to);
	if (!strcmp(key, "origin"))
		return number(value, &j->origin);
	if (!strcmp(key, "boot"))
		return copy(j->boot, value);
	if (!strcmp(key, "boot-link"))
		return copy(j->boot_link, value);
	if (!strcmp(key, "boot-was"))
		return copy(j->boot_was, value);
	if (!strcmp(key, "began"))
		return num_u64(value, &j->began);
	if (!strcmp(key, "old") && j->nmoves == j->nrenames)
		return old_name(j, value);
	if (!strcmp(key, "new") && j->nmoves == j->nrenames) {
		j->nmoves++;
		return new_name(j, value);
	}
	if (!strcmp(key, "was"))
		return old_name(j, value);
	if (!strcmp(key, "is"))
		return new_name(j, value);
	if (!strcmp(key, "reload") && append(&j->reload, j->nreloads, value)) {
		j->nreloads++;
		return 1;
	}
	if (!strcmp(key, "along") && append(&j->along, j->nalong, value)) {
		j->nalong++;
		return 1;
	}
	return 0;
}

static int
parse(struct journal *j, char *text)
{
	char *line = text + sizeof HEAD - 1, *end, *blank;

	for (; (end = strchr(line, '\n')); line = end + 1) {
		*end = 0;
		if (!strcmp(line, "end"))
			return !end[1];
		blank = strchr(line, ' ');
		if (!blank)
			return 0;
		*blank = 0;
		if (!take_line(j, line, blank + 1))
			return 0;
	}
	return 0;
}

int
journal_parse(struct journal *j, const char *text, size_t len)
{
	char *copied;
	int good;

	memset(j, 0, sizeof *j);
	if (len < sizeof HEAD - 1 || len > JOURNAL_MAX ||
		memcmp(text, HEAD, sizeof HEAD - 1) || memchr(text, 0, len))
		return 0;
	copied = malloc(len + 1);
	if (!copied)
		return 0;
	memcpy(copied, text, len);
	copied[len] = 0;
	good = parse(j, copied) && j->nold == j->nrenames && j->from && j->to &&
		j->origin && !*j->boot == !*j->boot_link;
	free(copied);
	if (!good)
		journal_free(j);
	return good;
}

void
journal_free(struct journal *j)
{
	for (uint32_t i = 0; i < j->nold; i++)
		free(j->old[i]);
	for (uint32_t i = 0; i < j->nrenames; i++)
		free(j->new[i]);
	for (uint32_t i = 0; i < j->nreloads; i++)
		free(j->reload[i]);
	for (uint32_t i = 0; i < j->nalong; i++)
		free(j->along[i]);
	free(j->old);
	free(j->new);
	free(j->reload);
	free(j->along);
	memset(j, 0, sizeof *j);
}

int
journal_write(int livefd, const struct journal *j)
{
	size_t len = 0;
	char *text = journal_format(j, &len);
	int r, e;

	if (!text)
		return -1;
	r = file_write(livefd, JOURNAL_FILE, text, len, 0644, 0);
	e = errno;
	free(text);
	errno = e;
	return r;
}

int
journal_remove(int livefd)
{
	return unlinkat(livefd, JOURNAL_FILE, 0) < 0 && errno != ENOENT ? -1
									: 0;
}

int
journal_read(struct journal *j, int livefd)
{
	char *text;
	ssize_t len = file_slurp(livefd, JOURNAL_FILE, &text, JOURNAL_MAX);
	int good;

	memset(j, 0, sizeof *j);
	if (len < 0)
		return errno == ENOENT ? 0 : -1;
	good = journal_parse(j, text, (size_t)len);
	free(text);
	if (good)
		return 1;
	errno = EPROTO;
	return -1;
}
