/* msg.h - messages to people and exit codes.
 * A message is one write to stderr: "prog: fatal: unable to open x: reason".
 * Arguments are printf's.  At most MSG_MAX bytes are written.  It stays one
 * line, whatever names it has: what could steer a terminal becomes "?". */
#ifndef LIB_MSG_H
#define LIB_MSG_H

enum { MSG_MAX = 8192 };

/* Exit codes, as in s6.  Each program's page lists those it uses. */
enum {
	EX_OK = 0,
	EX_NO = 1, /* the answer is no; some service failed */
	EX_TIMEOUT = 99,
	EX_MISUSE = 100, /* bad option or argument */
	EX_BUG = 101, /* "cannot happen" */
	EX_NOSUPER = 102, /* no supervisor there */
	EX_SYSTEM = 111, /* a system call failed */
	EX_NOEXEC = 126, /* found, but cannot be executed */
	EX_NOTFOUND = 127
};

#define MSG_LIKE(f, a) __attribute__((format(printf, f, a)))

extern const char *prog_name; /* name in messages; set by prog_init */
extern int prog_as_s6; /* 1 if called by an s6-* name */

/* Set prog_name and prog_as_s6 from argv[0].  First thing in every main. */
void prog_init(const char *argv0);

/* From now on a message that would have to wait, because standard error is a
 * pipe that is full, is dropped; the next one says how many were. */
void msg_never_wait(void);

/* warn: "PROG: warning: ...".  warn_sys adds ": " and strerror(errno).
 * errno is preserved by all of them. */
void warn(const char *fmt, ...) MSG_LIKE(1, 2);
void warn_sys(const char *fmt, ...) MSG_LIKE(1, 2);
/* info: "PROG: info: ..." */
void info(const char *fmt, ...) MSG_LIKE(1, 2);
/* say: "PROG: ..." without a level */
void say(const char *fmt, ...) MSG_LIKE(1, 2);
/* die: "PROG: fatal: ..." and exit with code. */
_Noreturn void die(int code, const char *fmt, ...) MSG_LIKE(2, 3);
_Noreturn void die_sys(int code, const char *fmt, ...) MSG_LIKE(2, 3);

#endif
