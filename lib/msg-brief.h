/* msg-brief.h - messages without printf, for programs whose memory counts: a
 * printf is 20 kB of a static program.  The form is that of msg.h. */
#ifndef LIB_MSG_BRIEF_H
#define LIB_MSG_BRIEF_H

/* "PROG: A B C\n" in one write to stderr; each of them may be "".  errno is
 * preserved.  A message that is too long is cut. */
void brief(const char *a, const char *b, const char *c);

/* "PROG: fatal: A B: strerror(errno)", and exit at once with code. */
_Noreturn void brief_die_sys(int code, const char *a, const char *b);

#endif
