/* lines.c - from the bytes that were read to the lines that places take. */

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "lib/bytes.h"
#include "lib/msg.h"
#include "log/logger.h"
#include "log/match.h"

enum {
	JOIN_MS = 100, /* how long a joined record waits for more */
	SMALL = 4096 /* more than that is not moved to be aligned */
};

static int
selected(const struct script *s, const struct script_rule *r, int acted,
	const char *text, size_t len)
{
	int yes = 1;

	for (unsigned i = 0; i < r->nselects; i++) {
		const struct script_select *sel =
			s->selects + r->first_select + i;

		switch (sel->kind) {
		case SELECT_PLUS:
			if (!yes)
				yes = match_test(&sel->match, text, len);
			break;
		case SELECT_MINUS:
			if (yes)
				yes = !match_test(&sel->match, text, len);
			break;
		case SELECT_REST:
			yes = !acted;
			break;
		}
	}
	return yes;
}

/* 1 if delivered, 0 if some place has no room: then nothing was done.
 * text[len] can be written to. */
static int
by_rules(struct logger *l, char *text, size_t len, int newlines)
{
	const struct script *s = &l->script;
	struct record r = { .text = text,
		.len = len,
		.stamp = &l->stamp,
		.service = l->service,
		.host = l->host,
		.joint = s->joint,
		.newlines = newlines };
	char next = text[len];
	int acted = 0;

	for (unsigned i = 0; i < s->nactions; i++)
		if (!sink_room(l->sink_of[i], s->actions + i, &r, l->now))
			return 0;
	text[len] = 0; /* for regexec */
	for (unsigned i = 0; i < s->nrules; i++) {
		const struct script_rule *rule = s->rules + i;

		if (rule->nselects && !selected(s, rule, acted, text, len))
			continue;
		acted = 1;
		for (unsigned j = 0; j < rule->nactions; j++) {
			unsigned a = rule->first_action + j;

			sink_put(l->sink_of[a], s->actions + a, &r);
		}
	}
	text[len] = next;
	return 1;
}

/* Say how many lines the last window has dropped.  0 if there is no room. */
int
lines_report_dropped(struct logger *l)
{
	char text[160];
	int n;

	if (!l->dropped)
		return 1;
	n = snprintf(text, sizeof text,
		"%.32s: %llu lines dropped (limit: %u "
		"lines per %llu ms)",
		prog_name, (unsigned long long)l->dropped, l->script.rate_lines,
		(unsigned long long)l->script.rate_ms);
	if (!by_rules(l, text, (size_t)n, 0))
		return 0;
	l->dropped = 0;
	return 1;
}

static int
by_rate(struct logger *l, char *text, size_t len, int newlines)
{
	if (!l->script.rate_lines)
		return by_rules(l, text, len, newlines);
	if (l->now >= l->window_end) {
		if (!lines_report_dropped(l))
			return 0;
		l->window_end = l->now + (int64_t)l->script.rate_ms;
		l->window_lines = 0;
	}
	if (l->window_lines >= l->script.rate_lines) {
		l->dropped++;
		return 1;
	}
	if (!by_rules(l, text, len, newlines))
		return 0;
	l->window_lines++;
	return 1;
}

int
lines_flush_joined(struct logger *l)
{
	if (!l->has_joined)
		return 1;
	if (!by_rate(l, l->joined, l->joined_len, l->has_newlines))
		return 0;
	l->has_joined = 0;
	l->join_until = 0;
	return 1;
}

/* One line of input.  1 if taken, 0 if it must be given again. */
static int
deliver(struct logger *l, char *text, size_t len)
{
	if (!l->script.join)
		return by_rate(l, text, len, 0);
	if (l->has_joined && len && (*text == ' ' || *text == '\t') &&
		l->joined_len + 1 + len <= l->joined_max) {
		l->joined[l->joined_len++] = '\n';
		memcpy(l->joined + l->joined_len, text, len);
		l->joined_len += len;
		l->has_newlines = 1;
	} else {
		if (!lines_flush_joined(l))
			return 0;
		if (len > l->joined_max)
			return by_rate(l, text, len, 0);
		memcpy(l->joined, text, len);
		l->joined_len = len;
		l->has_joined = 1;
		l->has_newlines = 0;
	}
	l->join_until = l->now + JOIN_MS;
	return 1;
}

/* Is any line of these longer than the limit?  Looks back from a limit's
 * distance, so it touches few of the bytes. */
static int
too_long(const struct logger *l, const char *s, size_t len)
{
	while (l->linelimit && len > l->linelimit) {
		const char *nl = memrchr(s, '\n', l->linelimit + 1);

		if (!nl)
			return 1;
		len -= (size_t)(nl + 1 - s);
		s = nl + 1;
	}
	return 0;
}

