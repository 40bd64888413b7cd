/* people.h - the people on a machine that is to end: who may ask, who is
 * told, and what is kept of it.  Used by reeve-shutdown and the programs of
 * linux-init. */
#ifndef INIT_PEOPLE_H
#define INIT_PEOPLE_H

#include <stdint.h>
#include <sys/types.h>

#include "init/os.h"

#define PEOPLE_ALLOW "/etc/shutdown.allow"

/* 1 if a user named in PEOPLE_ALLOW is logged in on a terminal, or if there
 * is no such file; else 0. */
int people_allow(void);
/* The next user that the text of such a file names, which is changed; or 0.
 * *text is what is left of it. */
char *people_user(char **text);
/* Ask on the terminal which machine is meant; exits unless it is this one. */
void people_ask_host(void);

/* Tell everybody that the machine ends so in delay_ms, and the words of
 * message (ends with a null pointer). */
void people_tell_end(
	enum machine_end how, uint64_t delay_ms, char *const *message);
/* The same of an end that was cancelled. */
void people_tell_cancelled(char *const *message);

/* Add an entry to the log of logins (wtmp), if there is one: the machine is
 * shut down.  0, or -1 and errno. */
int people_record_end(enum machine_end how);
/* Who is logged in by process pid is not any more, in utmp and wtmp.  1, 0
 * if nobody is, -1 and errno. */
int people_record_logout(pid_t pid);

#endif
