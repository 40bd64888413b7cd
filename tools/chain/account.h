/* account.h - who a program is to run as: from names, numbers or the
 * environment.  Used by setuidgid, envuidgid and applyuidgid. */
#ifndef TOOLS_ACCOUNT_H
#define TOOLS_ACCOUNT_H

#include <stddef.h>
#include <sys/types.h>

enum { ACCOUNT_GROUPS = 1024 };

struct account {
	uid_t uid;
	gid_t gid;
	gid_t groups[ACCOUNT_GROUPS]; /* supplementary, without gid */
	unsigned ngroups;
	unsigned has_uid : 1, has_gid : 1, has_groups : 1;
};

/* A number that can be a user or group (not (uid_t)-1).  1 or 0. */
int account_number(const char *s, unsigned *id);
/* Fill all three from a user's entry.  1; 0 if there is no such user; -1
 * and errno. */
int account_user(struct account *, const char *name);
/* Fill uid or gid from a name, or a number if numbers. The same results. */
int account_uid(struct account *, const char *name, int numbers);
int account_gid(struct account *, const char *name, int numbers);
/* Fill groups from "N,N,..." (may be empty).  1, or 0 if it is not that. */
int account_groups(struct account *, const char *list);
/* The list as text.  0, or -1 if it does not fit. */
int account_groups_text(const struct account *, char *buf, size_t max);

/* Become it: groups, then gid, then uid.  0, or -1 and errno, and *verb
 * says which. */
int account_apply(const struct account *, const char **verb);

#endif
