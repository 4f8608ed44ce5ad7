/* Tells an interrupted addition from other bytes behind a bundle. */
#include "bundle/append_rest.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "base/io.h"
#include "format/member.h"
#include "format/tar.h"
#include "format/uuid.h"

#define MARK "evx-unfinished/1"

void evx_append_rest_mark(uint64_t end, uint8_t out[EVX_TAR_BLOCK])
{
	char text[64];
	const int n = snprintf(text, sizeof(text), MARK " %llu\n", (unsigned long long)end);

	memset(out, 0, EVX_TAR_BLOCK);
	memcpy(out, text, (size_t)n);
}

static enum evx_err read_block(
	int fd, const char *name, uint64_t at, uint8_t out[EVX_TAR_BLOCK], struct evx_diag *diag)
{
	size_t got = 0;
	enum evx_err err = evx_pread_full(fd, out, EVX_TAR_BLOCK, at, &got, name, diag);

	return err == EVX_OK && got < EVX_TAR_BLOCK ?
		evx_fail(diag, EVX_E_IO, "The file became shorter while evx read it.") :
		err;
}

/* A header of one of the files of an entry of this bundle. *last: the file is the last one of an
 * entry, or a time-stamp. */
static bool is_entry(
	const uint8_t block[EVX_TAR_BLOCK], const char *uuid, uint64_t *size, bool *last)
{
	struct evx_tar_header h;
	struct evx_member_id id;

	if (evx_tar_decode(block, &h, NULL) != EVX_OK || strncmp(h.path, uuid, EVX_UUID_LEN) != 0 ||
		h.path[EVX_UUID_LEN] != '/' ||
		evx_member_parse(h.path + EVX_UUID_LEN + 1, &id, NULL) != EVX_OK ||
		!evx_member_of_event(&id))
		return false;
	*size = h.size;
	*last = id.kind == EVX_MEMBER_RECORD || id.kind == EVX_MEMBER_TSR;
	return true;
}

/* The beginning of a group: files of an entry, the last of them cut, or cut between two. An entry
 * that has all its files is never called unfinished: its header may have been lost. */
static enum evx_err is_beginning(int fd, const char *name, const char *uuid, uint64_t at,
	uint64_t size, bool *ours, struct evx_diag *diag)
{
	uint8_t block[EVX_TAR_BLOCK];
	bool any = false;

	*ours = false;
	while (size - at >= EVX_TAR_BLOCK) {
		uint64_t content = 0;
		bool last = false;
		enum evx_err err = read_block(fd, name, at, block, diag);

		if (err != EVX_OK || !is_entry(block, uuid, &content, &last))
			return err;
		if (evx_tar_span(content) > size - at) {
			*ours = !last || size - at < EVX_TAR_BLOCK + content;
			return EVX_OK;
		}
		if (last)
			return EVX_OK;
		any = true;
		at += evx_tar_span(content);
	}
	*ours = any;
	return EVX_OK;
}

enum evx_err evx_append_rest_is(int fd, const char *name, const char *uuid, uint64_t joint,
	uint64_t end, bool *ours, struct evx_diag *diag)
{
	const uint64_t from = end + 2 * (uint64_t)EVX_TAR_BLOCK;
	uint8_t block[EVX_TAR_BLOCK], mark[EVX_TAR_BLOCK];
	struct stat st;
	enum evx_err err;

	*ours = false;
	if (fstat(fd, &st) != 0)
		return evx_fail_errno(diag, name, "The file cannot be read");
	if ((uint64_t)st.st_size < from + EVX_TAR_BLOCK)
		return EVX_OK;
	err = read_block(fd, name, (uint64_t)st.st_size - EVX_TAR_BLOCK, block, diag);
	if (err != EVX_OK)
		return err;
	evx_append_rest_mark(end, mark);
	*ours = memcmp(block, mark, EVX_TAR_BLOCK) == 0;
	if (!*ours && joint > 0 && (uint64_t)st.st_size == from + EVX_TAR_BLOCK) {
		evx_append_rest_mark(joint, mark);
		*ours = memcmp(block, mark, EVX_TAR_BLOCK) == 0;
	}
	return *ours ? EVX_OK :
		       is_beginning(fd, name, uuid, from, (uint64_t)st.st_size, ours, diag);
}
