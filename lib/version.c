/* version.c - the one text of --version.  The Makefile writes the header by
 * tools/version, so that a new commit compiles this file alone. */

#include "lib/version.h"
#include "version-text.h"

const char reeve_version[] = VERSION_TEXT;
