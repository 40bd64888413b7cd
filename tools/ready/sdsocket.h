/* sdsocket.h - the receiving end of NOTIFY_SOCKET, for programs that tell
 * their readiness as systemd wants it.  Used by sdnotify and
 * notify-fd-from-socket. */
#ifndef TOOLS_SDSOCKET_H
#define TOOLS_SDSOCKET_H

#include <sys/types.h>

enum { SDSOCKET_MESSAGE = 8192, SDSOCKET_NAME = 128 };

struct sdsocket {
	int fd;
	char name[SDSOCKET_NAME]; /* as NOTIFY_SOCKET says it */
	pid_t prog; /* the program that we are going to be */
	unsigned beside : 1; /* a file in the working directory, where a
				 * program in a network namespace of its own
				 * finds it; else the system chooses */
	unsigned senders : 1; /* messages tell who sent them */
	unsigned descendants : 1; /* believe those of prog, whoever they
				 * are; else its session and its user */
};

/* Make it and set NOTIFY_SOCKET; ends the program on failure. */
void sdsocket_open(struct sdsocket *);
/* The next message with a NUL behind it, and what came with it closed.  Its
 * length, 0 if its sender is not believed, -1 and errno (EAGAIN: none). */
ssize_t sdsocket_receive(
	const struct sdsocket *, char buf[SDSOCKET_MESSAGE + 1]);
/* Remove the file of one that is not beside. */
void sdsocket_remove(const struct sdsocket *);

#endif
