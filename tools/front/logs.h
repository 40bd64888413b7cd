/* logs.h - what the files of reeve-logs share. */
#ifndef TOOLS_FRONT_LOGS_H
#define TOOLS_FRONT_LOGS_H

#include <regex.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/types.h>

#include <skalibs/tai.h>

#include "log/stream.h"

struct source {
	char *name; /* shown; owned */
	char *path; /* owned */
	struct stream stream;
	int open;
	int have; /* a line is waiting */
	char *line; /* borrowed from the stream */
	size_t len, skip; /* text begins after skip */
	int stamped; /* the line has its own time */
	tain when; /* of it */
	tain order; /* the latest so far */
};

struct kept { /* a line of -n, formatted */
	char *text;
	size_t len;
};

extern struct logs {
	struct source *source;
	size_t n;
	int follow, utc, json, raw, color;
	uint64_t lines; /* -n; UINT64_MAX all */
	int have_since, have_until, have_grep;
	tain since, until;
	regex_t grep;
	struct kept *kept; /* ring of the last lines */
	uint64_t nkept;
	size_t name_width;
	int terminal; /* what is shown goes to one */
	pid_t pager;
	const char *pager_command;
	int failed;
} logs;

/* Add the sources that these names stand for, or all, to logs.source; what has
 * no log is said.  live: the live directory in which they are looked up, or 0. */
void logs_find(char **names, const char *live);
/* Write the line that the source has, as it was asked for. */
void logs_show(FILE *, struct source *);

#endif
