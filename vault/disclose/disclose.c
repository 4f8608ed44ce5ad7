/* A part of an exhibit given out: what is shown picked, asked about, written, signed twice. */
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/processors.h"
#include "disclose/disclose_content.h"
#include "disclose/disclose_lines.h"
#include "disclose/disclose_origin.h"
#include "events/event_actor.h"
#include "events/event_store.h"
#include "events/particulars.h"
#include "format/text.h"
#include "open/exhibit_subject.h"
#include "open/exhibit_vault.h"
#include "open/given_code.h"
#include "people/card_info.h"
#include "people/known.h"
#include "people/named_cards.h"
#include "people/readers.h"
#include "seal/bundle_readme.h"
#include "seal/seal_sign.h"

struct disclosing {
	const struct evx_disclose_options *opt;
	struct evx_disclose_result *out;
	struct evx_cancel *cancel;
	struct evx_progress *progress;
	unsigned jobs;
	struct evx_home *home;
	struct evx_hand hand;
	struct evx_hand *also; /* owned: who sign the entry, too */
	struct evx_signer also_signers[EVX_SIGNERS_MAX];
	struct evx_inputs to, custody_to;
	struct evx_exhibit ex; /* the original */
	struct evx_known known;
	struct evx_rules_roster rules;
	struct evx_cards always;
	struct evx_readers readers;
	struct evx_select select;
	struct evx_exhibit_subject subject; /* of the original */
	struct evx_contents_opts original;
	struct evx_disclose_parts parts;
	struct evx_disclose_lines lines;
	struct evx_output output;
	struct evx_writer *writer;
	char uuid[EVX_UUID_CAP];
	struct evx_seal_keys keys;
	struct evx_payload_result payload;
	struct evx_details details; /* of the new seal */
};

/* ---- what is read and confined ------------------------------------------------------------ */

static void start_original(struct evx_start *s, struct disclosing *d)
{
	const char *path = d->opt->bundle;

	evx_exhibit_start(s, &d->ex, d->home, path, NULL, EVX_NO_KEY, NULL);
	if (evx_start_good(s) && evx_bundle_form(d->ex.opened.bundle) != EVX_BUNDLE_FILE &&
		evx_bundle_form(d->ex.opened.bundle) != EVX_BUNDLE_DIRECTORY)
		s->err = evx_fail(s->diag, EVX_E_USAGE,
			"evx cannot add an entry to a stream or to volumes. Nothing was disclosed. "
			"Join the volumes, and name the bundle file.");
	if (!evx_start_good(s))
		return;
	d->ex.opened.reader = &d->hand.id;
	if (d->ex.opened.vault != NULL)
		d->ex.opened.vault->writes = true;
	evx_event_store_start(s, &d->ex, path);
}

static void start_also(struct evx_start *s, struct disclosing *d, const struct evx_passphrase *ask)
{
	const struct evx_disclose_options *o = d->opt;

	if (evx_start_good(s) && o->nalso_as >= EVX_SIGNERS_MAX)
		s->err = evx_fail(s->diag, EVX_E_USAGE,
			"An entry has %u signers at most. Nothing was disclosed.", EVX_SIGNERS_MAX);
	if (evx_start_good(s) && (d->also = calloc(o->nalso_as + 1, sizeof(*d->also))) == NULL)
		s->err = evx_fail_memory(s->diag);
	for (size_t i = 0; i < o->nalso_as && evx_start_good(s); i++)
		evx_home_hand_start(s, d->home, o->also_as[i], false, ask, &d->also[i]);
}

static enum evx_err start(struct disclosing *d, const struct evx_passphrase *ask,
	struct evx_given_code *code, struct evx_diag *diag)
{
	const struct evx_disclose_options *o = d->opt;
	struct evx_start s = { .diag = diag };

	s.err = evx_given_code_read(o->code, code, diag);
	if (evx_start_good(&s))
		s.err = evx_select_new(o->paths, o->npaths, NULL, &d->select, diag);
	if (evx_start_good(&s))
		s.err = evx_disclose_parts_new(o->ranges, o->nranges, o->sector, &d->parts, diag);
	evx_home_hand_start(&s, d->home, o->as, true, ask, &d->hand);
	start_also(&s, d, ask);
	evx_named_cards_start(&s, d->home, o->to, o->nto, &d->to);
	evx_named_cards_start(&s, d->home, o->custody_to, o->ncustody_to, &d->custody_to);
	evx_home_start(&s, d->home, EVX_CONFINE_READ);
	start_original(&s, d);
	if (evx_start_good(&s))
		s.err = evx_particulars_clock(NULL, NULL, &d->details, diag);
	evx_output_file_start(&s, o->output, &d->output);
	return evx_start_confine(&s, 0, o->confine ? &d->out->confinement : NULL);
}

