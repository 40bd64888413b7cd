/* unit-write.c - what a unit becomes, when all its keys are known. */

#include <fcntl.h>
#include <stdio.h>
#include <string.h>

#include "lib/file.h"
#include "lib/path.h"
#include "lib/shown.h"
#include "tools/import/unit.h"

/* Words that say that the socket is passed are left out if it is not. */
static void
unit_own_socket(struct unit *u, char **words)
{
	static const char *const passed[] = {
		"--address=systemd:", "--host=fd://", "fd://", "systemd:"
	};
	char **out = words;

	for (char **w = words; *w; w++) {
		int is = 0;

		for (size_t i = 0; i < sizeof passed / sizeof *passed; i++)
			is |= !strcmp(*w, passed[i]);
		if (!is) {
			*out++ = *w;
			continue;
		}
		/* -H fd:// */
		if (**w != '-' && out > words && out[-1][0] == '-')
			out--;
		import_left_out(u->im,
			"%s in ExecStart (it listens where its "
			"own configuration says)",
			*w);
		socket_directories(
			u->im, *u->socket ? u->socket : u->beside, &u->setup);
	}
	*out = 0;
}

/* The socket becomes the descriptor that systemd would have passed. */
static void
unit_bind(struct unit *u, struct buf *b)
{
	const struct unit_from *f = u->from;

	buf_printf(b, "exec reeve-ipcserver-socketbinder -B -a %s%s -- ",
		f->socket_mode, f->datagram ? " -m" : "");
	buf_shell(b, f->socket);
	buf_str(b,
		" /bin/sh -c 'exec 3<&0 </dev/null\n"
		"LISTEN_FDS=1 LISTEN_PID=$$\nexport LISTEN_FDS LISTEN_PID\n"
		"exec \"$@\"' ");
	buf_shell(b, u->name);
	buf_char(b, ' ');
	/* Who it runs as need not be allowed to make it. */
	if (u->user) {
		buf_str(b, "reeve-setuidgid ");
		buf_shell(b, u->user);
		buf_char(b, ' ');
	}
}

/* Words of a systemd command that needs no shell, as a command file. */
static void
unit_command(struct unit *u)
{
	char *words[WORDS_MAX];
	struct buf b = { 0 };

	if (!ini_split(u->start, words))
		return;
	if (!u->from->socket)
		unit_own_socket(u, words);
	if (u->shell || u->pre.len || u->from->socket) {
		buf_str(&b, "#!/bin/sh\n");
		buf_mem(&b, u->pre.s, u->pre.len);
		if (u->from->socket)
			unit_bind(u, &b);
		else
			buf_str(&b, "exec ");
		unit_words(&b, words);
		buf_char(&b, '\n');
		import_put_buf(&u->d, "run", &b);
	} else {
		defwrite_words(&b, words);
		import_put_buf(&u->d, "command", &b);
	}
	buf_free(&b);
}

/* Lines of a shell, as the command line of a property. */
static void
unit_shell(struct unit *u, const char *file, const struct buf *lines)
{
	struct buf text = { 0 }, b = { 0 };

	if (!lines->len)
		return;
	buf_mem(&text, lines->s, lines->len);
	buf_char(&text, 0);
	defwrite_words(&b,
		(char *[]){
			(char[]){ "/bin/sh" }, (char[]){ "-c" }, text.s, 0 });
	import_put_buf(&u->d, file, &b);
	buf_free(&text);
	buf_free(&b);
}

static void
unit_oneshot(struct unit *u)
{
	struct buf up = { 0 };

	import_put(&u->d, "type", "oneshot");
	buf_mem(&up, u->pre.s, u->pre.len);
	if (u->up.len)
		buf_mem(&up, u->up.s, u->up.len);
	else
		buf_str(&up, ":\n");
	unit_shell(u, "up", &up);
	unit_shell(u, "down", &u->down);
	unit_shell(u, "reload", &u->reload);
	buf_free(&up);
}

/* Who is asked to stop, how, and for how long. */
static void
unit_stopping(struct unit *u)
{
	char path[PATH_LEN];

	unit_shell(u, "stop", &u->down);
	if (u->down.len)
		import_put(&u->d, "stop-then", "signal");
	unit_shell(u, "reload", &u->reload);
	if (u->mixed)
		import_put(&u->d, "flag-kill-group", "");
	else if (!u->leaves_others)
		import_put(&u->d, "down-signal-to", "all");
	/* systemd's default. */
	if (!u->no_kill)
		import_put(&u->d, "timeout-kill", "90000");
	else if (path_join(path, sizeof path, u->d.dir, "timeout-kill") == 0 &&
		!file_exists(AT_FDCWD, path))
		import_put(&u->d, "timeout-kill", "0");
}

