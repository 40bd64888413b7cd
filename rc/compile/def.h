/* def.h - FORMAT definition directory: one directory for each service, in
 * the source format of s6-rc 0.7 and with the properties of our own.  See
 * reeve-definition(5).  def.c reads them as they are; expand.c turns our own
 * properties into plain ones; resolve.c joins them into a database. */
#ifndef RC_DEF_H
#define RC_DEF_H

#include <stddef.h>
#include <stdint.h>

#include "lib/arena.h"
#include "rc/compile/diag.h"
#include "rc/compile/props.h"
#include "rc/db.h"

/* Beside the services: this source has files of our own, also for s6's names. */
#define OWN_MARK "reeve"

/* A name that stands somewhere. */
struct def_name {
	const char *name; /* 0: none */
	const char *file;
	unsigned line; /* 0: an entry of a directory */
};
struct def_names {
	struct def_name *v;
	size_t n;
	int present; /* there is such a file, if empty */
};

/* A property as text: all bytes of its file, and a NUL. */
struct def_text {
	const struct prop *prop;
	const char *file; /* path, for messages */
	const char *text;
	size_t len;
};

/* A file of the definition could not be read by others, or all of it. */
enum { CLOSED_FILE = 1, CLOSED_ALL = 2 };

struct def {
	const char *name;
	const char *dir; /* path of its directory, for messages */
	const char *source; /* the source directory it is from */
	enum db_type type;
	unsigned flags;
	uint32_t timeout[2]; /* down, up */
	enum db_on_change on_change;
	struct def_names lists[PROP_LISTS];
	struct def_name producer_for, pipeline;
	struct db_file *files;
	size_t nfiles;
	struct db_script script[3]; /* down, up, reload */
	struct def_text *texts;
	size_t ntexts;
	struct db_prop *props; /* results of expand.c */
	size_t nprops;
	const char *instance; /* of a template, or 0 */
	struct def *template; /* then the bundle of all its instances */
	int is_template; /* it is such a bundle */
	unsigned closed; /* CLOSED_..., what others could not read */
	int bad; /* could not be read: here for its name only */
};

/* A directory NAME@ that defines instances. */
struct template
{
	const char *source, *name, *path;
	struct def *all; /* bundle of the instances */
};

struct defs {
	struct arena *mem; /* borrowed */
	struct diag *diag; /* borrowed */
	struct def **v;
	size_t n;
	struct template *templates;
	size_t ntemplates;
	int override; /* of a name twice the later one wins */
	int s6_only; /* see compile.h */
	int own; /* our own files count in this source */
	const char *passed_over; /* the first one that did not, or 0 */
	unsigned npassed_over;
	int default_logger; /* a source has `default-logger' */
	struct def_text default_logging; /* and its lines */
	const char *logs, *loguser; /* see compile.h */
	struct def_text loguser_text; /* where loguser stands, if it does */
	int users; /* see compile.h */
	unsigned line; /* that def_line found, for messages */
	struct buf words; /* room for def_lex; buf_free it in the end */
};

/* Read every definition of a source directory.  What is wrong goes to
 * diag. */
void def_source(struct defs *, const char *source);

/* When all sources are read: instances that nobody listed, but another
 * instance depends on. */
void def_implied(struct defs *);

/* A new definition without anything, added to the others. */
struct def *def_new(
	struct defs *, const char *source, const char *name, const char *dir);

/* Text of a property, or 0. */
const struct def_text *def_text(const struct def *, const char *name);
/* The one line of a text that is not blank or a comment, without blanks
 * around, and its number in the line of struct defs.  0 and said if there is
 * none; a second one is an error that is said. */
const char *def_line(struct defs *, const struct def_text *);
/* A file of the service, or 0. */
struct db_file *def_file(const struct def *, const char *path);
/* Add a file or replace it; data is borrowed. */
void def_set_file(struct defs *, struct def *, const char *path, uint32_t mode,
	const char *data, size_t len);
void def_set_prop(
	struct defs *, struct def *, const char *key, const char *value);
/* Add a name to a list. */
void def_add_name(struct defs *, struct def *, enum prop_list, const char *name,
	const char *file, unsigned line);
/* Next line of a text that is no comment and not blank: 1 and *line without
 * leading blanks, *number; 0 at the end.  *at is 0 at the beginning. */
int def_next_line(struct defs *, const struct def_text *, size_t *at,
	char **line, unsigned *number);
/* Take blanks and CR off the end. */
void def_trim(char *);
/* Lex a text into a script.  0, or -1 and said. */
int def_lex(struct defs *, struct db_script *, const char *file,
	const char *text, size_t len);
/* 1 if this name may be given to a service; else said. */
int def_check_name(struct defs *, const struct def_name *);

#endif
