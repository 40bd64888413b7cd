/* machine.h - PURE: what supervise does on each event in each state. */
#ifndef SUPERVISE_MACHINE_H
#define SUPERVISE_MACHINE_H

enum state {
	DOWN, /* nothing runs; a start may be due at a deadline */
	UP, /* run runs */
	FINISH, /* run is dead, finish runs (or is about to) */
	LASTUP, /* as UP, and supervise exits after finish */
	LASTFINISH, /* as FINISH, and supervise exits then */
	END, /* supervise is about to exit */
	NSTATE
};

enum event {
	/* what happened to the process */
	EV_TIMEOUT, /* the deadline of this state has passed */
	EV_STARTED, /* run was spawned */
	EV_FAILED, /* run could not be spawned */
	EV_EXIT, /* the process of this state ended */
	EV_FINISHING, /* finish was spawned */
	EV_NOFINISH, /* there is no finish to spawn */
	/* signals to supervise */
	SIG_TERM,
	SIG_HUP,
	SIG_QUIT,
	SIG_INT,
	/* control bytes */
	CMD_SIGNAL, /* any that sends a signal: abqhkti12pcy rl PCK */
	CMD_ONCE, /* o */
	CMD_DOWN, /* d */
	CMD_DOWN_STAY, /* D */
	CMD_UP, /* u */
	CMD_UP_STAY, /* U */
	CMD_EXIT, /* x */
	CMD_LAST, /* O */
	CMD_LAST_STAY, /* Q */
	CMD_REEXEC, /* R */
	NEVENT
};

/* Actions, carried out in this order. */
enum {
	A_WANTUP = 1 << 0,
	A_WANTDOWN = 1 << 1,
	A_MKDOWN = 1 << 2, /* create ./down */
	A_RMDOWN = 1 << 3, /* remove it */
	A_SIGNAL = 1 << 4, /* send what the command says */
	A_STOP = 1 << 5, /* down signal, CONT, arm timeout-kill */
	A_KILL = 1 << 6, /* KILL to run, and again in 5 s */
	A_KILLFINISH = 1 << 7, /* KILL to finish, and again in 5 s */
	A_INTGROUP = 1 << 8, /* INT to the process group */
	A_CLOSE = 1 << 9, /* let go of stdin and stdout */
	A_DIED = 1 << 10, /* run is dead: tally, what is left of it */
	A_FINISHED = 1 << 11, /* finish is dead: was it a permanent failure */
	A_OVER = 1 << 12, /* down and done: tell */
	A_FINISH = 1 << 13, /* spawn finish; leads to EV_FINISHING or
				 * EV_NOFINISH */
	A_AGAIN = 1 << 14, /* run again if wanted, when its time has come */
	A_RUN = 1 << 15, /* run now; leads to EV_STARTED or EV_FAILED */
	A_LATER = 1 << 16, /* the start failed: set the next deadline */
	A_REEXEC = 1 << 17, /* become the newly installed program */
	A_BUG = 1 << 18 /* cannot happen */
};

struct cell {
	unsigned set : 1; /* a cell that was left out has 0 here */
	unsigned next : 4;
	unsigned act : 20;
};

extern const struct cell machine[NSTATE][NEVENT];

/* Names for messages and tests. */
extern const char *const machine_states[NSTATE];

#endif
