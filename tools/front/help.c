/* help.c - reeve help: the overview, a subcommand's options, or a page. */

#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include <getopt.h>

#include "config.h"
#include "lib/chain.h"
#include "lib/file.h"
#include "lib/msg.h"
#include "lib/path.h"
#include "rc/compile/props.h"
#include "tools/front/front.h"
#include "tools/front/grid.h"

enum { O_LIST = OPT_LONG, O_TOPICS };
static const struct opt opts[] = {
	{ O_LIST, "list", 0, "subcommands, one a line: name, tab, program" },
	{ O_TOPICS, "topics", 0, "topics, one a line: name, tab, page" },
	{ 0, 0, 0, 0 }
};
static const struct usage usage = { "[SUBCOMMAND | TOPIC | FILE]",
	"Without an argument, print what reeve can do.  With a subcommand,\n"
	"print its options; with a topic, show its manual page; with a file\n"
	"of a definition, print what it means.",
	opts, 0 };

static const struct topic {
	const char *name, *page, *section, *what;
} topics[] = { { "tutorial", "reeve-tutorial", "7",
		       "from nothing to a logged, "
		       "updated pair of services" },
	{ "overview", "reeve-overview", "7", "the parts and how they fit" },
	{ "definition", "reeve-definition", "5",
		"every file of a service's "
		"definition" },
	{ "json", "reeve-json", "5", "every field of what is printed as JSON" },
	{ "beside", "reeve-beside", "7", "beside systemd, OpenRC, sysvinit" },
	{ "container", "reeve-container", "7", "as the init of a container" },
	{ "home", "reeve-home", "7", "in your home directory, without root" },
	{ "boot", "reeve-boot", "7", "as the init of a machine" },
	{ "fleet", "reeve-fleet", "7", "many machines, Kubernetes, Ansible" },
	{ "from-s6", "reeve-from-s6", "7", "for those who know s6" },
	{ "from-runit", "reeve-from-runit", "7", "for those who know runit" },
	{ "from-supervisord", "reeve-from-supervisord", "7",
		"for those who know supervisord" },
	{ "from-systemd", "reeve-from-systemd", "7",
		"for those who know systemd" },
	{ "internals", "reeve-internals", "7",
		"how it works, and why an "
		"update cannot be half done" },
	{ "troubleshooting", "reeve-troubleshooting", "7",
		"from a message "
		"to what to do" },
	{ 0, 0, 0, 0 } };

static void
overview(void)
{
	int colour = grid_colour(0, 1);

	printf("usage: reeve SUBCOMMAND [OPTION]... [NAME]...\n");
	for (const struct sub *s = front_subs; s->name; s++) {
		char left[64];

		if (!s->args) {
			printf("\n%s%s:%s\n", grid_code(BOLD, colour), s->what,
				colour ? "\033[0m" : "");
			continue;
		}
		snprintf(left, sizeof left, "%s %s", s->name, s->args);
		printf("  %-23s %s\n", left, s->what);
	}
	printf("\nreeve help SUBCOMMAND explains one; "
	       "reeve help --topics lists the guides.\n"
	       "New here?  reeve help tutorial\n");
}

/* Show a manual page: the installed one by man, or the one of the source
 * tree that the program was built in. */
static _Noreturn void
show_page(const char *page, const char *section)
{
	char dir[PATH_LEN], file[PATH_LEN], name[128];
	char *man[] = { (char[]){ "man" }, (char *)section, (char *)page, 0 };
	char *local[] = { (char[]){ "man" }, (char[]){ "-l" }, file, 0 };

	snprintf(name, sizeof name, "%s.%s", page, section);
	if (chain_bindir(dir, sizeof dir) < 0 ||
		path_join(file, sizeof file, dir, "..", "doc", name) < 0 ||
		file_exists(-1, file) <= 0) {
		execvp("man", man);
		snprintf(name, sizeof name, "man%s/%s.%s", section, page,
			section);
		if (path_join(file, sizeof file, REEVE_MANDIR, name) < 0 ||
			file_exists(-1, file) <= 0)
			die(EX_NOTFOUND, "the page %s(%s) is not installed",
				page, section);
	}
	execvp("man", local);
	execlp("mandoc", "mandoc", "-a", file, (char *)0);
	die(EX_NOTFOUND,
		"unable to show the page %s(%s): there is no program "
		"for it (Debian: apt install man-db; or read %s)",
		page, section, file);
}

int
front_help(int argc, char **argv)
{
	const char *names[64];
	size_t n = 0;
	int c;

	opt_permute(&usage, argc, argv);
	while ((c = opt_next(&usage, argc, argv)) != -1) {
		if (c == O_LIST)
			for (const struct sub *s = front_subs; s->name; s++) {
				if (s->args)
					printf("%s\t%s\n", s->name,
						s->run ? "reeve" : s->program);
			}
		if (c == O_TOPICS)
			for (const struct topic *t = topics; t->name; t++)
				printf("%-18s %s\n", t->name, t->what);
		return EX_OK;
	}
	if (argc - optind > 1)
		opt_usage(&usage);
	if (optind == argc) {
		overview();
		return EX_OK;
	}
	for (const struct sub *s = front_subs; s->name; s++) {
		char help[] = "--help", *sub[] = { 0, help, 0 };

		if (!s->args)
			continue;
		names[n++] = s->name;
		if (strcmp(s->name, argv[optind]))
			continue;
		if (!s->run)
			front_exec_sub(s, sub);
		front_exec("reeve",
			(char *[]){
				(char[]){ "reeve" }, argv[optind], help, 0 });
	}
	for (const struct topic *t = topics; t->name; t++) {
		names[n++] = t->name;
		if (!strcmp(t->name, argv[optind]) ||
			!strcmp(t->page, argv[optind]))
			show_page(t->page, t->section);
	}
	if (prop_find(argv[optind]))
		front_exec("reeve-explain",
			(char *[]){
				(char[]){ "reeve-explain" }, argv[optind], 0 });
	if (!strncmp(argv[optind], "reeve-", 6))
		front_exec(argv[optind],
			(char *[]){ argv[optind], (char[]){ "--help" }, 0 });
	{
		const char *near = front_nearest(argv[optind], names, n);

		near = near ? near : prop_near(argv[optind], 0);

		die(EX_MISUSE,
			"no help on '%s'%s%s%s (reeve help lists "
			"subcommands, reeve help --topics guides, reeve explain "
			"the files of a definition)",
			argv[optind], near ? ": did you mean '" : "",
			near ? near : "", near ? "'?" : "");
	}
}
