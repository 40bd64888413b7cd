/* change.h - carrying out changes: reeve-rc as a child with progress on a
 * terminal, and waiting for services. */
#ifndef TOOLS_REEVE_CHANGE_H
#define TOOLS_REEVE_CHANGE_H

#include "tools/front/model.h"

/* Run a sister program and say every two seconds what it waits for, until
 * it ends.  Its exit code. */
int change_run(char *const *argv);

enum change_want {
	CHANGE_UP,
	CHANGE_READY,
	CHANGE_DOWN,
	CHANGE_GONE /* another process than the pid given, or none */
};

/* 1 if it is one of n names. */
int change_named(const char *name, char *const *names, size_t n);

/* 1 reached, 0 not yet, -1 it will not come; not_pid: a process that it must
 * not be any more, or 0. */
int change_reached(const struct item *, enum change_want, long not_pid);

/* The argument of a timeout option in ms, or die. */
unsigned long long change_seconds(const char *text);

/* Wait until all of these are so.  restarted[i], if given, is a pid that
 * item i must not have any more.  timeout_ms 0: for ever.  EX_OK, EX_TIMEOUT,
 * or EX_NO: one failed for good. */
int change_wait(const char *scandir, char *const *names, size_t n,
	enum change_want, const long *restarted, unsigned long long timeout_ms);

#endif
