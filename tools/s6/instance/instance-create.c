/* instance-create.c - start another instance of an instanced service.
 * See s6-instance-create(1). */

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/copy.h"
#include "lib/file.h"
#include "lib/msg.h"
#include "lib/path.h"
#include "tools/s6/instance/instance.h"

static const struct opt opts[] = { { 'd', "down", 0, "do not start it" },
	{ 'D', "keep-down", 0, "do not start it, now or later" },
	{ 'P', "public", 0, "anyone may listen to its events" },
	{ 'f', "force", 0, "set the mode of event/ also if it exists" },
	{ 't', "timeout", "MS", "give up after MS (never)" }, { 0, 0, 0, 0 } };
static const struct usage usage = {
	"[ -d | -D ] [ -f ] [ -P ] [ -t timeout ] service instancename",
	"Copy the template of the instanced service and start the copy.", opts,
	"Exit status: 0 supervised, 99 timeout, 100 misuse or it exists,\n"
	"111 system error."
};

static void
make_if_absent(const char *dir)
{
	if (mkdir(dir, 0755) < 0 && errno != EEXIST)
		die_sys(EX_SYSTEM, "unable to mkdir %s", dir);
}

/* All of the template, or nothing. */
static void
copy_template(const char *from, const char *copy)
{
	char failed[PATH_LEN];
	struct stat st;
	int e;

	if (stat(from, &st) < 0)
		die_sys(EX_SYSTEM, "unable to find %s", from);
	if (mkdir(copy, 0700) < 0) {
		if (errno == EEXIST)
			die(EX_MISUSE,
				"instance appears to already exist at"
				" %s",
				copy);
		die_sys(EX_SYSTEM, "unable to mkdir %s", copy);
	}
	if (copy_tree(from, copy, failed, sizeof failed) < 0 ||
		chmod(copy, st.st_mode & 07777) < 0) {
		e = errno;
		path_remove(AT_FDCWD, copy);
		errno = e;
		die_sys(EX_SYSTEM, "unable to copy %s to %s", failed, copy);
	}
}

int
main(int argc, char **argv)
{
	char copy[PATH_LEN], from[PATH_LEN], scan[PATH_LEN];
	char target[PATH_LEN], own[PATH_LEN];
	struct words w = { 0 };
	int code;

	prog_init(argv[0]);
	argv = instance_operands(&w, "svlink", &usage, argc, argv);
	if (path_join(from, sizeof from, argv[0], "template") < 0 ||
		path_join(own, sizeof own, argv[0], "instances") < 0 ||
		path_join(copy, sizeof copy, own, argv[1]) < 0 ||
		path_join(scan, sizeof scan, argv[0], "instance") < 0 ||
		path_join(target, sizeof target, "../instances", argv[1]) < 0)
		die_sys(EX_SYSTEM, "unable to use the names");
	if (!file_exists(AT_FDCWD, from))
		die_sys(EX_SYSTEM, "unable to find %s", from);
	make_if_absent(own);
	make_if_absent(scan);
	copy_template(from, copy);
	/* A link relative to the scan directory survives a move of all. */
	if (chdir(scan) < 0)
		die_sys(EX_SYSTEM, "unable to chdir to %s", scan);
	words_add(&w, target);
	words_add(&w, argv[1]);
	code = instance_run(&w);
	if (file_exists(AT_FDCWD, argv[1]))
		/* svlink's is absolute and would not survive a move. */
		file_symlink(AT_FDCWD, target, argv[1]);
	else if (code && code != EX_TIMEOUT)
		path_remove(AT_FDCWD, target);
	return code;
}
