/* watch.c - reeve status --watch: the table, live, with what each service
 * uses, and keys to act on the one that is marked. */

#include <ctype.h>
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

#include "lib/clock.h"
#include "lib/msg.h"
#include "tools/reeve/front.h"
#include "tools/reeve/proc.h"
#include "tools/reeve/watch.h"

enum { REFRESH_MS = 1000, KEY_UP = 1000, KEY_DOWN };

/* What was measured last time, by name. */
struct sample {
	char name[256];
	unsigned long long cpu_ms, at_ms;
	long long logged;	/* bytes in all of the log directory */
	double cpu;		/* percent of one processor */
	double rate;		/* log bytes a second */
	unsigned long rss_kb;
	unsigned count;
};

struct watch {
	const char *scandir;
	int all, colour;
	struct sample *samples;		/* owned */
	size_t nsamples, maxsamples;
	char selected[256];
	char message[400];
	int quit;
};

static struct termios saved;
static int raw;

static void
leave(void)
{
	if (!raw)
		return;
	tcsetattr(0, TCSAFLUSH, &saved);
	fputs("\033[?25h\033[?1049l", stdout);
	fflush(stdout);
	raw = 0;
}

static void
enter(void)
{
	struct termios t;

	if (tcgetattr(0, &saved) < 0)
		die_sys(EX_MISUSE, "--watch needs a terminal");
	t = saved;
	t.c_lflag &= ~(tcflag_t)(ICANON | ECHO);
	t.c_cc[VMIN] = 0;
	t.c_cc[VTIME] = 0;
	tcsetattr(0, TCSAFLUSH, &t);
	fputs("\033[?1049h\033[?25l", stdout);
	raw = 1;
	atexit(leave);
}

/* --- measuring --------------------------------------------------------------- */

/* Bytes ever written are not kept anywhere; what `current' grew by is a
 * good measure, and a rotation shows as one small dip. */
static long long
log_size(const struct item *it)
{
	char path[PATH_LEN];
	struct stat st;

	if (!it->logdir[0] || path_join(path, sizeof path, it->logdir,
		"current") < 0 || stat(path, &st) < 0)
		return -1;
	return (long long)st.st_size;
}

static struct sample *
sample_of(struct watch *w, const char *name)
{
	struct sample *p;

	for (size_t i = 0; i < w->nsamples; i++)
		if (!strcmp(w->samples[i].name, name))
			return &w->samples[i];
	if (w->nsamples == w->maxsamples) {
		size_t max = w->maxsamples ? 2 * w->maxsamples : 32;

		p = realloc(w->samples, max * sizeof *p);
		if (!p)
			die_sys(EX_SYSTEM, "unable to measure");
		w->samples = p;
		w->maxsamples = max;
	}
	p = &w->samples[w->nsamples++];
	memset(p, 0, sizeof *p);
	snprintf(p->name, sizeof p->name, "%s", name);
	p->logged = -1;
	return p;
}

static void
measure(struct watch *w, const struct model *m)
{
	unsigned long long now = clock_now();
	struct procs ps = { 0, 0 };

	(void)procs_load(&ps);
	for (size_t i = 0; i < m->n; i++) {
		const struct item *it = &m->items[i];
		struct sample *s = sample_of(w, it->name);
		struct usage_sum sum = { 0, 0, 0 };
		long long size = log_size(it);
		double s_past = (double)(now - s->at_ms) / 1000;

		if (it->pid)
			sum = procs_sum(&ps, it->pid);
		s->cpu = s->at_ms && s_past > 0 && sum.cpu_ms >= s->cpu_ms ?
			(double)(sum.cpu_ms - s->cpu_ms) / 10 / s_past : 0;
		s->rate = s->at_ms && s->logged >= 0 && size >= s->logged &&
			s_past > 0 ? (double)(size - s->logged) / s_past : 0;
		s->cpu_ms = sum.cpu_ms;
		s->rss_kb = sum.rss_kb;
		s->count = sum.count;
		s->logged = size;
		s->at_ms = now;
	}
	procs_free(&ps);
}

/* --- drawing ------------------------------------------------------------------ */

