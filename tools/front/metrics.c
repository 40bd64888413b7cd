/* metrics.c - reeve metrics: numbers in Prometheus' text format, printed,
 * written to a file for the node exporter's textfile collector, or answered
 * to whoever asks on a local socket. */

#include <fcntl.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>

#include "lib/file.h"
#include "lib/msg.h"
#include "lib/shown.h"
#include "lib/version.h"
#include "rc/kept.h"
#include "tools/front/front.h"
#include "tools/front/model.h"
#include "tools/front/proc.h"
#include "tools/front/scrape.h"

static const struct opt opts[] = {
	{ 'd', "notify", "FD",
		"with --listen: write a newline there when\n"
		"ready" },
	{ 'l', "listen", "SOCKET",
		"answer HTTP requests on this local socket,\n"
		"until a signal ends it" },
	{ 'o', "output", "FILE", "replace this file as a whole" },
	{ 's', "scandir", "DIR", "look only at this scan directory" },
	{ 0, 0, 0, 0 }
};
static const struct usage usage = { "[-s DIR] [-o FILE | -l SOCKET [-d FD]]",
	"Print state, restarts, uptime, readiness, CPU and memory of every\n"
	"service and the result of the last switch as Prometheus metrics.",
	opts, "Exit status: 0, 100 misuse, 111 system error." };

static void
head(FILE *f, const char *name, const char *type, const char *help)
{
	fprintf(f, "# HELP %s %s\n# TYPE %s %s\n", name, help, name, type);
}

static void
sample(FILE *f, const char *name, const struct item *it, double value)
{
	fprintf(f, "%s{service=", name);
	shown_quoted(f, it->name);
	fprintf(f, "} %.15g\n", value);
}

static void
print_states(FILE *f, const struct model *m)
{
	head(f, "reeve_service_up", "gauge",
		"1 if the service is up, and ready if it can say so");
	for (size_t i = 0; i < m->n; i++)
		if (m->items[i].type != ITEM_BUNDLE)
			sample(f, "reeve_service_up", &m->items[i],
				model_is_up(&m->items[i]));
	head(f, "reeve_service_wanted", "gauge",
		"1 if the service should be up");
	for (size_t i = 0; i < m->n; i++)
		if (m->items[i].type != ITEM_BUNDLE)
			sample(f, "reeve_service_wanted", &m->items[i],
				m->items[i].should);
	head(f, "reeve_service_failed", "gauge",
		"1 if the service failed or lost its supervise");
	for (size_t i = 0; i < m->n; i++)
		if (m->items[i].type != ITEM_BUNDLE)
			sample(f, "reeve_service_failed", &m->items[i],
				m->items[i].state == IS_FAILED ||
					m->items[i].state == IS_LOST);
	head(f, "reeve_service_state", "gauge",
		"1 for the state that the service is in");
	for (size_t i = 0; i < m->n; i++) {
		if (m->items[i].type == ITEM_BUNDLE)
			continue;
		fputs("reeve_service_state{service=", f);
		shown_quoted(f, m->items[i].name);
		fprintf(f, ",state=\"%s\"} 1\n", model_word(&m->items[i]));
	}
}

static void
print_lives(FILE *f, const struct model *m)
{
	head(f, "reeve_service_restarts_total", "counter",
		"how often the service was started again");
	for (size_t i = 0; i < m->n; i++)
		if (m->items[i].restarts >= 0)
			sample(f, "reeve_service_restarts_total", &m->items[i],
				(double)m->items[i].restarts);
	head(f, "reeve_service_uptime_seconds", "gauge",
		"time since the running service was started");
	for (size_t i = 0; i < m->n; i++)
		if (m->items[i].pid && m->items[i].since)
			sample(f, "reeve_service_uptime_seconds", &m->items[i],
				(double)(m->now - m->items[i].since));
	head(f, "reeve_service_ready_seconds", "gauge",
		"time it took from start to readiness");
	for (size_t i = 0; i < m->n; i++) {
		const struct item *it = &m->items[i];
		tain took;

		if (it->ready != 1)
			continue;
		tain_sub(&took, &it->status.readied, &it->status.changed);
		sample(f, "reeve_service_ready_seconds", it,
			(double)tai_sec(tain_secp(&took)) +
				(double)tain_nano(&took) / 1e9);
	}
}

