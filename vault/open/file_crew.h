/* Threads that compare files with their lines, several files at a time. Who gives them away gets
 * them back in the same order. Only files whose stored bytes are in memory in one piece go there:
 * most files are short, and the digest of one file cannot be divided. */
#ifndef EVX_OPEN_FILE_CREW_H
#define EVX_OPEN_FILE_CREW_H

#include "content/listing_read.h"

#define EVX_FILE_BATCH 64u         /* lines */
#define EVX_FILE_BATCH_LEN 262144u /* bytes, from which on a batch is worth a thread's time */

struct evx_file_batch {
	size_t n, bytes;
	struct evx_batch_line {
		struct evx_listing_item item; /* its entry is the one below */
		struct evx_entry entry;
		bool has_bytes;      /* it is a file that is compared */
		const uint8_t *p;    /* NULL: it is empty */
		const char *differs; /* NULL, or the name of a digest that differs */
		void *handed;        /* NULL, or: it goes to the crew's work then */
	} lines[EVX_FILE_BATCH];
	struct evx_stream_frame *frame; /* held: where the bytes are; NULL: there are none */
	bool done;
};

struct evx_file_crew;

/* As of struct evx_contents_visitor. */
typedef void (*evx_file_work)(
	void *handed, const struct evx_entry *e, const uint8_t *p, size_t n, const char *differs);

/* Starts jobs threads. work: NULL where nothing is handed to them. EVX_E_MEMORY, EVX_E_IO. */
enum evx_err evx_file_crew_new(unsigned jobs, evx_file_work work, struct evx_file_crew **out,
	struct evx_diag *diag) EVX_MUST_CHECK;
/* Ends the threads; what they were given and did not begin is dropped. NULL does nothing. */
void evx_file_crew_free(struct evx_file_crew *c);

/* The batch that is being filled. NULL: jobs batches are away; take one back first. */
struct evx_file_batch *evx_file_crew_batch(struct evx_file_crew *c);
/* Adds a line, whose entry moves into the batch: item keeps an initialised one. */
struct evx_batch_line *evx_file_batch_add(
	struct evx_file_batch *b, const struct evx_listing_item *item);
/* Gives that batch, which is not empty, to the threads. */
void evx_file_crew_give(struct evx_file_crew *c);
/* Waits for the batch that was given first, and takes it back; NULL when none is away. It is the
 * caller's until evx_file_crew_return. */
struct evx_file_batch *evx_file_crew_take(struct evx_file_crew *c);
unsigned evx_file_crew_away(const struct evx_file_crew *c); /* how many are */
void evx_file_crew_return(struct evx_file_crew *c, struct evx_file_batch *b);

#endif