static const char *
human(double bytes)
{
	static char bufs[4][24];
	static unsigned next;
	char *buf = bufs[next++ % 4];

	if (bytes < 1024)
		snprintf(buf, sizeof *bufs, "%.0f", bytes);
	else if (bytes < 1024 * 1024)
		snprintf(buf, sizeof *bufs, "%.0fk", bytes / 1024);
	else if (bytes < 1024.0 * 1024 * 1024)
		snprintf(buf, sizeof *bufs, "%.1fM", bytes / 1048576);
	else
		snprintf(buf, sizeof *bufs, "%.1fG", bytes / 1073741824);
	return buf;
}

static const struct column columns[] = {
	{ "", 0, 0 }, { "NAME", 0, 0 }, { "STATE", 0, 0 }, { "PID", 1, 5 },
	{ "SINCE", 1, 2 }, { "CPU%", 1, 1 }, { "MEM", 1, 1 },
	{ "PROCS", 1, 6 }, { "RESTARTS", 1, 4 }, { "LOG/s", 1, 3 },
	{ "DESCRIPTION", 0, 7 }
};

static int
shown(const struct watch *w, const struct item *it)
{
	return it->type != ITEM_BUNDLE && (w->all || !status_hidden(it));
}

static void
draw_row(struct table *t, struct watch *w, const struct item *it,
	long long now)
{
	const struct sample *s = sample_of(w, it->name);
	char pid[24] = "-", cpu[24] = "-", restarts[24] = "-";
	char procs[24] = "-";

	if (it->pid) {
		snprintf(pid, sizeof pid, "%ld", it->pid);
		snprintf(cpu, sizeof cpu, "%.1f", s->cpu);
		snprintf(procs, sizeof procs, "%u", s->count);
	}
	if (it->restarts >= 0)
		snprintf(restarts, sizeof restarts, "%ld", it->restarts);
	table_cell(t, PLAIN, strcmp(w->selected, it->name) ? " " : ">");
	table_cell(t, BOLD, it->name);
	table_cell(t, status_colour(it), model_word(it));
	table_cell(t, PLAIN, pid);
	table_cell(t, PLAIN, it->since ? front_duration(now - it->since) : "-");
	table_cell(t, PLAIN, cpu);
	table_cell(t, PLAIN, it->pid ? human(1024.0 * (double)s->rss_kb) : "-");
	table_cell(t, PLAIN, procs);
	table_cell(t, PLAIN, restarts);
	table_cell(t, PLAIN, s->logged >= 0 ? human(s->rate) : "-");
	table_cell(t, PLAIN, it->why[0] && !model_good(it) ? it->why :
		model_about(it, now));
}

/* The rows that fit, with the marked one among them. */
static void
draw(struct watch *w, const struct model *m)
{
	struct winsize ws = { 0 };
	size_t rows, n = 0, mark = 0, from, k = 0;
	unsigned up = 0, bad = 0;
	struct table t;
	int cols;

	if (ioctl(1, TIOCGWINSZ, &ws) < 0 || !ws.ws_row)
		ws.ws_row = 24;
	cols = table_width(1);
	rows = ws.ws_row > 6 ? (size_t)ws.ws_row - 5 : 1;
	for (size_t i = 0; i < m->n; i++) {
		const struct item *it = &m->items[i];

		if (!shown(w, it))
			continue;
		if (!w->selected[0])
			snprintf(w->selected, sizeof w->selected, "%s",
				it->name);
		if (!strcmp(w->selected, it->name))
			mark = n;
		up += (unsigned)model_is_up(it);
		bad += !model_good(it);
		n++;
	}
	from = mark >= rows ? mark - rows + 1 : 0;
	fputs("\033[H\033[J", stdout);
	if (m->svscan)
		printf("%u up, %s%u not as it should be%s   %s\n", up,
			table_code(bad ? RED : PLAIN, w->colour), bad,
			bad && w->colour ? "\033[0m" : "",
			m->changer ? "a change is going on" : "");
	else
		printf("The tree does not run (reeve up starts it).\n");
	table_begin(&t, columns, sizeof columns / sizeof *columns);
	for (size_t i = 0; i < m->n; i++) {
		if (!shown(w, &m->items[i]))
			continue;
		if (k >= from && k < from + rows)
			draw_row(&t, w, &m->items[i], m->now);
		k++;
	}
	table_print(&t, stdout, cols, w->colour);
	printf("\033[%d;1H%s\n%s", ws.ws_row - 1, w->message,
		"arrows choose  s start  x stop  r restart  l log  q quit");
	fflush(stdout);
}

