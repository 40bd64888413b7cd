/* guest.c - everything a test machine needs besides Reeve, in one static
 * program: as /init it loads modules and waits for the disk; `guest sleep'
 * is a service; `guest serve' carries out commands that come over the second
 * serial line.  Used by tests/init/boot.sh. */

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

enum { LINE = 1024, WORDS = 32 };

static void
load_modules(void)
{
	struct dirent **e;
	int n = scandir("/modules", &e, 0, alphasort);

	for (int i = 0; i < n; i++) {
		char path[300];
		int fd;

		if (e[i]->d_name[0] == '.')
			continue;
		snprintf(path, sizeof path, "/modules/%s", e[i]->d_name);
		fd = open(path, O_RDONLY | O_CLOEXEC);
		if (fd >= 0 && syscall(SYS_finit_module, fd, "", 0) < 0)
			perror(path);
		close(fd);
	}
}

static int
start(char **argv)
{
	struct stat st;

	(void)argv;
	mkdir("/dev", 0755);
	mount("dev", "/dev", "devtmpfs", 0, 0);
	load_modules();
	for (int i = 0; i < 200 && stat("/modules", &st) == 0 &&
		stat("/dev/vda", &st) < 0; i++)
		usleep(10000);
	/* The kernel's words follow those that every boot of ours has. */
	execl("/bin/reeve-init", "/bin/reeve-init", "--boot",
		"-M", "ext4:/dev/vda:/var/lib/reeve", "--", (char *)0);
	perror("/bin/reeve-init");
	return 127;
}

/* Sum of a field of /proc/PID/smaps_rollup, in kB. */
static long
field(const char *pid, const char *name)
{
	char path[300], line[256];
	long sum = 0, v;
	FILE *f;

	snprintf(path, sizeof path, "/proc/%s/smaps_rollup", pid);
	if (!(f = fopen(path, "r")))
		return 0;
	while (fgets(line, sizeof line, f))
		if (!strncmp(line, name, strlen(name)) &&
			sscanf(line + strlen(name), ": %ld", &v) == 1)
			sum += v;
	fclose(f);
	return sum;
}

/* Memory of each process of Reeve, and of all. */
static int
memory(void)
{
	struct dirent *e;
	DIR *d = opendir("/proc");
	long all = 0;
	int n = 0;

	while (d && (e = readdir(d))) {
		char path[300], comm[64] = "";
		FILE *f;

		if (e->d_name[0] < '0' || e->d_name[0] > '9')
			continue;
		snprintf(path, sizeof path, "/proc/%s/comm", e->d_name);
		if (!(f = fopen(path, "r")))
			continue;
		if (fscanf(f, "%63s", comm) != 1)
			*comm = 0;
		fclose(f);
		if (strncmp(comm, "reeve", 5) && strncmp(comm, "s6rc", 4))
			continue;
		n++;
		all += field(e->d_name, "Pss");
		if (!strcmp(e->d_name, "1"))
			printf("process 1: Pss %ld kB, private %ld kB\n",
				field("1", "Pss"), field("1", "Private_Dirty"));
	}
	printf("%d processes of Reeve: Pss %ld kB\n", n, all);
	return 0;
}

static int
show(const char *path)
{
	char line[LINE];
	FILE *f = fopen(path, "r");

	if (!f)
		return 1;
	while (fgets(line, sizeof line, f))
		fputs(line, stdout);
	fclose(f);
	return 0;
}

static int
run(char **argv)
{
	char *no[] = { 0 };
	pid_t pid;
	int w;

	if (!argv[0])
		return 0;
	if (!strcmp(argv[0], "memory"))
		return memory();
	if (!strcmp(argv[0], "show"))
		return show(argv[1] ? argv[1] : "");
	if (!strcmp(argv[0], "exists"))
		return access(argv[1] ? argv[1] : "", F_OK) != 0;
	pid = fork();
	if (pid == 0) {
		setsid();
		(void)no;
		execvp(argv[0], argv);
		perror(argv[0]);
		_exit(127);
	}
	if (pid < 0 || waitpid(pid, &w, 0) < 0)
		return 111;
	return WIFEXITED(w) ? WEXITSTATUS(w) : 128 + WTERMSIG(w);
}

/* A line: a number, a command.  Answer: "+NUMBER", its output,
 * "=NUMBER CODE". */
static int
serve(char **argv)
{
	char line[LINE], *words[WORDS + 1];
	struct termios t;
	FILE *in;
	int fd, n;

	(void)argv;
	fd = open("/dev/ttyS1", O_RDWR | O_NOCTTY);
	if (fd < 0 || tcgetattr(fd, &t) < 0)
		return 111;
	cfmakeraw(&t);
	tcsetattr(fd, TCSANOW, &t);
	dup2(fd, 0);
	dup2(fd, 1);
	dup2(fd, 2);
	in = fdopen(fd, "r");
	puts("serving");
	fflush(stdout);
	while (in && fgets(line, sizeof line, in)) {
		n = 0;
		for (char *w = strtok(line, " \r\n"); w && n < WORDS;
			w = strtok(0, " \r\n"))
			words[n++] = w;
		words[n] = 0;
		if (!n)
			continue;
		printf("+%s\n", words[0]);
		fflush(stdout);
		n = run(words + 1);
		printf("=%s %d\n", words[0], n);
		fflush(stdout);
	}
	return 0;
}

static _Noreturn void
sleep_for_ever(void)
{
	for (;;)
		pause();
}

int main(int argc, char **argv);

int
main(int argc, char **argv)
{
	if (getpid() == 1)
		return start(argv);
	if (argc > 1 && !strcmp(argv[1], "serve"))
		return serve(argv);
	if (argc > 1 && !strcmp(argv[1], "sleep"))
		sleep_for_ever();
	if (argc > 1 && !strcmp(argv[1], "true"))
		return 0;
	return 100;
}
