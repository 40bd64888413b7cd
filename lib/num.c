/* num.c - reads numbers, signals, durations and sizes: the whole string or
 * nothing. */

#include <limits.h>
#include <signal.h>
#include <string.h>
#include <strings.h>

#include <skalibs/types.h>

#include "lib/num.h"

int
num_u64(const char *s, uint64_t *u)
{
	uint64_t v = 0;

	if (!*s)
		return 0;
	for (; *s; s++) {
		unsigned d = (unsigned)(*s - '0');

		if (d > 9 || v > (UINT64_MAX - d) / 10)
			return 0;
		v = v * 10 + d;
	}
	*u = v;
	return 1;
}

int
num_uint(const char *s, unsigned *u)
{
	uint64_t v;

	if (!num_u64(s, &v) || v > UINT_MAX)
		return 0;
	*u = (unsigned)v;
	return 1;
}

/* Own table: sig2str is not in C libraries yet, and scripts must mean the
 * same on all systems. */
static const struct {
	const char *name;
	int number;
} signals[] = {
	{ "SIGHUP", SIGHUP },
	{ "SIGINT", SIGINT },
	{ "SIGQUIT", SIGQUIT },
	{ "SIGILL", SIGILL },
	{ "SIGTRAP", SIGTRAP },
	{ "SIGABRT", SIGABRT },
	{ "SIGBUS", SIGBUS },
	{ "SIGFPE", SIGFPE },
	{ "SIGKILL", SIGKILL },
	{ "SIGUSR1", SIGUSR1 },
	{ "SIGSEGV", SIGSEGV },
	{ "SIGUSR2", SIGUSR2 },
	{ "SIGPIPE", SIGPIPE },
	{ "SIGALRM", SIGALRM },
	{ "SIGTERM", SIGTERM },
	{ "SIGCHLD", SIGCHLD },
	{ "SIGCONT", SIGCONT },
	{ "SIGSTOP", SIGSTOP },
	{ "SIGTSTP", SIGTSTP },
	{ "SIGTTIN", SIGTTIN },
	{ "SIGTTOU", SIGTTOU },
	{ "SIGURG", SIGURG },
	{ "SIGXCPU", SIGXCPU },
	{ "SIGXFSZ", SIGXFSZ },
	{ "SIGVTALRM", SIGVTALRM },
	{ "SIGPROF", SIGPROF },
	{ "SIGWINCH", SIGWINCH },
	{ "SIGSYS", SIGSYS },
#ifdef SIGIO
	{ "SIGIO", SIGIO },
#endif
#ifdef SIGPWR
	{ "SIGPWR", SIGPWR },
#endif
#ifdef SIGSTKFLT
	{ "SIGSTKFLT", SIGSTKFLT },
#endif
};

int
num_signal(const char *s)
{
	unsigned u;

	if (num_uint(s, &u))
		return u > 0 && u < 128 ? (int)u : 0;
	for (size_t i = 0; i < sizeof signals / sizeof *signals; i++)
		if (!strcasecmp(s, signals[i].name) ||
			!strcasecmp(s, signals[i].name + 3))
			return signals[i].number;
	return 0;
}

const char *
num_signame(int sig)
{
	static char buf[3 + UINT_FMT] = "SIG";

	for (size_t i = 0; i < sizeof signals / sizeof *signals; i++)
		if (signals[i].number == sig)
			return signals[i].name;
	/* Not by printf: see lib/msg-brief.h. */
	buf[3 + uint_fmt(buf + 3, (unsigned)sig)] = 0;
	return buf;
}

struct unit {
	const char *name;
	uint64_t factor;
};

/* One "number unit" at *s; advances *s.  1 or 0. */
static int
quantity(const char **s, const struct unit *units, uint64_t bare,
	uint64_t *value)
{
	uint64_t v = 0, factor = bare;
	const char *p = *s, *word;
	size_t n;

	if (*p < '0' || *p > '9')
		return 0;
	for (; *p >= '0' && *p <= '9'; p++) {
		if (v > (UINT64_MAX - 9) / 10)
			return 0;
		v = v * 10 + (uint64_t)(*p - '0');
	}
	while (*p == ' ')
		p++;
	for (word = p; (*p | 32) >= 'a' && (*p | 32) <= 'z'; p++)
		;
	n = (size_t)(p - word);
	if (n) {
		for (; units->name; units++)
			if (strlen(units->name) == n &&
				!strncmp(units->name, word, n))
				break;
		if (!units->name)
			return 0;
		factor = units->factor;
	}
	if (!factor || v > UINT64_MAX / factor)
		return 0;
	*value = v * factor;
	*s = p;
	return 1;
}

int
num_duration(const char *s, unsigned unit, uint64_t *ms)
{
	static const struct unit units[] = { { "ms", 1 }, { "s", 1000 },
		{ "sec", 1000 }, { "second", 1000 }, { "seconds", 1000 },
		{ "m", 60000 }, { "min", 60000 }, { "minute", 60000 },
		{ "minutes", 60000 }, { "h", 3600000 }, { "hour", 3600000 },
		{ "hours", 3600000 }, { "d", 86400000 }, { "day", 86400000 },
		{ "days", 86400000 }, { "w", 604800000 }, { "week", 604800000 },
		{ "weeks", 604800000 }, { 0, 0 } };
	uint64_t total = 0, one;

	if (!s[strspn(s, "0123456789 ")]) {
		if (!quantity(&s, units, unit, &one) || *s)
			return 0;
		*ms = one;
		return 1;
	}
	do {
		/* In "1h30" the 30 could be anything. */
		if (!quantity(&s, units, 0, &one) || total > UINT64_MAX - one)
			return 0;
		total += one;
		while (*s == ' ')
			s++;
	} while (*s);
	*ms = total;
	return 1;
}

int
num_size(const char *s, uint64_t *bytes)
{
	static const struct unit units[] = { { "k", 1024 }, { "K", 1024 },
		{ "m", 1048576 }, { "M", 1048576 }, { "g", 1073741824 },
		{ "G", 1073741824 }, { "T", 1099511627776 }, { 0, 0 } };
	uint64_t v;

	if (!quantity(&s, units, 1, &v) || *s)
		return 0;
	*bytes = v;
	return 1;
}
