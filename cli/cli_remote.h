/* What remotes need of the environment: keys of stores, programs, directories. */
#ifndef CLI_REMOTE_H
#define CLI_REMOTE_H

#include "cli.h"

#define CLI_REMOTE_KEY_CAP 2048

struct cli_remote {
	struct evx_remotes_use use; /* to hand to the library */
	const char **environment;
	char access_key[CLI_REMOTE_KEY_CAP], secret_key[CLI_REMOTE_KEY_CAP],
		session_token[CLI_REMOTE_KEY_CAP];
};

/* Fills r from the environment and, where that has no key of a store, from the usual file
 * ($AWS_SHARED_CREDENTIALS_FILE, ~/.aws/credentials; profile $AWS_PROFILE). Returns CLI_CONTINUE,
 * or an exit code with the error printed. cli_remote_free in any case. */
int cli_remote_use(struct cli *cli, struct cli_remote *r);
/* Releases and wipes. */
void cli_remote_free(struct cli_remote *r);
/* The remote that --via names: one that the home remembers, or a URL. Returns CLI_CONTINUE, or an
 * exit code with the error printed. */
int cli_remote_via(
	struct cli *cli, struct evx_home *home, const char *via, struct evx_remotes_entry *out);
/* Writes to out the URL that is remembered: directories and programs by their whole paths. Returns
 * CLI_CONTINUE, or an exit code with the error printed. */
int cli_remote_whole_url(struct cli *cli, const char *url, char out[EVX_REMOTES_URL_CAP]);

#endif
