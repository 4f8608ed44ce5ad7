/* Makes invitations: addresses of a store, signed by the receiver. */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/io.h"
#include "crypto/secret.h"
#include "format/text.h"
#include "format/time.h"
#include "people/home.h"
#include "remote/s3_presign.h"
#include "ship/invite_text.h"
#include "ship/invited.h"

static enum evx_err check(const struct evx_invite_options *opt, int64_t now, struct evx_diag *diag)
{
	if (opt->parts < 1 || opt->parts > EVX_SHIPMENT_PARTS_MAX)
		return evx_fail(diag, EVX_E_USAGE, "An invitation has 1 to %u parts.",
			EVX_SHIPMENT_PARTS_MAX);
	if (opt->until <= now)
		return evx_fail(diag, EVX_E_USAGE,
			"The invitation would have ended already. Give a later time.");
	if (opt->until - now > EVX_S3_PRESIGN_SECONDS_MAX)
		return evx_fail(diag, EVX_E_USAGE,
			"A store takes such addresses for 7 days at most. Give an earlier time.");
	return EVX_OK;
}

static enum evx_err add_address(const struct evx_invite_options *opt, int64_t now, unsigned number,
	struct evx_invitation *inv, struct evx_diag *diag)
{
	const struct evx_remote_secrets secrets = { opt->use->access_key, opt->use->secret_key,
		opt->use->session_token };
	struct evx_buf address = EVX_BUF_INIT;
	char name[EVX_REMOTE_NAME_CAP];
	enum evx_err err;

	(void)snprintf(name, sizeof(name), "drop/%s/%04u", inv->id, number);
	err = evx_s3_presign(opt->remote->url, &secrets, name, now, (unsigned)(opt->until - now),
		&address, diag);
	if (err == EVX_OK &&
		!evx_invitation_address((const char *)address.data, address.len, inv->id, number))
		err = evx_fail(diag, EVX_E_USAGE,
			"The addresses would go over the network unencrypted, or are too long. Use "
			"a remote with an https endpoint.");
	if (err == EVX_OK && (inv->put[number] = strdup((const char *)address.data)) == NULL)
		err = evx_fail_memory(diag);
	if (err == EVX_OK)
		inv->nput = number + 1;
	evx_buf_free(&address);
	return err;
}

static enum evx_err make(const struct evx_invite_options *opt, const struct evx_hand *hand,
	int64_t now, struct evx_buf *text, struct evx_invite_result *result, struct evx_diag *diag)
{
	struct evx_invitation inv = { .until = opt->until };
	struct evx_buf card = EVX_BUF_INIT;
	struct evx_diag why = { 0 };
	uint8_t id[16];
	enum evx_err err = evx_card_sign(&hand->id.card, &hand->signer, &card, diag);

	if (err == EVX_OK)
		err = evx_fail_buf(diag, evx_buf_cstr(&card));
	if (err != EVX_OK)
		goto out;
	evx_random(id, sizeof(id));
	evx_hex_encode(id, sizeof(id), inv.id);
	(void)snprintf(inv.signer, sizeof(inv.signer), "%s", hand->id.card.signing);
	inv.card = strdup((const char *)card.data);
	inv.put = calloc((size_t)opt->parts + 1, sizeof(*inv.put));
	if (inv.card == NULL || inv.put == NULL) {
		err = evx_fail_memory(diag);
		goto out;
	}
	for (unsigned i = 0; i <= opt->parts && err == EVX_OK; i++)
		err = add_address(opt, now, i, &inv, diag);
	if (err != EVX_OK)
		goto out;
	err = evx_invite_text_make(&inv, &hand->signer, text, &why);
	if (err == EVX_E_LIMIT)
		err = evx_fail(diag, EVX_E_USAGE,
			"An invitation with so many parts would be longer than 1 MiB. Make two "
			"invitations, or one with fewer parts.");
	else if (err != EVX_OK)
		err = evx_fail(diag, err, "%s", why.text);
	memcpy(result->id, inv.id, sizeof(result->id));
out:
	evx_invitation_free(&inv);
	evx_buf_free(&card);
	return err;
}

enum evx_err evx_invite(struct evx_home *h, const struct evx_invite_options *opt,
	const struct evx_passphrase *ask, struct evx_invite_result *result, struct evx_diag *diag)
{
	const int64_t now = (int64_t)time(NULL);
	struct evx_start s = { .diag = diag };
	struct evx_buf text = EVX_BUF_INIT;
	struct evx_lanes lanes = EVX_LANES_INIT;
	struct evx_hand hand;
	enum evx_err err;

	memset(result, 0, sizeof(*result));
	memset(&hand, 0, sizeof(hand));
	s.err = check(opt, now, diag);
	evx_lanes_start(&s, h, &lanes);
	evx_home_hand_start(&s, h, opt->as, false, ask, &hand);
	evx_home_start(&s, h, EVX_CONFINE_READ);
	evx_start_parent(&s, opt->output, EVX_CONFINE_WRITE);
	err = evx_start_confine(&s, 0, opt->confine ? &result->confinement : NULL);
	if (err == EVX_OK)
		err = make(opt, &hand, now, &text, result, diag);
	/* First here: an invitation that nobody looks for would be worse than one that nobody has.
	 */
	if (err == EVX_OK)
		err = evx_invited_remember(&lanes, result->id, opt->until, diag);
	if (err == EVX_OK &&
		(err = evx_write_new_file(
			 AT_FDCWD, opt->output, 0600, text.data, text.len, diag)) != EVX_OK)
		evx_invited_forget(&lanes, result->id);
	if (err == EVX_E_EXISTS)
		err = evx_diag_more(diag, "Nothing was written. Choose another name.", err);
	if (err == EVX_OK)
		err = evx_time_encode(opt->until, result->until);
	evx_buf_free(&text);
	evx_hand_free(&hand);
	evx_lanes_close(&lanes);
	return err;
}
