/* background.h - stand in for a daemon that goes to the background: adopt
 * it, pass signals on, end when it ends.  Of s6-background-watch, which is
 * s6's, and reeve-forking, which is what a pid-file becomes. */
#ifndef TOOLS_BACKGROUND_H
#define TOOLS_BACKGROUND_H

struct background {
	const char *pidfile;
	char **argv; /* starts the daemon, and exits 0 */
	unsigned ms; /* for the pid to appear; 0 for ever */
	int fd; /* gets a newline then; -1 none */
	int unsupported; /* exit code where orphans go elsewhere */
	unsigned overall : 1; /* the time is for argv to exit as well */
	unsigned own : 1; /* only a descendant's pid is believed, and
				 * only one written now */
	unsigned alike : 1; /* end by the same signal, not by 128 + it;
				 * 126 and 127 for what cannot be executed */
};

_Noreturn void background_run(const struct background *);

#endif
