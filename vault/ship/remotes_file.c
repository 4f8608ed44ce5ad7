/* The file in which this machine remembers a remote. */
#include <stdio.h>
#include <string.h>

#include "remote/remote_url.h"
#include "ship/remotes.h"

static const char magic[] = "evx-remote-memory/1\n";

static bool is_id(const char *s, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++)
		if ((s[i] < '0' || s[i] > '9') && (s[i] < 'a' || s[i] > 'f'))
			return false;
	return n == EVX_REMOTES_ID_CAP - 1;
}

enum evx_err evx_remotes_encode(
	const struct evx_remotes_entry *entry, struct evx_buf *out, struct evx_diag *diag)
{
	enum evx_err err = evx_buf_adds(out, magic);

	if (err == EVX_OK)
		err = evx_buf_adds(out, "url ");

	if (err == EVX_OK)
		err = evx_buf_adds(out, entry->url);
	if (err == EVX_OK)
		err = evx_buf_addf(out, "\nid %s\n", entry->id[0] != '\0' ? entry->id : "-");
	return err == EVX_OK ? EVX_OK : evx_fail(diag, err, "remote: out of memory");
}

/* Steps over word at *p. */
static bool take_word(const char **p, const char *end, const char *word)
{
	const size_t n = strlen(word);

	if ((size_t)(end - *p) < n || strncmp(*p, word, n) != 0)
		return false;
	*p += n;
	return true;
}

/* The line "WORD VALUE" LF at *p; *value points into it. */
static bool take_line(
	const char **p, const char *end, const char *word, const char **value, size_t *n)
{
	const char *lf;

	if (!take_word(p, end, word))
		return false;
	*value = *p;
	lf = memchr(*value, '\n', (size_t)(end - *value));
	if (lf == NULL)
		return false;
	*n = (size_t)(lf - *value);
	*p = lf + 1;
	return true;
}

enum evx_err evx_remotes_decode(const void *bytes, size_t n, const char *name,
	struct evx_remotes_entry *out, struct evx_diag *diag)
{
	static const char stem[] = "evx-remote-memory/";
	const char *p = bytes, *end = p + n, *url, *id;
	struct evx_remote_url parsed;
	size_t url_len, id_len;

	memset(out, 0, sizeof(*out));
	if (!take_word(&p, end, magic))
		return evx_fail(diag, take_word(&p, end, stem) ? EVX_E_UNSUPPORTED : EVX_E_CORRUPT,
			"This is not a remote that this version of evx remembered");
	if (!take_line(&p, end, "url ", &url, &url_len) || url_len >= sizeof(out->url) ||
		memchr(url, '\0', url_len) != NULL || !take_line(&p, end, "id ", &id, &id_len) ||
		p != end || !(is_id(id, id_len) || (id_len == 1 && id[0] == '-')))
		return evx_fail(diag, EVX_E_CORRUPT, "The file of a remote is damaged");
	memcpy(out->url, url, url_len);
	if (id_len > 1)
		memcpy(out->id, id, id_len);
	(void)snprintf(out->name, sizeof(out->name), "%s", name);
	return evx_remote_url_parse(out->url, &parsed, NULL) == EVX_OK ?
		EVX_OK :
		evx_fail(diag, EVX_E_CORRUPT, "The file of a remote has a URL that is none");
}