/* ---- the original ------------------------------------------------------------------------- */

static enum evx_err check_code(
	const struct disclosing *d, const struct evx_given_code *code, struct evx_diag *diag)
{
	const enum evx_code_answer answer = evx_given_code_compare(code, &d->ex);

	if (answer == EVX_CODE_NOT_GIVEN || answer == EVX_CODE_SAME)
		return EVX_OK;
	return evx_fail(diag, EVX_E_CUSTODY,
		"WRONG EXHIBIT. The seal code of this exhibit is not the one that you gave. "
		"Nothing was disclosed. Look for the exhibit with your seal code.");
}

/* Nobody is asked, and nothing written, about what the rules do not allow. */
static enum evx_err check_rules(struct disclosing *d, struct evx_diag *diag)
{
	struct evx_event next = { .nsigners = d->opt->nalso_as + 1, .time = (int64_t)time(NULL) };
	const struct evx_chain_result *chain = evx_chain_result(d->ex.loaded.chain);
	enum evx_err err = evx_event_store_open(chain, diag);

	if (err != EVX_OK)
		return err;
	evx_event_set_kind(&next, EVX_EVENT_DISCLOSE);
	err = evx_sshkey_encode(&d->hand.id.signing_pub, next.signers[0]);
	for (size_t i = 0; i < d->opt->nalso_as && err == EVX_OK; i++) {
		d->also_signers[i] = d->also[i].signer;
		err = evx_sshkey_encode(&d->also[i].id.signing_pub, next.signers[i + 1]);
	}
	return err == EVX_OK ? evx_rules_check(chain, &next, &d->rules, diag) :
			       evx_fail(diag, err, "There is no key to sign with.");
}

static enum evx_err open_original(
	struct disclosing *d, const struct evx_given_code *code, struct evx_diag *diag)
{
	const struct evx_exhibit_load load = {
		.index_only = true, .jobs = d->jobs, .cancel = d->cancel, .roster = &d->rules
	};
	enum evx_err err = evx_known_load(&d->known, d->home, diag);

	if (err != EVX_OK || (err = evx_exhibit_load(&d->ex, &load, diag)) != EVX_OK ||
		(err = check_code(d, code, diag)) != EVX_OK ||
		(err = evx_exhibit_usable(&d->ex, diag)) != EVX_OK)
		return err;
	if (evx_exhibit_seal(&d->ex)->seal.shape != EVX_SHAPE_WHOLE)
		return evx_fail(diag, EVX_E_USAGE,
			"This is a disclosure itself. Nothing was disclosed. Give it on as it is, "
			"or disclose from the original.");
	if ((err = check_rules(d, diag)) != EVX_OK ||
		(err = evx_exhibit_open_keys(&d->ex, &d->hand.id, false, diag)) != EVX_OK ||
		(err = evx_exhibit_open_part(&d->ex, diag)) != EVX_OK)
		return err;
	if (d->ex.unlocked.tier != EVX_TIER_CONTENT || !d->ex.unlocked.has_part)
		return evx_fail(diag, EVX_E_KEY,
			"You can read the custody details only, and a disclosure needs the "
			"contents. Ask the holder for access: evx recipient add");
	d->original = evx_exhibit_contents(&d->ex, d->jobs, d->progress, d->cancel);
	return evx_exhibit_subject_read(&d->ex, &d->subject, diag);
}

/* ---- whom and what ------------------------------------------------------------------------ */

static enum evx_err gather_readers(struct disclosing *d, struct evx_diag *diag)
{
	const struct evx_readers_from from = { .to = &d->to,
		.custody_to = &d->custody_to,
		.self = d->opt->self ? &d->hand.id.card : NULL,
		.always = &d->always };
	enum evx_err err = evx_home_always(d->home, &d->always, diag);

	if (err == EVX_OK && d->to.n + d->custody_to.n > 0 &&
		(err = evx_names_load(d->home, diag)) == EVX_OK &&
		(err = evx_names_check_files(&d->home->names, &d->to, diag)) == EVX_OK)
		err = evx_names_check_files(&d->home->names, &d->custody_to, diag);
	return err == EVX_OK ? evx_readers_gather(&from, &d->readers, diag) : err;
}

