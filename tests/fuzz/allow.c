/* allow.c - fuzz /etc/shutdown.allow: every user is one word of it. */

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "init/people.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	char *text = malloc(len + 1), *rest = text, *user, *last = text;

	if (!text)
		abort();
	memcpy(text, data, len);
	text[len] = 0;
	while ((user = people_user(&rest))) {
		if (user < last || rest > text + len || !*user ||
			*user == '#' || user[strcspn(user, " \t\r\n")])
			abort();
		last = user + strlen(user);
	}
	free(text);
	return 0;
}
