/* def-kinds.c - one file of a definition, by its kind in the table of
 * props.c. */

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <sys/stat.h>

#include "lib/num.h"
#include "lib/path.h"
#include "rc/compile/def-read.h"
#include "supervise/svdir.h"

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
	diag_error(r->s->diag, code, reader_path(r, p->name), 1,
		"invalid number "
		"'%.40s', expected %s%s",
		text, p->unit, hint);
}

/* Behind the first line stands what does not count. */
void
reader_warn_rest(
	struct reader *r, const char *name, const char *text, size_t len)
{
	size_t n = strcspn(text, "\n");

	while (n < len && strchr(" \t\n", text[n]))
		n++;
	if (n < len && !r->s->diag->lax)
		diag_warn(r->s->diag, reader_path(r, name), 2,
			"what stands "
			"behind the first line is ignored");
}

/* ms, trailing newlines removed; then digits only. */
static void
read_timeout(struct reader *r, const struct prop *p)
{
	size_t len;
	char *text = reader_text(r, p, p->name, &len);
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
		diag_error(r->s->diag, 1, reader_path(r, p->name), 2,
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
	char *text = reader_text(r, p, p->name, &len);
	unsigned u;

	if (!text)
		return;
	reader_warn_rest(r, p->name, text, len);
	text[strcspn(text, "\n")] = 0;
	if (!num_uint(text, &u)) {
		bad_number(r, p, r->s->diag->lax ? 111 : 1, text);
		return;
	}
	if (u > svdir_find(p->name)->max)
		diag_strict(r->s->diag, reader_path(r, p->name), 1,
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
	char *text = reader_text(r, p, p->name, &len), *name;

	if (!text)
		return;
	reader_warn_rest(r, p->name, text, len);
	def_set_file(r->s, r->d, p->name, S_IFREG | 0644, text, len);
	name = arena_dup(r->s->mem, text, strcspn(text, "\n"));
	if (!num_signal(name))
		diag_strict(r->s->diag, reader_path(r, p->name), 1,
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
	char *text = def_slurp(r->s->mem, r->fd, p->name, &len, &mode);
	const char *file = reader_path(r, p->name);

	if (text) {
		reader_note_mode(r, mode);
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
	char *text = reader_text(r, p, p->name, &len);
	const char *file = reader_path(r, p->name);
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
		diag_sys(r->s->diag, reader_path(r, p->name), "unable to read");
		return;
	}
	if (!S_ISDIR(st.st_mode)) {
		diag_error(r->s->diag, 1, reader_path(r, p->name), 0,
			"this is "
			"not a directory, expected one");
		return;
	}
	dirs = arena_more(mem, dirs, ndirs, sizeof *dirs);
	dirs[ndirs++] = p->name;
	add_file(r, p->name, S_IFDIR | (st.st_mode & 07777), "", 0);
	for (size_t i = 0; i < ndirs; i++) {
		char **names;
		int fd = def_open_dir(r->fd, dirs[i]);
		ssize_t n = fd < 0 ? -1 : def_list_dir(mem, fd, &names, 1);

		if (n < 0)
			diag_sys(r->s->diag, reader_path(r, dirs[i]),
				"unable to read this directory");
		for (ssize_t k = 0; k < n; k++) {
			char *path = arena_path(mem, dirs[i], names[k]), *data;
			size_t len;
			uint32_t mode;

			if (fstatat(fd, names[k], &st, AT_SYMLINK_NOFOLLOW) <
				0) {
				diag_sys(r->s->diag, reader_path(r, path),
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
				diag_error(r->s->diag, 1, reader_path(r, path),
					0,
					"expected a file, a directory or a "
					"link");
			} else if ((data = def_slurp(
					    mem, fd, names[k], &len, &mode))) {
				reader_note_mode(r, mode);
				add_file(r, path, S_IFREG | mode, data, len);
			} else
				diag_sys(r->s->diag, reader_path(r, path),
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

	t.text = reader_text(r, p, p->name, &t.len);
	if (!t.text)
		return;
	t.file = reader_path(r, p->name);
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

void
reader_known(struct reader *r, const struct prop *p)
{
	switch (p->kind) {
	case PROP_IGNORED:
		if (!r->s->diag->lax)
			diag_warn(r->s->diag, reader_path(r, p->name), 0,
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
		reader_dir(r, p);
		break;
	case PROP_NAMES:
		reader_names(r, p);
		break;
	case PROP_PRODUCER:
		reader_name(r, p, &r->d->producer_for);
		break;
	case PROP_PIPELINE:
		reader_name(r, p, &r->d->pipeline);
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
			diag_note(r->s->diag, reader_path(r, p->name), 0,
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
