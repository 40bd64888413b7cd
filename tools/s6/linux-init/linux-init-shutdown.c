/* linux-init-shutdown.c - ask for a shutdown, now or later.
 * See s6-linux-init-shutdown(8). */

#include <getopt.h>
#include <string.h>
#include <time.h>

#include "init/delay.h"
#include "tools/s6/linux-init/linuxinit.h"
#include "init/people.h"
#include "lib/msg.h"
#include "lib/num.h"
#include "lib/opt.h"

static const struct opt opts[] = { { 'h', "halt", 0,
					   "halt (with -P: power off)" },
	{ 'H', "halt-only", 0, "with -h: halt" },
	{ 'P', "power", 0, "with -h: power off" },
	{ 'p', "poweroff", 0, "power off" }, { 'r', "reboot", 0, "reboot" },
	{ 'k', "warn", 0, "only tell everybody, do nothing" },
	{ 'a', "allow", 0,
		"only if a user named in " PEOPLE_ALLOW "\n"
		"is logged in, or there is no such file" },
	{ 't', "grace", "S", "seconds from SIGTERM to SIGKILL" },
	{ 'i', "ask", 0, "ask for the name of the machine first" },
	{ 'f', "fast", 0, "ignored" }, { 'F', "fsck", 0, "ignored" },
	{ 'c', "cancel", 0, "cancel a shutdown that was asked for" },
	{ 0, 0, 0, 0 } };
static const struct usage usage = {
	"[ -h [ -H | -P ] | -p | -r | -k ] [ -a ] [ -t sec ] [ -i ] "
	"[ -f | -F ] time [ message ]  or  -c [ message ]",
	"Ask for a shutdown at a time (now, +MINUTES, MINUTES or hh:mm) and tell\n"
	"everybody.",
	opts,
	"Exit status: 0 asked; 1 not allowed (-a) or not this machine (-i);\n"
	"100 misuse; 111 nobody to ask."
};

static struct {
	int power, only_warn, allow, ask_host;
} o;

static uint64_t
delay(const char *s)
{
	time_t now = time(0);
	struct tm *t = localtime(&now);
	uint64_t ms;

	/* s6's has no other units than minutes. */
	if ((s[strspn(s, "+:0123456789")] && strcmp(s, "now")) ||
		!delay_parse(s,
			t ? (unsigned)(t->tm_hour * 3600 + t->tm_min * 60 +
				    t->tm_sec)
			  : 0,
			&ms))
		die(EX_MISUSE,
			"time must be now, +MINUTES, MINUTES or hh:mm,"
			" not '%s'",
			s);
	return ms;
}

static void
options(struct li_request *q, int argc, char **argv)
{
	int c;

	while ((c = opt_next(&usage, argc, argv)) != -1)
		switch (c) {
		case 'h':
		case 'p':
		case 'r':
			q->how = (char)c;
			break;
		case 'H':
			o.power = 0;
			break;
		case 'P':
			o.power = 1;
			break;
		case 'k':
			o.only_warn = 1;
			break;
		case 'a':
			o.allow = 1;
			break;
		case 'i':
			o.ask_host = 1;
			break;
		case 't':
			q->grace_ms = 1000 *
				opt_uint("-t", optarg, 0, LI_GRACE_MAX / 1000);
			break;
		case 'c':
			q->cancel = 1;
			break;
		}
}

static void
send_request(const struct li_request *q)
{
	if (li_request_send(q) < 0)
		die_sys(EX_SYSTEM, "unable to ask shutdownd by %s", LI_FIFO);
}

int
main(int argc, char **argv)
{
	struct li_request q = { 0 };

	prog_init(argv[0]);
	options(&q, argc, argv);
	argv += optind;
	if (!q.cancel) {
		if (!*argv)
			opt_usage(&usage);
		q.delay_ms = delay(*argv++);
		if (!q.how && !o.only_warn)
			die(EX_MISUSE,
				"one of -h, -p, -r and -k must be"
				" given");
		if (q.how == 'h' && o.power)
			q.how = 'p';
	}
	if (o.allow && !people_allow())
		die(EX_NO, "nobody named in " PEOPLE_ALLOW " is logged in");
	if (o.ask_host)
		people_ask_host();
	if (q.cancel) {
		send_request(&q);
		people_tell_cancelled(argv);
		return 0;
	}
	/* Told before it is asked for: now is soon. */
	if (!li_in_container())
		people_tell_end(li_end(q.how), q.delay_ms, argv);
	if (o.only_warn)
		return 0;
	/* What is for later, shutdownd records when it begins. */
	if (!q.delay_ms)
		li_record(q.how);
	send_request(&q);
	return 0;
}
