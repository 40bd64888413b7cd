/* machine.c - what supervise does on each event in each state.
 * Only data.  act.c carries the actions out and never changes the state:
 * what an action led to comes back as an event.  tests/supervise/machine.c
 * fails on an empty cell, so no state or command can be half added. */

#include "supervise/machine.h"

#define GO(state, actions)                                                     \
	{                                                                      \
		.set = 1, .next = (state), .act = (actions)                    \
	}
#define STAY(state)                                                            \
	{                                                                      \
		.set = 1, .next = (state)                                      \
	}
#define CANT(state)                                                            \
	{                                                                      \
		.set = 1, .next = (state), .act = A_BUG                        \
	}

/* Commands that only change what is wanted are the same wherever a process
 * is there already. */
#define WANTING(s)                                                             \
	[CMD_ONCE] = GO(s, A_WANTDOWN), [CMD_UP] = GO(s, A_WANTUP),            \
	[CMD_UP_STAY] = GO(s, A_WANTUP | A_RMDOWN),                            \
	[CMD_LAST] = GO(s, A_WANTDOWN),                                        \
	[CMD_LAST_STAY] = GO(s, A_WANTDOWN | A_MKDOWN),                        \
	[CMD_REEXEC] = GO(s, A_REEXEC)

const struct cell machine[NSTATE][NEVENT] = {
	[DOWN] = {
		[EV_TIMEOUT]    = GO(DOWN, A_AGAIN),
		[EV_STARTED]    = STAY(UP),
		[EV_FAILED]     = GO(DOWN, A_LATER),
		[EV_EXIT]       = CANT(DOWN),
		[EV_FINISHING]  = CANT(DOWN),
		[EV_NOFINISH]   = CANT(DOWN),
		[SIG_TERM]      = STAY(END),
		[SIG_HUP]       = STAY(END),
		[SIG_QUIT]      = STAY(END),
		[SIG_INT]       = STAY(END),
		[CMD_SIGNAL]    = STAY(DOWN),
		[CMD_ONCE]      = GO(DOWN, A_WANTDOWN | A_RUN),
		[CMD_DOWN]      = GO(DOWN, A_WANTDOWN),
		[CMD_DOWN_STAY] = GO(DOWN, A_WANTDOWN | A_MKDOWN),
		[CMD_UP]        = GO(DOWN, A_WANTUP | A_RUN),
		[CMD_UP_STAY]   = GO(DOWN, A_WANTUP | A_RMDOWN | A_RUN),
		[CMD_EXIT]      = STAY(END),
		[CMD_LAST]      = GO(DOWN, A_WANTDOWN),
		[CMD_LAST_STAY] = GO(DOWN, A_WANTDOWN | A_MKDOWN),
		[CMD_REEXEC]    = GO(DOWN, A_REEXEC),
	},
	[UP] = {
		[EV_TIMEOUT]    = GO(UP, A_KILL),
		[EV_STARTED]    = CANT(UP),
		[EV_FAILED]     = CANT(UP),
		[EV_EXIT]       = GO(FINISH, A_DIED | A_FINISH),
		[EV_FINISHING]  = CANT(UP),
		[EV_NOFINISH]   = CANT(UP),
		[SIG_TERM]      = GO(LASTUP, A_WANTDOWN | A_STOP),
		[SIG_HUP]       = GO(LASTUP, A_CLOSE),
		[SIG_QUIT]      = STAY(END),
		[SIG_INT]       = GO(END, A_INTGROUP),
		[CMD_SIGNAL]    = GO(UP, A_SIGNAL),
		[CMD_DOWN]      = GO(UP, A_WANTDOWN | A_STOP),
		[CMD_DOWN_STAY] = GO(UP, A_WANTDOWN | A_MKDOWN | A_STOP),
		[CMD_EXIT]      = GO(LASTUP, A_CLOSE),
		WANTING(UP),
	},
	[FINISH] = {
		[EV_TIMEOUT]    = GO(FINISH, A_KILLFINISH),
		[EV_STARTED]    = CANT(FINISH),
		[EV_FAILED]     = CANT(FINISH),
		[EV_EXIT]       = GO(DOWN, A_FINISHED | A_OVER | A_AGAIN),
		[EV_FINISHING]  = STAY(FINISH),
		[EV_NOFINISH]   = GO(DOWN, A_OVER | A_AGAIN),
		[SIG_TERM]      = STAY(LASTFINISH),
		[SIG_HUP]       = GO(LASTFINISH, A_CLOSE),
		[SIG_QUIT]      = STAY(END),
		[SIG_INT]       = GO(END, A_INTGROUP),
		[CMD_SIGNAL]    = STAY(FINISH),
		[CMD_DOWN]      = GO(FINISH, A_WANTDOWN),
		[CMD_DOWN_STAY] = GO(FINISH, A_WANTDOWN | A_MKDOWN),
		[CMD_EXIT]      = GO(LASTFINISH, A_CLOSE),
		WANTING(FINISH),
	},
	[LASTUP] = {
		[EV_TIMEOUT]    = GO(LASTUP, A_KILL),
		[EV_STARTED]    = CANT(LASTUP),
		[EV_FAILED]     = CANT(LASTUP),
		[EV_EXIT]       = GO(LASTFINISH, A_DIED | A_FINISH),
		[EV_FINISHING]  = CANT(LASTUP),
		[EV_NOFINISH]   = CANT(LASTUP),
		[SIG_TERM]      = GO(LASTUP, A_WANTDOWN | A_STOP),
		[SIG_HUP]       = GO(LASTUP, A_CLOSE),
		[SIG_QUIT]      = STAY(END),
		[SIG_INT]       = GO(END, A_INTGROUP),
		[CMD_SIGNAL]    = GO(LASTUP, A_SIGNAL),
		[CMD_DOWN]      = GO(LASTUP, A_WANTDOWN | A_STOP),
		[CMD_DOWN_STAY] = GO(LASTUP, A_WANTDOWN | A_MKDOWN | A_STOP),
		[CMD_EXIT]      = GO(LASTUP, A_CLOSE),
		WANTING(LASTUP),
	},
	[LASTFINISH] = {
		[EV_TIMEOUT]    = GO(LASTFINISH, A_KILLFINISH),
		[EV_STARTED]    = CANT(LASTFINISH),
		[EV_FAILED]     = CANT(LASTFINISH),
		[EV_EXIT]       = GO(END, A_FINISHED | A_OVER),
		[EV_FINISHING]  = STAY(LASTFINISH),
		[EV_NOFINISH]   = GO(END, A_OVER),
		[SIG_TERM]      = STAY(LASTFINISH),
		[SIG_HUP]       = GO(LASTFINISH, A_CLOSE),
		[SIG_QUIT]      = STAY(END),
		[SIG_INT]       = GO(END, A_INTGROUP),
		[CMD_SIGNAL]    = STAY(LASTFINISH),
		[CMD_DOWN]      = GO(LASTFINISH, A_WANTDOWN),
		[CMD_DOWN_STAY] = GO(LASTFINISH, A_WANTDOWN | A_MKDOWN),
		[CMD_EXIT]      = GO(LASTFINISH, A_CLOSE),
		WANTING(LASTFINISH),
	},
	[END] = {
		[EV_TIMEOUT]    = STAY(END),
		[EV_STARTED]    = CANT(END),
		[EV_FAILED]     = CANT(END),
		[EV_EXIT]       = STAY(END),
		[EV_FINISHING]  = CANT(END),
		[EV_NOFINISH]   = CANT(END),
		[SIG_TERM]      = STAY(END),
		[SIG_HUP]       = STAY(END),
		[SIG_QUIT]      = STAY(END),
		[SIG_INT]       = STAY(END),
		[CMD_SIGNAL]    = STAY(END),
		[CMD_ONCE]      = STAY(END),
		[CMD_DOWN]      = STAY(END),
		[CMD_DOWN_STAY] = STAY(END),
		[CMD_UP]        = STAY(END),
		[CMD_UP_STAY]   = STAY(END),
		[CMD_EXIT]      = STAY(END),
		[CMD_LAST]      = STAY(END),
		[CMD_LAST_STAY] = STAY(END),
		[CMD_REEXEC]    = STAY(END),
	},
};

const char *const machine_states[NSTATE] = {
	[DOWN] = "down",
	[UP] = "up",
	[FINISH] = "finish",
	[LASTUP] = "last up",
	[LASTFINISH] = "last finish",
	[END] = "end",
};
