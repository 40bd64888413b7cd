/* db-read.c - FORMAT the compiled database, decoded, in the order in which
 * db-write.c writes it.  See db.h and reeve-database(5).  It trusts nothing:
 * counts are compared with what is left, every index with what it indexes,
 * and what can be computed (reverse dependencies, producers) is not stored,
 * so that it cannot be wrong. */

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "lib/bytes.h"
#include "lib/file.h"
#include "lib/path.h"
#include "rc/db-format.h"
#include "rc/db.h"

#define LIMIT ((size_t)1 << 30) /* a gigabyte of definitions is a mistake */

struct load {
	struct db *db;
	int verified; /* the checksum was right, and it is the same file */
	struct rd r;
	const char *err; /* first thing that is wrong, or 0 */
	const char *who; /* service or bundle concerned, or 0 */
	uint32_t n; /* services */
	uint32_t items, files, props; /* not yet used */
	uint32_t *item;
	struct db_file *file;
	struct db_prop *prop;
};

static int
wrong(struct load *l, const char *what)
{
	if (!l->err)
		l->err = what;
	return 0;
}

/* Borrowed, NUL-terminated, or "" with err set. */
static const char *
get_text(struct load *l, size_t *len)
{
	uint32_t n = rd_u32(&l->r);
	const unsigned char *s = 0;

	if (!l->r.bad && n < l->r.len - l->r.pos)
		s = rd_mem(&l->r, (size_t)n + 1);
	if (!s || s[n]) {
		l->r.bad = 1;
		wrong(l, "it ends too early");
		*len = 0;
		return "";
	}
	*len = n;
	return (const char *)s;
}

static const char *
get_str(struct load *l)
{
	size_t n;
	const char *s = get_text(l, &n);

	if (strlen(s) != n)
		wrong(l, "a name holds a NUL");
	return s;
}

static int
has(const struct db_list *l, uint32_t x)
{
	uint32_t a = 0, b = l->n;

	while (a < b) {
		uint32_t m = a + (b - a) / 2;

		if (l->v[m] == x)
			return 1;
		if (l->v[m] < x)
			a = m + 1;
		else
			b = m;
	}
	return 0;
}

/* Ascending numbers below n, none of them `self'. */
static void
get_list(struct load *l, struct db_list *list, uint32_t self)
{
	uint32_t n = rd_u32(&l->r), last = 0;

	list->n = 0;
	list->v = l->item;
	if (l->r.bad || n > l->items) {
		wrong(l, "a list is longer than all lists together");
		return;
	}
	for (uint32_t i = 0; i < n; i++) {
		uint32_t x = rd_u32(&l->r);

		if (x >= l->n)
			wrong(l, "a list names a service that is not there");
		else if (x == self)
			wrong(l, "a service depends on itself");
		else if (i && x <= last)
			wrong(l, "a list is not in ascending order");
		if (l->err)
			return;
		l->item[i] = last = x;
	}
	l->item += n;
	l->items -= n;
	list->n = n;
}

static void
get_script(struct load *l, struct db_script *s, enum db_type type)
{
	uint32_t present = rd_u32(&l->r), nuls = 0;

	s->present = present != 0;
	s->argc = rd_u32(&l->r);
	s->argv = get_text(l, &s->len);
	for (size_t i = 0; i < s->len; i++)
		nuls += !s->argv[i];
	if (present > 1 || nuls != s->argc || (s->len && s->argv[s->len - 1]) ||
		(s->argc && !present) || (type == DB_LONGRUN && present))
		wrong(l, "a script is not a list of words");
}

static int
path_ok(const char *s)
{
	for (;;) {
		size_t n = strcspn(s, "/");

		if (!n || (n == 1 && *s == '.') ||
			(n == 2 && s[0] == '.' && s[1] == '.'))
			return 0;
		if (!s[n])
			return 1;
		s += n + 1;
	}
}

/* Files ascend by path, so a parent is before what is in it. */
static int
has_parent(const struct db_service *s, const char *path, uint32_t upto)
{
	const char *slash = strrchr(path, '/');
	size_t n = slash ? (size_t)(slash - path) : 0;

	if (!slash)
		return 1;
	/* A neighbour in the same directory was asked before. */
	if (upto && !strncmp(s->files[upto - 1].path, path, n + 1) &&
		!strchr(s->files[upto - 1].path + n + 1, '/'))
		return 1;
	while (upto--)
		if (!strncmp(s->files[upto].path, path, n) &&
			!s->files[upto].path[n])
			return S_ISDIR(s->files[upto].mode);
	return 0;
}

