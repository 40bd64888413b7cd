/* instance.c - see instance.h. */

#include <errno.h>
#include <getopt.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/msg.h"
#include "lib/path.h"
#include "tools/s6/instance/instance.h"

void
instance_become(const char *tool, const struct usage *u, int argc, char **argv)
{
	char dir[PATH_LEN];
	struct words w = { 0 };

	/* All other options are the tool's to judge. */
	if (argc > 1 &&
		(!strcmp(argv[1], "--help") || !strcmp(argv[1], "--version")))
		opt_next(u, argc, argv);
	if (argc < 3)
		opt_usage(u);
	words_sister(&w, tool);
	for (int i = 1; i < argc - 2; i++)
		words_add(&w, argv[i]);
	if (path_join(dir, sizeof dir, argv[argc - 2], "instance",
		    argv[argc - 1]) < 0)
		die_sys(EX_SYSTEM, "unable to use the names");
	words_add(&w, dir);
	words_exec(&w);
}

char **
instance_operands(struct words *w, const char *tool, const struct usage *u,
	int argc, char **argv)
{
	int c;

	words_sister(w, tool);
	while ((c = opt_next(u, argc, argv)) != -1) {
		words_fmt(w, "-%c", c);
		if (optarg)
			words_fmt(w, "%u", opt_uint("-t", optarg, 0, ~0u));
	}
	argv += optind;
	if (argc - optind != 2)
		opt_usage(u);
	if (!*argv[1] || *argv[1] == '.' || strchr(argv[1], '/'))
		die(EX_MISUSE,
			"an instance's name has no slash and does not"
			" begin with a dot: '%s'",
			argv[1]);
	words_add(w, "--");
	words_add(w, ".");
	return argv;
}

int
instance_run(struct words *w)
{
	int status;
	pid_t pid = fork();

	if (pid < 0)
		die_sys(EX_SYSTEM, "unable to fork");
	if (pid == 0)
		words_exec(w);
	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	return WIFEXITED(status) ? WEXITSTATUS(status) : EX_SYSTEM;
}
