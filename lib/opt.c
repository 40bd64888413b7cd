/* opt.c - see opt.h.  The table is the only place where options are said;
 * tests/doc.sh compares it (through --help) with the man page. */

#include <getopt.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "config.h"
#include "lib/msg.h"
#include "lib/num.h"
#include "lib/opt.h"
#include "lib/version.h"

enum { OPTS_MAX = 64, CODE_HELP = 1000, CODE_VERSION, COLUMNS = 80 };

void
opt_usage(const struct usage *u)
{
	fprintf(stderr, "%s: usage: %s %s\n(try '%s --help')\n", prog_name,
		prog_name, u->synopsis, prog_name);
	exit(EX_MISUSE);
}

/* Print words from column col on, in lines that fit, the later ones indented
 * by indent.  What is in brackets counts as one word if whole is set. */
static void
flow(const char *s, size_t len, int col, int indent, int whole)
{
	const char *end = s + len;

	for (int first = 1; s < end; first = 0) {
		const char *word = s;
		int depth = 0, n;

		while (s < end && ((*s != ' ' && *s != '\n') || depth > 0)) {
			if (whole)
				depth += (*s == '[' || *s == '{') -
					(*s == ']' || *s == '}');
			s++;
		}
		n = (int)(s - word);
		while (s < end && (*s == ' ' || *s == '\n'))
			s++;
		if (!first && col + 1 + n > COLUMNS) {
			printf("\n%*s", indent, "");
			col = indent;
		} else if (!first) {
			putchar(' ');
			col++;
		}
		printf("%.*s", n, word);
		col += n;
	}
}

/* Lines as they are; a paragraph of which one is too long is set anew.  One
 * ends before an empty or an indented line. */
static void
print_text(const char *s)
{
	while (*s) {
		const char *end = s, *line = s;
		size_t longest = 0, n;

		do {
			n = strcspn(line, "\n");
			longest = n > longest ? n : longest;
			end = line + n;
			line = end + (*end == '\n');
		} while (*end && n && *line && *line != '\n' && *line != ' ');
		if (longest > COLUMNS)
			flow(s, (size_t)(end - s), 0, 0, 0);
		else
			printf("%.*s", (int)(end - s), s);
		putchar('\n');
		s = line;
	}
}

/* "  -t, --timeout=MS   text", with the text's later lines aligned. */
static void
print_opt(const struct opt *o)
{
	enum { COL = 28 };
	char left[128];
	int n = snprintf(left, sizeof left, "  %c%c%s%s%s%s%s",
		o->letter < OPT_LONG ? '-' : ' ',
		o->letter < OPT_LONG ? o->letter : ' ',
		!o->name		       ? ""
			: o->letter < OPT_LONG ? ", --"
					       : "  --",
		o->name ? o->name : "",
		!o->arg		  ? ""
			: o->name ? "="
				  : " ",
		o->arg ? o->arg : "", "");

	printf("%-*s", COL, left);
	if (n >= COL)
		printf("\n%*s", COL, "");
	flow(o->help, strlen(o->help), COL, COL, 0);
	putchar('\n');
}

static _Noreturn void
print_help(const struct usage *u)
{
	static const struct opt help = { OPT_LONG, "help", 0,
		"print this and exit" },
				version = { OPT_LONG, "version", 0,
					"print the version and exit" };

	int n = printf("usage: %s ", prog_name);

	flow(u->synopsis, strlen(u->synopsis), n, 8, 1);
	printf("\n\n");
	print_text(u->about);
	printf("\nOptions:\n");
	for (const struct opt *o = u->opts; o && o->letter; o++)
		print_opt(o);
	print_opt(&help);
	print_opt(&version);
	if (u->more) {
		putchar('\n');
		print_text(u->more);
	}
	/* "reeve status" is described in reeve(1). */
	printf("\nSee also: man %.*s\n", (int)strcspn(prog_name, " "),
		prog_name);
	exit(fflush(stdout) ? EX_SYSTEM : 0);
}

/* Does this word take the next one as its argument? */
static int
takes_next(const struct usage *u, const char *word)
{
	const char *last = word + strlen(word) - 1;

	for (const struct opt *o = u->opts; o && o->letter; o++) {
		if (!o->arg)
			continue;
		if (word[1] == '-') {
			if (o->name && !strcmp(word + 2, o->name))
				return 1;
		} else if (o->letter < OPT_LONG) {
			/* In a cluster an option that takes an argument is
			 * the last letter, or the rest is its argument. */
			const char *p = strchr(word + 1, o->letter);

			if (p)
				return p == last;
		}
	}
	return 0;
}

