/* oneshot.pml - how the script of a oneshot runs once for each request: client
 * (rc or the updater, the lock in its hand), daemon, script, the files
 * running/NAME and ended/NAME, and the record in the state.  The daemon is
 * killed at any step, DAEMON_KILLS times; a client at any step, CLIENT_KILLS
 * times; a script before it is executed; and each call that may fail does.
 * Nothing runs twice, or beside itself; who is told "up" finds it so recorded;
 * nobody waits for ever; and in the end the state says what the scripts did.
 *
 * Not here: a state that cannot be written in ten tries, an end that neither
 * the kernel nor svscan tells of (both are said aloud by the daemon), scripts
 * that are killed half-way, a down script that runs unnoted on a full disk, two
 * oneshots.
 *
 * model.sh compares these with the C code: the calls that each function makes,
 * in order, and what each enum holds.
 *
 * @calls rc/oneshot-outcome.c conclude: record running_ended conn_answer
 * @calls rc/oneshot-outcome.c outcome_look: outcome_left_alive ready_del
 *	running_withdrawn running_drop conn_forget how_it_ended outcome_status
 *	outcome_is
 * @calls rc/oneshot-outcome.c known_left: running_read conn_new
 *	running_drop request_unpack conn_forget running_drop detail_alive
 *	os_pidfd ready_add
 * @calls rc/oneshot-script.c spawn_script: find_program running_begin
 *	may_go_unnoted spawn running_begun running_drop
 * @calls rc/running.c running_begin: getpid os_boot_token os_boot_now
 *	file_write_all file_write_all ftruncate rename running_begun
 * @calls rc/running.c running_announce: getppid _exit getpid os_boot_now
 *	detail_pack pwrite getppid pwrite _exit
 * @calls rc/running.c running_ended: answer_pack pwrite rename
 * @calls rc/running.c running_outcome: file_slurp detail_unpack
 *	identity_other_boot answer_unpack request_unpack
 * @calls rc/rc-oneshotd.c begin_one: running conn_answer follow_load
 *	conn_answer busy running_outcome conn_answer outcome_is script_start
 *	outcome_is
 * @calls rc/rc-oneshotd.c reap: waitid outcome_status wait_status
 *	waitpid follow_reaped begin_waiting
 * @calls rc/oneshot.c ask: script_of job_flags_after job_flags_after
 *	address oneshot_connect ready_add close_quietly request_write
 *	ready_del close_quietly
 * @enum rc/request.h answer_kind: ANSWER_STATUS ANSWER_ERRNO
 *	ANSWER_TIMEOUT ANSWER_UNKNOWN
 * @enum rc/request.h request_kind: REQUEST_UP REQUEST_DOWN
 *	REQUEST_RELOAD REQUEST_IDLE REQUEST_LOOK
 */

#ifndef DAEMON_KILLS
#define DAEMON_KILLS 2
#endif
#ifndef CLIENT_KILLS
#define CLIENT_KILLS 1
#endif
#ifndef CHILD_KILLS
#define CHILD_KILLS 1
#endif
#ifndef BREAK
#define BREAK 0
#endif
#ifndef CLIENTS
#define CLIENTS 2
#endif
#define CHILDREN 5	/* one for each that may be needed, and one over */

mtype = { nothing, good, bad };		/* what is answered */
mtype = { nowhere, in_running, in_ended };

/* --- The world: what the scripts do. */
bool effect = false;
byte copies = 0;

/* --- What lies in files. */
bool state_up = false;	/* STATE_UP of the record */
mtype place = nowhere;	/* of the file of NAME */
byte inode = 0;		/* which file that is */
byte f_ticket = 0;
bool f_up = false;	/* the request is REQUEST_UP */
byte f_pid = 0;		/* child + 1; 0 zeroes */
mtype f_answer = nothing;

/* --- Children of the daemons. */
mtype = { unborn, born, checked, announced, withdraws, runs, zombie };
mtype child[CHILDREN] = unborn;
bool orphan[CHILDREN];
bool c_ok[CHILDREN];
byte c_inode[CHILDREN];

