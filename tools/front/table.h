/* table.h - an aligned table for a terminal or a file.  It knows nothing of
 * services: cells are text with a colour. */
#ifndef TOOLS_REEVE_TABLE_H
#define TOOLS_REEVE_TABLE_H

#include <stddef.h>
#include <stdio.h>

enum colour { PLAIN, BOLD, DIM, RED, GREEN, YELLOW, BLUE, NCOLOUR };

struct column {
	const char *head;
	int right;		/* align right */
	int drop;		/* when it is too narrow, the column with the
				 * highest goes first; 0 stays */
};

struct table {
	const struct column *cols;	/* borrowed */
	size_t ncols, ncells, max;
	struct cell *cells;		/* owned */
};

void table_begin(struct table *, const struct column *, size_t ncols);
/* Append a cell (copied).  Rows fill from left to right. */
void table_cell(struct table *, enum colour, const char *text);
/* Print with at most `width' columns (0: no limit); the last column that
 * stays is cut.  Frees the table's memory. */
void table_print(struct table *, FILE *, int width, int colour);

/* Columns of the terminal on fd (or $COLUMNS); 0 if it is none. */
int table_width(int fd);
/* Whether to colour: when is "auto", "always" or "never" (0: auto).  Exits
 * 100 for another word. */
int table_colour(const char *when, int fd);
/* The escape sequence, or "" if not on. */
const char *table_code(enum colour, int on);
/* Whether the locale is UTF-8. */
int table_utf8(void);
/* Columns a text takes. */
size_t table_columns(const char *);
/* Print a text cut to that many columns, control characters shown as ?. */
void table_cut(FILE *, const char *, size_t columns);

#endif
