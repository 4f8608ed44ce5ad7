/* Which vault a command works on. */
#ifndef CLI_VAULT_H
#define CLI_VAULT_H

#include "cli.h"

/* The vault's path: option (--vault) when it is given, else EVX_VAULT, else `vault` in the home of
 * identities; NULL, with the mistake printed, when the environment names neither. Static storage.
 */
const char *cli_vault_path(struct cli *cli, const char *option);
/* The same, NULL without a word when nobody named one and the default is not there. */
const char *cli_vault_path_optional(const char *option);

/* Operand i names an exhibit: a file or directory, or, when there is none of that name, an exhibit
 * of the vault (UUID, seal code, beginnings of either, CASE/EXHIBIT), by whose directory it is
 * replaced. as: the identity that works (NULL: the only one). Returns CLI_CONTINUE, or an exit code
 * with the error printed. */
int cli_vault_exhibit(struct cli *cli, size_t i, const char *as);

/* Files an exhibit of the vault, says so, and returns the exit code. */
int cli_vault_file(struct cli *cli, struct evx_vault_filing_options *opt);

/* How this run enters a vault: --founder, a question on the terminal, what must be told on stderr.
 */
struct evx_vault_door cli_vault_door(struct cli *cli);

#define CLI_FOUNDER_OPTION(cli) \
	{ \
		"founder", 0, CLI_TEXT, &(cli)->founder, "CARD|SHA256:…", \
			"who founded the vault: accepted on this machine from now on", 0, 0 \
	}
#define CLI_VAULT_OPTIONS(cli, to) CLI_VAULT_OPTION(to), CLI_FOUNDER_OPTION(cli)
#define CLI_VAULT_OPTION(to) \
	{ \
		"vault", 0, CLI_TEXT, (to), "DIR", \
			"the vault (default: $EVX_VAULT, else vault in the home of identities)", \
			0, 0 \
	}

#endif
