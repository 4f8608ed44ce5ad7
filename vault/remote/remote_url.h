/* Where a remote is: its URL taken apart (evx-remote(1), "REMOTES"). */
#ifndef EVX_REMOTE_REMOTE_URL_H
#define EVX_REMOTE_REMOTE_URL_H

#include "base/err.h"

enum evx_remote_kind {
	EVX_REMOTE_DIR,
	EVX_REMOTE_SFTP,
	EVX_REMOTE_S3,
	EVX_REMOTE_EXEC,
};

#define EVX_REMOTE_URL_MAX 2048u
#define EVX_REMOTE_PATH_CAP 1024u
#define EVX_REMOTE_HOST_CAP 256u
#define EVX_REMOTE_SETTINGS_MAX 16u

/* NAME=VALUE behind the `?` of an exec: URL, both decoded. */
struct evx_remote_setting {
	char name[64], value[256];
};

struct evx_remote_url {
	enum evx_remote_kind kind;
	char path[EVX_REMOTE_PATH_CAP]; /* dir: the directory; sftp: on the server, "~/" in front
					   of one below the login directory removed, "" for that
					   itself; s3: the prefix, "" or without "/" at its ends;
					   exec: the program */
	unsigned patience;              /* sftp, s3: timeout=SECONDS, 1 to 3600; 0: the caller's */
	/* sftp */
	char user[64]; /* "": as ssh_config says */
	char host[EVX_REMOTE_HOST_CAP];
	unsigned port;                    /* 0: as ssh_config says */
	char config[EVX_REMOTE_PATH_CAP]; /* config=FILE: another ssh_config, "": the usual ones */
	/* s3 */
	char bucket[64];
	char endpoint[512];           /* http:// or https://, host and port, nothing behind them */
	char region[64];              /* us-east-1 unless the URL says otherwise */
	bool virtual_hosts;           /* style=virtual: the bucket stands in the name of the host */
	bool governance;              /* lock=governance */
	char ca[EVX_REMOTE_PATH_CAP]; /* ca=FILE: certificates of authorities, "": the system's */
	/* exec */
	struct evx_remote_setting settings[EVX_REMOTE_SETTINGS_MAX];
	size_t nsettings;
};

/* Takes text apart. EVX_E_USAGE for what is no URL of a remote: another scheme, a password in it, a
 * key or token in its query, a character that the program behind it would take for more than a
 * character, an unknown setting. */
enum evx_err evx_remote_url_parse(
	const char *text, struct evx_remote_url *out, struct evx_diag *diag) EVX_MUST_CHECK;

#define EVX_REMOTE_S3_HOST_CAP (EVX_REMOTE_HOST_CAP + 80)
#define EVX_REMOTE_S3_BASE_CAP 700
/* Of a store: the value of the header host, without a port that goes without saying, and
 * "https://host[:port]". */
void evx_remote_url_s3_host(const struct evx_remote_url *url, char host[EVX_REMOTE_S3_HOST_CAP],
	char base[EVX_REMOTE_S3_BASE_CAP]);

#endif
