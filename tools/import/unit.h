/* unit.h - a systemd unit while it is read: systemd.c reads its sections,
 * unit-service.c those keys that are a property, and unit-write.c writes what
 * it becomes. */
#ifndef TOOLS_IMPORT_UNIT_H
#define TOOLS_IMPORT_UNIT_H

#include "rc/db.h"
#include "tools/import/import.h"

enum { UNIT_DIRS = 5 }; /* RuntimeDirectory and the like */

struct unit {
	struct import *im;
	const struct unit_from *from;
	struct defwrite d;
	char name[DB_NAME_MAX + 1];
	int template;
	char type[32];
	struct buf env, limits, pre, post, setup, up, down, reload, ambient,
		bounding, groups, readonly, watchdog;
	char beside[256]; /* the name a unit *.socket of it has */
	char socket[256]; /* a unit that it needs */
	char *start; /* owned */
	char *user, *group; /* owned */
	int shell; /* needs a script: variables, files */
	int remains; /* RemainAfterExit */
	int start_only; /* User is for ExecStart only */
	int as_root; /* ExecStart says that User is not for it */
	int no_new_privs, private_tmp;
	int no_kill; /* at a stop: it says when, or never */
	struct {
		struct buf names;
		char mode[8];
	} dirs[UNIT_DIRS];
	int has_pid_file, has_read_write, leaves_others, mixed;
	int restarts;
};

/* One property, if what the unit becomes can have it; else key=value is said
 * to be left out. */
void unit_put(struct unit *, const char *key, const char *value,
	const char *file, const char *text);
/* A socket NAME that key says the unit needs. */
void unit_socket(struct unit *, const char *key, const char *name);
/* One key of [Service]; value is changed. */
void unit_service(struct unit *, const char *key, char *value);

/* A command line for /bin/sh: words quoted, but ${VAR}, and $VAR as a word of
 * its own, left; $$ is a dollar. */
void unit_words(struct buf *, char *const *words);
/* Take the prefixes of Exec*= off: 1 if failure is ignored.  *as_root, if that
 * is not 0, is set where User= is not for it. */
int unit_exec_prefix(char **value, int *as_root);
/* A line of a script that runs it; value is changed. */
void unit_exec(struct unit *, struct buf *, const char *key, char *value);
/* "kill -HUP $MAINPID" is a signal: 1 and its name, else 0. */
int unit_kill_signal(char *value, char *name, size_t max);

/* 1 if the key is that of a directory, or of the mode of one. */
int unit_directory(struct unit *, const char *key, const char *value);
/* When all is read: the commands that make them, and their variables. */
void unit_directories(struct unit *);
/* Make the one where its socket will be. */
void unit_socket_directory(struct unit *);

/* Its directory is that of a template. */
void unit_template(const struct defwrite *);
/* Write what it becomes. */
void unit_finish(struct unit *);

#endif
