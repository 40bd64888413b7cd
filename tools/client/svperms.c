/* svperms.c - print or set who may see, control and listen to services.
 * See reeve-svperms(1). */

#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <grp.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/msg.h"
#include "lib/num.h"
#include "lib/opt.h"
#include "lib/path.h"
#include "supervise/control.h"
#include "supervise/event.h"

static const struct opt opts[] = {
	{ 'v', "verbose", 0, "print the rights, also when they are set" },
	{ 'u', "owner", 0, "only the owner may see the status and control" },
	{ 'g', "group-reads", "GROUP", "this group may see the status" },
	{ 'G', "group-controls", "GROUP",
		"this group may see the status and control" },
	{ 'o', "others-read", 0, "everybody may see the status" },
	{ 'O', "others-read-group-controls", "GROUP",
		"everybody may see the status, this group\n"
		"may control" },
	{ 'e', "public-events", 0, "everybody may listen to events" },
	{ 'E', "group-events", "GROUP", "this group may listen to events" },
	{ 0, 0, 0, 0 }
};
static const struct usage usage = {
	"[-v] [-u | -g GROUP | -G GROUP | -o | -O GROUP] [-e | -E GROUP] "
	"servicedir...",
	"Set who may see the status of services, control them and listen to\n"
	"their events; without options, print it.  A group is a name, or a\n"
	"number after a colon.",
	opts,
	"Exit status: 0 done; 1 something could not be read or set; 100\n"
	"misuse; 111 system error."
};

struct wish {
	int status; /* mode of supervise/, or 0: leave it */
	int control; /* mode of supervise/control */
	gid_t gid;
	int events; /* mode of event/, or 0 */
	gid_t events_gid;
};

static gid_t
group_of(const char *s)
{
	struct group *gr;
	unsigned gid;

	if (*s == ':' && num_uint(s + 1, &gid) && gid != UINT_MAX)
		return (gid_t)gid;
	errno = 0;
	gr = getgrnam(s);
	if (!gr)
		die(EX_MISUSE, "there is no group '%s'", s);
	return gr->gr_gid;
}

static void
take(struct wish *w, int c, const char *arg)
{
	switch (c) {
	case 'u':
		w->status = 0700, w->control = 0600, w->gid = getegid();
		break;
	case 'g':
		w->status = 0710, w->control = 0600, w->gid = group_of(arg);
		break;
	case 'G':
		w->status = 0710, w->control = 0620, w->gid = group_of(arg);
		break;
	case 'o':
		w->status = 0711, w->control = 0600, w->gid = getegid();
		break;
	case 'O':
		w->status = 0711, w->control = 0620, w->gid = group_of(arg);
		break;
	case 'e':
		w->events = 01733, w->events_gid = getegid();
		break;
	case 'E':
		w->events = 03730, w->events_gid = group_of(arg);
		break;
	}
}

/* Open what lies in a directory that may be another's, who can put a link to
 * anything there at any time: one is followed only where none but us and root
 * can make it. */
static int
open_part(int dir, const char *name, int flags)
{
	struct stat st;

	if (fstat(dir, &st) < 0)
		return -1;
	if ((st.st_uid && st.st_uid != geteuid()) || (st.st_mode & 022))
		flags |= O_NOFOLLOW;
	return openat(dir, name, flags | O_RDONLY | O_NONBLOCK | O_CLOEXEC);
}

/* chown takes bits away, so the mode is last.  Closes fd. */
static int
set(int fd, int fifo, gid_t gid, int mode)
{
	struct stat st;
	int e, r = -1;

	if (fd < 0 || fstat(fd, &st) < 0)
		return -1;
	if (fifo && !S_ISFIFO(st.st_mode))
		errno = EINVAL;
	else if (fchown(fd, (uid_t)-1, gid) == 0)
		r = fchmod(fd, (mode_t)mode);
	e = errno;
	close(fd);
	errno = e;
	return r;
}

/* The rights of a directory and, with control, of the fifo in it. */
static int
set_dir(int dir, const char *name, gid_t gid, int mode, int control)
{
	int fd = open_part(dir, name, O_DIRECTORY), r = 0, e;

	if (control && fd >= 0) {
		r = set(open_part(fd, path_base(CONTROL_FILE), 0), 1, gid,
			control);
		e = errno;
		if (set(fd, 0, gid, mode) < 0)
			return -1;
		errno = e;
		return r;
	}
	return set(fd, 0, gid, mode);
}

static int
change(const char *path, const struct wish *w)
{
	int dir, code = 0;

	if (!w->status && !w->events)
		return 0;
	dir = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (w->status &&
		(dir < 0 ||
			set_dir(dir, "supervise", w->gid, w->status,
				w->control) < 0)) {
		warn_sys("unable to set the rights of %s/supervise and of "
			 "its control",
			path);
		code = EX_NO;
	}
	if (w->events &&
		(dir < 0 ||
			set_dir(dir, EVENT_DIR, w->events_gid, w->events, 0) <
				0)) {
		warn_sys("unable to set the rights of %s/%s", path, EVENT_DIR);
		code = EX_NO;
	}
	if (dir >= 0)
		close(dir);
	return code;
}

static void
print(const char *dir, const char *what, const char *who, gid_t gid)
{
	struct group *gr;

	printf("%s %s: %s", dir, what, who);
	if (!strcmp(who, "group")) {
		gr = getgrgid(gid);
		if (gr)
			printf(" %s", gr->gr_name);
		else
			printf(" :%u", (unsigned)gid);
	}
	putchar('\n');
}

/* One line: the word of the row whose mode the file has. */
static int
show(const char *dir, const char *name, const char *what, const int *modes,
	const char *const *words)
{
	char path[PATH_LEN];
	struct stat st;

	if (path_join(path, sizeof path, dir, name) < 0 ||
		stat(path, &st) < 0) {
		warn_sys("unable to look at %s/%s", dir, name);
		return EX_NO;
	}
	for (int i = 0; words[i]; i++)
		if ((int)(st.st_mode & 07777) == modes[i]) {
			print(dir, what, words[i], st.st_gid);
			return 0;
		}
	warn("%s/%s has rights that mean nothing: %o", dir, name,
		(unsigned)st.st_mode & 07777);
	return EX_NO;
}

static int
show_all(const char *dir)
{
	static const int status[] = { 0700, 0710, 0711 },
			 control[] = { 0600, 0620 },
			 events[] = { 03730, 01733 };
	int code;

	code = show(dir, "supervise", "status", status,
		(const char *const[]){ "owner", "group", "public", 0 });
	code |= show(dir, CONTROL_FILE, "control", control,
		(const char *const[]){ "owner", "group", 0 });
	code |= show(dir, EVENT_DIR, "events", events,
		(const char *const[]){ "group", "public", 0 });
	return code;
}

int
main(int argc, char **argv)
{
	struct wish w = { .status = 0 };
	int c, verbose = 0, code = 0;

	prog_init(argv[0]);
	while ((c = opt_next(&usage, argc, argv)) != -1) {
		if (c == 'v')
			verbose = 1;
		else
			take(&w, c, optarg);
	}
	argv += optind;
	if (!*argv)
		opt_usage(&usage);
	for (; *argv; argv++) {
		code |= change(*argv, &w);
		if (verbose || (!w.status && !w.events))
			code |= show_all(*argv);
	}
	if (fflush(stdout))
		die_sys(EX_SYSTEM, "unable to write to stdout");
	return code;
}
