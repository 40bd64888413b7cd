/* people.c - see people.h.
 *
 * Who is logged in is told by the owners of the terminals, not by utmp: musl
 * has none.  What is kept goes to wtmp in the layout of the C library, as
 * last(1) of the same library reads it. */

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/utsname.h>
#include <unistd.h>
#include <utmpx.h>

#include "init/delay.h"
#include "init/ending.h"
#include "init/people.h"
#include "init/wall.h"
#include "lib/file.h"
#include "lib/msg.h"
#include "lib/path.h"

#define WTMP "/var/log/wtmp"

/* --- who may */

/* Does uid own a terminal of this directory whose name begins so? */
static int
owns_terminal(uid_t uid, const char *dir, const char *prefix)
{
	struct dirent *e;
	DIR *d = opendir(dir);
	struct stat st;
	int found = 0;

	if (!d)
		return 0;
	while (!found && (e = readdir(d)))
		found = *e->d_name != '.' &&
			!strncmp(e->d_name, prefix, strlen(prefix)) &&
			fstatat(dirfd(d), e->d_name, &st, 0) == 0 &&
			S_ISCHR(st.st_mode) && st.st_uid == uid;
	closedir(d);
	return found;
}

char *
people_user(char **text)
{
	char *user;

	while (**text) {
		user = *text + strspn(*text, " \t\n");
		*text = user + strcspn(user, "\n");
		if (**text)
			*(*text)++ = 0;
		user[strcspn(user, " \t\r")] = 0;
		if (*user && *user != '#')
			return user;
	}
	return 0;
}

int
people_allow(void)
{
	char *text, *rest, *user;
	struct passwd *pw;

	if (file_slurp(AT_FDCWD, PEOPLE_ALLOW, &text, 65536) < 0) {
		if (errno == ENOENT)
			return 1;
		die_sys(EX_SYSTEM, "unable to read %s", PEOPLE_ALLOW);
	}
	for (rest = text; (user = people_user(&rest));) {
		if (!(pw = getpwnam(user)))
			continue;
		if (owns_terminal(pw->pw_uid, "/dev/pts", "") ||
			owns_terminal(pw->pw_uid, "/dev", "tty"))
			return 1;
	}
	return 0;
}

void
people_ask_host(void)
{
	char host[256] = "", line[256];

	if (!isatty(0))
		die(EX_MISUSE, "-i needs a terminal to ask on");
	gethostname(host, sizeof host - 1);
	printf("Name of the machine to end: ");
	fflush(stdout);
	if (!fgets(line, sizeof line, stdin))
		*line = 0;
	line[strcspn(line, "\n")] = 0;
	if (strcmp(line, host))
		die(EX_NO, "this machine is %s: nothing was done", host);
}

/* --- who is told */

static void
tell(const char *what, char *const *message)
{
	char text[768];
	size_t n = (size_t)snprintf(text, sizeof text, "%s", what);

	for (; *message && n < sizeof text; message++)
		n += (size_t)snprintf(
			text + n, sizeof text - n, " %s", *message);
	wall_tell(text);
}

void
people_tell_end(enum machine_end how, uint64_t delay_ms, char *const *message)
{
	char text[256];

	snprintf(text, sizeof text, "The machine goes down for %s %s.",
		ending_name(how), delay_text(delay_ms));
	tell(text, message);
}

void
people_tell_cancelled(char *const *message)
{
	tell("The shutdown has been cancelled.", message);
}

/* --- what is kept */

/* A field of these need not end with a NUL. */
#define FILL(field, text) strncpy((field), (text), sizeof(field) - 1)

static void
stamp(struct utmpx *u)
{
	struct timeval now;

	gettimeofday(&now, 0);
	/* Its type is narrower than a timeval on some systems. */
	u->ut_tv.tv_sec = (__typeof__(u->ut_tv.tv_sec))now.tv_sec;
	u->ut_tv.tv_usec = (__typeof__(u->ut_tv.tv_usec))now.tv_usec;
}

#ifdef RUN_LVL
static int
append(const struct utmpx *u)
{
	int fd = open(WTMP, O_WRONLY | O_APPEND | O_NOCTTY | O_CLOEXEC);
	ssize_t w;

	if (fd < 0)
		return errno == ENOENT ? 0 : -1;
	w = write(fd, u, sizeof *u);
	close(fd);
	return w == (ssize_t)sizeof *u ? 0 : -1;
}
#endif

int
people_record_end(enum machine_end how)
{
	struct utmpx u;

	memset(&u, 0, sizeof u);
	stamp(&u);
#if defined(RUN_LVL)
	{
		struct utsname name;

		u.ut_type = RUN_LVL;
		/* The next runlevel is that of sysvinit, as last shows it. */
		u.ut_pid = how == END_REBOOT || how == END_KEXEC ? '6' : '0';
		FILL(u.ut_user, "shutdown");
		FILL(u.ut_line, "~");
		memcpy(u.ut_id, "~~", 2);
		if (uname(&name) == 0)
			FILL(u.ut_host, name.release);
	}
	return append(&u);
#elif defined(SHUTDOWN_TIME)
	(void)how;
	u.ut_type = SHUTDOWN_TIME;
	return pututxline(&u) ? 0 : -1;
#else
	(void)how;
	errno = ENOSYS;
	return -1;
#endif
}

int
people_record_logout(pid_t pid)
{
	struct utmpx u, *e;
	int r = 0;

	setutxent();
	while ((e = getutxent()))
		if (e->ut_type == USER_PROCESS && e->ut_pid == pid)
			break;
	if (e) {
		u = *e;
		u.ut_type = DEAD_PROCESS;
		memset(u.ut_user, 0, sizeof u.ut_user);
		memset(u.ut_host, 0, sizeof u.ut_host);
		stamp(&u);
		setutxent();
		r = pututxline(&u) ? 1 : -1;
#ifdef RUN_LVL
		if (r > 0 && append(&u) < 0)
			r = -1;
#endif
	}
	endutxent();
	return r;
}
