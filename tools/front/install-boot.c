/* install-boot.c - reeve install-boot: what another init needs to start the
 * tree at boot.  It is shown first and written only after a yes. */

#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/chain.h"
#include "lib/file.h"
#include "lib/msg.h"
#include "tools/front/front.h"

enum { TEXT_MAX = 8 * PATH_LEN, INITTAB_MAX = 127, O_ROOT = OPT_LONG };
static const struct opt opts[] = { { 'n', "dry-run", 0,
					   "print it, write nothing" },
	{ 'y', "yes", 0, "do not ask" },
	{ O_ROOT, "root", "DIR", "write below this directory instead of /" },
	{ 0, 0, 0, 0 } };
static const struct usage usage = {
	"[-ny] [--root DIR] [systemd|openrc|busybox|inittab|rc.local|crontab]",
	"Have another init start the tree at boot.  Without a kind, the one\n"
	"that fits this system.  What would be written is printed, and you are\n"
	"asked.",
	opts,
	"Exit status: 0 written, 1 you said no, 100 misuse or unknown kind,\n"
	"111 system error."
};

struct boot {
	struct places places;
	char bin[PATH_LEN]; /* of the programs */
	const char *home;
	const char *root; /* prefix of what is written */
};

/* A file to write, or a line to append to one that is others'. */
struct piece {
	char path[PATH_LEN];
	int append; /* 2: through crontab(1) */
	const char *first; /* first line, if the file is made */
	const char *before; /* last line that is to stay the last */
	unsigned mode;
	char text[TEXT_MAX];
	char then[PATH_LEN + 100]; /* what to type afterwards */
};

/* Variables that must be as they are now for the tree to be the same one. */
static void
environment(char *buf, size_t max, const char *before, const char *between,
	const char *after)
{
	static const char *const vars[] = { "REEVE_HOME", "REEVE_SOURCES",
		"REEVE_STATE", "REEVE_LIVE", "REEVE_SCANDIR", "REEVE_LOGS",
		"XDG_CONFIG_HOME", "XDG_STATE_HOME" };
	size_t n = 0;

	buf[0] = 0;
	for (size_t i = 0; i < sizeof vars / sizeof *vars; i++) {
		const char *v = getenv(vars[i]);
		int r;

		if (!v || !*v || n >= max)
			continue;
		r = snprintf(buf + n, max - n, "%s%s%s%s%s", before, vars[i],
			between, v, after);
		n += r > 0 ? (size_t)r : 0;
	}
}

/* The same before a command in a line of init or cron, which put `exec' in
 * front of it: "env A='b' ", or nothing. */
static void
env_words(char *buf, size_t max)
{
	static const char env[] = "env ";

	environment(
		buf + sizeof env - 1, max - (sizeof env - 1), "", "='", "' ");
	if (buf[sizeof env - 1])
		memcpy(buf, env, sizeof env - 1);
	else
		buf[0] = 0;
}

static void
systemd(const struct boot *b, struct piece *p)
{
	char env[PATH_LEN];

	environment(env, sizeof env, "Environment=\"", "=", "\"\n");
	if (b->places.user)
		snprintf(p->path, sizeof p->path,
			"%s/.config/systemd/user/reeve.service", b->home);
	else
		snprintf(p->path, sizeof p->path,
			"/etc/systemd/system/reeve.service");
	snprintf(p->text, sizeof p->text,
		"# Written by `reeve install-boot systemd'.\n"
		"[Unit]\n"
		"Description=Reeve supervision tree\n"
		"%s"
		"\n"
		"[Service]\n"
		"Type=notify\n"
		"%s"
		"ExecStart=%s/reeve up --foreground\n"
		"# 1: something had to be killed at the end.\n"
		"SuccessExitStatus=1\n"
		"# A svscan that was killed leaves the services running, and\n"
		"# the next one takes them over: nothing else may kill them.\n"
		"Restart=on-failure\n"
		"KillMode=process\n"
		"# It says itself what it waits for, and for how long.\n"
		"TimeoutStartSec=infinity\n"
		"TimeoutStopSec=90\n"
		"Delegate=yes\n"
		"\n"
		"[Install]\n"
		"WantedBy=%s\n",
		b->places.user ? "" : "After=local-fs.target network.target\n",
		env, b->bin,
		b->places.user ? "default.target" : "multi-user.target");
	snprintf(p->then, sizeof p->then,
		b->places.user
			? "systemctl --user daemon-reload && systemctl --user enable "
			  "reeve\nloginctl enable-linger    # to run without a login"
			: "systemctl daemon-reload && systemctl enable --now reeve");
}

