/* client.h - what the clients of an fd-holder share: -t, the socket, and the
 * names that end in c (s6-fdholder-storec), whose socket s6-ipcclient has
 * opened already. */
#ifndef FDHOLDER_CLIENT_H
#define FDHOLDER_CLIENT_H

#include "lib/opt.h"
#include "tools/s6/fdholder/fdholder.h"

#define FDC_TIMEOUT                                                            \
	{                                                                      \
		't', "timeout", "MS", "give up after MS (never)"               \
	}

/* Connect, or end the program with 111. */
void fdc_open(struct fdh *, const char *path, unsigned timeout_ms);

/* Parse the options, of which `take' (may be null) is given each but -t, and
 * connect.  The operands behind the socket, of which there are at least
 * `least' and at most `most' (-1: any number). */
char **fdc_begin(struct fdh *, const struct usage *, int argc, char **argv,
	void (*take)(int letter), int least, int most);

#endif