static const char *label(const char *given, const char *known)
{
	return given != NULL ? given : known;
}

static enum evx_err ask_about(const struct disclosing *d, struct evx_diag *diag)
{
	struct evx_disclose_info info = { .case_label = label(
						  d->opt->case_label, d->subject.case_label),
		.exhibit_number = label(d->opt->exhibit_number, d->subject.exhibit_number),
		.lines = d->ex.unlocked.part.lines,
		.shown = d->lines.n,
		.files = d->lines.files,
		.bytes = d->lines.bytes,
		.names_only = d->lines.names_only,
		.parts = d->parts.told,
		.nparts = d->parts.ntold,
		.nfirst = d->lines.nnamed,
		.readers = d->readers.at,
		.nreaders = d->readers.n };

	if (d->opt->confirm == NULL)
		return EVX_OK;
	evx_seal_code(evx_chain_result(d->ex.loaded.chain)->exhibit, info.seal_code);
	for (size_t i = 0; i < d->lines.nnamed; i++) {
		info.first[i].path = d->lines.named[i].path;
		info.first[i].len = d->lines.named[i].len;
		info.first[i].size = d->lines.named[i].size;
	}
	return d->opt->confirm(d->opt->confirm_ctx, &info) ?
		EVX_OK :
		evx_fail(diag, EVX_E_INTERRUPTED, "You did not confirm. Nothing was disclosed.");
}

/* ---- the new bundle ----------------------------------------------------------------------- */

static enum evx_err write_front(struct disclosing *d, struct evx_diag *diag)
{
	struct evx_key_files files = { EVX_BUF_INIT, EVX_BUF_INIT, 0, 0 };
	uint8_t random[16];
	enum evx_err err;

	evx_random(random, sizeof(random));
	evx_uuid_v4(random, d->uuid);
	if ((err = evx_writer_output(&d->output, d->uuid, &d->writer, diag)) != EVX_OK ||
		(err = evx_exhibit_keys_new(&d->keys.keys, diag)) != EVX_OK ||
		(err = evx_readers_key_files(&d->readers, &d->keys.keys, &files, diag)) != EVX_OK ||
		(err = evx_writer_member(d->writer, "README.txt", evx_bundle_readme,
			 evx_bundle_readme_len, diag)) != EVX_OK ||
		(err = evx_writer_member(d->writer, "keys/0000-custody.age", files.custody.data,
			 files.custody.len, diag)) != EVX_OK)
		goto out;
	err = evx_writer_member(
		d->writer, "keys/0000-content.age", files.content.data, files.content.len, diag);
	d->keys.custody_readers = files.custody_readers;
	d->keys.content_readers = files.content_readers;
out:
	evx_key_files_free(&files);
	return err;
}

static enum evx_err write_content(struct disclosing *d, struct evx_diag *diag)
{
	const struct evx_disclose_content_task task = { .original = &d->original,
		.lines = &d->lines,
		.secret = evx_secret_bytes(d->keys.keys.content),
		.writer = d->writer,
		.jobs = d->jobs };

	if (d->progress != NULL)
		atomic_store(&d->progress->bytes_total, d->lines.to_read);
	return evx_disclose_content(&task, &d->payload, diag);
}

/* The entry in the original's record that gives the new bundle out. */
static enum evx_err record(struct disclosing *d, const uint8_t manifest[32], struct evx_diag *diag)
{
	const struct evx_disclose_options *o = d->opt;
	const struct evx_event_actor by = { .id = &d->hand.id,
		.signer = &d->hand.signer,
		.also = d->also_signers,
		.nalso = d->opt->nalso_as,
		.known = &d->known,
		.to = d->to.n > 0 ? &d->to : NULL,
		.names = &d->home->names };
	struct evx_event_disclosure disclosure = { .uuid = "" };
	const struct evx_event_options event = { .bundle = o->bundle,
		.type = EVX_EVENT_DISCLOSE,
		.disclosure = &disclosure,
		.purpose = o->purpose,
		.authority = o->authority,
		.place = o->place,
		.notes = o->notes,
		.invocation = o->invocation,
		.jobs = d->jobs };
	struct evx_event_outcome outcome;
	uint8_t hash[32];
	enum evx_err err;

