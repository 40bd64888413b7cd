/* job.h - what the files of run.h share: one half of a change, and the
 * transitions that are under way in it. */
#ifndef RC_JOB_H
#define RC_JOB_H

#include <stddef.h>
#include <stdint.h>

#include "lib/ready.h"
#include "rc/plan.h"
#include "rc/request.h"
#include "rc/run.h"
#include "rc/verdict.h"
#include "supervise/event.h"

enum { HANGS_MS = 10000 }; /* a script without limit: said then */

/* One transition under way. */
struct job {
	struct job *prev, *next;
	uint32_t i; /* service */
	enum watch watch;
	uint64_t began;
	struct listener ear; /* longrun */
	int fd; /* oneshot: socket */
	uint64_t ticket; /* its script is asked for under this number */
	unsigned asked; /* so often */
	int answered;
	unsigned char buf[ANSWER_SIZE];
	size_t got;
	struct times at;
	uint64_t told; /* since then: it may have been told to stop; or
				 * 0 */
	unsigned limit_ms;
	int whole; /* that is what is left of the time for all */
	unsigned deaths;
	int acted; /* its supervise did something since it was told */
	int over; /* its supervise said that it is down */
};

struct half {
	struct run *run;
	const struct db *db;
	enum run_mode mode;
	struct plan plan;
	struct ready ready;
	struct job **jobs; /* owned; by service, 0 if none */
	struct job *first, *last; /* the same, oldest first */
	uint32_t njobs, noneshots;
	uint32_t room; /* so many at once: descriptors */
	uint32_t *held; /* owned; ready, waiting for a free slot */
	uint32_t nheld;
	int result;
	uint64_t tell; /* show then what is waited for; 0 never */
	int told; /* that stands on the terminal now */
	uint64_t asked; /* then it was asked whether svscan runs */
};

/* job.c.  A new job has its time limit and is in the lists; 0: no memory. */
struct job *job_new(struct half *, uint32_t i);
/* Out of the lists, and freed; nothing is recorded. */
void job_drop(struct half *, struct job *);
/* The same, and what became of the service is recorded and told. */
void job_end(struct half *, struct job *, int ok, enum state_reason why,
	uint32_t code);
/* Waited for no more; a script that runs is left to itself. */
void job_leave(struct half *, struct job *);
/* This became of a service that has no job (any more). */
void job_finished(struct half *, uint32_t i, int ok, enum state_reason why,
	uint32_t code);
/* Do what verdict.h says of the news.  code goes with NEWS_UNABLE.  1 if the
 * job has ended, else 0. */
int job_verdict(struct half *, struct job *, enum news, uint32_t code);
/* Nothing was asked of it, so it is as it was. */
void job_not_begun(struct half *, uint32_t i);
/* It cannot begin for want of descriptors, but others will end: 1, the job is
 * dropped and begun later.  Else 0. */
int job_put_off(struct half *, struct job *, int error);
const char *job_name(const struct half *, uint32_t i);
/* STATE_* of a service that got where it was to go, or did not. */
unsigned job_flags_after(const struct half *, uint32_t i, int ok);
/* 1, and it was told, if there is no svscan any more that starts a supervise
 * again: then nothing more is asked for. */
int run_tree_gone(struct half *);
/* The worst of two results stays. */
void run_raise(int *result, int r);

/* longrun.c */
void longrun_begin(struct half *, uint32_t i);
/* There is something to read from its event directory. */
void longrun_hear(struct half *, struct job *);
/* Look at what supervise says now.  1 if the job ended. */
int longrun_look(struct half *, struct job *);
/* The same, now and then, and whether it was told at all. */
int longrun_check(struct half *, struct job *);
/* Whatever becomes of it, it is to stay down. */
void longrun_tell_down(const struct half *, uint32_t i);

/* oneshot.c */
void oneshot_begin(struct half *, uint32_t i);
/* There is something to read from the daemon. */
void oneshot_hear(struct half *, struct job *);
/* Connect to the daemon; wait until there is one.  A socket, or -1 and errno
 * (oneshot_no_daemon: it did not come). */
int oneshot_connect(struct run *);
int oneshot_no_daemon(int error);
/* Run its reload script: 1 it went well, 0 it did not, -1 and errno: it was
 * not asked for. */
int oneshot_reload(struct run *, uint32_t i);

/* progress.c.  If there is a terminal, and somebody who wants to see it. */
void progress_begin(struct half *);
/* One line that takes the place of the one before: the oldest first. */
void progress_show(struct half *);
/* Other messages are about to come, or the end. */
void progress_clear(struct half *);
/* A script without a time limit runs for long. */
void progress_hangs(const struct half *, struct job *);

/* changer.c.  Signals can be read from it. */
int run_pipe(void);

/* actual.c.  Make links again that a script removed. */
void run_complete(const struct live *, uint32_t i, const char *dir);

#endif
