/* db-format.h - what the two directions of the database's format share. */
#ifndef RC_DB_FORMAT_H
#define RC_DB_FORMAT_H

#include "rc/db.h"

#define DB_MAGIC "reevedb\n"
enum {
	DB_MAGIC_LEN = 8,
	HEADER = DB_MAGIC_LEN + 7 * 4,
	/* The least that one thing takes in the file; bounds all counts. */
	SERVICE_MIN = 6 + 5 * 4 + 4 * 4 + DB_HASH + 4 + 3 * 13 + 4,
	BUNDLE_MIN = 6 + 4,
	FILE_MIN = 6 + 4 + 5,
	PROP_MIN = 6 + 5,
	FLAGS_ALL = DB_ESSENTIAL | DB_RECOMMENDED | DB_NOTIFIES | DB_MAIN |
		DB_GENERATED | DB_PATIENT
};

/* SHA-256 of these bytes. */
void db_digest(unsigned char out[DB_HASH], const char *data, size_t len);

#endif