	memcpy(disclosure.uuid, d->uuid, sizeof(disclosure.uuid));
	memcpy(disclosure.manifest, manifest, 32);
	memcpy(disclosure.listing_root, d->payload.listing_root, 32);
	err = evx_event_actor_record(&by, &event, d->cancel, &outcome, diag);
	if (err == EVX_OK) {
		d->out->entry = outcome.number;
		memcpy(d->out->entry_hash, outcome.hash, sizeof(d->out->entry_hash));
		if (evx_hex_decode(outcome.hash, 64, hash, sizeof(hash)) == EVX_OK)
			evx_exhibit_vault_grew(&d->ex, hash);
	}
	evx_event_outcome_free(&outcome);
	return err;
}

static enum evx_err describe(struct disclosing *d, struct evx_diag *diag)
{
	const struct evx_disclose_options *o = d->opt;
	const struct evx_tally *t = &d->lines.tally;
	struct evx_details *to = &d->details;
	const struct {
		char **slot;
		const char *value;
	} texts[] = {
		{ &to->case_label, label(o->case_label, d->subject.case_label) },
		{ &to->exhibit_number, label(o->exhibit_number, d->subject.exhibit_number) },
		{ &to->purpose, o->purpose },
		{ &to->authority, o->authority },
		{ &to->place, o->place },
		{ &to->notes, o->notes },
	};
	struct evx_card_info actor;
	enum evx_err err = evx_card_info_of(&d->hand.id.card, &actor, diag);

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]) && err == EVX_OK; i++)
		if (texts[i].value != NULL)
			err = evx_fail_buf(diag, evx_details_set(texts[i].slot, texts[i].value));
	if (err != EVX_OK)
		return err;
	to->has_actor = true;
	to->counts.present = true;
	to->counts.lines = t->lines;
	to->counts.files = t->files;
	to->counts.directories = t->directories;
	to->counts.links = t->links;
	to->counts.others = t->others;
	to->counts.bytes = t->bytes;
	to->counts.stored = t->stored;
	to->has_completeness = true;
	to->completeness = t->completeness;
	to->completeness.complete = evx_completeness_is_complete(&to->completeness);
	if ((err = evx_readers_person(&actor, &to->actor)) != EVX_OK ||
		(err = evx_readers_describe(&d->readers, &to->readers)) != EVX_OK)
		return evx_fail_buf(diag, err);
	return evx_fail_buf(diag, evx_particulars_tool(o->invocation, to));
}

/* The public part of the new seal. */
static void describe_event(
	const struct disclosing *d, const uint8_t tagmanifest[32], struct evx_event *e)
{
	struct evx_seal_fields *s = &e->seal;

	memcpy(e->uuid, d->uuid, sizeof(e->uuid));
	e->time = (int64_t)time(NULL);
	s->shape = EVX_SHAPE_DISCLOSURE;
	s->complete = d->details.completeness.complete;
	memcpy(s->tagmanifest, tagmanifest, 32);
	memcpy(s->listing_root, d->payload.listing_root, 32);
	s->custody_readers = d->keys.custody_readers;
	s->content_readers = d->keys.content_readers;
	memcpy(s->origin.exhibit, evx_chain_result(d->ex.loaded.chain)->exhibit, 32);
	memcpy(s->origin.listing_root, evx_exhibit_seal(&d->ex)->seal.listing_root, 32);
	s->origin.lines = d->ex.unlocked.part.lines;
	s->origin.withheld = s->origin.lines - d->lines.n;
	s->origin.names_only = d->lines.names_only;
	s->origin.in_part = d->lines.in_part;
}

static enum evx_err write_seal(struct disclosing *d, struct evx_diag *diag)
{
	struct evx_content_part part = { 0 };
	struct evx_event event = { 0 };
	const struct evx_seal_request request = { .event = &event,
		.details = &d->details,
		.content = &part,
		.keys = &d->keys.keys,
		.signers = &d->hand.signer,
		.nsigners = 1 };
	struct evx_event_files files = { NULL, 0 };
	uint8_t tagmanifest[32], hash[32];
	enum evx_err err = evx_writer_finish_payload(d->writer, tagmanifest, diag);

