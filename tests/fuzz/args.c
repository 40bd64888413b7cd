/* args.c - fuzz numbers and short lists that come by options, files and the
 * environment: what is taken is said again by its own name and taken the
 * same. */

#include <limits.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "init/delay.h"
#include "lib/caps.h"
#include "lib/num.h"
#include "tools/chain/account.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

static void
numbers(const char *text)
{
	char again[32];
	unsigned u = 0;
	uint64_t v = 0, ms, bytes;
	int is_small = num_uint(text, &u);

	if (num_u64(text, &v)) {
		snprintf(again, sizeof again, "%llu", (unsigned long long)v);
		if (strcmp(text + strspn(text, "0"),
			    again + strspn(again, "0")) ||
			(is_small ? v != u : v <= UINT_MAX))
			abort();
	} else if (is_small) {
		abort();
	}
	num_size(text, &bytes);
	num_duration(text, 1, &ms);
	num_duration(text, 1000, &ms);
}

static void
signals(const char *text)
{
	int sig = num_signal(text);
	const char *name = num_signame(sig);

	/* Some have no name but their number. */
	if (sig < 0 ||
		(sig && num_signal(name) != sig && num_signal(name + 3) != sig))
		abort();
}

static void
delays(const char *text, unsigned second)
{
	uint64_t ms = 0, mark = UINT64_MAX, next;

	if (!delay_parse(text, second % 86400, &ms))
		return;
	if (!*delay_text(ms))
		abort();
	for (int i = 0; i < 64 && ms; i++) {
		delay_announce(ms, &mark, &next);
		if (next > ms)
			abort();
		ms = next == ms ? ms - 1 : next;
	}
}

static void
groups(const char *text)
{
	static struct account a, b;
	static char again[ACCOUNT_GROUPS * 12];

	if (!account_groups(&a, text))
		return;
	if (account_groups_text(&a, again, sizeof again) < 0 ||
		!account_groups(&b, again) || a.ngroups != b.ngroups ||
		memcmp(a.groups, b.groups, a.ngroups * sizeof *a.groups))
		abort();
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	char text[512];
	unsigned second;

	if (len < 2 || len - 2 >= sizeof text)
		return 0;
	second = (unsigned)(data[0] << 8 | data[1]) * 2;
	memcpy(text, data + 2, len - 2);
	text[len - 2] = 0;
	numbers(text);
	signals(text);
	delays(text, second);
	groups(text);
	return 0;
}
