/* import.c - definitions from what other supervisors have.  See
 * reeve-import(1).  One reader for each format; what it cannot express is
 * said, line by line, so that nothing is lost without a word. */

#include <fcntl.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "lib/file.h"
#include "lib/opt.h"
#include "lib/path.h"
#include "rc/places.h"
#include "tools/import/import.h"

static const struct opt opts[] = {
	{ 's', "source", "DIR",
		"write into this source directory (default: "
		"the first\none of the place, /etc/reeve/sv for root)" },
	{ 'd', "default", 0, "put what is imported into the bundle default" },
	{ 0 }
};
static const struct usage usage = { "[-s dir] [-d] file|directory...",
	"Make definitions from systemd units (*.service; *.timer and *.socket "
	"together with\nthe service beside them), supervisord configurations "
	"(*.conf, *.ini), a Procfile,\ndirectories of runit, daemontools and "
	"s6, and sources of s6-rc.",
	opts,
	"Each thing that is not carried over is printed with its line.\n"
	"Exit status: 0 imported, 1 imported but not all of it, 100 misuse, "
	"111 system error." };

static int
ends_in(const char *s, const char *end)
{
	size_t n = strlen(s), k = strlen(end);

	return n > k && !strcmp(s + n - k, end);
}

static void
import_one(struct import *im, const char *file)
{
	struct stat st;
	char *data;

	im->file = file;
	im->line = 0;
	if (stat(file, &st) < 0)
		die_sys(EX_SYSTEM, "unable to read %s", file);
	if (S_ISDIR(st.st_mode)) {
		directory_import(im, file);
		return;
	}
	if (file_slurp(AT_FDCWD, file, &data, FILE_LIMIT) < 0)
		die_sys(EX_SYSTEM, "unable to read %s", file);
	if (ends_in(file, ".service"))
		systemd_import(im, data, &(struct unit_from){ 0 });
	else if (ends_in(file, ".timer"))
		timer_import(im, data);
	else if (ends_in(file, ".socket"))
		socket_import(im, data);
	else if (ends_in(file, ".conf") || ends_in(file, ".ini"))
		supervisord_import(im, data);
	else if (!strncmp(path_base(file), "Procfile", 8))
		procfile_import(im, data);
	else
		die(EX_MISUSE,
			"unknown kind of file %s, expected *.service, "
			"*.timer, *.socket, *.conf, *.ini, Procfile or a "
			"directory",
			file);
	free(data);
}

/* A service whose timer or socket is given as well is read with that. */
static int
comes_with(char *const *files, const char *file)
{
	size_t n = strlen(file) - strlen(".service");

	for (; ends_in(file, ".service") && *files; files++)
		if (!strncmp(*files, file, n) &&
			(!strcmp(*files + n, ".timer") ||
				!strcmp(*files + n, ".socket")))
			return 1;
	return 0;
}

int
main(int argc, char **argv)
{
	static struct places places;
	struct import im = { .source = 0 };
	char err[512], bundle[PATH_LEN];
	int o;

	prog_init(argv[0]);
	while ((o = opt_next(&usage, argc, argv)) != -1) {
		if (o == 's')
			im.source = optarg;
		im.in_default |= o == 'd';
	}
	if (optind == argc)
		opt_usage(&usage);
	if (!im.source) {
		if (places_default(&places, err, sizeof err) < 0)
			die(EX_SYSTEM, "%s", err);
		im.source = places.sources[0];
	}
	for (int i = optind; i < argc; i++)
		if (!comes_with(argv + optind, argv[i]))
			import_one(&im, argv[i]);
	import_missing(&im);
	printf("%u made, %u not carried over; reeve-check %s\n", im.made,
		im.left, im.source);
	if (im.made && !im.in_default &&
		path_join(bundle, sizeof bundle, im.source, "default") == 0 &&
		!file_exists(AT_FDCWD, bundle))
		puts("There is no bundle default, so reeve up starts all of "
		     "them (--default makes it)");
	if (fflush(stdout))
		die_sys(EX_SYSTEM, "unable to write");
	return im.left ? EX_NO : EX_OK;
}
