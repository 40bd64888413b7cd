/* logger.h - a running logger: what log.c and lines.c share. */
#ifndef LOG_LOGGER_H
#define LOG_LOGGER_H

#include <stddef.h>
#include <stdint.h>

#include "log/logact.h"
#include "log/script.h"
#include "log/sink.h"
#include "log/stamp.h"

enum {
	BATCH = 65536, /* one pipe full */
	LINE_CAP = 1 << 28,
	SINKS_MAX = 64
};

struct input {
	char *buf; /* mapped */
	size_t max, start, end;
	size_t scanned; /* no newline before this */
	size_t dirty;
	int eof;
	int has_nul; /* some NUL may be in the buffer */
};

enum phase { RUNNING, DRAINING, LAST_LINE, ENDING };

/* One logger: its script, its places, and where it is. */
struct logger {
	struct script script;
	struct sink sinks[SINKS_MAX];
	unsigned nsinks;
	struct sink **sink_of; /* of each action */
	struct input in;
	struct stamp stamp;
	unsigned want_stamps;
	const char *service, *host;
	char service_buf[256], host_buf[256];
	size_t linelimit;
	unsigned lastline_ms;
	int verbosity;
	int protect; /* -p: TERM is ignored */
	struct sink *direct; /* all lines go to this one as they are */
	enum phase phase;
	size_t to_drain; /* bytes written before the stop */
	int64_t lastline_until; /* 0 for ever */
	int stalled; /* a sink cannot take the next line */
	int64_t now;
	/* join */
	char *joined;
	size_t joined_len, joined_max;
	int has_joined, has_newlines;
	int64_t join_until;
	/* rate */
	int64_t window_end;
	unsigned window_lines;
	uint64_t dropped;
	int64_t release_at;
};

/* Read what there is, at most BATCH bytes and not what belongs to the next
 * logger; in.eof is set at the end. */
void lines_read(struct logger *);
/* Deliver the lines in the buffer; l->stalled is set if a place cannot take
 * the next one. */
void lines_deliver(struct logger *);
/* Deliver the record that is being joined; count what %rate dropped.  1, or 0
 * if a place cannot take it now. */
int lines_flush_joined(struct logger *);
int lines_report_dropped(struct logger *);
/* How much of the buffer is in use, and give the rest back to the system. */
size_t lines_used(const struct input *);
void lines_release(struct input *);

#endif