void
unit_template(const struct defwrite *d)
{
	char path[PATH_LEN];

	if (path_join(path, sizeof path, d->dir, "instances.d") < 0 ||
		path_mkdirs(path, 0777) < 0)
		die_sys(EX_SYSTEM, "unable to make %s/instances.d", d->dir);
}

/* What must be there before the service drops its privileges. */
static void
unit_setup(struct unit *u)
{
	struct defwrite d = { .quiet = 1 };
	struct buf b = { 0 };
	char name[PATH_LEN];
	char *words[] = { (char[]){ "/bin/sh" }, (char[]){ "-ec" }, 0, 0 };

	if (!u->setup.len)
		return;
	snprintf(name, sizeof name, "%s-setup%s", u->name,
		u->template ? "@" : "");
	if (defwrite_begin(&d, u->im->source, name) < 0) {
		import_left_out(u->im, "directories (unable to make %s)", name);
		return;
	}
	printf("%s: made of %s\n", shown(d.dir), shown(u->im->file));
	/* Its instances are those that need it. */
	if (u->template)
		unit_template(&d);
	buf_char(&u->setup, 0);
	words[2] = u->setup.s;
	defwrite_words(&b, words);
	import_put(&d, "type", "oneshot");
	import_put_buf(&d, "up", &b);
	import_put_name(&u->d, "dependencies.d", name);
	buf_free(&b);
}

/* Who it runs as. */
static void
unit_user(struct unit *u)
{
	struct buf b = { 0 };

	if (u->user && u->from->socket && u->group)
		import_left_out(u->im,
			"Group=%s (the first group of %s is "
			"taken)",
			u->group, u->user);
	else if (u->as_root || (u->user && u->from->socket))
		; /* its run does that, or the program itself */
	else if (u->user)
		buf_printf(&b, "%s%s%s\n", u->user, u->group ? ":" : "",
			u->group ? u->group : "");
	else if (u->group)
		buf_printf(&b, "root:%s\n", u->group);
	import_put_buf(&u->d, "user", &b);
	buf_free(&b);
}

/* What it may not do. */
static void
unit_confinement(struct unit *u)
{
	if (u->no_new_privs)
		import_put(&u->d, "no-new-privs", "");
	if (u->private_tmp)
		import_put(&u->d, "private-tmp", "");
	import_put_buf(&u->d, "environment", &u->env);
	import_put_buf(&u->d, "limits", &u->limits);
	/* To root a bound is what it keeps; another user would be given what
	 * the unit only did not forbid. */
	if (u->ambient.len)
		import_put_buf(&u->d, "capabilities", &u->ambient);
	else if (u->bounding.len && !u->user)
		import_put_buf(&u->d, "capabilities", &u->bounding);
	else if (u->bounding.len)
		import_left_out(u->im,
			"CapabilityBoundingSet (the user has none "
			"anyway)");
	import_put_buf(&u->d, "groups", &u->groups);
	if (!u->has_read_write)
		import_put_buf(&u->d, "read-only-paths", &u->readonly);
	else if (u->readonly.len)
		import_left_out(
			u->im, "ReadOnlyPaths (there are exceptions to it)");
}

static void
unit_readiness(struct unit *u)
{
	if (!strncmp(u->type, "notify", 6)) {
		import_put(&u->d, "notification-type", "sd_notify");
		import_put_buf(&u->d, "watchdog", &u->watchdog);
	} else if (!strcmp(u->type, "forking") && !u->has_pid_file)
		import_left_out(u->im,
			"Type=forking without PIDFile: the daemon cannot "
			"be found; tell it to stay in the foreground, or put "
			"the file to which it writes its pid into pid-file");
	else if (!strcmp(u->type, "dbus"))
		import_left_out(u->im,
			"Type=dbus: it counts as ready at once; a "
			"ready-check would change that");
}

void
unit_finish(struct unit *u)
{
	struct import *im = u->im;

	im->line = 0;
	if (strcmp(u->type, "oneshot") && !u->start) {
		import_left_out(im,
			"all of it: there is no ExecStart (%s is "
			"removed again)",
			u->d.dir);
		import_not_default(im, path_base(u->d.dir));
		path_remove(AT_FDCWD, u->d.dir);
		im->made--;
		return;
	}
	unit_user(u);
	unit_directories(u);
	unit_confinement(u);
	import_put(&u->d, "logger", "");
	if (!strcmp(u->type, "oneshot")) {
		unit_setup(u);
		unit_oneshot(u);
		return;
	}
	import_put(&u->d, "type", "longrun");
	unit_command(u);
	unit_setup(u);
	unit_readiness(u);
	if (u->post.len) {
		struct buf f = { 0 };

		buf_str(&f, "#!/bin/sh\n");
		buf_mem(&f, u->post.s, u->post.len);
		import_put_buf(&u->d, "finish", &f);
		buf_free(&f);
	}
	unit_stopping(u);
	/* A unit without Restart is not restarted. */
	if (!u->restarts)
		import_put(&u->d, "restart", "never");
}
