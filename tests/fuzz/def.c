/* def.c - definition directories of any content.  The bytes are files: name,
 * newline, length as one byte, content; names are "SERVICE/FILE". */

#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <sys/stat.h>

#include "lib/file.h"
#include "lib/path.h"
#include "rc/compile/compile.h"
#include "rc/db.h"

int LLVMFuzzerTestOneInput(const uint8_t *, size_t);

static void
quiet(void *arg, enum diag_level level, const char *file, unsigned line,
	const char *text)
{
	(void)arg;
	(void)level;
	(void)line;
	if (!strlen(file) || !strlen(text))
		abort();
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	static char dir[64];
	const char *source = dir;
	struct compile c = { .sources = &source,
		.nsources = 1,
		.verbosity = 2,
		.report = quiet,
		.logs = "/log",
		.users = USERS_IGNORE };
	char *out, err[512], path[PATH_LEN];
	size_t outlen;
	struct db db;

	if (!*dir) {
		snprintf(dir, sizeof dir, "/dev/shm/reeve-fuzz.%ld",
			(long)getpid());
		unsetenv("HOME");
	}
	path_remove(AT_FDCWD, dir);
	mkdir(dir, 0755);
	for (int files = 0; len && files < 32; files++) {
		const uint8_t *nl = memchr(data, '\n', len);
		size_t n = nl ? (size_t)(nl - data) : 0, size;
		char name[128], *slash;

		if (!n || n >= sizeof name || memchr(data, 0, n))
			break;
		memcpy(name, data, n);
		name[n] = 0;
		data += n + 1;
		len -= n + 1;
		size = len ? *data : 0;
		if (len) {
			data++;
			len--;
		}
		if (size > len)
			size = len;
		if (!strstr(name, "..") &&
			path_join(path, sizeof path, dir, name) == 0) {
			slash = strrchr(path, '/');
			*slash = 0;
			path_mkdirs(path, 0755);
			*slash = '/';
			file_write(AT_FDCWD, path, data, size, 0644, 0);
		}
		data += size;
		len -= size;
	}
	for (int i = 0; i < 4; i++) {
		c.lax = i & 1;
		c.s6_only = i >> 1;
		if (compile(&c, &out, &outlen) == 0) {
			/* What is made can be read. */
			if (db_load(&db, out, outlen, err, sizeof err) < 0) {
				fprintf(stderr, "%s\n", err);
				abort();
			}
			db_close(&db);
		}
		free(out);
	}
	return 0;
}
