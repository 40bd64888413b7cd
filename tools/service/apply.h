/* apply.h - what apply.c and apply-user.c share. */
#ifndef TOOLS_SERVICE_APPLY_H
#define TOOLS_SERVICE_APPLY_H

#include <stddef.h>
#include <sys/types.h>

enum { LIST_MAX = 64, GROUPS_MAX = 256 };

/* What was asked for. */
struct apply {
	const char *user, *groups, *nice, *caps, *directory;
	const char *cgroup, *memory, *cpu, *tasks, *oom;
	const char *values[LIST_MAX];
	size_t nvalues;
	const char *limits[LIST_MAX], *readonly[LIST_MAX];
	size_t nlimits, nreadonly;
	int no_new_privs, private_tmp;
	uid_t uid;
	gid_t gid, list[GROUPS_MAX];
	int ngroups; /* -1: leave them */
};

/* Numbers of a->groups, or of a->user and its groups, or die. */
void apply_find_groups(struct apply *);
void apply_find_user(struct apply *);
/* Become that user with those groups, or die; a user who is it already may. */
void apply_become(const struct apply *);

#endif
