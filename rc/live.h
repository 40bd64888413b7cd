/* live.h - FORMAT live directory: the running set of services.
 *
 *   lock                  writers hold it; readers never take it
 *   current -> gen/N      THE link: one rename of it switches everything
 *   gen/N/db              private copy of the database
 *   gen/N/state           see rc/state.h
 *   gen/N/compiled -> ..  where the database came from (may be gone)
 *   gen/N/def/NAME -> ../../../store/KEY
 *   store/KEY/...         the files of a service, KEY by hash and name
 *   servicedirs/NAME/     supervise/, event/, def -> ../../current/def/NAME,
 *                         started -> what def led to at the last start,
 *                         run -> started/run, env -> def/env ...
 *   fifo/NAME             pipe into NAME (made by supervise)
 *   scandir, prefix, compiled, state     for those who know s6-rc
 *   journal               only while a switch is going on, or was cut off
 *   last                  result of the last switch
 *   boot                  identity of the boot it belongs to
 *
 * See reeve-livedir(5).  Readers: rc, reeve, init, the tools. */
#ifndef RC_LIVE_H
#define RC_LIVE_H

#include <stddef.h>
#include <stdint.h>

#include "lib/path.h"
#include "rc/db.h"
#include "rc/state.h"

#define LIVE_S6 "/run/s6-rc" /* default under the s6 names */
#define LIVE_RUNNER                                                            \
	"s6rc-oneshot-runner" /* longrun of the oneshot
					 * daemon; not in any database */
enum { LIVE_HEX = 2 * DB_HASH + 1, LIVE_STORE = LIVE_HEX + 17 };

/* --- reading: needs no lock, never waits ------------------------------ */

struct live {
	char path[PATH_LEN]; /* as given */
	int fd; /* of the live directory */
	int genfd; /* of the generation that was read */
	uint32_t gen; /* its number */
	struct db db;
	struct states state;
	char scandir[PATH_LEN]; /* absolute */
	char prefix[256]; /* of names in the scan directory */
};

/* The live directory to use when none is given: s6-rc's under the s6 names,
 * else that of the places.  buf holds PATH_LEN bytes.  0, or -1 and err. */
int live_default(char *buf, char *err, size_t errmax);
/* What to say of a live directory, by its path, that is damaged so. */
#define LIVE_LOST                                                              \
	"services run in %s, but boot, current or scandir is lost "            \
	"there (reeve down ends them, reeve up then makes it anew)"
/* Open a live directory and read one generation of it, never a mixture.  0,
 * or -1 with a message in err and errno (ENOENT: not there or not
 * initialised, ESTALE: of an earlier boot, EPROTO: damaged). */
int live_open(struct live *, const char *path, int writable, char *err,
	size_t errmax);
void live_close(struct live *);

/* 1 if there is a live directory, of this boot and initialised; 0 if there is
 * none; -1 and errno: it cannot be told (EPROTO: LIVE_LOST). */
int live_exists(const char *path);
/* Does a supervise run for any of its services, wherever we look from?  1, 0,
 * or -1 and errno. */
int live_supervised(int livefd);

/* Where NAME's service directory is (for status_read, control_send ...). */
int live_servicedir(
	char *buf, size_t max, const struct live *, const char *name);

/* What is known of service i without asking supervise. */
struct live_service {
	int wanted; /* asked for by name */
	int up; /* rc brought it up and did not take it down */
	int owed; /* was up, will be brought back by the switch
				 * or restart that is (or was) going on */
	int failed; /* the last transition failed ... */
	char reason[160]; /* ... so, or empty */
	uint64_t when; /* ms of Unix time of the last transition */
};
void live_service(const struct live *, uint32_t i, struct live_service *);

/* Result of the last switch. */
struct live_last {
	int code; /* exit code of the updater */
	uint64_t when; /* ms of Unix time */
	uint32_t from, to; /* counts of the live directory */
	unsigned kept; /* the kept generation it was to; 0: none */
	char id[LIVE_HEX]; /* the database it was to, or "" */
	char text[512]; /* in words */
};
/* 1 and *last set, 0 if there was none, -1 and errno. */
int live_last(const struct live *, struct live_last *last);

/* 1 if service i runs and was kept while its definition changed: it has an
 * earlier one than that of db. */
int live_outdated(int livefd, const struct db *, uint32_t i);

/* 1 if a switch is going on or was cut off, else 0. */
int live_switching(const struct live *);
/* Pid of the process that changes it now, or 0. */
long live_changer(const struct live *);

/* --- building: the caller holds the lock ------------------------------ */

/* 1 if nobody but root and us can change what is in the directory fd: else he
 * decides what runs with our rights, and what we remove. */
int live_trusted(int fd);
/* Take live/lock.  The fd, or -1 and errno (EAGAIN: held and not wait). */
int live_lock(int livefd, int wait);

/* Put the files of service i into the store, if not there yet.  0 or -1. */
int live_store(int livefd, const struct db *, uint32_t i);
/* Build gen/N whole: database, state, links to the store (which must be
 * filled).  data is the database file.  alias[i], if alias is not 0, is a
 * second name for service i or 0.  0, or -1 and errno; then nothing is
 * left. */
int live_gen_make(int livefd, uint32_t gen, const struct db *, const void *data,
	size_t len, const struct state_rec *, const char *compiled,
	const char *const *alias);
int live_gen_remove(int livefd, uint32_t gen);
/* Number of the current generation, or 0. */
uint32_t live_gen_current(int livefd);
/* Highest number below gen/, or 0. */
uint32_t live_gen_highest(int livefd);
/* THE rename. */
int live_gen_commit(int livefd, uint32_t gen);

/* Make or complete servicedirs/NAME of service i: supervise finds it down.
 * Files gained are linked, none is removed.  0 or -1. */
int live_servicedir_make(int livefd, const struct db *, uint32_t i);
/* Remove links of files that the definition does not have any more. */
int live_servicedir_trim(int livefd, const struct db *, uint32_t i);
/* 1 if it is a name that file_write or file_symlink makes for a moment: a
 * writer was killed then. */
int live_is_temp(const char *name);
/* Does this set need the oneshot daemon, for oneshots or for restart-with? */
int live_needs_runner(const struct db *);
/* Is any service to be restarted with another? */
int live_follows(const struct db *);
/* Make the service directory of the oneshot daemon.  0 or -1. */
int live_runner_make(int livefd);

/* Remove what is in the store and belongs neither to the current generation
 * nor to a definition in use.  0 or -1. */
int live_store_collect(int livefd, const struct db *);

/* Lower case hexadecimal. */
void live_hex(char out[LIVE_HEX], const unsigned char *hash);
/* Name of a service's own entry in the store: its hash in hexadecimal, and
 * one of its name. */
void live_store_name(char out[LIVE_STORE], const struct db_service *);
/* 1 if def, a path into the store, holds the definition of this service,
 * under whatever name. */
int live_is_definition(const char *def, const struct db_service *);

#endif
