/* What send, inbox, receive and receipts share: the remote, and how a shipment is shown. */
#ifndef CLI_SHIPMENT_H
#define CLI_SHIPMENT_H

#include "cli.h"
#include "cli_remote.h"

/* The home, and the remote that shipments go over. */
struct cli_shipment {
	struct evx_home *home;
	struct evx_remotes_entry entry;
	struct cli_remote remote;
};

/* Opens the home and the remote that --via names (NULL: the only one that the home remembers), and
 * reads what it needs of the environment. Returns CLI_CONTINUE, to be closed then, or an exit code
 * with the error printed. */
int cli_shipment_open(struct cli *cli, const char *via, struct cli_shipment *s);
/* The same where --via can also be the file of an invitation: *invited then, and s->entry is not
 * filled. A name that the home remembers is not taken for a file. */
int cli_shipment_open_to(struct cli *cli, const char *via, bool *invited, struct cli_shipment *s);
/* The same where no remote is needed: *none when --via names none and the home remembers none;
 * s->entry is not filled then. */
int cli_shipment_open_any(struct cli *cli, const char *via, bool *none, struct cli_shipment *s);
/* Says that no remote is known here. */
int cli_shipment_no_remote(struct cli *cli);
void cli_shipment_close(struct cli_shipment *s);
/* What became of something that was sent, in a word of the reader's language. */
const char *cli_shipment_became(enum evx_sent_state state);
/* A shipment that waits, on its lines; as a JSON object. */
void cli_shipment_line(FILE *f, const struct evx_incoming *in);
void cli_shipment_json(FILE *f, const struct evx_incoming *in);
/* Says that a note that was sent before was not on the remote as it was put, and what became of it.
 */
void cli_shipment_sent_flaw(struct cli *cli, const struct evx_sent_flaw *f);
/* What to do about n notes that are not as they must be (0: nothing). */
void cli_shipment_mend(FILE *f, size_t n);
/* "3 packs, 96.0 MiB" */
void cli_shipment_packs(FILE *f, uint64_t n, uint64_t bytes);

#endif
