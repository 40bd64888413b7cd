/* bringup.h - which programs bring the services of a boot database up, and
 * down again; the same in a container and on a machine. */
#ifndef INIT_BRINGUP_H
#define INIT_BRINGUP_H

#include <stddef.h>
#include <stdint.h>

enum { BRINGUP_STEPS = 3, BRINGUP_WORDS = 24 };

struct bringup {
	size_t n;
	struct {
		char *argv[BRINGUP_WORDS]; /* a program of ours first */
		int may_fail; /* services fail; bringup_failed says which */
	} steps[BRINGUP_STEPS];
};

/* The steps that lead to all of `default' up.  If there is no database yet
 * (boot dangles), the first makes one from the definitions, in the state
 * directory.  The current directory is the scan directory.  0, or -1 if a
 * path is too long.  Words are static or borrowed. */
int bringup_plan(struct bringup *, const char *boot, const char *live,
	uint64_t limit_ms, int verbose);
/* One step: everything down, essential services too, waiting for a change
 * that is under way. */
int bringup_stop_plan(struct bringup *, const char *live, int verbose);

/* 1 if there is anything to bring up: a database, or definitions. */
int bringup_defined(const char *boot, const char *const *sources, int n);
/* 1 if a live directory is there. */
int bringup_exists(const char *live);

/* After a step that failed: a sentence naming the services in err; 1 if one
 * of them is essential (or all are, by `require'), else 0. */
int bringup_failed(const char *live, int require, char *err, size_t max);

/* Directory of the service marked `main' that is part of `default': 1, or 0
 * if there is none. */
int bringup_main(const char *live, char *buf, size_t max);

/* Write letters to svscan's control fifo.  0, or -1 and errno. */
int bringup_tell(const char *fifo, const char *letters);

#endif
