/* new.c - write the definition of a service.  See reeve-new(1). */

#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/msg.h"
#include "lib/opt.h"
#include "rc/compile/compile.h"
#include "rc/compile/defwrite.h"
#include "rc/places.h"

enum { MANY = 64 };

struct new
{
	const char *source, *user, *description, *directory, *log, *ready,
		*schedule;
	const char *env[MANY], *needs[MANY], *instances[MANY];
	size_t nenv, nneeds, ninstances;
	int oneshot, logger, template, in_default, sd_notify, quiet;
};

enum { O_LOGSCRIPT = OPT_LONG, O_READY, O_SDNOTIFY, O_SCHEDULE, O_DEFAULT };

static const struct opt opts[] = {
	{ 's', "source", "DIR",
		"write it into this source directory "
		"(default: the\nfirst one of the place, /etc/reeve/sv for "
		"root)" },
	{ 'o', "oneshot", 0, "the command is run once, not kept running" },
	{ 'u', "user", "USER", "run it as this user" },
	{ 'e', "env", "KEY=VALUE", "set a variable; may be repeated" },
	{ 'n', "needs", "NAME",
		"it depends on this service; may be "
		"repeated" },
	{ 'l', "log", 0, "give it a logger" },
	{ O_LOGSCRIPT, "log-script", "SCRIPT",
		"give it a logger with this "
		"logging script" },
	{ 'd', "directory", "DIR", "its working directory" },
	{ 'D', "description", "TEXT", "what it is" },
	{ 't', "template", "INSTANCE",
		"make it a template with this "
		"instance;\nmay be repeated" },
	{ O_READY, "ready-check", "COMMAND",
		"how to find out that it is "
		"ready" },
	{ O_SDNOTIFY, "sd-notify", 0,
		"it speaks the protocol of "
		"sd_notify" },
	{ O_SCHEDULE, "schedule", "TIMES",
		"run it at these times (with "
		"--oneshot)" },
	{ O_DEFAULT, "default", 0, "put it into the bundle default" },
	{ 'q', "quiet", 0, "do not show it afterwards" }, { 0 }
};
static const struct usage usage = {
	"[option]... name [option]... [--] program [argument...]",
	"Write the definition of a service, and show it.", opts,
	"Exit status: 0 written, 1 it is there already, 100 "
	"misuse, 111\nsystem error."
};

static void
add(const char **list, size_t *n, const char *what)
{
	if (*n == MANY)
		die(EX_MISUSE, "more than %d times --%s", MANY, what);
	list[(*n)++] = optarg;
}

static void
parse(struct new *n, int argc, char **argv)
{
	int o;

	while ((o = opt_next(&usage, argc, argv)) != -1) {
		switch (o) {
		case 's':
			n->source = optarg;
			break;
		case 'o':
			n->oneshot = 1;
			break;
		case 'u':
			n->user = optarg;
			break;
		case 'e':
			if (!strchr(optarg, '='))
				die(EX_MISUSE,
					"--env needs KEY=VALUE, not "
					"'%s'",
					optarg);
			add(n->env, &n->nenv, "env");
			break;
		case 'n':
			add(n->needs, &n->nneeds, "needs");
			break;
		case 'l':
			n->logger = 1;
			break;
		case O_LOGSCRIPT:
			n->logger = 1;
			n->log = optarg;
			break;
		case 'd':
			n->directory = optarg;
			break;
		case 'D':
			n->description = optarg;
			break;
		case 't':
			n->template = 1;
			add(n->instances, &n->ninstances, "template");
			break;
		case O_READY:
			n->ready = optarg;
			break;
		case O_SDNOTIFY:
			n->sd_notify = 1;
			break;
		case O_SCHEDULE:
			n->schedule = optarg;
			n->oneshot = 1;
			break;
		case O_DEFAULT:
			n->in_default = 1;
			break;
		case 'q':
			n->quiet = 1;
			break;
		default:
			break;
		}
	}
}

static void
put(const struct defwrite *d, const char *file, const char *text)
{
	if (!text || defwrite_file(d, file, text, 0644) == 0)
		return;
	defwrite_drop(d);
	die_sys(EX_SYSTEM, "unable to write %s/%s", d->dir, file);
}

