/* chain.h - replace this process by the rest of the command line. */
#ifndef LIB_CHAIN_H
#define LIB_CHAIN_H

/* Exec argv by PATH with the current environment; on failure a message and
 * exit 127 (not found) or 126.  Does not return. */
_Noreturn void chain_exec(char **argv);

/* What an exec may be told to lack, beside an errno: they are kept in one. */
enum {
	CHAIN_INTERPRETER = 4096, /* what the first line of a script names */
	CHAIN_CRLF /* the same, as that line ends in CR LF */
};

/* Executing path failed with errno e.  Returns e, or if that is ENOENT and
 * path is a script whose interpreter is not there one of the above, and then
 * the interpreter's name in buf, which may be 0. */
int chain_lack(int e, const char *path, char *buf, unsigned long max);

/* As strerror(3), also of the above. */
const char *chain_strerror(int e);

/* Directory of the running reeve programs, for starting one of the others:
 * REEVE_BIN from the environment, else where this program's own executable
 * is (where only argv[0] tells that, REEVE_BIN is set for our children), else
 * the configured bindir.  0, or -1 if too long. */
int chain_bindir(char *buf, unsigned long max);

/* Put that into REEVE_BIN for all that is started from here, unless it is there
 * or we are called by an s6 name.  0 or -1. */
int chain_export(void);

/* Full path of sister program `name' ("reeve-svscan").  0 or -1. */
int chain_sister(char *buf, unsigned long max, const char *name);

#endif
