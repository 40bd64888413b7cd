/* surroundings.c - see surroundings.h. */

#include <pwd.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/msg.h"
#include "tools/front/surroundings.h"

extern char **environ;

/* The sanitizers read the last ones; nobody else has them. */
static const char *const kept[] = { "PATH=", "TZ=", "LANG=", "LC_", "REEVE_",
	"ASAN_OPTIONS=", "UBSAN_OPTIONS=" };

static int
is_kept(const char *var)
{
	for (size_t i = 0; i < sizeof kept / sizeof *kept; i++)
		if (!strncmp(var, kept[i], strlen(kept[i])))
			return 1;
	return 0;
}

static void
set(const char *name, const char *value)
{
	if (setenv(name, value, 1) < 0)
		die_sys(EX_SYSTEM, "unable to set %s", name);
}

void
surroundings_clean(void)
{
	const struct passwd *p = getpwuid(getuid());
	size_t n = 0;

	for (char **v = environ; v && *v; v++)
		if (is_kept(*v))
			environ[n++] = *v;
	if (environ)
		environ[n] = 0;
	set("HOME", p && *p->pw_dir ? p->pw_dir : "/");
	set("USER", p ? p->pw_name : "root");
	set("LOGNAME", p ? p->pw_name : "root");
	set("SHELL", p && *p->pw_shell ? p->pw_shell : "/bin/sh");
}
