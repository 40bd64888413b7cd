/* def-read.c - one definition directory: its type, its files, and what one of
 * that type must have. */

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include <sys/stat.h>

#include "lib/num.h"
#include "lib/suggest.h"
#include "rc/compile/def-read.h"

/* RLIMIT_NOFILE of most systems, unless raised. */
enum { USUAL_FDS = 1024 };

static void
read_unknown(struct reader *r, const char *name)
{
	const char *near = prop_near(name, !r->s->own);
	const char *file = reader_path(r, name);

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
	const char *file = reader_path(r, p->name);
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
	char *text = def_slurp(r->s->mem, r->fd, "type", &len, &mode), *line;
	const char *file = reader_path(r, "type");
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
	text = reader_plain(r, "type", text, &len);
	if (parse_type(text, len, r->s->diag->lax, &r->d->type)) {
		reader_warn_rest(r, "type", text, len);
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
			s->passed_over = reader_path(r, p->name);
		return 1;
	}
	if (!s->diag->lax || p->kind == PROP_TYPE || !strcmp(p->name, "run") ||
		!strcmp(p->name, "up") || !dangles(r, p->name))
		return 0;
	diag_note(s->diag, reader_path(r, p->name), 0,
		"ignored: the link leads "
		"nowhere");
	return 1;
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
		diag_error(r->s->diag, 1, reader_path(r, "run"), 0,
			"there is no "
			"such file, expected a run script%s",
			r->s->diag->lax ? "" : " (or a file command)");
	if (fd) {
		r->d->flags |= DB_NOTIFIES;
		if (uint_of(fd) < 3)
			diag_warn(r->s->diag, reader_path(r, "notification-fd"),
				1,
				"a notification-fd of %u takes away standard "
				"%s",
				uint_of(fd),
				uint_of(fd) == 0	   ? "input"
					: uint_of(fd) == 1 ? "output"
							   : "error");
		if (uint_of(fd) >= USUAL_FDS)
			diag_warn(r->s->diag, reader_path(r, "notification-fd"),
				1,
				"a notification-fd of %u is beyond the usual "
				"limit of %d descriptors",
				uint_of(fd), USUAL_FDS);
	}
	if (fd && lock && uint_of(fd) == uint_of(lock))
		diag_error(r->s->diag, 1, reader_path(r, "lock-fd"), 1,
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
	diag_error(r->s->diag, r->s->diag->lax ? 111 : 1, reader_path(r, "up"),
		0, "there is no such file, expected a command line%s",
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
			reader_known(r, p);
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
			       : reader_path(r, name);
	over.fd = def_open_dir(r->over_dir ? r->over_fd : r->fd, name);
	if (over.fd < 0) {
		if (errno != ENOTDIR && errno != ENOENT)
			diag_sys(r->s->diag, over.dir, "unable to open");
		return;
	}
	n = def_list_dir(r->s->mem, over.fd, &names, 0);
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
void
reader_def(struct reader *r)
{
	struct def *d = r->d;
	char **names;
	ssize_t n = -1;
	int has_run, has_command;

	/* A template's is read again for each instance. */
	if (!d->instance || lseek(r->fd, 0, SEEK_SET) == 0)
		n = def_list_dir(r->s->mem, r->fd, &names, 0);
	if (n < 0) {
		diag_sys(r->s->diag, d->dir, "unable to read this directory");
		d->bad = 1;
		return;
	}
	note_directories(r);
	has_run = def_has_name(names, n, "run");
	has_command = r->s->own && def_has_name(names, n, "command");
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
		check_oneshot(r, has_run,
			def_has_name(names, n, "up") || has_command);
	else if (!d->lists[LIST_CONTENTS].present)
		diag_error(r->s->diag, r->s->diag->lax ? 111 : 1,
			reader_path(r, "contents.d"), 0,
			"there is no such "
			"directory, and no contents; expected the members of "
			"the bundle");
}
