/* reason.c - PURE why a switch does what it does to a service, in words; see
 * diff.h. */

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "rc/switch/diff.h"

enum { NAMES_MAX = 160, NAMES_MANY = 6 };

struct names {
	char *text; /* NAMES_MAX bytes */
	size_t len;
	unsigned n;
};

/* Each name once, and not hundreds of them. */
static void
add_name(struct names *l, const char *name, size_t len)
{
	for (const char *p = l->text; *p; p += strspn(p, ", ")) {
		size_t n = strcspn(p, ",");

		if (n == len && !strncmp(p, name, n))
			return;
		p += n;
	}
	if (l->n > NAMES_MANY)
		return;
	if (l->n++ == NAMES_MANY || l->len + len + 8 > NAMES_MAX) {
		l->n = NAMES_MANY + 1;
		name = "...";
		len = 3;
	}
	l->len += (size_t)snprintf(l->text + l->len, NAMES_MAX - l->len,
		"%s%.*s", l->len ? ", " : "", (int)len, name);
}

/* Does the list "NAME:SUM NAME:SUM" have this word of n bytes? */
static int
has_word(const char *list, const char *word, size_t n)
{
	for (const char *p = list; *p; p += strcspn(p, " ")) {
		p += strspn(p, " ");
		if (strcspn(p, " ") == n && !strncmp(p, word, n))
			return 1;
	}
	return 0;
}

static int
has_key(const char *list, const char *word, size_t key)
{
	for (const char *p = list; *p; p += strcspn(p, " ")) {
		p += strspn(p, " ");
		if (!strncmp(p, word, key) && p[key] == ':')
			return 1;
	}
	return 0;
}

/* What of the things that a script is made of differs.  The number. */
static int
add_sources(
	struct names *l, const struct db_service *a, const struct db_service *b)
{
	const char *was = db_prop(a, "made-from"),
		   *is = db_prop(b, "made-from");
	int found = 0;

	was = was ? was : "";
	is = is ? is : "";
	for (const char *p = is; *p; p += strspn(p, " ")) {
		size_t n = strcspn(p, " ");

		if (n && !has_word(was, p, n)) {
			add_name(l, p, strcspn(p, ":"));
			found = 1;
		}
		p += n;
	}
	for (const char *p = was; *p; p += strspn(p, " ")) {
		size_t n = strcspn(p, " ");

		if (n && !has_key(is, p, strcspn(p, ":"))) {
			add_name(l, p, strcspn(p, ":"));
			found = 1;
		}
		p += n;
	}
	return found;
}

static int
script_differs(const struct db_script *a, const struct db_script *b)
{
	return a->argc != b->argc || a->len != b->len ||
		(a->len && memcmp(a->argv, b->argv, a->len));
}

/* What somebody wrote, not what the compiler has made of it. */
static void
add_file(struct names *l, const struct db_file *f, const struct db_service *a,
	const struct db_service *b)
{
	static const char made[] = "# made by reeve-rc-compile from: logger\n";

	if (!strcmp(f->path, "run") && add_sources(l, a, b))
		return;
	if (!strcmp(f->path, "run.user"))
		add_name(l, "run", 3);
	else if (!strcmp(f->path, "run") &&
		memmem(f->data, f->len, made, sizeof made - 1))
		add_name(l, "logger", 6);
	else
		add_name(l, f->path, strlen(f->path));
}

static int
file_differs(const struct db_file *a, const struct db_file *b)
{
	return a->mode != b->mode || a->len != b->len ||
		(a->len && memcmp(a->data, b->data, a->len));
}

static void
add_scripts(
	struct names *l, const struct db_service *a, const struct db_service *b)
{
	int up = script_differs(&a->up, &b->up),
	    down = script_differs(&a->down, &b->down),
	    reload = script_differs(&a->reload, &b->reload);

