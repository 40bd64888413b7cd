/* watch.c - reeve status --watch: the table, live, with what each service
 * uses, and keys to act on the one that is marked. */

#include <ctype.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

#include "lib/arena.h"
#include "lib/clock.h"
#include "lib/file.h"
#include "lib/msg.h"
#include "tools/front/front.h"
#include "tools/front/watch-measure.h"
#include "tools/front/watch.h"

enum {
	REFRESH_MS = 1000,
	KEY_UP = 1000,
	KEY_DOWN,
	KEY_PAGE_UP,
	KEY_PAGE_DOWN,
	KEY_HOME,
	KEY_END
};

static struct termios saved;
static int raw;
static volatile sig_atomic_t ended_by;

static void
on_signal(int sig)
{
	if (sig != SIGWINCH)
		ended_by = sig;
}

/* The screen is restored however this ends; a new size is drawn at once. */
static void
trap_signals(void)
{
	static const int list[] = { SIGINT, SIGTERM, SIGHUP, SIGQUIT,
		SIGWINCH };
	struct sigaction sa = { .sa_handler = on_signal };

	for (size_t i = 0; i < sizeof list / sizeof *list; i++)
		sigaction(list[i], &sa, 0);
	signal(SIGPIPE, SIG_IGN);
}

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
	/* Interrupt is a key as well: it ends this as q does. */
	t.c_lflag &= ~(tcflag_t)(ICANON | ECHO | ISIG);
	t.c_cc[VMIN] = 0;
	t.c_cc[VTIME] = 0;
	tcsetattr(0, TCSAFLUSH, &t);
	fputs("\033[?1049h\033[?25l", stdout);
	fflush(stdout);
	raw = 1;
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

static const struct column columns[] = { { "", 0, 0 }, { "NAME", 0, 0 },
	{ "STATE", 0, 0 }, { "PID", 1, 5 }, { "SINCE", 1, 2 }, { "CPU%", 1, 1 },
	{ "MEM", 1, 1 }, { "PROCS", 1, 6 }, { "RESTARTS", 1, 4 },
	{ "LOG/s", 1, 3 }, { "DESCRIPTION", 0, 7 } };

static int
shown(const struct watch *w, const struct item *it)
{
	for (size_t i = 0; i < w->nnames; i++)
		if (!strcmp(w->names[i], it->name))
			return it->type != ITEM_BUNDLE;
	return !w->nnames && it->type != ITEM_BUNDLE &&
		(w->all || !status_hidden(it));
}

static void
draw_row(struct grid *t, struct watch *w, const struct item *it, long long now)
{
	const struct sample *s = watch_sample(w, it->name);
	char pid[24] = "-", cpu[24] = "-", restarts[24] = "-";
	char procs[24] = "-";

	if (it->pid) {
		snprintf(pid, sizeof pid, "%ld", it->pid);
		snprintf(cpu, sizeof cpu, "%.1f", s->cpu);
		snprintf(procs, sizeof procs, "%u", s->count);
	}
	if (it->restarts >= 0)
		snprintf(restarts, sizeof restarts, "%ld", it->restarts);
	grid_cell(t, PLAIN, strcmp(w->selected, it->name) ? " " : ">");
	grid_cell(t, BOLD, it->name);
	grid_cell(t, status_colour(it), model_word(it));
	grid_cell(t, PLAIN, pid);
	grid_cell(t, PLAIN,
		model_since(it) ? front_duration(now - it->since) : "-");
	grid_cell(t, PLAIN, cpu);
	grid_cell(t, PLAIN, it->pid ? human(1024.0 * (double)s->rss_kb) : "-");
	grid_cell(t, PLAIN, procs);
	grid_cell(t, PLAIN, restarts);
	grid_cell(t, PLAIN, s->logged >= 0 ? human(s->rate) : "-");
	grid_cell(t, PLAIN,
		it->why[0] && !model_good(it) ? it->why : model_about(it, now));
}

static const struct item *
row_of(const struct watch *w, const struct model *m, size_t row)
{
	for (size_t i = 0; i < m->n; i++)
		if (shown(w, &m->items[i]) && !row--)
			return &m->items[i];
	return 0;
}

/* The row of the marked one; of the next, if that is gone.  How many rows
 * there are. */
static size_t
find_mark(struct watch *w, const struct model *m)
{
	const struct item *it;
	size_t n = 0;
	int found = 0;

	for (size_t i = 0; i < m->n; i++) {
		if (!shown(w, &m->items[i]))
			continue;
		if (!strcmp(w->selected, m->items[i].name)) {
			w->at = n;
			found = 1;
		}
		n++;
	}
	if (w->at >= n)
		w->at = n ? n - 1 : 0;
	it = found ? 0 : row_of(w, m, w->at);
	if (it)
		snprintf(w->selected, sizeof w->selected, "%s", it->name);
	return n;
}

