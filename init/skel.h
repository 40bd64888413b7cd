/* skel.h - the texts that reeve-init-maker writes. */
#ifndef INIT_SKEL_H
#define INIT_SKEL_H

struct skel {
	const char *name; /* path below the directory */
	unsigned mode;
	const char *text; /* @BASEDIR@, @BINDIR@, @ARGS@, @TTY@ */
};
/* Both end with a row without a name. */
extern const struct skel skel_files[];
extern const struct skel skel_getty[]; /* for each terminal */

#endif
