/* props.c - see props.h.  The one list of what a definition may hold. */

#include <string.h>
#include <strings.h>

#include "lib/suggest.h"
#include "rc/compile/props.h"
#include "rc/db.h"

/* clang-format off */
const struct prop props[] = {
	{ "after.d", FOR_ATOMIC, PROP_DIR, LIST_AFTER, 0,
		"none",
		"a directory of names",
		"Services that, if they are started as well, are up "
		"before this one starts. A name that does not exist is "
		"left out.",
		"(directory with a file network)" },
	{ "backoff", FOR_LONGRUN, PROP_TEXT, 0, 0,
		"1s 60s",
		"two durations, the greater last, as 500ms 30s",
		"Least and greatest delay before a service that dies at "
		"once, or before it has said that it is ready, is started "
		"again; the delay doubles each time. Bare numbers are "
		"milliseconds.",
		"500ms 30s" },
	{ "capabilities", FOR_ATOMIC, PROP_TEXT, 0, 0,
		"those of the user",
		"names, blanks between",
		"The capabilities that are left to the command, also when "
		"it is not root (Linux).",
		"net_bind_service" },
	{ "cgroup", FOR_LONGRUN, PROP_TEXT, 0, 0,
		"reeve/NAME, if there is a limit",
		"a path below /sys/fs/cgroup",
		"The control group of the service. Presence alone makes "
		"one, so that a stop ends every descendant.",
		"reeve/app" },
	{ "command", FOR_ATOMIC, PROP_TEXT, 0, 0,
		"none",
		"a command line",
		"Instead of run or up: one command line in execline's "
		"syntax (words, quotes, comments; a new line is a blank; "
		"nothing is substituted). The script is written by the "
		"compiler.",
		"nginx -g \"daemon off;\"" },
	{ "consumer-for", FOR_LONGRUN, PROP_NAMES, LIST_PRODUCERS, 1,
		"none",
		"names, one a line",
		"The longruns whose output this one reads on its standard "
		"input. Each must name this one in its producer-for.",
		"app" },
	{ "contents", FOR_BUNDLE, PROP_NAMES, LIST_CONTENTS, 1,
		"",
		"names, one a line",
		"The members of the bundle. Ignored if there is a "
		"contents.d.",
		"nginx" },
	{ "contents.d", FOR_BUNDLE, PROP_DIR, LIST_CONTENTS, 1,
		"",
		"a directory of names",
		"The members of the bundle: one empty file for each, "
		"named as the service or bundle.",
		"(directory with a file nginx)" },
	{ "cpu-max", FOR_LONGRUN, PROP_TEXT, 0, 0,
		"max",
		"percent of one processor (1 to 1000000), or max",
		"The most processor time the service and its descendants "
		"may use (cgroup version 2).",
		"150%" },
	{ "cpu-weight", FOR_LONGRUN, PROP_TEXT, 0, 0,
		"100",
		"a number from 1 to 10000, or max",
		"The share of processor time when there is not enough for "
		"all (cgroup version 2); max leaves it as it is.",
		"50" },
	{ "data", FOR_LONGRUN, PROP_TREE, 0, 1,
		"none",
		"a directory",
		"Copied whole into the service directory, for the "
		"service's own use. Of a definition that others cannot read, "
		"the user of the service can read it if the group of that "
		"user has its name and no other members.",
		"(directory)" },
	{ "default-logger", FOR_SOURCE, PROP_TEXT, 0, 0,
		"no",
		"a logging script, or nothing",
		"Beside the services: each longrun that has no part in a "
		"pipeline gets a logger.",
		"" },
	{ "dependencies", FOR_ATOMIC, PROP_NAMES, LIST_DEPS, 1,
		"none",
		"names, one a line",
		"Services that must be up before this one starts and "
		"while it runs. Ignored if there is a dependencies.d.",
		"postgres" },
	{ "dependencies.d", FOR_ATOMIC, PROP_DIR, LIST_DEPS, 1,
		"none",
		"a directory of names",
		"Services that must be up before this one starts and "
		"while it runs: one empty file for each. A bundle stands "
		"for its members.",
		"(directory with a file postgres)" },
	{ "description", FOR_ALL, PROP_TEXT, 0, 0,
		"none",
		"one line",
		"What the service is, for people.",
		"Web server of the intranet" },
	{ "directory", FOR_ATOMIC, PROP_TEXT, 0, 0,
		"the service directory",
		"an absolute path",
		"The working directory of the command.",
		"/srv/app" },
	{ "down", FOR_ONESHOT, PROP_SCRIPT, 0, 1,
		"nothing",
		"a command line",
		"What a oneshot runs on the way down, written as up is. "
		"In a longrun the file is ignored.",
		"rm -rf /run/app" },
	{ "down-signal", FOR_LONGRUN, PROP_COPY, 0, 1,
		"SIGTERM",
		"the name or number of a signal",
		"The signal that asks the service to stop.",
		"SIGQUIT" },
	{ "down-signal-to", FOR_LONGRUN, PROP_TEXT, 0, 0,
		"process",
		"process, group or all",
		"Who is sent the down signal: the process of the service, its "
		"process group, or every process of the service (what is in "
		"its control group, or all descendants). With group and all, "
		"who is left when the process has ended is asked too, if it "
		"was not, and waited for until timeout-kill (then 10000 if "
		"there is none) is over; then the same ones are killed.",
		"all" },
	{ "env", FOR_LONGRUN, PROP_TREE, 0, 1,
		"none",
		"a directory",
		"Copied whole into the service directory; run may read it "
		"with reeve-envdir.",
		"(directory)" },
	{ "environment", FOR_ATOMIC, PROP_TEXT, 0, 0,
		"none",
		"KEY=VALUE lines",
		"Variables for the command, one a line. The value is what "
		"stands after the first =, up to the end of the line; a "
		"pair of quotes around it is taken off. Lines that begin "
		"with # are comments.",
		"PORT=5000" },
	{ "finish", FOR_LONGRUN, PROP_EXEC, 0, 1,
		"none",
		"an executable file",
		"Run after each end of run, with its exit code, signal, "
		"name and process group as arguments.",
		"#!/bin/sh\nrm -f /run/app.sock" },
	{ "flag-essential", FOR_ALL, PROP_FLAG, DB_ESSENTIAL, 1,
		"no",
		"presence",
		"The service is not stopped by an ordinary change, only "
		"when everything is. A bundle passes it to its members.",
		"" },
	{ "flag-kill-group", FOR_LONGRUN, PROP_MARK, 0, 0,
		"no",
		"presence",
		"What is left of the process group of the service when run "
		"has ended is killed.",
		"" },
	{ "flag-kill-orphans", FOR_LONGRUN, PROP_MARK, 0, 0,
		"no",
		"presence",
		"All descendants of the service that are left when run has "
		"ended are killed, whatever session or group they have made "
		"(Linux).",
		"" },
	{ "flag-newpidns", FOR_LONGRUN, PROP_MARK, 0, 1,
		"no",
		"presence",
		"The service gets a pid namespace of its own (Linux).",
		"" },
	{ "flag-recommended", FOR_ALL, PROP_FLAG, DB_RECOMMENDED, 1,
		"no",
		"presence",
		"A mark for tools that make sets of services; without "
		"effect here.",
		"" },
	{ "flag-timeout-killpg", FOR_LONGRUN, PROP_MARK, 0, 1,
		"no",
		"presence",
		"SIGKILL of timeout-kill goes to the whole process group.",
		"" },
	{ "groups", FOR_ATOMIC, PROP_TEXT, 0, 0,
		"those of the user",
		"group names or numbers, blanks between",
		"Further groups of the command, instead of those the "
		"system gives to the user.",
		"ssl-cert adm" },
	{ "instances.d", FOR_ATOMIC, PROP_INSTANCES, 0, 0,
		"none",
		"a directory of names",
		"In a directory NAME@: each entry x makes a service "
		"NAME@x of it. An entry that is a directory holds files "
		"that replace those of the template.",
		"(directory with files a and b)" },
	{ "io-weight", FOR_LONGRUN, PROP_TEXT, 0, 0,
		"100",
		"a number from 1 to 10000, or max",
		"The share of input and output when there is not enough for "
		"all (cgroup version 2); max leaves it as it is.",
		"50" },
	{ "limits", FOR_ATOMIC, PROP_TEXT, 0, 0,
		"those of the supervisor",
		"NAME=VALUE lines",
		"Resource limits: as, core, cpu, data, fsize, memlock, "
		"nofile, nproc, rss, stack. A value is a number, a size "
		"as 64M, or unlimited; SOFT:HARD sets both.",
		"nofile=65536" },
	{ "lock-fd", FOR_LONGRUN, PROP_UINT, 0, 1,
		"none",
		"a file descriptor",
		"A lock is held on this descriptor as long as the service "
		"or any heir of it lives.",
		"4" },
	{ "log", FOR_LONGRUN, PROP_IGNORED, 0, 1,
		"",
		"a directory",
		"A logger as s6-svscan knows it. Ignored: use logger, or "
		"producer-for.",
		"" },
	{ "log-user", FOR_SOURCE, PROP_TEXT, 0, 0,
		"the user of the supervisor",
		"USER, or USER:GROUP",
		"Beside the services: the user as which the loggers run "
		"that the compiler makes. Their log directories are made "
		"for it, and given to it at each start. Nobody else can "
		"read the logs, but for the members of GROUP if one is "
		"named.",
		"log" },
	{ "logger", FOR_ATOMIC, PROP_TEXT, 0, 0,
		"none",
		"a logging script, or nothing",
		"Presence gives the service a logger: a longrun NAME-log "
		"that reads its standard output and error and writes the "
		"log directory. The lines are a logging script as "
		"reeve-log knows it; without any: time stamps and ten "
		"files of a megabyte in NAME below the log directory.",
		"t n20 s10000000 /var/log/app" },
	{ "main", FOR_LONGRUN, PROP_TEXT, 0, 0,
		"no",
		"presence",
		"In a container: when this service ends for good, the "
		"container ends with its exit code.",
		"" },
	{ "max-death-tally", FOR_LONGRUN, PROP_UINT, 0, 1,
		"100",
		"a number of deaths, at most 4096",
		"How many of the last deaths are remembered.",
		"100" },
	{ "memory-high", FOR_LONGRUN, PROP_TEXT, 0, 0,
		"max",
		"a size as 512M, or max",
		"Above so much memory the service and its descendants are "
		"slowed down, and memory is taken back from them (cgroup "
		"version 2).",
		"400M" },
	{ "memory-max", FOR_LONGRUN, PROP_TEXT, 0, 0,
		"max",
		"a size as 512M, or max",
		"The most memory the service and its descendants may use "
		"(cgroup version 2).",
		"512M" },
	{ "memory-swap-max", FOR_LONGRUN, PROP_TEXT, 0, 0,
		"max",
		"a size as 512M, 0 for none, or max",
		"The most swap space the service and its descendants may "
		"use (cgroup version 2).",
		"0" },
	{ "nice", FOR_ATOMIC, PROP_TEXT, 0, 0,
		"0",
		"a number from -20 to 19",
		"How much the command yields to others. Numbers below 0 "
		"need root.",
		"10" },
	{ "no-logger", FOR_ATOMIC, PROP_TEXT, 0, 0,
		"no",
		"presence",
		"No logger for this service, where default-logger asks "
		"for one.",
		"" },
	{ "no-new-privs", FOR_ATOMIC, PROP_TEXT, 0, 0,
		"no",
		"presence",
		"No program that the command runs can gain privileges "
		"(Linux).",
		"" },
	{ "no-restart-codes", FOR_LONGRUN, PROP_TEXT, 0, 0,
		"none",
		"exit codes, ranges of them and signals, blanks between",
		"Ends after which the service is not started again, whatever "
		"restart says, and counts as failed, unless the end is a "
		"success.",
		"2 64-78 SIGABRT" },
	{ "nosetsid", FOR_LONGRUN, PROP_IGNORED, 0, 1,
		"",
		"presence",
		"Of old versions of s6; without meaning.",
		"" },
	{ "notification-fd", FOR_LONGRUN, PROP_UINT, 0, 1,
		"none: ready at once",
		"a file descriptor, 3 or more",
		"The service writes a newline to this descriptor when it "
		"is ready.",
		"3" },
	{ "notification-type", FOR_LONGRUN, PROP_TEXT, 0, 0,
		"fd if there is a notification-fd",
		"fd, check or sd_notify",
		"How the service says that it is ready: a newline on "
		"notification-fd, by the ready-check, or with the "
		"protocol of sd_notify(3).",
		"sd_notify" },
	{ "on-change", FOR_ATOMIC, PROP_TEXT, 0, 0,
		"restart",
		"restart, reload or keep",
		"What an update does with the running service when only "
		"its own definition has changed. One that would be left at a "
		"pipe that nobody else uses any more is restarted. An undo "
		"restarts back what was restarted all the same, because of "
		"what it needs or by its own end, and leaves alone what was "
		"not.",
		"reload" },
	{ "oom-score-adjust", FOR_ATOMIC, PROP_TEXT, 0, 0,
		"that of the supervisor",
		"a number from -1000 to 1000",
		"Whether the command is killed sooner (above 0) or later than "
		"others when memory is short (Linux). Less than what it has "
		"needs root.",
		"-500" },
	{ "pid-file", FOR_LONGRUN, PROP_TEXT, 0, 0,
		"none",
		"an absolute path",
		"For a daemon that insists on going to the background: "
		"the file to which it writes its pid. It is kept below a "
		"process that adopts it, and so is supervised. What does "
		"not write it within timeout-up (60 s without one) is ended.",
		"/run/app.pid" },
	{ "pipeline-name", FOR_LONGRUN, PROP_PIPELINE, 0, 1,
		"none",
		"a name",
		"In the last consumer of a pipeline, or in a service with "
		"a logger: name of a bundle made of the whole pipeline.",
		"app-pipeline" },
	{ "private-tmp", FOR_ATOMIC, PROP_TEXT, 0, 0,
		"no",
		"presence",
		"The command has a /tmp and a /var/tmp of its own (Linux; "
		"needs root), in memory, each of a tenth of it at most.",
		"" },
	{ "producer-for", FOR_LONGRUN, PROP_PRODUCER, 0, 1,
		"none",
		"a name",
		"The longrun that reads what this one writes to its "
		"standard output.",
		"app-log" },
	{ "read-only-paths", FOR_ATOMIC, PROP_TEXT, 0, 0,
		"none",
		"absolute paths, one a line",
		"What the command cannot write to (Linux; needs root).",
		"/usr" },
	{ "ready-check", FOR_LONGRUN, PROP_TEXT, 0, 0,
		"none",
		"a command line",
		"For a service that cannot say when it is ready: a "
		"command that is tried until it succeeds.",
		"pg_isready -q" },
	{ "reeve", FOR_SOURCE, PROP_TEXT, 0, 0,
		"no",
		"presence",
		"Beside the services: the files of this source that s6-rc does "
		"not know are read by s6-rc-compile as well, which ignores "
		"them otherwise.",
		"" },
	{ "reload", FOR_ATOMIC, PROP_SCRIPT, 2, 1,
		"nothing (longrun: reload-signal)",
		"a command line",
		"What is run when the service is asked to reload, written "
		"as up is. Of a longrun (not in s6-rc) it is run instead of "
		"reload-signal, as stop is.",
		"sysctl -p /etc/sysctl.conf" },
	{ "reload-signal", FOR_LONGRUN, PROP_COPY, 0, 1,
		"SIGHUP",
		"the name or number of a signal",
		"The signal that asks the service to reload.",
		"SIGUSR1" },
	{ "restart", FOR_LONGRUN, PROP_TEXT, 0, 0,
		"always",
		"always, on-failure, on-success, on-signal or never",
		"When the service is started again after it has ended by "
		"itself. The table above has all ends.",
		"on-failure" },
	{ "restart-delay", FOR_LONGRUN, PROP_TEXT, 0, 0,
		"0",
		"a duration, as 500ms or 5s",
		"The least pause before each restart, however long the "
		"service has lived. backoff may make it longer. What is told "
		"to restart does not wait. Bare numbers are milliseconds.",
		"5s" },
	{ "restart-limit", FOR_LONGRUN, PROP_TEXT, 0, 0,
		"none",
		"a number of deaths (1 to 4096) and a duration in whole "
		"seconds, as 5 60s",
		"When the service has died so often in that time it has "
		"failed, and is not started again until it is told to. "
		"Ends of any kind count, restarts that were asked for too.",
		"5 60s" },
	{ "restart-with", FOR_ATOMIC, PROP_NAMES, LIST_RESTART_WITH, 0,
		"none",
		"names, one a line",
		"Dependencies with which this service is restarted when "
		"they were restarted or died. An empty file means all of "
		"them.",
		"postgres" },
	{ "run", FOR_LONGRUN, PROP_EXEC, 0, 1,
		"mandatory (or command)",
		"an executable file",
		"The program or script that is the service: it stays in "
		"the foreground. It need not be executable, the copy is.",
		"#!/bin/sh\nexec nginx -g 'daemon off;'" },
	{ "schedule", FOR_ONESHOT, PROP_TEXT, 0, 0,
		"none",
		"five fields of cron, or: every DURATION",
		"The command is run at these times, while the service is "
		"up, never twice at once. A line missed=run, missed=skip "
		"or jitter=DURATION may follow.",
		"15 3 * * *" },
	{ "stop", FOR_LONGRUN, PROP_TEXT, 0, 0,
		"none",
		"a command line",
		"A command that stops the service, run instead of the down "
		"signal, as its user and with its variables, and with its pid "
		"in MAINPID; it writes to its log. If it fails, or takes "
		"longer than timeout-stop, the down signal is sent.",
		"nginx -s quit" },
	{ "stop-then", FOR_LONGRUN, PROP_TEXT, 0, 0,
		"wait",
		"wait or signal",
		"What follows a stop command that succeeds: the service is "
		"waited for, or it is sent the down signal at once.",
		"signal" },
	{ "success-codes", FOR_LONGRUN, PROP_TEXT, 0, 0,
		"0",
		"exit codes, ranges of them and signals, blanks between",
		"Ends that count as a success, beside exit code 0.",
		"143 SIGTERM" },
	{ "tasks-max", FOR_LONGRUN, PROP_TEXT, 0, 0,
		"max",
		"a number above 0, or max",
		"The most processes and threads the service may have "
		"(cgroup version 2).",
		"256" },
	{ "template", FOR_LONGRUN, PROP_TREE, 0, 1,
		"none",
		"a directory",
		"Copied whole, with empty directories instance and "
		"instances, for services that make their own instances at "
		"run time.",
		"(directory)" },
	{ "timeout-down", FOR_ATOMIC, PROP_TIMEOUT, 0, 1,
		"0",
		"milliseconds, 0 for ever",
		"How long the service may take to go down before that "
		"counts as failed.",
		"5000" },
	{ "timeout-finish", FOR_LONGRUN, PROP_UINT, 0, 1,
		"5000",
		"milliseconds, 0 for ever",
		"How long finish may take before it is killed.",
		"5000" },
	{ "timeout-kill", FOR_LONGRUN, PROP_UINT, 0, 1,
		"0",
		"milliseconds, 0 never",
		"How long after the stop signal SIGKILL is sent.",
		"10000" },
	{ "timeout-reload", FOR_LONGRUN, PROP_TEXT, 0, 0,
		"10000",
		"milliseconds, 0 for ever",
		"How long the reload command of a longrun may take before it "
		"is killed.",
		"5000" },
	{ "timeout-stop", FOR_LONGRUN, PROP_TEXT, 0, 0,
		"10000",
		"milliseconds, 0 for ever",
		"How long the stop command may take before it is killed and "
		"the down signal is sent. The time of timeout-kill runs "
		"besides.",
		"5000" },
	{ "timeout-up", FOR_ATOMIC, PROP_TIMEOUT, 1, 1,
		"0",
		"milliseconds, 0 for ever",
		"How long the service may take to come up (to be ready) "
		"before that counts as failed. Without it, a switch waits "
		"60 s for a service that says when it is ready; 0 is for "
		"ever there too.",
		"5000" },
	{ "type", FOR_ALL, PROP_TYPE, 0, 1,
		"mandatory (longrun if there is a command or a run)",
		"longrun, oneshot or bundle",
		"What the service is: a process that is kept running, a "
		"command that is run once on the way up and another on "
		"the way down, or a name for several services.",
		"longrun" },
	{ "umask", FOR_ATOMIC, PROP_TEXT, 0, 0,
		"that of the supervisor",
		"an octal number, 0 to 777",
		"The file creation mask of the command.",
		"027" },
	{ "up", FOR_ONESHOT, PROP_SCRIPT, 1, 1,
		"mandatory (or command)",
		"a command line",
		"What a oneshot runs on the way up: one command line in "
		"execline's syntax. It is not a shell script and its "
		"first line is no interpreter. An empty file does "
		"nothing.",
		"mkdir -p /run/app" },
	{ "user", FOR_ATOMIC, PROP_TEXT, 0, 0,
		"the user of the supervisor",
		"USER or USER:GROUP, names or numbers",
		"The user the command runs as, with the groups the system "
		"gives it. USER:GROUP sets the first group as well.",
		"www-data" },
	{ "wants.d", FOR_ATOMIC, PROP_DIR, LIST_WANTS, 0,
		"none",
		"a directory of names",
		"Services that are started with this one, but need not be "
		"up: it lives without them. One that fails is warned of. "
		"A name that does not exist is left out.",
		"(directory with a file metrics)" },
	{ "watchdog", FOR_LONGRUN, PROP_TEXT, 0, 0,
		"none",
		"a duration from 1ms to 24h",
		"With notification-type sd_notify: how long the service may "
		"go without a sign of life (WATCHDOG=1) before it is sent "
		"SIGABRT. It is told in WATCHDOG_USEC.",
		"30s" },
	{ 0 }
};
/* clang-format on */