void
opt_permute(const struct usage *u, int argc, char **argv)
{
	char **out = calloc((size_t)argc + 1, sizeof *out);
	int n = 1;

	if (!out)
		die_sys(EX_SYSTEM, "unable to parse the options");
	out[0] = argv[0];
	for (int pass = 0; pass < 2; pass++) {
		int rest = argc;

		for (int i = 1; i < rest; i++)
			if (!strcmp(argv[i], "--"))
				rest = i;
			else if (argv[i][0] == '-' && argv[i][1])
				i += takes_next(u, argv[i]);
		/* What follows "--" is never an option. */
		if (pass && rest < argc)
			out[n++] = argv[rest];
		for (int i = 1; i < rest; i++) {
			if (argv[i][0] != '-' || !argv[i][1]) {
				if (pass)
					out[n++] = argv[i];
				continue;
			}
			if (!pass)
				out[n++] = argv[i];
			if (takes_next(u, argv[i]) && i + 1 < rest) {
				i++;
				if (!pass)
					out[n++] = argv[i];
			}
		}
		if (pass)
			for (int i = rest + 1; i < argc; i++)
				out[n++] = argv[i];
	}
	memcpy(argv, out, (size_t)argc * sizeof *argv);
	free(out);
}

/* What getopt would say, but it names argv[0]. */
static void
complain(const struct usage *u, const char *word, int lacks)
{
	size_t len = strcspn(word, "=");
	int named = !strncmp(word, "--", 2) && (!optopt || optopt >= OPT_LONG);

	/* A long option that has a letter too; else word may be the one
	 * before the cluster of letters. */
	for (const struct opt *o = u->opts; o && o->letter; o++)
		if (o->letter == optopt && o->name && len > 2 &&
			!strncmp(word + 2, o->name, len - 2))
			named = 1;
	if (!named)
		say(lacks ? "option -%c needs an argument"
			  : "unknown option -%c",
			optopt);
	else if (lacks)
		say("option %s needs an argument", word);
	else if (optopt)
		say("option %.*s takes no argument", (int)len, word);
	else
		say("unknown option %s", word);
}

int
opt_next(const struct usage *u, int argc, char **argv)
{
	char letters[2 * OPTS_MAX + 3], *p = letters;
	struct option longs[OPTS_MAX + 3];
	size_t n = 0;
	int c;

	*p++ = '+';
	*p++ = ':';
	for (const struct opt *o = u->opts; o && o->letter && n < OPTS_MAX;
		o++) {
		if (o->letter < OPT_LONG) {
			*p++ = (char)o->letter;
			if (o->arg)
				*p++ = ':';
		}
		if (o->name)
			longs[n++] = (struct option){ o->name,
				o->arg ? required_argument : no_argument, 0,
				o->letter };
	}
	*p = 0;
	longs[n++] = (struct option){ "help", no_argument, 0, CODE_HELP };
	longs[n++] = (struct option){ "version", no_argument, 0, CODE_VERSION };
	longs[n] = (struct option){ 0 };
	opterr = 0;
	c = getopt_long(argc, argv, letters, longs, 0);
	if (c == CODE_HELP)
		print_help(u);
	if (c == CODE_VERSION) {
		printf("%s (reeve) %s\n", prog_name, reeve_version);
		exit(fflush(stdout) ? EX_SYSTEM : 0);
	}
	if (c == '?' || c == ':') {
		/* musl counts the argument that is not there. */
		complain(u, optind <= argc ? argv[optind - 1] : "", c == ':');
		opt_usage(u);
	}
	return c;
}

void
opt_reset(void)
{
	/* 0 makes glibc forget its place in a cluster of letters as well;
	 * musl does the same for 0 and 1. */
	optind = 0;
}

unsigned
opt_uint(const char *what, const char *text, unsigned min, unsigned max)
{
	unsigned u;

	if (!num_uint(text, &u))
		die(EX_MISUSE, "%s must be a whole number, not '%s'", what,
			text);
	if (u < min || u > max)
		die(EX_MISUSE, "%s must be %u to %u, not %s", what, min, max,
			text);
	return u;
}

unsigned
opt_octal(const char *what, const char *text, unsigned max)
{
	unsigned u = 0;
	const char *s;

	for (s = text; *s >= '0' && *s <= '7' && u <= max; s++)
		u = u * 8 + (unsigned)(*s - '0');
	if (!*text || *s || u > max)
		die(EX_MISUSE,
			"%s must be octal permissions up to 0%o, not "
			"'%s'",
			what, max, text);
	return u;
}
