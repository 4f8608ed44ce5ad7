/* Where the home is: the directory of identities and known cards. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "cli.h"
#include "cli_language.h"
#include "cli_names.h"
#include "cli_options.h"
#include "cli_output.h"
#include "cli_vault.h"

bool cli_home_path(char *buf, size_t cap)
{
	const char *evx = getenv("EVX_HOME"), *data = getenv("XDG_DATA_HOME"),
		   *home = getenv("HOME");
	int n;

	if (evx != NULL && evx[0] != '\0')
		n = snprintf(buf, cap, "%s", evx);
	else if (data != NULL && data[0] == '/')
		n = snprintf(buf, cap, "%s/evx", data);
	else if (home != NULL && home[0] == '/')
		n = snprintf(buf, cap, "%s/.local/share/evx", home);
	else
		return false;
	return n > 0 && (size_t)n < cap;
}

static enum evx_err open_home(
	struct cli *cli, bool create, struct evx_home **out, struct evx_diag *diag)
{
	char path[4096];
	enum evx_err err;

	*out = NULL;
	if (!cli_home_path(path, sizeof(path)))
		return evx_fail(diag, EVX_E_NOT_FOUND,
			"evx does not know where your identities are. Set EVX_HOME or HOME in the "
			"environment.");
	err = evx_home_open(path, create, out, diag);
	if (err == EVX_OK)
		evx_home_use_agent(*out, getenv("SSH_AUTH_SOCK"), cli->cancel);
	if (err == EVX_OK)
		evx_home_ask_names(*out, cli_names_confirm, cli);
	if (err == EVX_OK) {
		const struct evx_vault_door door = cli_vault_door(cli);

		err = evx_home_vault_door(*out, &door, diag);
		if (err == EVX_E_NOT_FOUND)
			err = EVX_E_IO; /* of the card, not of the home */
	}
	if (err != EVX_OK) {
		evx_home_free(*out);
		*out = NULL;
	}
	return err;
}

int cli_home_open(struct cli *cli, bool create, struct evx_home **out)
{
	struct evx_diag diag = { 0 };
	enum evx_err err = open_home(cli, create, out, &diag);
	int r;

	if (err == EVX_OK)
		return CLI_CONTINUE;
	r = cli_output_error(cli, err, &diag);
	if (err == EVX_E_NOT_FOUND && !create)
		fprintf(stderr, "evx: %s\n",
			_("This machine has no identity yet. Make one with 'evx id new', or import "
			  "one with 'evx id import'."));
	return r;
}

int cli_home_open_optional(struct cli *cli, struct evx_home **out)
{
	struct evx_diag diag = { 0 };
	/* A founder that is accepted is remembered there. */
	enum evx_err err = open_home(cli, cli->founder != NULL, out, &diag);

	return err == EVX_OK || err == EVX_E_NOT_FOUND ? CLI_CONTINUE :
							 cli_output_error(cli, err, &diag);
}

int cli_home_signer(struct cli *cli, const char *signer, const char **as)
{
	if (signer == NULL)
		return CLI_CONTINUE;
	if (*as != NULL)
		return cli_options_misuse(cli, "Use --as or --signer, not both.");
	if (strncmp(signer, "agent:", strlen("agent:")) != 0)
		return cli_options_misuse(cli,
			"--signer: expected agent:SHA256:…, the fingerprint as 'ssh-add -l' prints "
			"it");
	*as = signer;
	return CLI_CONTINUE;
}
