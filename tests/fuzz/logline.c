/* fuzz/logline.c - any bytes as a stamped line, as one of JSON, an archive's
 * name and a time that a person wrote. */

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "log/logdir.h"
#include "log/when.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *copy = malloc(size + 1), name[LOGDIR_NAME], kind, *text;
	const char *suffix;
	size_t skip, tlen;
	tain t, now = { .sec = { 4611686020127387904ULL }, .nano = 0 };

	if (!copy)
		return 0;
	memcpy(copy, data, size);
	if (logdir_line_stamp((const char *)data, size, &t, &skip) &&
		(skip > size || t.nano > 999999999))
		abort();
	copy[size] = 0;
	if (logdir_parse(copy, &t, &kind, &suffix)) {
		logdir_name(name, &t, kind, suffix);
		/* Only impossible nanoseconds may differ. */
		if (strlen(name) != strlen(copy))
			abort();
	}
	when_parse(copy, &now, 1, &t);
	if (logdir_json_text(copy, size, &text, &tlen) &&
		(text < copy || tlen > size || text + tlen > copy + size))
		abort();
	free(copy);
	return 0;
}
