/* softlimit.c - execute a program with resource limits.
 * See reeve-softlimit(1). */

#include <errno.h>
#include <getopt.h>
#include <limits.h>
#include <string.h>
#include <sys/resource.h>

#include "lib/chain.h"
#include "lib/msg.h"
#include "lib/num.h"
#include "lib/opt.h"

static const struct opt opts[] = {
	{ 'H', "hard-and-soft", 0, "set the hard limits as well from here on" },
	{ 'h', "hard", 0, "set only the hard limits from here on" },
	{ 'a', "address-space", "BYTES", "all of its memory" },
	{ 'c', "core", "BYTES", "core file" },
	{ 'd', "data", "BYTES", "data segment" },
	{ 'f', "file", "BYTES", "size of a file" },
	{ 'l', "locked", "BYTES", "locked memory" },
	{ 'm', "memory", "BYTES", "-d, -s, -l and -a at once" },
	{ 'o', "open-files", "N", "open descriptors" },
	{ 'p', "processes", "N", "processes of the user" },
	{ 'r', "resident", "BYTES", "resident memory" },
	{ 's', "stack", "BYTES", "stack" },
	{ 't', "time", "SECONDS", "processor time" },
	{ 'P', "priority", "N", "realtime priority" }, { 0, 0, 0, 0 }
};
static const struct usage usage = {
	"[-H | -h] [-a BYTES] [-c BYTES] [-d BYTES] [-f BYTES] [-l BYTES] "
	"[-m BYTES] [-o N] [-p N] [-P N] [-r BYTES] [-s BYTES] [-t SECONDS] prog...",
	"Execute prog with these limits.  A limit above the hard limit, or =,\n"
	"means the hard limit; of hard limits, = means none.",
	opts,
	"Exit status: 100 misuse; 111 system error; 126 and 127 prog cannot be\n"
	"executed, or was not found."
};

enum { SOFT = 1, HARD = 2 };

/* What a letter limits; several rows for -m. */
static const struct {
	int letter, resource;
} rows[] = {
	{ 'c', RLIMIT_CORE },
	{ 'd', RLIMIT_DATA },
	{ 'f', RLIMIT_FSIZE },
	{ 'o', RLIMIT_NOFILE },
	{ 's', RLIMIT_STACK },
	{ 't', RLIMIT_CPU },
	{ 'm', RLIMIT_DATA },
	{ 'm', RLIMIT_STACK },
#ifdef RLIMIT_AS
	{ 'a', RLIMIT_AS },
	{ 'm', RLIMIT_AS },
#endif
#ifdef RLIMIT_MEMLOCK
	{ 'l', RLIMIT_MEMLOCK },
	{ 'm', RLIMIT_MEMLOCK },
#endif
#ifdef RLIMIT_NPROC
	{ 'p', RLIMIT_NPROC },
#endif
#ifdef RLIMIT_RSS
	{ 'r', RLIMIT_RSS },
#endif
#ifdef RLIMIT_RTPRIO
	{ 'P', RLIMIT_RTPRIO },
#endif
};

static void
limit(int resource, int letter, const char *arg, int which)
{
	struct rlimit r;
	uint64_t n = RLIM_INFINITY;

	if (getrlimit(resource, &r) < 0)
		die_sys(EX_SYSTEM, "unable to get the limit -%c", letter);
	if (strcmp(arg, "=") && !num_u64(arg, &n) &&
		(prog_as_s6 || !num_size(arg, &n)))
		die(EX_MISUSE, "the limit -%c must be a number or =, not '%s'",
			letter, arg);
	if (n > RLIM_INFINITY)
		n = RLIM_INFINITY;
	/* Above the hard limit is what only that can be raised to. */
	if (which & HARD)
		r.rlim_max = (rlim_t)n;
	else if (r.rlim_max != RLIM_INFINITY && n > r.rlim_max)
		n = r.rlim_max;
	if (which & SOFT)
		r.rlim_cur = (rlim_t)n;
	if (setrlimit(resource, &r) < 0)
		die_sys(EX_SYSTEM, "unable to set the limit -%c to %s", letter,
			arg);
}

int
main(int argc, char **argv)
{
	int c, which = SOFT, known;

	prog_init(argv[0]);
	while ((c = opt_next(&usage, argc, argv)) != -1) {
		if (c == 'H' || c == 'h') {
			which = c == 'H' ? SOFT | HARD : HARD;
			continue;
		}
		known = 0;
		for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
			if (rows[i].letter == c) {
				limit(rows[i].resource, c, optarg, which);
				known = 1;
			}
		if (!known)
			warn("this system has no limit -%c", c);
	}
	argv += optind;
	if (!*argv)
		opt_usage(&usage);
	chain_exec(argv);
}
