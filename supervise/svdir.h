/* svdir.h - FORMAT service directory: the files that a supervise reads. */
#ifndef SUPERVISE_SVDIR_H
#define SUPERVISE_SVDIR_H

#include <stddef.h>

enum svkind {
	SV_EXEC, /* executable */
	SV_NUMBER, /* first line: a number */
	SV_SIGNAL, /* first line: name or number of a signal */
	SV_FLAG, /* presence counts */
	SV_PATH, /* first line: a path */
	SV_WORD, /* first line: one of some words */
	SV_PAIR, /* first line: two numbers */
	SV_LIST, /* first line: exit codes and signals */
	SV_DIR
};

struct svfile {
	const char *name;
	enum svkind kind;
	unsigned number; /* default of SV_NUMBER and SV_SIGNAL */
	unsigned max; /* largest legal SV_NUMBER */
	unsigned ours : 1; /* s6 does not have it */
	const char *help;
};
/* Ends with a row without name. */
extern const struct svfile svdir_files[];
/* The row for a name, or 0. */
const struct svfile *svdir_find(const char *name);

/* First line of a file, without its newline, into buf.  Its length; 0 if
 * there is no file (then buf is ""); -1 and errno (EINVAL: empty, or longer
 * than max - 1). */
int svdir_line(const char *path, char *buf, size_t max);

/* These read file `name' of the definition directory dir ("" for the
 * current directory).  An invalid file is a warning that names it, and then
 * the default holds. */
unsigned svdir_number(const char *dir, const char *name);
/* As above; 1 and *u set if there is a valid one, else 0; -1 and errno if
 * it could not be read for a shortage that passes. */
int svdir_number_if(const char *dir, const char *name, unsigned *u);
int svdir_signal(const char *dir, const char *name);
int svdir_flag(const char *dir, const char *name);
/* 1 and buf set, or 0; -1 as above. */
int svdir_path(const char *dir, const char *name, char *buf, size_t max);
/* Open a fifo both ways, close-on-exec and without waiting, so that nothing
 * in it is lost while nobody else has it; made 0600 if absent.  -1 and
 * errno. */
int svdir_hold(const char *path);

enum restart {
	RESTART_ALWAYS,
	RESTART_ON_FAILURE,
	RESTART_NEVER,
	RESTART_ON_SUCCESS,
	RESTART_ON_SIGNAL
};
enum restart svdir_restart(const char *dir);
/* Does the list of exit codes, ranges of them and signals in file `name' have
 * this end? */
int svdir_lists(const char *dir, const char *name, int wstat);
/* Least and greatest delay in ms before a service that ended too fast is
 * started again. */
enum { BACKOFF_MIN = 1000, BACKOFF_MAX = 60000 };
void svdir_backoff(const char *dir, unsigned *min, unsigned *max);

#endif
