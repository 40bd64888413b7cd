/* resolver.h - what resolve.c and resolve-pipelines.c share. */
#ifndef RC_RESOLVER_H
#define RC_RESOLVER_H

#include "rc/compile/resolve.h"

enum { NEW, OPEN, DONE };

/* A set of numbers below n that remembers what is in it. */
struct set {
	uint32_t *v;
	uint32_t n;
};

struct node {
	const char *name;
	struct def *def; /* 0 for a bundle made of a pipeline */
	const char *file; /* where it is defined */
	struct set members; /* of a bundle, flattened */
	uint32_t number; /* of an atomic service */
	int state;
};

/* All that is known on the way from definitions to a database. */
struct resolver {
	struct defs *s;
	struct diag *diag;
	struct arena *mem;
	struct db *db;
	struct node *nodes; /* services by number, then bundles */
	uint32_t n, nodes_max;
	uint32_t services;
	uint32_t *table; /* hash of names; node + 1 */
	uint32_t table_mask;
	uint32_t *mark, stamp; /* mark[number] == stamp: is in the set */
};

/* The node of this name, or 0. */
struct node *resolver_find(struct resolver *, const char *name);
/* A new node; 0 and said if there is one of that name. */
struct node *resolver_add(
	struct resolver *, const char *name, struct def *, const char *file);
/* "longrun", "oneshot" or "bundle" */
const char *resolver_kind(const struct node *);
int resolver_is_longrun(const struct node *);
/* Say that there is nothing of this name. */
void resolver_unknown(
	struct resolver *, const struct def_name *, const char *expected);
/* Add a number to a set whose stamp is the present one. */
void resolver_set_add(struct resolver *, struct set *, uint32_t);

/* Check one end of a pipe, and set the consumer of a producer. */
void resolver_producer(struct resolver *, struct node *);
void resolver_consumer(struct resolver *, struct node *);
/* The bundles of pipelines that have a name. */
void resolver_pipelines(struct resolver *);
/* Names of the ends of its pipe for supervise; see db_file in db.h. */
void resolver_fifos(struct resolver *);

#endif
