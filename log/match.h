/* match.h - PURE does a line match an extended regular expression?
 * Expressions that are plain text, perhaps anchored, are searched for as
 * text, which is many times faster than regexec. */
#ifndef LOG_MATCH_H
#define LOG_MATCH_H

#include <regex.h>
#include <stddef.h>

enum match_kind { MATCH_ALL, MATCH_TEXT, MATCH_ERE };

struct match {
	enum match_kind kind;
	int at_head, at_tail; /* of MATCH_TEXT: ^ and $ */
	char *text; /* owned, of MATCH_TEXT */
	size_t len;
	regex_t re; /* of MATCH_ERE */
};

/* 0, or regcomp's error code. */
int match_compile(struct match *, const char *ere);
void match_free(struct match *);
/* 1 if it matches.  line[len] must be 0, and no byte before it. */
int match_test(const struct match *, const char *line, size_t len);

#endif
