/* version.h - which Reeve this is: the number in VERSION and, of a build from
 * a checkout, the commit: "0.1.0 (commit 1a2b3c4d5e6f)", with a + behind it
 * when files differ from that commit. */
#ifndef LIB_VERSION_H
#define LIB_VERSION_H

extern const char reeve_version[];

#endif
