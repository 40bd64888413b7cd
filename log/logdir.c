/* logdir.c - names archives by their stamps, reads those names back, and
 * lists them in order. */

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include <skalibs/djbtime.h>
#include <skalibs/tai.h>

#include "log/logdir.h"

void
logdir_name(
	char name[LOGDIR_NAME], const tain *when, char kind, const char *suffix)
{
	size_t n = timestamp_fmt(name, when), m = strlen(suffix);

	name[n++] = '.';
	name[n++] = kind;
	if (m > LOGDIR_NAME - 1 - n)
		m = LOGDIR_NAME - 1 - n;
	memcpy(name + n, suffix, m);
	name[n + m] = 0;
}

/* Hexadecimal digits as a number; all are known to be such. */
static uint64_t
hex(const char *s, int n)
{
	uint64_t u = 0;

	while (n--) {
		u = u << 4 | (uint64_t)(*s <= '9' ? *s - '0' : *s - 'a' + 10);
		s++;
	}
	return u;
}

/* The label's time.  Nanoseconds that no clock shows become the last that
 * one does, so that the order of names is kept. */
static void
stamp_scan(const char *s, tain *t)
{
	uint64_t nano = hex(s + 17, 8);

	t->sec.x = hex(s + 1, 16);
	t->nano = nano > 999999999 ? 999999999 : (uint32_t)nano;
}

static int
is_stamp(const char *s)
{
	if (*s != '@')
		return 0;
	for (int i = 1; i < LOGDIR_STAMP; i++)
		if (!((s[i] >= '0' && s[i] <= '9') ||
			    (s[i] >= 'a' && s[i] <= 'f')))
			return 0;
	return 1;
}

int
logdir_parse(const char *name, tain *stamp, char *kind, const char **suffix)
{
	static const char *const suffixes[] = { "", ".gz", ".zst", ".xz",
		".bz2", ".lz4" };
	const char *rest;

	if (!is_stamp(name))
		return 0;
	rest = name + LOGDIR_STAMP;
	if (rest[0] != '.' || (rest[1] != 's' && rest[1] != 'u'))
		return 0;
	for (size_t i = 0; i < sizeof suffixes / sizeof *suffixes; i++) {
		if (strcmp(rest + 2, suffixes[i]))
			continue;
		if (stamp)
			stamp_scan(name, stamp);
		if (kind)
			*kind = rest[1];
		if (suffix)
			*suffix = rest + 2;
		return 1;
	}
	return 0;
}

static int
by_name(const void *a, const void *b)
{
	return strcmp(((const struct logdir_archive *)a)->name,
		((const struct logdir_archive *)b)->name);
}

