/* identity.c - compares a process that was written down with the one that has
 * its number now, and one boot with another. */

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "lib/identity.h"
#include "lib/os.h"

enum { SLACK_NS = 30000000 }; /* /proc counts in 10 ms */

int
identity_other_boot(uint64_t boot, uint64_t when)
{
	uint64_t now = os_boot_now(), token = boot ? os_boot_token() : 0;

	if (boot && token)
		return boot != token;
	/* A time that is yet to come is none of this boot's. */
	return now && when > now + SLACK_NS;
}

/* Almost nothing else below svscan leads a session, and who asks for that
 * needs no /proc. */
enum identity_is
identity_ask(const struct identity *id)
{
	uint64_t at;

	if (id->pid <= 0 || getsid(id->pid) != id->pid ||
		identity_other_boot(id->boot, id->started))
		return IDENTITY_GONE;
	if (os_start_time(id->pid, &at) < 0)
		return errno == ESRCH ? IDENTITY_GONE : IDENTITY_UNKNOWN;
	return at + SLACK_NS >= id->started && at <= id->started_by + SLACK_NS
		? IDENTITY_SAME
		: IDENTITY_GONE;
}

/* A word that either side does not know says nothing. */
static int
same_word(const char *a, const char *b)
{
	size_t n = strcspn(a, " "), m = strcspn(b, " ");

	return (n == 1 && *a == '-') || (m == 1 && *b == '-') ||
		(n == m && !strncmp(a, b, n));
}

int
identity_same_kernel(const char *a, const char *b)
{
	return *a != '-' && *b != '-' && same_word(a, b);
}

int
identity_same_boot(const char *a, const char *b)
{
	if (!same_word(a, b))
		return 0;
	a += strcspn(a, " ");
	b += strcspn(b, " ");
	return !*a || !*b || same_word(a + 1, b + 1);
}
