/* suggest.c - see suggest.h.  The distance counts characters to insert,
 * remove, replace, or swap with their neighbour. */

#include <stddef.h>
#include <string.h>

#include "lib/suggest.h"

enum { NEAR_MAX = 64 };

struct suggest
suggest_init(const char *name)
{
	struct suggest n = { name, 0, 0 };
	size_t len = strlen(name);

	n.distance = len < 3 ? 1 : len < 6 ? 2 : (unsigned)len / 3 + 1;
	return n; /* the first that is nearer than this wins */
}

static unsigned
min(unsigned a, unsigned b)
{
	return a < b ? a : b;
}

static unsigned
distance(const char *a, const char *b)
{
	unsigned row[3][NEAR_MAX + 1];
	size_t n = strlen(a), m = strlen(b);

	if (n > NEAR_MAX || m > NEAR_MAX)
		return strcmp(a, b) ? NEAR_MAX : 0;
	for (size_t j = 0; j <= m; j++)
		row[0][j] = (unsigned)j;
	for (size_t i = 1; i <= n; i++) {
		unsigned *now = row[i % 3], *last = row[(i + 2) % 3],
			 *before = row[(i + 1) % 3];

		now[0] = (unsigned)i;
		for (size_t j = 1; j <= m; j++) {
			now[j] = min(min(last[j], now[j - 1]) + 1,
				last[j - 1] + (a[i - 1] != b[j - 1]));
			if (i > 1 && j > 1 && a[i - 1] == b[j - 2] &&
				a[i - 2] == b[j - 1])
				now[j] = min(now[j], before[j - 2] + 1);
		}
	}
	return row[n % 3][m];
}

void
suggest_try(struct suggest *n, const char *candidate)
{
	unsigned d = distance(n->name, candidate);

	if (d < n->distance) {
		n->distance = d;
		n->best = candidate;
	}
}
