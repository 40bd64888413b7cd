/* result.c - what a switch came to, or would do, as one JSON object, and the
 * exit code of a plan; the list of generations, see gen.h and
 * reeve-json(5). */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "lib/msg.h"
#include "rc/switch/gen.h"
#include "rc/switch/report.h"

void
gen_result_begin(struct gen *g)
{
	if (!g->json)
		return;
	g->services.f = open_memstream(&g->text, &g->textlen);
	if (!g->services.f)
		die_sys(EX_SYSTEM, "not switched: unable to keep the plan");
	g->u.services = &g->services;
}

static void
put_result(struct gen *g, int code)
{
	struct json j = { stdout, 0 };
	char id[LIVE_HEX] = "";
	time_t when;

	if (g->u.data)
		live_hex(id, g->u.new.id);
	else if (g->made && gen_info(g, g->made, id, &when) < 0)
		*id = 0;
	json_begin(&j, 0, '{');
	json_number(&j, "version", 1);
	json_text(&j, "outcome",
		g->outcome		    ? g->outcome
			: g->u.dry && !code ? "planned"
					    : report_outcome(code));
	json_number(&j, "code", code);
	json_text(&j, "text", *g->u.text ? g->u.text : 0);
	json_bool(&j, "changes", g->changes);
	if (g->made)
		json_number(&j, "generation", g->made);
	else
		json_null(&j, "generation");
	json_text(&j, "database", *id ? id : 0);
	if (g->u.planned)
		json_number(&j, "untouched", g->u.untouched);
	else
		json_null(&j, "untouched");
	json_begin(&j, "services", '[');
	fwrite(g->text, 1, g->textlen, stdout);
	puts("]}");
}

int
gen_result(struct gen *g, int code)
{
	/* The stamp of sources that were just written is not trusted: then only
	 * the database tells that it is the same set. */
	if (g->u.dry && !code && !g->outcome && !g->changes) {
		g->outcome = "nothing-to-do";
		if (!g->made)
			g->made = gen_booted(g);
	}
	if (g->json) {
		if (fclose(g->services.f))
			die_sys(EX_SYSTEM, "unable to print the result");
		put_result(g, code);
		free(g->text);
	}
	if (fflush(stdout))
		die_sys(EX_SYSTEM, "unable to write");
	return code == EX_OK && g->exit_code && g->changes ? GEN_CHANGES : code;
}

static void
put_generation(struct json *j, const struct gen *g, unsigned n, unsigned live,
	unsigned boot)
{
	char id[LIVE_HEX] = "";
	time_t when = 0;
	int known = gen_info(g, n, id, &when) == 0;

	json_line(j);
	json_begin(j, 0, '{');
	json_number(j, "generation", n);
	if (known)
		json_number(j, "time", (long long)when);
	else
		json_null(j, "time");
	json_text(j, "database", *id ? id : 0);
	json_bool(j, "live", n == live);
	json_bool(j, "booted", n == boot);
	json_bool(j, "failed", gen_has_failed(g, n));
	json_end(j, '}');
}

static void
print_generation(const struct gen *g, unsigned n, unsigned live, unsigned boot)
{
	char id[LIVE_HEX] = "", date[32] = "-";
	time_t when = 0;
	struct tm tm;

	if (gen_info(g, n, id, &when) == 0 && localtime_r(&when, &tm))
		strftime(date, sizeof date, "%Y-%m-%d %H:%M:%S", &tm);
	printf("%u  %s  %.12s%s%s%s\n", n, date, id, n == live ? "  live" : "",
		n == boot ? "  boot" : "",
		gen_has_failed(g, n) ? "  failed" : "");
}

void
gen_print(const struct gen *g)
{
	size_t n;
	unsigned *v = gen_list(g, &n), live = gen_live(g), boot = gen_booted(g);
	struct json j = { stdout, 0 };

	if (g->json) {
		json_begin(&j, 0, '{');
		json_number(&j, "version", 1);
		json_begin(&j, "generations", '[');
	}
	for (size_t i = 0; i < n; i++)
		if (g->json)
			put_generation(&j, g, v[i], live, boot);
		else
			print_generation(g, v[i], live, boot);
	if (g->json)
		puts("\n]}");
	else if (!n)
		info("there is none yet (reeve switch makes the first)");
	free(v);
	if (fflush(stdout))
		die_sys(EX_SYSTEM, "unable to write");
}