	if ((!up && !down && !reload) || add_sources(l, a, b))
		return;
	if (up)
		add_name(l, "up", 2);
	if (down)
		add_name(l, "down", 4);
	if (reload)
		add_name(l, "reload", 6);
}

/* The files in which two definitions differ, for people. */
static const char *
differences(char text[NAMES_MAX], const struct diff_input *in,
	const struct diff_step *s)
{
	const struct db_service *a = in->from->services + s->was,
				*b = in->to->services + s->is;
	struct names l = { .text = text };
	uint32_t i = 0, k = 0;

	*text = 0;
	while (i < a->nfiles || k < b->nfiles) {
		int c = i == a->nfiles ? 1
			: k == b->nfiles
			? -1
			: strcmp(a->files[i].path, b->files[k].path);

		/* A directory is told by what is in it. */
		if (c < 0 && !S_ISDIR(a->files[i].mode))
			add_file(&l, a->files + i, a, b);
		else if (c > 0 && !S_ISDIR(b->files[k].mode))
			add_file(&l, b->files + k, a, b);
		else if (!c && file_differs(a->files + i, b->files + k))
			add_file(&l, b->files + k, a, b);
		i += c <= 0;
		k += c >= 0;
	}
	add_scripts(&l, a, b);
	return l.n ? text : "files";
}

/* Those that need no more words. */
static const char *const plain[BECAUSE_COUNT] = {
	[BECAUSE_SAME] = "unchanged",
	[BECAUSE_GONE] = "it is not in the new set",
	[BECAUSE_TYPE] = "its type changed",
	[BECAUSE_ESSENTIAL] =
		"it is essential: a change counts from the next start",
	[BECAUSE_OUTDATED] = "it runs with an earlier definition",
	[BECAUSE_STILL_KEPT] =
		"it runs with an earlier definition (the one now "
		"counts from its next start)",
	[BECAUSE_ASKED] = "the conversion file says so",
	[BECAUSE_RENAME] = "its new name was in use, or its old one is",
	[BECAUSE_OWED] = "it was up before an act that was cut off",
	[BECAUSE_WANTED] = "it is wanted, and its definition changed",
	[BECAUSE_REPLACES] = "the conversion file puts it there",
	[BECAUSE_TARGET] = "so it was before",
};

void
diff_why_text(char *buf, size_t max, const struct diff_input *in,
	const struct diff_step *s)
{
	/* These speak of a service of the old set, wherever they stand. */
	const char *old = s->other < db_count(in->from)
		? in->from->services[s->other].name
		: "?";
	const char *new = s->other < db_count(in->to)
		? in->to->services[s->other].name
		: "?";
	const char *bundle = in->bundle ? in->bundle : "?";
	char names[NAMES_MAX];

	if (s->why == BECAUSE_CHANGED)
		snprintf(buf, max, "its definition changed (%s)",
			differences(names, in, s));
	else if (s->why == BECAUSE_KEEP)
		snprintf(buf, max,
			"its definition changed (%s): it counts "
			"from the next start",
			differences(names, in, s));
	else if (s->why == BECAUSE_PIPE)
		snprintf(buf, max, "its pipe is another one (%s)",
			s->what ? s->what : "?");
	else if (s->why == BECAUSE_NEEDS)
		snprintf(buf, max, "it needs %s, which goes down", old);
	else if (s->why == BECAUSE_NEEDS_NEW)
		snprintf(buf, max, "it needs %s now, which is not up", new);
	else if (s->why == BECAUSE_BUNDLE)
		snprintf(buf, max, "it is new in bundle %s", bundle);
	else if (s->why == BECAUSE_UNBUNDLED)
		snprintf(buf, max, "it left bundle %s", bundle);
	else if (s->why == BECAUSE_NEEDED)
		snprintf(
			buf, max, "%s %s it", new, s->wish ? "wants" : "needs");
	else
		snprintf(buf, max, "%s",
			s->why < BECAUSE_COUNT && plain[s->why] ? plain[s->why]
								: "unknown");
}
