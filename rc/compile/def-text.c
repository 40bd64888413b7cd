/* def-text.c - files and directories of a definition as they are. */

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <sys/stat.h>

#include "lib/os.h"
#include "rc/compile/def-read.h"

enum { FILE_LIMIT = 1 << 28 };

const char *
reader_path(struct reader *r, const char *name)
{
	return arena_path(r->s->mem, r->dir, name);
}

/* All of a file, with a NUL behind it; 0 and errno if it cannot be read. */
char *
def_slurp(struct arena *mem, int dirfd, const char *name, size_t *len,
	uint32_t *mode)
{
	int fd = openat(dirfd, name, O_RDONLY | O_CLOEXEC | O_NONBLOCK), e;
	struct stat st;
	char *data = 0;
	ssize_t n = 0;
	size_t got = 0, max;

	if (fd < 0)
		return 0;
	if (fstat(fd, &st) < 0)
		goto out;
	errno = S_ISDIR(st.st_mode) ? EISDIR : EINVAL;
	if (!S_ISREG(st.st_mode))
		goto out;
	errno = EFBIG;
	if (st.st_size >= FILE_LIMIT)
		goto out;
	max = (size_t)st.st_size;
	data = arena_alloc(mem, max + 1);
	while (got < max && (n = read(fd, data + got, max - got)) > 0)
		got += (size_t)n;
	if (n < 0)
		data = 0;
	*len = got;
	*mode = st.st_mode & 07777;
out:
	e = errno;
	close(fd);
	errno = e;
	return data;
}

/* What editors of other systems leave: for s6-rc part of the text, and never
 * wanted.  Nobody sees it, so it is said, and then taken away so that nothing
 * more is said for it. */
char *
reader_plain(struct reader *r, const char *name, char *text, size_t *len)
{
	static const char mark[] = "\357\273\277";
	const char *cr = memchr(text, '\r', *len);
	unsigned line = 1;
	size_t out = 0;

	if (*len >= 3 && !memcmp(text, mark, 3)) {
		diag_strict(r->s->diag, reader_path(r, name), 1,
			"there is a byte "
			"order mark in front, expected plain text "
			"(reeve-check --fix takes it away)");
		if (!r->s->diag->lax) {
			text += 3;
			*len -= 3;
		}
	}
	if (!cr)
		return text;
	for (const char *p = text; p < cr; p++)
		line += *p == '\n';
	diag_strict(r->s->diag, reader_path(r, name), line,
		"the line ends in "
		"CR LF, expected LF alone (reeve-check --fix corrects it)");
	if (r->s->diag->lax)
		return text;
	for (size_t i = 0; i < *len; i++)
		if (text[i] != '\r' || (i + 1 < *len && text[i + 1] != '\n'))
			text[out++] = text[i];
	text[out] = 0;
	*len = out;
	return text;
}

/* What is made of a file that others cannot read is not for them either. */
void
reader_note_mode(struct reader *r, uint32_t mode)
{
	if (!(mode & S_IROTH))
		r->d->closed |= CLOSED_FILE;
}

/* One file as text; said and 0 if it cannot be read. */
char *
reader_text(
	struct reader *r, const struct prop *p, const char *name, size_t *len)
{
	uint32_t mode;
	char *data = def_slurp(r->s->mem, r->fd, name, len, &mode);

	if (data)
		reader_note_mode(r, mode);
	/* A script is lexed: CR is a blank there. */
	if (data)
		return p->kind == PROP_SCRIPT
			? data
			: reader_plain(r, name, data, len);
	if (errno == EISDIR)
		diag_error(r->s->diag, 111, reader_path(r, name), 0,
			"Is a directory, expected a file with %s", p->unit);
	else if (errno == EINVAL)
		diag_error(r->s->diag, 111, reader_path(r, name), 0,
			"this is not "
			"a regular file, expected one with %s",
			p->unit);
	else if (errno == ENOENT)
		diag_error(r->s->diag, 111, reader_path(r, name), 0,
			"the link "
			"leads nowhere, expected a file with %s",
			p->unit);
	else
		diag_sys(r->s->diag, reader_path(r, name), "unable to read");
	return 0;
}

static int
by_name(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

struct listing {
	struct arena *mem;
	char **names;
	size_t n;
	int all;
};

static int
list_name(void *arg, const char *name)
{
	struct listing *l = arg;

	if (name[0] == '.' && !l->all)
		return 0;
	l->names = arena_more(l->mem, l->names, l->n, sizeof *l->names);
	l->names[l->n++] = arena_str(l->mem, name);
	return 0;
}

/* Sorted names of a directory's entries, without those with a dot in front
 * (unless all).  -1 and errno. */
ssize_t
def_list_dir(struct arena *mem, int fd, char ***names, int all)
{
	struct listing l = { .mem = mem, .all = all };

	*names = 0;
	if (os_each_name(fd, list_name, &l) < 0)
		return -1;
	if (l.n)
		qsort(l.names, l.n, sizeof *l.names, by_name);
	*names = l.names;
	return (ssize_t)l.n;
}

int
def_open_dir(int at, const char *name)
{
	return openat(at, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
}

int
def_has_name(char **names, ssize_t n, const char *name)
{
	for (ssize_t i = 0; i < n; i++)
		if (!strcmp(names[i], name))
			return 1;
	return 0;
}
