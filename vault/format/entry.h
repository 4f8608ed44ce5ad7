/* One file, directory, link … of an exhibit: what a listing line says about it
 * (format-spec/listing.md), in memory. A plain struct: the walk fills in the metadata, the source
 * what reading showed, the pipeline the digests. */
#ifndef EVX_FORMAT_ENTRY_H
#define EVX_FORMAT_ENTRY_H

#include "base/err.h"
#include "format/file_time.h"

enum evx_entry_type {
	EVX_FILE,
	EVX_DIR,
	EVX_SYMLINK,
	EVX_FIFO,
	EVX_SOCKET,
	EVX_CHARDEV,
	EVX_BLOCKDEV,
};

struct evx_extent {
	uint64_t offset, length; /* bytes; length is never 0 */
};

struct evx_part;

struct evx_xattr {
	char *name; /* with its namespace, "user.comment" */
	uint8_t *value;
	size_t len;
};

/* All strings are NUL-terminated, owned by the entry and bytes of the source: maybe not UTF-8. NULL
 * means absent or unknown. */
struct evx_entry {
	char *path; /* inside the exhibit, as evx_path_check allows */
	size_t path_len;
	enum evx_entry_type type; /* a block device whose bytes are sealed (an image) is an EVX_FILE
				   */

	bool has_stat; /* false: only path, read_error and the type (as its directory says; EVX_FILE
			  where that does not) are known */
	uint64_t size; /* bytes: a file's apparent size, an imaged device's size; 0 for everything
			  else */
	uint32_t mode; /* the 07777 bits */
	uint32_t uid, gid;
	char *user, *group; /* names on the source machine */
	bool has_atime, has_mtime, has_ctime, has_btime;
	struct evx_file_time atime, mtime, ctime, btime;
	char *link_target; /* of a symbolic link */
	size_t link_target_len;
	uint32_t rdev_major, rdev_minor; /* of a device node */

	uint64_t dev, ino; /* where the walk found it; not written to the listing */
	uint64_t blocks;   /* allocated on the source, in units of 512 bytes; not written */
	bool is_image;     /* the bytes are those of a block device; not written */
	bool is_hard_link; /* a file (not a directory) that has more than one name on the source;
			      not written */
	bool withheld;     /* of a disclosure: the bundle has the file's line and not its contents,
			      or a part of them only; not written */
	struct evx_part *part;   /* with withheld, NULL or: that part (format/part.h), owned; not
				    written */
	bool has_hardlink;       /* an earlier line is the same file, link or node: */
	uint64_t hardlink_index; /* the index (from 0) of the line with its first name */

	struct evx_xattr *xattrs; /* without the ACLs; sorted by name as bytes */
	size_t n_xattrs;
	char *acl_access, *acl_default; /* POSIX.1e long text, comma-separated, numeric ids:
					   "user::rw-,user:1001:r--,…" */
	bool has_fflags;
	uint32_t fflags;   /* FS_IOC_GETFLAGS */
	char *fflags_text; /* the same as libarchive names them, "nodump,uimmutable"; NULL when none
			      has a name */

	bool has_map; /* sparse, or (partly) not read: the content run holds the extents below and
			 nothing else */
	struct evx_extent *extents; /* increasing, apart from each other, inside size */
	size_t n_extents;
	struct evx_extent *bad; /* ranges that could not be read; increasing, apart from each other,
				   none inside an extent */
	size_t n_bad;
	bool changed_while_reading;
	bool not_crossed; /* a directory on another file system, not entered (one-file-system) */
	bool skipped;     /* what evx itself is writing: named, not entered, not read */
	char *read_error; /* why it could not be opened, entered or read at all: "EACCES: Permission
			     denied (open)" */
	char *metadata_errors; /* which metadata could not be read, one sentence per failure
				  separated by "; " */

	bool has_sha256, has_sparse_sha256, has_md5, has_sha1, has_range_root;
	uint8_t sha256[32], sparse_sha256[32], md5[16], sha1[20], range_root[32];
};

/* Makes e an entry about which nothing is known. Nothing is released. */
void evx_entry_init(struct evx_entry *e);
/* Releases all that e owns and makes it as evx_entry_init does. NULL does nothing. */
void evx_entry_free(struct evx_entry *e);

/* As evx_entry_init on new memory; NULL when there is none. Release with evx_entry_delete (NULL
 * does nothing). */
struct evx_entry *evx_entry_new(void);
void evx_entry_delete(struct evx_entry *e);

/* Each copies what it is given; on EVX_E_MEMORY e is as before. */
enum evx_err evx_entry_set_path(struct evx_entry *e, const void *path, size_t n) EVX_MUST_CHECK;
enum evx_err evx_entry_set_link_target(
	struct evx_entry *e, const void *target, size_t n) EVX_MUST_CHECK;
/* Appends; names must come in increasing order and are checked by whoever writes the listing. */
enum evx_err evx_entry_add_xattr(
	struct evx_entry *e, const char *name, const void *value, size_t n) EVX_MUST_CHECK;
/* Appends the range to the extents (or bad ranges); one that begins where the last one ends makes
 * that one longer. Empty ranges are dropped. EVX_E_CORRUPT when it begins before the end of the
 * last one, or ends past 2^63-1. */
enum evx_err evx_entry_add_extent(
	struct evx_entry *e, uint64_t offset, uint64_t length) EVX_MUST_CHECK;
enum evx_err evx_entry_add_bad(
	struct evx_entry *e, uint64_t offset, uint64_t length) EVX_MUST_CHECK;

/* Records that what failed with sys_errno, as "ENAME: text (what)": the first one as read_error;
 * every one in metadata_errors (the text stops growing at 4,096 bytes and says so). */
enum evx_err evx_entry_read_failed(
	struct evx_entry *e, int sys_errno, const char *what) EVX_MUST_CHECK;
enum evx_err evx_entry_metadata_failed(
	struct evx_entry *e, int sys_errno, const char *what) EVX_MUST_CHECK;

#endif
