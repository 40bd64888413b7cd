/* names.c - see names.h. */

#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "init/alone.h"
#include "init/names.h"
#include "init/os.h"
#include "lib/msg.h"
#include "lib/num.h"
#include "lib/os.h"

/* All of them say 1 for wrong use. */
enum { WRONG_USE = 1 };

void
names_follow(const char *text)
{
	int sig = num_signal(text);

	if (!sig)
		die(EX_MISUSE, "expected a signal such as TERM, not %s", text);
	if (os_when_parent_ends(sig) < 0)
		die_sys(EX_SYSTEM, "unable to follow the parent's end");
}

static _Noreturn void
print(const char *text)
{
	fputs(text, stdout);
	exit(fflush(stdout) ? EX_SYSTEM : EX_OK);
}

static _Noreturn void
wrong(const char *usage)
{
	fputs(usage, stderr);
	exit(WRONG_USE);
}

static int
set_to(const char *var, const char *value)
{
	const char *s = getenv(var);

	return s && !strcmp(s, value);
}

/* Orphans do not come to us, unless we are process 1 or ask for them. */
static void
adopt(int asked)
{
	if (getpid() == 1)
		return;
	if (asked && machine_adopt_orphans() < 0)
		warn_sys("unable to become subreaper");
	else if (!asked && !machine_adopts_orphans())
		warn("not process 1 but %ld and no subreaper (-s): zombie "
		     "reaping won't work",
			(long)getpid());
}

/* --- tini ------------------------------------------------------------- */

static const char tini_help[] =
	"usage: tini [OPTION]... [--] COMMAND [ARG]...\n\n"
	"reeve-init with the options of tini.\n\n"
	"  -s         reap orphans also if not process 1 (TINI_SUBREAPER)\n"
	"  -p SIGNAL  as if SIGNAL came, when our parent ends\n"
	"  -v         tell more\n"
	"  -w         tell what is reaped\n"
	"  -g         signals go to the whole process group\n"
	"             (TINI_KILL_PROCESS_GROUP)\n"
	"  -e CODE    exit code CODE becomes 0\n"
	"  -l         say what the licence is\n"
	"  -h         print this\n"
	"  --version  print the version\n";
static const char tini_version[] = "tini version 0.19.0 (reeve)\n";

static void
read_tini(struct container *c, int argc, char **argv)
{
	int o, orphans = getenv("TINI_SUBREAPER") != 0;

	if (argc == 2 && !strcmp(argv[1], "--version"))
		print(tini_version);
	c->flags = ALONE_BARE;
	if (getenv("TINI_KILL_PROCESS_GROUP"))
		c->flags |= ALONE_GROUP;
	while ((o = getopt(argc, argv, "+hsp:vwgle:")) != -1)
		switch (o) {
		case 's':
			orphans = 1;
			break;
		case 'p':
			names_follow(optarg);
			break;
		case 'v':
			c->verbose++;
			break;
		case 'w':
			c->flags |= ALONE_REAPED;
			break;
		case 'g':
			c->flags |= ALONE_GROUP;
			break;
		case 'e':
			if (strchr(optarg, ':') ||
				!passing_map(&c->pass, optarg))
				die(WRONG_USE,
					"-e: expected an exit code, "
					"not %s",
					optarg);
			break;
		case 'l':
			print("ISC licence\n");
		case 'h':
			print(tini_help);
		default:
			wrong(tini_help);
		}
	if (!argv[optind])
		wrong(tini_help);
	adopt(orphans);
	/* It never was for the command. */
	passing_rewrite(&c->pass, "TTIN:0");
	passing_rewrite(&c->pass, "TTOU:0");
}

/* --- dumb-init -------------------------------------------------------- */

static const char dumb_help[] =
	"usage: dumb-init [OPTION]... COMMAND [ARG]...\n\n"
	"reeve-init with the options of dumb-init.\n\n"
	"  -c, --single-child  signals go to the command only, which gets no\n"
	"                      session of its own (DUMB_INIT_SETSID=0)\n"
	"  -r, --rewrite A:B   pass on signal B where A came; 0: nothing\n"
	"  -v, --verbose       tell more (DUMB_INIT_DEBUG=1)\n"
	"  -h, --help          print this\n"
	"  -V, --version       print the version\n";
