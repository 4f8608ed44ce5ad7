/* Receives shipments. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/io.h"
#include "bundle/repack.h"
#include "format/text.h"
#include "open/vault_use.h"
#include "ship/import.h"
#include "ship/incoming.h"
#include "ship/mailbox.h"
#include "ship/receive_events.h"
#include "store/place.h"

struct receiving {
	const struct evx_receive_options *opt;
	struct evx_receive_result *result;
	struct evx_progress *progress;
	struct evx_cancel *cancel;
	const struct evx_receive_tell *tell;
	struct evx_mailbox box;
	struct evx_vault_use use;     /* into a vault */
	struct evx_given_code *codes; /* owned: from paper */
	int place;                    /* directory for stages: tmp/ of the vault, or the output */
	char *path;                   /* owned: its name */
};

/* A shipment under way. */
struct shipment {
	struct evx_inbox_note *note;
	struct evx_incoming shown;
	struct evx_stage stage;
	struct evx_card sender;
	struct evx_incomings exhibits;
	struct evx_buf *receipts; /* owned: one for each exhibit; empty where there is none */
};

/* ---- Start */

static enum evx_err check_options(const struct evx_receive_options *o, struct evx_diag *diag)
{
	return (o->into != NULL) == (o->output != NULL) ?
		evx_fail(diag, EVX_E_USAGE,
			"Say where the exhibits go: into a vault, or with -o into a directory.") :
		EVX_OK;
}

static enum evx_err read_codes(struct receiving *r, struct evx_diag *diag)
{
	enum evx_err err = EVX_OK;

	r->codes = calloc(r->opt->ncodes + 1, sizeof(*r->codes));
	if (r->codes == NULL)
		return evx_fail_memory(diag);
	for (size_t i = 0; i < r->opt->ncodes && err == EVX_OK; i++)
		err = evx_given_code_read(r->opt->codes[i], &r->codes[i], diag);
	return err;
}

