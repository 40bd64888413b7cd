/* import.h - what the readers of other supervisors' files share: where
 * definitions are written, what is said of lines that are left out, and the
 * key=value files that two of them have. */
#ifndef TOOLS_IMPORT_IMPORT_H
#define TOOLS_IMPORT_IMPORT_H

#include "lib/arena.h"
#include "lib/msg.h"
#include "rc/compile/defwrite.h"

enum { FILE_LIMIT = 1 << 24, WORDS_MAX = 256 };

struct import {
	const char *source; /* where definitions are written */
	int in_default, included;
	unsigned made, left;
	char **dirs; /* owned; of what was made */
	size_t ndirs;
	const char *file; /* being read */
	unsigned line;
	struct {
		int said, wanted;
		unsigned bytes, files;
	} log;
	/* supervisord; 0: as ours are */
};

/* Say that a thing is not carried over, with the file and line that im is
 * at. */
void import_left_out(struct import *im, const char *fmt, ...) MSG_LIKE(2, 3);

/* Begin the definition NAME: 1, or 0 and said (there is one already). */
int import_begin(struct import *, struct defwrite *, const char *name);
/* Not started with the others, if import_begin has put it there. */
void import_not_default(struct import *, const char *name);
/* When all are made: say what they need and is not there. */
void import_missing(struct import *);
/* Write files of it, or die. */
void import_put(const struct defwrite *, const char *file, const char *text);
void import_put_buf(const struct defwrite *, const char *file, struct buf *);
void import_put_name(
	const struct defwrite *, const char *list, const char *name);

/* key=value files: a reader and where it is in the text. */
struct ini {
	char *at;
	unsigned number;
	char section[128];
	char *key, *value;
	unsigned line; /* where the entry began */
};

/* The next entry or section (then key is 0), in place: 1, or 0 at the end.
 * systemd continues lines by a backslash, supervisord by blanks in front of
 * the next. */
int ini_next(struct ini *, int systemd);
/* Words of a command line with quotes, in place; their number. */
int ini_split(char *s, char **words);
/* Without blanks around, in place. */
char *ini_trim(char *);
/* yes, true, on, 1 */
int ini_yes(const char *);

/* OnCalendar= as a time of a schedule; *seconds is what of it a schedule
 * cannot say.  0, or why not. */
const char *calendar_schedule(
	char *out, size_t max, const char *text, unsigned *seconds);

/* "dir/x.timer" and ".service": "x.service". */
void import_other_name(
	char *buf, size_t max, const char *file, const char *end);
/* The text of a file beside the one that is read, malloced, and its path (of
 * PATH_LEN bytes); 0: there is none. */
char *import_beside(const struct import *, char *path, const char *name);

/* What another unit says of a service. */
struct unit_from {
	const char *schedule; /* a timer: its times, or 0 */
	const char *socket, *socket_mode; /* a socket: its path, or 0 */
	int datagram;
};

/* Lines of a shell script that make the directories of the sockets of a unit
 * beside the one that is read. */
void socket_directories(struct import *, const char *unit, struct buf *);

/* One reader for each kind; data is changed. */
void systemd_import(struct import *, char *data, const struct unit_from *);
void timer_import(struct import *, char *data);
void socket_import(struct import *, char *data);
void supervisord_import(struct import *, char *data);
void procfile_import(struct import *, char *data);
void directory_import(struct import *, const char *dir);

#endif
