/* db.h - FORMAT the compiled database: one file that holds everything of a
 * set of services, deterministic, versioned, checksummed.  See
 * reeve-database(5).  Writer: compile.c.  Readers: every program of rc/.
 *
 * A loaded database is immutable; all pointers point into it and live until
 * db_close.  Services are numbered: longruns first, then oneshots. */
#ifndef RC_DB_H
#define RC_DB_H

#include <stddef.h>
#include <stdint.h>

enum { DB_VERSION = 1, DB_HASH = 32, DB_NAME_MAX = 251 };
#define DB_FILE "db" /* in a directory of s6-rc-compile */
#define DB_NONE UINT32_MAX /* no such service */

enum db_type { DB_LONGRUN, DB_ONESHOT, DB_BUNDLE };

/* Service flags. */
enum {
	DB_ESSENTIAL = 1, /* flag-essential */
	DB_RECOMMENDED = 2, /* flag-recommended */
	DB_NOTIFIES = 4, /* longrun with notification-fd */
	DB_MAIN = 8, /* `main': its end is the container's end */
	DB_GENERATED = 16, /* made by the compiler (a log companion) */
	DB_PATIENT = 32 /* timeout-up says 0: no limit at all */
};

/* What an update does to a running service whose own definition changed. */
enum db_on_change { DB_CHANGE_RESTART, DB_CHANGE_RELOAD, DB_CHANGE_KEEP };

/* A file of the definition as it will lie in the store.  Paths ascend.  A
 * service in a pipeline has stdin-fifo and/or stdout-fifo here, naming
 * "../../fifo/CONSUMER": one pipe for each consumer, in the live directory.
 * Directories have a mode with S_IFDIR and no data; links S_IFLNK and their
 * target as data. */
struct db_file {
	const char *path; /* "run", "data/check"; parents come first */
	uint32_t mode;
	const char *data;
	size_t len;
};

/* A oneshot's command line; argc 0: absent or empty, success. */
struct db_script {
	uint32_t argc;
	const char *argv; /* argc strings, each with its NUL */
	size_t len;
	int present; /* the file was there */
};

struct db_list {
	uint32_t n;
	const uint32_t *v; /* ascending service numbers */
};

/* Any further property a program may want ("description", "schedule",
 * "restart", "cgroup"...): key and value as text. */
struct db_prop {
	const char *key, *value;
};

struct db_service {
	const char *name;
	enum db_type type; /* DB_LONGRUN or DB_ONESHOT */
	unsigned flags;
	uint32_t timeout_up, timeout_down; /* ms, 0 for ever */
	struct db_list deps, rdeps; /* hard dependencies, both ways */
	struct db_list wants, after; /* start with it; order only */
	struct db_list restart_with; /* subset of deps: comes back when
					 * they were restarted or died */
	uint32_t consumer; /* who reads our stdout, or DB_NONE */
	struct db_list producers; /* whose stdout we read */
	enum db_on_change on_change;
	unsigned char hash[DB_HASH]; /* of all that, when it differs,
					 * makes the service another one:
					 * files, scripts, pipeline ends */
	uint32_t nfiles;
	const struct db_file *files;
	struct db_script up, down, reload; /* oneshot */
	uint32_t nprops;
	const struct db_prop *props; /* ascending by key */
};

struct db_bundle {
	const char *name;
	struct db_list members; /* atomic services, flattened */
};

struct db {
	uint32_t nlong, nshort; /* services[0..nlong+nshort) */
	struct db_service *services; /* owned */
	uint32_t nbundles;
	struct db_bundle *bundles; /* owned; ascending by name */
	unsigned char id[DB_HASH]; /* sha256 over the file */
	const uint32_t *self; /* 0, 1, 2...; lists of one service */
	void *map; /* owned */
	size_t maplen;
	void *mem; /* owned */
};

/* Of a service whose definition others could not read: all of it, or some
 * files. */
#define DB_CLOSED "closed"
#define DB_CLOSED_ALL "all"
#define DB_CLOSED_FILES "files"
/* Mode for a file with this database: 0600 if it holds what others could not
 * read, else 0644. */
unsigned db_mode(const struct db *);
/* The same of its bytes; 0600 if they are no database. */
unsigned db_data_mode(const void *data, size_t len);

/* What everybody may know of it: the database without files and scripts, and
 * of closed services without properties, for whom the other may not be read.
 * Malloced, after the id of the whole one.  0, or -1 and errno. */
int db_names(const struct db *, char **data, size_t *len);
/* Read that again from an open directory; id is that of the whole one.  0, or
 * -1 and errno. */
int db_open_names(struct db *, int at, const char *name);

/* Load and verify a database file: version, checksum, every index, every
 * string.  0, or -1 with a message (naming the path) in err and errno
 * (EPROTO: not a valid database; else of the system call). */
int db_open(struct db *, const char *path, char *err, size_t errmax);
/* The same without the checksum over all bytes, if `verified': of a file that
 * the caller knows to be the one that was verified before.  Counts, indices
 * and strings are checked all the same. */
int db_open_verified(
	struct db *, const char *path, int verified, char *err, size_t errmax);
/* The file of the database at path, into buf of PATH_LEN bytes: path itself,
 * or, where it leads to a directory as s6-rc-compile makes them, the one in
 * there.  buf, or 0 and errno. */
const char *db_file_of(char *buf, const char *path);
/* The same from memory (borrowed until db_close), for fuzzing and tests. */
int db_load(
	struct db *, const void *data, size_t len, char *err, size_t errmax);
/* As db_open_verified; `verified' also of what db_encode has just made. */
int db_load_verified(struct db *, const void *data, size_t len, int verified,
	char *err, size_t errmax);
void db_close(struct db *);

/* The file for a set of services: counts, services and bundles are set; ids,
 * rdeps, producers and the hashes need not be.  Written into *hash of each
 * service and returned as malloced memory.  0, or -1 and errno ENOMEM. */
int db_encode(struct db *, char **data, size_t *len);

/* 1 if a service or bundle may have this name: not empty, at most
 * DB_NAME_MAX bytes, no slash, leading dot, nor anything that could steer a
 * terminal (utf8.h). */
int db_name_ok(const char *name);

/* How many services it has: longruns, then oneshots. */
uint32_t db_count(const struct db *);
/* Number of the service of that name, or DB_NONE. */
uint32_t db_service(const struct db *, const char *name);
/* 1 if it has a longrun of that name. */
int db_is_longrun(const struct db *, const char *name);
/* Number of the bundle of that name, or DB_NONE. */
uint32_t db_bundle(const struct db *, const char *name);
/* The services a name stands for: itself, or a bundle's members.  1, or 0
 * if the name is unknown.  The list is borrowed. */
int db_resolve(const struct db *, const char *name, struct db_list *);
/* Value of a property, or 0. */
const char *db_prop(const struct db_service *, const char *key);
/* The longrun that gets what a service prints: its consumer, or the logger
 * that the compiler made for a oneshot; or DB_NONE. */
uint32_t db_logger(const struct db *, const struct db_service *);
/* Program of a oneshot's script, in the way up or down, or 0. */
const char *db_program(const struct db_service *, int up);
/* The known name nearest to one that is unknown, or 0 if none is near. */
const char *db_nearest(const struct db *, const char *name);

#endif
