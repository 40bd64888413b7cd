/* grid.h - an aligned table for a terminal or a file.  It knows nothing of
 * services: cells are text with a colour. */
#ifndef TOOLS_REEVE_GRID_H
#define TOOLS_REEVE_GRID_H

#include <stddef.h>
#include <stdio.h>

enum colour { PLAIN, BOLD, DIM, RED, GREEN, YELLOW, BLUE, NCOLOUR };

struct column {
	const char *head;
	int right; /* align right */
	int drop; /* when it is too narrow, the column with the
				 * highest goes first; 0 stays */
};

struct grid {
	const struct column *cols; /* borrowed */
	size_t ncols, ncells, max;
	struct cell *cells; /* owned */
};

void grid_begin(struct grid *, const struct column *, size_t ncols);
/* Append a cell (copied).  Rows fill from left to right. */
void grid_cell(struct grid *, enum colour, const char *text);
/* Print with at most `width' columns (0: no limit); the last column that
 * stays is cut.  Frees the table's memory. */
void grid_print(struct grid *, FILE *, int width, int colour);

/* Columns of the terminal on fd (or $COLUMNS); 0 if it is none. */
int grid_width(int fd);
/* Whether to colour: when is "auto", "always" or "never" (0: auto).  Exits
 * 100 for another word. */
int grid_colour(const char *when, int fd);
/* The escape sequence, or "" if not on. */
const char *grid_code(enum colour, int on);
/* Whether the locale is UTF-8. */
int grid_utf8(void);
/* Columns a text takes. */
size_t grid_columns(const char *);
/* Print a text cut to that many columns, control characters shown as ?. */
void grid_cut(FILE *, const char *, size_t columns);

#endif