static void
print_usage(FILE *f, const struct model *m, const struct procs *ps)
{
	head(f, "reeve_service_memory_bytes", "gauge",
		"resident memory of the service's processes");
	for (size_t i = 0; i < m->n; i++)
		if (m->items[i].pid)
			sample(f, "reeve_service_memory_bytes", &m->items[i],
				1024.0 *
					(double)procs_sum(ps, m->items[i].pid)
						.rss_kb);
	head(f, "reeve_service_cpu_seconds_total", "counter",
		"CPU time of the service's processes that live");
	for (size_t i = 0; i < m->n; i++)
		if (m->items[i].pid)
			sample(f, "reeve_service_cpu_seconds_total",
				&m->items[i],
				(double)procs_sum(ps, m->items[i].pid).cpu_ms /
					1000);
	head(f, "reeve_service_processes", "gauge",
		"number of the service's processes");
	for (size_t i = 0; i < m->n; i++)
		if (m->items[i].pid)
			sample(f, "reeve_service_processes", &m->items[i],
				procs_sum(ps, m->items[i].pid).count);
}

static void
identity(FILE *f, const char *name, const char *help, const char *id)
{
	if (!*id)
		return;
	head(f, name, "gauge", help);
	fprintf(f, "%s{id=\"%s\"} 1\n", name, id);
}

static void
print_database(FILE *f, const struct model *m)
{
	struct kept k;

	kept_read(&k, &m->places, &m->live);
	if (k.live) {
		head(f, "reeve_generation", "gauge",
			"number of the generation that is live");
		fprintf(f, "reeve_generation %u\n", k.live);
	}
	identity(f, "reeve_database_info",
		"identity of the database that is live", k.live_id);
	identity(f, "reeve_boot_database_info",
		"identity of the database that the next boot takes",
		k.booted_id);
}

static void
print_tree(FILE *f, const struct model *m)
{
	struct live_last last;

	head(f, "reeve_info", "gauge", "version of the program that asks");
	fprintf(f, "reeve_info{version=\"%s\"} 1\n", reeve_version);
	head(f, "reeve_tree_up", "gauge", "1 if the supervision tree runs");
	fprintf(f, "reeve_tree_up %d\n", m->svscan > 0);
	if (!m->have_live)
		return;
	print_database(f, m);
	head(f, "reeve_switching", "gauge",
		"1 while a switch goes on, or if one was cut off");
	fprintf(f, "reeve_switching %d\n", m->switching);
	if (live_last(&m->live, &last) != 1)
		return;
	head(f, "reeve_last_switch_code", "gauge",
		"exit code of the last switch, 0 for success");
	fprintf(f, "reeve_last_switch_code %d\n", last.code);
	head(f, "reeve_last_switch_time_seconds", "gauge",
		"when the last switch ended, Unix time");
	fprintf(f, "reeve_last_switch_time_seconds %.3f\n",
		(double)last.when / 1000);
}

/* All of it, in malloced memory. */
static char *
collect(const char *scandir, size_t *len)
{
	struct procs ps = { 0, 0 };
	char *text = 0;
	struct model m;
	FILE *f = open_memstream(&text, len);

	if (!f)
		die_sys(EX_SYSTEM, "unable to collect");
	model_load(&m, scandir);
	print_tree(f, &m);
	print_states(f, &m);
	print_lives(f, &m);
	if (procs_load(&ps) == 0)
		print_usage(f, &m, &ps);
	procs_free(&ps);
	model_free(&m);
	if (fclose(f))
		die_sys(EX_SYSTEM, "unable to collect");
	return text;
}

int
front_metrics(int argc, char **argv)
{
	const char *scandir = 0, *output = 0, *path = 0;
	int c, notify = -1;
	size_t len;
	char *text;

	opt_permute(&usage, argc, argv);
	while ((c = opt_next(&usage, argc, argv)) != -1) {
		switch (c) {
		case 'd':
			notify = (int)opt_uint(
				"the descriptor", optarg, 3, 1023);
			break;
		case 'l':
			path = optarg;
			break;
		case 'o':
			output = optarg;
			break;
		case 's':
			scandir = optarg;
			break;
		}
	}
	if (optind != argc || (path && output) || (notify >= 0 && !path))
		opt_usage(&usage);
	if (path)
		scrape_serve(path, notify, collect, scandir);
	text = collect(scandir, &len);
	if (output && file_write(AT_FDCWD, output, text, len, 0644, 0) < 0)
		die_sys(EX_SYSTEM, "unable to write %s", output);
	if (!output)
		fwrite(text, 1, len, stdout);
	free(text);
	return fflush(stdout) ? EX_SYSTEM : EX_OK;
}
