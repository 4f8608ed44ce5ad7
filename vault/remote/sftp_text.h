/* What the program sftp prints, as far as it means something here. Names and texts in it come from
 * the server. */
#ifndef EVX_REMOTE_SFTP_TEXT_H
#define EVX_REMOTE_SFTP_TEXT_H

#include "base/err.h"

struct evx_sftp_item {
	bool is_dir, is_file;
	uint64_t size;
	const char *path; /* as it is printed, inside the line; not for names with a space */
	size_t path_len;
	const char *name; /* its last component */
	size_t name_len;
};

/* A line of `ls -ln`. False for any other line. */
bool evx_sftp_item_parse(const char *line, size_t n, struct evx_sftp_item *out);
/* The free bytes in what `df` prints. */
bool evx_sftp_text_free(const char *text, size_t n, uint64_t *bytes);
/* The next line of text: *line and *n without LF or CR; false at the end. Lines in which sftp shows
 * the command that it read are passed over. */
bool evx_sftp_text_line(const char *text, size_t len, size_t *at, const char **line, size_t *n);
/* Copies what sftp complained of (its last line that is no item of a list) to out, "" if nothing.
 */
void evx_sftp_text_complaint(const char *text, size_t len, char *out, size_t cap);
/* True when the n bytes at text contain word. */
bool evx_sftp_text_has(const char *text, size_t n, const char *word);

#endif