/* One line, cut if it must be; what is wrong is red. */
static void
draw_head(FILE *f, const struct watch *w, const struct model *m, size_t first,
	size_t n, size_t cols)
{
	unsigned up = 0, bad = 0;
	char left[48], red[64], right[128] = "", all[256];

	if (!m->svscan) {
		snprintf(all, sizeof all,
			"The tree does not run (%s starts "
			"it).",
			model_starter(m));
		grid_cut(f, all, cols);
		putc('\n', f);
		return;
	}
	for (size_t i = 0; i < m->n; i++)
		if (shown(w, &m->items[i])) {
			up += (unsigned)model_is_up(&m->items[i]);
			bad += !model_good(&m->items[i]);
		}
	snprintf(left, sizeof left, "%u up, ", up);
	snprintf(red, sizeof red, "%u not as it should be", bad);
	if (n > w->rows)
		snprintf(right, sizeof right, "   %zu-%zu of %zu", first + 1,
			first + w->rows, n);
	if (m->changer)
		strcat(right, "   a change is going on");
	snprintf(all, sizeof all, "%s%s%s", left, red, right);
	if (!bad || !w->colour || grid_columns(all) > cols)
		grid_cut(f, all, cols);
	else
		fprintf(f, "%s%s%s\033[0m%s", left, grid_code(RED, 1), red,
			right);
	putc('\n', f);
}

/* One write for a whole screen, and none for the same: nothing flickers.
 * Each line is cleared behind its end, not the screen before it. */
static void
show(struct watch *w, char *text, size_t len)
{
	struct buf b = { 0 };

	if (w->frame && len == w->framelen && !memcmp(text, w->frame, len)) {
		free(text);
		return;
	}
	free(w->frame);
	w->frame = text;
	w->framelen = len;
	buf_str(&b, "\033[H");
	for (size_t i = 0; i < len; i++) {
		if (text[i] == '\n')
			buf_str(&b, "\033[K");
		buf_char(&b, text[i]);
	}
	buf_str(&b, "\033[K");
	if (!b.bad)
		(void)file_write_all(1, b.s, b.len);
	buf_free(&b);
}

static void
draw(struct watch *w, const struct model *m)
{
	static const char keys[] = "arrows choose  s start  x stop  r restart"
				   "  l log  a all  q quit";
	struct winsize ws = { 0 };
	size_t n, first, k = 0, len = 0;
	char *text = 0;
	FILE *f = open_memstream(&text, &len);
	struct grid t;
	int cols;

	if (!f)
		die_sys(EX_SYSTEM, "unable to draw");
	if (ioctl(1, TIOCGWINSZ, &ws) < 0 || !ws.ws_row)
		ws.ws_row = 24;
	cols = grid_width(1);
	w->rows = ws.ws_row > 5 ? (size_t)ws.ws_row - 4 : 1;
	n = find_mark(w, m);
	first = w->at >= w->rows ? w->at - w->rows + 1 : 0;
	draw_head(f, w, m, first, n, (size_t)cols);
	grid_begin(&t, columns, sizeof columns / sizeof *columns);
	for (size_t i = 0; i < m->n; i++) {
		if (!shown(w, &m->items[i]))
			continue;
		if (k >= first && k < first + w->rows)
			draw_row(&t, w, &m->items[i], m->now);
		k++;
	}
	grid_print(&t, f, cols, w->colour);
	/* What an earlier screen had below; then the last two lines. */
	for (k = n < w->rows ? n : w->rows; k < w->rows; k++)
		putc('\n', f);
	if (ws.ws_row > 4) {
		grid_cut(f, w->message, (size_t)cols);
		putc('\n', f);
		grid_cut(f, keys, (size_t)cols);
	}
	if (fclose(f))
		die_sys(EX_SYSTEM, "unable to draw");
	show(w, text, len);
}

/* --- keys ----------------------------------------------------------------------- */

static int
read_byte(void)
{
	unsigned char c;

	return read(0, &c, 1) == 1 ? c : 0;
}

/* ESC [ A, ESC O A, ESC [ 5 ~: the bytes of one key come together.  Escape
 * alone, and the end of the terminal, are q. */