static void
write_files(const struct new *n, const struct defwrite *d, char *const *command)
{
	struct buf b = { 0 };
	char path[PATH_LEN];

	put(d, "type", n->oneshot ? "oneshot" : "longrun");
	defwrite_words(&b, command);
	buf_char(&b, 0);
	put(d, "command", b.s);
	b.len = 0;
	for (size_t i = 0; i < n->nenv; i++)
		buf_printf(&b, "%s\n", n->env[i]);
	buf_char(&b, 0);
	if (n->nenv)
		put(d, "environment", b.s);
	buf_free(&b);
	if (!n->oneshot)
		put(d, "timeout-kill", "10000");
	put(d, "user", n->user);
	put(d, "directory", n->directory);
	put(d, "description", n->description);
	put(d, "ready-check", n->ready);
	put(d, "schedule", n->schedule);
	put(d, "notification-type", n->sd_notify ? "sd_notify" : 0);
	if (n->logger)
		put(d, "logger", n->log ? n->log : "");
	for (size_t i = 0; i < n->nneeds; i++) {
		if (path_join(path, sizeof path, "dependencies.d",
			    n->needs[i]) < 0)
			die_sys(EX_MISUSE, "dependency %s", n->needs[i]);
		put(d, path, "");
	}
	for (size_t i = 0; i < n->ninstances; i++) {
		if (path_join(path, sizeof path, "instances.d",
			    n->instances[i]) < 0)
			die_sys(EX_MISUSE, "instance %s", n->instances[i]);
		put(d, path, "");
	}
}

static void
add_to_default(const struct new *n, const char *name)
{
	int r = defwrite_default(n->source, name);

	if (r < 0)
		die_sys(EX_SYSTEM, "unable to put it into the bundle default");
	if (r > 0)
		info("there is no bundle default in %s, so %s is started with "
		     "all that is there",
			n->source, name);
}

static void
only_own(void *dir, enum diag_level level, const char *file, unsigned line,
	const char *text)
{
	/* What is wrong with other services is not a matter of this one. */
	if (strncmp(file, dir, strlen(dir)))
		return;
	if (line)
		say("%s: %s:%u: %s", level ? "warning" : "error", file, line,
			text);
	else
		say("%s: %s: %s", level ? "warning" : "error", file, text);
}

int
main(int argc, char **argv)
{
	static struct places places;
	struct new n = { .source = 0 };
	struct defwrite d = { .quiet = 0 };
	struct compile c = { .nsources = 1,
		.verbosity = 1,
		.report = only_own,
		.report_arg = d.dir };
	char err[512], name[PATH_LEN];
	const char *word;
	char *data;
	size_t len;
	int r;

	prog_init(argv[0]);
	parse(&n, argc, argv);
	if (argc - optind < 2)
		opt_usage(&usage);
	word = argv[optind++];
	/* Options may stand behind it too, up to the program. */
	parse(&n, argc, argv);
	if (optind == argc)
		opt_usage(&usage);
	if (snprintf(name, sizeof name, "%s%s", word,
		    n.template && *word && word[strlen(word) - 1] != '@'
			    ? "@"
			    : "") >= (int)sizeof name)
		die(EX_MISUSE, "this name is too long");
	if (!n.source) {
		if (places_default(&places, err, sizeof err) < 0)
			die(EX_SYSTEM, "%s", err);
		n.source = places.sources[0];
	}
	if (defwrite_begin(&d, n.source, name) < 0) {
		if (errno == EEXIST)
			die(EX_NO, "there is a definition %s already", d.dir);
		if (errno == EINVAL)
			die(EX_MISUSE, "'%s' cannot be the name of a service",
				name);
		die_sys(EX_SYSTEM, "unable to make %s/%s", n.source, name);
	}
	write_files(&n, &d, argv + optind);
	if (n.in_default)
		add_to_default(&n, name);
	if (!n.quiet)
		defwrite_show(&d);
	if (fflush(stdout))
		die_sys(EX_SYSTEM, "unable to write");
	c.sources = &n.source;
	r = compile(&c, &data, &len);
	free(data);
	/* Errors of other definitions do not make this one wrong. */
	return r == EX_SYSTEM ? EX_SYSTEM : EX_OK;
}
