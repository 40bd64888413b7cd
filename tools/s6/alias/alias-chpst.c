/* alias-chpst.c - chpst of runit: the loaders that do its options one by one,
 * in chpst's order.  See s6-alias-chpst(1).
 *
 * An environment directory, limits and a lock are other programs' work; they
 * are called first, with this one behind them for what is left. */

#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/chain.h"
#include "lib/msg.h"
#include "lib/opt.h"
#include "lib/words.h"
#include "tools/chain/account.h"

static struct {
	const char *user, *env_user, *argv0, *envdir, *root, *dir, *lock;
	const char *limit[128]; /* by softlimit's letter */
	int lock_now, group, shut[3], nice, any_limit;
} o;

static const struct opt opts[] = {
	{ 'u', "user", "[:]USER[:GROUP]...",
		"become that user, and these "
		"groups;\nwith a colon in front they are numbers" },
	{ 'U', "env-user", "[:]USER[:GROUP]", "set UID and GID" },
	{ 'b', "argv0", "NAME", "what prog is told to be its name" },
	{ 'e', "envdir", "DIR", "variables from an environment directory" },
	{ '/', "root", "DIR", "change the root directory" },
	{ 'C', "directory", "DIR", "then the current directory" },
	{ 'n', "nice", "N", "add to the nice value" },
	{ 'l', "lock", "FILE", "wait for a lock on FILE" },
	{ 'L', "try-lock", "FILE", "fail if FILE is locked" },
	{ 'm', "memory", "BYTES", "data, stack, locked pages and all of it" },
	{ 'd', "data", "BYTES", "data segment" },
	{ 'o', "open-files", "N", "open descriptors" },
	{ 'p', "processes", "N", "processes of the user" },
	{ 'f', "file", "BYTES", "size of a file" },
	{ 'c', "core", "BYTES", "core file" },
	{ 't', "time", "SECONDS", "processor time" },
	{ 'v', "verbose", 0, "accepted, and does nothing" },
	{ 'P', "process-group", 0, "in a process group of its own" },
	{ '0', 0, 0, "close standard input" },
	{ '1', 0, 0, "close standard output" },
	{ '2', 0, 0, "close standard error" }, { 0, 0, 0, 0 }
};
static const struct usage usage = {
	"[-vP012] [-u user[:group]] [-U user[:group]] [-b argv0] [-e dir] "
	"[-/ root] [-C dir] [-n nice] [-l lock | -L lock] [-m n] [-d n] "
	"[-o n] [-p n] [-f n] [-c n] [-t n] prog...",
	"chpst of runit: change the state of this process, execute prog.", opts,
	"Exit status: 1 the lock is held (-L); 100 misuse; 111 system "
	"error; 126\nand 127 prog cannot be executed, or was not found."
};

static void
options(int argc, char **argv)
{
	int c;

	while ((c = opt_next(&usage, argc, argv)) != -1)
		switch (c) {
		case 'u':
			o.user = optarg;
			break;
		case 'U':
			o.env_user = optarg;
			break;
		case 'b':
			o.argv0 = optarg;
			break;
		case 'e':
			o.envdir = optarg;
			break;
		case '/':
			o.root = optarg;
			break;
		case 'C':
			o.dir = optarg;
			break;
		case 'n':
			o.nice = *optarg == '-'
				? -(int)opt_uint("-n", optarg + 1, 0, 40)
				: (int)opt_uint("-n", optarg + (*optarg == '+'),
					  0, 40);
			break;
		case 'l':
			o.lock = optarg;
			o.lock_now = 0;
			break;
		case 'L':
			o.lock = optarg;
			o.lock_now = 1;
			break;
		case 'v':
			break;
		case 'P':
			o.group = 1;
			break;
		case '0':
		case '1':
		case '2':
			o.shut[c - '0'] = 1;
			break;
		default:
			o.limit[c] = optarg;
			o.any_limit = 1;
			break;
		}
	if (argc == optind)
		opt_usage(&usage);
}

