#include "vault.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "options.h"
#include "output.h"

/* *named: somebody named it; else it is the default. */
static bool vault_path(const char *option, char *buf, size_t cap, bool *named)
{
	const char *env = getenv("EVX_VAULT");
	size_t n;

	*named = option != NULL || (env != NULL && env[0] != '\0');
	if (*named)
		return (size_t)snprintf(buf, cap, "%s", option != NULL ? option : env) < cap;
	if (!cli_home_path(buf, cap))
		return false;
	n = strlen(buf);
	return (size_t)snprintf(buf + n, cap - n, "/vault") < cap - n;
}

const char *cli_vault_path(struct cli *cli, const char *option)
{
	static char path[4096];
	bool named;

	if (vault_path(option, path, sizeof path, &named) && path[0] != '\0')
		return path;
	(void)cli_options_misuse(cli, "expected --vault DIR, or EVX_VAULT or HOME in the environment");
	return NULL;
}

const char *cli_vault_path_optional(const char *option)
{
	static char path[4096];
	bool named;

	return vault_path(option, path, sizeof path, &named) && (named || access(path, F_OK) == 0) ? path : NULL;
}

int cli_vault_exhibit(struct cli *cli, size_t i, const char *as)
{
	const char *name = cli->args[i], *vault;
	struct evx_diag diag = { 0 };
	char *path = NULL;
	enum evx_err err;

	(void)as;
	if (strcmp(name, "-") == 0 || access(name, F_OK) == 0)
		return CLI_CONTINUE;
	vault = cli_vault_path_optional(cli->vault);
	if (vault == NULL)
		return CLI_CONTINUE; /* whoever opens it says that it is not there */
	err = evx_vault_find_named(vault, name, &path, &diag);
	if (err != EVX_OK)
		return cli_output_error(cli, err, &diag);
	if (cli->nlists == CLI_LISTS_MAX) {
		free(path);
		return cli_options_misuse(cli, "options: too many kinds of repeated option");
	}
	cli->lists[cli->nlists++] = path;
	cli->args[i] = path;
	return CLI_CONTINUE;
}