static void
get_files(struct load *l, struct db_service *s)
{
	uint32_t n = rd_u32(&l->r);
	int run = 0;

	s->files = l->file;
	s->nfiles = 0;
	if (l->r.bad || n > l->files) {
		wrong(l, "it has more files than were announced");
		return;
	}
	for (uint32_t i = 0; i < n && !l->err; i++) {
		struct db_file *f = l->file + i;

		f->path = get_str(l);
		f->mode = rd_u32(&l->r);
		f->data = get_text(l, &f->len);
		if (!path_ok(f->path))
			wrong(l, "a file has an impossible name");
		else if (i && strcmp(f[-1].path, f->path) >= 0)
			wrong(l, "files are not in order");
		else if (!has_parent(s, f->path, i))
			wrong(l, "a file has no directory");
		else if (f->mode & ~(uint32_t)(S_IFMT | 07777) ||
			!(S_ISREG(f->mode) || (S_ISDIR(f->mode) && !f->len) ||
				(S_ISLNK(f->mode) && f->len &&
					strlen(f->data) == f->len)))
			wrong(l, "a file has an impossible mode");
		run |= !strcmp(f->path, "run") && S_ISREG(f->mode);
	}
	if (s->type == DB_LONGRUN && !run)
		wrong(l, "a longrun has no run");
	l->file += n;
	l->files -= n;
	s->nfiles = n;
}

static void
get_props(struct load *l, struct db_service *s)
{
	uint32_t n = rd_u32(&l->r);

	s->props = l->prop;
	s->nprops = 0;
	if (l->r.bad || n > l->props) {
		wrong(l, "it has more properties than were announced");
		return;
	}
	for (uint32_t i = 0; i < n && !l->err; i++) {
		struct db_prop *p = l->prop + i;

		p->key = get_str(l);
		p->value = get_str(l);
		if (!*p->key || (i && strcmp(p[-1].key, p->key) >= 0))
			wrong(l, "properties are not in order");
	}
	l->prop += n;
	l->props -= n;
	s->nprops = n;
}

static int
subset(const struct db_list *a, const struct db_list *b)
{
	for (uint32_t i = 0; i < a->n; i++)
		if (!has(b, a->v[i]))
			return 0;
	return 1;
}

static void
get_service(struct load *l, uint32_t self)
{
	struct db_service *s = l->db->services + self;
	const unsigned char *hash;
	uint32_t on_change;

	s->type = self < l->db->nlong ? DB_LONGRUN : DB_ONESHOT;
	s->name = l->who = get_str(l);
	if (!db_name_ok(s->name))
		wrong(l, "a service has an impossible name");
	if (self && self != l->db->nlong && strcmp(s[-1].name, s->name) >= 0)
		wrong(l, "services are not in order");
	s->flags = rd_u32(&l->r);
	s->timeout_up = rd_u32(&l->r);
	s->timeout_down = rd_u32(&l->r);
	s->consumer = rd_u32(&l->r);
	on_change = rd_u32(&l->r);
	s->on_change = on_change;
	get_list(l, &s->deps, self);
	get_list(l, &s->wants, self);
	get_list(l, &s->after, self);
	get_list(l, &s->restart_with, self);
	hash = rd_mem(&l->r, DB_HASH);
	if (hash)
		memcpy(s->hash, hash, DB_HASH);
	get_files(l, s);
	get_script(l, &s->up, s->type);
	get_script(l, &s->down, s->type);
	get_script(l, &s->reload, s->type);
	get_props(l, s);
	if (s->flags & ~(unsigned)FLAGS_ALL)
		wrong(l, "a service has unknown flags");
	if (on_change > DB_CHANGE_KEEP)
		wrong(l, "a service has an unknown on-change");
	if (s->consumer != DB_NONE &&
		(s->type != DB_LONGRUN || s->consumer >= l->db->nlong ||
			!has(&s->deps, s->consumer)))
		wrong(l, "a pipeline ends in nothing");
	if (!subset(&s->restart_with, &s->deps))
		wrong(l, "restart-with names what is not a dependency");
}

static void
get_bundle(struct load *l, uint32_t i)
{
	struct db_bundle *b = l->db->bundles + i;

	b->name = l->who = get_str(l);
	if (!db_name_ok(b->name) || (i && strcmp(b[-1].name, b->name) >= 0))
		wrong(l, "bundles are not in order");
	else if (db_service(l->db, b->name) != DB_NONE)
		wrong(l, "a bundle has the name of a service");
	get_list(l, &b->members, DB_NONE);
}

/* A oneshot with the name of a longrun. */
static void
check_names(struct load *l)
{
	const struct db *db = l->db;
	uint32_t i = 0, j = db->nlong;

	while (i < db->nlong && j < l->n) {
		int c = strcmp(db->services[i].name, db->services[j].name);

		if (!c) {
			l->who = db->services[i].name;
			wrong(l, "two services have this name");
			return;
		}
		if (c < 0)
			i++;
		else
			j++;
	}
}

