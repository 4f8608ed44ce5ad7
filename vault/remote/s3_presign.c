/* Presigned addresses of a store. */
#include "remote/s3_presign.h"

#include <stdio.h>

#include "remote/remote_url.h"
#include "remote/s3_sign.h"

enum evx_err evx_s3_presign(const char *url, const struct evx_remote_secrets *secrets,
	const char *name, int64_t now, unsigned seconds, struct evx_buf *out, struct evx_diag *diag)
{
	char when[EVX_S3_TIME_CAP], path[EVX_REMOTE_PATH_CAP + EVX_REMOTE_NAME_CAP + 80];
	char host[EVX_REMOTE_S3_HOST_CAP], base[EVX_REMOTE_S3_BASE_CAP];
	const struct evx_s3_header headers[] = { { "host", host }, { "if-none-match", "*" } };
	struct evx_remote_url u;
	struct evx_s3_signed q = {
		.method = "PUT", .path = path, .query = "", .headers = headers, .nheaders = 2
	};
	enum evx_err err = evx_remote_url_parse(url, &u, diag);

	if (err != EVX_OK)
		return err;
	if (u.kind != EVX_REMOTE_S3)
		return evx_fail(diag, EVX_E_USAGE,
			"Only an object store (s3://) can be uploaded to without an account. Use "
			"a remote of this kind.");
	if (secrets->access_key == NULL || secrets->secret_key == NULL)
		return evx_fail(diag, EVX_E_KEY,
			"There is no key for this store. Set AWS_ACCESS_KEY_ID and "
			"AWS_SECRET_ACCESS_KEY, or write ~/.aws/credentials.");
	if (evx_s3_sign_time(now, when) != EVX_OK)
		return evx_fail(diag, EVX_E_USAGE, "The clock of this machine shows no time.");
	evx_remote_url_s3_host(&u, host, base);
	(void)snprintf(path, sizeof(path), "/%s%s%s%s%s", u.virtual_hosts ? "" : u.bucket,
		u.virtual_hosts ? "" : "/", u.path, u.path[0] != '\0' ? "/" : "", name);
	q.region = u.region;
	q.time = when;
	q.access_key = secrets->access_key;
	q.secret_key = secrets->secret_key;
	err = evx_buf_addf(out, "%s%s?", base, path);
	if (err == EVX_OK)
		err = evx_s3_sign_presign(&q, seconds, secrets->session_token, out);
	return evx_fail_buf(diag, err);
}