static void
openrc(const struct boot *b, struct piece *p)
{
	char env[PATH_LEN];

	environment(env, sizeof env, "export ", "='", "'\n");
	snprintf(p->path, sizeof p->path,
		b->places.user ? "%s/.config/rc/init.d/reeve"
			       : "%s/etc/init.d/reeve",
		b->places.user ? b->home : "");
	p->mode = 0755;
	snprintf(p->text, sizeof p->text,
		"#!/sbin/openrc-run\n"
		"# Written by `reeve install-boot openrc'.\n"
		"description=\"Reeve supervision tree\"\n"
		"%s"
		"\n"
		"depend() {\n"
		"\tneed localmount\n"
		"\tafter bootmisc\n"
		"}\n"
		"\n"
		"start() {\n"
		"\tebegin \"Starting the Reeve tree\"\n"
		"\t%s/reeve up\n"
		"\t# 1, 99: a service failed, or was late; the tree is up.\n"
		"\tcase $? in 0|1|99) true ;; *) false ;; esac\n"
		"\teend $?\n"
		"}\n"
		"\n"
		"stop() {\n"
		"\tebegin \"Stopping the Reeve tree\"\n"
		"\t%s/reeve down\n"
		"\teend $?\n"
		"}\n",
		env, b->bin, b->bin);
	snprintf(p->then, sizeof p->then,
		b->places.user ? "rc-update --user add reeve default"
			       : "rc-update add reeve default");
}

/* Lines of /etc/inittab: the fields before the command, at boot and at the
 * end. */
static void
lines_for_init(const struct boot *b, struct piece *p, const char *kind,
	const char *boot, const char *end)
{
	char env[PATH_LEN];

	env_words(env, sizeof env);
	snprintf(p->path, sizeof p->path, "/etc/inittab");
	p->append = 1;
	snprintf(p->text, sizeof p->text,
		"# Written by `reeve install-boot %s'.\n"
		"%s:%s%s/reeve up </dev/null >/dev/null 2>&1\n"
		"%s:%s%s/reeve down </dev/null >/dev/null 2>&1\n",
		kind, boot, env, b->bin, end, env, b->bin);
}

static void
inittab(const struct boot *b, struct piece *p)
{
	lines_for_init(b, p, "inittab", "rv:2345:once", "rd:016:wait");
	if (strcspn(strchr(p->text, '\n') + 1, "\n") > INITTAB_MAX)
		warn("init reads no more than about %d characters of a line: "
		     "put the command into a script, and that into the "
		     "line",
			INITTAB_MAX);
	snprintf(p->then, sizeof p->then, "telinit q    # starts it now, too");
}

/* busybox's init has no runlevels: the first field is a terminal there. */
static void
busybox(const struct boot *b, struct piece *p)
{
	lines_for_init(b, p, "busybox", "::once", "::shutdown");
	snprintf(p->then, sizeof p->then,
		"kill -HUP 1    # read it again\n"
		"%s/reeve up    # for now; init does it from the next boot",
		b->bin);
}

