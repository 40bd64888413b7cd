/* chain.h - replace this process by the rest of the command line. */
#ifndef LIB_CHAIN_H
#define LIB_CHAIN_H

/* Exec argv by PATH with the current environment; on failure a message and
 * exit 127 (not found) or 126.  Does not return. */
_Noreturn void chain_exec(char **argv);

/* Directory of the running reeve programs, for starting one of the others:
 * REEVE_BIN from the environment, else where this program's own executable
 * is (where only argv[0] tells that, REEVE_BIN is set for our children), else
 * the configured bindir.  0, or -1 if too long. */
int chain_bindir(char *buf, unsigned long max);

/* Full path of sister program `name' ("reeve-svscan").  0 or -1. */
int chain_sister(char *buf, unsigned long max, const char *name);

#endif
