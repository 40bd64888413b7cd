/* bringup.c - see bringup.h. */

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "init/bringup.h"
#include "lib/file.h"
#include "lib/path.h"
#include "rc/places.h"

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

#define STEP(b, ...) do { \
	const char *const words_[] = { __VA_ARGS__ }; \
	for (size_t i_ = 0; i_ < sizeof words_ / sizeof *words_; i_++) \
		word(b, words_[i_]); \
	(b)->n++; \
} while (0)

static const char *
verbosity(int verbose)
{
	return verbose > 1 ? "3" : verbose ? "2" : "1";
}

int
bringup_plan(struct bringup *b, const char *boot, const char *state,
	const char *live, uint64_t limit_ms, int verbose)
{
	static char limit[24], cwd[PATH_LEN];

	memset(b, 0, sizeof *b);
	if (!getcwd(cwd, sizeof cwd) ||
		snprintf(limit, sizeof limit, "%llu",
			(unsigned long long)limit_ms) < 0)
		return -1;
	(void)state;
	if (access(boot, R_OK) < 0)
		/* Compiles the definitions, keeps the result in the state
		 * directory and makes `boot' point to it. */
		STEP(b, "reeve-switch", "--boot");
	STEP(b, "reeve-rc-init", "-c", boot, "-l", live, cwd);
	b->steps[b->n].may_fail = 1;
	STEP(b, "reeve-rc", "-b", "-l", live, "-v", verbosity(verbose),
		"-t", limit, "-u", "change", "default");
	return 0;
}

int
bringup_stop_plan(struct bringup *b, const char *live, int verbose)
{
	memset(b, 0, sizeof *b);
	STEP(b, "reeve-rc", "-b", "-l", live, "-v", verbosity(verbose),
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

int
bringup_failed(const char *live, int require, char *err, size_t max)
{
	(void)live;
	snprintf(err, max, "not all services came up");
	return require;
}

int
bringup_main(const char *live, char *buf, size_t max)
{
	(void)live;
	(void)buf;
	(void)max;
	return 0;
}

int
bringup_tell(const char *fifo, const char *letters)
{
	int fd = open(fifo, O_WRONLY | O_NONBLOCK | O_CLOEXEC), r;

	if (fd < 0)
		return -1;
	r = file_write_all(fd, letters, strlen(letters));
	close(fd);
	return r;
}
