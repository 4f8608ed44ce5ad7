/* What send, inbox, receive and receipts share: the remote, and how a shipment is shown. */
#ifndef CLI_SHIPMENT_H
#define CLI_SHIPMENT_H

#include "cli.h"
#include "cli_remote.h"

/* Opens the home and the remote that --via names (NULL: the only one that the home remembers), and
 * reads what it needs of the environment. After CLI_CONTINUE the caller calls cli_remote_free and
 * evx_home_free. */
int cli_shipment_open(struct cli *cli, const char *via, struct evx_home **home,
	struct evx_remotes_entry *entry, struct cli_remote *remote);
/* The same where --via can also be the file of an invitation: *invited then, and *entry is not
 * filled. A name that the home remembers is not taken for a file. */
int cli_shipment_open_to(struct cli *cli, const char *via, struct evx_home **home,
	struct evx_remotes_entry *entry, bool *invited, struct cli_remote *remote);
/* A shipment that waits, on its lines; as a JSON object. */
void cli_shipment_line(FILE *f, const struct evx_incoming *in);
void cli_shipment_json(FILE *f, const struct evx_incoming *in);
/* "3 packs, 96.0 MiB" */
void cli_shipment_packs(FILE *f, uint64_t n, uint64_t bytes);

#endif
