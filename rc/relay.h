/* relay.h - what the scripts of another user get instead of our own
 * descriptors: /dev/null to read, and pipes to write to.  Whose terminal they
 * had could type into it, and read what is typed; whose file, read and cut
 * it. */
#ifndef RC_RELAY_H
#define RC_RELAY_H

/* Three descriptors for request.h.  The first call starts a process that
 * copies what comes out of the pipes to our standard output and error, and
 * lives as long as anybody holds them, so that a script goes on when we are
 * killed.  A null pointer and errno. */
const int *relay_fds(void);
/* Give up our ends, and wait a moment for what was written last. */
void relay_end(void);

#endif
