/* num.h - numbers and names from outside: the whole string or nothing. */
#ifndef LIB_NUM_H
#define LIB_NUM_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/* 1 and *u set if all of s is a decimal number that fits; else 0 and *u is
 * left alone.  No sign, no blank, not empty. */
int num_uint(const char *s, unsigned *u);
int num_u64(const char *s, uint64_t *u);

/* Signal number for "TERM", "SIGTERM", "sigterm" or "15"; 0 if unknown. */
int num_signal(const char *s);
/* "SIGTERM" for 15, or "SIG99" style for numbers without a name.  Static
 * storage is used for the latter only. */
const char *num_signame(int sig);

/* A duration: "500ms", "2s", "2 min", "1h30m", "3 days"; a bare number, alone,
 * counts in `unit' (1 for ms, 1000 for s).  1 and *ms set, or 0. */
int num_duration(const char *s, unsigned unit, uint64_t *ms);
/* A size: "4096", "10k", "1M", "2G" (powers of 1024).  1 or 0. */
int num_size(const char *s, uint64_t *bytes);

#endif
