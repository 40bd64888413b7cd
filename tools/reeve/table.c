/* table.c - see table.h. */

#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "lib/msg.h"
#include "lib/num.h"
#include "lib/utf8.h"
#include "tools/reeve/table.h"

struct cell {
	enum colour colour;
	char *text;		/* owned */
};

enum { GAP = 2, LAST_MIN = 14, COLS_MAX = 16 };

static const char *const codes[NCOLOUR] = {
	[PLAIN] = "", [BOLD] = "\033[1m", [DIM] = "\033[2m",
	[RED] = "\033[31m", [GREEN] = "\033[32m", [YELLOW] = "\033[33m",
	[BLUE] = "\033[34m"
};

const char *
table_code(enum colour c, int on)
{
	return on ? codes[c] : "";
}

static const char *
reset_code(enum colour c, int on)
{
	return on && c != PLAIN ? "\033[0m" : "";
}

void
table_begin(struct table *t, const struct column *cols, size_t ncols)
{
	*t = (struct table){ .cols = cols, .ncols = ncols };
}

void
table_cell(struct table *t, enum colour c, const char *text)
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

size_t
table_columns(const char *s)
{
	size_t n = 0;

	for (; *s; s++)
		n += ((unsigned char)*s & 0xc0) != 0x80;
	return n;
}

void
table_cut(FILE *f, const char *s, size_t columns)
{
	size_t have = table_columns(s), keep = have, dots = 0;

	if (have > columns) {
		dots = columns < 2 ? columns : 2;
		keep = columns - dots;
	}
	for (size_t n = 0, left = strlen(s), len; left; s += len, left -= len) {
		int control;

		len = utf8_char(s, left, &control);
		if (((unsigned char)*s & 0xc0) != 0x80 && n++ == keep)
			break;
		if (control)
			putc('?', f);
		else
			fwrite(s, 1, len, f);
	}
	while (dots--)
		putc('.', f);
}

/* Print a cell after `owed' blanks; blanks that the next one has to print
 * are the result, so that no line ends with any. */
static size_t
print_cell(FILE *f, const struct cell *c, const struct column *col,
	size_t width, size_t owed, int colour)
{
	size_t have = table_columns(c->text);
	size_t pad = have < width ? width - have : 0;

	if (!have)
		return owed + width + GAP;
	fprintf(f, "%*s", (int)(owed + (col->right ? pad : 0)), "");
	fputs(table_code(c->colour, colour), f);
	table_cut(f, c->text, width);
	fputs(reset_code(c->colour, colour), f);
	return (col->right ? 0 : pad) + GAP;
}

/* Leave out columns until the rest fits. */
static void
fit(const struct table *t, size_t *width, int limit)
{
	for (;;) {
		size_t total = 0, worst = COLS_MAX, last = COLS_MAX, over;

		for (size_t c = 0; c < t->ncols; c++) {
			if (!width[c])
				continue;
			total += width[c] + GAP;
			last = c;
			if (t->cols[c].drop && (worst == COLS_MAX ||
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
table_print(struct table *t, FILE *f, int limit, int colour)
{
	size_t width[COLS_MAX] = { 0 }, owed = 0;

	for (size_t c = 0; c < t->ncols; c++)
		width[c] = strlen(t->cols[c].head);
	for (size_t i = 0; i < t->ncells; i++) {
		size_t n = table_columns(t->cells[i].text);

		if (n > width[i % t->ncols])
			width[i % t->ncols] = n;
	}
	fit(t, width, limit);
	for (size_t c = 0; c < t->ncols; c++) {
		struct cell head = { BOLD, 0 };
		char *name = strdup(t->cols[c].head);

		head.text = name;
		if (width[c] && name)
			owed = print_cell(f, &head, &t->cols[c], width[c],
				owed, colour);
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
table_width(int fd)
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
table_colour(const char *when, int fd)
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
table_utf8(void)
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
