/* grid.c - see grid.h. */

#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "lib/msg.h"
#include "lib/num.h"
#include "lib/utf8.h"
#include "tools/front/grid.h"

struct cell {
	enum colour colour;
	char *text; /* owned */
};

enum { GAP = 2, LAST_MIN = 14, COLS_MAX = 16 };

static const char *const codes[NCOLOUR] = { [PLAIN] = "",
	[BOLD] = "\033[1m",
	[DIM] = "\033[2m",
	[RED] = "\033[31m",
	[GREEN] = "\033[32m",
	[YELLOW] = "\033[33m",
	[BLUE] = "\033[34m" };

const char *
grid_code(enum colour c, int on)
{
	return on ? codes[c] : "";
}

static const char *
reset_code(enum colour c, int on)
{
	return on && c != PLAIN ? "\033[0m" : "";
}

void
grid_begin(struct grid *t, const struct column *cols, size_t ncols)
{
	*t = (struct grid){ .cols = cols, .ncols = ncols };
}

void
grid_cell(struct grid *t, enum colour c, const char *text)
{
	if (t->ncells == t->max) {
		size_t max = t->max ? 2 * t->max : 64;
		struct cell *p = realloc(t->cells, max * sizeof *p);

		if (!p)
			die_sys(EX_SYSTEM, "unable to make the table");
		t->cells = p;
		t->max = max;
	}
	t->cells[t->ncells].colour = c;
	t->cells[t->ncells].text = strdup(text);
	if (!t->cells[t->ncells++].text)
		die_sys(EX_SYSTEM, "unable to make the table");
}

/* Two columns on a terminal, and none.  The system's wcwidth would need a
 * locale, and say nothing without one; the bytes are printed anyway. */
static unsigned
columns_of(uint32_t c)
{
	static const struct {
		uint32_t from, to;
		unsigned n;
	} ranges[] = { { 0x300, 0x36f, 0 }, { 0x1100, 0x115f, 2 },
		{ 0x1ab0, 0x1aff, 0 }, { 0x200b, 0x200f, 0 },
		{ 0x20d0, 0x20ff, 0 }, { 0x2e80, 0x303e, 2 },
		{ 0x3041, 0xa4cf, 2 }, { 0xa960, 0xa97f, 2 },
		{ 0xac00, 0xd7a3, 2 }, { 0xf900, 0xfaff, 2 },
		{ 0xfe00, 0xfe0f, 0 }, { 0xfe30, 0xfe6f, 2 },
		{ 0xff00, 0xff60, 2 }, { 0xffe0, 0xffe6, 2 },
		{ 0x1f300, 0x1f64f, 2 }, { 0x1f680, 0x1f6ff, 2 },
		{ 0x1f900, 0x1f9ff, 2 }, { 0x20000, 0x3fffd, 2 } };

	for (size_t i = 0; i < sizeof ranges / sizeof *ranges; i++)
		if (c >= ranges[i].from && c <= ranges[i].to)
			return ranges[i].n;
	return 1;
}

/* The bytes of the character at s, and the columns that it takes.  *good: it
 * is one, and controls nothing. */
static size_t
character(const char *s, unsigned *columns, int *good)
{
	const unsigned char *u = (const unsigned char *)s;
	size_t left = strnlen(s, 4), n = utf8_len(s, left);
	uint32_t c = n < 2 ? *u : *u & (0x7fu >> n);
	int control;

	for (size_t i = 1; i < n; i++)
		c = c << 6 | (u[i] & 0x3f);
	(void)utf8_char(s, left, &control);
	*good = n && !control;
	*columns = *good ? columns_of(c) : 1;
	return n ? n : 1;
}

size_t
grid_columns(const char *s)
{
	unsigned columns;
	size_t n = 0;
	int good;

	while (*s) {
		s += character(s, &columns, &good);
		n += columns;
	}
	return n;
}

void
grid_cut(FILE *f, const char *s, size_t columns)
{
	size_t have = grid_columns(s), keep = have, used = 0;

	if (have > columns)
		keep = columns < 2 ? 0 : columns - 2;
	while (*s) {
		unsigned wide;
		int good;
		size_t n = character(s, &wide, &good);

		if (used + wide > keep)
			break;
		if (good)
			fwrite(s, 1, n, f);
		else
			putc('?', f);
		s += n;
		used += wide;
	}
	/* Three where half of a wide one was left. */
	for (; have > columns && used < columns; used++)
		putc('.', f);
}

