/* inroot.h - files of an image, seen from outside. */
#ifndef FRONT_INROOT_H
#define FRONT_INROOT_H

/* Where an absolute path of the image below root is, into buf of PATH_LEN
 * bytes: links are followed as they lead inside of it.  root 0: the path as it
 * is.  buf, or 0 and errno. */
const char *inroot(char *buf, const char *root, const char *path);

#endif
