/* follow.c - see follow.h. */

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/chain.h"
#include "lib/msg.h"
#include "lib/spawn.h"
#include "rc/follow.h"
#include "rc/live.h"

extern char **environ;

/* Who is named in the restart-with of another: flags by number. */
static uint32_t
mark_watched(const struct db *db, unsigned char *set)
{
	uint32_t n = 0;

	for (uint32_t i = 0; i < db->nlong + db->nshort; i++) {
		const struct db_list *l = &db->services[i].restart_with;

		for (uint32_t k = 0; k < l->n; k++)
			if (l->v[k] < db->nlong && !set[l->v[k]]) {
				set[l->v[k]] = 1;
				n++;
			}
	}
	return n;
}

static void
forget(struct follow *w)
{
	if (w->ear.l.fd >= 0)
		ready_del(w->ready, w->ear.l.fd);
	scan_ear_close(&w->ear);
}

static int
listen_to(struct follow *w, const struct live *l)
{
	uint32_t n = l->db.nlong, k = 0;
	unsigned char *set = calloc((size_t)n + 1, 1);
	const char **names = calloc((size_t)n + 1, sizeof *names);
	int r = set && names ? 0 : -1;

	if (r == 0 && mark_watched(&l->db, set)) {
		for (uint32_t i = 0; i < n; i++)
			if (set[i])
				names[k++] = l->db.services[i].name;
		r = scan_ear_open(&w->ear, l, names, k);
		if (r == 0)
			r = ready_add(w->ready, w->ear.l.fd, w->key);
	}
	free(set);
	free(names);
	return r;
}

static void
follow(struct follow *w, const char *live)
{
	char prog[PATH_LEN],
		name[] = "reeve-rc", l[] = "-l", cmd[] = "follow",
		*argv[] = { name, l, (char *)(uintptr_t)live, cmd, 0 };
	posix_spawnattr_t at;
	int r = ENOENT;

	w->again = 0;
	spawn_plain(&at, 0);
	if (chain_sister(prog, sizeof prog, name) == 0)
		r = posix_spawn(&w->pid, prog, 0, &at, argv, environ);
	posix_spawnattr_destroy(&at);
	if (r) {
		w->pid = 0;
		errno = r;
		warn_sys("unable to start %s (services are not restarted with "
			 "what they follow)",
			name);
	}
}

void
follow_load(struct follow *w, const char *live)
{
	static struct live l;
	char err[PATH_LEN + 256];

	/* An update touches nothing but what it says; only what was heard
	 * before it is still to be followed. */
	if (w->ear.l.fd >= 0)
		follow_hear(w, live);
	forget(w);
	if (live_open(&l, live, 0, err, sizeof err) < 0) {
		warn("%s", err);
		return;
	}
	if (listen_to(w, &l) < 0) {
		warn_sys("unable to listen to services (none is restarted with "
			 "what it follows)");
		forget(w);
	}
	live_close(&l);
}

void
follow_begin(struct follow *w, const char *live)
{
	follow_load(w, live);
	/* What happened while nobody listened. */
	if (w->ear.l.fd >= 0)
		follow(w, live);
}

void
follow_hear(struct follow *w, const char *live)
{
	char buf[512];
	int started = 0;
	ssize_t r;

	while ((r = read(w->ear.l.fd, buf, sizeof buf)) > 0)
		started |= memchr(buf, 'u', (size_t)r) ||
			memchr(buf, 'U', (size_t)r);
	if (!started)
		return;
	if (w->pid)
		w->again = 1;
	else
		follow(w, live);
}

int
follow_reaped(struct follow *w, pid_t pid, const char *live)
{
	if (!w->pid || pid != w->pid)
		return 0;
	w->pid = 0;
	if (w->again)
		follow(w, live);
	return 1;
}
