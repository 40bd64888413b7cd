/* changed.c - whether there is anything to do, without compiling: sums over
 * the entries of the sources, kept with each generation, see gen.h. */

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "config.h"
#include "lib/chain.h"
#include "lib/file.h"
#include "rc/switch/gen.h"
#include "supervise/control.h"

enum { STAMP_MAX = 256, RACY_NS = 50000000 };

void
gen_sum(struct gen *g)
{
	struct stat st;
	char self[PATH_LEN], text[256];

	if (g->db_file || !g->nsources)
		return;
	for (int i = 0; i < g->nsources; i++)
		if (sources_add(&g->sum, g->sources[i]) < 0)
			return;
	/* Another compiler may make something else of it. */
	memset(&st, 0, sizeof st);
	if (chain_sister(self, sizeof self, "reeve-switch") == 0)
		stat(self, &st);
	snprintf(text, sizeof text, "%s %d %lld.%ld %lld %d %d", REEVE_VERSION,
		DB_VERSION, (long long)st.st_mtim.tv_sec,
		(long)st.st_mtim.tv_nsec, (long long)st.st_size, g->lax,
		g->override);
	sources_text(&g->sum, text);
	sources_text(&g->sum, g->places.logs);
	g->summed = 1;
}

static void
stamp_text(const struct gen *g, char *buf)
{
	snprintf(buf, STAMP_MAX, "%016llx%016llx %llu\n",
		(unsigned long long)g->sum.sum[0],
		(unsigned long long)g->sum.sum[1],
		(unsigned long long)g->sum.files);
}

/* A file changed so lately that another change could bear the same time is
 * looked at again next time. */
void
gen_stamp(struct gen *g, unsigned n)
{
	char path[PATH_LEN], text[STAMP_MAX];
	struct timespec t;

	clock_gettime(CLOCK_REALTIME, &t);
	if (!g->summed ||
		g->sum.newest + RACY_NS >
			(uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec)
		return;
	stamp_text(g, text);
	gen_path(g, path, n, "stamp");
	file_write(AT_FDCWD, path, text, strlen(text), 0644, 0);
}

static int
stamp_matches(struct gen *g, unsigned n)
{
	char path[PATH_LEN], text[STAMP_MAX], then[STAMP_MAX];
	ssize_t r;

	gen_path(g, path, n, "stamp");
	r = file_read(AT_FDCWD, path, then, sizeof then - 1);
	if (r < 0)
		return 0;
	then[r] = 0;
	gen_sum(g);
	if (!g->summed)
		return 0;
	stamp_text(g, text);
	return !strcmp(text, then);
}

/* reeve-rc-init enters the longruns in their order, the daemon of the oneshots
 * before them, and one scan finds them all: when it was cut off, the last one
 * is not supervised. */
static int
all_entered(const struct live *l)
{
	const char *last = l->db.nlong ? l->db.services[l->db.nlong - 1].name
		: live_needs_runner(&l->db) ? LIVE_RUNNER
					    : 0;
	char dir[PATH_LEN];

	return !last || path_join(dir, sizeof dir, "servicedirs", last) < 0 ||
		control_alive(l->fd, dir) != 0;
}

/* Nothing cut off, nothing owed. */
static int
live_is_settled(const struct gen *g)
{
	struct live l;
	char err[PATH_LEN + 256];
	int good;

	if (live_open(&l, g->live, 0, err, sizeof err) < 0)
		return 0;
	good = !live_switching(&l) && all_entered(&l);
	for (uint32_t i = 0; good && i < l.db.nlong + l.db.nshort; i++)
		good = !(l.state.rec[i].flags & STATE_OWED) &&
			(!g->u.dry || !live_outdated(l.fd, &l.db, i));
	live_close(&l);
	return good;
}

int
gen_unchanged(struct gen *g)
{
	unsigned boot = gen_booted(g),
		 live = g->boot	 ? boot
		: gen_is_live(g) ? gen_live(g)
				 : boot;

	if (g->db_file || g->abort_it || !live || gen_can_begin(g) ||
		(!g->test && live != boot) || !stamp_matches(g, live))
		return 0;
	return g->boot || !gen_is_live(g) || live_is_settled(g);
}
