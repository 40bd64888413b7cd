/* trig.c - see trig.h. */

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <unistd.h>

#include "lib/clock.h"
#include "tools/s6/trig.h"

int
trig_begin(struct trig *t, const char *dir, const char *regex)
{
	*t = (struct trig){ .matched = 0 };
	if (regcomp(&t->re, regex, REG_EXTENDED | REG_NOSUB)) {
		errno = EINVAL;
		return -1;
	}
	if (event_listen(&t->events, dir) < 0) {
		regfree(&t->re);
		return -1;
	}
	return 0;
}

/* One letter more; 1 if now it matches, or did, -1 without memory. */
static int
hear(struct trig *t, char c)
{
	if (t->len + 2 > t->max) {
		char *bigger = realloc(t->heard, t->max * 2 + 64);

		if (!bigger)
			return -1;
		t->heard = bigger;
		t->max = t->max * 2 + 64;
	}
	t->heard[t->len++] = c;
	t->heard[t->len] = 0;
	return t->matched || regexec(&t->re, t->heard, 0, 0, 0) == 0;
}

static int
take(struct trig *t)
{
	char buf[256];
	ssize_t r;

	/* What came with the letter that matches has been heard as well. */
	while (!t->matched &&
		((r = read(t->events.fd, buf, sizeof buf)) > 0 ||
			(r < 0 && errno == EINTR)))
		for (ssize_t i = 0; i < r; i++) {
			int m = hear(t, buf[i]);

			if (m < 0)
				return -1;
			t->matched = m;
		}
	return 0;
}

static int
done(const struct trig *t, unsigned n, int any)
{
	unsigned matched = 0;

	for (unsigned i = 0; i < n; i++)
		matched += (unsigned)t[i].matched;
	return any ? matched > 0 : matched == n;
}

int
trig_wait(struct trig *t, unsigned n, int any, uint64_t ms)
{
	struct pollfd *p = calloc(n ? n : 1, sizeof *p);
	uint64_t deadline = clock_deadline(ms);
	int r = -1;

	if (!p)
		return -1;
	while (!done(t, n, any)) {
		for (unsigned i = 0; i < n; i++)
			p[i] = (struct pollfd){
				t[i].matched ? -1 : t[i].events.fd, POLLIN, 0
			};
		if (poll(p, n, clock_left(deadline)) < 0 && errno != EINTR)
			goto out;
		for (unsigned i = 0; i < n; i++)
			if (p[i].revents && take(&t[i]) < 0)
				goto out;
		if (clock_passed(deadline) && !done(t, n, any)) {
			errno = ETIMEDOUT;
			goto out;
		}
	}
	r = 0;
out:
	free(p);
	return r;
}

void
trig_end(struct trig *t)
{
	int e = errno;

	event_unlisten(&t->events);
	regfree(&t->re);
	free(t->heard);
	t->heard = 0;
	errno = e;
}
