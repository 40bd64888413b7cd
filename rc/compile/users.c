/* users.c - looks up the users and groups that definitions name. */

#include <grp.h>
#include <pwd.h>
#include <stdio.h>
#include <string.h>

#include "lib/num.h"
#include "rc/compile/users.h"

const char *
users_unknown_group(char *buf, const char *name)
{
	static char known[USERS_NAME]; /* many services have the same */
	unsigned u;

	snprintf(buf, USERS_NAME, "%s", name);
	if (num_uint(name, &u) || !strcmp(name, known))
		return 0;
	if (!getgrnam(name))
		return "group";
	strcpy(known, buf);
	return 0;
}

const char *
users_unknown(char *buf, const char *spec)
{
	static char known[USERS_NAME];
	size_t n = strcspn(spec, ":");
	const char *what;
	unsigned u;

	if (n >= USERS_NAME) {
		snprintf(buf, USERS_NAME, "%s", spec);
		return "user";
	}
	what = spec[n] ? users_unknown_group(buf, spec + n + 1) : 0;
	if (what)
		return what;
	memcpy(buf, spec, n);
	buf[n] = 0;
	if (num_uint(buf, &u) || !strcmp(buf, known))
		return 0;
	if (!getpwnam(buf))
		return "user";
	strcpy(known, buf);
	return 0;
}
