/* front.h - what the files of the `reeve' command share: the table of
 * subcommands and a few helpers that every one of them needs. */
#ifndef TOOLS_REEVE_FRONT_H
#define TOOLS_REEVE_FRONT_H

#include <stddef.h>
#include <sys/types.h>

#include "lib/opt.h"
#include "rc/places.h"

struct sub {
	const char *name;
	const char *args; /* for the overview */
	const char *what; /* one line, for the overview */
	int (*run)(int, char **); /* ours, or 0 */
	const char *program; /* otherwise what is executed, by the name
				 * reeve-SUBCOMMAND */
};

/* In the order of the overview; a row without args starts a group and its
 * `what' is the heading.  Ends with a row of zeroes. */
extern const struct sub front_subs[];
const struct sub *front_find(const char *name);

int front_up(int, char **);
int front_down(int, char **);
int front_status(int, char **);
int front_start(int, char **);
int front_stop(int, char **);
int front_restart(int, char **);
int front_reload(int, char **);
int front_kill(int, char **);
int front_wait(int, char **);
int front_tree(int, char **);
int front_graph(int, char **);
int front_why(int, char **);
int front_metrics(int, char **);
int front_install_boot(int, char **);
int front_upgrade(int, char **);
int front_help(int, char **);

/* reeve up --foreground, once the command line is read.  notify: descriptor
 * to write a newline to when all is up, or -1.  Exit code. */
int front_foreground(const struct places *, int tree_only, int notify);

/* Fill from the environment or die with a message. */
void front_places(struct places *);

/* Start a sister program ("reeve-rc") with a null-terminated argument list;
 * its descriptors 0, 1, 2 are ours, or /dev/null and the given ones.  Its
 * pid, or -1 and errno. */
pid_t front_spawn(const char *program, char *const *argv, int out, int err);
/* Wait for it: exit code, 128 + signal; 111 if it cannot be waited for. */
int front_reap(pid_t);
/* Both. */
int front_run(char *const *argv);
/* Replace this process by a sister program.  Does not return. */
_Noreturn void front_exec(const char *program, char **argv);
/* Replace this process by the program of a subcommand; argv[0] is set. */
_Noreturn void front_exec_sub(const struct sub *, char **argv);

/* The nearest of n names to a mistyped one, or 0. */
/* The one name that begins with what was typed, or 0. */
const char *front_begun(const char *typed, const char *const *names, size_t n);
const char *front_nearest(
	const char *typed, const char *const *names, size_t n);

/* "3s", "4m 12s", "3h 12m", "5d 2h"; in a static ring of 4 buffers. */
const char *front_duration(long long seconds);
/* "2026-11-22 19:14:02", local time; the same ring. */
const char *front_date(long long unixtime);

#endif