/* --- The daemon. */
mtype = { dead, starts, drops, serves, notes, renames, forks, records, ends,
	moves, answers };
mtype at = dead;
byte mine = 0;		/* child + 1 that it waits for */
mtype outcome = nothing;
byte asked = 0;		/* number of a request that it has not begun */
bool asked_up, asked_again;
bool listening = false;	/* the one who asked holds the connection */
mtype answer = nothing;

byte locked = 0;
byte tickets = 0;
byte daemon_kills = 0, client_kills = 0, child_kills = 0;
bool over = false;

#define quiet (at == serves && !asked && !mine)

active proctype children() {
	byte k;

	do
	:: over -> break
	:: !over -> select_child: atomic {
		k = 0;
		do
		:: k < CHILDREN - 1 -> k++
		:: break
		od;
		if
		/* running_announce */
		:: child[k] == born ->
			if
			:: orphan[k] -> child[k] = zombie; c_ok[k] = false
			:: else -> child[k] = checked
			fi
		:: child[k] == checked ->
			if :: c_inode[k] == inode && place != nowhere -> f_pid = k + 1
			:: else fi;
			child[k] = announced
		:: child[k] == announced ->
			if
#if BREAK != 1
			:: orphan[k] -> child[k] = withdraws
#endif
			:: BREAK == 1 || !orphan[k] ->
				child[k] = runs; copies++; assert(copies == 1)
			fi
		:: child[k] == withdraws ->
#if BREAK != 2
			if :: c_inode[k] == inode && place != nowhere -> f_pid = 0
			:: else fi;
#endif
			child[k] = zombie; c_ok[k] = true
			/* Its status counts for nothing: true, so that what
			 * takes it for that of the script is found. */
		:: child[k] == runs ->
			copies--;
			assert(effect != f_up);	/* never up twice, or down */
			effect = f_up; child[k] = zombie; c_ok[k] = true
		:: child_kills < CHILD_KILLS && (child[k] == born ||
			child[k] == checked || child[k] == announced) ->
			child_kills++; child[k] = zombie; c_ok[k] = false
		:: else -> skip
		fi; k = 0 }
	od
}

inline begin_fails() {
	/* outcome_is: ANSWER_ERRNO, into the state first (nothing changes
	 * there), then who asked. */
	outcome = bad; mine = 0; at = records
}

proctype daemon() {
	byte k;

	do
	:: over -> break
	/* --- killed at any step; supervise starts the next one */
	:: atomic { at != dead && daemon_kills < DAEMON_KILLS ->
		daemon_kills++; at = dead; mine = 0; outcome = nothing;
		asked = 0; listening = false; k = 0;
		do
		:: k < CHILDREN -> orphan[k] = true; k++
		:: else -> k = 0; break
		od }
	/* --- outcome_take_over, before anyone is served */
	:: atomic { at == dead ->
		if
		:: place == in_running && !f_pid -> at = drops
#if BREAK != 3
		:: place == in_running && f_pid -> mine = f_pid; at = serves
#else
		:: place == in_running && f_pid -> place = nowhere; at = serves
#endif
		:: else -> at = serves
		fi }
	:: atomic { at == drops -> place = nowhere; inode++; f_pid = 0;
		f_answer = nothing; f_ticket = 0; at = serves }
	/* --- one that left its client */
	:: atomic { at == serves && asked && !listening -> asked = 0 }
	/* --- reap, outcome_look */
	:: atomic { at == serves && mine && child[mine - 1] == zombie ->
		if
		:: orphan[mine - 1] && !f_pid -> mine = 0; at = drops
		:: orphan[mine - 1] && f_pid || !orphan[mine - 1] ->
			if :: c_ok[mine - 1] -> outcome = good
			:: else -> outcome = bad fi;
			at = records
		fi }
	/* --- conclude */
#if BREAK == 4
	:: atomic { at == records -> if :: listening -> answer = outcome
		:: else fi; at = answers }
	:: atomic { at == answers -> if :: outcome == good && mine ->
		state_up = f_up :: else fi; at = ends }
#else
	:: atomic { at == records ->
		if :: outcome == good && mine -> state_up = f_up :: else fi;
		at = ends }
#endif
	:: atomic { at == ends -> if :: place == in_running -> f_answer = outcome
		:: else fi; at = moves }
	:: atomic { at == moves -> if :: place == in_running -> place = in_ended
		:: else fi;
#if BREAK == 4
		at = serves; mine = 0; outcome = nothing }
#else
		at = answers }
	:: atomic { at == answers -> if :: listening -> answer = outcome
		:: else fi; mine = 0; outcome = nothing; listening = false;
		at = serves }
