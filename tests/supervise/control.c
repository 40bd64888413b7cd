/* control.c - the list of commands: every letter of s6, each once. */

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <signal.h>
#include <string.h>
#include <cmocka.h>

#include "supervise/control.h"

static void
letters(void **state)
{
	const char *all = "abqhkti12pcyrlPCKoduDUxOQR";

	(void)state;
	for (int c = 1; c < 256; c++) {
		const struct command *cmd = control_find((char)c);

		assert_int_equal(!!cmd, !!strchr(all, c));
		if (cmd)
			assert_int_equal(cmd->letter, (char)c);
	}
	assert_null(control_find(0));
	for (const struct command *c = control_commands; c->letter; c++) {
		assert_true(c->event >= CMD_SIGNAL && c->event < NEVENT);
		assert_true(c->help && c->name);
		for (const struct command *d = control_commands; d < c; d++)
			assert_true(strcmp(c->name, d->name) &&
				c->letter != d->letter);
	}
}

static void
signals(void **state)
{
	static const struct {
		char letter;
		int sig;
	} want[] = { { 'a', SIGALRM }, { 'b', SIGABRT }, { 'q', SIGQUIT },
		{ 'h', SIGHUP }, { 'k', SIGKILL }, { 't', SIGTERM },
		{ 'i', SIGINT }, { '1', SIGUSR1 }, { '2', SIGUSR2 },
		{ 'p', SIGSTOP }, { 'c', SIGCONT }, { 'y', SIGWINCH },
		{ 'P', SIGSTOP }, { 'C', SIGCONT }, { 'K', SIGKILL } };

	(void)state;
	for (size_t i = 0; i < sizeof want / sizeof *want; i++) {
		const struct command *c = control_find(want[i].letter);

		assert_int_equal(c->signal, want[i].sig);
		assert_int_equal(c->event, CMD_SIGNAL);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(letters),
		cmocka_unit_test(signals) };

	return cmocka_run_group_tests(tests, 0, 0);
}