/* Print a cell after `owed' blanks; blanks that the next one has to print
 * are the result, so that no line ends with any. */
static size_t
print_cell(FILE *f, const struct cell *c, const struct column *col,
	size_t width, size_t owed, int colour)
{
	size_t have = grid_columns(c->text);
	size_t pad = have < width ? width - have : 0;

	if (!have)
		return owed + width + GAP;
	fprintf(f, "%*s", (int)(owed + (col->right ? pad : 0)), "");
	fputs(grid_code(c->colour, colour), f);
	grid_cut(f, c->text, width);
	fputs(reset_code(c->colour, colour), f);
	return (col->right ? 0 : pad) + GAP;
}

/* Leave out columns until the rest fits. */
static void
fit(const struct grid *t, size_t *width, int limit)
{
	for (;;) {
		size_t total = 0, worst = COLS_MAX, last = COLS_MAX, over;

		for (size_t c = 0; c < t->ncols; c++) {
			if (!width[c])
				continue;
			total += width[c] + GAP;
			last = c;
			if (t->cols[c].drop &&
				(worst == COLS_MAX ||
					t->cols[c].drop > t->cols[worst].drop))
				worst = c;
		}
		if (last == COLS_MAX || limit <= 0 ||
			total - GAP <= (size_t)limit)
			return;
		/* The last one gives way first, down to a minimum. */
		over = total - GAP - (size_t)limit;
		if (width[last] >= LAST_MIN + over) {
			width[last] -= over;
			return;
		}
		if (worst == COLS_MAX) {
			if (width[last] > LAST_MIN)
				width[last] = LAST_MIN;
			return;
		}
		width[worst] = 0;
	}
}

void
grid_print(struct grid *t, FILE *f, int limit, int colour)
{
	size_t width[COLS_MAX] = { 0 }, owed = 0;

	for (size_t c = 0; c < t->ncols; c++)
		width[c] = strlen(t->cols[c].head);
	for (size_t i = 0; i < t->ncells; i++) {
		size_t n = grid_columns(t->cells[i].text);

		if (n > width[i % t->ncols])
			width[i % t->ncols] = n;
	}
	fit(t, width, limit);
	for (size_t c = 0; c < t->ncols; c++) {
		struct cell head = { BOLD, 0 };
		char *name = strdup(t->cols[c].head);

		head.text = name;
		if (width[c] && name)
			owed = print_cell(
				f, &head, &t->cols[c], width[c], owed, colour);
		free(name);
	}
	putc('\n', f);
	owed = 0;
	for (size_t i = 0; i < t->ncells; i++) {
		size_t c = i % t->ncols;

		if (!c)
			owed = 0;
		if (width[c])
			owed = print_cell(f, &t->cells[i], &t->cols[c],
				width[c], owed, colour);
		if (c == t->ncols - 1)
			putc('\n', f);
		free(t->cells[i].text);
	}
	free(t->cells);
	t->cells = 0;
	t->ncells = t->max = 0;
}

int
grid_width(int fd)
{
	struct winsize ws;
	const char *env = getenv("COLUMNS");
	unsigned u;

	if (!isatty(fd))
		return 0;
	if (ioctl(fd, TIOCGWINSZ, &ws) == 0 && ws.ws_col)
		return ws.ws_col;
	return env && num_uint(env, &u) && u > 0 && u < 10000 ? (int)u : 80;
}

int
grid_colour(const char *when, int fd)
{
	const char *none = getenv("NO_COLOR"), *term = getenv("TERM");

	if (when && !strcmp(when, "always"))
		return 1;
	if (when && !strcmp(when, "never"))
		return 0;
	if (when && strcmp(when, "auto"))
		die(EX_MISUSE, "colour must be auto, always or never, not '%s'",
			when);
	return !(none && *none) && !(term && !strcmp(term, "dumb")) &&
		isatty(fd);
}

int
grid_utf8(void)
{
	static const char *const vars[] = { "LC_ALL", "LC_CTYPE", "LANG" };

	for (size_t i = 0; i < sizeof vars / sizeof *vars; i++) {
		const char *s = getenv(vars[i]);

		if (s && *s)
			return strstr(s, "UTF-8") || strstr(s, "utf8") ||
				strstr(s, "UTF8") || strstr(s, "utf-8");
	}
	return 0;
}
