/* Lines of the external special remote protocol. */
#include "remote/exec_text.h"

#include <stdio.h>
#include <string.h>

static const struct {
	const char *word;
	enum evx_exec_verb verb;
} verbs[] = {
	{ "VERSION", EVX_EXEC_VERSION },
	{ "INITREMOTE-SUCCESS", EVX_EXEC_INIT_DONE },
	{ "INITREMOTE-FAILURE", EVX_EXEC_INIT_FAILED },
	{ "PREPARE-SUCCESS", EVX_EXEC_PREPARE_DONE },
	{ "PREPARE-FAILURE", EVX_EXEC_PREPARE_FAILED },
	{ "TRANSFER-SUCCESS", EVX_EXEC_TRANSFER_DONE },
	{ "TRANSFER-FAILURE", EVX_EXEC_TRANSFER_FAILED },
	{ "CHECKPRESENT-SUCCESS", EVX_EXEC_PRESENT },
	{ "CHECKPRESENT-FAILURE", EVX_EXEC_ABSENT },
	{ "CHECKPRESENT-UNKNOWN", EVX_EXEC_UNKNOWN },
	{ "REMOVE-SUCCESS", EVX_EXEC_REMOVE_DONE },
	{ "REMOVE-FAILURE", EVX_EXEC_REMOVE_FAILED },
	{ "UNSUPPORTED-REQUEST", EVX_EXEC_UNSUPPORTED },
	{ "PROGRESS", EVX_EXEC_PROGRESS },
	{ "ERROR", EVX_EXEC_ERROR },
	{ "GETCONFIG", EVX_EXEC_GET_CONFIG },
	{ "GETCREDS", EVX_EXEC_GET_CREDS },
	{ "GETGITDIR", EVX_EXEC_GET_PLACE },
	{ "GETUUID", EVX_EXEC_GET_UUID },
	{ "GETWANTED", EVX_EXEC_GET_OTHER },
	{ "GETSTATE", EVX_EXEC_GET_OTHER },
	{ "GETURLS", EVX_EXEC_GET_OTHER },
	{ "DIRHASH", EVX_EXEC_DIRHASH },
	{ "DIRHASH-LOWER", EVX_EXEC_DIRHASH },
	{ "SETCONFIG", EVX_EXEC_SAYS },
	{ "SETCREDS", EVX_EXEC_SAYS },
	{ "SETWANTED", EVX_EXEC_SAYS },
	{ "SETSTATE", EVX_EXEC_SAYS },
	{ "SETURLPRESENT", EVX_EXEC_SAYS },
	{ "SETURLMISSING", EVX_EXEC_SAYS },
	{ "SETURIPRESENT", EVX_EXEC_SAYS },
	{ "SETURIMISSING", EVX_EXEC_SAYS },
	{ "DEBUG", EVX_EXEC_SAYS },
	{ "INFO", EVX_EXEC_SAYS },
	{ "COST", EVX_EXEC_SAYS },
};

void evx_exec_line_parse(const char *line, size_t n, struct evx_exec_line *out)
{
	size_t i, len, at;

	memset(out, 0, sizeof(*out));
	out->verb = EVX_EXEC_SENSELESS;
	while (n > 0 && line[n - 1] == '\r')
		n--;
	for (len = 0; len < n && line[len] != ' '; len++)
		continue;
	for (i = 0; i < sizeof(verbs) / sizeof(verbs[0]); i++)
		if (strlen(verbs[i].word) == len && memcmp(verbs[i].word, line, len) == 0)
			out->verb = verbs[i].verb;
	for (i = 0, at = len; i < 3 && at < n; i++) {
		at++; /* the space */
		out->words[i] = line + at;
		for (len = 0; at + len < n && (i == 2 || line[at + len] != ' '); len++)
			continue;
		out->lens[i] = len;
		at += len;
	}
}

bool evx_exec_line_has(const struct evx_exec_line *l, size_t i, const char *s)
{
	return l->words[i] != NULL && l->lens[i] == strlen(s) &&
		memcmp(l->words[i], s, l->lens[i]) == 0;
}

bool evx_exec_text_key(const char *name, char *out, size_t cap)
{
	char *p;
	const int n = snprintf(out, cap, "XEVX--%s", name);

	if (n < 0 || (size_t)n >= cap)
		return false;
	for (p = out; *p != '\0'; p++)
		if (*p == '/')
			*p = '_'; /* in no name */
	return true;
}
