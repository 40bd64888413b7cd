/* switch.pml - a switch, cut off anywhere: updater, journal, generations, the
 * state of a service whose definition changes, its supervise, and the link to
 * what is booted.  The order of the steps is that of rc/switch/update.c,
 * update-undo.c and update-recover.c; what is decided, and what becomes of a
 * state, comes from the code (tables.h, made by modeltables).
 *
 * A tree runs set A.  Two updaters, at once, each switch to A or B, or abort,
 * as
 * they like; each may be killed between any two steps (CRASHES), a step may
 * fail (ERRORS), the service of B may fail (FAILURES) and may not stop
 * (STUCK).  Then one more runs undisturbed, any of the three, and at its end
 * everything must be in order. */

#include "tables.h"

#define A 1
#define B 2
#define ABORT_IT 3

#ifndef CRASHES
#define CRASHES 2
#endif
#ifndef ERRORS
#define ERRORS 1
#endif
#ifndef FAILURES
#define FAILURES 1
#endif
#ifndef STUCK
#define STUCK 1
#endif
#ifndef UPDATERS
#define UPDATERS 2
#endif
#define GENS 12

byte crashes = CRASHES, errors = ERRORS, failures = FAILURES, stuck = STUCK;

/* What outlives an updater. */
byte set[GENS];		/* of each generation; 0: it is not there */
byte flags[GENS];	/* the record of the service in it */
byte live = 1;		/* current -> gen/N */
bool journal = false;
byte j_from, j_to, j_origin, j_boot, j_boot_was;
byte boot = A;		/* what the next boot starts */
byte running = A;	/* whose definition the process has; 0: there is none */
bool locked = false;	/* goes with who holds it */

byte ended = 0;		/* updaters that did, in any way */
byte result = 255;	/* of the last one */

#define may_die if :: atomic { crashes > 0 -> crashes--; goto dead } :: skip fi
#define may_fail bad = false; \
	if :: atomic { errors > 0 -> errors--; bad = true } :: skip fi
#define UP_OR_OWED(f) (((f) & (STATE_UP | STATE_OWED)) != 0)
#define ONLY_OWED(f) (((f) & (STATE_UP | STATE_OWED)) == STATE_OWED)

/* rc: what is owed comes up.  Supervise starts what the live set says, unless
 * it runs already. */
inline start_owed() {
	code = OK;
	if
	:: (flags[live] & STATE_OWED) ->
		may_die; may_fail;
		if
		:: bad -> code = UNFINISHED
		:: else ->
			if :: running == 0 -> running = set[live] :: else fi;
			may_die;
			if
			:: atomic { set[live] == B && failures > 0 ->
				failures--; running = 0 };
				may_die;
				flags[live] = FAILED_UP(flags[live]);
				code = FAILED
			:: atomic { assert(running == set[live]);
				flags[live] = REACHED_UP(flags[live]) }
			fi
		fi
	:: else
	fi
}

/* Owed before it is told: who is killed between the two finds it so. */
inline stop_owing() {
	code = OK;
	may_die; may_fail;
	if
	:: bad -> code = NOT_STOPPED
	:: else ->
		flags[live] = flags[live] | STATE_OWED;
		may_die;
		if
		:: atomic { running && stuck > 0 -> stuck--;
			flags[live] = NOT_STOPPED_FLAGS(flags[live]);
			code = NOT_STOPPED }
		:: true ->
			running = 0;
			may_die;
			flags[live] = STOPPED(flags[live])
		fi
	fi
}

/* update_stop_owed: nothing of a set that is left is on its way. */
inline stop_on_its_way() {
	code = OK;
	if :: ONLY_OWED(flags[live]) && running -> stop_owing() :: else fi
}

inline rubbish() {
	d_step {
		i = 1;
		do
		:: i < GENS && i != live -> set[i] = 0; flags[i] = 0; i++
		:: i == live -> i++
		:: i == GENS -> break
		od; i = 0
	}
}

/* update_finish */
inline finish(what) {
	may_die; may_fail;
	if
	:: bad -> code = UNFINISHED
	:: else ->
		if :: what -> boot = what	/* STEP 6 boot */
		:: else fi;
		may_die;
		journal = false;		/* STEP 7 forget */
		may_die;
		rubbish()
	fi
}

/* update_undo_stop: before the commit.  An undo goes on next time. */
inline undo_stop(undoing) {
	was = code;
	start_owed();
	if
	:: undoing -> code = UNFINISHED
	:: else -> drop_prepared(); code = was
	fi
}

inline drop_prepared() {
	may_die;
	set[to] = 0;
	may_die;
	journal = false;
	rubbish()
}

/* update_switch_to: to the set NEW; target: the record that an undo goes back
 * to, or 255. */
inline switch_to(new, target, origin) {
	from = live;
	d_step {
		to = GENS - 1;
		do :: to > 0 && !set[to] -> to-- :: else -> break od;
		to++
	}
	assert(to < GENS);
	must_stop = set[live] != new && UP_OR_OWED(flags[live]);
	must_start = UP_OR_OWED(target == 255 -> flags[live] : target);
	may_fail;
	if
	:: bad -> code = SYSTEM
	:: else ->
		atomic {			/* STEP 1 prepare */
			set[to] = new;
			flags[to] = (flags[live] & STATE_WANTED) |
				(must_start -> STATE_OWED : 0)
		};
		may_die; may_fail;
		if
		:: bad -> set[to] = 0; code = SYSTEM
		:: else ->
			atomic {		/* STEP 2 journal */
				journal = true;
				j_from = from; j_to = to; j_origin = origin;
				j_boot = (origin == from -> new : 0);
				j_boot_was = (origin == from -> boot : 0)
			};
			must_stop = must_stop || (must_start && running);
			code = OK;
			if :: must_stop -> stop_owing()	/* STEP 3 stop */
			:: else fi;
			if
			:: code != OK -> undo_stop(target != 255)
			:: else ->
				may_die; may_fail;
				if
				:: bad -> code = SYSTEM; undo_stop(target != 255)
				:: else ->
					live = to;	/* STEP 4 commit */
					may_die; may_fail;
					if
					:: bad -> code = UNFINISHED
					:: else ->
						start_owed()	/* STEP 5 start */
					fi
				fi
			fi
		fi
	fi
}

