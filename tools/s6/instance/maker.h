/* maker.h - write service directories, or definitions for rc, from options.
 * Used by instance-maker, usertree-maker and svscanboot. */
#ifndef INSTANCE_MAKER_H
#define INSTANCE_MAKER_H

#include <stddef.h>

struct maker {
	char text[65536]; /* the script that is being written */
	size_t len;
	const char *base; /* removed on failure, if not 0 */
};

/* The logging options that the makers share. */
struct maker_log {
	const char *user, *dir, *prefix;
	unsigned stamp, archives, size, total;
};
#define MAKER_LOG                                                              \
	{                                                                      \
		.stamp = 1, .archives = 10, .size = 1000000                    \
	}
/* Take option c with optarg: 1 if it is one of l t n s S P, else 0. */
int maker_log_option(struct maker_log *, int c);

/* -r: service[/logger[/pipeline]], split in place. */
struct maker_rc {
	char *service, *logger, *pipeline;
};
void maker_rc_option(struct maker_rc *, char *text);

/* All of these die with a message, and remove base, on failure. */
_Noreturn void maker_fail(struct maker *, const char *what, const char *on);
void maker_dir(struct maker *, const char *path);
void maker_put(struct maker *, const char *dir, const char *name,
	const char *text, unsigned mode);
void maker_begin(struct maker *, const char *first_lines);
void maker_say(struct maker *, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));
/* A word for sh, quoted if it must be, after a blank. */
void maker_word(struct maker *, const char *);
/* Full path of one of our programs, as a word. */
void maker_program(struct maker *, const char *name);
/* Write the script as dir/name, executable. */
void maker_end(struct maker *, const char *dir, const char *name);

/* A logger in dir: run and notification-fd. */
void maker_logger(struct maker *, const char *dir, const struct maker_log *);
/* For rc: type and pipeline files of the service in base/service and, with a
 * logger, in base/logger. */
void maker_pipeline(struct maker *, const struct maker_rc *);

#endif
