/* script.h - PURE a logging script (words) to rules.  The words are those of
 * s6-log, and our own ones, which begin with a percent sign (and `j').
 * See reeve-log(8). */
#ifndef LOG_SCRIPT_H
#define LOG_SCRIPT_H

#include <stddef.h>
#include <stdint.h>

#include "log/match.h"

enum select_kind { SELECT_PLUS, SELECT_MINUS, SELECT_REST };

struct script_select {
	enum select_kind kind;
	struct match match;
};

enum action_kind {
	ACTION_ALERT, /* 2 */
	ACTION_STDOUT, /* 1 */
	ACTION_STATUS, /* =file */
	ACTION_DIR, /* /dir */
	ACTION_SYSLOG /* %syslog=path */
};

struct script_action {
	enum action_kind kind;
	const char *path; /* borrowed from the words */
	const char *prefix; /* borrowed; 0 none */
	unsigned tai64n : 1; /* t */
	unsigned iso : 1; /* T */
	unsigned json : 1; /* j */
	unsigned limit; /* bytes of an alert or a status file */
	unsigned priority; /* of ACTION_SYSLOG */
	unsigned dir; /* of ACTION_DIR: index in dirs */
};

/* How one log directory is kept. */
struct script_dir {
	const char *path; /* borrowed */
	unsigned archives; /* n */
	unsigned size; /* s */
	unsigned tolerance; /* l, at most size / 2 */
	uint64_t archive_bytes; /* S; 0 no limit */
	uint64_t total_bytes; /* %total; 0 no limit */
	unsigned retry_ms; /* r */
	unsigned every_s; /* R; 0 never */
	int drop_oldest; /* %full=drop-oldest */
	char processor_kind; /* '!', '?', '%', or 0 none */
	const char *processor; /* borrowed */
	const char *suffix; /* of archives: ".gz"; "" by default */
};

/* One rule: what is selected by its selections goes to its actions. */
struct script_rule {
	unsigned first_select, nselects;
	unsigned first_action, nactions;
};

struct script {
	unsigned nrules, nselects, nactions, ndirs;
	struct script_rule *rules; /* all owned */
	struct script_select *selects;
	struct script_action *actions;
	struct script_dir *dirs;
	const char *service; /* %service; 0 by place */
	unsigned rate_lines; /* %rate; 0 no limit */
	uint64_t rate_ms;
	int join; /* %join */
	const char *joint; /* put for each newline joined */
	int extraneous; /* the last words have no action */
};

/* 0; 100 and a message in err for an invalid script; 111 out of memory. */
int script_parse(struct script *, const char *const *words, unsigned n,
	char *err, size_t errmax);
void script_free(struct script *);

#endif
