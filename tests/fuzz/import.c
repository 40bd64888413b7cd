/* import.c - fuzz the files of other supervisors, whole: systemd's units,
 * supervisord's ini files, Procfiles, by the first byte.  Whatever is in
 * them, nothing is written outside of the source directory. */

#include <dirent.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/path.h"
#include "tools/import/import.h"

int LLVMFuzzerTestOneInput(const uint8_t *, size_t);

/* Only SOURCE/x is there. */
static void
check(const char *top)
{
	DIR *d = opendir(top);
	struct dirent *e;

	while (d && (e = readdir(d)))
		if (*e->d_name != '.' && strcmp(e->d_name, "source"))
			abort();
	if (d)
		closedir(d);
}

/* A name that no file can have ends the program with a message. */
static int
long_line(const uint8_t *data, size_t size)
{
	for (size_t i = 0, n = 0; i < size; i++) {
		n = data[i] == '\n' ? 0 : n + 1;
		if (n > 200)
			return 1;
	}
	return 0;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static char top[64], source[80];
	static const char *const names[] = { "/x/a@b.service", "/x/a.conf",
		"/x/Procfile" };
	struct import im = { .source = source, .in_default = 1 };
	char *text;

	if (!*top) {
		snprintf(top, sizeof top, "/dev/shm/reeve-fuzz-import.%ld",
			(long)getpid());
		snprintf(source, sizeof source, "%s/source", top);
		if (!freopen("/dev/null", "w", stdout))
			abort();
	}
	if (!size || memchr(data, 0, size) || long_line(data, size))
		return 0;
	path_remove(AT_FDCWD, top);
	mkdir(top, 0755);
	mkdir(source, 0755);
	text = malloc(size);
	if (!text)
		return 0;
	memcpy(text, data + 1, size - 1);
	text[size - 1] = 0;
	im.file = names[data[0] % 3];
	switch (data[0] % 3) {
	case 0: systemd_import(&im, text); break;
	case 1: supervisord_import(&im, text); break;
	case 2: procfile_import(&im, text); break;
	}
	free(text);
	check(top);
	return 0;
}
