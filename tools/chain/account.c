/* account.c - see account.h. */

#include <errno.h>
#include <grp.h>
#include <limits.h>
#include <pwd.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "lib/num.h"
#include "tools/chain/account.h"

int
account_number(const char *s, unsigned *id)
{
	unsigned u;

	if (!num_uint(s, &u) || u == UINT_MAX)
		return 0;
	*id = u;
	return 1;
}

/* errno after a failed look-up: these mean that there is no such entry. */
static int
absent(void)
{
	return errno == 0 || errno == ENOENT || errno == ESRCH ||
			errno == EBADF || errno == EPERM
		? 0
		: -1;
}

int
account_user(struct account *a, const char *name)
{
	gid_t all[ACCOUNT_GROUPS];
	int n = ACCOUNT_GROUPS;
	struct passwd *pw;

	errno = 0;
	pw = getpwnam(name);
	if (!pw)
		return absent();
	if (getgrouplist(name, pw->pw_gid, all, &n) < 0) {
		errno = E2BIG;
		return -1;
	}
	a->uid = pw->pw_uid;
	a->gid = pw->pw_gid;
	a->ngroups = 0;
	for (int i = 0; i < n; i++)
		if (all[i] != pw->pw_gid)
			a->groups[a->ngroups++] = all[i];
	a->has_uid = a->has_gid = a->has_groups = 1;
	return 1;
}

int
account_uid(struct account *a, const char *name, int numbers)
{
	struct passwd *pw;
	unsigned u;

	if (numbers && account_number(name, &u)) {
		a->uid = (uid_t)u;
	} else {
		errno = 0;
		pw = getpwnam(name);
		if (!pw)
			return absent();
		a->uid = pw->pw_uid;
	}
	a->has_uid = 1;
	return 1;
}

int
account_gid(struct account *a, const char *name, int numbers)
{
	struct group *gr;
	unsigned u;

	if (numbers && account_number(name, &u)) {
		a->gid = (gid_t)u;
	} else {
		errno = 0;
		gr = getgrnam(name);
		if (!gr)
			return absent();
		a->gid = gr->gr_gid;
	}
	a->has_gid = 1;
	return 1;
}

int
account_groups(struct account *a, const char *list)
{
	unsigned n = 0, id;

	while (*list) {
		char one[16];
		size_t len = strcspn(list, ",");

		if (len >= sizeof one || n == ACCOUNT_GROUPS)
			return 0;
		memcpy(one, list, len);
		one[len] = 0;
		if (!account_number(one, &id))
			return 0;
		a->groups[n++] = (gid_t)id;
		list += len;
		if (*list == ',' && !*++list)
			return 0;
	}
	a->ngroups = n;
	a->has_groups = 1;
	return 1;
}

int
account_groups_text(const struct account *a, char *buf, size_t max)
{
	size_t n = 0;

	if (!max)
		return -1;
	buf[0] = 0;
	for (unsigned i = 0; i < a->ngroups; i++) {
		int r = snprintf(buf + n, max - n, "%s%u", i ? "," : "",
			(unsigned)a->groups[i]);

		if (r < 0 || (size_t)r >= max - n)
			return -1;
		n += (size_t)r;
	}
	return 0;
}

int
account_apply(const struct account *a, const char **verb)
{
	gid_t all[ACCOUNT_GROUPS + 1];

	if (a->has_groups) {
		/* Where the first of them is the effective group (BSD), it
		 * must be there; elsewhere it does no harm. */
		all[0] = a->has_gid ? a->gid : getegid();
		memcpy(all + 1, a->groups, a->ngroups * sizeof *all);
		*verb = "set the supplementary groups";
		if (setgroups(a->ngroups + 1, all) < 0)
			return -1;
	}
	*verb = "set the group";
	if (a->has_gid && setgid(a->gid) < 0)
		return -1;
	*verb = "set the user";
	if (a->has_uid && setuid(a->uid) < 0)
		return -1;
	return 0;
}