int
logdir_list(struct logdir_list *l, int dirfd, int sizes)
{
	size_t max = 0;
	int e, fd = openat(dirfd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *d = fd < 0 ? 0 : fdopendir(fd);

	memset(l, 0, sizeof *l);
	if (!d) {
		if (fd >= 0)
			close(fd);
		return -1;
	}
	for (;;) {
		struct dirent *de;
		struct stat st = { .st_size = 0 };

		errno = 0;
		de = readdir(d);
		if (!de && errno)
			goto fail;
		if (!de)
			break;
		if (!logdir_parse(de->d_name, 0, 0, 0))
			continue;
		if (sizes &&
			fstatat(dirfd, de->d_name, &st, AT_SYMLINK_NOFOLLOW) <
				0) {
			if (errno == ENOENT)
				continue;
			goto fail;
		}
		if (l->n == max) {
			struct logdir_archive *v;

			max = max ? 2 * max : 16;
			v = realloc(l->v, max * sizeof *v);
			if (!v)
				goto fail;
			l->v = v;
		}
		strcpy(l->v[l->n].name, de->d_name);
		l->v[l->n].size = (uint64_t)st.st_size;
		l->bytes += (uint64_t)st.st_size;
		l->n++;
	}
	closedir(d);
	if (l->n)
		qsort(l->v, l->n, sizeof *l->v, by_name);
	return 0;
fail:
	e = errno;
	closedir(d);
	logdir_list_free(l);
	errno = e;
	return -1;
}

void
logdir_list_free(struct logdir_list *l)
{
	free(l->v);
	memset(l, 0, sizeof *l);
}

/* n digits at s as a number, or -1. */
static int
digits(const char *s, int n)
{
	int v = 0;

	while (n--) {
		if (*s < '0' || *s > '9')
			return -1;
		v = v * 10 + (*s++ - '0');
	}
	return v;
}

/* "YYYY-MM-DD?HH:MM:SS" and ".123456789" at s; ? is sep. */
static int
scan_date(const char *s, size_t len, char sep, struct tm *tm, uint32_t *ns)
{
	int v[6], frac;
	static const struct {
		int at, n;
	} part[6] = { { 0, 4 }, { 5, 2 }, { 8, 2 }, { 11, 2 }, { 14, 2 },
		{ 17, 2 } };

	if (len < 29 || s[4] != '-' || s[7] != '-' || s[10] != sep ||
		s[13] != ':' || s[16] != ':' || s[19] != '.')
		return 0;
	for (int i = 0; i < 6; i++) {
		v[i] = digits(s + part[i].at, part[i].n);
		if (v[i] < 0)
			return 0;
	}
	frac = digits(s + 20, 9);
	if (frac < 0 || v[1] < 1 || v[1] > 12 || v[2] < 1 || v[2] > 31 ||
		v[3] > 23 || v[4] > 59 || v[5] > 60)
		return 0;
	memset(tm, 0, sizeof *tm);
	tm->tm_year = v[0] - 1900;
	tm->tm_mon = v[1] - 1;
	tm->tm_mday = v[2];
	tm->tm_hour = v[3];
	tm->tm_min = v[4];
	tm->tm_sec = v[5];
	tm->tm_isdst = -1;
	*ns = (uint32_t)frac;
	return 1;
}

static int
from_unix(tain *when, time_t t, uint32_t ns)
{
	struct timespec ts = { .tv_sec = t, .tv_nsec = (long)ns };

	return tain_from_timespec_sysclock(when, &ts);
}

int
logdir_line_stamp(const char *line, size_t len, tain *when, size_t *skip)
{
	static const char json[] = "{\"time\":\"";
	struct tm tm;
	uint32_t ns;

	if (len >= LOGDIR_STAMP + 1 && line[LOGDIR_STAMP] == ' ' &&
		is_stamp(line)) {
		stamp_scan(line, when);
		*skip = LOGDIR_STAMP + 1;
		return 1;
	}
	if (len >= 31 && scan_date(line, len, ' ', &tm, &ns) &&
		line[29] == ' ' && line[30] == ' ') {
		*skip = 31;
		return from_unix(when, mktime(&tm), ns);
	}
	if (len > sizeof json + 29 && !memcmp(line, json, sizeof json - 1) &&
		scan_date(line + sizeof json - 1, len - sizeof json + 1, 'T',
			&tm, &ns) &&
		line[sizeof json - 1 + 29] == 'Z') {
		*skip = 0;
		return from_unix(when, timegm(&tm), ns);
	}
	return 0;
}

int
logdir_json_text(char *line, size_t len, char **text, size_t *tlen)
{
	static const char key[] = ",\"text\":\"";
	char *s = memmem(line, len, key, sizeof key - 1), *out;
	char *end = line + len;

	if (!s)
		return 0;
	s += sizeof key - 1;
	*text = out = s;
	while (s < end && *s != '"') {
		static const char esc[] = "nrtbf", val[] = "\n\r\t\b\f";
		const char *e;
		unsigned u = 0;

		if (*s != '\\') {
			*out++ = *s++;
			continue;
		}
		if (++s == end)
			return 0;
		if (*s != 'u') {
			e = strchr(esc, *s);
			*out++ = e ? val[e - esc] : *s;
			s++;
			continue;
		}
		if (end - s < 5)
			return 0;
		for (int i = 1; i < 5; i++) {
			e = strchr("0123456789abcdef", s[i] | 32);
			if (!e || !*e)
				return 0;
			u = u * 16 +
				(unsigned)(e - strchr("0123456789abcdef", '0'));
		}
		s += 5;
		/* Only control characters, and U+FFFD, are written so. */
		if (u < 0x80) {
			*out++ = (char)u;
		} else if (u < 0x800) {
			*out++ = (char)(0xc0 | u >> 6);
			*out++ = (char)(0x80 | (u & 63));
		} else {
			*out++ = (char)(0xe0 | u >> 12);
			*out++ = (char)(0x80 | (u >> 6 & 63));
			*out++ = (char)(0x80 | (u & 63));
		}
	}
	*tlen = (size_t)(out - *text);
	return 1;
}
