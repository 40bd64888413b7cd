/* alias.c - the commands of daemontools and runit by their own names: what
 * does the same here.  See s6-alias(1). */

#include <getopt.h>
#include <stdio.h>
#include <string.h>

#include "lib/msg.h"
#include "lib/opt.h"
#include "lib/words.h"

/* The program, and the words that stand before the caller's. */
static const struct alias {
	const char *name, *program, *words[3];
} aliases[] = {
	{ "chpst", "alias-chpst", { 0 } },
	{ "envdir", "envdir", { "--", 0 } },
	{ "envuidgid", "envuidgid", { "--", 0 } },
	{ "fghack", "fghack", { 0 } },
	{ "multilog", "log", { "-b", "--", 0 } },
	{ "pgrphack", "setsid", { "--", 0 } },
	{ "runsv", "supervise", { 0 } },
	{ "runsvdir", "svscan", { 0 } },
	{ "setlock", "setlock", { 0 } },
	{ "setuidgid", "setuidgid", { "--", 0 } },
	{ "softlimit", "softlimit", { 0 } },
	{ "supervise", "supervise", { 0 } },
	{ "sv", "alias-sv", { 0 } },
	{ "svc", "svc", { 0 } },
	{ "svok", "svok", { 0 } },
	{ "svscan", "svscan", { 0 } },
	{ "svscanboot", "svscanboot", { 0 } },
	{ "svstat", "svstat", { 0 } },
	{ "tai64n", "tai64n", { 0 } },
	{ "tai64nlocal", "tai64nlocal", { 0 } },
};

static const struct opt opts[] = {
	{ 'l', "list", 0, "print the names and what they stand for" },
	{ 0, 0, 0, 0 }
};
static const struct usage usage = { "[-l] command [argument...]",
	"Execute what stands for a command of daemontools or runit.  A link of\n"
	"such a name to this program does the same.",
	opts,
	"Exit status: that of the program; 100 misuse or no such command." };

static const struct alias *
find(const char *name)
{
	for (size_t i = 0; i < sizeof aliases / sizeof *aliases; i++)
		if (!strcmp(name, aliases[i].name))
			return aliases + i;
	return 0;
}

static void
list(void)
{
	for (size_t i = 0; i < sizeof aliases / sizeof *aliases; i++) {
		printf("%s\ts6-%s", aliases[i].name, aliases[i].program);
		for (const char *const *w = aliases[i].words; *w; w++)
			printf(" %s", *w);
		putchar('\n');
	}
}

int
main(int argc, char **argv)
{
	const struct alias *a;
	struct words w = { 0 };
	int c;

	prog_init(argv[0]);
	a = find(prog_name);
	if (!a) {
		while ((c = opt_next(&usage, argc, argv)) != -1) {
			list();
			return fflush(stdout) ? EX_SYSTEM : EX_OK;
		}
		if (argc == optind)
			opt_usage(&usage);
		argv += optind;
		a = find(*argv);
		if (!a)
			die(EX_MISUSE,
				"nothing stands for %s (-l lists what"
				" there is)",
				*argv);
	}
	words_sister(&w, a->program);
	words_all(&w, (char *const *)(size_t)a->words);
	words_all(&w, argv + 1);
	words_exec(&w);
}
