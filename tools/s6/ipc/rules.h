/* rules.h - FORMAT access rules: who may connect to a local service, and
 * with which environment.  A directory with uid/self, uid/N, gid/self,
 * gid/N and uid/default, each a directory holding allow or deny, env/ and
 * exec; or the same in one cdb file.  See s6-accessrules(5). */
#ifndef IPC_RULES_H
#define IPC_RULES_H

#include <stddef.h>
#include <sys/types.h>

enum { RULES_ENV = 65535, RULES_EXEC = 4096 };

struct rule {
	char env[RULES_ENV + 1]; /* "NAME=VALUE\0" sets, "NAME\0" unsets */
	size_t envlen;
	char exec[RULES_EXEC + 1];
	size_t execlen;
};

enum rules_answer { RULES_ERROR = -1, RULES_NONE, RULES_DENY, RULES_ALLOW };

/* The answer for a client, and for RULES_ALLOW its rule.  RULES_NONE: no
 * rule says anything about it (which means no).  RULES_ERROR: errno. */
enum rules_answer rules_dir(
	const char *dir, uid_t uid, gid_t gid, struct rule *);
enum rules_answer rules_cdb(
	const char *file, uid_t uid, gid_t gid, struct rule *);

/* One key's directory (dir/allow, deny, env, exec). */
enum rules_answer rules_read(const char *dir, struct rule *);

/* The value of a key in a cdb.  Pack returns the length, 0 if max is too
 * small; unpack 1 allow or deny is in *answer, or 0 if it is no such value. */
size_t rules_pack(
	char *buf, size_t max, enum rules_answer, const struct rule *);
int rules_unpack(
	const char *data, size_t len, enum rules_answer *, struct rule *);

/* Change this process's environment as the rule says.  0 or -1. */
int rules_apply(const struct rule *);

#endif
