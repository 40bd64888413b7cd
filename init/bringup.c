/* bringup.c - puts together the command lines that start and stop the
 * services of a boot database, and asks what failed. */

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "init/bringup.h"
#include "lib/file.h"
#include "lib/path.h"
#include "rc/db.h"
#include "rc/live.h"
#include "rc/places.h"
#include "rc/tail.h"

static void
word(struct bringup *b, const char *w)
{
	size_t n = 0;

	while (b->steps[b->n].argv[n])
		n++;
	if (n < BRINGUP_WORDS - 1)
		/* exec does not write to them */
		memcpy(&b->steps[b->n].argv[n], &w, sizeof w);
}

#define STEP(b, ...)                                                           \
	do {                                                                   \
		const char *const words_[] = { __VA_ARGS__ };                  \
		for (size_t i_ = 0; i_ < sizeof words_ / sizeof *words_; i_++) \
			word(b, words_[i_]);                                   \
		(b)->n++;                                                      \
	} while (0)

static const char *
verbosity(int verbose)
{
	return verbose > 1 ? "3" : verbose ? "2" : "1";
}

int
bringup_plan(struct bringup *b, const char *boot, const char *live,
	uint64_t limit_ms, int verbose)
{
	static char limit[24], cwd[PATH_LEN];

	memset(b, 0, sizeof *b);
	if (!getcwd(cwd, sizeof cwd) ||
		snprintf(limit, sizeof limit, "%llu",
			(unsigned long long)limit_ms) < 0)
		return -1;
	if (access(boot, R_OK) < 0)
		/* Compiles the definitions, keeps the result in the state
		 * directory and makes `boot' point to it. */
		STEP(b, "reeve-switch", "--boot", "-v",
			verbose > 1	  ? "2"
				: verbose ? "1"
					  : "0");
	STEP(b, "reeve-rc-init", "-c", boot, "-l", live, cwd);
	b->steps[b->n].may_fail = 1;
	STEP(b, "reeve-rc", "-b", "-l", live, "-v", verbosity(verbose),
		"--start-timeout", limit, "-u", "change", "default");
	return 0;
}

int
bringup_stop_plan(struct bringup *b, const char *live, int verbose)
{
	memset(b, 0, sizeof *b);
	STEP(b, "reeve-rc", "-b", "-l", live, "-v", verbosity(verbose), "-a",
		"-D", "change");
	return 0;
}

static int
has_entry(const char *dir)
{
	DIR *d = opendir(dir);
	struct dirent *e;

	if (!d)
		return 0;
	while ((e = readdir(d)) && e->d_name[0] == '.')
		;
	closedir(d);
	return e != 0;
}

int
bringup_defined(const char *boot, const char *const *sources, int n)
{
	if (access(boot, R_OK) == 0)
		return 1;
	for (int i = 0; i < n; i++)
		if (has_entry(sources[i]))
			return 1;
	return 0;
}

int
bringup_exists(const char *live)
{
	return *live && access(live, F_OK) == 0;
}

/* Is service i one of the bundle `default'? */
static int
in_default(const struct db *db, uint32_t i)
{
	struct db_list l;

	if (!db_resolve(db, "default", &l))
		return 0;
	for (uint32_t k = 0; k < l.n; k++)
		if (l.v[k] == i)
			return 1;
	return 0;
}

static void
add_name(char *err, size_t max, const char *name, const char *reason)
{
	size_t n = strlen(err);

	snprintf(err + n, max - n, "%s%s%s%s%s", n ? ", " : "", name,
		*reason ? " (" : "", reason, *reason ? ")" : "");
}

int
bringup_failed(const char *path, int require, char *err, size_t max)
{
	static struct live live;
	struct live_service ls;
	struct places places;
	int essential = 0;
	char names[256] = "", why[256];
	const char *logs =
		places_default(&places, why, sizeof why) == 0 ? places.logs : 0;

	if (live_open(&live, path, 0, why, sizeof why) < 0) {
		snprintf(err, max, "the services did not come up: %s", why);
		return 1;
	}
	for (uint32_t i = 0; i < live.db.nlong + live.db.nshort; i++) {
		int must =
			require || (live.db.services[i].flags & DB_ESSENTIAL);

		live_service(&live, i, &ls);
		if (!ls.failed)
			continue;
		/* What it depends on says it better. */
		if (strncmp(ls.reason, "not tried", 9))
			tail_tell(&live.db, i, logs);
		if (essential && !must)
			continue;
		/* An essential one is the reason; name only these. */
		if (must && !essential)
			*names = 0;
		essential |= must;
		add_name(names, sizeof names, live.db.services[i].name,
			ls.reason);
	}
	if (!*names && db_bundle(&live.db, "default") == DB_NONE &&
		db_service(&live.db, "default") == DB_NONE)
		snprintf(err, max,
			"nothing to start: the database has no "
			"bundle `default'");
	else
		snprintf(err, max, "%sservice failed to start: %s",
			essential && !require ? "essential " : "",
			*names ? names : "(see above)");
	live_close(&live);
	return essential;
}

int
bringup_main(const char *path, char *buf, size_t max)
{
	static struct live live;
	char err[256];
	int found = 0;

	if (live_open(&live, path, 0, err, sizeof err) < 0)
		return 0;
	for (uint32_t i = 0; i < live.db.nlong && !found; i++)
		found = (live.db.services[i].flags & DB_MAIN) &&
			in_default(&live.db, i) &&
			live_servicedir(
				buf, max, &live, live.db.services[i].name) == 0;
	live_close(&live);
	return found;
}

int
bringup_tell(const char *fifo, const char *letters)
{
	return file_tell(AT_FDCWD, fifo, letters, strlen(letters));
}