static void
rc_local(const struct boot *b, struct piece *p)
{
	char env[PATH_LEN];

	env_words(env, sizeof env);
	snprintf(p->path, sizeof p->path, "/etc/rc.local");
	p->append = 1;
	p->mode = 0755;
	p->first = "#!/bin/sh\n";
	p->before = "exit 0\n";
	snprintf(p->text, sizeof p->text,
		"# Written by `reeve install-boot rc.local'.\n"
		"%s%s/reeve up </dev/null >/dev/null 2>&1\n",
		env, b->bin);
	snprintf(p->then, sizeof p->then,
		"%s/reeve up    # for now; "
		"rc.local does it from the next boot",
		b->bin);
}

static void
crontab(const struct boot *b, struct piece *p)
{
	char env[PATH_LEN];

	env_words(env, sizeof env);
	p->append = 2;
	snprintf(p->path, sizeof p->path, "your crontab");
	snprintf(p->text, sizeof p->text,
		"@reboot %s%s/reeve up >/dev/null "
		"2>&1\n",
		env, b->bin);
	snprintf(p->then, sizeof p->then,
		"%s/reeve up    # for now; cron does "
		"it from the next boot",
		b->bin);
}

static const struct kind {
	const char *name;
	void (*make)(const struct boot *, struct piece *);
	int root_only;
	const char *sign; /* exists where this kind fits; 0: /sbin/init
				 * is a link to a program of its name */
} kinds[] = { { "systemd", systemd, 0, "/run/systemd/system" },
	{ "openrc", openrc, 0, "/run/openrc" }, { "busybox", busybox, 1, 0 },
	{ "inittab", inittab, 1, "/etc/inittab" },
	{ "rc.local", rc_local, 1, "/etc/rc.local" },
	{ "crontab", crontab, 0, "/usr/bin/crontab" }, { 0, 0, 0, 0 } };

static int
fits(const struct kind *k)
{
	char target[PATH_LEN];
	ssize_t n;

	if (k->sign)
		return file_exists(AT_FDCWD, k->sign);
	n = readlink("/sbin/init", target, sizeof target - 1);
	if (n < 0)
		return 0;
	target[n] = 0;
	return !strcmp(path_base(target), k->name);
}

static const struct kind *
choose(const char *name, int user)
{
	const char *names[8];
	size_t n = 0;

	for (const struct kind *k = kinds; k->name; k++) {
		names[n++] = k->name;
		if (name && !strcmp(name, k->name)) {
			if (user && k->root_only)
				die(EX_MISUSE,
					"%s belongs to root; as a user "
					"take systemd, openrc or crontab",
					name);
			return k;
		}
		if (!name && !(user && k->root_only) && fits(k))
			return k;
	}
	if (name) {
		const char *near = front_nearest(name, names, n);

		die(EX_MISUSE,
			"there is no kind '%s'%s%s%s (systemd, openrc, "
			"busybox, inittab, rc.local, crontab)",
			name, near ? ": did you mean '" : "", near ? near : "",
			near ? "'?" : "");
	}
	die(EX_MISUSE,
		"no known init and no cron found here: name a kind "
		"(systemd, openrc, busybox, inittab, rc.local, crontab)");
}

static int
ask(const char *question)
{
	char line[64];

	printf("%s [y/N] ", question);
	fflush(stdout);
	return fgets(line, sizeof line, stdin) &&
		(line[0] == 'y' || line[0] == 'Y');
}

/* Append to the crontab by crontab(1): old lines first. */
static void
write_crontab(const struct piece *p)
{
	FILE *in = popen("crontab -l 2>/dev/null", "r"), *out;
	char old[65536];
	size_t n = in ? fread(old, 1, sizeof old - 1, in) : 0;

	if (in)
		pclose(in);
	old[n] = 0;
	if (n == sizeof old - 1)
		die(EX_SYSTEM,
			"your crontab is too long to be edited here: "
			"add the line by hand");
	if (strstr(old, p->text)) {
		puts("It is there already.");
		return;
	}
	out = popen("crontab -", "w");
	if (!out)
		die_sys(EX_SYSTEM, "unable to run crontab");
	fwrite(old, 1, n, out);
	fputs(p->text, out);
	if (pclose(out))
		die(EX_SYSTEM, "crontab did not accept the line");
}