static int
read_key(void)
{
	int c = read_byte(), number = 0;

	if (c != 033)
		return c ? c : 'q';
	c = read_byte();
	if (c != '[' && c != 'O')
		return c ? -1 : 'q';
	for (c = read_byte(); c >= '0' && c <= '9'; c = read_byte())
		number = (number * 10 + c - '0') % 1000;
	while (c == ';' || (c >= '0' && c <= '9'))
		c = read_byte();
	switch (c) {
	case 'A':
		return KEY_UP;
	case 'B':
		return KEY_DOWN;
	case 'H':
		return KEY_HOME;
	case 'F':
		return KEY_END;
	case '~':
		return number == 5		     ? KEY_PAGE_UP
			: number == 6		     ? KEY_PAGE_DOWN
			: number == 1 || number == 7 ? KEY_HOME
			: number == 4 || number == 8 ? KEY_END
						     : -1;
	default:
		return -1;
	}
}

static void
move(struct watch *w, const struct model *m, long by)
{
	long n = (long)find_mark(w, m), to = (long)w->at + by;
	const struct item *it;

	it = row_of(w, m, (size_t)(to >= n ? n - 1 : to < 0 ? 0 : to));
	if (it)
		snprintf(w->selected, sizeof w->selected, "%s", it->name);
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
	snprintf(w->message, sizeof w->message, "%s %s ...", verb, w->selected);
	if (pipe(fd) < 0)
		return;
	pid = front_spawn(prog, argv, fd[1], fd[1]);
	close(fd[1]);
	/* Its first words are told; it goes on by itself. */
	if (pid > 0) {
		struct pollfd pfd = { fd[0], POLLIN, 0 };

		if (poll(&pfd, 1, REFRESH_MS) > 0 &&
			(r = read(fd[0], w->message, sizeof w->message - 1)) >
				0) {
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
	{
		pid_t pid = front_spawn(prog, argv, -1, -1);

		if (pid > 0)
			front_reap(pid);
	}
	/* That was meant for it. */
	if (ended_by == SIGINT)
		ended_by = 0;
	enter();
	free(w->frame);
	w->frame = 0;
}

static void
key(struct watch *w, const struct model *m, int k)
{
	switch (k) {
	case 'q':
	case 'Q':
	case 3:
	case 4:
		w->quit = 1;
		break;
	case KEY_UP:
	case 'k':
		move(w, m, -1);
		break;
	case KEY_DOWN:
	case 'j':
		move(w, m, 1);
		break;
	case KEY_PAGE_UP:
		move(w, m, -(long)w->rows);
		break;
	case KEY_PAGE_DOWN:
	case ' ':
		move(w, m, (long)w->rows);
		break;
	case KEY_HOME:
	case 'g':
		move(w, m, -(long)m->n);
		break;
	case KEY_END:
	case 'G':
		move(w, m, (long)m->n);
		break;
	case 'L' & 0x1f:
		free(w->frame);
		w->frame = 0;
		break;
	case 's':
		act_on(w, "start");
		break;
	case 'x':
		act_on(w, "stop");
		break;
	case 'r':
		act_on(w, "restart");
		break;
	case 'l':
		show_log(w);
		break;
	case 'a':
		w->all = !w->all;
		break;
	}
}

int
watch_run(
	const char *scandir, int all, int colour, char *const *names, size_t n)
{
	struct watch w = { .scandir = scandir,
		.all = all,
		.colour = colour,
		.names = names,
		.nnames = n };
	struct model m;

	if (!isatty(0) || !isatty(1))
		die(EX_MISUSE,
			"--watch needs a terminal; without one take "
			"--json");
	model_load(&m, scandir);
	for (size_t i = 0; i < n; i++)
		model_need(&m, names[i]);
	model_free(&m);
	trap_signals();
	enter();
	atexit(leave);
	while (!w.quit && !ended_by) {
		struct pollfd in = { 0, POLLIN, 0 };
		uint64_t until = clock_now() + REFRESH_MS;

		while (waitpid(-1, 0, WNOHANG) > 0)
			; /* commands that have ended */
		model_load(&m, scandir);
		watch_measure(&w, &m);
		draw(&w, &m);
		while (!w.quit && !ended_by &&
			poll(&in, 1, clock_left(until)) > 0) {
			int k = read_key();

			key(&w, &m, k);
			/* What acted is looked at anew. */
			if (k == 's' || k == 'x' || k == 'r' || k == 'l')
				break;
			draw(&w, &m);
		}
		model_free(&m);
	}
	leave();
	free(w.samples);
	free(w.frame);
	if (ended_by) {
		/* As if it had never been caught. */
		signal((int)ended_by, SIG_DFL);
		raise((int)ended_by);
	}
	return EX_OK;
}
