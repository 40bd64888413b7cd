/* modeltables.c - what tests/model takes from the code: for each case, what the
 * decisions of a switch (rc/switch/recovery.c) and of the state
 * (rc/verdict.c) are, as macros of Promela.  So neither can change alone. */

#include <stdio.h>
#include <stdlib.h>

#include "rc/request.h"
#include "rc/state.h"
#include "rc/switch/recovery.h"
#include "rc/switch/update.h"
#include "rc/verdict.h"

enum { CASES = 32 };

/* Which generations are one: live and from, live and to, live and origin,
 * from and origin; and whether another set comes next. */
static struct cut_off
of_case(unsigned bits, uint32_t base)
{
	struct cut_off c = { .live = base, .other_set = bits >> 4 & 1 };

	c.from = bits & 1 ? c.live : base + 1;
	c.to = bits & 2 ? c.live : base + 2;
	c.origin = bits & 4 ? c.live : bits & 8 ? c.from : base + 3;
	return c;
}

static void
decision(const char *name, enum recovery (*decide)(const struct cut_off *))
{
	printf("#define %s(i) (", name);
	for (unsigned i = 0; i < CASES; i++) {
		struct cut_off c = of_case(i, 1), d = of_case(i, 40);

		/* Only which are one may count. */
		if (decide(&c) != decide(&d))
			exit(1);
		printf("(i) == %u -> %d : (", i, (int)decide(&c));
	}
	printf("255");
	for (unsigned i = 0; i < CASES; i++)
		printf(")");
	printf(")\n");
}

static void
flags(const char *name, enum run_mode mode, int oneshot, int ok)
{
	printf("#define %s(f) (", name);
	for (unsigned f = 0; f <= STATE_ALL; f++)
		printf("(f) == %u -> %u : (", f,
			verdict_flags(f, mode, oneshot, 0, ok));
	printf("255");
	for (unsigned f = 0; f <= STATE_ALL; f++)
		printf(")");
	printf(")\n");
}

int
main(void)
{
	printf("#define STATE_UP %d\n#define STATE_WANTED %d\n"
	       "#define STATE_OWED %d\n#define STATE_FAILED %d\n",
		STATE_UP, STATE_WANTED, STATE_OWED, STATE_FAILED);
	printf("#define FORGET %d\n#define START %d\n#define STOP %d\n"
	       "#define BACK %d\n#define UNDO %d\n",
		RECOVERY_FORGET, RECOVERY_START, RECOVERY_STOP, RECOVERY_BACK,
		RECOVERY_UNDO);
	printf("#define OK %d\n#define FAILED %d\n#define TIMEOUT %d\n"
	       "#define NOT_STOPPED %d\n#define UNDONE %d\n#define UNDONE_PART %d\n"
	       "#define UNFINISHED %d\n#define SYSTEM %d\n",
		UPDATE_OK, UPDATE_FAILED, UPDATE_TIMEOUT, UPDATE_NOT_STOPPED,
		UPDATE_UNDONE, UPDATE_UNDONE_PART, UPDATE_UNFINISHED,
		UPDATE_SYSTEM);
	decision("GO_ON", recovery_go_on);
	decision("ABORT", recovery_abort);
	printf("#define GOES_BACK(undoing) %d - %d * (undoing)\n",
		recovery_goes_back(UPDATE_FAILED, 1, 0, 1),
		recovery_goes_back(UPDATE_FAILED, 1, 0, 1) -
			recovery_goes_back(UPDATE_FAILED, 1, 1, 1));
	printf("#define UNDO_CODE(c) ((c) == OK -> %d : ((c) == FAILED -> %d : "
	       "(c)))\n",
		recovery_undo_code(UPDATE_OK),
		recovery_undo_code(UPDATE_FAILED));
	flags("REACHED_UP", RUN_UP, 0, 1);
	flags("FAILED_UP", RUN_UP, 0, 0);
	flags("STOPPED", RUN_OWE, 0, 1);
	flags("NOT_STOPPED_FLAGS", RUN_OWE, 0, 0);
	return fflush(stdout) ? 111 : 0;
}
