/* permafailon.c - in a finish script: fail for good if the service has died
 * too often of late.  See reeve-permafailon(1). */

#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "lib/chain.h"
#include "lib/msg.h"
#include "lib/num.h"
#include "lib/opt.h"
#include "supervise/tally.h"

enum { CODES = 256, SIGNALS = 128, PERMANENT = 125 };

/* The kinds of death that count. */
struct kinds {
	unsigned char code[CODES];
	unsigned char signal[SIGNALS];
};

static const struct usage usage = { "secs count kinds prog...",
	"To be called by a finish script, in the service directory.  If the\n"
	"service has died at least count times in the last secs seconds of one\n"
	"of the kinds, exit 125: it will not be restarted.  Else execute prog.\n"
	"Kinds are separated by commas: exit codes (1), ranges of them\n"
	"(1-50), signals (SIGSEGV, sig11).",
	0,
	"Exit status: 125 it failed for good; 100 misuse; 111 system error;\n"
	"126 and 127 prog cannot be executed, or was not found." };

static void
add_range(struct kinds *k, const char *word)
{
	char from[16];
	unsigned a, b;
	size_t n = strcspn(word, "-");

	if (n >= sizeof from)
		n = sizeof from - 1;
	memcpy(from, word, n);
	from[n] = 0;
	a = opt_uint("an exit code", from, 0, CODES - 1);
	b = word[n] == '-'
		? opt_uint("an exit code", word + n + 1, 0, CODES - 1)
		: a;
	if (b < a)
		die(EX_MISUSE, "the range %s ends before it begins", word);
	for (; a <= b; a++)
		k->code[a] = 1;
}

static void
add(struct kinds *k, const char *word)
{
	int sig;

	if (*word >= '0' && *word <= '9') {
		add_range(k, word);
		return;
	}
	/* "sig11" is a number behind the prefix. */
	sig = num_signal(strncasecmp(word, "sig", 3) ? word : word + 3);
	if (!sig)
		die(EX_MISUSE,
			"'%s' is neither an exit code, a range of them, "
			"nor a signal",
			word);
	k->signal[sig] = 1;
}

static void
parse(struct kinds *k, char *list)
{
	memset(k, 0, sizeof *k);
	for (char *word = list; word; word = list) {
		list = strchr(word, ',');
		if (list)
			*list++ = 0;
		add(k, word);
	}
}

/* A death by a signal counts also by the exit code that a shell would give
 * it, 128 + n. */
static int
counts(const struct kinds *k, const struct death *d)
{
	return k->code[d->code & (CODES - 1)] ||
		(d->signal && d->signal < SIGNALS && k->signal[d->signal]);
}

int
main(int argc, char **argv)
{
	static struct death d[TALLY_MAX];
	unsigned secs, count, found = 0;
	struct kinds kinds;
	tain since, window;
	int n;

	prog_init(argv[0]);
	while (opt_next(&usage, argc, argv) != -1)
		;
	argv += optind;
	if (argc - optind < 4)
		opt_usage(&usage);
	secs = opt_uint("the number of seconds", argv[0], 0, UINT_MAX);
	count = opt_uint("the number of deaths", argv[1], 1, UINT_MAX);
	parse(&kinds, argv[2]);
	n = tally_read(d, TALLY_MAX, AT_FDCWD, ".");
	if (n < 0)
		/* Better restart it than stop it by mistake. */
		warn_sys("unable to read %s (executing %s)", TALLY_FILE,
			argv[3]);
	tain_wallclock_read(&since);
	tain_from_millisecs(&window, 1000);
	window.sec.x = secs;
	tain_sub(&since, &since, &window);
	while (n-- > 0) {
		if (tain_less(&d[n].when, &since))
			break;
		if (!counts(&kinds, &d[n]) || ++found < count)
			continue;
		if (d[n].signal)
			info("PERMANENT FAILURE triggered after %u events "
			     "involving signal %u in the last %u seconds",
				count, d[n].signal, secs);
		else
			info("PERMANENT FAILURE triggered after %u events "
			     "involving exit code %u in the last %u "
			     "seconds",
				count, d[n].code, secs);
		return PERMANENT;
	}
	chain_exec(argv + 3);
}