static const char dumb_version[] = "dumb-init v1.2.5 (reeve)\n";

static void
read_dumb(struct container *c, int argc, char **argv)
{
	static const struct option longs[] = { { "single-child", no_argument, 0,
						       'c' },
		{ "rewrite", required_argument, 0, 'r' },
		{ "verbose", no_argument, 0, 'v' },
		{ "help", no_argument, 0, 'h' },
		{ "version", no_argument, 0, 'V' }, { 0, 0, 0, 0 } };
	int o, session = !set_to("DUMB_INIT_SETSID", "0");
	const char *rewrites[PASSING_SIGNALS];
	int n = 0;

	c->flags = ALONE_BARE;
	c->verbose = set_to("DUMB_INIT_DEBUG", "1");
	while ((o = getopt_long(argc, argv, "+hvVcr:", longs, 0)) != -1)
		switch (o) {
		case 'c':
			session = 0;
			break;
		case 'r':
			if (n == PASSING_SIGNALS)
				die(WRONG_USE, "at most %d rewrites",
					PASSING_SIGNALS);
			rewrites[n++] = optarg;
			break;
		case 'v':
			c->verbose++;
			break;
		case 'h':
			print(dumb_help);
		case 'V':
			print(dumb_version);
		default:
			exit(WRONG_USE);
		}
	if (!argv[optind])
		wrong("Usage: dumb-init [option] program [args]\n"
		      "Try dumb-init --help for full usage.\n");
	/* The kernel does not stop a session without a shell by these. */
	if (session) {
		c->flags |= ALONE_SESSION;
		passing_rewrite(&c->pass, "TSTP:STOP");
		passing_rewrite(&c->pass, "TTIN:STOP");
		passing_rewrite(&c->pass, "TTOU:STOP");
	}
	for (int i = 0; i < n; i++)
		if (!passing_rewrite(&c->pass, rewrites[i]))
			die(WRONG_USE,
				"-r: expected two signals such as "
				"15:3, not %s",
				rewrites[i]);
}

/* --- catatonit -------------------------------------------------------- */

static const char cata_help[] =
	"usage: catatonit [OPTION]... [--] COMMAND [ARG]...\n\n"
	"reeve-init with the options of catatonit.\n\n"
	"  -g  signals go to the whole process group\n"
	"  -P  run nothing: reap orphans until stopped\n"
	"  -L  say what the licence is\n"
	"  -V  print the version\n"
	"  -h  print this\n";

static void
read_cata(struct container *c, int argc, char **argv)
{
	int o;

	c->flags = ALONE_BARE;
	while ((o = getopt(argc, argv, "+ghLPV")) != -1)
		switch (o) {
		case 'g':
			c->flags |= ALONE_GROUP;
			break;
		case 'P':
			c->pause = 1;
			break;
		case 'L':
			print("ISC licence\n");
		case 'V':
			print("catatonit (reeve)\n");
		case 'h':
			print(cata_help);
		default:
			wrong(cata_help);
		}
	if (!argv[optind] == !c->pause)
		wrong(cata_help);
	if (getpid() != 1 && machine_adopt_orphans() < 0)
		warn_sys("unable to become subreaper");
}

/* ---------------------------------------------------------------------- */

static const struct {
	const char *name;
	void (*read)(struct container *, int, char **);
} names[] = {
	{ "tini", read_tini },
	{ "tini-static", read_tini },
	{ "docker-init", read_tini },
	{ "dumb-init", read_dumb },
	{ "catatonit", read_cata },
};

int
names_read(struct container *c, const char *name, int argc, char **argv)
{
	for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
		if (strcmp(name, names[i].name))
			continue;
		names[i].read(c, argc, argv);
		if (argv[optind])
			c->command = argv + optind;
		return 1;
	}
	return 0;
}
