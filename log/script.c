/* script.c - see script.h.  One table of words: a row for each first letter
 * or %name, with the function that takes it. */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/num.h"
#include "lib/path.h"
#include "log/script.h"

enum {
	SIZE_DEFAULT = 99999,
	SIZE_MIN = 4096,
	SIZE_MAX_ = 268435455,
	TOLERANCE_DEFAULT = 2000,
	ARCHIVES_DEFAULT = 10,
	RETRY_DEFAULT_MS = 2000,
	RETRY_MIN_MS = 10,
	ALERT_DEFAULT = 200,
	STATUS_DEFAULT = 1001,
	PRIORITY_DEFAULT = 3 * 8 + 6 /* daemon.info */
};

/* What control words have set for the words after them. */
struct parser {
	struct script *s;
	struct script_dir dir;
	struct script_action next; /* stamps, prefix */
	unsigned alert, status;
	int in_actions; /* the current rule has an action */
	char *err;
	size_t errmax;
	const char *word;
};

enum { GOOD = 0, BAD = 100, NOMEM = 111 };

static int
bad(struct parser *p, const char *expected)
{
	snprintf(p->err, p->errmax, "directive '%s': expected %s%s", p->word,
		expected,
		*p->word != '%' && strchr(p->word, '/')
			? " (a log directory begins with / or ./)"
			: "");
	return BAD;
}

static struct script_rule *
current_rule(struct parser *p)
{
	return p->s->rules + p->s->nrules - 1;
}

static void
begin_rule(struct parser *p)
{
	struct script_rule *r = p->s->rules + p->s->nrules++;

	r->first_select = p->s->nselects;
	r->first_action = p->s->nactions;
	r->nselects = r->nactions = 0;
	p->in_actions = 0;
}

static int
take_select(struct parser *p, const char *arg)
{
	struct script_select *sel;
	int r;

	if (p->in_actions)
		begin_rule(p);
	sel = p->s->selects + p->s->nselects;
	sel->kind = *p->word == '+' ? SELECT_PLUS
		: *p->word == '-'   ? SELECT_MINUS
				    : SELECT_REST;
	if (sel->kind == SELECT_REST && *arg)
		return bad(p, "'f' alone");
	r = match_compile(&sel->match, sel->kind == SELECT_REST ? "" : arg);
	if (r) {
		char why[128];

		regerror(r, 0, why, sizeof why);
		snprintf(p->err, p->errmax,
			"directive '%s': not an extended "
			"regular expression: %s",
			p->word, why);
		return BAD;
	}
	p->s->nselects++;
	current_rule(p)->nselects++;
	return GOOD;
}

static int
take_number(struct parser *p, const char *arg)
{
	unsigned u;

	if (!num_uint(arg, &u))
		return bad(p, "a whole number after the first letter");
	switch (*p->word) {
	case 'n':
		p->dir.archives = u;
		break;
	case 's':
		p->dir.size = u < SIZE_MIN ? SIZE_MIN
			: u > SIZE_MAX_	   ? SIZE_MAX_
					   : u;
		break;
	case 'l':
		if (u > p->dir.size / 2)
			return bad(p,
				"at most half of the size (s) given "
				"before");
		p->dir.tolerance = u;
		break;
	case 'r':
		/* A retry at once would be a busy loop. */
		p->dir.retry_ms = u < RETRY_MIN_MS ? RETRY_MIN_MS : u;
		break;
	case 'R':
		p->dir.every_s = u;
		break;
	case 'E':
		p->alert = u;
		break;
	case '^':
		p->status = u;
		break;
	}
	return GOOD;
}

static int
take_archive_bytes(struct parser *p, const char *arg)
{
	return num_u64(arg, &p->dir.archive_bytes)
		? GOOD
		: bad(p, "a whole number after 'S'");
}

static int
take_processor(struct parser *p, const char *arg)
{
	p->dir.processor_kind = *arg ? *p->word : 0;
	p->dir.processor = *arg ? arg : 0;
	p->dir.suffix = "";
	return GOOD;
}

static int
take_prefix(struct parser *p, const char *arg)
{
	p->next.prefix = *arg ? arg : 0;
	return GOOD;
}

static int
take_stamp(struct parser *p, const char *arg)
{
	if (*arg)
		return bad(p, "one letter alone");
	if (*p->word == 't')
		p->next.tai64n = 1;
	else if (*p->word == 'T')
		p->next.iso = 1;
	else
		p->next.json = 1;
	return GOOD;
}

static int
add_action(struct parser *p, enum action_kind kind, const char *path,
	unsigned limit)
{
	struct script_action *a = p->s->actions + p->s->nactions++;

	*a = p->next;
	a->kind = kind;
	a->path = path;
	a->limit = limit;
	p->next.tai64n = p->next.iso = p->next.json = 0;
	current_rule(p)->nactions++;
	p->in_actions = 1;
	return GOOD;
}

