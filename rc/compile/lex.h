/* lex.h - execline's syntax: a command line in a file to its words.
 * Words are separated by blanks and newlines; # at the start of a word
 * begins a comment; "..." quotes, with \n, \t, \0x41, \0101, \65 and the
 * like inside; \ outside quotes takes the next character as it is.
 * { and } that stand alone are a block: its words are given one space in
 * front for each level, and an empty word (with a space for each outer
 * level) ends it.  Nothing is substituted. */
#ifndef RC_LEX_H
#define RC_LEX_H

#include <stddef.h>

#include "lib/arena.h"

struct lex_error {
	unsigned line; /* from 1 */
	const char *what; /* what is wrong and was expected */
};

/* Append each word with a NUL behind it.  Text ends at len or at a NUL.
 * The number of words, or -1 and *err. */
int lex_words(
	struct buf *words, const char *text, size_t len, struct lex_error *err);

/* The word as these files have it: quoted where that is needed. */
void lex_quote(struct buf *, const char *word);

#endif
