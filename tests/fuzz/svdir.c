/* svdir.c - fuzz the small files of a service directory: numbers are within
 * their limits, words are known ones, paths end.  The first byte says which
 * file the rest is. */

#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/file.h"
#include "lib/path.h"
#include "supervise/svdir.h"

int LLVMFuzzerTestOneInput(const uint8_t *, size_t);

static void
read_it(const struct svfile *f, const char *dir)
{
	char path[40];
	unsigned min, max, n;

	switch (f->kind) {
	case SV_NUMBER:
		n = svdir_number(dir, f->name);
		if (n > f->max)
			abort();
		break;
	case SV_SIGNAL:
		if (svdir_signal(dir, f->name) <= 0)
			abort();
		break;
	case SV_PATH:
		memset(path, 'x', sizeof path);
		if (svdir_path(dir, f->name, path, sizeof path) > 0 &&
			strnlen(path, sizeof path) == sizeof path)
			abort();
		break;
	case SV_WORD:
		if (svdir_restart(dir) > RESTART_ON_SIGNAL)
			abort();
		break;
	case SV_PAIR:
		svdir_backoff(dir, &min, &max);
		if (min > max)
			abort();
		break;
	case SV_FLAG:
	case SV_EXEC:
	case SV_DIR:
		svdir_flag(dir, f->name);
		break;
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static char dir[64];
	static unsigned n;
	char path[PATH_LEN];
	const struct svfile *f;

	if (!*dir) {
		snprintf(dir, sizeof dir, "/dev/shm/reeve-fuzz-svdir.%ld",
			(long)getpid());
		while (svdir_files[n].name)
			n++;
	}
	if (!size)
		return 0;
	f = &svdir_files[data[0] % n];
	mkdir(dir, 0755);
	if (path_join(path, sizeof path, dir, f->name) < 0 ||
		file_write(AT_FDCWD, path, data + 1, size - 1, 0644, 0) < 0)
		abort();
	read_it(f, dir);
	unlink(path);
	return 0;
}