static int
take_stream(struct parser *p, const char *arg)
{
	if (*arg)
		return bad(p, "one digit alone");
	return *p->word == '1' ? add_action(p, ACTION_STDOUT, 0, 0)
			       : add_action(p, ACTION_ALERT, 0, p->alert);
}

static int
take_status(struct parser *p, const char *arg)
{
	if (!*arg)
		return bad(p, "a file name after '='");
	return add_action(p, ACTION_STATUS, arg, p->status);
}

static int
take_dir(struct parser *p, const char *arg)
{
	struct script *s = p->s;
	unsigned i;

	(void)arg;
	/* A directory named twice is one directory, kept as the first
	 * mention says. */
	for (i = 0; i < s->ndirs; i++)
		if (!strcmp(s->dirs[i].path, p->word))
			break;
	if (i == s->ndirs) {
		struct script_dir *d = s->dirs + s->ndirs++;

		*d = p->dir;
		d->path = p->word;
		if (d->tolerance > d->size / 2)
			d->tolerance = d->size / 2;
	}
	add_action(p, ACTION_DIR, p->word, 0);
	s->actions[s->nactions - 1].dir = i;
	return GOOD;
}

static int
take_total(struct parser *p, const char *arg)
{
	if (!num_size(arg, &p->dir.total_bytes))
		return bad(p, "%total=SIZE, as in %total=20M");
	return GOOD;
}

static int
take_full(struct parser *p, const char *arg)
{
	if (!strcmp(arg, "drop-oldest"))
		p->dir.drop_oldest = 1;
	else if (!strcmp(arg, "wait"))
		p->dir.drop_oldest = 0;
	else
		return bad(p, "%full=wait or %full=drop-oldest");
	return GOOD;
}

/* The usual ending of what a compressor makes. */
static const char *
suffix_of(const char *command)
{
	static const struct {
		const char *command, *suffix;
	} known[] = {
		{ "gzip", ".gz" },
		{ "pigz", ".gz" },
		{ "zstd", ".zst" },
		{ "xz", ".xz" },
		{ "bzip2", ".bz2" },
		{ "lz4", ".lz4" },
	};
	size_t n = strcspn(command, " \t");
	const char *base = command + n;

	while (base > command && base[-1] != '/')
		base--;
	n -= (size_t)(base - command);
	for (size_t i = 0; i < sizeof known / sizeof *known; i++)
		if (strlen(known[i].command) == n &&
			!memcmp(known[i].command, base, n))
			return known[i].suffix;
	return 0;
}

static int
take_compress(struct parser *p, const char *arg)
{
	const char *suffix;

	if (!*arg)
		arg = "gzip";
	suffix = suffix_of(arg);
	if (!suffix)
		return bad(p,
			"a command whose first word is gzip, pigz, "
			"zstd, xz, bzip2 or lz4 (for others: !command)");
	p->dir.processor_kind = '%';
	p->dir.processor = arg;
	p->dir.suffix = suffix;
	return GOOD;
}

static int
take_rate(struct parser *p, const char *arg)
{
	char lines[16];
	const char *slash = strchr(arg, '/');
	uint64_t ms = 1000;

	if (!slash || (size_t)(slash - arg) >= sizeof lines)
		goto no;
	memcpy(lines, arg, (size_t)(slash - arg));
	lines[slash - arg] = 0;
	if (!num_uint(lines, &p->s->rate_lines))
		goto no;
	/* "100/s" and "100/10s" */
	if (strcmp(slash + 1, "s") &&
		(!num_duration(slash + 1, 1000, &ms) || !ms || ms > 86400000))
		goto no;
	p->s->rate_ms = ms;
	return GOOD;
no:
	return bad(p,
		"%rate=LINES/DURATION, as in %rate=1000/s or "
		"%rate=500/1min (at most a day)");
}

static int
take_join(struct parser *p, const char *arg)
{
	p->s->join = 1;
	p->s->joint = *arg ? arg : "\\n";
	return GOOD;
}

static int
take_service(struct parser *p, const char *arg)
{
	if (!*arg)
		return bad(p, "%service=NAME");
	p->s->service = arg;
	return GOOD;
}

static int
lookup(const char *const *names, const char *s, size_t len)
{
	for (int i = 0; names[i]; i++)
		if (strlen(names[i]) == len && !memcmp(names[i], s, len))
			return i;
	return -1;
}

