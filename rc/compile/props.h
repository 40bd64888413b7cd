/* props.h - every file that a definition may have, one row each: how it is
 * read, and what reeve-explain says about it.  reeve-definition(5) lists the
 * same rows; tests/rc/props.sh compares. */
#ifndef RC_PROPS_H
#define RC_PROPS_H

enum {
	FOR_LONGRUN = 1,
	FOR_ONESHOT = 2,
	FOR_BUNDLE = 4,
	FOR_SOURCE = 8,
	FOR_ATOMIC = FOR_LONGRUN | FOR_ONESHOT,
	FOR_ALL = FOR_ATOMIC | FOR_BUNDLE
};

enum prop_kind {
	PROP_TYPE,
	PROP_FLAG, /* presence sets flag `value' */
	PROP_MARK, /* presence; the empty file is copied */
	PROP_DIR, /* entries are names for list `value' */
	PROP_NAMES, /* lines are names for list `value' */
	PROP_PRODUCER,
	PROP_PIPELINE, /* one name */
	PROP_TIMEOUT, /* ms into timeout[value] */
	PROP_UINT, /* checked, copied as a number and newline */
	PROP_COPY, /* copied as it is */
	PROP_EXEC, /* copied, made executable */
	PROP_SCRIPT, /* lexed into script[value] */
	PROP_TREE, /* directory, copied whole */
	PROP_TEXT, /* ours: expand.c gives it its meaning */
	PROP_INSTANCES, /* template.c reads it */
	PROP_IGNORED /* known, without meaning here */
};

enum prop_list {
	LIST_CONTENTS,
	LIST_DEPS,
	LIST_WANTS,
	LIST_AFTER,
	LIST_RESTART_WITH,
	LIST_PRODUCERS,
	PROP_LISTS
};

struct prop {
	const char *name;
	unsigned types; /* FOR_* */
	enum prop_kind kind;
	unsigned value;
	int s6rc; /* s6-rc knows it too */
	const char *preset; /* what holds without the file */
	const char *unit; /* "", "ms", "names"... */
	const char *meaning; /* sentences */
	const char *example; /* content of the file */
};

/* In alphabetical order; ends with a row without a name. */
extern const struct prop props[];

const struct prop *prop_find(const char *name);
/* The name that was probably meant by one that is unknown, or 0; s6_only: of
 * those that s6-rc knows. */
const char *prop_near(const char *name, int s6_only);

#endif
