/* What the process that works (format-spec/shipment.md "Who learns what": it has no keys) and the
 * process that talks to a remote say to each other over two pipes. The second one reads what
 * strangers send, so its answers are as hostile as theirs. */
#ifndef EVX_REMOTE_REMOTE_MESSAGE_H
#define EVX_REMOTE_REMOTE_MESSAGE_H

#include "base/buf.h"
#include "remote/remote_name.h"

#define EVX_REMOTE_BODY_MAX 1048576u /* of a request: a note, a retention */
#define EVX_REMOTE_CHUNK 262144u     /* of an answer's bytes */
#define EVX_REMOTE_TEXT_MAX 512u
#define EVX_REMOTE_SOURCE_CAP 512u
#define EVX_REMOTE_SIZE_UNKNOWN UINT64_MAX

enum evx_remote_act {
	EVX_REMOTE_PUT,    /* a new object; never replaces one */
	EVX_REMOTE_GET,    /* all bytes of an object */
	EVX_REMOTE_STAT,   /* whether it is there, and how long */
	EVX_REMOTE_LIST,   /* all objects below name, or ("") all */
	EVX_REMOTE_REMOVE, /* one that is not there is no failure */
	EVX_REMOTE_RETAIN, /* keep it until `until` */
	EVX_REMOTE_ABOUT,  /* what the remote can do, as far as it says */
	EVX_REMOTE_FLUSH,  /* everything put so far outlives a power failure */
	EVX_REMOTE_ACTS,
};

struct evx_remote_request {
	enum evx_remote_act act;
	char name[EVX_REMOTE_NAME_CAP];
	/* put: the bytes, or where they are */
	struct evx_buf body;                /* used when place is EVX_REMOTE_NO_PLACE */
	uint8_t place;                      /* number of a directory that was named at the start */
	char source[EVX_REMOTE_SOURCE_CAP]; /* a file below it */
	uint64_t offset;
	uint64_t size; /* put: how many bytes; get: how many there are, or at most may be */
	bool exact;    /* get: an object of another size is a failure */
	bool reread;   /* get: from the medium, not from a cache */
	bool unseen;   /* put: the caller looked a moment ago, and there was nothing. Should there
			  be something by now, it may be replaced: the name is that of the bytes */
	bool has_hash; /* put: this is the SHA-256 of the bytes */
	uint8_t hash[32];
	int64_t until; /* put, retain: seconds since 1970; 0: none */
};
#define EVX_REMOTE_NO_PLACE 255u

struct evx_remote_stat {
	uint64_t size;
	int64_t until; /* retention, 0: none that the remote tells of */
	bool has_hash; /* the remote computed this SHA-256 of the bytes itself */
	uint8_t hash[32];
};

struct evx_remote_about {
	bool lists, renames, removes;
	bool locks;                   /* objects can be kept until a date */
	bool conditional;             /* refuses by itself to replace */
	uint64_t free_bytes, largest; /* EVX_REMOTE_SIZE_UNKNOWN */
};

enum evx_remote_again {
	EVX_REMOTE_FINAL,   /* asking again is no use */
	EVX_REMOTE_RETRY,   /* the attempt failed, another may not */
	EVX_REMOTE_NO_LINE, /* there is no connection */
};

enum evx_remote_said {
	EVX_REMOTE_SAID_PROGRESS, /* size: bytes moved so far */
	EVX_REMOTE_SAID_ITEM,     /* name, size: one object of a list */
	EVX_REMOTE_SAID_BYTES,    /* more bytes of an object */
	EVX_REMOTE_SAID_ABOUT,
	EVX_REMOTE_SAID_DONE,
	EVX_REMOTE_SAID_ALL,
};

struct evx_remote_answer {
	enum evx_remote_said said;
	char name[EVX_REMOTE_NAME_CAP];
	uint64_t size;
	const uint8_t *bytes; /* inside the message */
	size_t nbytes;
	struct evx_remote_about about;
	/* done */
	enum evx_err err;
	enum evx_remote_again again;
	uint32_t wait; /* seconds that the remote asked for before the next attempt */
	struct evx_remote_stat stat;
	char text[EVX_REMOTE_TEXT_MAX]; /* what went wrong; hostile */
};

/* Appends the request to out. EVX_E_USAGE for a name that is none. */
enum evx_err evx_remote_request_encode(const struct evx_remote_request *q, struct evx_buf *out,
	struct evx_diag *diag) EVX_MUST_CHECK;
/* Reads one of exactly n bytes (behind the length). The caller frees out->body. */
enum evx_err evx_remote_request_decode(
	const uint8_t *p, size_t n, struct evx_remote_request *out) EVX_MUST_CHECK;
/* Appends the answer to out. */
enum evx_err evx_remote_answer_encode(
	const struct evx_remote_answer *a, struct evx_buf *out) EVX_MUST_CHECK;
/* The next answer in the n bytes at p: *used is its length, 0 when it is not complete yet.
 * EVX_E_CORRUPT for what is none; EVX_E_LIMIT for one that is too long. */
enum evx_err evx_remote_answer_decode(
	const uint8_t *p, size_t n, struct evx_remote_answer *out, size_t *used) EVX_MUST_CHECK;

#endif
