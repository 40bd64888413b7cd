/* svlink.c - add a service directory to a running scan directory.
 * See reeve-svlink(1). */

#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <limits.h>
#include <string.h>

#include "lib/msg.h"
#include "lib/opt.h"
#include "lib/path.h"
#include "tools/client/linking.h"

static const struct opt opts[] = { { 'd', "down", 0, "do not start it now" },
	{ 'D', "permanent-down", 0,
		"do not start it now, nor when its\n"
		"supervise starts anew (keeps a file 'down')" },
	{ 'P', "public", 0, "everybody may listen to its events" },
	{ 'f', "force", 0,
		"set the rights of its event directory even if\n"
		"it exists" },
	{ 't', "timeout", "MS",
		"give up after MS milliseconds, exit 99\n"
		"(default 0: never)" },
	{ 0, 0, 0, 0 } };
static const struct usage usage = {
	"[-d | -D] [-P] [-f] [-t MS] scandir servicedir [name]",
	"Link servicedir into scandir (by its own name, or name), and wait\n"
	"until it and its log are supervised.",
	opts,
	"Exit status: 0 they are; 1 no svscan runs on scandir; 99 it took too\n"
	"long; 100 misuse; 111 system error."
};

/* Last part of a path, without the slashes at its end. */
static void
base_name(char *buf, size_t max, const char *path)
{
	if (path_join(buf, max, path) < 0)
		die_sys(EX_MISUSE, "unable to use %s", path);
	for (size_t n = strlen(buf); n > 1 && buf[n - 1] == '/'; n--)
		buf[n - 1] = 0;
	memmove(buf, path_base(buf), strlen(path_base(buf)) + 1);
}

int
main(int argc, char **argv)
{
	struct linking l = { .down = LINK_UP };
	char name[PATH_LEN];
	int c;

	prog_init(argv[0]);
	while ((c = opt_next(&usage, argc, argv)) != -1)
		switch (c) {
		case 'd':
			l.down = LINK_DOWN_ONCE;
			break;
		case 'D':
			l.down = LINK_DOWN;
			break;
		case 'P':
			l.public_events = 1;
			break;
		case 'f':
			l.force_events = 1;
			break;
		case 't':
			l.timeout_ms =
				opt_uint("the timeout", optarg, 0, UINT_MAX);
			break;
		}
	argc -= optind;
	argv += optind;
	if (argc < 2 || argc > 3)
		opt_usage(&usage);
	base_name(name, sizeof name, argv[1]);
	if (argc == 3 && path_join(name, sizeof name, argv[2]) < 0)
		die_sys(EX_MISUSE, "unable to use %s", argv[2]);
	if (!*name || *name == '.' || strpbrk(name, "/\n"))
		die(EX_MISUSE,
			"'%s' cannot be the name of a service: it must "
			"not begin with a dot nor hold a slash or newline",
			name);
	c = linking_scanned(argv[0]);
	if (c < 0)
		die_sys(EX_SYSTEM, "unable to find an svscan on %s", argv[0]);
	if (!c)
		die(EX_NO, "no svscan runs on %s", argv[0]);
	return linking_add(argv[0], argv[1], name, &l);
}
