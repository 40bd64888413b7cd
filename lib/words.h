/* words.h - build the command line of the next program in a chain. */
#ifndef LIB_WORDS_H
#define LIB_WORDS_H

struct words {
	char **v; /* owned; ends with a null pointer */
	int n, max;
};

/* Append copies of words; die on lack of memory. */
void words_add(struct words *, const char *);
void words_all(struct words *, char *const *);
/* Append a printf-formatted word. */
void words_fmt(struct words *, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));
/* Append the full path of one of our own programs ("supervise"), by its s6
 * name if we were called by one, else by ours; by the other if only that is
 * installed. */
void words_sister(struct words *, const char *name);
_Noreturn void words_exec(struct words *);

#endif
