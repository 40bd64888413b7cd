/* explain.c - what a file of a definition means.  See reeve-explain(1).  The
 * words are those of the table in rc/compile/props.c, from which
 * reeve-definition(5) has them too. */

#include <getopt.h>
#include <stdio.h>
#include <string.h>

#include "lib/msg.h"
#include "lib/opt.h"
#include "lib/path.h"
#include "rc/compile/props.h"

enum { O_MDOC = OPT_LONG };

static const struct opt opts[] = {
	{ 'l', "list", 0, "only the names, with the types they are for" },
	{ O_MDOC, "mdoc", 0, "as the items of reeve-definition(5)" }, { 0 }
};
static const struct usage usage = { "[-l] [file...]",
	"Say what files of a service definition mean; without names, all of "
	"them.",
	opts, "Exit status: 0 said, 1 unknown name, 100 misuse." };

static const char *
types(unsigned t)
{
	switch (t) {
	case FOR_ALL:
		return "every service";
	case FOR_ATOMIC:
		return "longrun, oneshot";
	case FOR_LONGRUN:
		return "longrun";
	case FOR_ONESHOT:
		return "oneshot";
	case FOR_BUNDLE:
		return "bundle";
	default:
		return "beside the services";
	}
}

/* Words in lines of at most 72 bytes, each after the same indent. */
static void
print_wrapped(const char *s, const char *indent)
{
	size_t column = 0;

	for (;;) {
		size_t n;

		s += strspn(s, " ");
		if (!*s)
			break;
		n = strcspn(s, " ");
		if (column && column + 1 + n > 72) {
			putchar('\n');
			column = 0;
		}
		column += (size_t)printf(
			"%s%.*s", column ? " " : indent, (int)n, s);
		s += n;
	}
	putchar('\n');
}

/* An example is C text: "\n" in the table is already a newline. */
static void
print_text(const struct prop *p)
{
	printf("%s  (%s%s)\n", p->name, types(p->types),
		p->s6rc ? "; s6-rc has it too" : "");
	print_wrapped(p->meaning, "    ");
	if (*p->unit)
		printf("    content: %s\n", p->unit);
	if (*p->preset)
		printf("    without it: %s\n", p->preset);
	if (*p->example) {
		printf("    example: ");
		for (const char *s = p->example; *s; s++) {
			putchar(*s);
			if (*s == '\n')
				printf("             ");
		}
		putchar('\n');
	}
}

/* For mdoc: lines are short, each sentence begins one, and what is special
 * there is escaped.  column is where the line already is. */
static void
mdoc_text(const char *s, size_t column)
{
	int sentence = 0;

	for (;;) {
		size_t n;

		s += strspn(s, " ");
		if (!*s)
			break;
		n = strcspn(s, " ");
		if (column && (sentence || column + 1 + n > 76)) {
			putchar('\n');
			column = 0;
		}
		if (column)
			column += (size_t)printf(" ");
		else if (*s == '.' || *s == '\'')
			column += (size_t)printf("\\&");
		for (size_t i = 0; i < n; i++, column++)
			fputs(s[i] == '\\' ? "\\e" : (char[]){ s[i], 0 },
				stdout);
		sentence = s[n - 1] == '.';
		s += n;
	}
	putchar('\n');
}

static void
print_mdoc(const struct prop *p)
{
	printf(".It Pa %s\n.Pq %s%s\n", p->name, types(p->types),
		p->s6rc ? "; also in s6-rc" : "");
	mdoc_text(p->meaning, 0);
	if (*p->unit) {
		printf(".br\nContent: ");
		mdoc_text(p->unit, 9);
	}
	if (*p->preset) {
		printf(".br\nWithout it: ");
		mdoc_text(p->preset, 12);
	}
	if (*p->example && *p->example != '(') {
		printf(".Bd -literal -compact -offset indent\n");
		for (const char *s = p->example; *s; s++) {
			if (*s == '\\')
				fputs("\\e", stdout);
			else
				putchar(*s);
		}
		printf("\n.Ed\n");
	}
}

static int
explain(const char *path)
{
	char name[256];
	const char *base, *near;
	const struct prop *p;
	size_t n;

	/* "sv/nginx/contents.d/" is as good as "contents.d". */
	snprintf(name, sizeof name, "%s", path);
	for (n = strlen(name); n > 1 && name[n - 1] == '/';)
		name[--n] = 0;
	base = path_base(name);
	p = prop_find(base);
	if (p) {
		print_text(p);
		return EX_OK;
	}
	near = prop_near(base, 0);
	warn("%s is no file that a definition has%s%s%s (reeve explain lists "
	     "all)",
		base, near ? "; did you mean " : "", near ? near : "",
		near ? "?" : "");
	return EX_NO;
}

int
main(int argc, char **argv)
{
	int o, list = 0, mdoc = 0, r = EX_OK;

	prog_init(argv[0]);
	while ((o = opt_next(&usage, argc, argv)) != -1) {
		list |= o == 'l';
		mdoc |= o == O_MDOC;
	}
	for (int i = optind; i < argc; i++) {
		if (i > optind)
			putchar('\n');
		if (explain(argv[i]))
			r = EX_NO;
	}
	for (const struct prop *p = props; optind == argc && p->name; p++) {
		if (mdoc)
			print_mdoc(p);
		else if (list)
			printf("%-20s %s\n", p->name, types(p->types));
		else {
			if (p > props)
				putchar('\n');
			print_text(p);
		}
	}
	return fflush(stdout) ? EX_SYSTEM : r;
}
