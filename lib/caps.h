/* caps.h - names of Linux capabilities. */
#ifndef LIB_CAPS_H
#define LIB_CAPS_H

/* Number for "net_bind_service" or "CAP_NET_BIND_SERVICE", or -1. */
int caps_number(const char *name);
/* The name for a number, or 0. */
const char *caps_name(int number);

#endif
