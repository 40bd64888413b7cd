/* watcher.h - a process beside the program that this one becomes: it watches
 * something for the program and tells readiness.  Used by notifyoncheck,
 * sdnotify, notify-fd-from-socket and notify-socket-from-fd. */
#ifndef TOOLS_WATCHER_H
#define TOOLS_WATCHER_H

/* fork; with twice, so that the watcher is not a child of the program.  1 in
 * the watcher, 0 in the process that is to become the program, -1 and errno. */
int watcher_fork(int twice);

/* In the watcher: let go of standard input and output, but for what is keep,
 * so that who waits for their end does not wait for us. */
void watcher_let_go(int keep);

/* Number of the notification descriptor of the service directory that we
 * are in; ends the program if there is none or it is not open. */
int watcher_notification_fd(void);
/* Ends the program with 111 if it is not open. */
void watcher_check_fd(int fd);

#endif
