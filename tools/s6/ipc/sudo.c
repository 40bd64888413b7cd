/* sudo.c - run a program in another process's place: ipcclient and sudoc in
 * one command line.  See s6-sudo(1). */

#include <getopt.h>

#include "lib/msg.h"
#include "lib/opt.h"
#include "lib/words.h"

static const struct opt opts[] = { { 'q', "quiet", 0, "only errors" },
	{ 'Q', "warnings", 0, "errors and warnings (default)" },
	{ 'v', "verbose", 0, "say when connected" },
	{ 'p', "bind", "PATH", "bind the local end to PATH" },
	{ 'l', "local", "NAME", "use NAME as the local path, do not ask" },
	{ 'e', "no-env", 0, "do not send the environment" },
	{ 't', "timeout", "MS", "give up if not connected after MS (never)" },
	{ 'T', "run-timeout", "MS",
		"give up if the program has not ended after MS (never)" },
	{ 0, 0, 0, 0 } };
static const struct usage usage = {
	"[ -q | -Q | -v ] [ -p bindpath ] [ -l localname ] [ -e ] "
	"[ -t timeout ] [ -T timeoutrun ] path [ args... ]",
	"Have the s6-sudod behind the local socket path run its program\n"
	"with args and our standard input, output and error.",
	opts,
	"Exit status: that of the program (128 + N for signal N),\n"
	"100 misuse, 111 system error."
};

int
main(int argc, char **argv)
{
	const char *level = 0, *bindpath = 0, *local = 0;
	unsigned timeout = 0, run = 0;
	int env = 1, c;
	struct words w = { 0 };

	prog_init(argv[0]);
	while ((c = opt_next(&usage, argc, argv)) != -1)
		switch (c) {
		case 'q':
			level = "-q";
			break;
		case 'Q':
			level = 0;
			break;
		case 'v':
			level = "-v";
			break;
		case 'p':
			bindpath = optarg;
			break;
		case 'l':
			local = optarg;
			break;
		case 'e':
			env = 0;
			break;
		case 't':
			timeout = opt_uint("-t", optarg, 0, ~0u);
			break;
		case 'T':
			run = opt_uint("-T", optarg, 0, ~0u);
			break;
		}
	argv += optind;
	if (!*argv)
		opt_usage(&usage);
	words_sister(&w, "ipcclient");
	if (level)
		words_add(&w, level);
	if (bindpath) {
		words_add(&w, "-p");
		words_add(&w, bindpath);
	}
	if (local) {
		words_add(&w, "-l");
		words_add(&w, local);
	}
	words_add(&w, "--");
	words_add(&w, argv[0]);
	words_sister(&w, "sudoc");
	if (!env)
		words_add(&w, "-e");
	words_fmt(&w, "-t%u", timeout);
	words_fmt(&w, "-T%u", run);
	words_add(&w, "--");
	words_all(&w, argv + 1);
	words_exec(&w);
}
