#!/bin/sh
# multicall.sh PROGRAM... - write the C table of a multicall executable: it
# runs the program whose name it is called by (or that its first argument is).
echo '#include <string.h>'
echo '#include <stdio.h>'
for p; do echo "int main_$(echo "$p" | tr - _)(int, char **);"; done
echo 'static const struct { const char *name; int (*run)(int, char **); } programs[] = {'
for p; do echo "	{ \"$p\", main_$(echo "$p" | tr - _) },"; done
cat <<'END'
};
/* Names that are not a program's with another prefix. */
static const struct { const char *name, *program; int prefix; } others[] = {
	{ "SIG", "reeve-init", 1 },	/* hooks of svscan */
	{ "finish", "reeve-init", 0 }, { "crash", "reeve-init", 0 },
	{ "tini", "reeve-init", 1 }, { "docker-init", "reeve-init", 0 },
	{ "dumb-init", "reeve-init", 0 }, { "catatonit", "reeve-init", 0 },
	{ "halt", "reeve-shutdown", 0 }, { "reboot", "reeve-shutdown", 0 },
	{ "poweroff", "reeve-shutdown", 0 },
	{ "reeve-halt", "reeve-shutdown", 0 },
	{ "reeve-reboot", "reeve-shutdown", 0 },
	{ "reeve-poweroff", "reeve-shutdown", 0 },
};
/* s6-svc is reeve-svc, init is reeve-init; the program itself sees its
 * real name in argv[0] and decides from that how to behave. */
static int
find(const char *name)
{
	char buf[64];
	const char *base = strrchr(name, '/');

	base = base ? base + 1 : name;
	for (size_t i = 0; i < sizeof others / sizeof *others; i++)
		if (!strncmp(base, others[i].name, strlen(others[i].name)) &&
			(others[i].prefix || !strcmp(base, others[i].name)))
			base = others[i].program;
	/* As it is; else as reeve-NAME, with or without an s6- before it. */
	for (int pass = 0; pass < 2; pass++) {
		for (size_t i = 0; i < sizeof programs / sizeof *programs; i++)
			if (!strcmp(programs[i].name, base))
				return (int)i;
		if (!strncmp(base, "s6-", 3))
			base += 3;
		if (strlen(base) > sizeof buf - sizeof "reeve-")
			return -1;
		memmove(buf + 6, base, strlen(base) + 1);
		memcpy(buf, "reeve-", 6);
		base = buf;
	}
	return -1;
}
int main(int, char **);
int
main(int argc, char **argv)
{
	int i = argc ? find(argv[0]) : -1;

	if (i < 0 && argc > 1 && (i = find(argv[1])) >= 0)
		argv++, argc--;
	if (i >= 0)
		return programs[i].run(argc, argv);
	for (size_t k = 0; k < sizeof programs / sizeof *programs; k++)
		puts(programs[k].name);
	return 100;
}
END