/* The fast way: whole lines as they lie in the buffer.  1 if it was gone. */
static int
whole_lines(struct logger *l)
{
	struct input *in = &l->in;
	char *s = in->buf + in->start, *nl;
	size_t len = in->end - in->start, done;

	if (!l->direct || in->has_nul)
		return 0;
	if (!sink_flush(l->direct, l->now)) {
		l->stalled = 1;
		return 1;
	}
	nl = memrchr(s, '\n', len);
	if (!nl || too_long(l, s, (size_t)(nl + 1 - s)))
		return 0;
	len = (size_t)(nl + 1 - s);
	done = logact_write(&l->direct->dir, s, len, l->now);
	in->start += done;
	l->stalled = done < len;
	return 1;
}

/* End of the line at the start: index of its newline or NUL; or of the
 * limit; or in->end if it is not whole. */
static size_t
line_end(struct logger *l, size_t *next)
{
	struct input *in = &l->in;
	size_t from = in->start > in->scanned ? in->start : in->scanned;
	size_t len;
	char *s = in->buf + from, *nl;

	nl = memchr(s, '\n', in->end - from);
	len = nl ? (size_t)(nl - in->buf) : in->end;
	if (in->has_nul) {
		char *nul = memchr(s, 0, len - from);

		if (nul) {
			nl = nul;
			len = (size_t)(nul - in->buf);
		}
	}
	if (l->linelimit && len - in->start > l->linelimit) {
		*next = in->start + l->linelimit;
		return *next;
	}
	*next = nl ? len + 1 : in->end;
	return nl ? len : in->end;
}

void
lines_deliver(struct logger *l)
{
	struct input *in = &l->in;

	l->stalled = 0;
	while (in->start < in->end) {
		size_t end, next;

		if (whole_lines(l)) {
			if (l->stalled)
				return;
			if (in->start == in->end)
				break;
		}
		end = line_end(l, &next);
		if (end == in->end && next == in->end &&
			!(in->eof || l->phase == ENDING)) {
			in->scanned = in->end;
			break;
		}
		if (!deliver(l, in->buf + in->start, end - in->start)) {
			l->stalled = 1;
			return;
		}
		in->start = next;
	}
	if (in->start == in->end) {
		in->start = in->end = in->scanned = 0;
		in->has_nul = 0;
	}
}

/* To this place near the beginning of the buffer. */
static void
shift(struct input *in, size_t to)
{
	size_t scanned = in->scanned > in->start ? in->scanned - in->start : 0;

	if (in->start == to)
		return;
	memmove(in->buf + to, in->buf + in->start, in->end - in->start);
	in->end = in->end - in->start + to;
	in->scanned = to + scanned;
	in->start = to;
}

/* Where what is held had best lie before more is read.  What goes to a file
 * as it is, is written from there. */
static size_t
best_place(const struct logger *l)
{
	return l->direct && l->in.end - l->in.start <= SMALL
		? sink_place(l->direct)
		: 0;
}

static void
make_room(struct logger *l)
{
	struct input *in = &l->in;

	shift(in, best_place(l));
	/* One byte is kept for the 0 after a last line. */
	if (in->max - in->end <= BATCH && in->end + BATCH + 1 > in->max &&
		!l->linelimit) {
		char *p = in->max < LINE_CAP ? sink_map(2 * in->max) : 0;

		if (!p) {
			/* A line that does not fit in memory is cut. */
			if (in->end + 1 >= in->max)
				l->linelimit = in->max - BATCH - 2;
			return;
		}
		memcpy(p, in->buf, in->end);
		sink_unmap(in->buf, in->max);
		in->buf = p;
		in->max *= 2;
	}
}

void
lines_read(struct logger *l)
{
	struct input *in = &l->in;
	size_t want;
	ssize_t r;

	make_room(l);
	want = in->max - 1 - in->end;
	if (want > BATCH)
		want = BATCH;
	if (l->phase == DRAINING && want > l->to_drain)
		want = l->to_drain;
	/* What comes after the last newline belongs to the next logger. */
	if (l->phase == LAST_LINE)
		want = 1;
	if (!want)
		return;
	r = read(0, in->buf + in->end, want);
	if (r < 0 && (errno == EINTR || errno == EAGAIN))
		return;
	if (r < 0)
		warn_sys("unable to read standard input (ending)");
	if (r <= 0) {
		in->eof = 1;
		return;
	}
	if (!in->has_nul)
		in->has_nul = bytes_have_nul(in->buf + in->end, (size_t)r);
	in->end += (size_t)r;
	if (in->end > in->dirty)
		in->dirty = in->end;
	if (l->phase == DRAINING)
		l->to_drain -= (size_t)r;
	stamp_now(&l->stamp, l->want_stamps);
}

/* Of the buffer, this much is in use: whole pages, and the first one always. */
size_t
lines_used(const struct input *in)
{
	size_t page = (size_t)sysconf(_SC_PAGESIZE);
	size_t n = (in->end - in->start + page - 1) / page * page;

	return n ? n : page;
}

/* Give back the memory that a burst has used. */
void
lines_release(struct input *in)
{
	size_t used = lines_used(in);

	if (in->dirty <= used)
		return;
	shift(in, 0);
	madvise(in->buf + used, in->max - used, MADV_DONTNEED);
	in->dirty = used;
}
