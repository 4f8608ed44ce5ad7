/* Speaking with the program sftp of OpenSSH: commands in, what it prints out. */
#ifndef EVX_REMOTE_SFTP_TALK_H
#define EVX_REMOTE_SFTP_TALK_H

#include "remote/remote_site.h"
#include "remote/sftp_text.h"

#define EVX_SFTP_TALK_LINE_CAP 4096 /* of a command */

struct evx_sftp_talk {
	struct evx_buf commands; /* ordered, and not carried out yet */
	struct evx_buf text;     /* what it printed of the last ones */
	bool connected;          /* it has answered once */
	uint64_t most;           /* bytes that the spool may get of what was ordered; 0: any */
};

void evx_sftp_talk_begin(struct evx_sftp_talk *t);
void evx_sftp_talk_end(struct evx_sftp_talk *t);

/* Fills argv, ended by NULL, with how the program is started for the site's URL; the texts stay in
 * text, which has cap bytes, 4096 or more. EVX_E_NOT_FOUND where it is not installed. */
enum evx_err evx_sftp_talk_program(struct evx_remote_site *site, const char *argv[32], char *text,
	size_t cap, struct evx_diag *diag) EVX_MUST_CHECK;
/* One more command for the next evx_sftp_talk_carry_out. It begins with "-", so that the program
 * goes on when it fails. */
void evx_sftp_talk_order(struct evx_sftp_talk *t, const char *fmt, ...) EVX_PRINTF(2, 3);
/* Has what was ordered carried out; t->text has what the program printed. bytes: about how many
 * that moves. False, with *a filled and site->lost set, when the connection is gone or silent for
 * longer than the site's patience and such a move may take; or, with t->most set, when it writes
 * more than that into the spool. Then t->most is 0 again. */
bool evx_sftp_talk_carry_out(struct evx_sftp_talk *t, struct evx_remote_site *site, uint64_t bytes,
	struct evx_remote_answer *a);
/* Whether it printed anything but items of a list: the last such line in why. */
bool evx_sftp_talk_complained(const struct evx_sftp_talk *t, char why[256]);
/* The first item that it listed. */
bool evx_sftp_talk_listed(const struct evx_sftp_talk *t, struct evx_sftp_item *item);

#endif
