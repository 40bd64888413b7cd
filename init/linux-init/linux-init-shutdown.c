/* linux-init-shutdown.c - ask for a shutdown, now or later.
 * See reeve-linux-init-shutdown(8). */

#include <getopt.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "init/linux-init/linuxinit.h"
#include "lib/msg.h"
#include "lib/num.h"
#include "lib/opt.h"

static const struct opt opts[] = {
	{ 'h', "halt", 0, "halt (with -P: power off)" },
	{ 'H', "halt-only", 0, "with -h: halt" },
	{ 'P', "power", 0, "with -h: power off" },
	{ 'p', "poweroff", 0, "power off" },
	{ 'r', "reboot", 0, "reboot" },
	{ 'k', "warn", 0, "only warn: here only a message of our own" },
	{ 'a', "allow", 0, "ignored: whoever may write to the fifo may" },
	{ 't', "grace", "S", "seconds from SIGTERM to SIGKILL" },
	{ 'i', "ask", 0, "ignored" },
	{ 'f', "fast", 0, "ignored" },
	{ 'F', "fsck", 0, "ignored" },
	{ 'c', "cancel", 0, "cancel a shutdown that was asked for" },
	{ 0, 0, 0, 0 }
};
static const struct usage usage = {
	"[ -h [ -H | -P ] | -p | -r | -k ] [ -a ] [ -t sec ] [ -i ] "
	"[ -f | -F ] time [ message ]  or  -c [ message ]",
	"Ask for a shutdown at a time: now, +MINUTES, MINUTES or hh:mm.",
	opts, "Exit status: 0 asked, 100 misuse, 111 nobody to ask."
};

static uint64_t
delay(const char *s)
{
	unsigned h, m;
	char *colon;
	char buf[16];

	if (!strcmp(s, "now"))
		return 0;
	if (num_uint(*s == '+' ? s + 1 : s, &m) && m < 1 << 20)
		return (uint64_t)m * 60000;
	snprintf(buf, sizeof buf, "%s", s);
	colon = strchr(buf, ':');
	if (colon && strlen(colon) == 3) {
		*colon = 0;
		if (num_uint(buf, &h) && num_uint(colon + 1, &m) && h < 24
			&& m < 60) {
			time_t now = time(0), at;
			struct tm tm = *localtime(&now);

			tm.tm_hour = (int)h;
			tm.tm_min = (int)m;
			tm.tm_sec = 0;
			tm.tm_isdst = -1;
			at = mktime(&tm);
			if (at <= now) {
				tm.tm_mday++;
				at = mktime(&tm);
			}
			return (uint64_t)(at - now) * 1000;
		}
	}
	die(EX_MISUSE, "time must be now, +MINUTES, MINUTES or hh:mm, not '%s'",
		s);
}

int
main(int argc, char **argv)
{
	struct li_request q = { 0 };
	int c, power = 0, only_warn = 0;

	prog_init(argv[0]);
	while ((c = opt_next(&usage, argc, argv)) != -1)
		switch (c) {
		case 'h': case 'p': case 'r': q.how = (char)c; break;
		case 'H': power = 0; break;
		case 'P': power = 1; break;
		case 'k': only_warn = 1; break;
		case 't': q.grace_ms = 1000 * opt_uint("-t", optarg, 0,
				LI_GRACE_MAX / 1000);
			break;
		case 'c': q.cancel = 1; break;
		}
	argv += optind;
	if (!q.cancel) {
		if (!*argv)
			opt_usage(&usage);
		q.delay_ms = delay(*argv++);
		if (only_warn) {
			info("%s", *argv ? *argv : "the system is going down");
			return 0;
		}
		if (!q.how)
			die(EX_MISUSE, "one of -h, -p and -r must be given");
		if (q.how == 'h' && power)
			q.how = 'p';
	}
	if (li_request_send(&q) < 0)
		die_sys(EX_SYSTEM, "unable to ask shutdownd by %s", LI_FIFO);
	return 0;
}
