/* The bytes of one open file or block device, in order, with holes and unreadable ranges left out.
 *
 * Usage: evx_source_open, evx_source_read until *got is 0, evx_source_close. The caller hashes and
 * chunks what it is given.
 *
 * Holes: where the file system allocated less than the size, SEEK_DATA and SEEK_HOLE tell them.
 * Those shorter than 64 KiB are read as data; the fuller the map, the longer they must be, so that
 * it stays within EVX_EXTENTS_MAX. Read errors: a range that fails is read again in pieces of 4096
 * bytes, three times each; what still fails is left out. The fuller the list of failures, the more
 * is given up around each, so that it stays within EVX_SOURCE_BAD_MAX and the rest is still read.
 * Length: a file is read up to the size it had when the walk described it. One that tells the size
 * 0 (files of the kernel, of some network file systems) is read to its end, EVX_SOURCE_UNSIZED_MAX
 * at most; where more is there, or cannot be read, one unreadable byte stands for it. */
#ifndef EVX_CONTENT_SOURCE_H
#define EVX_CONTENT_SOURCE_H

#include <sys/types.h>

#include "base/cancel.h"
#include "format/entry.h"

#define EVX_SOURCE_BAD_MAX \
	8192u /* with EVX_EXTENTS_MAX ranges of data they fit into EVX_LISTING_LINE_MAX */

/* Of a file that tells the size 0, so many bytes are read; of those that the kernel makes (/proc,
 * /sys), the smaller number. */
#define EVX_SOURCE_UNSIZED_MAX ((uint64_t)1 << 40)
#define EVX_SOURCE_KERNEL_MAX ((uint64_t)64 << 20)

/* Test seam: how bytes are read. As pread(2). */
typedef ssize_t evx_source_pread(int fd, void *buf, size_t n, off_t offset, void *ctx);

struct evx_source {
	int fd; /* borrowed */
	struct evx_entry *entry;
	const struct evx_cancel *cancel;
	evx_source_pread *pread; /* may be replaced after evx_source_open, with its ctx */
	void *pread_ctx;
	uint64_t size;     /* read up to here */
	uint64_t pos;      /* of the next byte to read */
	uint64_t data_end; /* the run of data that holds pos ends here */
	uint64_t careful;  /* up to here bytes are read in small pieces: a larger read failed */
	uint64_t last;     /* what evx_source_offset tells */
	uint64_t max;      /* of an unsized file that has bytes: the limit */
	bool shrunk;       /* the file ended at pos, before its size */
	bool unsized;      /* it told the size 0 */
};

/* Whether a file that tells the size 0 can be read at all: else e gets a read error and an empty
 * map. Nothing is done for others. EVX_E_MEMORY. */
enum evx_err evx_source_probe(int fd, struct evx_entry *e) EVX_MUST_CHECK;

/* Prepares to read the file open as fd, which e (from the walk) describes. Both must outlive s.
 * cancel may be NULL. */
void evx_source_open(
	struct evx_source *s, int fd, struct evx_entry *e, const struct evx_cancel *cancel);

/* Reads the next 1..cap bytes of data into buf, *got of them; 0 at the end. What lies behind one
 * another may come in several pieces; no piece spans a hole. Read errors are recorded and are no
 * failure; EVX_E_INTERRUPTED and EVX_E_MEMORY are. */
enum evx_err evx_source_read(struct evx_source *s, void *buf, size_t cap, size_t *got,
	struct evx_diag *diag) EVX_MUST_CHECK;

/* Where in the file the bytes that the last evx_source_read gave begin. */
uint64_t evx_source_offset(const struct evx_source *s);

/* After the last read: completes the entry (size, sparse map, unreadable ranges,
 * changed_while_reading). A file of which nothing was left out gets no map; one that became shorter
 * has the size that was really there. EVX_E_IO when its state cannot be asked for. */
enum evx_err evx_source_close(struct evx_source *s, struct evx_diag *diag) EVX_MUST_CHECK;

#endif
