/* db-ask.h - one question to a database: what the commands of reeve-rc-db
 * share.  Each of them writes its answer to stdout. */
#ifndef RC_DB_ASK_H
#define RC_DB_ASK_H

#include "lib/msg.h"
#include "rc/db.h"

enum { EX_UNKNOWN = 3, EX_BADDB = 4, EX_TYPE = 5 };

struct ask {
	struct db db;
	int down, reload, without_essentials;
	int json, dot;
	unsigned char *mark; /* owned; by service number */
};

/* Open it, or die. */
void ask_open(struct db *, const char *path);
/* The services that a name stands for, or die: it is unknown. */
struct db_list ask_resolve(const struct ask *, const char *name);
/* Mark those of the list. */
void ask_mark(struct ask *, const struct db_list *);
/* "longrun" or "oneshot" */
const char *ask_type(const struct db_service *);
/* Print DB_HASH bytes in hexadecimal. */
void ask_hash(const unsigned char *);

/* The commands; argv has their arguments. */
void ask_show(struct ask *, char **argv);
void ask_graph(struct ask *, char **argv);
/* Ends the program: 1 if they differ. */
void ask_diff(struct ask *, char **argv);

#endif