static int
take_priority(struct parser *p, const char *arg)
{
	static const char *const facilities[] = { "kern", "user", "mail",
		"daemon", "auth", "syslog", "lpr", "news", "uucp", "cron",
		"authpriv", "ftp", "ntp", "audit", "alert", "clock", "local0",
		"local1", "local2", "local3", "local4", "local5", "local6",
		"local7", 0 };
	static const char *const levels[] = { "emerg", "alert", "crit", "err",
		"warning", "notice", "info", "debug", 0 };
	const char *dot = strchr(arg, '.');
	int f, l;

	if (!dot)
		return bad(p, "%priority=FACILITY.LEVEL, as in daemon.info");
	f = lookup(facilities, arg, (size_t)(dot - arg));
	l = lookup(levels, dot + 1, strlen(dot + 1));
	if (f < 0 || l < 0)
		return bad(p,
			f < 0 ? "a facility such as daemon or local0"
			      : "a level such as info, warning or err");
	p->next.priority = (unsigned)(f * 8 + l);
	return GOOD;
}

static int
take_syslog(struct parser *p, const char *arg)
{
	return add_action(p, ACTION_SYSLOG, *arg ? arg : "/dev/log", 0);
}

static const struct row {
	char letter;
	int (*take)(struct parser *, const char *arg);
} rows[] = {
	{ '+', take_select },
	{ '-', take_select },
	{ 'f', take_select },
	{ 'n', take_number },
	{ 's', take_number },
	{ 'l', take_number },
	{ 'r', take_number },
	{ 'R', take_number },
	{ 'E', take_number },
	{ '^', take_number },
	{ 'S', take_archive_bytes },
	{ '!', take_processor },
	{ '?', take_processor },
	{ 'p', take_prefix },
	{ 't', take_stamp },
	{ 'T', take_stamp },
	{ 'j', take_stamp },
	{ '1', take_stream },
	{ '2', take_stream },
	{ '=', take_status },
	{ '/', take_dir },
	{ '.', take_dir },
};

static const struct named {
	const char *name;
	int (*take)(struct parser *, const char *arg);
} named[] = {
	{ "total", take_total },
	{ "full", take_full },
	{ "compress", take_compress },
	{ "rate", take_rate },
	{ "join", take_join },
	{ "service", take_service },
	{ "priority", take_priority },
	{ "syslog", take_syslog },
};

static int
take_named(struct parser *p)
{
	const char *name = p->word + 1, *eq = strchr(name, '=');
	size_t n = eq ? (size_t)(eq - name) : strlen(name);

	for (size_t i = 0; i < sizeof named / sizeof *named; i++)
		if (strlen(named[i].name) == n &&
			!memcmp(named[i].name, name, n))
			return named[i].take(p, eq ? eq + 1 : "");
	return bad(p,
		"%total, %full, %compress, %rate, %join, %service, "
		"%priority or %syslog");
}

static int
take_word(struct parser *p)
{
	if (*p->word == '%')
		return take_named(p);
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		if (rows[i].letter == *p->word)
			return rows[i].take(p, p->word + 1);
	snprintf(p->err, p->errmax,
		"unrecognized directive: '%s' (expected "
		"one of + - f n s S l r R E ^ p ! ? t T j 1 2 =file /dir "
		"./dir %%word)",
		p->word);
	return BAD;
}

int
script_parse(struct script *s, const char *const *words, unsigned n, char *err,
	size_t errmax)
{
	struct parser p = { .s = s,
		.alert = ALERT_DEFAULT,
		.status = STATUS_DEFAULT,
		.err = err,
		.errmax = errmax };
	struct script_rule *last;

	memset(s, 0, sizeof *s);
	p.dir = (struct script_dir){ .archives = ARCHIVES_DEFAULT,
		.size = SIZE_DEFAULT,
		.tolerance = TOLERANCE_DEFAULT,
		.retry_ms = RETRY_DEFAULT_MS,
		.suffix = "" };
	p.next.priority = PRIORITY_DEFAULT;
	/* No word makes more than one of each. */
	s->rules = calloc(n + 1, sizeof *s->rules);
	s->selects = calloc(n + 1, sizeof *s->selects);
	s->actions = calloc(n + 1, sizeof *s->actions);
	s->dirs = calloc(n + 1, sizeof *s->dirs);
	if (!s->rules || !s->selects || !s->actions || !s->dirs) {
		script_free(s);
		snprintf(err, errmax, "out of memory");
		return NOMEM;
	}
	begin_rule(&p);
	for (unsigned i = 0; i < n; i++) {
		int r;

		p.word = words[i];
		r = take_word(&p);
		if (r) {
			script_free(s);
			return r;
		}
	}
	if (!s->nactions) {
		snprintf(err, errmax,
			"no action directive specified (expected "
			"1, 2, =file, a directory or %%syslog)");
		script_free(s);
		return BAD;
	}
	last = current_rule(&p);
	if (!last->nactions) {
		s->extraneous = 1;
		s->nrules--;
	}
	return GOOD;
}

void
script_free(struct script *s)
{
	for (unsigned i = 0; i < s->nselects; i++)
		match_free(&s->selects[i].match);
	free(s->rules);
	free(s->selects);
	free(s->actions);
	free(s->dirs);
	memset(s, 0, sizeof *s);
}
