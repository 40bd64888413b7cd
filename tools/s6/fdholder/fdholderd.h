/* fdholderd.h - the daemon's table and its clients: what fdholderd.c and
 * fdholderd-requests.c share. */
#ifndef TOOLS_S6_FDHOLDER_FDHOLDERD_H
#define TOOLS_S6_FDHOLDER_FDHOLDERD_H

#include <regex.h>
#include <sys/types.h>

#include "tools/s6/fdholder/fdholder.h"

enum { CLIENTS_MAX = 256 };

struct client {
	struct umsg_conn conn;
	uid_t uid;
	uint64_t heard; /* when it last asked for something */
	unsigned more : 1; /* there is a whole request in the buffer */
	unsigned dumping : 1; /* it gets those from next up to total */
	unsigned lost : 1; /* what it was to get is gone: drop it */
	unsigned next, total;
	regex_t store, retrieve;
	unsigned may_store : 1, may_retrieve : 1, may_list : 1, may_getdump : 1,
		may_setdump : 1;
	uint32_t expect; /* items of a dump still to come */
	uint64_t deadline;
};
struct fdholderd {
	struct client *clients[CLIENTS_MAX];
	unsigned nclients, maxclients;
	struct fdh_held *held;
	unsigned nheld, maxheld;
	unsigned timeout, lameduck;
	int verbosity, ending;
	uint64_t end;
	const char *rules, *cdb;
	int guest; /* has no place yet; -1: none */
	uid_t guest_uid;
	gid_t guest_gid;
	uint64_t guest_since, said;
	int deaf; /* nobody can be accepted, which was said */
};
extern struct fdholderd fdholderd;

/* May something be said of a limit?  A client cannot fill our log. */
int fdholderd_may_say(int verbosity);
/* A variable of the rule that let a client in. */
void fdholderd_right(struct client *, const char *var);
/* Drop what is over; milliseconds to the next end, or -1. */
int fdholderd_expire(void);
/* Carry out a request, or send the next part of a dump.  0, or -1 to drop the
 * client. */
int fdholderd_request(struct client *, struct umsg *);
int fdholderd_dump_part(struct client *);

#endif