const struct prop *
prop_find(const char *name)
{
	size_t a = 0, b = sizeof props / sizeof *props - 1;

	while (a < b) {
		size_t m = a + (b - a) / 2;
		int c = strcmp(props[m].name, name);

		if (!c)
			return props + m;
		if (c < 0)
			a = m + 1;
		else
			b = m;
	}
	return 0;
}

/* Copies that editors and people leave are not misspelt. */
static int
is_leftover(const char *name)
{
	static const char *const ends[] = { "~", ".bak", ".orig", ".old",
		".rej", ".swp", ".new", ".save", ".disabled" };
	size_t n = strlen(name);

	for (size_t i = 0; i < sizeof ends / sizeof *ends; i++)
		if (n > strlen(ends[i]) &&
			!strcmp(name + n - strlen(ends[i]), ends[i]))
			return 1;
	return *name == '.' || *name == '#';
}

/* Names of their own: a logger's script, and what s6's instances are kept
 * in. */
static int
is_other(const char *name)
{
	return !strcmp(name, "logd") || !strcmp(name, "instance") ||
		!strcmp(name, "instances");
}

const char *
prop_near(const char *name, int s6_only)
{
	size_t len = strlen(name);
	struct suggest near = suggest_init(name);

	if (is_leftover(name) || is_other(name))
		return 0;
	near.distance = len < 4 ? 1 : len < 9 ? 2 : 3;
	for (const struct prop *p = props; p->name; p++) {
		size_t n = strlen(p->name);

		if (s6_only && !p->s6rc)
			continue;
		if (!strcasecmp(name, p->name) ||
			(n == len + 2 && !strncmp(name, p->name, len) &&
				!strcmp(p->name + len, ".d")) ||
			(len == n + 2 && !strncmp(name, p->name, n) &&
				!strcmp(name + n, ".d")))
			return p->name;
		suggest_try(&near, p->name);
	}
	return near.best;
}
