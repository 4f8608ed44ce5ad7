/* What remotes need of the environment. */
#include "cli_remote.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "cli_output.h"

extern char **environ;

static const char *of_environment(const char *name)
{
	const char *value = getenv(name);

	return value != NULL && value[0] != '\0' ? value : NULL;
}

static bool keep(char to[CLI_REMOTE_KEY_CAP], const char *value)
{
	const size_t n = strlen(value);

	if (n >= CLI_REMOTE_KEY_CAP)
		return false;
	memcpy(to, value, n + 1);
	return true;
}

/* The value of "NAME = VALUE", cut out of line; NULL for another line. */
static char *value_of(char *line, const char *name)
{
	char *p = line + strspn(line, " \t"), *end;
	const size_t n = strlen(name);

	if (strncmp(p, name, n) != 0)
		return NULL;
	p += n + strspn(p + n, " \t");
	if (*p != '=')
		return NULL;
	p += 1 + strspn(p + 1, " \t");
	end = p + strlen(p);
	while (end > p && strchr(" \t\r\n", end[-1]) != NULL)
		end--;
	*end = '\0';
	return p;
}

static void read_profile(FILE *f, const char *profile, struct cli_remote *r)
{
	char line[CLI_REMOTE_KEY_CAP + 64], *value;
	bool in = false;

	while (fgets(line, sizeof(line), f) != NULL) {
		if (line[0] == '[') {
			in = strncmp(line + 1, profile, strlen(profile)) == 0 &&
				line[1 + strlen(profile)] == ']';
			continue;
		}
		if (!in)
			continue;
		if ((value = value_of(line, "aws_access_key_id")) != NULL)
			(void)keep(r->access_key, value);
		else if ((value = value_of(line, "aws_secret_access_key")) != NULL)
			(void)keep(r->secret_key, value);
		else if ((value = value_of(line, "aws_session_token")) != NULL)
			(void)keep(r->session_token, value);
	}
	explicit_bzero(line, sizeof(line));
}

static void read_file(struct cli_remote *r)
{
	const char *named = of_environment("AWS_SHARED_CREDENTIALS_FILE");
	const char *home = of_environment("HOME"), *profile = of_environment("AWS_PROFILE");
	char path[PATH_MAX] = "";
	FILE *f;

	if (named == NULL && home != NULL)
		(void)snprintf(path, sizeof(path), "%s/.aws/credentials", home);
	f = fopen(named != NULL ? named : path, "re");
	if (f == NULL)
		return;
	/* Nothing of it stays in a buffer. */
	(void)setvbuf(f, NULL, _IONBF, 0);
	read_profile(f, profile != NULL ? profile : "default", r);
	(void)fclose(f);
}

static int too_long(struct cli *cli, const char *what)
{
	char text[128];

	(void)snprintf(text, sizeof(text), "%s is too long", what);
	return cli_output_problem(cli, EVX_E_LIMIT, text);
}

static int find_keys(struct cli *cli, struct cli_remote *r)
{
	static const char *const names[] = { "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY",
		"AWS_SESSION_TOKEN" };
	char *const to[] = { r->access_key, r->secret_key, r->session_token };
	const char *value;
	size_t i;

	for (i = 0; i < 3; i++)
		if ((value = of_environment(names[i])) != NULL && !keep(to[i], value))
			return too_long(cli, names[i]);
	if (r->access_key[0] == '\0' && r->secret_key[0] == '\0')
		read_file(r);
	r->use.access_key = r->access_key[0] != '\0' ? r->access_key : NULL;
	r->use.secret_key = r->secret_key[0] != '\0' ? r->secret_key : NULL;
	r->use.session_token = r->session_token[0] != '\0' ? r->session_token : NULL;
	return CLI_CONTINUE;
}

