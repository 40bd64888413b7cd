/* import.c - fuzz the files of other supervisors, whole: systemd's services,
 * supervisord's ini files, Procfiles, systemd's timers and sockets (beside a
 * service that is always the same), by the first byte.  Whatever is in them,
 * nothing is written outside of the source directory. */

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

/* The service that a timer or a socket is for. */
static void
put_beside(const char *dir)
{
	static const char unit[] = "[Service]\nUser=u\nExecStart=/bin/web %i\n";
	char path[96];
	int fd;

	mkdir(dir, 0755);
	snprintf(path, sizeof path, "%s/a.service", dir);
	fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
	if (fd < 0 || write(fd, unit, sizeof unit - 1) != sizeof unit - 1)
		abort();
	close(fd);
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
	static char top[64], source[80], beside[80], file[96];
	static const char *const names[] = { "a@b.service", "a.conf",
		"Procfile", "a.timer", "a.socket" };
	struct unit_from alone = { 0 };
	struct import im = { .source = source, .in_default = 1, .file = file };
	char *text;

	if (!*top) {
		snprintf(top, sizeof top, "/dev/shm/reeve-fuzz-import.%ld",
			(long)getpid());
		snprintf(source, sizeof source, "%s/source", top);
		snprintf(beside, sizeof beside, "%s.beside", top);
		put_beside(beside);
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
	snprintf(file, sizeof file, "%s/%s", beside, names[data[0] % 5]);
	switch (data[0] % 5) {
	case 0:
		systemd_import(&im, text, &alone);
		break;
	case 1:
		supervisord_import(&im, text);
		break;
	case 2:
		procfile_import(&im, text);
		break;
	case 3:
		timer_import(&im, text);
		break;
	case 4:
		socket_import(&im, text);
		break;
	}
	import_missing(&im);
	free(text);
	check(top);
	return 0;
}
