/* accessrules-fs-from-cdb.c - access rules in a cdb to a directory.
 * See s6-accessrules-fs-from-cdb(1). */

#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <skalibs/cdb.h>

#include "lib/file.h"
#include "lib/msg.h"
#include "lib/opt.h"
#include "lib/path.h"
#include "tools/s6/ipc/rules.h"

static const struct usage usage = { "dir cdbfile",
	"Write the access rules in cdbfile as a directory, which must not\n"
	"exist.",
	0, "Exit status: 0 done, 100 misuse, 111 system error or bad cdb." };
static const char *base;

static _Noreturn void
fail(const char *what, const char *on)
{
	int e = errno;

	path_remove(AT_FDCWD, base);
	errno = e;
	die_sys(EX_SYSTEM, "unable to %s %s", what, on);
}

static void
put(const char *dir, const char *name, const char *data, size_t len)
{
	char path[PATH_LEN];

	if (path_join(path, sizeof path, dir, name) < 0 ||
		file_write(AT_FDCWD, path, data, len, 0644, 0) < 0)
		fail("write", path);
}

/* A key comes from the file: nothing in it may lead out of the directory. */
static int
key_ok(const char *k, size_t len)
{
	const char *slash = memchr(k, '/', len);

	if (!slash || slash == k || slash == k + len - 1 || *k == '.' ||
		slash[1] == '.' || memchr(k, 0, len))
		return 0;
	return !memchr(slash + 1, '/', (size_t)(k + len - slash - 1));
}

static void
put_env(const char *dir, const struct rule *r)
{
	char path[PATH_LEN];
	const char *end = r->env + r->envlen;

	if (path_join(path, sizeof path, dir, "env") < 0 ||
		path_mkdirs(path, 0755) < 0)
		fail("mkdir", path);
	for (const char *s = r->env; s < end; s += strlen(s) + 1) {
		static char value[RULES_ENV + 2];
		const char *eq = strchr(s, '=');
		char name[256];
		size_t n = eq ? (size_t)(eq - s) : strlen(s), len = 0;

		if (!n || n >= sizeof name || *s == '.' || memchr(s, '/', n)) {
			errno = EPROTO;
			fail("use a variable's name in", dir);
		}
		memcpy(name, s, n);
		name[n] = 0;
		if (eq) {
			len = strlen(eq + 1);
			for (size_t i = 0; i < len; i++)
				value[i] = eq[1 + i] == '\n' ? 0 : eq[1 + i];
			value[len++] = '\n';
		}
		put(path, name, value, len);
	}
}

int
main(int argc, char **argv)
{
	static struct rule rule;
	cdb c = CDB_ZERO;
	cdb_data k, v;
	uint32_t pos = CDB_TRAVERSE_INIT();
	enum rules_answer a;
	int r;

	prog_init(argv[0]);
	while (opt_next(&usage, argc, argv) != -1)
		;
	argv += optind;
	if (argc - optind != 2)
		opt_usage(&usage);
	base = argv[0];
	if (!cdb_init(&c, argv[1]))
		die_sys(EX_SYSTEM, "unable to open %s", argv[1]);
	if (mkdir(base, 0755) < 0)
		die_sys(EX_SYSTEM, "unable to mkdir %s", base);
	while ((r = cdb_traverse_next(&c, &k, &v, &pos)) > 0) {
		char key[512], path[PATH_LEN];

		errno = EPROTO;
		if (k.len >= sizeof key || !key_ok(k.s, k.len) ||
			!rules_unpack(v.s, v.len, &a, &rule))
			fail("find access rules in", argv[1]);
		memcpy(key, k.s, k.len);
		key[k.len] = 0;
		if (path_join(path, sizeof path, base, key) < 0 ||
			path_mkdirs(path, 0755) < 0)
			fail("mkdir", path);
		put(path, a == RULES_ALLOW ? "allow" : "deny", "", 0);
		if (a != RULES_ALLOW)
			continue;
		if (rule.envlen)
			put_env(path, &rule);
		if (rule.execlen)
			put(path, "exec", rule.exec, rule.execlen);
	}
	if (r < 0) {
		errno = EPROTO;
		fail("read (invalid cdb)", argv[1]);
	}
	return 0;
}
