/* fuzz/logstream.c - any bytes as the files of a log directory: the stream
 * gives every line of them, in order, forwards and after a seek. */

#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "log/stream.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { FILES = 4 };
static const char *const names[FILES] = { "@400000006950000000000001.s",
	"@400000006950000000000002.u", "previous", "current" };
static char dir[64];
static int at;

static void
remove_dir(void)
{
	for (int i = 0; i < FILES; i++)
		unlinkat(at, names[i], 0);
	rmdir(dir);
}

static void
make_dir(void)
{
	snprintf(dir, sizeof dir, "%s/logstream.XXXXXX",
		access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp");
	if (!mkdtemp(dir))
		abort();
	at = open(dir, O_RDONLY | O_DIRECTORY);
	atexit(remove_dir);
}

/* The lines from a segment on; what they are is in want. */
static void
check(struct stream *s, size_t segment, const uint8_t *want, size_t n)
{
	char *line;
	size_t len;
	int r;

	stream_seek(s, segment);
	while ((r = stream_line(s, &line, &len)) > 0) {
		if (len > n || memcmp(line, want, len))
			abort();
		want += len;
		n -= len;
		if (n && *want != '\n')
			abort();
		if (n) {
			want++;
			n--;
		}
	}
	if (r || n)
		abort();
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	uint8_t *want = malloc(size + FILES);
	size_t n = 0, pos = 0, from[FILES + 1];
	struct stream s;

	if (!*dir)
		make_dir();
	if (!want)
		return 0;
	/* 0xff divides the files.  What a compressed one begins with is left
	 * to the decompressors. */
	for (int i = 0; i < FILES; i++) {
		const uint8_t *p = data + pos,
			      *end = i == FILES - 1
			? 0
			: memchr(p, 0xff, size - pos);
		size_t len = end ? (size_t)(end - p) : size - pos;
		int fd = openat(
			at, names[i], O_WRONLY | O_CREAT | O_TRUNC, 0600);

		pos += len + (end != 0);
		if (len &&
			memchr("\x1f\x28\xfd"
			       "B\x04",
				p[0], 5))
			len = 0;
		from[i] = n;
		if (fd < 0 || write(fd, p, len) != (ssize_t)len)
			abort();
		close(fd);
		memcpy(want + n, p, len);
		n += len;
		/* A last line without a newline is one as well. */
		if (len && p[len - 1] != '\n')
			want[n++] = '\n';
	}
	from[FILES] = n;
	if (stream_open(&s, dir, 0) < 0 || s.nseg != FILES)
		abort();
	check(&s, 0, want, n);
	for (size_t i = FILES; i--;)
		check(&s, i, want + from[i], n - from[i]);
	stream_close(&s);
	free(want);
	return 0;
}
