/* file.h - small files whole, locks and fifos. */
#ifndef LIB_FILE_H
#define LIB_FILE_H

#include <stddef.h>
#include <sys/types.h>

/* All functions with `at' take a directory fd or AT_FDCWD. */

/* Read at most max bytes of a file.  Bytes read (max means there may be
 * more), or -1 and errno. */
ssize_t file_read(int at, const char *name, void *buf, size_t max);

/* Read a whole file of at most limit bytes into malloced memory that ends
 * with an extra 0 byte.  *data is the caller's to free.  Its length, or -1
 * and errno (EFBIG: longer than limit). */
ssize_t file_slurp(int at, const char *name, char **data, size_t limit);

/* Make or replace a file whole: temporary name beside it, write, fsync if
 * sync, rename.  0, or -1 and errno, and then nothing has changed; but a disk
 * that fails in the sync of the directory (EIO) has the new file by then. */
int file_write(int at, const char *name, const void *data, size_t len,
	unsigned mode, int sync);

/* Write everything, over EINTR and short writes.  0, or -1 and errno. */
int file_write_all(int fd, const void *data, size_t len);

/* First line of a file as a number.  1 and *u set; 0 if there is no such
 * file; -1 and errno (EINVAL: not a number) otherwise. */
int file_uint(int at, const char *name, unsigned *u);

/* 1 if the name exists (following links), 0 if not, -1 and errno if that cannot
 * be told: "not there" is never the answer to a failure.  What must be there
 * to be used is asked for with > 0. */
int file_exists(int at, const char *name);

/* Of a pipe into which others than its owner write: who has it open may open
 * it again, as /dev/stdout or /proc/self/fd/1, but never to read.  One with a
 * name is in a directory that only its owner can enter. */
#define FILE_PIPE_MODE 0622

/* Take a POSIX record lock on a whole file made if absent, mode 0600: who can
 * open a file, if only to read it, can hold a lock on it for ever.  The open
 * fd, to be kept; or -1 and errno (EAGAIN: held by another and not
 * wait). */
int file_lock(int at, const char *name, int exclusive, int wait);

/* Take from an open file all rights of group and others, which an older
 * version gave to files that are locked. */
void file_only_ours(int fd);

/* Pid of a process that holds a write lock (or, if shared, any lock that a
 * writer would conflict with); 0 if none; -1 and errno. */
pid_t file_locked_by(int at, const char *name);
/* The same of an open file, which may have lost its name. */
pid_t file_lock_holder(int fd);

/* Replace symbolic link `name' by one to `target' in one rename.  0 or -1. */
int file_symlink(int at, const char *target, const char *name);
/* Where a symbolic link leads, into buf of PATH_LEN bytes; empty if it is not
 * there or no link, cut if it is longer.  0, or -1 and errno, and then empty
 * too. */
int file_link_text(int at, const char *name, char *buf);

/* Open a file to be read that lies where others may have put anything, for
 * root to read or to wait on: a regular file, and no link to one.  The fd, or
 * -1 and errno (ELOOP, EISDIR, EINVAL: something else). */
int file_open_regular(int at, const char *name);
/* Is the open file a fifo?  1 or 0. */
int file_is_fifo(int fd);

/* Write at most PIPE_BUF bytes to a fifo, all or none, without waiting.
 * 0, or -1 and errno: ENXIO nobody reads it, ENOENT no such fifo, ENODEV it
 * is there but not a fifo, EAGAIN it is full.  SIGPIPE must be ignored where
 * the reader may go just then. */
int file_tell(int at, const char *name, const void *data, size_t len);

/* Is this the errno of a shortage that passes (descriptors, memory,
 * processes, room) or may pass, so that trying again soon is worth it? */
int file_shortage(int err);

/* Remove what file_write and file_symlink left in the directory open as fd when
 * they were killed.  What a process that is alive may yet write stays.  Who
 * writes from another pid namespace has to be kept away by a lock. */
void file_remove_temps(int fd);

/* fsync the directory holding name, for renames that must survive power
 * loss.  0 or -1. */
int file_sync_dir(int at, const char *name);

#endif