/* update_undo_switch.  Its own end is that of any switch, but nothing is
 * booted by it. */
inline undo_switch(back) {
	assert(set[back]);
	if
	:: set[back] == 0 -> code = UNFINISHED
	:: else ->
		switch_to(set[back], flags[back], back);
		if :: code <= TIMEOUT -> was = code; finish(0);
			if :: code <= TIMEOUT -> code = UNDO_CODE(was) :: else fi
		:: else fi
	fi
}

inline boot_as_before() {
	if :: j_boot_was && boot == j_boot -> boot = j_boot_was :: else fi
}

#define CASE (((live == j_from -> 1 : 0)) + ((live == j_to -> 2 : 0)) + \
	((live == j_origin -> 4 : 0)) + ((j_from == j_origin -> 8 : 0)) + \
	((other -> 16 : 0)))

inline undo_cut_off() {
	back_to = j_origin;
	stop_on_its_way();
	if :: code <= TIMEOUT -> undo_switch(back_to) :: else fi
}

/* update_recover */
inline recover(goal) {
	code = OK;
	if
	:: journal ->
		may_fail;
		if
		:: bad -> code = SYSTEM
		:: else ->
			other = set[live] != goal;
			way = GO_ON(CASE);
			assert(way != 255);
			if
			:: way == BACK -> undo_cut_off()
			:: way == STOP -> stop_on_its_way()
			:: way == START ->
				start_owed();
				if
				:: code == FAILED &&
					GOES_BACK((j_origin != j_from -> 1 : 0)) ->
					boot_as_before(); may_die;
					back_to = j_origin;
					undo_switch(back_to)
				:: else
				fi
			:: else
			fi;
			if
			:: code <= TIMEOUT ->
				was = code;
				if
				:: live == j_to && journal && boot == j_boot_was ->
					finish(j_boot)
				:: else -> finish(0)
				fi;
				if :: code <= TIMEOUT -> code = was :: else fi
			:: else
			fi
		fi
	:: else
	fi
}

/* update_abort */
inline abort_it() {
	if
	:: !journal -> start_owed();
		if :: code <= TIMEOUT -> rubbish() :: else fi
	:: else ->
		may_fail;
		if
		:: bad -> code = SYSTEM
		:: else ->
			boot_as_before();
			may_die;
			other = false;
			way = ABORT(CASE);
			assert(way != 255);
			if
			:: way == UNDO || way == BACK -> undo_cut_off()
			:: else ->
				start_owed();
				if :: code <= TIMEOUT -> was = code; finish(0);
					if :: code <= TIMEOUT -> code = was
					:: else fi
				:: else fi
			fi
		fi
	fi
}

proctype updater(byte goal) {
	byte code = OK, was, from, to, way, i, back_to, origin_set;
	bool bad, must_stop, must_start, other;

	atomic { !locked -> locked = true };
	if
	:: goal == ABORT_IT -> abort_it()
	:: else ->
		recover(goal);
		if
		:: code > TIMEOUT -> skip
		:: else ->
			if
			:: set[live] == goal ->		/* pay_debts */
				start_owed();
				was = code;
				finish(goal);
				if :: code <= TIMEOUT -> code = was :: else fi
			:: else ->
				back_to = live;
				switch_to(goal, 255, back_to);
				if
				:: code == FAILED && GOES_BACK(0) ->
					undo_switch(back_to)
				:: code <= TIMEOUT && live == to && journal ->
					was = code;
					finish(goal);
					if :: code <= TIMEOUT -> code = was
					:: else fi
				:: else
				fi
			fi
		fi
	fi;
dead:
	/* With nothing under way, what is live is what is booted. */
	assert(journal || boot == set[live]);
	atomic { locked = false; result = code; ended++ }
}

inline any_goal() {
	if :: goal = A :: goal = B :: goal = ABORT_IT fi
}

init {
	byte goal, begun = 0;

	atomic { set[1] = A; flags[1] = STATE_UP | STATE_WANTED };
	do
	:: begun < UPDATERS -> any_goal(); run updater(goal); begun++
	:: else -> break
	od;
	ended == UPDATERS;
	/* Whoever comes now is not disturbed. */
	atomic { crashes = 0; errors = 0; stuck = 0 };
	any_goal();
	run updater(goal);
	ended == UPDATERS + 1;
	assert(!journal);
	assert(result <= TIMEOUT || result == UNDONE || result == UNDONE_PART);
	assert(boot == set[live]);
	assert(goal == ABORT_IT || result || set[live] == goal);
	/* It is there, or it failed; and never an old one for the new. */
	assert(running == set[live] ||
		(running == 0 && set[live] == B && (flags[live] & STATE_FAILED)));
	/* What is owed does not count as up. */
	assert(running == 0 -> !(flags[live] & STATE_UP) ||
		(flags[live] & STATE_OWED) : (flags[live] & STATE_UP));
	assert(flags[live] & STATE_WANTED);
}
