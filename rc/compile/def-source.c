/* def-source.c - a source directory: its definitions, templates and the files
 * beside them. */

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include <sys/stat.h>

#include "rc/compile/def-read.h"

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
	t.text = def_slurp(s->mem, fd, name, &t.len, &mode);
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
	reader_def(&r);
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
	ssize_t n = def_list_dir(mem, fd, &names, 0);

	return n == 1;
}

/* NAME@ with instances.d: a service for each instance, and a bundle NAME@
 * of them.  1 if it is one. */
static int
read_template(struct defs *s, int fd, const char *source, const char *name,
	const char *path)
{
	int is_one = s->own && name[strlen(name) - 1] == '@',
	    dir = is_one ? def_open_dir(fd, "instances.d") : -1, base;
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
	n = def_list_dir(s->mem, dir, &names, 0);
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
	base = t ? def_open_dir(AT_FDCWD, t->path) : -1;
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
			fd = def_open_dir(AT_FDCWD, t->path);
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
	r.fd = def_open_dir(fd, name);
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
		reader_def(&r);
	}
	close(r.fd);
}

/* A plain file: a service may have that name. */
static int
has_mark(int fd, char **names, ssize_t n)
{
	struct stat st;

	return def_has_name(names, n, OWN_MARK) &&
		fstatat(fd, OWN_MARK, &st, 0) == 0 && S_ISREG(st.st_mode);
}

void
def_source(struct defs *s, const char *source)
{
	int fd = def_open_dir(AT_FDCWD, source);
	char **names;
	ssize_t n = fd < 0 ? -1 : def_list_dir(s->mem, fd, &names, 0);
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
