/* fuzz/logscript.c - any words as a logging script, and lines against what
 * it selects. */

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "log/script.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *copy = malloc(size + 1), err[256], line[] = "a line of text";
	const char *words[64];
	unsigned n = 0;
	struct script s;

	if (!copy)
		return 0;
	memcpy(copy, data, size);
	copy[size] = 0;
	/* Long repetitions make regcomp take gigabytes; that is the
	 * library's affair.  All other words may be as long as they like. */
	for (char *p = strtok(copy, "\n"); p && n < 64; p = strtok(0, "\n"))
		if ((*p != '+' && *p != '-') ||
			(!strchr(p, '{') && strlen(p) < 24))
			words[n++] = p;
	if (script_parse(&s, words, n, err, sizeof err) == 0) {
		for (unsigned i = 0; i < s.nselects; i++)
			match_test(&s.selects[i].match, line, strlen(line));
		for (unsigned i = 0; i < s.nrules; i++)
			if (s.rules[i].first_action + s.rules[i].nactions >
					s.nactions ||
				s.rules[i].first_select + s.rules[i].nselects >
					s.nselects)
				abort();
		script_free(&s);
	}
	free(copy);
	return 0;
}
