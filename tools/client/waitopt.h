/* waitopt.h - the options that svwait, svlisten and svlisten1 share. */
#ifndef TOOLS_WAITOPT_H
#define TOOLS_WAITOPT_H

#include "lib/opt.h"
#include "tools/client/wait.h"

#define WAIT_GOALS                                                             \
	{ 'u', "up", 0, "until it is up (default)" },                          \
		{ 'U', "ready", 0, "until it is up and ready" },               \
		{ 'd', "down", 0, "until it is down" },                        \
		{ 'D', "finished", 0,                                          \
			"until it is down and its finish script is done" },    \
		{ 'r', "restarted", 0, "until it has been down and is up" },   \
	{                                                                      \
		'R', "restarted-ready", 0,                                     \
			"until it has been down and is up and ready"           \
	}
#define WAIT_HOWMANY                                                           \
	{ 'a', "all", 0, "until all of them are (default)" },                  \
	{                                                                      \
		'o', "one", 0, "until one of them is"                          \
	}
#define WAIT_TIMEOUT                                                           \
	{                                                                      \
		't', "timeout", "MS",                                          \
			"give up after MS milliseconds, exit 99\n"             \
			"(default 0: never)"                                   \
	}

struct waitopt {
	char goal;
	int any;
	unsigned timeout_ms;
};
#define WAITOPT                                                                \
	{                                                                      \
		'u', 0, 0                                                      \
	}

/* Take one option letter; a bad timeout ends the program with 100. */
void waitopt_take(struct waitopt *, int letter, const char *arg);

/* Wait, unsubscribe, and return the exit code, with a message if it is not
 * 0. */
int waitopt_finish(struct waiting *, unsigned timeout_ms);

#endif