	if (err != EVX_OK || (err = describe(d, diag)) != EVX_OK)
		goto out;
	describe_event(d, tagmanifest, &event);
	evx_seal_sign_part(&d->payload, &part);
	err = evx_event_build_seal(&request, &files, hash, diag);
	for (size_t i = 0; i < files.n && err == EVX_OK; i++)
		err = evx_writer_member(d->writer, files.at[i].name, files.at[i].bytes.data,
			files.at[i].bytes.len, diag);
	if (err != EVX_OK || (err = evx_writer_end(d->writer, diag)) != EVX_OK)
		goto out;
	evx_hex_encode(hash, 32, d->out->seal_hash);
	evx_seal_code(hash, d->out->seal_code);
out:
	evx_event_files_free(&files);
	evx_event_free(&event);
	evx_wipe(&part, sizeof(part));
	return err;
}

/* ---- all of it ---------------------------------------------------------------------------- */

static void tell(struct disclosing *d)
{
	struct evx_disclose_result *r = d->out;
	const uint8_t *original = evx_chain_result(d->ex.loaded.chain)->exhibit;

	memcpy(r->uuid, d->uuid, sizeof(r->uuid));
	evx_hex_encode(original, 32, r->original_hash);
	evx_seal_code(original, r->original_code);
	r->lines = d->ex.unlocked.part.lines;
	r->shown = d->lines.n;
	r->withheld = r->lines - r->shown;
	r->names_only = d->lines.names_only;
	r->files = d->lines.files;
	r->bytes = d->lines.bytes;
	r->parts = d->parts.told;
	r->nparts = d->parts.ntold;
	d->parts.told = NULL;
	d->parts.ntold = 0;
	r->bundle_bytes = evx_writer_length(d->writer);
	r->readers = d->readers.at;
	r->nreaders = d->readers.n;
	d->readers.at = NULL;
}

static void release(struct disclosing *d)
{
	evx_writer_free(d->writer);
	evx_output_close(&d->output);
	evx_payload_result_wipe(&d->payload);
	evx_exhibit_keys_free(&d->keys.keys);
	evx_disclose_lines_free(&d->lines);
	evx_disclose_parts_free(&d->parts);
	evx_select_free(&d->select);
	evx_exhibit_subject_free(&d->subject);
	evx_readers_free(&d->readers);
	evx_cards_free(&d->always);
	evx_details_free(&d->details);
	evx_exhibit_free(&d->ex);
	evx_known_free(&d->known);
	evx_hand_free(&d->hand);
	for (size_t i = 0; i < d->opt->nalso_as && d->also != NULL; i++)
		evx_hand_free(&d->also[i]);
	free(d->also);
	evx_inputs_free(&d->to);
	evx_inputs_free(&d->custody_to);
}

static enum evx_err disclose(
	struct disclosing *d, const struct evx_passphrase *ask, struct evx_diag *diag)
{
	struct evx_given_code code;
	uint8_t manifest[32];
	enum evx_err err;

	if ((err = start(d, ask, &code, diag)) != EVX_OK ||
		(err = open_original(d, &code, diag)) != EVX_OK ||
		(err = gather_readers(d, diag)) != EVX_OK ||
		(err = evx_disclose_lines_pick(&d->original, &d->select, &d->parts,
			 d->opt->with_names, &d->lines, diag)) != EVX_OK ||
		(err = ask_about(d, diag)) != EVX_OK || (err = write_front(d, diag)) != EVX_OK ||
		(err = write_content(d, diag)) != EVX_OK ||
		(err = evx_writer_manifest(d->writer, manifest, diag)) != EVX_OK ||
		(err = record(d, manifest, diag)) != EVX_OK ||
		(err = evx_disclose_origin(
			 d->opt->bundle, (unsigned)d->out->entry, d->writer, diag)) != EVX_OK)
		return err;
	return write_seal(d, diag);
}

enum evx_err evx_disclose(struct evx_home *h, const struct evx_disclose_options *opt,
	const struct evx_passphrase *ask, struct evx_progress *progress, struct evx_cancel *cancel,
	struct evx_disclose_result *result, struct evx_diag *diag)
{
	struct disclosing d = {
		.opt = opt, .out = result, .cancel = cancel, .progress = progress, .home = h
	};
	enum evx_err err;

	memset(result, 0, sizeof(*result));
	result->entry = -1;
	d.jobs = opt->jobs != 0 ? opt->jobs : evx_processors();
	d.rules = evx_known_rules(&d.known);
	err = disclose(&d, ask, diag);
	if (err == EVX_OK)
		tell(&d);
	release(&d);
	return err;
}

void evx_disclose_result_free(struct evx_disclose_result *r)
{
	if (r == NULL)
		return;
	free(r->readers);
	evx_disclose_parts_told_free(r->parts, r->nparts);
	memset(r, 0, sizeof(*r));
}
