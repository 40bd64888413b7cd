/* chain.c - finds the next program of a command line, or one of ours, and
 * executes it. */

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "config.h"
#include "lib/chain.h"
#include "lib/file.h"
#include "lib/msg.h"
#include "lib/os.h"
#include "lib/path.h"

int
chain_lack(int e, const char *path, char *buf, unsigned long max)
{
	char line[PATH_LEN], *name, *end;
	int is_crlf;
	ssize_t n;

	if (e != ENOENT)
		return e;
	n = file_read(AT_FDCWD, path, line, sizeof line - 1);
	if (n < 2 || line[0] != '#' || line[1] != '!')
		return e;
	line[n] = 0;
	name = line + 2 + strspn(line + 2, " \t");
	end = name + strcspn(name, " \t\n");
	is_crlf = end > name && end[-1] == '\r';
	end[-is_crlf] = 0;
	if (buf)
		snprintf(buf, max, "%s", name);
	return is_crlf ? CHAIN_CRLF : CHAIN_INTERPRETER;
}

const char *
chain_strerror(int e)
{
	switch (e) {
	case CHAIN_INTERPRETER:
		return "the program that its first line names is not there";
	case CHAIN_CRLF:
		return "its first line ends in CR LF";
	default:
		return strerror(e);
	}
}

void
chain_exec(char **argv)
{
	char name[PATH_LEN];
	int e;

	execvp(argv[0], argv);
	e = strchr(argv[0], '/') ? chain_lack(errno, argv[0], name, sizeof name)
				 : errno;
	if (e == CHAIN_INTERPRETER)
		die(EX_NOTFOUND,
			"unable to execute %s: there is no program "
			"%s, which its first line names",
			argv[0], name);
	if (e == CHAIN_CRLF)
		die(EX_NOTFOUND,
			"unable to execute %s: its first line ends "
			"in CR LF, and there is no program '%s\\r'",
			argv[0], name);
	errno = e;
	die_sys(errno == ENOENT ? EX_NOTFOUND : EX_NOEXEC,
		"unable to execute %s", argv[0]);
}

/* Our own executable lies beside the others also in a build tree or an
 * image that was unpacked somewhere else. */
static int
own_dir(char *buf, size_t max)
{
	char path[PATH_LEN];
	char *slash;
	int known = os_own_path(path);

	if (known < 0)
		return 0;
	slash = strrchr(path, '/');
	if (!slash || slash == path)
		return 0;
	*slash = 0;
	if (path_join(buf, max, path) < 0)
		return 0;
	/* What we start by its name alone could not find this out. */
	return !known || setenv("REEVE_BIN", buf, 1) == 0;
}

int
chain_bindir(char *buf, unsigned long max)
{
	const char *env = getenv("REEVE_BIN");

	if (env && *env)
		return path_join(buf, max, env);
	if (own_dir(buf, max)) {
		char probe[PATH_LEN];

		if (path_join(probe, sizeof probe, buf, "reeve-supervise") ==
				0 &&
			file_exists(-1, probe) > 0)
			return 0;
	}
	return path_join(buf, max, REEVE_BINDIR);
}

int
chain_export(void)
{
	const char *env = getenv("REEVE_BIN");
	char dir[PATH_LEN];

	if (prog_as_s6 || (env && *env))
		return 0;
	return chain_bindir(dir, sizeof dir) < 0 ? -1
						 : setenv("REEVE_BIN", dir, 1);
}

int
chain_sister(char *buf, unsigned long max, const char *name)
{
	const char *env = getenv("REEVE_BIN");
	char dir[PATH_LEN];

	/* An image may hold some of the programs only. */
	if (!(env && *env) && own_dir(dir, sizeof dir) &&
		path_join(buf, max, dir, name) == 0 && file_exists(-1, buf) > 0)
		return 0;
	if (chain_bindir(dir, sizeof dir) < 0)
		return -1;
	return path_join(buf, max, dir, name);
}
