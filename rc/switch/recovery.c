/* recovery.c - see recovery.h. */

#include "rc/switch/recovery.h"
#include "rc/switch/update.h"

enum recovery
recovery_go_on(const struct cut_off *c)
{
	if (c->damaged)
		return RECOVERY_FORGET;
	/* Even if another set comes next: what is left then must be one that
	 * is booted, should that be undone. */
	if (c->live == c->from && c->origin != c->from)
		return RECOVERY_BACK;
	if (c->live != c->to)
		return RECOVERY_FORGET;
	return c->other_set ? RECOVERY_STOP : RECOVERY_START;
}

enum recovery
recovery_abort(const struct cut_off *c)
{
	/* Not reached, or there again: what was stopped comes back. */
	if (c->live == c->origin)
		return RECOVERY_START;
	if (c->origin == c->from)
		return RECOVERY_UNDO;
	/* An undo was cut off: its target is live, or not yet. */
	return c->live == c->to ? RECOVERY_START : RECOVERY_BACK;
}

int
recovery_renames(const struct cut_off *c, int abort)
{
	return !c->damaged && c->live == c->to &&
		(!abort || c->live != c->origin);
}

int
recovery_goes_back(int code, int rollback, int undoing, int worse)
{
	return (code == UPDATE_FAILED || code == UPDATE_TIMEOUT) && rollback &&
		!undoing && worse;
}

int
recovery_undo_code(int code)
{
	return code == UPDATE_OK ? UPDATE_UNDONE
		: code == UPDATE_FAILED || code == UPDATE_TIMEOUT
		? UPDATE_UNDONE_PART
		: code;
}