#endif
	/* --- begin_one */
	:: atomic { at == serves && asked && !mine ->
		if
#if BREAK != 5
		:: asked_again && place == in_ended && f_pid &&
			f_ticket == asked && f_answer != nothing ->
			if :: listening -> answer = f_answer :: else fi;
			asked = 0; listening = false
#endif
		:: BREAK == 5 || !(asked_again && place == in_ended && f_pid &&
			f_ticket == asked && f_answer != nothing) -> at = notes
		fi }
	/* running_begin: head and request, then its name; or not at all. */
	:: atomic { at == notes ->
		if :: place == nowhere -> inode++; place = in_ended :: else fi;
		f_pid = 0; f_answer = nothing; f_ticket = asked; f_up = asked_up;
		asked = 0;
		if :: at = renames :: begin_fails() fi }
	:: atomic { at == renames ->
		if
#if BREAK != 6
		:: place = in_running; at = forks
#else
		:: at = forks
#endif
		:: begin_fails()
		fi }
	:: atomic { at == forks ->
		if
		:: k = 0;
			do :: child[k] != unborn -> k++; assert(k < CHILDREN)
			:: else -> break od;
			child[k] = born; orphan[k] = false; c_inode[k] = inode;
			mine = k + 1; k = 0; at = serves
		/* running_drop */
		:: place = nowhere; inode++; f_pid = 0; f_ticket = 0;
			begin_fails()
		fi }
	od
}

/* One change: the service goes where it is wished if the state says that it is
 * not there. */
proctype client(bool wish) {
	byte ticket;
	bool again;

	/* run_lock */
#if BREAK != 7
	atomic { !locked -> locked = _pid }
#endif
	/* run_settle, by REQUEST_IDLE: nothing runs, all is read. */
	if
#if BREAK != 8
	:: atomic { quiet -> skip }
#else
	:: skip
#endif
	:: atomic { client_kills < CLIENT_KILLS -> client_kills++; goto end }
	fi;
	if
	:: state_up == wish -> goto end
	:: else
	fi;
	atomic { tickets++; ticket = tickets; again = false; answer = nothing }
ask:
	/* If it fails nothing was asked. */
	if
	:: atomic { at != dead && at != starts && at != drops && !asked ->
		asked = ticket; asked_up = wish; asked_again = again;
		listening = true; answer = nothing; again = true }
	:: goto end
	fi;
	do
	:: atomic { answer == good ->
		/* Nobody is told what is not recorded. */
		assert(state_up == wish && effect == wish); break }
	:: atomic { answer == bad -> break }
	:: atomic { answer == nothing && !listening -> goto ask }
	:: atomic { client_kills < CLIENT_KILLS -> client_kills++; break }
	od;
end:
	atomic {
		if :: answer != nothing || asked != ticket -> skip
		:: else -> listening = false fi;
		listening = false; answer = nothing;
		locked = (locked == _pid -> 0 : locked); ticket = 0; again = false }
}

init {
	byte before;

	atomic { run daemon(); before = _nr_pr };
	atomic { run client(true); run client(false);
		if :: CLIENTS > 2 -> run client(true) :: else fi };
	atomic { _nr_pr == before -> before = 0 };
	/* Nothing is killed any more. */
	daemon_kills = DAEMON_KILLS; child_kills = CHILD_KILLS;
	atomic { quiet -> assert(effect == state_up && copies == 0) };
	over = true
}
