/* opt.h - command line options from a table: parsing, usage and --help.
 * Short letters are s6's; a long name stands beside each.  Parsing is
 * getopt_long's and stops at the first word that is not an option. */
#ifndef LIB_OPT_H
#define LIB_OPT_H

struct opt {
	int letter; /* short letter, or OPT_LONG + n for none */
	const char *name; /* long name, or 0 */
	const char *arg; /* name of its argument in --help, or 0 */
	const char *help; /* what it does; "\n" breaks the line */
};

enum { OPT_LONG = 256 }; /* first code for options with no letter */

struct usage {
	const char *synopsis; /* after the program's name */
	const char *about; /* one or two sentences */
	const struct opt *opts; /* ends with a row of zeroes, or 0 */
	const char *more; /* printed after the options in --help, or 0 */
};

/* Next option's letter, or -1 after the last; then optind is the index of
 * the first operand.  optarg is the argument.  --help and --version print
 * and exit 0; anything unknown prints the usage line and exits 100. */
int opt_next(const struct usage *, int argc, char **argv);

/* For commands that people type: options may stand after names as well.
 * Reorders argv so that opt_next sees them first; what follows "--" stays.
 * Call it once, before opt_next. */
void opt_permute(const struct usage *, int argc, char **argv);

/* Forget what was parsed, so that another argv can be parsed (optind = 1). */
void opt_reset(void);

/* Print "usage: PROG synopsis" and exit 100. */
_Noreturn void opt_usage(const struct usage *);

/* optarg-like text as an unsigned number within [min, max]; anything else
 * is a message naming what, and exit 100. */
unsigned opt_uint(
	const char *what, const char *text, unsigned min, unsigned max);
/* The same for octal permissions up to max, as 0777. */
unsigned opt_octal(const char *what, const char *text, unsigned max);

#endif
