/* URLs of remotes: scheme, then what each kind asks for. */
#include "remote/remote_url.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#define PATIENCE_MAX 3600

static bool is_alnum(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

static enum evx_err wrong(struct evx_diag *diag, const char *what)
{
	return evx_fail(diag, EVX_E_USAGE, "remote: %s", what);
}

/* Printable ASCII but for what shells, sftp and ssh give a meaning. */
static bool is_plain_path(const char *s)
{
	for (; *s != '\0'; s++)
		if (*s <= 0x20 || *s >= 0x7F || strchr("\"'\\*?[]{}|;<>`$", *s) != NULL)
			return false;
	return true;
}

static bool is_name_of(const char *s, const char *more)
{
	if (*s == '\0' || *s == '-')
		return false;
	for (; *s != '\0'; s++)
		if (!is_alnum(*s) && strchr(more, *s) == NULL)
			return false;
	return true;
}

static bool put(char *to, size_t cap, const char *from, size_t n)
{
	if (n >= cap)
		return false;
	memcpy(to, from, n);
	to[n] = '\0';
	return true;
}

static int digit_of(char c)
{
	static const char digits[] = "0123456789abcdef";
	const char *p = c == '\0' ? NULL : strchr(digits, c >= 'A' && c <= 'F' ? c + 32 : c);

	return p == NULL ? -1 : (int)(p - digits);
}

/* %HH becomes a byte; a byte below 0x20 or 0x7F is refused. */
static bool put_decoded(char *to, size_t cap, const char *from, size_t n)
{
	size_t i, len = 0;

	for (i = 0; i < n; i++) {
		int c = (unsigned char)from[i], high, low;

		if (c == '%') {
			if (n - i < 3)
				return false;
			high = digit_of(from[i + 1]);
			low = digit_of(from[i + 2]);
			if (high < 0 || low < 0)
				return false;
			c = high * 16 + low;
			i += 2;
		}
		if (c < 0x20 || c == 0x7F || len + 1 >= cap)
			return false;
		to[len++] = (char)c;
	}
	to[len] = '\0';
	return true;
}

static enum evx_err parse_dir(const char *s, struct evx_remote_url *out, struct evx_diag *diag)
{
	if (s[0] == '\0')
		return wrong(diag, "expected dir:DIRECTORY");
	return put(out->path, sizeof(out->path), s, strlen(s)) ?
		EVX_OK :
		wrong(diag, "the path is too long");
}

/* A number from 1 to most, which has five digits at most. */
static bool parse_number(const char *s, size_t n, unsigned most, unsigned *out)
{
	size_t i;

	*out = 0;
	for (i = 0; i < n; i++) {
		if (s[i] < '0' || s[i] > '9' || i >= 5)
			return false;
		*out = *out * 10 + (unsigned)(s[i] - '0');
	}
	return n > 0 && *out > 0 && *out <= most;
}

/* The query: NAME=VALUE&NAME=VALUE, handed to each in turn. */
static enum evx_err each_setting(const char *s, struct evx_remote_url *out,
	enum evx_err (*each)(struct evx_remote_url *out, const struct evx_remote_setting *set,
		struct evx_diag *diag),
	struct evx_diag *diag)
{
	enum evx_err err = EVX_OK;

	while (err == EVX_OK && *s != '\0') {
		struct evx_remote_setting set;
		const char *end = strchr(s, '&'), *eq;

		end = end != NULL ? end : s + strlen(s);
		eq = memchr(s, '=', (size_t)(end - s));
		if (eq == NULL || !put_decoded(set.name, sizeof(set.name), s, (size_t)(eq - s)) ||
			!put_decoded(set.value, sizeof(set.value), eq + 1, (size_t)(end - eq - 1)))
			return wrong(diag, "expected NAME=VALUE behind the ?, joined by &");
		err = each(out, &set, diag);
		s = *end == '&' ? end + 1 : end;
	}
	return err;
}

static bool is_secret(const char *name)
{
	static const char *const words[] = { "secret", "password", "passwd", "token", "credential",
		"access_key", "accesskey", "signature" };
	size_t i;

	for (i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (strcasestr(name, words[i]) != NULL)
			return true;
	return false;
}

/* timeout=SECONDS */
static bool parse_patience(const char *s, unsigned *patience)
{
	return parse_number(s, strlen(s), PATIENCE_MAX, patience);
}

static enum evx_err sftp_setting(
	struct evx_remote_url *out, const struct evx_remote_setting *set, struct evx_diag *diag)
{
	if (is_secret(set->name))
		return wrong(diag, "a URL must not hold a key. Use ssh-agent, or ssh_config");
	if (strcmp(set->name, "timeout") == 0 ?
			!parse_patience(set->value, &out->patience) :
			strcmp(set->name, "config") != 0 || set->value[0] != '/' ||
				!put(out->config, sizeof(out->config), set->value,
					strlen(set->value)))
		return wrong(diag,
			"expected config=/PATH/OF/SSH_CONFIG or timeout=SECONDS (1 to 3600) "
			"behind the ?");
	return EVX_OK;
}

static enum evx_err parse_sftp(const char *s, struct evx_remote_url *out, struct evx_diag *diag)
{
	const char *query = strchr(s, '?'), *all = query != NULL ? query : s + strlen(s);
	const char *slash = memchr(s, '/', (size_t)(all - s)), *end = slash != NULL ? slash : all;
	const char *at = memchr(s, '@', (size_t)(end - s)), *host = at != NULL ? at + 1 : s;
	const char *colon, *host_end;

	if (at != NULL && memchr(s, ':', (size_t)(at - s)) != NULL)
		return wrong(diag,
			"a URL must not hold a password. Use a key in ssh-agent, or an "
			"IdentityFile in "
			"ssh_config");
	if (at != NULL &&
		(!put(out->user, sizeof(out->user), s, (size_t)(at - s)) ||
			!is_name_of(out->user, "._-+")))
		return wrong(diag, "expected sftp://USER@HOST/PATH, found another user's name");
	if (*host == '[') {
		host_end = memchr(host, ']', (size_t)(end - host));
		if (host_end == NULL)
			return wrong(diag, "expected ] behind the address of the host");
		colon = host_end + 1;
		host++;
	} else {
		colon = memchr(host, ':', (size_t)(end - host));
		host_end = colon = colon != NULL ? colon : end;
	}
	if (!put(out->host, sizeof(out->host), host, (size_t)(host_end - host)) ||
		!is_name_of(out->host, "._-:%"))
		return wrong(diag, "expected sftp://HOST/PATH, found no name of a host");
	if (colon != end &&
		(*colon != ':' ||
			!parse_number(colon + 1, (size_t)(end - colon - 1), 65535, &out->port)))
		return wrong(diag, "expected a port from 1 to 65535 behind the host");
	if (strncmp(end, "/~/", 3) == 0)
		end += 3;
	else if (all - end == 2 && end[1] == '~')
		end = all;
	if (!put(out->path, sizeof(out->path), end, (size_t)(all - end)) ||
		!is_plain_path(out->path) || out->path[0] == '-')
		return wrong(diag,
			"the path on the server may have letters, digits and simple signs only, "
			"and no "
			"spaces");
	if (query != NULL)
		return each_setting(query + 1, out, sftp_setting, diag);
	return EVX_OK;
}

static bool is_bucket(const char *s)
{
	size_t n = strlen(s), i;

	for (i = 0; i < n; i++)
		if ((s[i] < 'a' || s[i] > 'z') && (s[i] < '0' || s[i] > '9') && s[i] != '-' &&
			s[i] != '.')
			return false;
	return n >= 3 && n <= 63 && s[0] != '-' && s[0] != '.' && s[n - 1] != '-' &&
		s[n - 1] != '.';
}

static bool is_endpoint(const char *s)
{
	const char *p = strncasecmp(s, "https://", 8) == 0 ? s + 8 :
		strncasecmp(s, "http://", 7) == 0          ? s + 7 :
							     NULL;

	return p != NULL && is_name_of(p[0] == '[' ? p + 1 : p, "._-:[]");
}

static enum evx_err s3_setting(
	struct evx_remote_url *out, const struct evx_remote_setting *set, struct evx_diag *diag)
{
	const char *v = set->value;
	bool good = true;

	if (is_secret(set->name))
		return wrong(diag,
			"a URL must not hold a key. Put it into AWS_ACCESS_KEY_ID and "
			"AWS_SECRET_ACCESS_KEY, or into ~/.aws/credentials");
	if (strcmp(set->name, "endpoint") == 0)
		good = is_endpoint(v) && put(out->endpoint, sizeof(out->endpoint), v, strlen(v));
	else if (strcmp(set->name, "region") == 0)
		good = is_name_of(v, "-") && put(out->region, sizeof(out->region), v, strlen(v));
	else if (strcmp(set->name, "timeout") == 0)
		good = parse_patience(v, &out->patience);
	else if (strcmp(set->name, "ca") == 0)
		good = v[0] == '/' && put(out->ca, sizeof(out->ca), v, strlen(v));
	else if (strcmp(set->name, "style") == 0)
		good = (out->virtual_hosts = strcmp(v, "virtual") == 0) || strcmp(v, "path") == 0;
	else if (strcmp(set->name, "lock") == 0)
		good = (out->governance = strcmp(v, "governance") == 0) ||
			strcmp(v, "compliance") == 0;
	else
		return evx_fail(diag, EVX_E_USAGE,
			"remote: expected endpoint, region, style, lock, ca or timeout behind the "
			"?, found "
			"%s",
			set->name);
	return good ? EVX_OK :
		      evx_fail(diag, EVX_E_USAGE, "remote: %s has not a value that it can have",
			      set->name);
}

static enum evx_err parse_s3(const char *s, struct evx_remote_url *out, struct evx_diag *diag)
{
	const char *query = strchr(s, '?'), *end = query != NULL ? query : s + strlen(s);
	const char *slash = memchr(s, '/', (size_t)(end - s));
	const char *bucket_end = slash != NULL ? slash : end;
	size_t n;
	enum evx_err err = EVX_OK;

	if (!put(out->bucket, sizeof(out->bucket), s, (size_t)(bucket_end - s)) ||
		!is_bucket(out->bucket))
		return wrong(diag, "expected s3://BUCKET/PREFIX, found another name of a bucket");
	n = slash != NULL ? (size_t)(end - slash - 1) : 0;
	while (n > 0 && slash[n] == '/')
		n--;
	if (n > 0 &&
		(!put(out->path, sizeof(out->path), slash + 1, n) ||
			!is_name_of(out->path, "._-/") || strstr(out->path, "//") != NULL))
		return wrong(
			diag, "the prefix may have letters, digits and the signs . _ - / only");
	(void)put(out->region, sizeof(out->region), "us-east-1", 9);
	if (query != NULL)
		err = each_setting(query + 1, out, s3_setting, diag);
	if (err == EVX_OK && out->endpoint[0] == '\0')
		(void)snprintf(out->endpoint, sizeof(out->endpoint), "https://s3.%s.amazonaws.com",
			out->region);
	return err;
}

static enum evx_err exec_setting(
	struct evx_remote_url *out, const struct evx_remote_setting *set, struct evx_diag *diag)
{
	if (is_secret(set->name))
		return wrong(diag,
			"a URL must not hold a key. The program has a configuration of its own");
	if (!is_name_of(set->name, "_-") || out->nsettings == EVX_REMOTE_SETTINGS_MAX)
		return wrong(diag, "too many settings, or one without a name");
	out->settings[out->nsettings++] = *set;
	return EVX_OK;
}

static enum evx_err parse_exec(const char *s, struct evx_remote_url *out, struct evx_diag *diag)
{
	const char *query = strchr(s, '?');
	size_t n = query != NULL ? (size_t)(query - s) : strlen(s);

	if (n == 0 || !put(out->path, sizeof(out->path), s, n))
		return wrong(diag, "expected exec:PROGRAM");
	return query != NULL ? each_setting(query + 1, out, exec_setting, diag) : EVX_OK;
}

enum evx_err evx_remote_url_parse(
	const char *text, struct evx_remote_url *out, struct evx_diag *diag)
{
	static const struct {
		const char *scheme;
		enum evx_remote_kind kind;
		enum evx_err (*parse)(
			const char *s, struct evx_remote_url *out, struct evx_diag *diag);
	} kinds[] = {
		{ "dir:", EVX_REMOTE_DIR, parse_dir },
		{ "sftp://", EVX_REMOTE_SFTP, parse_sftp },
		{ "s3://", EVX_REMOTE_S3, parse_s3 },
		{ "exec:", EVX_REMOTE_EXEC, parse_exec },
	};
	const char *p;
	size_t i, n;

	memset(out, 0, sizeof(*out));
	if (strlen(text) > EVX_REMOTE_URL_MAX)
		return wrong(diag, "the URL is too long");
	for (p = text; *p != '\0'; p++)
		if ((unsigned char)*p < 0x20 || *p == 0x7F)
			return wrong(diag, "control characters do not belong into a URL");
	for (i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		n = strlen(kinds[i].scheme);
		if (strncmp(text, kinds[i].scheme, n) == 0) {
			out->kind = kinds[i].kind;
			return kinds[i].parse(text + n, out, diag);
		}
	}
	return wrong(diag,
		"expected dir:DIRECTORY, sftp://HOST/PATH, s3://BUCKET/PREFIX or exec:PROGRAM");
}

void evx_remote_url_s3_host(const struct evx_remote_url *url, char host[EVX_REMOTE_S3_HOST_CAP],
	char base[EVX_REMOTE_S3_BASE_CAP])
{
	const bool tls = strncasecmp(url->endpoint, "https://", 8) == 0;
	const char *name = strstr(url->endpoint, "://") + 3;
	const char *port = tls ? ":443" : ":80";
	size_t n = strlen(name), m = strlen(port);

	if (n > m && strcmp(name + n - m, port) == 0)
		n -= m;
	(void)snprintf(host, EVX_REMOTE_S3_HOST_CAP, "%s%s%.*s",
		url->virtual_hosts ? url->bucket : "", url->virtual_hosts ? "." : "", (int)n, name);
	(void)snprintf(base, EVX_REMOTE_S3_BASE_CAP, "%s://%s", tls ? "https" : "http", host);
}