/* --- keys ----------------------------------------------------------------------- */

/* An arrow comes as three bytes. */
static int
read_key(void)
{
	unsigned char c[3];
	ssize_t r = read(0, c, 1);

	if (r != 1)
		return r < 0 && errno == EINTR ? -1 : 'q';
	if (c[0] != 033)
		return c[0];
	if (read(0, c + 1, 1) != 1 || read(0, c + 2, 1) != 1)
		return 'q';
	return c[2] == 'A' ? KEY_UP : c[2] == 'B' ? KEY_DOWN : -1;
}

static void
move(struct watch *w, const struct model *m, int by)
{
	const struct item *prev = 0;
	int take = 0;

	for (size_t i = 0; i < m->n; i++) {
		const struct item *it = &m->items[i];

		if (!shown(w, it))
			continue;
		if (take) {
			snprintf(w->selected, sizeof w->selected, "%s",
				it->name);
			return;
		}
		if (!strcmp(w->selected, it->name)) {
			if (by < 0) {
				if (prev)
					snprintf(w->selected,
						sizeof w->selected, "%s",
						prev->name);
				return;
			}
			take = 1;
		}
		prev = it;
	}
}

/* Start it in the background; its messages would spoil the screen. */
static void
act_on(struct watch *w, const char *verb)
{
	char prog[] = "reeve", dir[] = "-s", end[] = "--";
	char *argv[8] = { prog, (char *)verb, 0 };
	int n = 2, fd[2];
	pid_t pid;
	ssize_t r;

	if (w->scandir) {
		argv[n++] = dir;
		argv[n++] = (char *)w->scandir;
	}
	argv[n++] = end;
	argv[n++] = w->selected;
	argv[n] = 0;
	snprintf(w->message, sizeof w->message, "%s %s ...", verb,
		w->selected);
	if (pipe(fd) < 0)
		return;
	pid = front_spawn(prog, argv, fd[1], fd[1]);
	close(fd[1]);
	/* Its first words are told; it goes on by itself. */
	if (pid > 0) {
		struct pollfd pfd = { fd[0], POLLIN, 0 };

		if (poll(&pfd, 1, REFRESH_MS) > 0 && (r = read(fd[0],
			w->message, sizeof w->message - 1)) > 0) {
			w->message[r] = 0;
			w->message[strcspn(w->message, "\n")] = 0;
		}
	}
	close(fd[0]);
}

static void
show_log(struct watch *w)
{
	char prog[] = "reeve-logs", n[] = "-n", many[] = "200", f[] = "-f";
	char *argv[] = { prog, n, many, f, w->selected, 0 };

	leave();
	puts("(interrupt to come back)");
	signal(SIGINT, SIG_IGN);
	{
		pid_t pid = front_spawn(prog, argv, -1, -1);

		if (pid > 0)
			front_reap(pid);
	}
	signal(SIGINT, SIG_DFL);
	enter();
}

static void
key(struct watch *w, const struct model *m, int k)
{
	switch (k) {
	case 'q': case 'Q': case 3: case 4: w->quit = 1; break;
	case KEY_UP: case 'k': move(w, m, -1); break;
	case KEY_DOWN: case 'j': move(w, m, 1); break;
	case 's': act_on(w, "start"); break;
	case 'x': act_on(w, "stop"); break;
	case 'r': act_on(w, "restart"); break;
	case 'l': show_log(w); break;
	case 'a': w->all = !w->all; break;
	}
}

int
watch_run(const char *scandir, int all, int colour)
{
	struct watch w = { .scandir = scandir, .all = all, .colour = colour };
	struct model m;

	if (!isatty(0) || !isatty(1))
		die(EX_MISUSE, "--watch needs a terminal; without one take "
			"--json");
	signal(SIGPIPE, SIG_IGN);
	enter();
	while (!w.quit) {
		struct pollfd in = { 0, POLLIN, 0 };
		uint64_t until = clock_now() + REFRESH_MS;

		while (waitpid(-1, 0, WNOHANG) > 0)
			;	/* commands that have ended */
		model_load(&m, scandir);
		measure(&w, &m);
		draw(&w, &m);
		while (!w.quit && poll(&in, 1, clock_left(until)) > 0) {
			int k = read_key();

			key(&w, &m, k);
			draw(&w, &m);
		}
		model_free(&m);
	}
	leave();
	free(w.samples);
	return EX_OK;
}
