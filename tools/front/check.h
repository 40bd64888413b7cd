/* check.h - what the files of reeve check share. */
#ifndef TOOLS_FRONT_CHECK_H
#define TOOLS_FRONT_CHECK_H

#include "rc/compile/diag.h"
#include "rc/db.h"

struct check {
	const char *const *sources;
	int nsources;
	const char *const *names; /* only these services, or 0: all */
	int nnames;
	const char *root; /* of the image they are for, or 0 */
	const char *bundle; /* that is started at boot */
	int fix, quiet, s6rc;
	unsigned errors, warnings, fixed;
	struct db db;
};

/* Say and count it; arg is the struct check. */
void check_report(void *arg, enum diag_level, const char *file, unsigned line,
	const char *text);
/* --fix: correct the definition in a directory. */
void check_fix(struct check *, const char *dirpath);
/* Path of a file of a service, in the source that it is from. */
void check_place(const struct check *, const struct db_service *,
	const char *file, char *path, size_t max);
/* What is wrong with a service of c->db that compiles. */
void check_service(struct check *, const struct db_service *);

#endif
