/* sleep.c - sleep(1) for tests and their services, which start it some
 * thousand times: with no C library to be loaded and made ready (ALONE, see
 * Makefile) it takes a fifth of the time.  What it does not understand it
 * leaves to the system's. */

#include <time.h>

/* SECONDS[.FRACTION]: 0, or -1 if it is anything else. */
static int
scan(const char *s, struct timespec *t)
{
	long unit = 100000000;

	t->tv_sec = t->tv_nsec = 0;
	if (*s < '0' || *s > '9')
		return -1;
	for (; *s >= '0' && *s <= '9'; s++) {
		if (t->tv_sec > 1000000000)
			return -1;
		t->tv_sec = t->tv_sec * 10 + (*s - '0');
	}
	if (*s == '.')
		for (s++; *s >= '0' && *s <= '9'; s++, unit /= 10)
			t->tv_nsec += (*s - '0') * unit;
	return *s ? -1 : 0;
}

#ifdef ALONE
#if !defined __linux__ || !defined __x86_64__
#error made for one machine
#endif
#include <sys/syscall.h>

__asm__(".globl _start\n"
	"_start:\tmov %rsp, %rdi\n"
	"\txor %ebp, %ebp\n"
	"\tand $-16, %rsp\n"
	"\tcall begin\n"
	"\thlt\n");

static long
call(long n, const void *a, const void *b, const void *c)
{
	long r;

	__asm__ volatile("syscall" : "=a"(r) : "a"(n), "D"(a), "S"(b), "d"(c)
		: "rcx", "r11", "memory");
	return r;
}

void begin(char **stack);
__attribute__((used)) void
begin(char **stack)
{
	char **argv = stack + 1, **env = argv;
	struct timespec t;
	long code = 0;

	while (*env++)
		;
	if (!argv[0] || !argv[1] || argv[2] || scan(argv[1], &t) < 0) {
		call(SYS_execve, "/bin/sleep", argv, env);
		code = 111;
	} else
		while (call(SYS_nanosleep, &t, &t, 0) < 0)
			;
	call(SYS_exit_group, (void *)code, 0, 0);
}
#else
#include <stdio.h>
#include <unistd.h>

int
main(int argc, char **argv)
{
	struct timespec t;

	if (argc != 2 || scan(argv[1], &t) < 0) {
		execv("/bin/sleep", argv);
		perror("/bin/sleep");
		return 111;
	}
	while (nanosleep(&t, &t) < 0)
		;
	return 0;
}
#endif
