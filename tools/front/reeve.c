/* reeve.c - the one command for people: picks a subcommand from the table in
 * subcommands.c, or executes the program reeve-SUBCOMMAND beside it. */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/chain.h"
#include "lib/file.h"
#include "lib/msg.h"
#include "lib/path.h"
#include "lib/version.h"
#include "tools/front/front.h"

/* What fingers know from systemctl, supervisorctl, sv and the like, and does
 * not look like its name here. */
static const struct foreign {
	const char *words, *here;
} foreign[] = { { " add create ", "reeve new NAME -- COMMAND" },
	{ " cat show ", "reeve-rc-db show NAME" },
	{ " daemon-reload reread update apply commit ",
		"reeve switch (reeve "
		"plan shows it first)" },
	{ " delete remove rm ",
		"remove its directory of the definitions, "
		"then reeve switch" },
	{ " diff ", "reeve plan" },
	{ " edit ", "change the files of its definition, then reeve switch" },
	{ " enable disable ",
		"a file of its name in default/contents.d of the "
		"definitions, or none, then reeve switch" },
	{ " is-active is-failed ", "reeve status -q NAME" },
	{ " journal journalctl log tail ", "reeve logs NAME (-f follows)" },
	{ " list list-units ls ps ", "reeve status" },
	{ " once ", "reeve new --oneshot, or reeve-svc -o DIR" },
	{ " signal ", "reeve kill -s SIGNAL NAME" },
	{ " top ", "reeve status --watch" },
	{ " verify validate lint test ", "reeve check" }, { 0, 0 } };

static const char *
translated(const char *word)
{
	char padded[32];

	if ((size_t)snprintf(padded, sizeof padded, " %s ", word) >=
			sizeof padded ||
		strchr(word, ' '))
		return 0;
	for (const struct foreign *f = foreign; f->words; f++)
		if (strstr(f->words, padded))
			return f->here;
	return 0;
}

static _Noreturn void
unknown(const char *word)
{
	const char *names[64], *near, *here = translated(word);
	size_t n = 0;

	if (here)
		die(EX_MISUSE, "there is no subcommand '%s'; here it is: %s",
			word, here);
	for (const struct sub *s = front_subs; s->name; s++)
		if (s->args && n < sizeof names / sizeof *names)
			names[n++] = s->name;
	/* "stat" is status rather than start. */
	near = front_begun(word, names, n);
	if (!near)
		near = front_nearest(word, names, n);
	if (near)
		die(EX_MISUSE,
			"there is no subcommand '%s': did you mean "
			"'%s'? (reeve help lists all)",
			word, near);
	die(EX_MISUSE, "there is no subcommand '%s' (reeve help lists all)",
		word);
}

/* A program reeve-WORD beside this one, as any could be added. */
static void
try_sister(char **argv)
{
	char name[64], path[PATH_LEN];

	if (strchr(argv[0], '/') ||
		(size_t)snprintf(name, sizeof name, "reeve-%s", argv[0]) >=
			sizeof name)
		return;
	if (chain_sister(path, sizeof path, name) < 0 ||
		file_exists(-1, path) <= 0)
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
		printf("reeve (reeve) %s\n", reeve_version);
		return fflush(stdout) ? EX_SYSTEM : EX_OK;
	}
	s = front_find(argv[1]);
	if (!s) {
		if (argv[1][0] == '-')
			die(EX_MISUSE,
				"there is no option '%s' before the "
				"subcommand (reeve help)",
				argv[1]);
		/* Who types that means the logs, not the logger. */
		if (strcmp(argv[1], "log"))
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