/* The other loaders, then this one with the rest. */
static _Noreturn void
load(char **prog)
{
	struct words w = { 0 };

	if (o.envdir) {
		words_sister(&w, "envdir");
		words_add(&w, "--");
		words_add(&w, o.envdir);
	}
	if (o.any_limit) {
		words_sister(&w, "softlimit");
		for (int c = 0; c < 128; c++)
			if (o.limit[c]) {
				words_fmt(&w, "-%c", c);
				words_add(&w, o.limit[c]);
			}
		words_add(&w, "--");
	}
	if (o.lock) {
		words_sister(&w, "setlock");
		words_add(&w, o.lock_now ? "-n" : "-N");
		/* chpst's lock lasts as long as prog. */
		words_add(&w, "--");
		words_add(&w, o.lock);
	}
	words_sister(&w, "alias-chpst");
	for (int i = 0; i < 3; i++)
		if (o.shut[i])
			words_fmt(&w, "-%d", i);
	for (size_t i = 0; i < 5; i++) {
		const char *const v[] = { o.user, o.env_user, o.argv0, o.root,
			o.dir };

		if (v[i]) {
			words_fmt(&w, "-%c", "uUb/C"[i]);
			words_add(&w, v[i]);
		}
	}
	if (o.nice) {
		words_add(&w, "-n");
		words_fmt(&w, "%d", o.nice);
	}
	words_add(&w, "--");
	words_all(&w, prog);
	words_exec(&w);
}

/* [:]USER[:GROUP[:GROUP]...] */
static void
account(struct account *a, const char *spec)
{
	int numbers = *spec == ':', r;
	char *text = strdup(spec + numbers), *name, *group;

	if (!text)
		die_sys(EX_SYSTEM, "unable to allocate");
	group = text;
	name = strsep(&group, ":");
	r = numbers ? account_uid(a, name, 1) : account_user(a, name);
	if (r < 0)
		die_sys(EX_SYSTEM, "unable to look up user %s", name);
	if (!r)
		die(EX_SYSTEM, "unknown user: %s", name);
	a->has_uid = 1;
	/* chpst gives no other group than those that it was told. */
	a->ngroups = 0;
	for (int first = 1; group; first = 0) {
		struct account g = { 0 };

		name = strsep(&group, ":");
		if (account_gid(&g, name, numbers) <= 0)
			die(EX_SYSTEM, "unknown group: %s", name);
		if (first)
			a->gid = g.gid;
		else if (a->ngroups < ACCOUNT_GROUPS)
			a->groups[a->ngroups++] = g.gid;
		a->has_gid = 1;
	}
	if (numbers && !a->has_gid)
		die(EX_SYSTEM, "%s: numbers are UID:GID", spec);
	a->has_gid = a->has_groups = 1;
	free(text);
}

static void
set(const char *name, unsigned long value)
{
	char buf[32];

	snprintf(buf, sizeof buf, "%lu", value);
	if (setenv(name, buf, 1) < 0)
		die_sys(EX_SYSTEM, "unable to set %s", name);
}

int
main(int argc, char **argv)
{
	static struct account run, env;
	const char *verb, *file;

	prog_init(argv[0]);
	options(argc, argv);
	argv += optind;
	if (o.group && setpgid(0, 0) < 0)
		die_sys(EX_SYSTEM, "unable to make a process group");
	if (o.envdir || o.any_limit || o.lock)
		load(argv);
	if (o.user)
		account(&run, o.user);
	if (o.env_user) {
		account(&env, o.env_user);
		set("UID", env.uid);
		set("GID", env.gid);
	}
	if (o.root && (chdir(o.root) < 0 || chroot(".") < 0))
		die_sys(EX_SYSTEM, "unable to change the root to %s", o.root);
	if (o.dir && chdir(o.dir) < 0)
		die_sys(EX_SYSTEM, "unable to chdir to %s", o.dir);
	errno = 0;
	if (o.nice && nice(o.nice) == -1 && errno)
		die_sys(EX_SYSTEM, "unable to set the nice value");
	if (o.user && account_apply(&run, &verb) < 0)
		die_sys(EX_SYSTEM, "unable to %s", verb);
	for (int i = 0; i < 3; i++)
		if (o.shut[i])
			close(i);
	if (!o.argv0)
		chain_exec(argv);
	file = *argv;
	*argv = (char *)(size_t)o.argv0;
	execvp(file, argv);
	die_sys(errno == ENOENT ? EX_NOTFOUND : EX_NOEXEC,
		"unable to execute %s", file);
}
