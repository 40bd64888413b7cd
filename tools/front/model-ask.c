/* model-ask.c - questions to a model that was read; see model.h. */

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/file.h"
#include "lib/msg.h"
#include "lib/num.h"
#include "lib/path.h"
#include "lib/utf8.h"
#include "tools/front/front.h"
#include "tools/front/model.h"

enum { TAIL_BYTES = 8192, LINE_BYTES = 400 };

void
model_ended(char *buf, size_t max, int wstat)
{
	if (WIFSIGNALED(wstat))
		snprintf(buf, max, "was killed by %s",
			num_signame(WTERMSIG(wstat)));
	else
		snprintf(buf, max, "exited with code %d", WEXITSTATUS(wstat));
}

struct item *
model_find(const struct model *m, const char *name)
{
	for (size_t i = 0; i < m->n; i++)
		if (!strcmp(m->items[i].name, name))
			return &m->items[i];
	return 0;
}

/* It has a definition that is not live: never was, or was undone. */
static void
die_not_live(const struct model *m, const char *name)
{
	struct live_last last;
	char path[PATH_LEN];

	if (m->named || *name == '.' || strchr(name, '/'))
		return;
	for (int i = 0; i < m->places.nsources; i++) {
		if (path_join(path, sizeof path, m->places.sources[i], name) <
				0 ||
			file_exists(AT_FDCWD, path) <= 0)
			continue;
		if (m->have_live && live_last(&m->live, &last) == 1 &&
			last.code)
			die(EX_MISUSE,
				"'%s' is defined in %s, but is not "
				"live: %s (mend what failed, then reeve "
				"switch)",
				name, path, last.text);
		die(EX_MISUSE,
			"'%s' is defined in %s, but is not live yet "
			"(reeve switch makes it so)",
			name, path);
	}
}

struct item *
model_need(const struct model *m, const char *name)
{
	struct item *it = model_find(m, name);
	const char **names, *near;

	if (it)
		return it;
	die_not_live(m, name);
	if (!m->n)
		die(EX_MISUSE,
			"there is no service '%s': none is defined yet "
			"(reeve new %s -- COMMAND, then reeve up)",
			name, name);
	names = calloc(m->n, sizeof *names);
	if (!names)
		die_sys(EX_SYSTEM, "unable to keep the list of services");
	for (size_t i = 0; i < m->n; i++)
		names[i] = m->items[i].name;
	near = front_nearest(name, names, m->n);
	if (near)
		die(EX_MISUSE, "there is no service '%s': did you mean '%s'?",
			name, near);
	die(EX_MISUSE,
		"there is no service '%s' (reeve status lists them; "
		"a new definition becomes live by reeve switch)",
		name);
}

long long
model_since(const struct item *it)
{
	/* The time in the status is that of the start. */
	return (it->state == IS_STOPPING || it->state == IS_PAUSED) &&
			status_is_up(&it->status)
		? 0
		: it->since;
}

const char *
model_state(const struct item *it)
{
	static const char *const words[NITEMSTATE] = { [IS_RUNNING] = "running",
		[IS_DONE] = "done",
		[IS_ALL_UP] = "all up",
		[IS_STARTING] = "starting",
		[IS_WAITING] = "waiting",
		[IS_PARTLY_UP] = "partly up",
		[IS_RESTARTING] = "restarting",
		[IS_STOPPING] = "stopping",
		[IS_PAUSED] = "paused",
		[IS_FAILED] = "failed",
		[IS_LOST] = "unsupervised",
		[IS_STOPPED] = "stopped",
		[IS_NOT_RUN] = "not run",
		[IS_NONE_UP] = "down" };

	return words[it->state];
}

const char *
model_word(const struct item *it)
{
	static char buf[40];

	if (it->state != IS_PARTLY_UP)
		return model_state(it);
	snprintf(buf, sizeof buf, "%u of %u up", it->up, it->members);
	return buf;
}

int
model_is_up(const struct item *it)
{
	return it->state == IS_RUNNING || it->state == IS_DONE ||
		it->state == IS_ALL_UP;
}

int
model_last_failed(const struct item *it)
{
	return it->have_last && it->last.wstat;
}

static void append(char *buf, size_t max, const char *fmt, ...) MSG_LIKE(3, 4);
static void
append(char *buf, size_t max, const char *fmt, ...)
{
	size_t n = strlen(buf);
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(buf + n, max - n, fmt, ap);
	va_end(ap);
}

