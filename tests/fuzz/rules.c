/* rules.c - fuzz access rules: a cdb of any bytes, one that holds any value,
 * and the files of a rule.  The first byte picks which. */

#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>
#include <skalibs/cdbmake.h>

#include "lib/file.h"
#include "tools/s6/ipc/rules.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

static char path[64];
static int file;

static void
apply(enum rules_answer a, const struct rule *r)
{
	if (a != RULES_ALLOW)
		return;
	if (r->envlen > RULES_ENV || r->execlen > RULES_EXEC ||
		(r->envlen && r->env[r->envlen - 1]) || r->exec[r->execlen])
		abort();
	rules_apply(r);
	clearenv();
}

static void
value(const char *data, size_t len)
{
	cdbmaker c = CDBMAKER_ZERO;

	if (!cdbmake_start(&c, file) ||
		!cdbmake_add(&c, "uid/default", 11, data, (uint32_t)len) ||
		!cdbmake_finish(&c))
		abort();
}

static void
put(const char *dir, const char *name, const uint8_t *data, size_t len)
{
	char p[96];

	snprintf(p, sizeof p, "%s/%s", dir, name);
	if (file_write(AT_FDCWD, p, data, len, 0644, 0) < 0)
		abort();
}

/* The value of a variable, or exec. */
static void
files(const uint8_t *data, size_t len, struct rule *r)
{
	static char dir[64];
	char env[80];

	if (!*dir) {
		snprintf(dir, sizeof dir, "/dev/shm/reeve-fuzz-rules.%ld",
			(long)getpid());
		snprintf(env, sizeof env, "%s/env", dir);
		mkdir(dir, 0755);
		mkdir(env, 0755);
		put(dir, "allow", 0, 0);
	}
	put(dir, len & 1 ? "env/A" : "exec", data, len);
	apply(rules_read(dir, r), r);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	static struct rule r;

	if (!*path) {
		file = memfd_create("rules", MFD_CLOEXEC);
		snprintf(path, sizeof path, "/proc/self/fd/%d", file);
	}
	if (!len || ftruncate(file, 0) < 0 || lseek(file, 0, SEEK_SET) < 0)
		return 0;
	len--;
	switch (*data++ % 3) {
	case 0:
		if (pwrite(file, data, len, 0) != (ssize_t)len)
			abort();
		break;
	case 1:
		value((const char *)data, len);
		break;
	case 2:
		files(data, len, &r);
		return 0;
	}
	apply(rules_cdb(path, 1, 1, &r), &r);
	return 0;
}
