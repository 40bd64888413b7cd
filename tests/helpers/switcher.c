/* switcher.c - random switches of a live set, compared with a model.
 * switcher SEED SECONDS [ROUNDS]: in an empty directory with the programs on
 * PATH; runs its own svscan.  Each round makes another random set (or asks
 * for something to go up or down), has it carried out whole or cut off, then
 * repeated, undone or followed by another, with daemons killed now and then,
 * and looks whether all is as the model says.  Prints what is wrong, at most
 * MAX_BAD lines, and "rounds R switches S cuts C bad B". */

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "lib/clock.h"
#include "lib/file.h"
#include "lib/path.h"
#include "rc/live.h"
#include "rc/pipe-ends.h"
#include "rc/scan.h"
#include "supervise/control.h"
#include "supervise/detail.h"
#include "supervise/start.h"
#include "supervise/status.h"

enum { NAMES = 18, MAX_BAD = 12, UIDS = 200000, SETS = 4 };
enum kind { ABSENT, LONGRUN, ONESHOT, BUNDLE };
enum change { RESTART, RELOAD, KEEP };
typedef uint32_t mask; /* of names */

struct svc {
	enum kind kind;
	int uid; /* who it is, whatever its name */
	int version;
	int notify, slow, talks;
	int finish; /* has a finish script */
	int bad; /* its up script fails */
	enum change change;
	int logger; /* name, or -1 */
	mask deps; /* atomic ones and bundles; members of one */
};
struct set {
	struct svc v[NAMES];
	int number; /* of its database */
};

static struct set cur; /* what is live and settled */
static mask up; /* what of it is up */
static mask touched; /* by name in cur: may have another pid */
static pid_t pids[NAMES]; /* of cur's longruns */
static enum { FRESH, RELOADED, OLD } stale[NAMES]; /* kept as it was */
static mask early; /* by name in cur: may have another pid from
				 * before it was kept or reloaded */
static struct set earlier[SETS];
static int nearlier, nextuid = 1, ndb;
static int faulty; /* a daemon was killed in this round */
static int undone; /* what is kept or reloaded may go on with what
				 * it was restarted with in the set undone */
static int expected; /* exit code of a switch */
static int tattered; /* an update was cut off while it prepared:
				 * links that lead nowhere are no harm */
static int shaken; /* that of the oneshots, while it worked */
static char here[PATH_LEN];
static long rounds, switches, cuts, bad;
static pid_t scanner;
static uint64_t rng;
static char story[16384]; /* of this round */

/* --- chance --- */

static uint32_t
rnd(uint32_t n)
{
	rng ^= rng << 13;
	rng ^= rng >> 7;
	rng ^= rng << 17;
	return (uint32_t)(rng >> 16) % n;
}

static int
chance(uint32_t percent)
{
	return rnd(100) < percent;
}