static void start_target(struct evx_start *s, struct receiving *r)
{
	const struct evx_receive_options *o = r->opt;

	if (!evx_start_good(s))
		return;
	if (o->into != NULL) {
		evx_vault_use_start(s, &r->use, r->box.home, o->into, NULL, EVX_VAULT_NOBODY,
			EVX_CONFINE_MOVE, NULL);
		return;
	}
	/* Nobody else sees anything of what arrives. */
	if (mkdir(o->output, 0700) != 0 && errno != EEXIST) {
		s->err = evx_fail_errno(
			s->diag, o->output, "The directory for the exhibits cannot be made");
		return;
	}
	r->place = open(o->output, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (r->place < 0)
		s->err = evx_fail_errno(
			s->diag, o->output, "The exhibits cannot be written to this directory");
	else if ((r->path = realpath(o->output, NULL)) == NULL)
		s->err = evx_fail_errno(s->diag, o->output, "This directory cannot be named");
	evx_start_beneath(s, r->place, EVX_CONFINE_WRITE);
}

static enum evx_err start(struct receiving *r, struct evx_home *h, const struct evx_passphrase *ask,
	struct evx_diag *diag)
{
	const struct evx_receive_options *o = r->opt;
	struct evx_start s = { .diag = diag };
	enum evx_err err;

	s.err = check_options(o, diag);
	if (evx_start_good(&s))
		s.err = read_codes(r, diag);
	evx_mailbox_start(&s, &r->box, h, o->remote, o->use, o->as, ask, r->cancel);
	r->box.sent_flaw = o->sent_flaw;
	r->box.sent_ctx = o->ctx;
	start_target(&s, r);
	err = evx_start_confine(&s, 0, o->confine ? &r->result->confinement : NULL);
	if (err != EVX_OK || o->into == NULL)
		return err;
	/* Whoever receives works in the vault, too. */
	r->use.id = r->box.hand.id;
	r->use.has_id = true;
	(void)snprintf(
		r->use.name, sizeof(r->use.name), "%s", o->as != NULL ? o->as : "the receiver");
	return EVX_OK;
}

static enum evx_err open_vault(struct receiving *r, struct evx_diag *diag)
{
	enum evx_err err = evx_vault_use_load(&r->use, EVX_VAULT_WRITES, diag);

	if (err == EVX_OK)
		err = evx_place_make(evx_vault_fd(r->use.vault), "tmp", &r->place, diag);
	if (err == EVX_OK && asprintf(&r->path, "%s/tmp", evx_vault_path(r->use.vault)) < 0) {
		r->path = NULL;
		err = evx_fail_memory(diag);
	}
	return err;
}

/* ---- Take in */

static char *exhibit_path(const struct receiving *r, const char *uuid)
{
	char *path;
	const int n = r->opt->into != NULL ?
		asprintf(&path, "%s/exhibits/%s", evx_vault_path(r->use.vault), uuid) :
		asprintf(&path, "%s/%s.evx", r->path, uuid);

	return n < 0 ? NULL : path;
}

static enum evx_err into_vault(struct receiving *r, struct evx_bundle *bundle,
	struct evx_received *out, struct evx_diag *diag)
{
	const struct evx_import_options opt = { .case_name = r->opt->case_name,
		.confirm_claims = r->opt->confirm_claims,
		.claims_ctx = r->opt->ctx };
	const struct evx_import_into into = { .use = &r->use,
		.rules = &r->box.rules,
		.opt = &opt,
		.seal_hash = out->seal_hash,
		.cancel = r->cancel };
	struct evx_import_result result;
	enum evx_err err = evx_import_opened(&into, bundle, &result, diag);

	if (err != EVX_OK)
		return err;
	out->act = result.act;
	if (result.act == EVX_IMPORT_OTHER)
		return evx_fail(diag, EVX_E_EXISTS,
			"The vault has another exhibit under the UUID %s. Nothing was taken in. "
			"Tell the sender.",
			out->uuid);
	if (result.exit_class > r->result->exit_class || result.exit_class == 1)
		r->result->exit_class = result.exit_class;
	return EVX_OK;
}

/* Whether path is this exhibit already, from an earlier try. */
static enum evx_err is_there(
	struct receiving *r, const char *path, const char *seal_hash, struct evx_diag *diag)
{
	bool same = false;
	enum evx_err err = evx_receive_events_is(
		path, seal_hash, &r->box.rules, r->cancel, &same, diag);

	return err == EVX_OK && !same ?
		evx_diag_in(diag, path,
			evx_fail(diag, EVX_E_EXISTS,
				"Another exhibit stands here. Nothing was taken in. Use another "
				"directory.")) :
		err;
}

static enum evx_err into_directory(struct receiving *r, struct evx_bundle *bundle, const char *path,
	const char *seal_hash, struct evx_received *out, struct evx_diag *diag)
{
	const struct evx_exhibit_load load = {
		.skip_packs = true, .jobs = 1, .cancel = r->cancel, .roster = &r->box.rules
	};
	const struct evx_repack_opts repack = { .cancel = r->cancel };
	struct evx_writer *w = NULL;
	struct evx_exhibit ex;
	char hash[65] = "";
	int exit_class;
	enum evx_err err;

	if (access(path, F_OK) == 0) {
		out->act = EVX_IMPORT_SAME;
		return is_there(r, path, seal_hash, diag);
	}
	evx_exhibit_over(&ex, bundle);
	err = evx_exhibit_load(&ex, &load, diag);
	if (err == EVX_OK)
		err = evx_exhibit_sound(&ex, &exit_class, NULL, diag);
	if (err == EVX_OK)
		evx_hex_encode(evx_chain_result(ex.loaded.chain)->exhibit, 32, hash);
	if (err == EVX_OK && strcmp(hash, seal_hash) != 0)
		err = evx_fail(diag, EVX_E_FORGED,
			"Another exhibit stands in the place of the one that was judged. Nothing "
			"was "
			"taken in.");
	if (err == EVX_OK)
		err = evx_writer_file(path, evx_bundle_uuid(bundle), &w, diag);
	if (err == EVX_OK)
		err = evx_repack(bundle, w, &repack, diag);
	evx_writer_free(w);
	evx_exhibit_free(&ex);
	out->act = EVX_IMPORT_NEW;
	return err;
}

static enum evx_err take_in(struct receiving *r, struct shipment *s,
	const struct evx_incoming_one *one, struct evx_received *out, struct evx_diag *diag)
{
	struct evx_stage_moved moved = { 0 };
	struct evx_bundle *bundle = NULL;
	int dir = -1;
	enum evx_err err = evx_stage_packs(&s->stage, one->info.uuid, one->packs, one->npacks,
		r->box.remote, r->progress, r->cancel, &moved, diag);

	out->packs = moved.got;
	out->bytes = moved.got_bytes;
	if (err == EVX_OK)
		err = evx_stage_exhibit(&s->stage, one->info.uuid, &dir, diag);
	if (err == EVX_OK)
		err = evx_bundle_open_dir(dir, one->info.uuid, &bundle, diag);
	if (err == EVX_OK)
		err = r->opt->into != NULL ?
			into_vault(r, bundle, out, diag) :
			into_directory(r, bundle, out->path, one->info.seal_hash, out, diag);
	evx_bundle_free(bundle);
	evx_close_quiet(&dir);
	return err;
}

/* ---- One exhibit, one shipment */

static enum evx_err receive_exhibit(struct receiving *r, struct shipment *s, size_t i,
	enum evx_receive_answer answer, struct evx_diag *diag)
{
	const struct evx_incoming_one *one = &s->exhibits.at[i];
	const struct evx_receive_events_by by = { .hand = &r->box.hand,
		.known = &r->box.known,
		.rules = &r->box.rules,
		.cancel = r->cancel,
		.opt = r->opt };
	struct evx_received out = { .answer = answer,
		.event = -1,
		.invited = s->shown.invited,
		.exit_class = one->info.exit_class,
		.why = one->info.why };
	char *path = answer == EVX_RECEIVE_ACCEPT ? exhibit_path(r, one->info.uuid) : NULL;
	enum evx_err err = EVX_OK;

	if (answer == EVX_RECEIVE_ACCEPT && path == NULL)
		return evx_fail_memory(diag);
	memcpy(out.shipment, s->shown.shipment, sizeof(out.shipment));
	memcpy(out.uuid, one->info.uuid, sizeof(out.uuid));
	memcpy(out.seal_hash, one->info.seal_hash, sizeof(out.seal_hash));
	memcpy(out.seal_code, one->info.seal_code, sizeof(out.seal_code));
	out.path = path != NULL ? path : "";
	if (answer == EVX_RECEIVE_ACCEPT)
		err = take_in(r, s, one, &out, diag);
	if (err == EVX_OK && one->info.released)
		err = evx_receive_events_answer(
			&by, &s->stage, one, path, answer, &out.event, &s->receipts[i], diag);
	if (err == EVX_OK && out.invited && s->receipts[i].len > 0) {
		err = evx_fail_buf(diag, evx_buf_cstr(&s->receipts[i]));
		out.receipt = (const char *)s->receipts[i].data;
	}
	if (err == EVX_OK && out.exit_class > r->result->exit_class)
		r->result->exit_class = out.exit_class;
	if (err == EVX_OK) {
		r->result->exhibits++;
		err = r->tell->each(r->tell->ctx, &out);
	}
	free(path);
	return err;
}

static enum evx_err read_sender(struct shipment *s, struct evx_diag *diag)
{
	enum evx_err err = evx_card_text_read(
		s->stage.card.data, s->stage.card.len, &s->sender, diag);

	if (err == EVX_OK && strcmp(s->sender.signing, s->note->note.signer) != 0)
		err = evx_fail(diag, EVX_E_FORGED,
			"The card in this shipment is another than that of the key that signed it. "
			"Nothing was taken in.");
	return err;
}

static enum evx_err ask(struct receiving *r, struct shipment *s, enum evx_receive_answer *answer,
	struct evx_diag *diag)
{
	struct evx_incoming_exhibit *all = calloc(s->exhibits.n + 1, sizeof(*all));
	struct evx_incoming_shipment shown = { &s->shown, all, s->exhibits.n };

	if (all == NULL)
		return evx_fail_memory(diag);
	for (size_t i = 0; i < s->exhibits.n; i++)
		all[i] = s->exhibits.at[i].info;
	*answer = r->opt->answer(r->opt->ctx, &shown);
	free(all);
	return EVX_OK;
}

static enum evx_err send_answer(struct receiving *r, struct shipment *s,
	enum evx_shipment_state said, struct evx_diag *diag)
{
	struct evx_buf *some = calloc(s->exhibits.n + 1, sizeof(*some));
	size_t n = 0;
	enum evx_err err;

	if (some == NULL)
		return evx_fail_memory(diag);
	for (size_t i = 0; i < s->exhibits.n; i++)
		if (s->receipts[i].len > 0)
			some[n++] = s->receipts[i];
	err = evx_mailbox_answer(&r->box, &s->sender, s->note, said, some, n, diag);
	free(some);
	return err;
}

/* The shipment is done with: said is what became of it. */
static enum evx_err settle(struct receiving *r, struct shipment *s, enum evx_shipment_state said,
	struct evx_diag *diag)
{
	evx_stage_remove(&s->stage);
	return evx_inbox_settle(&r->box.with, &r->box.inbox, s->note, said, diag);
}

static enum evx_err receive(struct receiving *r, struct shipment *s, struct evx_diag *diag)
{
	const struct evx_shipment_note *note = &s->note->note;
	const struct evx_incomings_by by = { .reader = &r->box.hand.id,
		.rules = &r->box.rules,
		.codes = r->codes,
		.ncodes = r->opt->ncodes,
		.cancel = r->cancel };
	enum evx_receive_answer answer = EVX_RECEIVE_LATER;
	enum evx_shipment_state said = EVX_SHIPMENT_SEEN;
	bool answered = false;
	enum evx_err err = evx_mailbox_show(&r->box, s->note, &s->shown, diag);

	if (err == EVX_OK)
		err = evx_stage_open(r->place, r->path, s->note->hash, &s->stage, diag);
	/* The one that answered was interrupted behind that. */
	if (err == EVX_OK && !s->shown.invited)
		err = evx_mailbox_answered(&r->box, s->note, &answered, &said, diag);
	if (err == EVX_OK && answered)
		return settle(r, s, said, diag);
	if (err == EVX_OK && s->shown.invited) {
		s->stage.drop = r->box.inbox.lanes[s->note->lane].drop;
		s->stage.parts = &note->parts;
	}
	if (err == EVX_OK)
		err = evx_stage_parcel(&s->stage, r->box.remote, note->parcel, note->parcel_size,
			r->box.hand.id.encryption, r->cancel, diag);
	if (err == EVX_OK)
		err = read_sender(s, diag);
	if (err == EVX_OK)
		err = evx_receive_events_sender(r->box.home, &s->sender, &s->shown, diag);
	if (err == EVX_OK)
		err = evx_incomings_judge(&s->stage, &by, &s->exhibits, diag);
	if (err == EVX_OK &&
		(s->receipts = calloc(s->exhibits.n + 1, sizeof(*s->receipts))) == NULL)
		err = evx_fail_memory(diag);
	if (err == EVX_OK)
		err = ask(r, s, &answer, diag);
	if (err != EVX_OK)
		return err;
	if (answer == EVX_RECEIVE_LATER) {
		r->result->left++;
		return EVX_OK;
	}
	for (size_t i = 0; i < s->exhibits.n && err == EVX_OK; i++)
		err = receive_exhibit(r, s, i, answer, diag);
	said = answer == EVX_RECEIVE_ACCEPT ? EVX_SHIPMENT_ACCEPTED : EVX_SHIPMENT_DECLINED;
	/* Who was invited cannot read there. */
	if (err == EVX_OK && !s->shown.invited)
		err = send_answer(r, s, said, diag);
	if (err == EVX_OK)
		err = settle(r, s, said, diag);
	r->result->shipments += err == EVX_OK;
	return err;
}

static void end_shipment(struct shipment *s)
{
	for (size_t i = 0; s->receipts != NULL && i < s->exhibits.n; i++)
		evx_buf_free(&s->receipts[i]);
	free(s->receipts);
	evx_incomings_free(&s->exhibits);
	evx_stage_close(&s->stage);
}

/* ---- Which ones */

/* Whether the user named this shipment; *named counts how many names found one. */
static bool is_wanted(const struct receiving *r, const struct evx_inbox_note *n, bool *found)
{
	char name[EVX_SHIPMENT_NAME_CAP];

	evx_note_out_name(r->box.inbox.lanes[n->lane].name, n->number, name);
	for (size_t i = 0; i < r->opt->nshipments; i++)
		if (strcmp(r->opt->shipments[i], name) == 0) {
			found[i] = true;
			return n->state == EVX_SHIPMENT_SEEN;
		}
	return r->opt->nshipments == 0 && n->state == EVX_SHIPMENT_SEEN;
}

static enum evx_err tell_flaw(
	struct receiving *r, const struct evx_inbox_note *n, struct evx_diag *diag)
{
	struct evx_incoming in;
	enum evx_err err = evx_mailbox_show(&r->box, n, &in, diag);

	r->result->flawed++;
	return err == EVX_OK ? r->tell->flawed(r->tell->ctx, &in) : err;
}

/* Whether a failure is the shipment's, and others may be received: not that of this machine, of the
 * connection, or of somebody who wants to stop. */
static bool is_its_own(enum evx_err err)
{
	return err != EVX_OK && err != EVX_E_MEMORY && err != EVX_E_IO &&
		err != EVX_E_INTERRUPTED && err != EVX_E_USAGE;
}

/* One shipment; one that fails is told of. */
static enum evx_err receive_one(
	struct receiving *r, struct evx_inbox_note *n, struct evx_diag *diag)
{
	struct shipment s = { .note = n, .stage = { .fd = -1 } };
	struct evx_diag why = { 0 };
	enum evx_err err = receive(r, &s, &why);

	if (is_its_own(err)) {
		r->result->failed++;
		err = r->tell->failed(r->tell->ctx, s.shown.shipment, err, &why);
	} else if (err != EVX_OK && diag != NULL && diag->code == EVX_OK) {
		*diag = why;
	}
	end_shipment(&s);
	return err;
}

static enum evx_err receive_all(struct receiving *r, struct evx_diag *diag)
{
	bool *found = calloc(r->opt->nshipments + 1, sizeof(*found));
	enum evx_err err = found != NULL ? EVX_OK : evx_fail_memory(diag);

	for (size_t i = 0; i < r->box.inbox.n && err == EVX_OK; i++) {
		struct evx_inbox_note *n = &r->box.inbox.notes[i];

		if (n->flaw != EVX_INCOMING_GOOD)
			err = tell_flaw(r, n, diag);
		if (err != EVX_OK || n->flaw != EVX_INCOMING_GOOD ||
			n->note.type != EVX_SHIPMENT_EXHIBITS || !is_wanted(r, n, found))
			continue;
		err = receive_one(r, n, diag);
	}
	for (size_t i = 0; i < r->opt->nshipments && err == EVX_OK; i++)
		if (!found[i])
			err = evx_fail(diag, EVX_E_NOT_FOUND,
				"No shipment on this remote is called %.40s. To see which there "
				"are, run: evx inbox",
				r->opt->shipments[i]);
	free(found);
	return err;
}

enum evx_err evx_receive(struct evx_home *h, const struct evx_receive_options *opt,
	const struct evx_passphrase *ask, struct evx_progress *progress, struct evx_cancel *cancel,
	const struct evx_receive_tell *tell, struct evx_receive_result *result,
	struct evx_diag *diag)
{
	struct receiving r = { .opt = opt,
		.result = result,
		.progress = progress,
		.cancel = cancel,
		.tell = tell,
		.use = { .pins = -1 },
		.place = -1 };
	enum evx_err err;

	memset(result, 0, sizeof(*result));
	err = start(&r, h, ask, diag);
	if (err == EVX_OK)
		err = evx_mailbox_read(&r.box, diag);
	if (err == EVX_OK && opt->into != NULL)
		err = open_vault(&r, diag);
	if (err == EVX_OK)
		err = receive_all(&r, diag);
	r.use.has_id = false; /* the mailbox's */
	memset(&r.use.id, 0, sizeof(r.use.id));
	evx_vault_use_free(&r.use);
	evx_mailbox_close(&r.box);
	evx_close_quiet(&r.place);
	free(r.path);
	free(r.codes);
	return err;
}
