/* fdholder.h - FORMAT requests to an fd-holder and the client's side of
 * them.  See s6-fdholderd(8). */
#ifndef FDHOLDER_FDHOLDER_H
#define FDHOLDER_FDHOLDER_H

#include <stdint.h>
#include <skalibs/tai.h>

#include "tools/s6/ipc/umsg.h"

enum {
	FDH_ID = 255,
	FDH_TAIN = 12,
	FDH_ITEM = FDH_TAIN + 1 + FDH_ID + 1,
	FDH_CHUNK = 200
};

/* Kinds of request, by their first byte. */
enum fdh_kind {
	FDH_STORE = 'S',
	FDH_DELETE = 'D',
	FDH_RETRIEVE = 'R',
	FDH_LIST = 'L',
	FDH_GETDUMP = '?',
	FDH_SETDUMP = '!',
	FDH_PART = '.'
};

struct fdh_request {
	enum fdh_kind kind;
	tain limit; /* STORE: when it ends */
	char id[FDH_ID + 1]; /* STORE, DELETE, RETRIEVE */
	int and_delete; /* RETRIEVE */
	uint32_t total; /* SETDUMP: how many will come */
	const unsigned char *items; /* PART: fdh_item_next reads them */
	size_t itemslen;
};

/* 1 if msg is exactly one request with the right number of descriptors;
 * else 0. */
int fdh_request_unpack(
	struct fdh_request *, const void *data, size_t len, unsigned nfds);

/* Read one item of a dump at *pos.  1, 0 at the end, -1 malformed. */
int fdh_item_next(const unsigned char *, size_t len, size_t *pos, tain *limit,
	char id[FDH_ID + 1]);
/* Append an item; its length, or 0 if it does not fit. */
size_t fdh_item_pack(
	unsigned char *, size_t max, const tain *limit, const char *id);
/* 1 if this limit means never. */
int fdh_forever(const tain *);

/* --- the client */
struct fdh {
	struct umsg_conn conn;
	uint64_t deadline;
};
struct fdh_held {
	int fd;
	tain limit;
	char id[FDH_ID + 1];
};

/* All return 0, or -1 and errno (that of the server where it answered), and
 * then nothing of the answer stays open or allocated. */
int fdh_open(struct fdh *, const char *path, unsigned timeout_ms);
/* The same on a socket that is connected. */
void fdh_use(struct fdh *, int fd, unsigned timeout_ms);
void fdh_close(struct fdh *);
int fdh_store(struct fdh *, int fd, const char *id, const tain *limit);
int fdh_delete(struct fdh *, const char *id);
int fdh_retrieve(struct fdh *, const char *id, int and_delete, int *fd);
/* Malloced list of strings with their NULs. */
int fdh_list(struct fdh *, char **list, uint32_t *n);
/* Malloced array; the descriptors are not close-on-exec. */
int fdh_getdump(struct fdh *, struct fdh_held **, uint32_t *n);
int fdh_setdump(struct fdh *, const struct fdh_held *, uint32_t n);

#endif