static void tell(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
static void
tell(const char *fmt, ...)
{
	size_t n = strlen(story);
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(story + n, sizeof story - n, fmt, ap);
	va_end(ap);
}

static void wrong(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
static void
wrong(const char *fmt, ...)
{
	va_list ap;

	bad++;
	if (bad > MAX_BAD)
		return;
	printf("# round %ld: ", rounds);
	va_start(ap, fmt);
	vprintf(fmt, ap);
	va_end(ap);
	printf("\n#   story: %s\n", story);
	fflush(stdout);
	if (getenv("SHOW") && system("sed 's/^/#     /' all 2>/dev/null") < 0)
		return;
	*story = 0;
}

/* What was done before the round that goes wrong. */
static void
remember(void)
{
	FILE *f = fopen("history", "a");

	if (f) {
		fprintf(f, "%ld %s\n", rounds, story);
		fclose(f);
	}
	*story = 0;
}

/* Something waits for ever: what it was doing tells why. */
static void
hangs(int sig)
{
	(void)sig;
	printf("# round %ld hangs\n#   story: %s\nrounds %ld hung\n", rounds,
		story, rounds);
	fflush(stdout);
	_exit(112);
}

static void
die(const char *what)
{
	printf("# cannot go on: %s: %s\n", what, strerror(errno));
	exit(111);
}

/* --- sets --- */

static const char *
name(int i)
{
	static char buf[8][16];
	static int k;

	k = (k + 1) % 8;
	snprintf(buf[k], sizeof buf[k], "s%d", i);
	return buf[k];
}

static int
atomic(const struct set *s, int i)
{
	return s->v[i].kind == LONGRUN || s->v[i].kind == ONESHOT;
}

static mask
producers(const struct set *s, int i)
{
	mask m = 0;

	for (int k = 0; k < NAMES; k++)
		if (s->v[k].kind == LONGRUN && s->v[k].logger == i)
			m |= 1u << k;
	return m;
}

/* What it needs directly: atomic, its logger among them. */
static mask
needs(const struct set *s, int i)
{
	mask m = 0;

	if (s->v[i].logger >= 0)
		m |= 1u << s->v[i].logger;
	for (int k = 0; k < NAMES; k++) {
		if (!(s->v[i].deps & 1u << k))
			continue;
		if (s->v[k].kind == BUNDLE)
			m |= s->v[k].deps;
		else
			m |= 1u << k;
	}
	return m;
}

static mask
closure(const struct set *s, mask m)
{
	mask last;

	do {
		last = m;
		for (int i = 0; i < NAMES; i++)
			if (m & 1u << i)
				m |= needs(s, i);
	} while (m != last);
	return m;
}

static mask
dependents(const struct set *s, mask m)
{
	mask last;

	do {
		last = m;
		for (int i = 0; i < NAMES; i++)
			if (atomic(s, i) && (needs(s, i) & m))
				m |= 1u << i;
	} while (m != last);
	return m;
}

/* Mend what a mutation broke; 0 if it has a cycle. */
static int
sane(struct set *s)
{
	for (int i = 0; i < NAMES; i++) {
		struct svc *v = s->v + i;

		v->deps &= ~(1u << i);
		/* One that is not ready yet may die of the signal. */
		v->notify |= v->change == RELOAD;
		for (int k = 0; k < NAMES; k++)
			if (s->v[k].kind == ABSENT ||
				(v->kind == BUNDLE && s->v[k].kind == BUNDLE))
				v->deps &= ~(1u << k);
		if (v->kind != LONGRUN ||
			(v->logger >= 0 &&
				(s->v[v->logger].kind != LONGRUN ||
					v->logger == i)))
			v->logger = -1;
	}
	for (int i = 0; i < NAMES; i++) {
		/* Pipes of two ends only: a logger has no logger.  And it
		 * ends at SIGHUP. */
		if (s->v[i].logger >= 0 && producers(s, i))
			s->v[i].logger = -1;
		if (s->v[i].change == RELOAD && producers(s, i))
			s->v[i].change = RESTART;
		if (s->v[i].kind == BUNDLE && !s->v[i].deps)
			s->v[i].kind = ABSENT;
	}
	for (int i = 0; i < NAMES; i++)
		if (s->v[i].kind == ABSENT)
			for (int k = 0; k < NAMES; k++)
				s->v[k].deps &= ~(1u << i);
	for (int i = 0; i < NAMES; i++)
		if (atomic(s, i) && closure(s, needs(s, i)) & 1u << i)
			return 0;
	return 1;
}

static void
fill(struct svc *v)
{
	memset(v, 0, sizeof *v);
	v->logger = -1;
	v->uid = nextuid++;
	v->kind = chance(60) ? LONGRUN : chance(75) ? ONESHOT : BUNDLE;
	v->notify = chance(50);
	v->slow = chance(20);
	v->talks = chance(60);
	v->finish = chance(20);
	v->change = chance(70) ? RESTART : chance(50) ? RELOAD : KEEP;
	v->deps = rnd(1u << NAMES) & rnd(1u << NAMES) & rnd(1u << NAMES);
	if (chance(60))
		v->logger = (int)rnd(NAMES);
}

static int
pick(const struct set *s, int want_atomic)
{
	for (int tries = 0; tries < 200; tries++) {
		int i = (int)rnd(NAMES);

		if (want_atomic ? atomic(s, i) : s->v[i].kind == ABSENT)
			return i;
	}
	return -1;
}

static void
replace(struct set *s, int from, int to)
{
	s->v[to] = s->v[from];
	memset(s->v + from, 0, sizeof *s->v);
	s->v[from].logger = -1;
	for (int i = 0; i < NAMES; i++) {
		if (s->v[i].deps & 1u << from)
			s->v[i].deps =
				(s->v[i].deps & ~(1u << from)) | 1u << to;
		if (s->v[i].logger == from)
			s->v[i].logger = to;
	}
}

/* conv[i]: name that i takes, or -1 for none. */
static void
rename_some(struct set *s, const struct set *from, int *conv)
{
	int a = pick(s, 1), b, c;
	struct set keep = *s;

	if (a < 0 || !atomic(from, a) || from->v[a].uid != s->v[a].uid)
		return;
	c = pick(s, 0);
	if (chance(60) && c >= 0 && from->v[c].kind == ABSENT) {
		replace(s, a, c);
		conv[a] = c;
		return;
	}
	b = pick(s, 1);
	if (b < 0 || b == a || !atomic(from, b) ||
		from->v[b].uid != s->v[b].uid || c < 0)
		return;
	if (chance(50)) {
		/* A chain. */
		if (from->v[c].kind != ABSENT)
			return;
		replace(s, b, c);
		replace(s, a, b);
		conv[a] = b;
		conv[b] = c;
	} else {
		replace(s, a, c);
		replace(s, b, a);
		replace(s, c, b);
		conv[a] = b;
		conv[b] = a;
	}
	if (!sane(s)) {
		*s = keep;
		conv[a] = conv[b] = -1;
	}
}

static void
mutate_once(struct set *s)
{
	int i = pick(s, 1), k = (int)rnd(NAMES);

	if (i < 0 || chance(15)) {
		i = pick(s, 0);
		if (i >= 0)
			fill(s->v + i);
		return;
	}
	switch (rnd(9)) {
	case 0:
	case 1:
		s->v[i].version++;
		break;
	case 2:
		s->v[i].deps ^= 1u << k;
		break;
	case 3:
		s->v[i].logger = chance(30) ? -1 : k;
		break;
	case 4:
		memset(s->v + i, 0, sizeof *s->v);
		s->v[i].logger = -1;
		break;
	case 5:
		s->v[i].kind = s->v[i].kind == LONGRUN ? ONESHOT
			: chance(80)		       ? LONGRUN
						       : BUNDLE;
		s->v[i].uid = nextuid++;
		break;
	case 6:
		s->v[i].notify ^= 1;
		break;
	case 7:
		s->v[i].change = (enum change)rnd(3);
		break;
	case 8:
		s->v[i].finish ^= 1;
		break;
	}
}

/* Another set, from this one; conv says who takes which name. */
static void
mutate(struct set *to, const struct set *from, int *conv)
{
	for (int i = 0; i < NAMES; i++)
		conv[i] = -1;
	if (nearlier && chance(12)) {
		*to = earlier[rnd((uint32_t)nearlier)];
		return;
	}
	*to = *from;
	if (chance(25))
		rename_some(to, from, conv);
	for (int n = 1 + (int)rnd(4); n > 0; n--) {
		struct set next = *to;

		mutate_once(&next);
		if (sane(&next))
			*to = next;
	}
	/* A line may name only what is there. */
	for (int i = 0; i < NAMES; i++)
		if (conv[i] >= 0 && !atomic(to, conv[i]))
			for (int k = 0; k < NAMES; k++)
				conv[k] = -1;
	to->number = 0;
}

static void
first_set(struct set *s)
{
	memset(s, 0, sizeof *s);
	for (int i = 0; i < NAMES; i++)
		s->v[i].logger = -1;
	for (int n = 0; n < 10;) {
		struct set next = *s;
		int i = pick(s, 0);

		fill(next.v + i);
		if (!sane(&next) || next.v[i].kind == ABSENT)
			continue;
		*s = next;
		n++;
	}
}

/* --- files --- */

static void put(const char *dir, const char *file, int mode, const char *fmt,
	...) __attribute__((format(printf, 4, 5)));
static void
put(const char *dir, const char *file, int mode, const char *fmt, ...)
{
	char path[PATH_LEN];
	va_list ap;
	FILE *f;

	snprintf(path, sizeof path, "%s/%s", dir, file);
	f = fopen(path, "w");
	if (!f)
		die(path);
	va_start(ap, fmt);
	vfprintf(f, fmt, ap);
	va_end(ap);
	if (fclose(f) || chmod(path, (mode_t)mode) < 0)
		die(path);
}

static void
put_longrun(const struct set *s, int i, const char *dir)
{
	const struct svc *v = s->v + i;
	mask from = producers(s, i);
	char path[PATH_LEN], names[NAMES * 16] = "";

	put(dir, "type", 0644, "longrun\n");
	if (v->notify)
		put(dir, "notification-fd", 0644, "3\n");
	if (from)
		put(dir, "run", 0755,
			"#!/bin/sh\n# %d.%d\nexec reeve-log%s "
			"-b n50 s1000000 %s/logs/%d\n",
			v->uid, v->version, v->notify ? " -d3" : "", here,
			v->uid);
	else
		put(dir, "run", 0755,
			"#!/bin/sh\n# %d.%d\nexec beat %s %d "
			"%s%s\n",
			v->uid, v->version, here, v->uid,
			v->talks || v->logger >= 0 ? "talk" : "quiet",
			v->notify ? " 3" : "");
	if (v->finish)
		put(dir, "finish", 0755, "#!/bin/sh\nexit 0\n");
	put(dir, "on-change", 0644, "%s\n",
		v->change == RESTART	      ? "restart"
			: v->change == RELOAD ? "reload"
					      : "keep");
	if (v->logger >= 0)
		put(dir, "producer-for", 0644, "%s\n", name(v->logger));
	for (int k = 0; k < NAMES; k++)
		if (from & 1u << k) {
			snprintf(path, sizeof path, "%s\n", name(k));
			strcat(names, path);
		}
	if (from)
		put(dir, "consumer-for", 0644, "%s", names);
}

static void
put_set(const struct set *s, const char *root)
{
	path_remove(AT_FDCWD, root);
	if (mkdir(root, 0755) < 0)
		die(root);
	for (int i = 0; i < NAMES; i++) {
		const struct svc *v = s->v + i;
		char dir[PATH_LEN], sub[PATH_LEN];

		if (v->kind == ABSENT)
			continue;
		snprintf(dir, sizeof dir, "%s/%s", root, name(i));
		path_join(sub, sizeof sub, dir,
			v->kind == BUNDLE ? "contents.d" : "dependencies.d");
		if (mkdir(dir, 0755) < 0 || mkdir(sub, 0755) < 0)
			die(dir);
		for (int k = 0; k < NAMES; k++)
			if (v->deps & 1u << k)
				put(sub, name(k), 0644, "%s", "");
		if (v->kind == LONGRUN) {
			put_longrun(s, i, dir);
		} else if (v->kind == BUNDLE) {
			put(dir, "type", 0644, "bundle\n");
		} else {
			put(dir, "type", 0644, "oneshot\n");
			put(dir, "up", 0644, "sh %s/mark %s %d %d.%d\n", here,
				v->bad ? "bad" : "up", v->slow, v->uid,
				v->version);
			put(dir, "down", 0644, "sh %s/mark down %d %d.%d\n",
				here, v->slow, v->uid, v->version);
		}
	}
}

/* --- programs --- */

static pid_t start(const char *out, const char *fmt, va_list ap)
	__attribute__((format(printf, 2, 0)));
static pid_t
start(const char *out, const char *fmt, va_list ap)
{
	char line[4096], *argv[64], *p;
	int n = 0;
	pid_t pid;

	vsnprintf(line, sizeof line, fmt, ap);
	for (p = strtok(line, " "); p && n < 63; p = strtok(0, " "))
		argv[n++] = p;
	argv[n] = 0;
	pid = fork();
	if (pid < 0)
		die("fork");
	if (pid == 0) {
		int fd = open(out, O_WRONLY | O_CREAT | O_APPEND, 0644);

		dup2(fd, 1);
		dup2(fd, 2);
		execvp(argv[0], argv);
		_exit(127);
	}
	return pid;
}

static int
wait_for(pid_t pid)
{
	int st;

	while (waitpid(pid, &st, 0) < 0)
		if (errno != EINTR)
			die("waitpid");
	return WIFEXITED(st) ? WEXITSTATUS(st) : 128 + WTERMSIG(st);
}

static int run(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
static int
run(const char *fmt, ...)
{
	va_list ap;
	pid_t pid;
	int r;

	unlink("said");
	va_start(ap, fmt);
	pid = start("said", fmt, ap);
	va_end(ap);
	r = wait_for(pid);
	tell("[%d] ", r);
	if (getenv("SHOW") && system("cat said >>all") < 0)
		return r;
	return r;
}

static pid_t begin(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
static pid_t
begin(const char *fmt, ...)
{
	va_list ap;
	pid_t pid;

	unlink("said");
	va_start(ap, fmt);
	pid = start("said", fmt, ap);
	va_end(ap);
	return pid;
}

static void
said(void)
{
	char buf[600];
	ssize_t r = file_read(AT_FDCWD, "said", buf, sizeof buf - 1);

	buf[r < 0 ? 0 : r] = 0;
	for (char *p = buf; *p; p++)
		if (*p == '\n')
			*p = '|';
	tell("{%s} ", buf);
}

static void
nap(unsigned ms)
{
	struct timespec t = { ms / 1000, ms % 1000 * 1000000L };

	nanosleep(&t, 0);
}

static void
start_scanner(void)
{
	scanner = fork();
	if (scanner == 0) {
		int fd = open("out", O_WRONLY | O_CREAT | O_APPEND, 0644);

		dup2(fd, 1);
		fd = open("scan.err", O_WRONLY | O_CREAT | O_APPEND, 0644);
		dup2(fd, 2);
		execlp("reeve-svscan", "reeve-svscan", "scan", (char *)0);
		_exit(127);
	}
	for (int i = 0; i < 1000 && scan_send("scan", "") < 0; i++)
		nap(10);
}

/* --- the model --- */

static int
target(const struct set *to, const int *conv, int i)
{
	if (conv[i] >= 0)
		return conv[i];
	for (int k = 0; k < NAMES; k++)
		if (conv[k] == i)
			return -1;
	return atomic(to, i) ? i : -1;
}

static int
origin(const struct set *from, const struct set *to, const int *conv, int j)
{
	for (int i = 0; i < NAMES; i++)
		if (atomic(from, i) && target(to, conv, i) == j)
			return i;
	return -1;
}

static int
differs(const struct set *a, int i, const struct set *b, int j)
{
	const struct svc *v = a->v + i, *w = b->v + j;
	int x = !!producers(a, i), y = !!producers(b, j);

	/* A set that comes back may have the version before a bad one's. */
	if (v->kind != w->kind || v->uid != w->uid ||
		v->version != w->version || v->bad != w->bad)
		return 1;
	if (v->kind == ONESHOT)
		return v->slow != w->slow;
	return v->notify != w->notify || v->finish != w->finish || x != y ||
		v->logger != w->logger || (x && i != j) ||
		(!x &&
			(v->talks || v->logger >= 0) !=
				(w->talks || w->logger >= 0));
}

static int
pipe_differs(const struct set *a, int i, const struct set *b, int j)
{
	int x = !!producers(a, i), y = !!producers(b, j);

	return (a->v[i].logger >= 0 && a->v[i].logger != b->v[j].logger) ||
		x != y || (x && i != j);
}

static int
own_reason(const struct set *a, int i, const struct set *b, int j)
{
	if (j < 0 || a->v[i].kind != b->v[j].kind)
		return 1;
	if (i != j && a->v[i].kind == LONGRUN && (atomic(b, i) || atomic(a, j)))
		return 1;
	if (!differs(a, i, b, j))
		return 0;
	return b->v[j].kind == ONESHOT || b->v[j].change == RESTART ||
		pipe_differs(a, i, b, j);
}

static int
logs_only(const struct set *a, int i, int d, const struct set *b, int j,
	const int *conv)
{
	return a->v[i].logger == d && target(b, conv, d) >= 0 &&
		b->v[j].logger == target(b, conv, d);
}

static int
other_reason(const struct set *a, int i, const struct set *b, int j,
	const int *conv, mask t, mask ups, mask before)
{
	mask old = needs(a, i), new = needs(b, j);

	for (int d = 0; d < NAMES; d++)
		if ((old & t & 1u << d) && !logs_only(a, i, d, b, j, conv))
			return 1;
	for (int e = 0; e < NAMES; e++) {
		int d;

		if (!(new & 1u << e))
			continue;
		d = origin(a, b, conv, e);
		if (d < 0)
			return 1;
		if ((t & 1u << d) && !logs_only(a, i, d, b, j, conv))
			return 1;
		if (!(old & 1u << d) &&
			(!(ups & 1u << d) || (before & 1u << d)))
			return 1;
	}
	return 0;
}

/* What of a (by its names) a switch to b may stop. */
static mask
touches(const struct set *a, mask ups, const struct set *b, const int *conv,
	mask before)
{
	mask t = 0, last;

	do {
		last = t;
		for (int i = 0; i < NAMES; i++) {
			int j = target(b, conv, i);

			if (!(ups & 1u << i) || (t & 1u << i))
				continue;
			if (own_reason(a, i, b, j) ||
				other_reason(a, i, b, j, conv, t, ups, before))
				t |= 1u << i;
		}
	} while (t != last);
	return t;
}

/* The set is b now: what is known goes along. */
static void
move_to(const struct set *b, const int *conv)
{
	mask t = touches(&cur, up, b, conv, touched) | touched, ups = 0,
	     moved = 0, kept = 0;
	pid_t p[NAMES] = { 0 };
	int old[NAMES] = { 0 };

	for (int i = 0; i < NAMES; i++) {
		int j = atomic(&cur, i) ? target(b, conv, i) : -1;

		if (j < 0)
			continue;
		if (up & 1u << i)
			ups |= 1u << j;
		if (t & 1u << i)
			moved |= 1u << j;
		if (early & 1u << i)
			kept |= 1u << j;
		p[j] = pids[i];
		old[j] = (int)stale[i];
		if (!differs(&cur, i, b, j))
			continue;
		if (touched & 1u << i)
			kept |= 1u << j;
		if (cur.v[i].uid != b->v[j].uid || b->v[j].change == KEEP)
			old[j] = OLD;
		else if (b->v[j].change == RELOAD && old[j] != OLD)
			old[j] = RELOADED;
	}
	cur = *b;
	up = closure(b, ups);
	touched = moved;
	early = kept;
	memcpy(pids, p, sizeof pids);
	for (int i = 0; i < NAMES; i++)
		stale[i] = old[i];
}

static void
invert(int *back, const int *conv)
{
	for (int i = 0; i < NAMES; i++)
		back[i] = -1;
	for (int i = 0; i < NAMES; i++)
		if (conv[i] >= 0)
			back[conv[i]] = i;
}

/* To b, and undone: what is not in b is what it was, or was started again. */
static void
move_there_and_back(const struct set *b, const int *conv)
{
	struct set before = cur;
	mask was = up;
	pid_t p[NAMES];
	int old[NAMES], back[NAMES];

	memcpy(p, pids, sizeof p);
	for (int i = 0; i < NAMES; i++)
		old[i] = (int)stale[i];
	invert(back, conv);
	move_to(b, conv);
	move_to(&before, back);
	for (int i = 0; i < NAMES; i++)
		if (atomic(&cur, i) && target(b, conv, i) < 0) {
			pids[i] = p[i];
			stale[i] = old[i];
			touched |= 1u << i;
		}
	up = was;
	undone = 1;
}

/* --- looking --- */

static int
same_files(const char *a, const char *b)
{
	char *x, *y;
	ssize_t n = file_slurp(AT_FDCWD, a, &x, 1 << 26),
		m = file_slurp(AT_FDCWD, b, &y, 1 << 26);
	int same = n >= 0 && n == m && !memcmp(x, y, (size_t)n);

	if (n >= 0)
		free(x);
	if (m >= 0)
		free(y);
	return same;
}

static int
is_live(const struct set *s)
{
	char db[32];

	snprintf(db, sizeof db, "db.%d", s->number);
	return same_files("live/current/db", db);
}

static void
link_base(char *buf, size_t max, const char *path)
{
	char text[PATH_LEN];
	ssize_t r = readlink(path, text, sizeof text - 1);

	text[r < 0 ? 0 : r] = 0;
	snprintf(buf, max, "%s", path_base(text));
}

/* Under another name a service goes on from the store entry that it had. */
static int
same_definition(const char *a, const char *b)
{
	return !strncmp(path_base(a), path_base(b), LIVE_HEX - 1);
}

/* An empty string, or what is wrong with longrun i. */
static const char *
look_longrun(int i)
{
	static char what[600];
	int is_up = !!(up & 1u << i);
	char dir[64], path[128], def[LIVE_STORE + 16], seen[PATH_LEN] = "";
	struct status st;
	struct detail d;

	snprintf(dir, sizeof dir, "live/servicedirs/%s", name(i));
	if (control_alive(AT_FDCWD, dir) <= 0)
		return "no supervise";
	if (status_read(&st, AT_FDCWD, dir) < 0 ||
		detail_read(&d, AT_FDCWD, dir) < 0)
		return "no status";
	if (!!st.wanted_up != is_up)
		return is_up ? "supervise does not want it up"
			     : "supervise wants it up";
	if (!is_up)
		return st.pid ? "it runs" : "";
	if (!st.pid || st.finishing ||
		(cur.v[i].notify && !st.ready && stale[i] == FRESH)) {
		snprintf(what, sizeof what,
			"it does not run, or is not ready: "
			"pid %d, before %d, finishing %d, ready %d",
			(int)st.pid, (int)pids[i], st.finishing, st.ready);
		return what;
	}
	if (pids[i] && !(touched & 1u << i) && st.pid != (uint64_t)pids[i]) {
		/* An end that nobody wanted, or a start that was too much? */
		snprintf(what, sizeof what,
			"it has another pid, %d, not %d: "
			"wait status %#x, starts %u, deaths %u, that one %s",
			(int)st.pid, (int)pids[i], (unsigned)st.wstat, d.starts,
			d.deaths, kill(pids[i], 0) < 0 ? "is gone" : "lives");
		return what;
	}
	snprintf(path, sizeof path, "live/current/def/%s", name(i));
	link_base(def, sizeof def, path);
	if (pids[i] != (pid_t)st.pid &&
		((!undone && !(early & 1u << i)) ||
			same_definition(d.def, def)))
		stale[i] = FRESH;
	if (stale[i] == FRESH && !same_definition(d.def, def)) {
		snprintf(what, sizeof what, "it runs %s, not %s", d.def, def);
		return what;
	}
	if (stale[i] == RELOADED && !producers(&cur, i)) {
		ssize_t r;

		snprintf(path, sizeof path, "seen.%d", cur.v[i].uid);
		r = file_read(AT_FDCWD, path, seen, sizeof seen - 1);
		seen[r < 0 ? 0 : r] = 0;
		seen[strcspn(seen, "\n")] = 0;
		/* An entry is of one name, and it may be renamed since. */
		if (!same_definition(seen, def))
			return "it was not told to reload";
	}
	return "";
}

static char marks[UIDS]; /* 1 up */
static long marked;

static void
read_marks(void)
{
	FILE *f = fopen("oneshots", "r");
	char word[16];
	int uid, version;

	if (!f)
		return;
	fseek(f, marked, SEEK_SET);
	while (fscanf(f, "%15s %d.%d", word, &uid, &version) == 3) {
		char now = !strcmp(word, "up");

		marked = ftell(f);
		if (uid >= UIDS)
			continue;
		if (marks[uid] == now && !shaken)
			wrong("oneshot %d.%d goes %s twice", uid, version,
				word);
		marks[uid] = now;
	}
	fclose(f);
}

static void
look_leftovers(const char *dir, int want(const char *), const char *what)
{
	DIR *d = opendir(dir);
	struct dirent *e;

	while (d && (e = readdir(d)))
		if (strcmp(e->d_name, ".") && strcmp(e->d_name, "..") &&
			!want(e->d_name))
			wrong("%s %s is left over", what, e->d_name);
	if (d)
		closedir(d);
}

static int
number_of(const char *s)
{
	int i;

	for (i = 0; i < NAMES; i++)
		if (!strcmp(s, name(i)))
			return i;
	return -1;
}

static int
is_longrun(const char *s)
{
	int i = number_of(s);

	return !strcmp(s, LIVE_RUNNER) || (i >= 0 && cur.v[i].kind == LONGRUN);
}

static int
is_atomic(const char *s)
{
	int i = number_of(s);

	return i >= 0 && atomic(&cur, i);
}

static int
is_consumer(const char *s)
{
	int i = number_of(s), at, held;

	if (i >= 0 && producers(&cur, i))
		return 1;
	/* What was a consumer keeps its pipe until its next start. */
	at = open("live/fifo", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	held = at >= 0 && pipe_held(at, s);
	close(at);
	return held;
}

static int
is_entry(const char *s)
{
	return is_longrun(s) || !strcmp(s, ".reeve-svscan") ||
		!strcmp(s, ".s6-svscan");
}

static int
is_current(const char *s)
{
	char now[64];

	link_base(now, sizeof now, "live/current");
	return !strcmp(s, now);
}

static int
is_fixed(const char *s)
{
	static const char *const known[] = { "lock", "current", "gen", "store",
		"servicedirs", "fifo", "scandir", "prefix", "compiled", "state",
		"last", "boot", 0 };

	for (int i = 0; known[i]; i++)
		if (!strcmp(s, known[i]))
			return 1;
	return 0;
}

/* Named by the set, or what a service still runs. */
static int
is_stored(const char *s)
{
	for (int i = 0; i < NAMES; i++) {
		char path[128], def[LIVE_STORE + 16];
		struct detail d;

		snprintf(path, sizeof path, "live/current/def/%s", name(i));
		link_base(def, sizeof def, path);
		if (!strcmp(def, s))
			return 1;
		snprintf(path, sizeof path, "live/servicedirs/%s", name(i));
		if (detail_read(&d, AT_FDCWD, path) == 0 &&
			(stale[i] != FRESH || same_definition(d.def, def)) &&
			!strcmp(path_base(d.def), s))
			return 1;
	}
	return 0;
}

/* What is executed belongs to one start: what came with a reload is not there
 * before the next one. */
static int
waits_for_start(int i, const char *path)
{
	char target[PATH_LEN];
	ssize_t r = readlink(path, target, sizeof target - 1);

	target[r < 0 ? 0 : r] = 0;
	return stale[i] != FRESH &&
		!strncmp(target, STARTED_LINK "/", sizeof STARTED_LINK);
}

static void
look_links(int i)
{
	char dir[128], path[PATH_LEN];
	struct dirent *e;
	DIR *d;

	snprintf(dir, sizeof dir, "live/servicedirs/%s", name(i));
	d = opendir(dir);
	while (d && (e = readdir(d))) {
		struct stat st;

		path_join(path, sizeof path, dir, e->d_name);
		if (lstat(path, &st) == 0 && S_ISLNK(st.st_mode) &&
			stat(path, &st) < 0 && !waits_for_start(i, path))
			wrong("link %s leads nowhere", path);
	}
	if (d)
		closedir(d);
}

/* Processes that are services' and nobody's. */
static int
strays(void)
{
	DIR *d = opendir("/proc");
	struct dirent *e;
	int n = 0, want = 0;

	while (d && (e = readdir(d))) {
		char path[300], comm[32] = "";

		snprintf(path, sizeof path, "/proc/%s/comm", e->d_name);
		if (*e->d_name < '0' || *e->d_name > '9' ||
			file_read(AT_FDCWD, path, comm, sizeof comm - 1) < 0)
			continue;
		n += !strncmp(comm, "beat\n", 5) ||
			!strncmp(comm, "reeve-log\n", 10);
	}
	if (d)
		closedir(d);
	for (int i = 0; i < NAMES; i++)
		want += cur.v[i].kind == LONGRUN && (up & 1u << i);
	return n - want;
}

static void
look_states(void)
{
	struct live l;
	char err[512];

	if (live_open(&l, "live", 0, err, sizeof err) < 0) {
		wrong("%s", err);
		return;
	}
	for (uint32_t i = 0; i < l.db.nlong + l.db.nshort; i++) {
		unsigned f = l.state.rec[i].flags;
		int n = number_of(l.db.services[i].name);

		if (n < 0 || !!(f & STATE_UP) != !!(up & 1u << n))
			wrong("%s: state says %x", l.db.services[i].name, f);
		else if (f & (STATE_OWED | STATE_FAILED))
			wrong("%s: state %x, %d", l.db.services[i].name, f,
				(int)l.state.rec[i].reason);
	}
	live_close(&l);
}

/* All is finished: is it as the model says? */
static void
look(int after_switch)
{
	uint64_t end = clock_now() + (faulty ? 15000 : 5000);

	if (!is_live(&cur))
		wrong("another set is live than %d", cur.number);
	look_states();
	for (int i = 0; i < NAMES; i++) {
		const char *what = "";

		if (cur.v[i].kind != LONGRUN)
			continue;
		while (*(what = look_longrun(i)) &&
			(faulty || stale[i] == RELOADED) && clock_now() < end)
			nap(10);
		if (*what)
			wrong("%s (%s): %s", name(i),
				up & 1u << i ? "up" : "down", what);
	}
	while (strays() && clock_now() < end)
		nap(5);
	if (strays())
		wrong("%d processes more than services", strays());
	read_marks();
	for (int i = 0; i < NAMES; i++)
		if (cur.v[i].kind == ONESHOT &&
			!!(up & 1u << i) != marks[cur.v[i].uid])
			wrong("oneshot %s (%d) is marked %s", name(i),
				cur.v[i].uid,
				marks[cur.v[i].uid] ? "up" : "down");
	look_leftovers("live", is_fixed, "file");
	if (after_switch) {
		look_leftovers("live/gen", is_current, "generation");
		look_leftovers("live/store", is_stored, "store entry");
		look_leftovers("live/fifo", is_consumer, "fifo");
	}
	look_leftovers("live/servicedirs", is_longrun, "service directory");
	look_leftovers("live/current/def", is_atomic, "definition");
	look_leftovers("scan", is_entry, "entry");
	for (int i = 0; i < NAMES; i++)
		if (cur.v[i].kind == LONGRUN && !tattered)
			look_links(i);
	touched = early = 0;
	for (int i = 0; i < NAMES; i++) {
		char dir[64];
		struct status st;

		snprintf(dir, sizeof dir, "live/servicedirs/%s", name(i));
		pids[i] = cur.v[i].kind == LONGRUN && (up & 1u << i) &&
				status_read(&st, AT_FDCWD, dir) == 0
			? (pid_t)st.pid
			: 0;
	}
	faulty = shaken = undone = 0;
}

/* It was cut off: everything that asks works. */
static void
look_commands(void)
{
	static const char *const words[] = { "list", "-a listall", "status",
		"diff" };

	for (size_t i = 0; i < 4; i++) {
		int r = run("reeve-rc -l live %s", words[i]);

		if (r > 1) {
			said();
			wrong("%s exits %d", words[i], r);
		}
	}
}

/* --- acts --- */

static void
kill_something(void)
{
	char path[128];
	pid_t pid;
	int i;

	faulty = 1;
	if (chance(25)) {
		tell("svscan killed ");
		kill(scanner, SIGKILL);
		wait_for(scanner);
		nap(rnd(50));
		start_scanner();
		return;
	}
	if (chance(30)) {
		struct status st;

		if (status_read(&st, AT_FDCWD,
			    "live/servicedirs/" LIVE_RUNNER) == 0 &&
			st.pid) {
			tell("oneshotd killed ");
			shaken = 1;
			kill((pid_t)st.pid, SIGKILL);
		}
		return;
	}
	i = (int)rnd(NAMES);
	snprintf(path, sizeof path, "live/servicedirs/%s/supervise/lock",
		name(i));
	pid = file_locked_by(AT_FDCWD, path);
	if (pid > 1) {
		tell("supervise of %s killed ", name(i));
		kill(pid, SIGKILL);
		while (file_locked_by(AT_FDCWD, path) == pid)
			nap(1);
	}
}

/* Calls that change files or tell somebody, as often as an update makes
 * them. */
static const struct call {
	const char *name;
	uint32_t most;
} calls[] = { { "write", 20 }, { "pwrite64", 25 }, { "rename", 3 },
	{ "renameat", 12 }, { "renameat2", 2 }, { "unlink", 25 },
	{ "unlinkat", 40 }, { "symlink", 3 }, { "symlinkat", 40 },
	{ "link", 6 }, { "mkdirat", 25 }, { "mknodat", 2 }, { "mknod", 20 },
	{ "fchmod", 10 }, { "connect", 10 }, { "sendmsg", 10 },
	{ "openat", 150 } };

enum how { WHOLE, AT_CALL, AT_TIME, INTERRUPT, SHAKE };

/* Carry out a command; 1 if it was cut off. */
static int
carry_out(enum how how, const char *command)
{
	const struct call *c;
	pid_t pid;
	int r;

	switch (how) {
	case AT_CALL:
		c = calls + rnd(sizeof calls / sizeof *calls);
		r = 1 + (int)rnd(c->most);
		tell("killed at %s %d ", c->name, r);
		r = run("strace -o trace -qq -e signal=none -e trace=%s "
			"-e inject=%s:signal=SIGKILL:when=%d %s",
			c->name, c->name, r, command);
		break;
	case AT_TIME:
	case INTERRUPT:
		pid = begin("%s", command);
		r = (int)rnd(chance(50) ? 150 : 30);
		nap((unsigned)r);
		tell("%s after %d ms ",
			how == AT_TIME ? "killed" : "interrupted", r);
		kill(pid, how == AT_TIME ? SIGKILL : SIGINT);
		r = wait_for(pid);
		tell("[%d] ", r);
		break;
	case SHAKE:
		pid = begin("%s", command);
		nap(rnd(80));
		kill_something();
		r = wait_for(pid);
		tell("[%d] ", r);
		break;
	case WHOLE:
	default:
		r = run("%s", command);
		break;
	}
	switches++;
	if (r == expected)
		return 0;
	if (how == WHOLE && !faulty) {
		said();
		wrong("exit %d: %s", r, command);
	}
	cuts++;
	return 1;
}

static void
again(const char *command)
{
	int r = 0;

	for (int i = 0; i < 4; i++) {
		tell("again ");
		r = run("%s", command);
		if (r == expected)
			return;
		said();
		if (!faulty)
			break;
	}
	wrong("exit %d again: %s", r, command);
}

static enum how
some_way(void)
{
	uint32_t k = rnd(100);

	return k < 25	 ? WHOLE
		: k < 60 ? AT_CALL
		: k < 80 ? AT_TIME
		: k < 90 ? INTERRUPT
			 : SHAKE;
}

/* Compile it, write its conversions, and say how to switch to it. */
static int
offer(struct set *s, const int *conv, const char *option, char *command,
	size_t max)
{
	char file[32] = "", text[NAMES * 32] = "";
	int r;

	s->number = ++ndb;
	put_set(s, "source");
	r = run("reeve-rc-compile -v0 db.%d source", s->number);
	if (r) {
		said();
		wrong("the set %d does not compile", s->number);
		return -1;
	}
	for (int i = 0; i < NAMES; i++)
		if (conv[i] >= 0) {
			sprintf(text + strlen(text), "%s -> %s\n", name(i),
				name(conv[i]));
			tell("%s->%s ", name(i), name(conv[i]));
		}
	if (*text) {
		snprintf(file, sizeof file, "conv.%d", s->number);
		put(".", file, 0644, "%s", text);
	}
	/* One whose supervise was killed before it said that it is ready says
	 * so to nobody. */
	snprintf(command, max,
		"reeve-rc-update -v2 -t 20000 %s -l live %s %s db.%d", option,
		*file ? "-f" : "", file, s->number);
	return 0;
}

static void
undo(const struct set *next, const int *conv, int reached, int finished)
{
	int r;

	tell("abort ");
	r = run("reeve-rc-update -l live --abort");
	if (r) {
		said();
		if (!faulty)
			wrong("--abort exits %d", r);
		again("reeve-rc-update -l live --abort");
	}
	if (finished) {
		move_to(next, conv);
		return;
	}
	if (!reached) {
		touched |= touches(&cur, up, next, conv, touched);
		return;
	}
	move_there_and_back(next, conv);
}

static void
go_on(struct set *next, const int *conv, const char *command, int depth)
{
	int reached = is_live(next),
	    finished = reached && !file_exists(AT_FDCWD, "live/journal"),
	    other[NAMES];
	char line[PATH_LEN];
	struct set third;
	uint32_t k = rnd(100);

	tattered |= !reached;
	if (is_live(&cur) && reached)
		k = 0;
	if (k < 35) {
		again(command);
		move_to(next, conv);
		return;
	}
	/* What is undone is what was cut off first. */
	if (k < 60 && !depth) {
		undo(next, conv, reached, finished);
		return;
	}
	/* Another set, from where we are. */
	if (reached)
		move_to(next, conv);
	else
		touched |= touches(&cur, up, next, conv, touched);
	tell("then from %d ", cur.number);
	mutate(&third, &cur, other);
	if (offer(&third, other, "", line, sizeof line) < 0)
		return;
	tell("to %d: ", third.number);
	if (depth < 3 && chance(30) && carry_out(some_way(), line)) {
		look_commands();
		go_on(&third, other, line, depth + 1);
		return;
	}
	again(line);
	move_to(&third, other);
}

static void
switch_round(enum how how)
{
	struct set next;
	int conv[NAMES];
	char command[PATH_LEN];

	mutate(&next, &cur, conv);
	if (offer(&next, conv, "", command, sizeof command) < 0)
		return;
	tell("%d to %d: ", cur.number, next.number);
	if (carry_out(how, command)) {
		look_commands();
		go_on(&next, conv, command, 0);
	} else {
		move_to(&next, conv);
	}
	if (chance(30))
		earlier[nearlier < SETS ? nearlier++ : (int)rnd(SETS)] = cur;
}

/* A set of which something does not come up is left again.  0 if there is no
 * oneshot that could fail. */
static int
rollback_round(void)
{
	struct set next;
	int conv[NAMES], j = -1, k = (int)rnd(NAMES);
	char command[PATH_LEN];
	mask ups = 0;

	mutate(&next, &cur, conv);
	for (int i = 0; i < NAMES; i++) {
		int to = target(&next, conv, i);

		if ((up & 1u << i) && to >= 0)
			ups |= 1u << to;
	}
	ups = closure(&next, ups);
	for (int n = 0; n < NAMES && j < 0; n++, k = (k + 1) % NAMES)
		if ((ups & 1u << k) && next.v[k].kind == ONESHOT)
			j = k;
	if (j < 0)
		return 0;
	next.v[j].version++;
	next.v[j].bad = 1;
	if (offer(&next, conv, "--rollback", command, sizeof command) < 0)
		return 0;
	tell("%d to the bad %d: ", cur.number, next.number);
	expected = 12;
	if (carry_out(some_way(), command)) {
		look_commands();
		if (chance(50)) {
			again(command);
		} else {
			expected = 0;
			tell("abort ");
			again("reeve-rc-update -l live --abort");
		}
	}
	expected = 0;
	if (is_live(&next))
		wrong("the bad set is live");
	/* On the way back a script can fail with its daemon. */
	if (shaken) {
		tell("abort ");
		again("reeve-rc-update -l live --abort");
	}
	move_there_and_back(&next, conv);
	return 1;
}

/* 0 if there is nothing to ask for. */
static int
want_round(void)
{
	static const char *const words[] = { "start", "stop", "restart" };
	uint32_t k = rnd(3);
	char command[256];
	int i, n, was;
	mask m;

	for (i = (int)rnd(NAMES), n = 0; cur.v[i].kind == ABSENT;
		i = (i + 1) % NAMES)
		if (++n == NAMES)
			return 0; /* the set is empty */
	m = cur.v[i].kind == BUNDLE ? cur.v[i].deps : 1u << i;
	was = (up & m) == m;
	snprintf(command, sizeof command, "reeve-rc -l live %s %s", words[k],
		name(i));
	tell("%s: ", command);
	if (k == 1)
		up &= ~dependents(&cur, m);
	else if (k == 2)
		touched |= dependents(&cur, m);
	if (k != 1)
		up |= closure(&cur, m);
	if (!carry_out(some_way(), command)) {
		look(0);
		return 1;
	}
	look_commands();
	if (k == 2 && was && chance(40)) {
		tell("then ");
		faulty = faulty ? 1 : 0;
		switch_round(chance(50) ? WHOLE : some_way());
		look(1);
		return 1;
	}
	again(command);
	look(0);
	return 1;
}

static void
one_round(void)
{
	remember();
	rounds++;
	unlink("all");
	if (chance(8))
		kill_something();
	if (chance(25) && want_round())
		return;
	if (!chance(12) || !rollback_round())
		switch_round(some_way());
	look(1);
}

/* --- what was written --- */

/* All lines of all logs, sorted by who wrote them; each process wrote 0, 1,
 * ... and at last "end N". */
static void
look_lines(void)
{
	int r = system(
		"cat logs/*/@* logs/*/current out 2>/dev/null | awk '"
		"$3 == \"end\" { if (end[$1 \" \" $2] != \"\") "
		"print $1, $2, \"ends twice\"; end[$1 \" \" $2] = $4; next }"
		"NF != 3 { print \"odd line: \" $0; next }"
		"{ k = $1 \" \" $2; if ((k, $3) in seen) "
		"print k, $3, \"is doubled\"; seen[k, $3]; n[k]++ }"
		"END { for (k in n) { if (end[k] == \"\") "
		"print k, \"has no end after \" n[k]; else if (end[k] != n[k]) "
		"print k, n[k], \"lines, not\", end[k]; lines += n[k] }"
		"print lines + 0 >\"lines\" }' >complaints");
	struct stat st;

	if (r || stat("complaints", &st) < 0)
		wrong("the logs cannot be read");
	else if (st.st_size)
		wrong("lines are lost or doubled: %ld bytes of complaints",
			(long)st.st_size);
}

int
main(int argc, char **argv)
{
	uint64_t end;
	long most;

	if (argc < 3 || !getcwd(here, sizeof here))
		return 100;
	rng = (uint64_t)atoll(argv[1]) * 0x9e3779b97f4a7c15u + 1;
	for (int i = 0; i < 20; i++)
		rnd(2);
	end = clock_now() + (uint64_t)atoll(argv[2]) * 1000;
	signal(SIGALRM, hangs);
	alarm((unsigned)atoll(argv[2]) + 150);
	most = argc > 3 ? atol(argv[3]) : 1000000;
	mkdir("scan", 0755);
	mkdir("logs", 0755);
	put(".", "mark", 0755,
		"[ $2 = 0 ] || sleep 0.03\n"
		"[ $1 != bad ] || exit 1\n"
		"echo \"$1 $3\" >>%s/oneshots\n",
		here);
	start_scanner();
	first_set(&cur);
	{
		char command[PATH_LEN];
		int none[NAMES];

		for (int i = 0; i < NAMES; i++)
			none[i] = -1;
		if (offer(&cur, none, "", command, sizeof command) < 0)
			return 111;
		if (run("reeve-rc-init -c %s/db.%d -l %s/live %s/scan", here,
			    cur.number, here, here)) {
			said();
			wrong("init fails");
			return 111;
		}
	}
	for (int i = 0; i < NAMES; i++)
		if (atomic(&cur, i) && chance(70)) {
			run("reeve-rc -l live start %s", name(i));
			up |= closure(&cur, 1u << i);
		}
	look(0);
	while (clock_now() < end && rounds < most && bad < MAX_BAD)
		one_round();
	run("reeve-rc -l live -D change");
	run("reeve-svscanctl -t scan");
	wait_for(scanner);
	remember();
	if (!bad)
		look_lines();
	printf("rounds %ld switches %ld cuts %ld bad %ld\n", rounds, switches,
		cuts, bad);
	return bad != 0;
}
