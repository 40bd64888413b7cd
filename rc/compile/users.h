/* users.h - does this system know the users and groups that definitions name?
 * Asked by the compiler, and by a switch to a database that was compiled
 * elsewhere.  Numbers are always known. */
#ifndef RC_USERS_H
#define RC_USERS_H

#include <stddef.h>

enum { USERS_NAME = 256 };

/* "USER" or "USER:GROUP".  0 if all is known; or "user" or "group", and its
 * name in buf; that of USERS_NAME bytes. */
const char *users_unknown(char *buf, const char *spec);
/* The same of one group. */
const char *users_unknown_group(char *buf, const char *name);

#endif
