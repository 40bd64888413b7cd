/* initdir.h - FORMAT .s6-svscan/init/ in the scan directory: what the parts
 * of reeve-init tell each other, one small text file a value.  Writer:
 * process 1 before it becomes svscan, then its stage 2.  Readers: the same
 * program called as SIGTERM, finish and so on.  See reeve-init(8), FILES. */
#ifndef INIT_INITDIR_H
#define INIT_INITDIR_H

#include <stddef.h>
#include <stdint.h>

#define INITDIR ".s6-svscan/init"

/* File names.  Numbers are decimal, then a newline. */
#define INITDIR_PID "pid" /* of stage 2, while it runs */
#define INITDIR_STOPPER "stopper" /* pid that waits for svscan to end */
#define INITDIR_READY "ready" /* svscan took commands */
#define INITDIR_CODE "exitcode" /* of the container */
#define INITDIR_GRACE "grace" /* ms for the whole of a stop */
#define INITDIR_KILLAT "kill-at" /* ms, monotonic: KILL what is left */
#define INITDIR_LIVE "live" /* live directory */
#define INITDIR_BASEDIR "basedir" /* of a machine; a container has none */
#define INITDIR_STOP "stop-timeout" /* ms, for rc.shutdown */
#define INITDIR_END "end" /* how the machine ends: its number */
#define INITDIR_SIGNAL "stop-signal" /* number, or 0 */
#define INITDIR_VERBOSE "verbose"

/* All paths are relative to the scan directory. */
/* 0, or -1 and errno. */
int initdir_put(const char *name, uint64_t value);
int initdir_put_text(const char *name, const char *value);
/* The value, or `otherwise' if it is absent or no number. */
uint64_t initdir_get(const char *name, uint64_t otherwise);
/* First line into buf: 1, or 0 if absent or too long. */
int initdir_get_text(const char *name, char *buf, size_t max);
void initdir_drop(const char *name);

#endif
