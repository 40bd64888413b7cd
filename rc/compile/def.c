/* def.c - FORMAT definition directory: reads source directories into
 * struct def, by the table of props.c.  See reeve-definition(5).  It looks
 * at one definition at a time and goes on after an error, so that a run
 * says all of them. */

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <sys/stat.h>

#include "lib/num.h"
#include "lib/os.h"
#include "lib/path.h"
#include "lib/suggest.h"
#include "rc/compile/def.h"
#include "rc/compile/lex.h"
#include "supervise/svdir.h"

enum {
	FILE_LIMIT = 1 << 28,
	USUAL_FDS = 1024 /* RLIMIT_NOFILE of most systems, unless raised */
};

/* --- small parts, also used by expand.c and template.c */

const struct def_text *
def_text(const struct def *d, const char *name)
{
	for (size_t i = 0; i < d->ntexts; i++)
		if (!strcmp(d->texts[i].prop->name, name))
			return d->texts + i;
	return 0;
}

struct db_file *
def_file(const struct def *d, const char *path)
{
	for (size_t i = 0; i < d->nfiles; i++)
		if (!strcmp(d->files[i].path, path))
			return d->files + i;
	return 0;
}

void
def_set_file(struct defs *s, struct def *d, const char *path, uint32_t mode,
	const char *data, size_t len)
{
	struct db_file *f = def_file(d, path);

	if (!f) {
		d->files = arena_more(
			s->mem, d->files, d->nfiles, sizeof *d->files);
		f = d->files + d->nfiles++;
	}
	*f = (struct db_file){ path, mode, data, len };
}

void
def_set_prop(struct defs *s, struct def *d, const char *key, const char *value)
{
	for (size_t i = 0; i < d->nprops; i++)
		if (!strcmp(d->props[i].key, key)) {
			d->props[i].value = value;
			return;
		}
	d->props = arena_more(s->mem, d->props, d->nprops, sizeof *d->props);
	d->props[d->nprops++] = (struct db_prop){ key, value };
}

void
def_add_name(struct defs *s, struct def *d, enum prop_list list,
	const char *name, const char *file, unsigned line)
{
	struct def_names *l = d->lists + list;

	l->v = arena_more(s->mem, l->v, l->n, sizeof *l->v);
	l->v[l->n++] = (struct def_name){ name, file, line };
	l->present = 1;
}

int
def_next_line(struct defs *s, const struct def_text *t, size_t *at, char **line,
	unsigned *number)
{
	while (*at < t->len) {
		const char *p = t->text + *at, *end;
		size_t n = t->len - *at;

		if (!*at)
			*number = 0;
		++*number;
		end = memchr(p, '\n', n);
		if (end)
			n = (size_t)(end - p);
		*at += n + (end != 0);
		while (n && (*p == ' ' || *p == '\t')) {
			p++;
			n--;
		}
		if (!n || *p == '#')
			continue;
		*line = arena_dup(s->mem, p, n);
		return 1;
	}
	return 0;
}

void
def_trim(char *s)
{
	size_t n = strlen(s);

	while (n && strchr(" \t\r", s[n - 1]))
		s[--n] = 0;
}

const char *
def_line(struct defs *s, const struct def_text *t)
{
	size_t at = 0;
	unsigned number = 0;
	char *line, *more;

	if (!def_next_line(s, t, &at, &line, &number)) {
		diag_error(s->diag, 1, t->file, 1,
			"this is empty, expected "
			"%s",
			t->prop->unit);
		return 0;
	}
	def_trim(line);
	s->line = number;
	if (def_next_line(s, t, &at, &more, &number))
		diag_error(s->diag, 1, t->file, number,
			"there is a second "
			"line, expected only %s",
			t->prop->unit);
	return line;
}

/* Line of the first place where a word stands. */
static unsigned
line_of(const char *text, size_t len, const char *word)
{
	const char *at = memmem(text, len, word, strlen(word));
	unsigned line = 1;

	for (const char *p = text; at && p < at; p++)
		line += *p == '\n';
	return at ? line : 0;
}

/* The words of a shell, written where there is none: legal, and never what
 * was meant. */
static void
check_shell_words(struct defs *s, const struct db_script *c, const char *file,
	const char *text, size_t len)
{
	static const char *const operators[] = { "|", "||", "&", "&&", ";", ">",
		">>", "<", "2>&1" };
	const char *p = c->argv;

	for (uint32_t i = 0; i < c->argc; i++, p += strlen(p) + 1) {
		const char *w = p + strspn(p, " ");

		if (*w == '\'') {
			diag_warn(s->diag, file, line_of(text, len, w),
				"execline "
				"does not quote with ': %.40s is taken as a "
				"separate word (use \")",
				w);
			return;
		}
		for (size_t k = 0; k < sizeof operators / sizeof *operators;
			k++)
			if (!strcmp(w, operators[k])) {
				diag_warn(s->diag, file, line_of(text, len, w),
					"%s is an argument here, there is no "
					"shell (sh -c \"...\" starts one)",
					w);
				return;
			}
	}
}

int
def_lex(struct defs *s, struct db_script *script, const char *file,
	const char *text, size_t len)
{
	struct buf *b = &s->words;
	struct lex_error e;
	int n;

	b->len = 0;
	n = lex_words(b, text, len, &e);
	if (n < 0) {
		diag_error(s->diag, 1, file, e.line, "%s", e.what);
		return -1;
	}
	script->argc = (uint32_t)n;
	script->argv = arena_dup(s->mem, b->s, b->len);
	script->len = b->len;
	script->present = 1;
	if (!s->diag->lax)
		check_shell_words(s, script, file, text, len);
	return 0;
}