/* What was in the file, and the piece at its end; owned by the caller. */
static char *
merge(const struct piece *p, const char *old)
{
	size_t len = strlen(old), last = p->before ? strlen(p->before) : 0;
	char *text = malloc(len + strlen(p->text) + 64);

	if (!text)
		return 0;
	if (last && len > last && old[len - last - 1] == '\n' &&
		!strcmp(old + len - last, p->before))
		len -= last;
	else
		last = 0;
	sprintf(text, "%s%.*s%s%s%s", !len && p->first ? p->first : "",
		(int)len, old, len && old[len - 1] != '\n' ? "\n" : "", p->text,
		old + len);
	return text;
}

static void
write_piece(const struct piece *p, const char *root)
{
	char path[PATH_LEN], dir[PATH_LEN], *text, *old = 0;
	ssize_t len = 0;
	struct stat st;
	unsigned mode = p->mode ? p->mode : 0644;

	if (path_join(path, sizeof path, *root ? root : "/", p->path + 1) < 0)
		die_sys(EX_SYSTEM, "unable to use %s", p->path);
	snprintf(dir, sizeof dir, "%.*s", (int)(path_base(path) - path), path);
	if (path_mkdirs(dir, 0755) < 0)
		die_sys(EX_SYSTEM, "unable to make %s", dir);
	if (p->append) {
		len = file_slurp(AT_FDCWD, path, &old, 1 << 20);
		if (len < 0 && errno != ENOENT)
			die_sys(EX_SYSTEM, "unable to read %s", path);
		if (len > 0 && strstr(old, p->text)) {
			printf("It is in %s already.\n", path);
			free(old);
			return;
		}
		if (stat(path, &st) == 0)
			mode = st.st_mode & 07777;
	}
	text = merge(p, len > 0 ? old : "");
	if (!text)
		die_sys(EX_SYSTEM, "unable to write %s", path);
	if (file_write(AT_FDCWD, path, text, strlen(text), mode, 1) < 0)
		die_sys(EX_SYSTEM, "unable to write %s", path);
	printf("Written: %s\n", path);
	free(text);
	free(old);
}

int
front_install_boot(int argc, char **argv)
{
	static struct piece piece;
	int c, dry = 0, yes = 0;
	const struct kind *kind;
	struct boot b = { .root = "" };

	opt_permute(&usage, argc, argv);
	while ((c = opt_next(&usage, argc, argv)) != -1) {
		switch (c) {
		case 'n':
			dry = 1;
			break;
		case 'y':
			yes = 1;
			break;
		case O_ROOT:
			b.root = optarg;
			break;
		}
	}
	if (argc - optind > 1)
		opt_usage(&usage);
	front_places(&b.places);
	if (chain_bindir(b.bin, sizeof b.bin) < 0)
		die_sys(EX_SYSTEM, "unable to tell where the programs are");
	b.home = getenv("HOME");
	if (b.places.user && (!b.home || !*b.home))
		die(EX_MISUSE, "HOME is not set");
	kind = choose(optind < argc ? argv[optind] : 0, b.places.user);
	kind->make(&b, &piece);
	printf("%s %s:\n\n%s\n",
		piece.append ? "To be added to" : "To be written as",
		piece.path, piece.text);
	if (dry) {
		printf("Then type:\n%s\n", piece.then);
		return EX_OK;
	}
	if (!yes && !ask(piece.append ? "Add it?" : "Write it?")) {
		puts("Nothing was written.");
		return EX_NO;
	}
	if (piece.append == 2)
		write_crontab(&piece);
	else
		write_piece(&piece, b.root);
	printf("Now type:\n%s\n", piece.then);
	return fflush(stdout) ? EX_SYSTEM : EX_OK;
}
