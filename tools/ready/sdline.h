/* sdline.h - FORMAT one line of a message of sd_notify(3), as far as it is
 * understood here.  Used by sdnotify and notify-fd-from-socket. */
#ifndef TOOLS_SDLINE_H
#define TOOLS_SDLINE_H

enum sdline {
	SDLINE_OTHER, /* unknown, or not well-formed */
	SDLINE_READY,
	SDLINE_RELOADING,
	SDLINE_STOPPING,
	SDLINE_STATUS, /* its text follows */
	SDLINE_ALIVE,
	SDLINE_TRIGGER, /* WATCHDOG=1, =trigger */
	SDLINE_USEC, /* WATCHDOG_USEC=, a number follows */
	SDLINE_MAINPID /* a number follows */
};

/* What a line says.  *text points to what is behind the equals sign, *number
 * is set where a number follows. */
enum sdline sdline_parse(const char *line, const char **text, unsigned *number);

#endif
