/* rules.c - see rules.h. */

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <skalibs/cdb.h>

#include "lib/bytes.h"
#include "lib/envfile.h"
#include "lib/file.h"
#include "lib/path.h"
#include "tools/s6/ipc/rules.h"

/* The five keys in the order in which they are asked. */
static int
key(int i, char *buf, size_t max, uid_t uid, gid_t gid)
{
	switch (i) {
	case 0:
		if (uid != geteuid())
			return 0;
		snprintf(buf, max, "uid/self");
		return 1;
	case 1:
		snprintf(buf, max, "uid/%lu", (unsigned long)uid);
		return 1;
	case 2:
		if (gid != getegid())
			return 0;
		snprintf(buf, max, "gid/self");
		return 1;
	case 3:
		snprintf(buf, max, "gid/%lu", (unsigned long)gid);
		return 1;
	case 4:
		snprintf(buf, max, "uid/default");
		return 1;
	}
	return -1;
}

/* A variable's file: first line without trailing blanks, NUL for newline.
 * An empty file unsets the variable. */
static int
read_var(struct rule *r, int dirfd, const char *name)
{
	char buf[4096];
	ssize_t n = file_read(dirfd, name, buf, sizeof buf - 1);
	size_t need = strlen(name) + 1, len;

	if (n < 0)
		return -1;
	len = envfile_value(buf, (size_t)n, 0, '\n');
	if (n)
		need += len + 1;
	if (need > RULES_ENV - r->envlen) {
		errno = ENOBUFS;
		return -1;
	}
	memcpy(r->env + r->envlen, name, strlen(name));
	r->envlen += strlen(name);
	if (n) {
		r->env[r->envlen++] = '=';
		memcpy(r->env + r->envlen, buf, len);
		r->envlen += len;
	}
	r->env[r->envlen++] = 0;
	return 0;
}

static int
read_env(struct rule *r, const char *dir)
{
	char path[PATH_LEN];
	struct dirent *e;
	DIR *d;
	int bad = 0;

	if (path_join(path, sizeof path, dir, "env") < 0)
		return -1;
	d = opendir(path);
	if (!d)
		return errno == ENOENT ? 0 : -1;
	while (!bad && (errno = 0, e = readdir(d)))
		if (e->d_name[0] != '.' && !strchr(e->d_name, '='))
			bad = read_var(r, dirfd(d), e->d_name) < 0;
	if (errno)
		bad = 1;
	closedir(d);
	return bad ? -1 : 0;
}

enum rules_answer
rules_read(const char *dir, struct rule *r)
{
	char path[PATH_LEN];
	ssize_t n;

	r->envlen = r->execlen = 0;
	if (path_join(path, sizeof path, dir, "allow") < 0)
		return RULES_ERROR;
	if (access(path, R_OK) < 0) {
		if (errno != ENOENT && errno != EACCES)
			return RULES_ERROR;
		path_join(path, sizeof path, dir, "deny");
		if (access(path, R_OK) == 0)
			return RULES_DENY;
		return errno == ENOENT || errno == EACCES ? RULES_NONE
							  : RULES_ERROR;
	}
	if (read_env(r, dir) < 0)
		return RULES_ERROR;
	path_join(path, sizeof path, dir, "exec");
	n = file_read(AT_FDCWD, path, r->exec, RULES_EXEC);
	if (n < 0)
		return errno == ENOENT ? RULES_ALLOW : RULES_ERROR;
	if (n == RULES_EXEC) {
		errno = ENOBUFS;
		return RULES_ERROR;
	}
	r->execlen = (size_t)n;
	r->exec[n] = 0;
	return RULES_ALLOW;
}

enum rules_answer
rules_dir(const char *dir, uid_t uid, gid_t gid, struct rule *r)
{
	char k[64], path[PATH_LEN];
	int have;

	for (int i = 0; (have = key(i, k, sizeof k, uid, gid)) >= 0; i++) {
		enum rules_answer a;

		if (!have)
			continue;
		if (path_join(path, sizeof path, dir, k) < 0)
			return RULES_ERROR;
		a = rules_read(path, r);
		if (a != RULES_NONE)
			return a;
	}
	return RULES_NONE;
}

size_t
rules_pack(char *buf, size_t max, enum rules_answer a, const struct rule *r)
{
	struct wr w = wr_init((unsigned char *)buf, max);

	if (a != RULES_ALLOW) {
		wr_u8(&w, 'D');
		return wr_done(&w);
	}
	wr_u8(&w, 'A');
	wr_u16(&w, (unsigned)r->envlen);
	if (r->envlen)
		wr_mem(&w, r->env, r->envlen);
	wr_u16(&w, (unsigned)r->execlen);
	if (r->execlen)
		wr_mem(&w, r->exec, r->execlen);
	return wr_done(&w);
}

int
rules_unpack(const char *data, size_t len, enum rules_answer *a, struct rule *r)
{
	struct rd d = rd_init(data, len);
	const unsigned char *env, *exec;
	size_t envlen, execlen;

	switch (rd_u8(&d)) {
	case 'D':
		*a = RULES_DENY;
		return 1;
	case 'A':
		break;
	default:
		return 0;
	}
	envlen = rd_u16(&d);
	env = rd_mem(&d, envlen);
	execlen = rd_u16(&d);
	exec = rd_mem(&d, execlen);
	if (!rd_done(&d) || execlen > RULES_EXEC || (envlen && env[envlen - 1]))
		return 0;
	if (envlen)
		memcpy(r->env, env, envlen);
	if (execlen)
		memcpy(r->exec, exec, execlen);
	r->envlen = envlen;
	r->execlen = execlen;
	r->exec[execlen] = 0;
	*a = RULES_ALLOW;
	return 1;
}

enum rules_answer
rules_cdb(const char *file, uid_t uid, gid_t gid, struct rule *r)
{
	cdb c = CDB_ZERO;
	cdb_data v;
	char k[64];
	enum rules_answer a = RULES_NONE;
	int have;

	r->envlen = r->execlen = 0;
	if (!cdb_init(&c, file))
		return RULES_ERROR;
	for (int i = 0;
		a == RULES_NONE && (have = key(i, k, sizeof k, uid, gid)) >= 0;
		i++) {
		int found;

		if (!have)
			continue;
		found = cdb_find(&c, &v, k, (uint32_t)strlen(k));
		if (found < 0 || (found && !rules_unpack(v.s, v.len, &a, r))) {
			a = RULES_ERROR;
			errno = EPROTO;
		}
	}
	cdb_free(&c);
	return a;
}

int
rules_apply(const struct rule *r)
{
	const char *end = r->env + r->envlen;

	for (const char *s = r->env; s < end; s += strlen(s) + 1) {
		char name[RULES_ENV + 1];
		const char *eq = strchr(s, '=');

		if (!eq) {
			if (*s && unsetenv(s) < 0)
				return -1;
			continue;
		}
		memcpy(name, s, (size_t)(eq - s));
		name[eq - s] = 0;
		if (*name && setenv(name, eq + 1, 1) < 0)
			return -1;
	}
	return 0;
}
