/* envfile.c - cuts the value of a variable out of the text of a file. */

#include <string.h>

#include "lib/envfile.h"

size_t
envfile_value(char *s, size_t len, int how, char nul)
{
	char *end;

	if (how & ENVFILE_FULL) {
		if (!(how & ENVFILE_BLANKS) && len && s[len - 1] == '\n')
			len--;
	} else {
		end = memchr(s, '\n', len);
		if (end)
			len = (size_t)(end - s);
		while (!(how & ENVFILE_BLANKS) && len &&
			(s[len - 1] == ' ' || s[len - 1] == '\t'))
			len--;
	}
	for (size_t i = 0; i < len; i++)
		if (!s[i])
			s[i] = nul;
	s[len] = 0;
	return len;
}
