/* sink.c - formats records for each kind of destination, and writes them when
 * the buffer is full or due. */

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "lib/file.h"
#include "lib/json.h"
#include "lib/msg.h"
#include "lib/path.h"
#include "log/sink.h"

enum {
	BACKOFF_MIN_MS = 500,
	BACKOFF_MAX_MS = 30000,
	PIECE = 4096, /* PIPE_BUF: what POLLOUT promises */
	FRAME = 4 /* length before each record for a socket */
};

char *
sink_map(size_t n)
{
	void *p = mmap(0, n, PROT_READ | PROT_WRITE,
		MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	return p == MAP_FAILED ? 0 : p;
}

void
sink_unmap(char *p, size_t n)
{
	if (p)
		munmap(p, n);
}

int
sink_open(struct sink *k, const struct script_action *a, const struct script *s,
	int64_t now)
{
	mode_t mask;

	memset(k, 0, sizeof *k);
	k->kind = a->kind;
	k->action = a;
	k->fd = a->kind == ACTION_STDOUT ? 1 : -1;
	if (a->kind == ACTION_STDOUT && fcntl(1, F_GETFD) < 0) {
		warn_sys("unable to use standard output");
		return -1;
	}
	mask = umask(0);
	umask(mask);
	k->mode = 0666 & ~mask;
	k->sharers = 1;
	k->max = SINK_BUFFER;
	k->buf = sink_map(k->max);
	if (!k->buf) {
		warn_sys("unable to allocate a buffer");
		return -1;
	}
	if (a->kind == ACTION_DIR)
		return logact_open(&k->dir, s->dirs + a->dir, now);
	return 0;
}

size_t
sink_place(const struct sink *k)
{
	return k->kind == ACTION_DIR ? k->dir.size % SINK_ALIGN : 0;
}

static void
empty(struct sink *k)
{
	k->start = k->end = sink_place(k);
}

/* --- putting a record together */

static char *
add(char *p, const char *s, size_t n)
{
	memcpy(p, s, n);
	return p + n;
}

static char *
add_text(char *p, const struct record *r, size_t len)
{
	size_t jlen;

	if (!r->newlines)
		return add(p, r->text, len);
	jlen = strlen(r->joint);
	for (size_t i = 0; i < len; i++) {
		if (r->text[i] == '\n')
			p = add(p, r->joint, jlen);
		else
			*p++ = r->text[i];
	}
	return p;
}

static char *
add_prefix(char *p, const struct script_action *a)
{
	if (!a->prefix)
		return p;
	p = add(p, a->prefix, strlen(a->prefix));
	*p++ = ' ';
	return p;
}

static char *
add_json(char *p, const struct script_action *a, const struct record *r)
{
	p = add(p, "{\"time\":\"", 9);
	p = add(p, r->stamp->utc, STAMP_RFC3339);
	p = add(p, "\",\"service\":", 12);
	p += json_string(
		p, 6 * strlen(r->service) + 2, r->service, strlen(r->service));
	if (a->prefix) {
		p = add(p, ",\"prefix\":", 10);
		p += json_string(p, 6 * strlen(a->prefix) + 2, a->prefix,
			strlen(a->prefix));
	}
	p = add(p, ",\"text\":", 8);
	p += json_string(p, 6 * r->len + 2, r->text, r->len);
	*p++ = '}';
	return p;
}

/* RFC 5424: <PRI>1 TIME HOST APP PROCID MSGID SD MSG.  The RFC has room for
 * microseconds only. */
static char *
add_syslog(char *p, const struct script_action *a, const struct record *r)
{
	p += sprintf(p, "<%u>1 ", a->priority);
	p = add(p, r->stamp->utc, 26);
	p = add(p, "Z ", 2);
	p = add(p, r->host, strlen(r->host));
	*p++ = ' ';
	p = add(p, r->service, strlen(r->service));
	p = add(p, " - - - ", 7);
	p = add_prefix(p, a);
	return add_text(p, r, r->len);
}

static char *
add_stamps(char *p, const struct script_action *a, const struct record *r)
{
	if (a->tai64n)
		p = add(p, r->stamp->tai64n, STAMP_TAI64N);
	if (a->iso)
		p = add(p, r->stamp->iso, STAMP_ISO);
	return p;
}

/* "NAME: alert: ", "..." and the end of the line. */
enum { ALERT_NAME = 64, ALERT_ROOM = ALERT_NAME + 9 + 3 + 1 };

/* No record is longer than this. */
static size_t
need(const struct script_action *a, const struct record *r)
{
	size_t prefix = a->prefix ? strlen(a->prefix) : 0;
	size_t text = r->len;

	if (a->json)
		return 6 * (r->len + prefix + strlen(r->service)) + 128;
	if (r->newlines && strlen(r->joint) > 1)
		text *= strlen(r->joint);
	if (a->kind == ACTION_SYSLOG)
		text += 128 + strlen(r->host) + strlen(r->service);
	return text + prefix + STAMP_TAI64N + STAMP_ISO + a->limit +
		(a->kind == ACTION_ALERT ? ALERT_ROOM : 32);
}

static int
grow(struct sink *k, size_t max)
{
	char *p;

	max = (max + 65535) & ~(size_t)65535;
	p = sink_map(max);
	if (!p)
		return 0;
	memcpy(p, k->buf + k->start, k->end - k->start);
	sink_unmap(k->buf, k->max);
	k->buf = p;
	k->max = max;
	k->end -= k->start;
	k->start = 0;
	return 1;
}

int
sink_room(struct sink *k, const struct script_action *a, const struct record *r,
	int64_t now)
{
	size_t n = need(a, r) * k->sharers;

	if (k->max - k->end >= n)
		return 1;
	if (k->kind == ACTION_SYSLOG) {
		sink_flush(k, now);
		return 1; /* sink_put counts what it must drop */
	}
	if (k->kind != ACTION_STATUS)
		sink_flush(k, now);
	else
		empty(k); /* only the last line counts */
	if (k->max - k->end >= n)
		return 1;
	return k->start == k->end && grow(k, n);
}

static void
alert(struct sink *k, const struct script_action *a, const struct record *r)
{
	size_t n = r->len < a->limit || !a->limit ? r->len : a->limit;
	char *p = k->buf;

	p += sprintf(p, "%.*s: alert: ", ALERT_NAME, prog_name);
	p = add_stamps(p, a, r);
	p = add_prefix(p, a);
	p = add_text(p, r, n);
	if (n < r->len)
		p = add(p, "...", 3);
	*p++ = '\n';
	if (file_write_all(2, k->buf, (size_t)(p - k->buf)) < 0) {
		/* Nobody to tell. */
	}
}

static void
put_frame(char *at, size_t n)
{
	uint32_t u = (uint32_t)n;

	memcpy(at, &u, FRAME);
}

void
sink_put(struct sink *k, const struct script_action *a, const struct record *r)
{
	char *p, *begin;

	if (k->kind == ACTION_ALERT) {
		alert(k, a, r);
		return;
	}
	if (k->kind == ACTION_STDOUT && k->disabled)
		return;
	if (k->kind == ACTION_STATUS) {
		empty(k);
		k->action = a;
	}
	if (k->kind == ACTION_SYSLOG && k->max - k->end < need(a, r)) {
		k->lost++;
		return;
	}
	p = begin = k->buf + k->end;
	if (k->kind == ACTION_SYSLOG) {
		p = add_syslog(p + FRAME, a, r);
		put_frame(begin, (size_t)(p - begin) - FRAME);
	} else if (a->json) {
		p = add_json(p, a, r);
		*p++ = '\n';
	} else {
		p = add_stamps(p, a, r);
		p = add_prefix(p, a);
		p = add_text(p, r, r->len);
		*p++ = '\n';
	}
	k->end = (size_t)(p - k->buf);
	if (k->end > k->dirty)
		k->dirty = k->end;
}

/* --- writing it */

static void
took(struct sink *k, size_t n)
{
	k->start += n;
	if (k->start == k->end)
		empty(k);
}

static void
flush_stdout(struct sink *k)
{
	struct stat st;
	int may_block = fstat(1, &st) < 0 || !S_ISREG(st.st_mode);

	k->blocked = 0;
	while (k->start < k->end) {
		size_t n = k->end - k->start;
		struct pollfd p = { .fd = 1, .events = POLLOUT };
		ssize_t r;

		/* Standard output is shared with others, so it is not made
		 * non-blocking; a write of PIPE_BUF after POLLOUT is not
		 * held up. */
		if (may_block && n > PIECE)
			n = PIECE;
		if (may_block && poll(&p, 1, 0) == 0) {
			k->blocked = 1;
			return;
		}
		r = write(1, k->buf + k->start, n);
		if (r < 0 && errno == EINTR)
			continue;
		if (r < 0 && errno == EAGAIN) {
			k->blocked = 1;
			return;
		}
		if (r < 0) {
			warn_sys("unable to write to standard output (giving "
				 "it up; other actions go on)");
			k->disabled = 1;
			empty(k);
			return;
		}
		took(k, (size_t)r);
	}
}

/* The last line, cut or padded with newlines to the size wanted. */
static int
flush_status(struct sink *k, int64_t now)
{
	size_t n = k->end - k->start, size = k->action->limit;

	if (k->retry_at > now)
		return 0;
	if (size && n > size) {
		n = size;
	} else if (size) {
		if (k->max < size && !grow(k, size))
			size = k->max;
		memset(k->buf + n, '\n', size - n);
		if (size > k->dirty)
			k->dirty = size;
		n = size;
	}
	if (file_write(AT_FDCWD, k->action->path, k->buf, n, k->mode, 0) < 0) {
		if (!k->backoff_ms)
			warn_sys("unable to write %s (trying again every "
				 "2000 ms)",
				k->action->path);
		k->backoff_ms = 2000;
		k->retry_at = now + k->backoff_ms;
		return 0;
	}
	k->backoff_ms = 0;
	k->retry_at = 0;
	empty(k);
	return 1;
}

static int
connect_to(const char *path, int type)
{
	struct sockaddr_un sa = { .sun_family = AF_UNIX };
	int e, fd;

	if (strlen(path) >= sizeof sa.sun_path) {
		errno = ENAMETOOLONG;
		return -1;
	}
	strcpy(sa.sun_path, path);
	fd = socket(AF_UNIX, type, 0);
	if (fd < 0)
		return -1;
	fcntl(fd, F_SETFD, FD_CLOEXEC);
	fcntl(fd, F_SETFL, O_NONBLOCK);
	if (connect(fd, (struct sockaddr *)&sa, sizeof sa) == 0)
		return fd;
	e = errno;
	close(fd);
	errno = e;
	return -1;
}

static int
syslog_connect(struct sink *k)
{
	k->stream = 0;
	k->fd = connect_to(k->action->path, SOCK_DGRAM);
	if (k->fd < 0 && errno == EPROTOTYPE) {
		k->fd = connect_to(k->action->path, SOCK_STREAM);
		k->stream = 1;
	}
	return k->fd < 0 ? -1 : 0;
}

static void
syslog_failed(struct sink *k, int64_t now)
{
	if (!k->backoff_ms) {
		warn_sys("unable to send to %s (lines are kept while there is "
			 "room, then counted)",
			k->action->path);
		k->backoff_ms = BACKOFF_MIN_MS;
	} else if (k->backoff_ms < BACKOFF_MAX_MS) {
		k->backoff_ms *= 2;
	}
	if (k->fd >= 0)
		close(k->fd);
	k->fd = -1;
	k->retry_at = now + k->backoff_ms;
}

/* One frame.  Its size if sent, else -1 and errno. */
static ssize_t
syslog_send(struct sink *k, const char *msg, uint32_t n)
{
	char head[16];
	ssize_t r;
	int h;

	if (!k->stream)
		return send(k->fd, msg, n, MSG_NOSIGNAL);
	/* Octet counting (RFC 6587), so that a newline is no end. */
	h = snprintf(head, sizeof head, "%u ", (unsigned)n);
	struct iovec v[2] = { { head, (size_t)h }, { (void *)(size_t)msg, n } };
	struct msghdr m = { .msg_iov = v, .msg_iovlen = 2 };
	r = sendmsg(k->fd, &m, MSG_NOSIGNAL);
	if (r >= 0 && (size_t)r < (size_t)h + n) {
		/* A cut frame cannot be mended: begin a new connection. */
		errno = EPIPE;
		return -1;
	}
	return r;
}

static void
flush_syslog(struct sink *k, int64_t now)
{
	k->blocked = 0;
	if (k->retry_at > now || k->start == k->end)
		return;
	if (k->fd < 0 && syslog_connect(k) < 0) {
		syslog_failed(k, now);
		return;
	}
	while (k->start < k->end) {
		uint32_t n;

		memcpy(&n, k->buf + k->start, FRAME);
		if (syslog_send(k, k->buf + k->start + FRAME, n) < 0) {
			if (errno == EINTR)
				continue;
			if (errno == EAGAIN || errno == ENOBUFS) {
				k->blocked = 1;
				break;
			}
			if (errno != EMSGSIZE) {
				syslog_failed(k, now);
				break;
			}
			k->lost++;
		}
		took(k, FRAME + n);
	}
	if (k->start == k->end) {
		k->retry_at = 0;
		if (k->backoff_ms)
			info("%s: sending again", k->action->path);
		k->backoff_ms = 0;
		if (k->lost)
			warn("%llu lines were not sent to %s",
				(unsigned long long)k->lost, k->action->path);
		k->lost = 0;
	} else if (k->start) {
		memmove(k->buf, k->buf + k->start, k->end - k->start);
		k->end -= k->start;
		k->start = 0;
	}
}

int
sink_flush(struct sink *k, int64_t now)
{
	if (k->start == k->end)
		return 1;
	switch (k->kind) {
	case ACTION_DIR:
		took(k,
			logact_write(&k->dir, k->buf + k->start,
				k->end - k->start, now));
		break;
	case ACTION_STDOUT:
		flush_stdout(k);
		break;
	case ACTION_STATUS:
		flush_status(k, now);
		break;
	case ACTION_SYSLOG:
		flush_syslog(k, now);
		break;
	case ACTION_ALERT:
		break;
	}
	return k->start == k->end;
}

int
sink_used(const struct sink *k)
{
	return k->start == k->end && k->dirty > PIECE;
}

void
sink_release(struct sink *k)
{
	if (sink_used(k)) {
		madvise(k->buf, k->max, MADV_DONTNEED);
		k->dirty = 0;
	}
}

int64_t
sink_tick(struct sink *k, int64_t now)
{
	int64_t next = 0;

	if (k->kind == ACTION_DIR)
		next = logact_tick(&k->dir, now);
	if (k->retry_at && k->retry_at <= now)
		k->retry_at = 0;
	sink_flush(k, now);
	if (k->retry_at && (!next || k->retry_at < next))
		next = k->retry_at;
	return next;
}

int
sink_close(struct sink *k, int64_t now)
{
	int done;

	if (k->kind == ACTION_STATUS)
		k->retry_at = 0; /* once more, and at once */
	done = sink_flush(k, now);
	if (k->kind == ACTION_SYSLOG && !done) {
		/* Who collects is not there; the end is not held up. */
		for (size_t i = k->start; i < k->end;) {
			uint32_t n;

			memcpy(&n, k->buf + i, FRAME);
			i += FRAME + n;
			k->lost++;
		}
		warn("%llu lines were not sent to %s",
			(unsigned long long)k->lost, k->action->path);
		empty(k);
		return 1;
	}
	if (k->kind == ACTION_STATUS && !done) {
		/* Only what is newest counts there, and that is over. */
		warn("%s is left as it was: the last line is not in it",
			k->action->path);
		empty(k);
		return 1;
	}
	if (!done)
		return 0;
	return k->kind == ACTION_DIR ? logact_close(&k->dir, now) : 1;
}
