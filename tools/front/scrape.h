/* scrape.h - answers HTTP's GET /metrics on a local socket, to several
 * clients at once. */
#ifndef TOOLS_FRONT_SCRAPE_H
#define TOOLS_FRONT_SCRAPE_H

#include <stddef.h>

/* Answer with what collect(arg) returns, in malloced memory, until a signal
 * ends us.  A newline goes to notify (unless it is -1) when we listen.  A
 * client has SCRAPE_MS for the whole of its exchange, however it cuts it; of
 * too many, the one that came first is dropped. */
enum { SCRAPE_MS = 2000, SCRAPE_CLIENTS = 32 };
_Noreturn void scrape_serve(const char *path, int notify,
	char *(*collect)(const char *arg, size_t *len), const char *arg);

#endif