/* Fill rdeps and producers: count, place, fill.  Numbers are visited in
 * ascending order, so each list is ascending as well. */
static void
reverse(struct load *l, uint32_t *pool)
{
	struct db_service *s = l->db->services;

	for (uint32_t i = 0; i < l->n; i++) {
		for (uint32_t k = 0; k < s[i].deps.n; k++)
			s[s[i].deps.v[k]].rdeps.n++;
		if (s[i].consumer != DB_NONE)
			s[s[i].consumer].producers.n++;
	}
	for (uint32_t i = 0; i < l->n; i++) {
		s[i].rdeps.v = pool;
		pool += s[i].rdeps.n;
		s[i].producers.v = pool;
		pool += s[i].producers.n;
		s[i].rdeps.n = s[i].producers.n = 0;
	}
	for (uint32_t i = 0; i < l->n; i++) {
		for (uint32_t k = 0; k < s[i].deps.n; k++) {
			struct db_list *to = &s[s[i].deps.v[k]].rdeps;

			((uint32_t *)(uintptr_t)to->v)[to->n++] = i;
		}
		if (s[i].consumer != DB_NONE) {
			struct db_list *to = &s[s[i].consumer].producers;

			((uint32_t *)(uintptr_t)to->v)[to->n++] = i;
		}
	}
}

/* Depth first, with a stack of its own: a service met again while it is
 * still open is part of a cycle. */
static void
check_cycles(struct load *l, uint32_t *state, uint32_t *stack)
{
	const struct db_service *s = l->db->services;
	enum { NEW, OPEN, DONE = UINT32_MAX };

	/* A state is NEW, DONE, or OPEN + the edges already followed. */
	for (uint32_t i = 0; i < l->n; i++) {
		uint32_t depth = 0;

		if (state[i] != NEW)
			continue;
		state[i] = OPEN;
		stack[depth++] = i;
		while (depth) {
			const struct db_service *t = s + stack[depth - 1];
			uint32_t *at = state + stack[depth - 1];
			uint32_t e = *at - OPEN, to;

			if (e == t->deps.n + t->after.n) {
				*at = DONE;
				depth--;
				continue;
			}
			++*at;
			to = e < t->deps.n ? t->deps.v[e]
					   : t->after.v[e - t->deps.n];
			if (state[to] == DONE)
				continue;
			if (state[to] != NEW) {
				l->who = s[to].name;
				wrong(l, "its dependencies are a cycle");
				return;
			}
			state[to] = OPEN;
			stack[depth++] = to;
		}
	}
}

/* One block for all arrays.  The counts were compared with the length. */
static int
allocate(struct load *l, uint32_t **pool)
{
	struct db *db = l->db;
	size_t services = sizeof *db->services * (l->n + (size_t)1),
	       bundles = sizeof *db->bundles * (db->nbundles + (size_t)1),
	       files = sizeof *l->file * (l->files + (size_t)1),
	       props = sizeof *l->prop * (l->props + (size_t)1),
	       numbers = sizeof **pool *
		(2 * (size_t)l->items + 4 * (size_t)l->n + 1);
	char *p = calloc(1, services + bundles + files + props + numbers);

	db->mem = p;
	if (!p)
		return -1;
	db->services = (void *)p;
	db->bundles = (void *)(p += services);
	l->file = (void *)(p += bundles);
	l->prop = (void *)(p += files);
	*pool = (void *)(p += props);
	return 0;
}

static int
complain(struct load *l, const char *path, char *err, size_t errmax)
{
	snprintf(err, errmax, "%s is not a valid database: %s%s%s", path,
		l->err, l->who && !strchr(l->who, '\n') ? ": " : "",
		l->who && !strchr(l->who, '\n') ? l->who : "");
	db_close(l->db);
	errno = EPROTO;
	return -1;
}

static int
load_header(
	struct load *l, const char *data, size_t len, char *version, size_t max)
{
	unsigned char sum[DB_HASH];
	uint32_t v;