/* The environment of programs: this one's, but in the language that evx reads. */
static const char **program_environment(void)
{
	static const char *const language[] = { "LC_", "LANG=", "LANGUAGE=" };
	const char **all;
	size_t n, i, k, kept = 0;

	for (n = 0; environ[n] != NULL; n++)
		continue;
	all = calloc(n + 2, sizeof(*all));
	if (all == NULL)
		return NULL;
	for (i = 0; i < n; i++) {
		for (k = 0; k < 3; k++)
			if (strncmp(environ[i], language[k], strlen(language[k])) == 0)
				break;
		if (k == 3)
			all[kept++] = environ[i];
	}
	all[kept] = "LC_ALL=C";
	return all;
}

int cli_remote_use(struct cli *cli, struct cli_remote *r)
{
	static const char *const proxies[] = { "https_proxy", "HTTPS_PROXY", "all_proxy",
		"ALL_PROXY" };
	size_t i;

	memset(r, 0, sizeof(*r));
	r->environment = program_environment();
	if (r->environment == NULL)
		return cli_output_problem(cli, EVX_E_MEMORY, "out of memory");
	r->use.environment = r->environment;
	r->use.spool = of_environment("TMPDIR");
	if (r->use.spool == NULL)
		r->use.spool = "/tmp";
	for (i = 0; i < sizeof(proxies) / sizeof(proxies[0]) && r->use.proxy == NULL; i++)
		r->use.proxy = of_environment(proxies[i]);
	return find_keys(cli, r);
}

void cli_remote_free(struct cli_remote *r)
{
	free(r->environment);
	explicit_bzero(r, sizeof(*r));
}

/* The program of that name in the directories of PATH. */
static bool find_program(const char *name, size_t n, char *out, size_t cap)
{
	const char *path = of_environment("PATH"), *end;

	for (; path != NULL && *path != '\0'; path = *end == ':' ? end + 1 : end) {
		end = strchr(path, ':');
		end = end != NULL ? end : path + strlen(path);
		if (path[0] != '/' ||
			(size_t)snprintf(out, cap, "%.*s/%.*s", (int)(end - path), path, (int)n,
				name) >= cap)
			continue;
		if (access(out, X_OK) == 0)
			return true;
	}
	return false;
}

int cli_remote_whole_url(struct cli *cli, const char *url, char out[EVX_REMOTES_URL_CAP])
{
	static const char dir[] = "dir:", exec[] = "exec:";
	struct evx_diag diag = { 0 };
	char path[PATH_MAX];
	const char *name = url + sizeof(exec) - 1;
	int n;

	if (strncmp(url, dir, sizeof(dir) - 1) == 0 && url[sizeof(dir) - 1] != '\0') {
		if (realpath(url + sizeof(dir) - 1, path) == NULL)
			return cli_output_error(cli,
				evx_fail_errno(&diag, url + sizeof(dir) - 1,
					"This directory cannot be used as a remote"),
				&diag);
		n = snprintf(out, EVX_REMOTES_URL_CAP, "dir:%s", path);
	} else if (strncmp(url, exec, sizeof(exec) - 1) == 0 && name[0] != '/' && name[0] != '\0') {
		const size_t len = strcspn(name, "?");

		if (memchr(name, '/', len) != NULL || !find_program(name, len, path, sizeof(path)))
			return cli_output_problem(cli, EVX_E_NOT_FOUND,
				"The program behind exec: was not found in the directories of "
				"PATH. "
				"Give its whole path");
		n = snprintf(out, EVX_REMOTES_URL_CAP, "exec:%s%s", path, name + len);
	} else {
		n = snprintf(out, EVX_REMOTES_URL_CAP, "%s", url);
	}
	return n >= 0 && n < EVX_REMOTES_URL_CAP ? CLI_CONTINUE : too_long(cli, "the URL");
}

int cli_remote_via(
	struct cli *cli, struct evx_home *home, const char *via, struct evx_remotes_entry *out)
{
	struct evx_diag diag = { 0 };
	enum evx_err err;

	if (strchr(via, ':') != NULL) {
		memset(out, 0, sizeof(*out));
		return cli_remote_whole_url(cli, via, out->url);
	}
	err = evx_remotes_show(home, via, out, &diag);
	return err == EVX_OK ? CLI_CONTINUE : cli_output_error(cli, err, &diag);
}
