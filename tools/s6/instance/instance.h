/* instance.h - what instance-create, -delete, -control and -status share:
 * their operands, and the tool that does the work. */
#ifndef INSTANCE_INSTANCE_H
#define INSTANCE_INSTANCE_H

#include "lib/opt.h"
#include "lib/words.h"

/* Become `tool' on the instance that the last two words name, with all words
 * before them. */
_Noreturn void instance_become(
	const char *tool, const struct usage *, int argc, char **argv);

/* Parse the options, which are `tool's own, and begin its command line with
 * them.  The two operands; the second can be the name of an instance. */
char **instance_operands(struct words *, const char *tool, const struct usage *,
	int argc, char **argv);

/* Run that command line to its end: its exit code, 111 if it was killed. */
int instance_run(struct words *);

#endif