int
def_check_name(struct defs *s, const struct def_name *n)
{
	if (!strncmp(n->name, "s6rc-", 5) || !strncmp(n->name, "s6-rc-", 6)) {
		diag_error(s->diag, 1, n->file, n->line,
			"the name %s begins "
			"with s6rc- or s6-rc-, which are reserved",
			n->name);
		return 0;
	}
	if (!db_name_ok(n->name)) {
		diag_error(s->diag, 1, n->file, n->line,
			"'%.60s' cannot be "
			"the name of a service (no slash, no control "
			"character, no dot in front, at most %d bytes)",
			n->name, DB_NAME_MAX);
		return 0;
	}
	return 1;
}

/* --- reading one definition */

struct reader {
	struct defs *s;
	struct def *d;
	int fd; /* of its directory */
	int over_fd; /* of an instance: where its own files are, */
	const char *over_dir; /* if anywhere else than in dir */
	int lists_d[PROP_LISTS]; /* this list came from a directory */
	const char *dir; /* its path, for messages */
};

static const char *
path_of(struct reader *r, const char *name)
{
	return arena_path(r->s->mem, r->dir, name);
}

/* All of a file, with a NUL behind it; 0 and errno if it cannot be read. */
static char *
slurp(struct arena *mem, int dirfd, const char *name, size_t *len,
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
static char *
plain_text(struct reader *r, const char *name, char *text, size_t *len)
{
	static const char mark[] = "\357\273\277";
	const char *cr = memchr(text, '\r', *len);
	unsigned line = 1;
	size_t out = 0;

	if (*len >= 3 && !memcmp(text, mark, 3)) {
		diag_strict(r->s->diag, path_of(r, name), 1,
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
	diag_strict(r->s->diag, path_of(r, name), line,
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
static void
note_mode(struct reader *r, uint32_t mode)
{
	if (!(mode & S_IROTH))
		r->d->closed |= CLOSED_FILE;
}

/* One file as text; said and 0 if it cannot be read. */
static char *
read_text(struct reader *r, const struct prop *p, const char *name, size_t *len)
{
	uint32_t mode;
	char *data = slurp(r->s->mem, r->fd, name, len, &mode);

	if (data)
		note_mode(r, mode);
	/* A script is lexed: CR is a blank there. */
	if (data)
		return p->kind == PROP_SCRIPT ? data
					      : plain_text(r, name, data, len);
	if (errno == EISDIR)
		diag_error(r->s->diag, 111, path_of(r, name), 0,
			"Is a directory, expected a file with %s", p->unit);
	else if (errno == EINVAL)
		diag_error(r->s->diag, 111, path_of(r, name), 0,
			"this is not "
			"a regular file, expected one with %s",
			p->unit);
	else if (errno == ENOENT)
		diag_error(r->s->diag, 111, path_of(r, name), 0,
			"the link "
			"leads nowhere, expected a file with %s",
			p->unit);
	else
		diag_sys(r->s->diag, path_of(r, name), "unable to read");
	return 0;
}

/* By name; of one name the first line first. */
static int
by_name_and_line(const void *a, const void *b)
{
	const struct def_name *x = *(const struct def_name *const *)a,
			      *y = *(const struct def_name *const *)b;
	int c = strcmp(x->name, y->name);

	return c ? c : x < y ? -1 : x > y;
}

/* Of names that stand more than once in a file the first counts. */
static void
drop_repeated(struct reader *r, struct def_names *l)
{
	struct def_name **order;
	size_t kept = 0;

	if (l->n < 2)
		return;
	order = arena_alloc(r->s->mem, l->n * sizeof *order);
	for (size_t i = 0; i < l->n; i++)
		order[i] = l->v + i;
	qsort(order, l->n, sizeof *order, by_name_and_line);
	/* A repeated one has no name from here on. */
	for (size_t i = l->n - 1; i > 0; i--)
		if (!strcmp(order[i]->name, order[i - 1]->name)) {
			order[i]->file = order[i]->name;
			order[i]->name = 0;
		}
	for (size_t i = 0; i < l->n; i++) {
		if (l->v[i].name)
			l->v[kept++] = l->v[i];
		else
			diag_warn(r->s->diag, l->v[0].file, l->v[i].line,
				"name listed more than once: %s", l->v[i].file);
	}
	l->n = kept;
}

static void
read_names(struct reader *r, const struct prop *p)
{
	struct def_text t = { .prop = p, .file = path_of(r, p->name) };
	size_t at = 0;
	unsigned number = 0;
	char *line;

	if (r->lists_d[p->value]) {
		if (!r->s->diag->lax)
			diag_warn(r->s->diag, t.file, 0,
				"ignored: there is a "
				"%s.d, which wins",
				p->name);
		return;
	}
	t.text = read_text(r, p, p->name, &t.len);
	if (!t.text)
		return;
	r->d->lists[p->value].present = 1;
	while (def_next_line(r->s, &t, &at, &line, &number)) {
		struct def_name n = { line, t.file, number };
		size_t len = strlen(line);

		if (!len) {
			diag_error(r->s->diag, 1, t.file, number,
				"there is a "
				"NUL in this line, expected a name");
			continue;
		}
		if (!r->s->diag->lax && strchr(" \t", line[len - 1])) {
			diag_error(r->s->diag, 1, t.file, number,
				"trailing "
				"blank after the name '%s' (reeve-check --fix "
				"removes it)",
				line);
			def_trim(line);
		}
		if (def_check_name(r->s, &n))
			def_add_name(
				r->s, r->d, p->value, line, t.file, number);
	}
	drop_repeated(r, r->d->lists + p->value);
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
static ssize_t
list_dir(struct arena *mem, int fd, char ***names, int all)
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

static int
open_dir(int at, const char *name)
{
	return openat(at, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
}

static void
read_dir(struct reader *r, const struct prop *p)
{
	const char *file = path_of(r, p->name);
	int fd = open_dir(r->fd, p->name);
	char **names;
	ssize_t n = fd < 0 ? -1 : list_dir(r->s->mem, fd, &names, 0);

	if (n < 0 && errno == ENOTDIR)
		diag_error(r->s->diag, 111, file, 0,
			"this is a file, expected "
			"%s",
			p->unit);
	else if (n < 0)
		diag_sys(r->s->diag, file, "unable to read this directory");
	for (ssize_t i = 0; i < n; i++) {
		struct def_name name = { names[i],
			arena_path(r->s->mem, file, names[i]), 0 };

		if (def_check_name(r->s, &name))
			def_add_name(
				r->s, r->d, p->value, names[i], name.file, 0);
	}
	if (fd >= 0)
		close(fd);
	r->d->lists[p->value].present = r->lists_d[p->value] = 1;
}

/* The one name in a file of at most one.  That of a pipeline counts only where
 * one ends, so resolve.c says what is wrong with it: nothing, or file alone. */
static void
read_name(struct reader *r, const struct prop *p, struct def_name *to)
{
	struct def_text t = { .prop = p, .file = path_of(r, p->name) };
	size_t at = 0;
	unsigned number = 0;
	char *line, *more;

	t.text = read_text(r, p, p->name, &t.len);
	if (!t.text)
		return;
	*to = (struct def_name){ 0, t.file, 0 };
	if (!def_next_line(r->s, &t, &at, &line, &number) ||
		def_next_line(r->s, &t, &at, &more, &number)) {
		if (p->kind == PROP_PIPELINE)
			return;
		diag_error(r->s->diag, 1, t.file, number,
			"this should only "
			"contain one name");
		return;
	}
	if (!r->s->diag->lax)
		def_trim(line);
	*to = (struct def_name){ line, t.file, number };
	if (p->kind != PROP_PIPELINE && !def_check_name(r->s, to))
		to->name = 0;
}

/* For numbers of milliseconds: what is meant by "5s" is known, but s6-rc
 * would not take it, so it is said instead of taken. */
static void
bad_number(struct reader *r, const struct prop *p, int code, const char *text)
{
	char hint[40] = "";
	uint64_t ms;

	if (!strncmp(p->unit, "milliseconds", 12) &&
		num_duration(text, 1, &ms) && ms <= UINT32_MAX)
		snprintf(hint, sizeof hint, " (write %lu)", (unsigned long)ms);
	diag_error(r->s->diag, code, path_of(r, p->name), 1,
		"invalid number "
		"'%.40s', expected %s%s",
		text, p->unit, hint);
}

/* Behind the first line stands what does not count. */
static void
warn_rest(struct reader *r, const char *name, const char *text, size_t len)
{
	size_t n = strcspn(text, "\n");

	while (n < len && strchr(" \t\n", text[n]))
		n++;
	if (n < len && !r->s->diag->lax)
		diag_warn(r->s->diag, path_of(r, name), 2,
			"what stands "
			"behind the first line is ignored");
}

/* ms, trailing newlines removed; then digits only. */
static void
read_timeout(struct reader *r, const struct prop *p)
{
	size_t len;
	char *text = read_text(r, p, p->name, &len);
	unsigned u;

	if (!text)
		return;
	while (len && text[len - 1] == '\n')
		text[--len] = 0;
	if (strlen(text) == len && num_uint(text, &u)) {
		r->d->timeout[p->value] = u;
		if (p->value && !u)
			r->d->flags |= DB_PATIENT;
		return;
	}
	if (strlen(text) == len && strchr(text, '\n'))
		diag_error(r->s->diag, 1, path_of(r, p->name), 2,
			"there is a "
			"second line, expected only %s",
			p->unit);
	else
		bad_number(r, p, 1, text);
}

/* First line only: a number, copied in its plain form. */
static void
read_uint(struct reader *r, const struct prop *p)
{
	size_t len;
	char *text = read_text(r, p, p->name, &len);
	unsigned u;

	if (!text)
		return;
	warn_rest(r, p->name, text, len);
	text[strcspn(text, "\n")] = 0;
	if (!num_uint(text, &u)) {
		bad_number(r, p, r->s->diag->lax ? 111 : 1, text);
		return;
	}
	if (u > svdir_find(p->name)->max)
		diag_strict(r->s->diag, path_of(r, p->name), 1,
			"%u is too "
			"large, expected %s",
			u, p->unit);
	text = arena_printf(r->s->mem, "%u\n", u);
	def_set_file(r->s, r->d, p->name, S_IFREG | 0644, text, strlen(text));
}

static void
read_copy(struct reader *r, const struct prop *p)
{
	size_t len;
	char *text = read_text(r, p, p->name, &len), *name;

	if (!text)
		return;
	warn_rest(r, p->name, text, len);
	def_set_file(r->s, r->d, p->name, S_IFREG | 0644, text, len);
	name = arena_dup(r->s->mem, text, strcspn(text, "\n"));
	if (!num_signal(name))
		diag_strict(r->s->diag, path_of(r, p->name), 1,
			"unknown "
			"signal '%.40s', expected a name as SIGTERM, or a "
			"number",
			name);
}

static void
read_exec(struct reader *r, const struct prop *p)
{
	size_t len;
	uint32_t mode;
	char *text = slurp(r->s->mem, r->fd, p->name, &len, &mode);
	const char *file = path_of(r, p->name);

	if (text) {
		note_mode(r, mode);
		def_set_file(r->s, r->d, p->name, S_IFREG | 0755, text, len);
		return;
	}
	if (errno == ENOENT || errno == EISDIR || errno == EINVAL)
		diag_error(r->s->diag, 1, file, 0, "%s, expected %s",
			errno == ENOENT ? "the link leads nowhere"
					: "this is not a regular file",
			p->unit);
	else
		diag_sys(r->s->diag, file, "unable to read");
}

/* Is this a script for a shell, and not one command line: more than one line
 * of commands, or words and characters that only a shell gives a meaning to?
 * A block, which is words with a blank in front, belongs to execline. */
static int
is_for_shell(
	const struct db_script *c, const struct def_text *t, struct defs *s)
{
	static const char *const words[] = { "set", "case", "for", "while",
		"until", "then", "fi", "[", "[[", ".", "source", "export", "|",
		"||", "&", "&&", ";", ">", ">>", "<", "2>&1" };
	const char *p = c->argv;
	unsigned lines = 0, number = 0;
	size_t at = 0;
	char *line;

	for (uint32_t i = 0; i < c->argc; i++, p += strlen(p) + 1) {
		if (*p == ' ')
			return 0;
		if (!strpbrk(p, " \t\n") && strpbrk(p, "`$;"))
			return 1;
		for (size_t k = 0; k < sizeof words / sizeof *words; k++)
			if (!strcmp(p, words[k]))
				return 1;
	}
	while (def_next_line(s, t, &at, &line, &number))
		lines += line[0] && line[strlen(line) - 1] != '\\';
	return lines > 1 || (c->argc && strchr(c->argv, '='));
}

static void
read_script(struct reader *r, const struct prop *p)
{
	size_t len;
	char *text = read_text(r, p, p->name, &len);
	const char *file = path_of(r, p->name);
	struct db_script *s = r->d->script + p->value;

	if (!text)
		return;
	def_lex(r->s, s, file, text, len);
	s->present = 1;
	if (len > 2 && text[0] == '#' && text[1] == '!' &&
		!memmem(text, strcspn(text, "\n"), "execlineb", 9) &&
		is_for_shell(s, &(struct def_text){ p, file, text, len }, r->s))
		diag_warn(r->s->diag, file, 1,
			"this line is a comment: the "
			"file is one execline command line, not a script for "
			"%.*s",
			(int)strcspn(text + 2, "\n"), text + 2);
}

/* What is read from a tree is there once, except that an instance replaces
 * what its template has: no need to look through all files for each. */
static void
add_file(struct reader *r, const char *path, uint32_t mode, const char *data,
	size_t len)
{
	struct def *d = r->d;

	if (d->instance) {
		def_set_file(r->s, d, path, mode, data, len);
		return;
	}
	d->files = arena_more(r->s->mem, d->files, d->nfiles, sizeof *d->files);
	d->files[d->nfiles++] = (struct db_file){ path, mode, data, len };
}

static void
add_link(struct reader *r, int fd, const char *name, const char *path)
{
	char target[PATH_LEN];
	ssize_t n = readlinkat(fd, name, target, sizeof target - 1);

	if (n <= 0) {
		diag_sys(r->s->diag, path, "unable to read this link");
		return;
	}
	add_file(r, path, S_IFLNK | 0777,
		arena_dup(r->s->mem, target, (size_t)n), (size_t)n);
}

/* A directory with all that is in it.  No recursion: directories found are
 * put on a list, and the list is worked through. */
static void
read_tree(struct reader *r, const struct prop *p)
{
	struct arena *mem = r->s->mem;
	const char **dirs = 0;
	size_t ndirs = 0;
	struct stat st;

	if (fstatat(r->fd, p->name, &st, 0) < 0) {
		diag_sys(r->s->diag, path_of(r, p->name), "unable to read");
		return;
	}
	if (!S_ISDIR(st.st_mode)) {
		diag_error(r->s->diag, 1, path_of(r, p->name), 0,
			"this is "
			"not a directory, expected one");
		return;
	}
	dirs = arena_more(mem, dirs, ndirs, sizeof *dirs);
	dirs[ndirs++] = p->name;
	add_file(r, p->name, S_IFDIR | (st.st_mode & 07777), "", 0);
	for (size_t i = 0; i < ndirs; i++) {
		char **names;
		int fd = open_dir(r->fd, dirs[i]);
		ssize_t n = fd < 0 ? -1 : list_dir(mem, fd, &names, 1);

		if (n < 0)
			diag_sys(r->s->diag, path_of(r, dirs[i]),
				"unable to read this directory");
		for (ssize_t k = 0; k < n; k++) {
			char *path = arena_path(mem, dirs[i], names[k]), *data;
			size_t len;
			uint32_t mode;

			if (fstatat(fd, names[k], &st, AT_SYMLINK_NOFOLLOW) <
				0) {
				diag_sys(r->s->diag, path_of(r, path),
					"unable to read");
			} else if (S_ISDIR(st.st_mode)) {
				add_file(r, path,
					S_IFDIR | (st.st_mode & 07777), "", 0);
				dirs = arena_more(
					mem, dirs, ndirs, sizeof *dirs);
				dirs[ndirs++] = path;
			} else if (S_ISLNK(st.st_mode)) {
				add_link(r, fd, names[k], path);
			} else if (!S_ISREG(st.st_mode)) {
				diag_error(r->s->diag, 1, path_of(r, path), 0,
					"expected a file, a directory or a "
					"link");
			} else if ((data = slurp(
					    mem, fd, names[k], &len, &mode))) {
				note_mode(r, mode);
				add_file(r, path, S_IFREG | mode, data, len);
			} else
				diag_sys(r->s->diag, path_of(r, path),
					"unable to read");
		}
		if (fd >= 0)
			close(fd);
	}
}

static void
read_property(struct reader *r, const struct prop *p)
{
	struct def_text t = { .prop = p };

	t.text = read_text(r, p, p->name, &t.len);
	if (!t.text)
		return;
	t.file = path_of(r, p->name);
	for (size_t i = 0; i < r->d->ntexts; i++)
		if (r->d->texts[i].prop == p) {
			r->d->texts[i] = t; /* of an instance */
			return;
		}
	r->d->texts = arena_more(
		r->s->mem, r->d->texts, r->d->ntexts, sizeof *r->d->texts);
	r->d->texts[r->d->ntexts++] = t;
	if (strlen(t.text) != t.len)
		diag_error(r->s->diag, 1, t.file, 0,
			"there is a NUL in this "
			"file, expected %s",
			p->unit);
}

static void
read_known(struct reader *r, const struct prop *p)
{
	switch (p->kind) {
	case PROP_IGNORED:
		if (!r->s->diag->lax)
			diag_warn(r->s->diag, path_of(r, p->name), 0,
				"ignored: %s", p->meaning);
		break;
	case PROP_TYPE:
	case PROP_INSTANCES:
		break;
	case PROP_FLAG:
		r->d->flags |= p->value;
		break;
	case PROP_MARK:
		def_set_file(r->s, r->d, p->name, S_IFREG | 0644, "", 0);
		break;
	case PROP_DIR:
		read_dir(r, p);
		break;
	case PROP_NAMES:
		read_names(r, p);
		break;
	case PROP_PRODUCER:
		read_name(r, p, &r->d->producer_for);
		break;
	case PROP_PIPELINE:
		read_name(r, p, &r->d->pipeline);
		break;
	case PROP_TIMEOUT:
		read_timeout(r, p);
		break;
	case PROP_UINT:
		read_uint(r, p);
		break;
	case PROP_COPY:
		read_copy(r, p);
		break;
	case PROP_EXEC:
		read_exec(r, p);
		break;
	case PROP_SCRIPT:
		/* Only a oneshot's is known to s6-rc. */
		if (r->d->type == DB_LONGRUN && !r->s->own)
			diag_note(r->s->diag, path_of(r, p->name), 0,
				"ignored in a longrun");
		else
			read_script(r, p);
		break;
	case PROP_TREE:
		read_tree(r, p);
		break;
	case PROP_TEXT:
		read_property(r, p);
		break;
	}
}

static void
read_unknown(struct reader *r, const char *name)
{
	const char *near = prop_near(name, !r->s->own);
	const char *file = path_of(r, name);

	if (near)
		diag_strict(r->s->diag, file, 0,
			"unknown file; did "
			"you mean %s?",
			near);
	else if (r->s->diag->lax)
		diag_note(r->s->diag, file, 0, "unknown file, ignored");
	else
		diag_warn(r->s->diag, file, 0, "unknown file, ignored");
}

static const unsigned for_type[] = { [DB_LONGRUN] = FOR_LONGRUN,
	[DB_ONESHOT] = FOR_ONESHOT,
	[DB_BUNDLE] = FOR_BUNDLE };
static const char *const type_name[] = { [DB_LONGRUN] = "longrun",
	[DB_ONESHOT] = "oneshot",
	[DB_BUNDLE] = "bundle" };

static void
read_wrong_type(struct reader *r, const struct prop *p)
{
	const char *file = path_of(r, p->name);
	const char *type = type_name[r->d->type];

	/* Scripts that a oneshot's up calls are often named run. */
	if (p->kind == PROP_EXEC || (p->s6rc && r->s->diag->lax))
		diag_note(r->s->diag, file, 0, "ignored in a %s", type);
	else if (p->types == FOR_SOURCE)
		diag_strict(r->s->diag, file, 0,
			"this belongs beside the "
			"services, not into one");
	else if (p->s6rc)
		diag_warn(r->s->diag, file, 0,
			"ignored: without meaning in a "
			"%s",
			type);
	else
		diag_strict(r->s->diag, file, 0,
			"without meaning in a %s, "
			"expected in a %s",
			type,
			p->types == FOR_ATOMIC		  ? "longrun or oneshot"
				: p->types == FOR_LONGRUN ? "longrun"
				: p->types == FOR_ONESHOT ? "oneshot"
							  : "bundle");
}

/* What s6-rc reads of a type: eight bytes, one newline may end them. */
static int
parse_type(const char *text, size_t len, int lax, enum db_type *type)
{
	for (unsigned i = 0; i < 3; i++) {
		size_t n = strlen(type_name[i]);

		if (len < n || memcmp(text, type_name[i], n))
			continue;
		if (len > n && text[n] != '\n')
			continue;
		if (lax && n < 7 && len > n + 1)
			continue;
		*type = i;
		return 1;
	}
	return 0;
}

/* 0: said, or not a definition. */
static int
read_type(struct reader *r, int has_program)
{
	size_t len;
	uint32_t mode;
	char *text = slurp(r->s->mem, r->fd, "type", &len, &mode), *line;
	const char *file = path_of(r, "type");
	struct suggest near;

	if (!text && errno == ENOENT && has_program) {
		r->d->type = DB_LONGRUN;
		return 1;
	}
	if (!text && errno == ENOENT && !r->s->diag->lax) {
		diag_error(r->s->diag, 111, file, 0,
			"this is missing, expected "
			"longrun, oneshot or bundle in it (or a command or a "
			"run beside it)");
		return 0;
	}
	if (!text) {
		diag_error(r->s->diag, 111, file, 0,
			"%s%s; expected longrun, "
			"oneshot or bundle in it",
			errno == EINVAL ? "" : "unable to read: ",
			errno == EINVAL ? "this is not a "
					  "regular file"
					: strerror(errno));
		return 0;
	}
	text = plain_text(r, "type", text, &len);
	if (parse_type(text, len, r->s->diag->lax, &r->d->type)) {
		warn_rest(r, "type", text, len);
		return 1;
	}
	line = arena_dup(r->s->mem, text, strcspn(text, "\n"));
	near = suggest_init(line);
	for (unsigned i = 0; i < 3; i++)
		suggest_try(&near, type_name[i]);
	diag_error(r->s->diag, 1, file, 1,
		"invalid type '%.40s', expected "
		"longrun, oneshot or bundle%s%s%s",
		line, near.best ? " (did you mean " : "",
		near.best ? near.best : "", near.best ? "?)" : "");
	return 0;
}

static int
dangles(struct reader *r, const char *name)
{
	return faccessat(r->fd, name, F_OK, 0) < 0 && errno == ENOENT;
}

/* By s6's names: is this file, as for s6-rc, not there?  Without the scripts
 * there is no service, so it is an error if those are not. */
static int
passed_over(struct reader *r, const struct prop *p)
{
	struct defs *s = r->s;

	if (!p->s6rc && !s->own) {
		if (!s->npassed_over++)
			s->passed_over = path_of(r, p->name);
		return 1;
	}
	if (!s->diag->lax || p->kind == PROP_TYPE || !strcmp(p->name, "run") ||
		!strcmp(p->name, "up") || !dangles(r, p->name))
		return 0;
	diag_note(s->diag, path_of(r, p->name), 0,
		"ignored: the link leads "
		"nowhere");
	return 1;
}

static int
has_name(char **names, ssize_t n, const char *name)
{
	for (ssize_t i = 0; i < n; i++)
		if (!strcmp(names[i], name))
			return 1;
	return 0;
}

/* With template/, programs expect these two beside it. */
static void
add_instance_dirs(struct reader *r)
{
	if (!def_file(r->d, "template"))
		return;
	def_set_file(r->s, r->d, "instance", S_IFDIR | 0755, "", 0);
	def_set_file(r->s, r->d, "instances", S_IFDIR | 0755, "", 0);
}

static unsigned
uint_of(const struct db_file *f)
{
	unsigned u = 0;
	char s[16];

	if (f && f->len && f->len <= sizeof s) {
		memcpy(s, f->data, f->len);
		s[f->len - 1] = 0;
		num_uint(s, &u);
	}
	return u;
}

/* has_run: or a command, good or bad. */
static void
check_longrun(struct reader *r, int has_run)
{
	const struct db_file *fd = def_file(r->d, "notification-fd"),
			     *lock = def_file(r->d, "lock-fd");

	if (!has_run && !def_text(r->d, "command"))
		diag_error(r->s->diag, 1, path_of(r, "run"), 0,
			"there is no "
			"such file, expected a run script%s",
			r->s->diag->lax ? "" : " (or a file command)");
	if (fd) {
		r->d->flags |= DB_NOTIFIES;
		if (uint_of(fd) < 3)
			diag_warn(r->s->diag, path_of(r, "notification-fd"), 1,
				"a notification-fd of %u takes away standard "
				"%s",
				uint_of(fd),
				uint_of(fd) == 0	   ? "input"
					: uint_of(fd) == 1 ? "output"
							   : "error");
		if (uint_of(fd) >= USUAL_FDS)
			diag_warn(r->s->diag, path_of(r, "notification-fd"), 1,
				"a notification-fd of %u is beyond the usual "
				"limit of %d descriptors",
				uint_of(fd), USUAL_FDS);
	}
	if (fd && lock && uint_of(fd) == uint_of(lock))
		diag_error(r->s->diag, 1, path_of(r, "lock-fd"), 1,
			"the same "
			"value as in notification-fd, expected "
			"another descriptor");
	add_instance_dirs(r);
}

static void
check_oneshot(struct reader *r, int has_run, int has_up)
{
	if (has_up || r->d->script[1].present || def_text(r->d, "command"))
		return;
	diag_error(r->s->diag, r->s->diag->lax ? 111 : 1, path_of(r, "up"), 0,
		"there is no such file, expected a command line%s",
		has_run ? " (a oneshot has no run; did you mean up, or the type longrun?)"
			: "");
}

static void
read_files(struct reader *r, char **names, ssize_t n)
{
	/* The .d form of a list comes last, so it is read first and hides
	 * the flat one. */
	for (ssize_t i = n; i--;) {
		const struct prop *p = prop_find(names[i]);

		if (!p)
			read_unknown(r, names[i]);
		else if (passed_over(r, p))
			continue;
		else if (p->types & for_type[r->d->type])
			read_known(r, p);
		else
			read_wrong_type(r, p);
	}
}

/* Files in instances.d/NAME replace those of the template; a list replaces
 * the list. */
static void
read_instance(struct reader *r)
{
	struct reader over = { .s = r->s, .d = r->d };
	const char *name =
		arena_printf(r->s->mem, "instances.d/%s", r->d->instance);
	char **names;
	ssize_t n;

	over.dir = r->over_dir ? arena_path(r->s->mem, r->over_dir, name)
			       : path_of(r, name);
	over.fd = open_dir(r->over_dir ? r->over_fd : r->fd, name);
	if (over.fd < 0) {
		if (errno != ENOTDIR && errno != ENOENT)
			diag_sys(r->s->diag, over.dir, "unable to open");
		return;
	}
	n = list_dir(r->s->mem, over.fd, &names, 0);
	if (n < 0)
		diag_sys(r->s->diag, over.dir,
			"unable to read this "
			"directory");
	for (ssize_t i = 0; i < n; i++) {
		const struct prop *p = prop_find(names[i]);

		if (p && (p->kind == PROP_DIR || p->kind == PROP_NAMES))
			r->d->lists[p->value] = (struct def_names){ 0 };
	}
	if (n > 0)
		read_files(&over, names, n);
	close(over.fd);
}

/* Its directory, and the source that it is in. */
static void
note_directories(struct reader *r)
{
	static const char *const names[] = { ".", ".." };
	struct stat st;

	for (int i = 0; i < 2; i++)
		if (fstatat(r->fd, names[i], &st, 0) == 0 &&
			!(st.st_mode & S_IXOTH))
			r->d->closed |= CLOSED_ALL;
}

/* Files of one definition directory into d. */
static void
read_def(struct reader *r)
{
	struct def *d = r->d;
	char **names;
	ssize_t n = -1;
	int has_run, has_command;

	/* A template's is read again for each instance. */
	if (!d->instance || lseek(r->fd, 0, SEEK_SET) == 0)
		n = list_dir(r->s->mem, r->fd, &names, 0);
	if (n < 0) {
		diag_sys(r->s->diag, d->dir, "unable to read this directory");
		d->bad = 1;
		return;
	}
	note_directories(r);
	has_run = has_name(names, n, "run");
	has_command = r->s->own && has_name(names, n, "command");
	if (!read_type(r, has_command || (!r->s->diag->lax && has_run))) {
		d->bad = 1;
		return;
	}
	read_files(r, names, n);
	if (d->instance)
		read_instance(r);
	if (d->type == DB_LONGRUN)
		check_longrun(r, has_run || def_file(d, "run") || has_command);
	else if (d->type == DB_ONESHOT)
		check_oneshot(
			r, has_run, has_name(names, n, "up") || has_command);
	else if (!d->lists[LIST_CONTENTS].present)
		diag_error(r->s->diag, r->s->diag->lax ? 111 : 1,
			path_of(r, "contents.d"), 0,
			"there is no such "
			"directory, and no contents; expected the members of "
			"the bundle");
}

/* --- source directories */

/* Plain files beside the services: two have a meaning, what is nearly one of
 * them is said, the rest (README and the like) is ignored. */
static void
read_beside(struct defs *s, int fd, const char *name, const char *path)
{
	const struct prop *p = prop_find(name);
	const char *near = p ? 0 : prop_near(name, !s->own);
	struct def_text t = { .prop = p, .file = path };
	uint32_t mode;

	if (near && prop_find(near)->types == FOR_SOURCE)
		diag_strict(s->diag, path, 0, "unknown file; did you mean %s?",
			near);
	if (!p || p->types != FOR_SOURCE || !strcmp(name, OWN_MARK))
		return;
	if (!s->own) {
		if (!s->npassed_over++)
			s->passed_over = path;
		return;
	}
	t.text = slurp(s->mem, fd, name, &t.len, &mode);
	if (!t.text) {
		diag_sys(s->diag, path, "unable to read");
	} else if (!strcmp(name, "log-user")) {
		const char *user = def_line(s, &t);

		if (user && !s->loguser) {
			s->loguser = user;
			s->loguser_text = t;
		}
	} else {
		s->default_logger = 1;
		s->default_logging = t;
	}
}

struct def *
def_new(struct defs *s, const char *source, const char *name, const char *dir)
{
	struct def *d = arena_alloc(s->mem, sizeof *d);

	d->name = name;
	d->source = source;
	d->dir = dir;
	s->v = arena_more(s->mem, s->v, s->n, sizeof *s->v);
	s->v[s->n++] = d;
	return d;
}

/* What stands for $INSTANCE is put into command lines, so it must be one
 * plain word everywhere. */
static int
instance_ok(struct defs *s, const char *name, const char *file)
{
	for (const char *p = name; *p; p++)
		if (!isalnum((unsigned char)*p) && !strchr("._-+:,=@%~", *p) &&
			!((unsigned char)*p & 0x80)) {
			diag_error(s->diag, 1, file, 0,
				"'%.60s' cannot be the "
				"name of an instance, expected letters, "
				"digits and . _ - + : , = @ %% ~",
				name);
			return 0;
		}
	return 1;
}

static struct template *
find_template(struct defs *s, const char *name)
{
	/* The last one is that of the source with precedence. */
	for (size_t i = s->ntemplates; i--;)
		if (!strcmp(s->templates[i].name, name))
			return s->templates + i;
	return 0;
}

static int
has_member(const struct def *bundle, const char *name)
{
	const struct def_names *l = bundle->lists + LIST_CONTENTS;

	for (size_t i = 0; i < l->n; i++)
		if (!strcmp(l->v[i].name, name))
			return 1;
	return 0;
}

/* One instance of a template whose directory is fd; its own files are in
 * over, if that is not 0. */
static void
read_one_instance(struct defs *s, const struct template *t, int fd,
	const char *instance, const char *over, int over_fd)
{
	const char *dir = over ? over : t->path;
	struct def_name full = { arena_printf(
					 s->mem, "%s%s", t->name, instance),
		arena_printf(s->mem, "%s/instances.d/%s", dir, instance), 0 };
	struct reader r = { .s = s,
		.fd = fd,
		.dir = t->path,
		.over_fd = over_fd,
		.over_dir = over };

	if (!instance_ok(s, instance, full.file) || !def_check_name(s, &full))
		return;
	r.d = def_new(s, t->source, full.name, dir);
	r.d->instance = instance;
	r.d->template = t->all;
	read_def(&r);
	if (!has_member(t->all, full.name))
		def_add_name(s, t->all, LIST_CONTENTS, full.name, full.file, 0);
}

static struct template *
new_template(
	struct defs *s, const char *source, const char *name, const char *path)
{
	struct def *all = def_new(s, source, name, path);

	all->type = DB_BUNDLE;
	all->is_template = 1;
	all->lists[LIST_CONTENTS].present = 1;
	s->templates = arena_more(
		s->mem, s->templates, s->ntemplates, sizeof *s->templates);
	s->templates[s->ntemplates] =
		(struct template){ source, name, path, all };
	return s->templates + s->ntemplates++;
}

/* A directory with instances.d and nothing else adds instances to the
 * template of that name in an earlier source. */
static int
only_instances(struct arena *mem, int fd)
{
	char **names;
	ssize_t n = list_dir(mem, fd, &names, 0);

	return n == 1;
}

/* NAME@ with instances.d: a service for each instance, and a bundle NAME@
 * of them.  1 if it is one. */
static int
read_template(struct defs *s, int fd, const char *source, const char *name,
	const char *path)
{
	int is_one = s->own && name[strlen(name) - 1] == '@',
	    dir = is_one ? open_dir(fd, "instances.d") : -1, base;
	struct template *t;
	char **names;
	ssize_t n;

	if (!is_one)
		return 0;
	if (dir < 0 && errno != ENOENT) {
		diag_error(s->diag, 1,
			arena_printf(s->mem, "%s/instances.d", path), 0,
			"%s, expected a directory of names", strerror(errno));
		return 1;
	}
	if (dir < 0) {
		if (!s->diag->lax)
			diag_warn(s->diag, path, 0,
				"there is no instances.d: "
				"this is one service of that name, not a "
				"template");
		return 0;
	}
	n = list_dir(s->mem, dir, &names, 0);
	close(dir);
	if (n < 0) {
		diag_sys(s->diag, path, "unable to read its instances.d");
		return 1;
	}
	t = find_template(s, name);
	if (!only_instances(s->mem, fd))
		t = 0;
	else if (!t) {
		diag_error(s->diag, 1, path, 0,
			"there is nothing but "
			"instances.d, and no source before this one has that "
			"template; expected a command, or the sources in "
			"another order");
		return 1;
	}
	base = t ? open_dir(AT_FDCWD, t->path) : -1;
	if (!t)
		t = new_template(s, source, name, path);
	for (ssize_t i = 0; i < n; i++)
		read_one_instance(s, t, base < 0 ? fd : base, names[i],
			base < 0 ? 0 : path, fd);
	if (base >= 0)
		close(base);
	return 1;
}

static int
is_defined(const struct defs *s, const char *name)
{
	for (size_t i = 0; i < s->n; i++)
		if (!strcmp(s->v[i]->name, name))
			return 1;
	return 0;
}

void
def_implied(struct defs *s)
{
	s->own = 1; /* else there is no template */
	/* What is added has dependencies too, and comes behind. */
	for (size_t i = 0; i < s->n; i++) {
		const struct def_names *l = s->v[i]->lists + LIST_DEPS;
		const char *instance = s->v[i]->instance;

		for (size_t k = 0; instance && k < l->n; k++) {
			const char *to = l->v[k].name;
			const struct template *t = to[strlen(to) - 1] == '@'
				? find_template(s, to)
				: 0;
			int fd;

			if (!t ||
				is_defined(s,
					arena_printf(
						s->mem, "%s%s", to, instance)))
				continue;
			fd = open_dir(AT_FDCWD, t->path);
			if (fd < 0) {
				diag_sys(s->diag, t->path, "unable to open");
				continue;
			}
			read_one_instance(s, t, fd, instance, 0, 0);
			close(fd);
		}
	}
}

static void
read_entry(struct defs *s, int fd, const char *source, const char *name)
{
	const char *path = arena_path(s->mem, source, name);
	struct def_name n = { name, path, 0 };
	struct reader r = { .s = s };

	if (strchr(name, '\n')) {
		diag_error(s->diag, 1, source, 0,
			"the name of a directory in "
			"it contains a newline");
		return;
	}
	if (!def_check_name(s, &n))
		return;
	r.fd = open_dir(fd, name);
	if (r.fd < 0 && errno == ENOTDIR) {
		read_beside(s, fd, name, path);
		return;
	}
	if (r.fd < 0) {
		if (errno == ENOENT)
			diag_error(s->diag, 111, path, 0,
				"the link leads "
				"nowhere, expected a definition");
		else
			diag_sys(s->diag, path, "unable to open");
		/* Who names it makes no mistake. */
		def_new(s, source, name, path);
		return;
	}
	r.dir = path;
	if (!read_template(s, r.fd, source, name, path)) {
		r.d = def_new(s, source, name, path);
		read_def(&r);
	}
	close(r.fd);
}

/* A plain file: a service may have that name. */
static int
has_mark(int fd, char **names, ssize_t n)
{
	struct stat st;

	return has_name(names, n, OWN_MARK) &&
		fstatat(fd, OWN_MARK, &st, 0) == 0 && S_ISREG(st.st_mode);
}

void
def_source(struct defs *s, const char *source)
{
	int fd = open_dir(AT_FDCWD, source);
	char **names;
	ssize_t n = fd < 0 ? -1 : list_dir(s->mem, fd, &names, 0);
	size_t before = s->n;

	if (n < 0)
		diag_sys(s->diag, source, "unable to read this directory");
	s->own = !s->s6_only || has_mark(fd, names, n);
	for (ssize_t i = 0; i < n; i++)
		read_entry(s, fd, source, names[i]);
	if (n >= 0 && s->n == before && !s->diag->code)
		diag_warn(s->diag, source, 0, "source is empty");
	if (fd >= 0)
		close(fd);
}
