"""faults.py - what tests/torture does to a command and to the daemons."""

import os
import signal
import subprocess
import time

ERRORS = ["EIO", "ENOSPC", "EMFILE", "ENFILE", "ENOMEM", "EINTR", "ETIMEDOUT"]
# What is not given an error: a call that cannot fail so, or whose work strace
# leaves out with the error, where the kernel would do it all the same.
NEVER = set("""exit exit_group close munmap rt_sigreturn restart_syscall
    rt_sigaction rt_sigprocmask arch_prctl set_tid_address set_robust_list
    rseq getpid geteuid getuid getgid getegid umask brk mprotect mmap
    sigreturn vfork wait4 waitid""".split())
DAEMONS = {"svscan": ["reeve-svscan"], "supervise": ["reeve-supervise"],
           "oneshotd": ["reeve-rc-oneshotd"], "logger": ["reeve-log"]}


def processes():
    """(pid, words of its command line) of all that run here."""
    for pid in os.listdir("/proc"):
        if not pid.isdigit() or int(pid) == os.getpid():
            continue
        try:
            with open("/proc/%s/cmdline" % pid, "rb") as f:
                words = f.read().decode(errors="replace").split("\0")[:-1]
        except OSError:
            continue
        if words:
            yield int(pid), words


def daemons(kind):
    return sorted((p, w) for p, w in processes()
                  if os.path.basename(w[0]) in DAEMONS[kind])


def traced(pid):
    try:
        with open("/proc/%d/status" % pid) as f:
            return "TracerPid:\t0\n" not in f.read()
    except OSError:
        return True


class Fault:
    """One fault.  begin() before the command, prefix stands before its words,
    during() while it runs, end() after it; then hits says how often it
    struck."""

    prefix, hits, loses, touches = (), 0, False, None

    def begin(self): pass

    def during(self): pass

    def end(self): pass


class Inject(Fault):
    """An error or a signal at one call of the command, or of a daemon."""

    def __init__(self, call, what, n, pid=0, words=(), follow=True):
        self.call, self.what, self.n, self.pid = call, what, n, pid
        self.words, self.loses = words, pid and "log" in words[0]
        option = ["strace", "-qq", "-o", "trace", "-e", "signal=none",
                  "-e", "trace=" + call,
                  "-e", "inject=%s:%s:when=%d" % (call, what, n)]
        self.strace = option + (["-p", str(pid)] if pid else [])
        if not pid:
            self.prefix = option + (["-f"] if follow else [])
        elif what.startswith("signal"):
            self.touches = words

    def __str__(self):
        return "%s at %s %d of %s" % (
            self.what, self.call, self.n,
            " ".join(self.words[:3]) if self.pid else "the command")

    def begin(self):
        if os.path.exists("trace"):
            os.unlink("trace")
        if self.pid:
            self.process = subprocess.Popen(self.strace)
            until = time.time() + 3
            while not traced(self.pid) and time.time() < until:
                time.sleep(.005)

    def end(self):
        if self.pid:
            self.process.terminate()
            self.process.wait()
        try:
            with open("trace", errors="replace") as f:
                text = f.read()
        except OSError:
            return
        self.hits = text.count("INJECTED") or (
            self.what.startswith("signal") and
            text.count(self.call + "(") >= self.n)


class Signal(Fault):
    """A daemon is killed, or stopped for a time, while the command runs."""

    def __init__(self, pid, words, after, pause):
        self.pid, self.words, self.after, self.pause = pid, words, after, pause
        self.loses = not pause and "log" in words[0]
        self.touches = None if pause else words

    def __str__(self):
        return "%s %s after %.3f s" % (
            "stop for %.1f s" % self.pause if self.pause else "kill",
            " ".join(self.words[:3]), self.after)

    def send(self, sig):
        try:
            os.kill(self.pid, sig)
            self.hits = 1
        except ProcessLookupError:
            pass

    def during(self):
        time.sleep(self.after)
        self.send(signal.SIGSTOP if self.pause else signal.SIGKILL)
        if self.pause:
            time.sleep(self.pause)
            self.send(signal.SIGCONT)


class Limit(Fault):
    """The command has few descriptors, or its user few processes."""

    def __init__(self, what, n):
        self.what, self.n, self.hits = what, n, 1
        self.prefix = ["prlimit", "--%s=%d:%d" % (what, n, n)]

    def __str__(self):
        return "%s=%d" % (self.what, self.n)


class Full(Fault):
    """The file system of the tree has no space, or no inodes, left."""

    def __init__(self, home, inodes):
        self.home, self.inodes, self.made, self.loses = home, inodes, 0, True

    def __str__(self):
        return "no inodes" if self.inodes else "no space"

    def begin(self):
        self.hits = 1
        try:
            if not self.inodes:
                with open(self.home + "/ballast", "wb") as f:
                    while True:
                        os.write(f.fileno(), bytes(65536))
            while True:
                open("%s/ballast.%d" % (self.home, self.made), "w").close()
                self.made += 1
        except OSError:
            pass

    def end(self):
        if not self.inodes:
            os.unlink(self.home + "/ballast")
        for i in range(self.made):
            os.unlink("%s/ballast.%d" % (self.home, i))


class Mount(Fault):
    """Something is mounted on a directory, or it becomes read-only."""

    def __init__(self, path, readonly):
        self.path, self.readonly = path, readonly

    def __str__(self):
        return ("read-only: " if self.readonly else "a mount on ") + \
            os.path.basename(self.path)

    def begin(self):
        os.makedirs(self.path, exist_ok=True)
        words = ["mount", "--bind", self.path, self.path] if self.readonly \
            else ["mount", "-t", "tmpfs", "torture", self.path]
        if subprocess.run(words, stderr=subprocess.DEVNULL).returncode:
            return
        self.hits = 1
        if self.readonly:
            subprocess.run(["mount", "-o", "remount,bind,ro", self.path])

    def end(self):
        # The command may have moved it.
        with open("/proc/self/mounts") as f:
            mounts = [line.split()[1] for line in f]
        if self.hits:
            for path in mounts[::-1]:
                if path.startswith(os.environ["REEVE_HOME"] + "/"):
                    subprocess.run(["umount", "-l", path])
