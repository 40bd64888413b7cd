/* guest.c - everything a test machine needs besides Reeve, in one static
 * program: as /init it loads modules, waits for the disk and executes the
 * init that is tested, or (kernel word guest_root=) makes the disk the root
 * first; `guest script' runs the script of tests/helpers/guest.sh and ends
 * the machine; `guest sleep' is a service; `guest serve' carries out commands
 * that come over the second serial line; `guest off' powers off;
 * `guest kexec' loads a kernel. */

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <net/if.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/reboot.h>
#include <sys/socket.h>
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

/* --- a script with the whole machine to itself ------------------------- */

static void
mounted(const char *type, const char *dir, const char *opts)
{
	mkdir(dir, 0755);
	if (mount(type, dir, type, 0, opts) < 0 && errno != EBUSY)
		perror(dir);
}

static void
put(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);

	if (fd < 0 || write(fd, text, strlen(text)) < 0)
		fprintf(stderr, "%s: %s: %s\n", path, text, strerror(errno));
	close(fd);
}

/* Every controller that the kernel has, for the children of the root. */
static void
all_controllers(void)
{
	char names[256] = "", word[64];
	FILE *f = fopen("/sys/fs/cgroup/cgroup.controllers", "r");

	if (!f)
		return;
	if (fgets(names, sizeof names, f))
		for (char *w = strtok(names, " \n"); w; w = strtok(0, " \n")) {
			snprintf(word, sizeof word, "+%s", w);
			put("/sys/fs/cgroup/cgroup.subtree_control", word);
		}
	fclose(f);
}

static void
have_loopback(void)
{
	struct ifreq r = { .ifr_name = "lo" };
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	r.ifr_flags = IFF_UP | IFF_RUNNING;
	ioctl(fd, SIOCSIFFLAGS, &r);
	close(fd);
}

static int
serial(const char *path)
{
	int fd = open(path, O_RDWR | O_NOCTTY | O_CLOEXEC);
	struct termios t;

	if (fd >= 0 && tcgetattr(fd, &t) == 0) {
		cfmakeraw(&t);
		tcsetattr(fd, TCSANOW, &t);
	}
	return fd;
}

/* Runs /guest-script with its output on the second serial line, and tells
 * its exit code there.  As process 1 it prepares the machine before, and
 * ends it after. */
static int
script(void)
{
	int fd, w = 0, one = getpid() == 1;
	pid_t pid, p;

	if (one) {
		mounted("devtmpfs", "/dev", "");
		mounted("proc", "/proc", "");
		mounted("sysfs", "/sys", "");
		mounted("cgroup2", "/sys/fs/cgroup", "");
		mounted("devpts", "/dev/pts", "ptmxmode=666");
		mounted("tmpfs", "/dev/shm", "mode=1777");
		mounted("tmpfs", "/run", "mode=755");
		mounted("tmpfs", "/tmp", "mode=1777");
		if (symlink("/proc/self/fd", "/dev/fd") < 0)
			perror("/dev/fd");
		all_controllers();
		have_loopback();
		if (sethostname("guest", 5) < 0)
			perror("sethostname");
	}
	if ((fd = serial("/dev/ttyS1")) < 0)
		perror("/dev/ttyS1");
	if ((pid = fork()) == 0) {
		setsid();
		dup2(fd, 1);
		dup2(fd, 2);
		execl("/bin/sh", "sh", "/guest-script", (char *)0);
		perror("/guest-script");
		_exit(127);
	}
	while ((p = waitpid(-1, &w, 0)) != pid)
		if (p < 0 && errno != EINTR)
			break;
	dprintf(fd, "\n#guest exit %d\n",
		WIFEXITED(w) ? WEXITSTATUS(w) : 128 + WTERMSIG(w));
	tcdrain(fd);
	if (!one)
		return 0;
	sync();
	reboot(RB_POWER_OFF);
	return 111;
}

/* The disk becomes the root, with the init that the kernel words name. */
static int
enter(const char *root)
{
	const char *init = getenv("guest_init");

	for (int i = 0; i < 200 &&
		mount(root, "/mnt", "ext4", getenv("guest_ro") ? MS_RDONLY : 0,
			"") < 0;
		i++)
		usleep(10000);
	/* As an initramfs that uses our own hand-over. */
	if (getenv("guest_switch")) {
		if (getenv("guest_nodev"))
			umount2("/dev", MNT_DETACH);
		else
			mounted("tmpfs", "/run", "mode=755");
		execl("/bin/reeve-init", "/bin/reeve-init", "--switch-root",
			"/mnt", (char *)0);
		perror("/bin/reeve-init");
		return 127;
	}
	if (chdir("/mnt") < 0 || mount(".", "/", 0, MS_MOVE, 0) < 0 ||
		chroot(".") < 0 || chdir("/") < 0) {
		perror(root);
		return 111;
	}
	if (!init)
		return script();
	/* As a kernel does before it executes its init. */
	mounted("devtmpfs", "/dev", "");
	execl(init, init, (char *)0);
	perror(init);
	return 127;
}

#ifdef SYS_kexec_file_load
/* Load a kernel for the next reboot(RB_KEXEC).  With our own command line
 * and a word more, so that the second boot can be told from the first. */
static int
load_kernel(const char *kernel, const char *initramfs)
{
	char line[1024] = "";
	FILE *f = fopen("/proc/cmdline", "r");
	int k = open(kernel, O_RDONLY | O_CLOEXEC);
	int i = open(initramfs, O_RDONLY | O_CLOEXEC);

	if (!f || !fgets(line, sizeof line - 16, f) || k < 0 || i < 0)
		return 111;
	line[strcspn(line, "\n")] = 0;
	strcat(line, " kexeced=yes");
	if (syscall(SYS_kexec_file_load, k, i, strlen(line) + 1, line, 0) < 0) {
		perror("kexec_file_load");
		return 111;
	}
	return 0;
}
#endif

static int
start(char **argv)
{
	const char *root = getenv("guest_root");
	struct stat st;

	(void)argv;
	mkdir("/dev", 0755);
	mount("dev", "/dev", "devtmpfs", 0, 0);
	load_modules();
	if (root)
		return enter(root);
	for (int i = 0; i < 200 && stat("/modules", &st) == 0 &&
		stat("/dev/vda", &st) < 0;
		i++)
		usleep(10000);
	/* The kernel's words follow those that every boot of ours has. */
	execl("/bin/reeve-init", "/bin/reeve-init", "--boot", "-M",
		"ext4:/dev/vda:/var/lib/reeve", "--", (char *)0);
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
	FILE *in;
	int fd, n;

	(void)argv;
	fd = serial("/dev/ttyS1");
	if (fd < 0)
		return 111;
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
	if (getpid() == 1 && (argc < 2 || strcmp(argv[1], "script")))
		return start(argv);
	if (argc > 1 && !strcmp(argv[1], "script"))
		return script();
#ifdef SYS_kexec_file_load
	if (argc > 3 && !strcmp(argv[1], "kexec"))
		return load_kernel(argv[2], argv[3]);
#endif
	if (argc > 1 && !strcmp(argv[1], "serve"))
		return serve(argv);
	if (argc > 1 && !strcmp(argv[1], "sleep"))
		sleep_for_ever();
	/* A service's run, whose own path is no argument of that. */
	if (argc > 1 && !strcmp(argv[1], "off"))
		return execl("/bin/reeve-poweroff", "/bin/reeve-poweroff",
			(char *)0);
	if (argc > 1 && !strcmp(argv[1], "true"))
		return 0;
	return 100;
}
