/* envdir.c - set the environment from the files of a directory.
 * See reeve-envdir(1). */

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/chain.h"
#include "lib/envfile.h"
#include "lib/file.h"
#include "lib/msg.h"
#include "lib/opt.h"

enum { SHORT_LIMIT = 4095, LONG_LIMIT = 1 << 26 };

static const struct opt opts[] = { { 'I', "ignore-missing", 0,
					   "go on if dir does not exist" },
	{ 'i', "insist", 0, "dir must exist (default)" },
	{ 'f', "full", 0,
		"a value is the whole file but its last newline, not\n"
		"just the first line" },
	{ 'n', "no-chomp", 0,
		"keep blanks at the end of the first line; with\n"
		"-f, keep the last newline" },
	{ 'L', "long", 0,
		"values may be longer than 4095 bytes, where they\n"
		"are cut otherwise" },
	{ 'c', "null-char", "CHAR",
		"what a NUL byte becomes (default: newline)" },
	{ 0, 0, 0, 0 } };
static const struct usage usage = {
	"[-I | -i] [-f] [-n] [-L] [-c CHAR] dir prog...",
	"For each file in dir set the variable of its name to its first line,\n"
	"or unset it if the file is empty; then execute prog.",
	opts,
	"Exit status: 100 misuse; 111 system error; 126 and 127 prog cannot be\n"
	"executed, or was not found."
};

struct how {
	int flags; /* of envfile_value */
	size_t limit;
	char null_char;
};

/* Up to limit bytes of a file, in malloced memory with a byte to spare. */
static ssize_t
read_file(int at, const char *name, char **data, size_t limit)
{
	ssize_t n;

	if (limit > SHORT_LIMIT)
		return file_slurp(at, name, data, limit);
	*data = malloc(limit + 1);
	if (!*data)
		return -1;
	n = file_read(at, name, *data, limit);
	if (n < 0)
		free(*data);
	return n;
}

static int
one_file(int at, const char *name, const struct how *h)
{
	char *data;
	ssize_t n = read_file(at, name, &data, h->limit);
	int r;

	if (n < 0)
		return -1;
	if (n) {
		envfile_value(data, (size_t)n, h->flags, h->null_char);
		r = setenv(name, data, 1);
	} else {
		r = unsetenv(name);
	}
	free(data);
	return r;
}

int
main(int argc, char **argv)
{
	struct how h = { .limit = SHORT_LIMIT, .null_char = '\n' };
	int c, fd, insist = 1;
	struct dirent *d;
	DIR *dir = 0;

	prog_init(argv[0]);
	while ((c = opt_next(&usage, argc, argv)) != -1)
		switch (c) {
		case 'I':
			insist = 0;
			break;
		case 'i':
			insist = 1;
			break;
		case 'f':
			h.flags |= ENVFILE_FULL;
			break;
		case 'n':
			h.flags |= ENVFILE_BLANKS;
			break;
		case 'L':
			h.limit = LONG_LIMIT;
			break;
		case 'c':
			h.null_char = *optarg;
			break;
		}
	argv += optind;
	if (!argv[0] || !argv[1])
		opt_usage(&usage);
	fd = open(argv[0], O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0 && errno == ENOENT && !insist)
		chain_exec(argv + 1);
	if (fd >= 0)
		dir = fdopendir(fd);
	if (!dir)
		die_sys(EX_SYSTEM, "unable to open %s", argv[0]);
	while ((d = readdir(dir)))
		/* Names that cannot be variables are no variables. */
		if (*d->d_name != '.' && !strchr(d->d_name, '=') &&
			one_file(fd, d->d_name, &h) < 0)
			die_sys(EX_SYSTEM,
				"unable to take %s/%s into the "
				"environment",
				argv[0], d->d_name);
	closedir(dir);
	chain_exec(argv + 1);
}
