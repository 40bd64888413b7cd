/* tail.c - see tail.h. */

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/file.h"
#include "lib/msg.h"
#include "lib/path.h"
#include "lib/tai64.h"
#include "lib/utf8.h"
#include "rc/tail.h"

enum { LOG_LINES = 5, LOG_TAIL = 2048 };

/* Lines of a log, with times for people in place of stamps. */
static void
print_lines(const char *p)
{
	while (*p) {
		char date[TAI64_TEXT];
		size_t stamp = tai64_text(date, sizeof date, p, 0), len;

		p += stamp;
		len = strcspn(p, "\n");
		fputs(stamp ? date : "", stderr);
		utf8_print(stderr, p, len);
		putc('\n', stderr);
		p += len + (p[len] == '\n');
	}
}

/* The log of a service without a logger, if it has one. */
static void
tell_catch_all(const struct db_service *s, const char *logs)
{
	char path[PATH_LEN];

	if (s->type == DB_LONGRUN && !prog_as_s6 && logs &&
		path_join(path, sizeof path, logs, "catch-all") == 0 &&
		file_exists(AT_FDCWD, path))
		info("%s has no logger: what it said is in the log catch-all "
		     "(reeve logs catch-all)",
			s->name);
}

void
tail_tell(const struct db *db, uint32_t i, const char *logs)
{
	const struct db_service *s = db->services + i;
	uint32_t logger = db_logger(db, s);
	const char *dir = 0, *p;
	char path[PATH_LEN], buf[LOG_TAIL + 1];
	struct stat st;
	ssize_t r;
	int fd, lines = 0;

	if (logger != DB_NONE)
		dir = db_prop(db->services + logger, "logdir");
	if (path_join(path, sizeof path,
		    dir		   ? dir
			    : logs ? logs
				   : "",
		    dir ? "" : s->name, "current") < 0 ||
		(!dir && !logs))
		return;
	fd = file_open_regular(AT_FDCWD, path);
	if (fd < 0) {
		if (logger == DB_NONE)
			tell_catch_all(s, logs);
		return;
	}
	r = fstat(fd, &st) < 0
		? -1
		: pread(fd, buf, LOG_TAIL,
			  st.st_size > LOG_TAIL ? st.st_size - LOG_TAIL : 0);
	close(fd);
	if (r <= 0)
		return;
	buf[r] = 0;
	for (p = buf + r - 1; p > buf; p--)
		if (p[-1] == '\n' && ++lines == LOG_LINES)
			break;
	info("last lines of the log of %s (%s):", s->name, path);
	print_lines(p);
}
