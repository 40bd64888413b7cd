/* sink.h - where lines go: a log directory, standard output, alerts, a
 * status file, a syslog socket.  Each holds at most one buffer of records;
 * what does not fit stays with the caller. */
#ifndef LOG_SINK_H
#define LOG_SINK_H

#include <stddef.h>
#include <stdint.h>

#include "log/logact.h"
#include "log/script.h"
#include "log/stamp.h"

enum {
	SINK_BUFFER = 131072,
	SINK_ALIGN = 64 /* a cache line: see sink_place */
};

struct sink {
	enum action_kind kind;
	const struct script_action *action; /* borrowed; the first one */
	char *buf; /* owned; mapped */
	size_t max, start, end;
	size_t dirty; /* highest byte used since the last release */
	struct logact_dir dir; /* ACTION_DIR */
	int fd; /* stdout, the socket; -1 if not open */
	int disabled; /* stdout, after its first error */
	unsigned sharers; /* actions that put records here */
	int blocked; /* wait until fd can be written */
	int stream; /* the socket is one */
	int64_t retry_at; /* the socket is tried again; 0 no */
	unsigned backoff_ms;
	uint64_t lost; /* lines not sent to the socket */
	unsigned mode; /* of a status file */
};

/* What a record is made of. */
struct record {
	const char *text;
	size_t len;
	const char *joint; /* written for a newline in text */
	const struct stamp *stamp;
	const char *service, *host;
	int newlines; /* there may be newlines in text */
};

/* Pages that are freed by sink_release when idle.  0 on failure. */
char *sink_map(size_t);
void sink_unmap(char *, size_t);

/* 0, or -1 after a message. */
int sink_open(struct sink *, const struct script_action *,
	const struct script *, int64_t now);
/* Make room for this record by this action, and as much for each other
 * action that shares the sink.  1, or 0 if the sink cannot take it now. */
int sink_room(struct sink *, const struct script_action *,
	const struct record *, int64_t now);
/* Put one record; there is room. */
void sink_put(
	struct sink *, const struct script_action *, const struct record *);
/* Write what is held.  1 if nothing is left. */
int sink_flush(struct sink *, int64_t now);
/* Where in a buffer that is aligned what is to be written begins best: less
 * than SINK_ALIGN.  Copying into a file is cheaper if both sides lie alike in
 * their cache lines. */
size_t sink_place(const struct sink *);
/* Is there memory that a burst has used, and needs no more?  Give it back. */
int sink_used(const struct sink *);
void sink_release(struct sink *);
/* Timers; the next time, or 0. */
int64_t sink_tick(struct sink *, int64_t now);
/* 1 when all is written and closed. */
int sink_close(struct sink *, int64_t now);

#endif
