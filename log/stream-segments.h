/* stream-segments.h - see stream-segments.c. */
#ifndef LOG_STREAM_SEGMENTS_H
#define LOG_STREAM_SEGMENTS_H

#include <sys/stat.h>

#include "log/stream.h"

/* Everything newer than `after', in order, as it is at one instant, into the
 * stream, whose old segments are closed.  With `partly', the archives only.
 * 1, 0 if it changed meanwhile, -1 and errno. */
int segments_take(struct stream *, const tain *after, int partly);
/* Hold the files of those that will be renamed.  0, or -1 and errno. */
int segments_hold(struct stream *, struct seen *between, struct seen *current);
/* Close all of them. */
void segments_drop(struct stream *);

/* fstat of one, wherever it is.  0, or -1 and errno. */
int segments_stat(const struct stream *, const struct segment *, struct stat *);
/* 1 if it is the file that was seen. */
int segments_is_seen(const struct seen *, const struct stat *);
/* Close it, if it is open, and mark it as closed. */
void segments_close(int *fd);

#endif