	if (len < HEADER + DB_HASH)
		return wrong(l, "it is too short");
	if (memcmp(data, DB_MAGIC, DB_MAGIC_LEN))
		return wrong(l,
			"it does not begin as one (was it made by "
			"reeve-rc-compile?)");
	l->r = rd_init(data, len - DB_HASH);
	rd_mem(&l->r, DB_MAGIC_LEN);
	v = rd_u32(&l->r);
	if (v != DB_VERSION) {
		snprintf(version, max,
			"its version is %lu, and this program "
			"reads version %d (compile it again)",
			(unsigned long)v, DB_VERSION);
		return wrong(l, version);
	}
	if (!l->verified) {
		db_digest(sum, data, len - DB_HASH);
		if (memcmp(sum, data + len - DB_HASH, DB_HASH))
			return wrong(l,
				"its checksum is wrong (it is "
				"damaged)");
	}
	memcpy(l->db->id, data + len - DB_HASH, DB_HASH);
	l->db->nlong = rd_u32(&l->r);
	l->db->nshort = rd_u32(&l->r);
	l->db->nbundles = rd_u32(&l->r);
	l->items = rd_u32(&l->r);
	l->files = rd_u32(&l->r);
	l->props = rd_u32(&l->r);
	if (l->db->nlong > len / SERVICE_MIN ||
		l->db->nshort > len / SERVICE_MIN ||
		l->db->nbundles > len / BUNDLE_MIN || l->items > len / 4 ||
		l->files > len / FILE_MIN || l->props > len / PROP_MIN)
		return wrong(l, "it announces more than it can hold");
	l->n = l->db->nlong + l->db->nshort;
	return 1;
}

static int
load(struct db *db, const char *path, const void *data, size_t len,
	int verified, char *err, size_t errmax)
{
	struct load l = { .db = db, .verified = verified };
	uint32_t *pool = 0, *numbers;
	char version[128];

	if (!load_header(&l, data, len, version, sizeof version))
		return complain(&l, path, err, errmax);
	if (allocate(&l, &pool) < 0) {
		snprintf(err, errmax, "unable to load %s: out of memory", path);
		db_close(db);
		errno = ENOMEM;
		return -1;
	}
	numbers = pool;
	pool += l.items;
	l.item = numbers;
	for (uint32_t i = 0; i < l.n && !l.err; i++)
		get_service(&l, i);
	if (!l.err)
		check_names(&l);
	for (uint32_t i = 0; i < db->nbundles && !l.err; i++)
		get_bundle(&l, i);
	if (!l.err && (!rd_done(&l.r) || l.items || l.files || l.props)) {
		l.who = 0;
		wrong(&l, "it holds less or more than it announces");
	}
	if (!l.err) {
		/* Twice n words at the end, before they become lists. */
		check_cycles(&l, pool, pool + l.n);
		memset(pool, 0, 2 * (size_t)l.n * sizeof *pool);
	}
	if (l.err)
		return complain(&l, path, err, errmax);
	for (uint32_t i = 0; i < l.n; i++)
		pool[i] = i;
	db->self = pool;
	reverse(&l, pool + l.n);
	return 0;
}

int
db_load(struct db *db, const void *data, size_t len, char *err, size_t errmax)
{
	return db_load_verified(db, data, len, 0, err, errmax);
}

int
db_load_verified(struct db *db, const void *data, size_t len, int verified,
	char *err, size_t errmax)
{
	*db = (struct db){ 0 };
	return load(db, "this", data, len, verified, err, errmax);
}

const char *
db_file_of(char *buf, const char *path)
{
	struct stat st;
	int dir = stat(path, &st) == 0 && S_ISDIR(st.st_mode);

	return path_join(buf, PATH_LEN, path, dir ? DB_FILE : 0) < 0 ? 0 : buf;
}

/* Of s6-rc's own directories, which have such a file too. */
static int
is_theirs(const char *path)
{
	char name[PATH_LEN];

	return path_join(name, sizeof name, path, "servicedirs") == 0 &&
		file_exists(AT_FDCWD, name);
}

int
db_open(struct db *db, const char *path, char *err, size_t errmax)
{
	return db_open_verified(db, path, 0, err, errmax);
}

int
db_open_verified(
	struct db *db, const char *path, int verified, char *err, size_t errmax)
{
	char *data, file[PATH_LEN];
	ssize_t n = file_slurp(AT_FDCWD, path, &data, LIMIT);
	int r, e, theirs = 0;

	*db = (struct db){ 0 };
	if (n < 0 && errno == EISDIR) {
		theirs = is_theirs(path);
		n = theirs || !db_file_of(file, path)
			? -1
			: file_slurp(AT_FDCWD, file, &data, LIMIT);
	}
	if (n < 0) {
		e = theirs ? EISDIR : errno;
		snprintf(err, errmax, "unable to read database %s: %s", path,
			theirs ? "it was made by s6-rc (compile it again)"
			       : strerror(e));
		errno = e;
		return -1;
	}
	r = load(db, path, data, (size_t)n, verified, err, errmax);
	e = errno;
	if (r < 0) {
		free(data);
		errno = e;
		return -1;
	}
	db->map = data;
	db->maplen = (size_t)n;
	return 0;
}

void
db_close(struct db *db)
{
	free(db->mem);
	free(db->map);
	*db = (struct db){ 0 };
}