const char *
model_about(const struct item *it, long long now)
{
	static char buf[1024];
	char how[80];

	snprintf(buf, sizeof buf, "%s", it->description);
	if (it->says[0])
		append(buf, sizeof buf, "%s\"%s\"", *buf ? "; " : "", it->says);
	if (it->have_last) {
		model_ended(how, sizeof how, it->last.wstat);
		append(buf, sizeof buf, "%slast run %s, %s ago",
			*buf ? "; " : "", how,
			front_duration(now - it->last.end));
	}
	if (it->next)
		append(buf, sizeof buf, "%snext run in %s", *buf ? "; " : "",
			front_duration(it->next - now));
	return buf;
}

int
model_good(const struct item *it)
{
	if (it->should)
		return model_is_up(it);
	return it->state != IS_FAILED && it->state != IS_LOST;
}

const char *
model_starter(const struct model *m)
{
	return m->named ? "reeve-svscan on that directory" : "reeve up";
}

const char *
model_whose(const struct model *m)
{
	static char text[PATH_LEN + 128];
	char who[32] = "root";

	if (m->owner)
		snprintf(who, sizeof who, "uid %lu", (unsigned long)m->owner);
	snprintf(text, sizeof text,
		"the tree on %s runs as %s, not yours: permission denied",
		m->places.scandir, who);
	return text;
}

void
model_need_all(const struct model *m)
{
	errno = m->shortage;
	if (m->shortage)
		die_sys(EX_SYSTEM, "unable to see what runs");
}

void
model_need_tree(const struct model *m)
{
	model_need_all(m);
	if (m->svscan)
		return;
	if (m->hidden)
		die(EX_SYSTEM, "%s", model_whose(m));
	die(EX_NOSUPER,
		"the tree does not run: nothing supervises %s "
		"(%s starts it)",
		m->places.scandir, model_starter(m));
}

int
model_log_full(const struct item *it, unsigned long *fs)
{
	struct statvfs v;

	if (!it->logdir[0] || statvfs(it->logdir, &v) < 0 || !v.f_blocks)
		return 0;
	*fs = v.f_fsid;
	/* What is left for root only is of no use to other loggers. */
	return !(geteuid() ? v.f_bavail : v.f_bfree) ||
		(v.f_files && !v.f_ffree);
}

/* Print one log line with its TAI64N stamp, if it has one, made readable. */
static void
print_line(const char *s, size_t len, const char *indent)
{
	char stamp[TIMESTAMP + 1];
	tain when;

	fputs(indent, stdout);
	if (len > TIMESTAMP && s[0] == '@') {
		memcpy(stamp, s, TIMESTAMP);
		stamp[TIMESTAMP] = 0;
		if (timestamp_scan(stamp, &when)) {
			printf("%s", front_date(model_unix_time(&when)));
			s += TIMESTAMP;
			len -= TIMESTAMP;
		}
	}
	/* Some write pages as a line; reeve logs shows them. */
	if (len > LINE_BYTES) {
		for (len = LINE_BYTES; ((unsigned char)s[len] & 0xc0) == 0x80;)
			len--;
		utf8_print(stdout, s, len);
		fputs(" ...", stdout);
	} else
		utf8_print(stdout, s, len);
	putchar('\n');
}

int
model_tail(const struct item *it, int n, const char *indent)
{
	char path[PATH_LEN], buf[TAIL_BYTES];
	const char *p, *end;
	struct stat st;
	ssize_t r;
	int fd, lines = 0;

	if (!it->logdir[0] ||
		path_join(path, sizeof path, it->logdir, "current") < 0)
		return 0;
	fd = file_open_regular(AT_FDCWD, path);
	if (fd < 0)
		return 0;
	if (fstat(fd, &st) < 0 ||
		(st.st_size > TAIL_BYTES &&
			lseek(fd, -TAIL_BYTES, SEEK_END) < 0))
		r = -1;
	else
		r = read(fd, buf, sizeof buf);
	close(fd);
	if (r <= 0)
		return 0;
	end = buf + r;
	if (end[-1] == '\n')
		end--;
	for (p = end; p > buf && lines < n; p--)
		lines += p[-1] == '\n' && p < end;
	/* p is at the newline before the lines, or at the start. */
	if (lines == n)
		p++;
	else if (st.st_size > TAIL_BYTES) {
		/* Of the first one only the end was read. */
		const char *nl = memchr(p, '\n', (size_t)(end - p));

		p = nl ? nl + 1 : p;
	}
	lines = 0;
	while (p < end) {
		const char *nl = memchr(p, '\n', (size_t)(end - p));

		if (!nl)
			nl = end;
		print_line(p, (size_t)(nl - p), indent);
		lines++;
		p = nl + 1;
	}
	return lines;
}
