/* reeve.c - the one command for people: picks a subcommand from the table
 * in reeve/subs.c, or executes the program reeve-SUBCOMMAND beside it. */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "config.h"
#include "lib/chain.h"
#include "lib/file.h"
#include "lib/msg.h"
#include "lib/path.h"
#include "tools/reeve/front.h"

static _Noreturn void
unknown(const char *word)
{
	const char *names[64], *near;
	size_t n = 0;

	for (const struct sub *s = front_subs; s->name; s++)
		if (s->args && n < sizeof names / sizeof *names)
			names[n++] = s->name;
	/* "stat" is status rather than start. */
	near = front_begun(word, names, n);
	if (!near)
		near = front_nearest(word, names, n);
	if (near)
		die(EX_MISUSE, "there is no subcommand '%s': did you mean "
			"'%s'? (reeve help lists all)", word, near);
	die(EX_MISUSE, "there is no subcommand '%s' (reeve help lists all)",
		word);
}

/* A program reeve-WORD beside this one, as any could be added. */
static void
try_sister(char **argv)
{
	char name[64], path[PATH_LEN];

	if (strchr(argv[0], '/') || (size_t)snprintf(name, sizeof name,
		"reeve-%s", argv[0]) >= sizeof name)
		return;
	if (chain_sister(path, sizeof path, name) < 0 ||
		!file_exists(-1, path))
		return;
	argv[0] = name;
	front_exec(name, argv);
}

int
main(int argc, char **argv)
{
	const struct sub *s;
	static char name[64];
	char help[] = "help", *words[] = { help, 0 };

	prog_init(argv[0]);
	prog_name = "reeve";
	if (argc < 2 || !strcmp(argv[1], "--help") || !strcmp(argv[1], "-h"))
		return front_help(1, words);
	if (!strcmp(argv[1], "--version") || !strcmp(argv[1], "-V")) {
		printf("reeve (reeve) %s\n", REEVE_VERSION);
		return fflush(stdout) ? EX_SYSTEM : EX_OK;
	}
	s = front_find(argv[1]);
	if (!s) {
		if (argv[1][0] == '-')
			die(EX_MISUSE, "there is no option '%s' before the "
				"subcommand (reeve help)", argv[1]);
		try_sister(argv + 1);
		unknown(argv[1]);
	}
	if (!s->run && !strcmp(s->program, "reeve-switch")) {
		/* One program for five subcommands: it is told which. */
		argv[0] = (char *)s->program;
		front_exec(s->program, argv);
	}
	if (!s->run)
		front_exec_sub(s, argv + 1);
	snprintf(name, sizeof name, "reeve %s", s->name);
	prog_name = argv[1] = name;
	return s->run(argc - 1, argv + 1);
}
