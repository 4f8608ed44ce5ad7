/* Names on cards that could be taken for another's. */
#ifndef CLI_NAMES_H
#define CLI_NAMES_H

#include "cli.h"

/* Tells on stderr what is suspicious and asks; --names-compared says yes beforehand. ctx is the
 * struct cli; an evx_names_confirm_fn. */
enum evx_err cli_names_confirm(void *ctx, const struct evx_card_info *card,
	const struct evx_card_info *alike, bool disguised);

#endif
