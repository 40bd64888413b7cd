/* match.c - fuzz the shortcuts of regular expressions: whatever the library
 * says of a line, match_test says as well. */

#include <regex.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "log/match.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	char *text = malloc(len + 1), *line;
	struct match m;
	regex_t re;
	int r, repeats = 0;

	if (!text)
		abort();
	memcpy(text, data, len);
	text[len] = 0;
	line = strchr(text, '\n');
	/* Many repetitions make regcomp take gigabytes, or minutes; that is
	 * the library's affair. */
	for (char *p = text; line && (p = strpbrk(p, "*+?")) && p < line; p++)
		repeats++;
	if (!line || line - text > 24 || strchr(text, '{') || repeats > 3 ||
		strlen(line) > 200) {
		free(text);
		return 0;
	}
	*line++ = 0;
	r = regcomp(&re, text, REG_EXTENDED | REG_NOSUB);
	if (match_compile(&m, text) == 0) {
		int got = match_test(&m, line, strlen(line));

		/* It has no need of the library for those that match all. */
		if (m.kind != MATCH_ALL &&
			(r || got != !regexec(&re, line, 0, 0, 0)))
			abort();
		if (m.kind == MATCH_ALL && !got)
			abort();
		match_free(&m);
	} else if (!r) {
		abort();
	}
	if (!r)
		regfree(&re);
	free(text);
	return 0;
}
