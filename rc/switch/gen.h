/* gen.h - what reeve-switch works with: the places, the sources, the kept
 * generations and the update that it makes.  All of this may end the program
 * with a message. */
#ifndef RC_SWITCH_GEN_H
#define RC_SWITCH_GEN_H

#include <time.h>

#include "lib/path.h"
#include "rc/compile/sources.h"
#include "rc/live.h"
#include "rc/places.h"
#include "rc/switch/update.h"

struct gen {
	struct places places;
	char live[PATH_LEN];
	char dir[PATH_LEN]; /* STATE/generations */
	int test, boot, lax, override, block, abort_it, given, quiet;
	int users; /* USERS_*, or -1: the default */
	int elsewhere; /* the live directory was named */
	unsigned keep;
	unsigned back; /* rollback: to this one; or 0 */
	const char *bundle; /* the one given, or 0 */
	const char *root, *db_file, *convert_file;
	char *sources[PLACES_SOURCES + 64];
	int nsources;
	struct sources sum;
	int summed;
	char *data;
	size_t len;
	struct update u;
	/* result.c */
	int json, exit_code;
	struct json services;
	char *text; /* of services */
	size_t textlen;
	const char *outcome; /* if the code does not say it, or 0 */
	int changes; /* there was, or is, something to do */
	unsigned made; /* generation that it is kept as, or 0 */
};

/* --- generations.c --- */

/* The path of a file of generation n, or of its directory, in PATH_LEN
 * bytes. */
void gen_path(const struct gen *, char *buf, unsigned n, const char *file);
/* All numbers, ascending, in malloced memory. */
unsigned *gen_list(const struct gen *, size_t *count);
/* Which one is booted, which is live, and which counts now; 0: none. */
unsigned gen_booted(const struct gen *);
unsigned gen_live(const struct gen *);
unsigned gen_current(const struct gen *);
/* Until the process ends; no longer than --timeout allows. */
void gen_lock(struct gen *, const char *dir);
/* Is there a live directory?  And a tree that runs it? */
int gen_has_live(const struct gen *);
int gen_is_live(const struct gen *);
/* The tree runs and waits for services. */
int gen_can_begin(const struct gen *);
/* Is the database in hand what is live, or what is booted? */
int gen_is_known(const struct gen *);
/* Would a switch to the database in hand change what is live or booted? */
int gen_changes(const struct gen *);
/* What is noted of generation n: id has LIVE_HEX bytes.  0 or -1. */
int gen_info(const struct gen *, unsigned n, char *id, time_t *when);
/* Whether a switch to it went wrong, so that a rollback passes it over. */
int gen_has_failed(const struct gen *, unsigned n);
void gen_note_failed(const struct gen *, unsigned n, int code);
/* Keep the database in hand.  Its number. */
unsigned gen_keep(struct gen *);
void gen_remove_rubbish(const struct gen *);

/* --- changed.c --- */

/* Sum up the sources, if that can be. */
void gen_sum(struct gen *);
/* The sum belongs to generation n. */
void gen_stamp(struct gen *, unsigned n);
/* What counts now is of these sources, and there is nothing left to do. */
int gen_unchanged(struct gen *);

/* --- chosen.c --- */

/* Compile or read the database into g->u. */
void gen_database(struct gen *);

/* --- result.c --- */

enum { GEN_CHANGES = 2 }; /* exit code of plan --exit-code */
/* Print the result as JSON if that was asked for.  The exit code. */
void gen_result_begin(struct gen *);
int gen_result(struct gen *, int code);
/* List the generations. */
void gen_print(const struct gen *);

/* --- carry.c --- */

/* An UPDATE_* code. */
int gen_carry_out(struct gen *);

#endif
