/* apply-user.c - users and groups for reeve-apply: looked up first, while
 * everything can be read. */

#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/msg.h"
#include "lib/num.h"
#include "tools/service/apply.h"

static gid_t
group_number(const char *name)
{
	unsigned u;
	struct group *g;

	if (num_uint(name, &u))
		return u;
	g = getgrnam(name);
	if (!g)
		die(EX_NO, "unknown group %s", name);
	return g->gr_gid;
}

void
apply_find_groups(struct apply *a)
{
	char *names = strdup(a->groups), *save = 0;

	if (!names)
		die_sys(EX_SYSTEM, "unable to read groups");
	a->ngroups = 0;
	for (char *s = strtok_r(names, " \t,", &save); s;
		s = strtok_r(0, " \t,", &save)) {
		if (a->ngroups == GROUPS_MAX)
			die(EX_MISUSE, "more than %d groups", GROUPS_MAX);
		a->list[a->ngroups++] = group_number(s);
	}
	free(names);
}

void
apply_find_user(struct apply *a)
{
	char name[256];
	const char *colon = strchr(a->user, ':');
	size_t n = colon ? (size_t)(colon - a->user) : strlen(a->user);
	struct passwd *p;
	unsigned u;

	if (!n || n >= sizeof name)
		die(EX_MISUSE, "invalid user '%.40s'", a->user);
	memcpy(name, a->user, n);
	name[n] = 0;
	p = getpwnam(name);
	if (p) {
		a->uid = p->pw_uid;
		a->gid = p->pw_gid;
	} else if (num_uint(name, &u)) {
		a->uid = u;
		a->gid = u;
	} else
		die(EX_NO, "unknown user %s", name);
	if (colon)
		a->gid = group_number(colon + 1);
	if (a->groups)
		return;
	a->ngroups = GROUPS_MAX;
	if (getgrouplist(name, a->gid, a->list, &a->ngroups) < 0)
		die(EX_SYSTEM, "user %s is in more than %d groups", name,
			GROUPS_MAX);
}

static int
is_among(gid_t g, const gid_t *list, int n)
{
	while (n > 0)
		if (list[--n] == g)
			return 1;
	return 0;
}

/* Are the groups that were named those that we have? */
static int
has_groups(const struct apply *a)
{
	gid_t now[GROUPS_MAX];
	int n;

	if (a->user && strchr(a->user, ':') &&
		(a->gid != getgid() || a->gid != getegid()))
		return 0;
	if (!a->groups)
		return 1;
	n = getgroups(GROUPS_MAX, now);
	if (n < 0)
		return 0;
	for (int i = 0; i < a->ngroups; i++)
		if (a->list[i] != getegid() && !is_among(a->list[i], now, n))
			return 0;
	for (int i = 0; i < n; i++)
		if (now[i] != getegid() &&
			!is_among(now[i], a->list, a->ngroups))
			return 0;
	return 1;
}

/* A tree of a user has services with that user in them. */
static int
is_user(const struct apply *a)
{
	return !a->user || (a->uid == geteuid() && a->uid == getuid());
}

void
apply_become(const struct apply *a)
{
	if (!a->user && a->ngroups < 0)
		return;
	if (geteuid()) {
		if (is_user(a) && has_groups(a))
			return;
		errno = EPERM;
		die_sys(EX_SYSTEM, "unable to become %s",
			is_user(a) ? "member of other groups" : a->user);
	}
	if (a->ngroups >= 0 && setgroups((size_t)a->ngroups, a->list) < 0)
		die_sys(EX_SYSTEM, "unable to set groups");
	if (!a->user)
		return;
	if (setgid(a->gid) < 0)
		die_sys(EX_SYSTEM, "unable to set group %lu",
			(unsigned long)a->gid);
	if (setuid(a->uid) < 0)
		die_sys(EX_SYSTEM, "unable to become %s", a->user);
}
