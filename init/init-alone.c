/* init-alone.c - process 1 of a container with one command and no services.
 * reeve-init executes it with everything decided; it is its own program so
 * that what stays for the life of the container is a few pages: no printf,
 * no allocation, no options.  See reeve-init-alone(8). */

#include <string.h>
#include <unistd.h>

#include "init/alone.h"
#include "init/reaper.h"
#include "lib/msg-brief.h"
#include "lib/msg.h"
#include "lib/num.h"
#include "lib/version.h"

enum { GRACE = 1, SIGNAL, FLAGS, MASK, PASSING, COMMAND };

static const char help[] =
	"usage: reeve-init-alone GRACE-MS SIGNAL FLAGS MASK PASSING "
	"[COMMAND [ARG]...]\n\n"
	"What reeve-init becomes when there is one command and no service;\n"
	"not for people.\n\n"
	"Options:\n"
	"      --help                print this and exit\n"
	"      --version             print the version and exit\n\n"
	"See also: man reeve-init\n";
static const char version[] = "reeve-init-alone (reeve) ";

static int
print(const char *text, size_t len)
{
	return write(1, text, len) == (ssize_t)len ? 0 : EX_SYSTEM;
}

int
main(int argc, char **argv)
{
	struct alone c;
	unsigned sig;
	uint64_t mask;
	sigset_t old;

	prog_name = "reeve-init-alone";
	if (argc > 1 && !strcmp(argv[1], "--help"))
		return print(help, sizeof help - 1);
	if (argc > 1 && !strcmp(argv[1], "--version"))
		return print(version, sizeof version - 1) ||
				print(reeve_version, strlen(reeve_version)) ||
				print("\n", 1)
			? EX_SYSTEM
			: 0;
	if (argc < COMMAND || !num_u64(argv[GRACE], &c.grace_ms) ||
		!num_uint(argv[SIGNAL], &sig) ||
		!num_uint(argv[FLAGS], &c.flags) ||
		!num_u64(argv[MASK], &mask) ||
		!passing_read(&c.pass, argv[PASSING])) {
		brief("usage: reeve-init [OPTION]... COMMAND [ARG]...", "",
			" (reeve-init executes this program)");
		return EX_MISUSE;
	}
	prog_name = "reeve-init";
	c.command = argv[COMMAND] ? argv + COMMAND : 0;
	c.stop_signal = (int)sig;
	alone_mask_set(&c.old_mask, mask);
	/* The mask that we got is reeve-init's own: everything. */
	reaper_block(&c.set, &old);
	_exit(alone_run(&c));
}
