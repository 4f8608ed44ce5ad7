/* Building events after the seal: members, drafts that several sign, private details, new key
 * files. */
#include "custody_fixture.h"

/* A note with an attachment, the details as given; the request's event and details are the caller's
 * to free. */
struct work {
	struct evx_event event;
	struct evx_details details;
	struct evx_event_attachment attachment;
	struct evx_event_request request;
	struct evx_sshkey pubs[HANDS];
	uint8_t hash[32];
};

static void prepare(struct custody *c, struct work *w, const char *type, size_t signers)
{
	size_t i;

	memset(w, 0, sizeof(*w));
	w->event = cus_event(c, type);
	w->attachment = (struct evx_event_attachment){ "photo.jpg", "a photo", 7 };
	for (i = 0; i < signers; i++)
		w->pubs[i] = c->hands[i].pub;
	assert_int_equal(evx_details_set(&w->details.notes, "seen"), EVX_OK);
	cus_judge(c);
	w->request = (struct evx_event_request){ .event = &w->event,
		.details = &w->details,
		.attachments = &w->attachment,
		.nattachments = 1,
		.chain = c->result,
		.signers = w->pubs,
		.nsigners = signers };
}

static void done(struct work *w)
{
	evx_event_free(&w->event);
	evx_details_free(&w->details);
}

static void members_in_order(void **state)
{
	static const char *const names[] = { "custody/0001-note.json",
		"custody/0001-note.json.sig1", "custody/0001-note.details.age",
		"custody/0001-note.attach1.age", "custody/0001-note.record" };
	struct custody c;
	struct work w;
	struct evx_receipt r, again;
	struct evx_event_files files;
	struct evx_details opened;
	struct evx_buf photo = EVX_BUF_INIT, text = EVX_BUF_INIT, text2 = EVX_BUF_INIT;
	size_t i;

	(void)state;
	cus_new(&c, NULL);
	prepare(&c, &w, "note", 1);
	assert_int_equal(evx_event_build(&w.request, &c.hands[0].signer, &r, w.hash, NULL), EVX_OK);
	assert_int_equal(evx_event_files_of(&r, &files, NULL), EVX_OK);
	assert_int_equal(files.n, 5);
	for (i = 0; i < files.n; i++)
		assert_string_equal(files.at[i].name, names[i]);
	cus_append(&c, &r);
	cus_judge(&c);
	cus_verdict(&c, "custody: intact, 2 events", 0, 0);
	assert_memory_equal(c.result->head, w.hash, 32);
	assert_int_equal(evx_seal_open_details(&c.result->at[1].event, names[2],
				 fix_bytes(&files, names[2]), c.f.keys.custody, &opened, NULL),
		EVX_OK);
	assert_string_equal(opened.notes, "seen");
	assert_int_equal(evx_seal_open_attachment(&c.result->at[1].event, &opened.attachments.at[0],
				 fix_bytes(&files, names[3]), c.f.keys.custody, &photo, NULL),
		EVX_OK);
	assert_memory_equal(photo.data, "a photo", 7);
	/* As text, read again, and taken from the members: all the same receipt. */
	assert_int_equal(evx_receipt_encode(&r, &text, NULL), EVX_OK);
	evx_receipt_free(&r);
	assert_int_equal(evx_receipt_decode(text.data, text.len, &again, NULL), EVX_OK);
	evx_receipt_free(&again);
	assert_int_equal(evx_event_files_receipt(&c.members, 1, &again, NULL), EVX_OK);
	assert_int_equal(evx_receipt_encode(&again, &text2, NULL), EVX_OK);
	assert_int_equal(text.len, text2.len);
	assert_memory_equal(text.data, text2.data, text.len);
	evx_receipt_free(&again);
	assert_int_equal(evx_event_files_receipt(&c.members, 2, &again, NULL), EVX_E_NOT_FOUND);
	assert_int_equal(evx_event_files_receipt(&c.members, 0, &again, NULL), EVX_E_CORRUPT); /* a
											    seal
											    travels
											    with its
											    bundle
											  */
	evx_details_free(&opened);
	evx_buf_free(&photo);
	evx_buf_free(&text);
	evx_buf_free(&text2);
	evx_event_files_free(&files);
	done(&w);
	cus_free(&c);
}

/* Three signers on three machines, in any order; the text travels between them. */
static void signed_one_by_one(void **state)
{
	static const size_t order[] = { 2, 0, 1 };
	struct custody c;
	struct work w;
	struct evx_receipt draft;
	struct evx_event e;
	struct evx_event_missing missing;
	struct evx_diag diag = { 0 };
	size_t i;

	(void)state;
	cus_new(&c, NULL);
	prepare(&c, &w, "release", 3);
	memcpy(w.event.fields.counterparty, c.hands[4].key, sizeof(w.event.fields.counterparty));
	assert_int_equal(evx_event_build_draft(&w.request, &draft, NULL), EVX_OK);
	for (i = 0; i < 3; i++) {
		struct evx_buf text = EVX_BUF_INIT;

		assert_int_equal(evx_receipt_encode(&draft, &text, NULL), EVX_OK);
		evx_receipt_free(&draft);
		assert_int_equal(evx_receipt_decode(text.data, text.len, &draft, NULL), EVX_OK);
		evx_buf_free(&text);
		assert_int_equal(evx_event_read(&draft, &e, &missing, NULL), EVX_OK);
		assert_int_equal(missing.n, 3 - i);
		evx_event_free(&e);
		assert_int_equal(evx_event_sign_complete(&draft, w.hash, NULL), EVX_E_CUSTODY);
		assert_int_equal(evx_event_sign(&draft, &c.hands[4].signer, NULL), EVX_E_USAGE);
		assert_int_equal(evx_event_sign(&draft, &c.hands[order[i]].signer, NULL), EVX_OK);
		assert_int_equal(
			evx_event_sign(&draft, &c.hands[order[i]].signer, NULL), EVX_E_EXISTS);
	}
	/* A text may bring the signatures in another order. */
	{
		struct evx_buf first = draft.sigs[0];

		draft.sigs[0] = draft.sigs[1];
		draft.sigs[1] = first;
	}
	assert_int_equal(evx_event_sign_complete(&draft, w.hash, &diag), EVX_OK);
	assert_int_equal(evx_event_sign_complete(&draft, w.hash, NULL), EVX_E_USAGE);
	assert_int_equal(evx_event_sign(&draft, &c.hands[0].signer, NULL), EVX_E_USAGE);
	assert_int_equal(evx_event_read(&draft, &e, &missing, NULL), EVX_OK);
	assert_int_equal(missing.n, 0);
	evx_event_free(&e);
	cus_append(&c, &draft);
	cus_judge(&c);
	assert_int_equal(c.result->rightful, 2);
	assert_int_equal(c.result->at[1].event.nsigners, 3);
	evx_receipt_free(&draft);
	done(&w);
	cus_free(&c);
}

/* Details for two cards only: the custody key does not open them, and the chain counts their
 * readers. */
static void private_details(void **state)
{
	struct custody c;
	struct work w;
	struct evx_receipt r;
	struct evx_details opened;
	uint8_t cards[2][32], twice[2][32];
	struct evx_bytes part;

	(void)state;
	cus_new(&c, NULL);
	prepare(&c, &w, "note", 1);
	memcpy(cards[0], c.f.reader_pub[0], 32);
	memcpy(cards[1], c.f.custodian_pub[0], 32);
	memcpy(twice[0], cards[0], 32);
	memcpy(twice[1], cards[0], 32);
	w.request.cards = (const uint8_t(*)[32])twice;
	w.request.ncards = 2;
	assert_int_equal(evx_event_build_draft(&w.request, &r, NULL), EVX_E_USAGE);
	w.request.cards = (const uint8_t(*)[32])cards;
	assert_int_equal(evx_event_build(&w.request, &c.hands[0].signer, &r, w.hash, NULL), EVX_OK);
	assert_int_equal(w.event.fields.private_stanzas, 2);
	cus_append(&c, &r);
	cus_judge(&c);
	cus_verdict(&c, "custody: intact, 2 events", 0, 0);
	part = (struct evx_bytes){ r.parts[0].bytes.data, r.parts[0].bytes.len };
	assert_int_equal(
		evx_seal_open_details(&c.result->at[1].event, "custody/0001-note.details.age", part,
			c.f.keys.custody, &opened, NULL),
		EVX_E_KEY);
	assert_int_equal(
		evx_seal_open_details(&c.result->at[1].event, "custody/0001-note.details.age", part,
			c.f.custodian, &opened, NULL),
		EVX_OK);
	assert_string_equal(opened.notes, "seen");
	evx_details_free(&opened);
	evx_receipt_free(&r);
	done(&w);
	cus_free(&c);
}

/* More readers, and a new custody key for what comes after. */
static void rewrapped(void **state)
{
	struct custody c;
	struct work w;
	struct evx_receipt r;
	struct evx_secret *fresh = NULL, *opened[2];
	const struct evx_secret *both[2], *content[1];
	struct evx_buf custody_file = EVX_BUF_INIT, content_file = EVX_BUF_INIT;
	uint8_t pubs[2][32], readers[2][32], wrong[2][32];
	uint32_t n;

	(void)state;
	cus_new(&c, NULL);
	assert_int_equal(evx_age_identity_new(&fresh, NULL), EVX_OK);
	memcpy(pubs[0], c.f.keys.custody_pub, 32);
	assert_int_equal(evx_age_public(fresh, pubs[1]), EVX_OK);
	memcpy(readers[0], c.f.reader_pub[0], 32);
	memcpy(readers[1], c.f.custodian_pub[0], 32);
	both[0] = c.f.keys.custody;
	both[1] = fresh;
	content[0] = c.f.keys.content;
	assert_int_equal(evx_exhibit_keys_make_file(both, 2, (const uint8_t(*)[32])readers, 2, NULL,
				 0, &custody_file, &n, NULL),
		EVX_OK);
	assert_int_equal(n, 2);
	assert_int_equal(evx_exhibit_keys_make_file(content, 1, (const uint8_t(*)[32])readers, 1,
				 NULL, 0, &content_file, &n, NULL),
		EVX_OK);
	assert_int_equal(evx_exhibit_keys_make_file(content, 0, (const uint8_t(*)[32])readers, 1,
				 NULL, 0, &content_file, &n, NULL),
		EVX_E_USAGE);
	prepare(&c, &w, "rewrap", 1);
	assert_int_equal(evx_event_build_draft(&w.request, &r, NULL), EVX_E_USAGE); /* without key
										     * files
										     */
	w.request.custody_file = &custody_file;
	w.request.content_file = &content_file;
	assert_int_equal(evx_age_recipient_encode(pubs[1], w.event.fields.custody_key), EVX_OK);
	assert_int_equal(evx_event_build(&w.request, &c.hands[0].signer, &r, w.hash, NULL), EVX_OK);
	cus_append(&c, &r);
	cus_judge(&c);
	cus_has(&c, "R-READERS", EVX_WEIGHT_INFO, 1);
	cus_verdict(&c, "custody: intact, 2 events", 0, 0);
	assert_string_equal(c.result->state.custody_key, w.event.fields.custody_key);
	assert_int_equal(c.result->state.custody_key_event, 1);
	/* The next details go to the new key. */
	cus_plain(&c, "note", 0);
	cus_judge(&c);
	{
		struct evx_details d;

		assert_int_equal(evx_seal_open_details(&c.result->at[2].event,
					 "custody/0002-note.details.age",
					 fix_bytes(&c.members, "custody/0002-note.details.age"),
					 fresh, &d, NULL),
			EVX_OK);
		evx_details_free(&d);
		assert_int_equal(evx_seal_open_details(&c.result->at[2].event,
					 "custody/0002-note.details.age",
					 fix_bytes(&c.members, "custody/0002-note.details.age"),
					 both[0], &d, NULL),
			EVX_E_KEY);
	}
	/* The new key file opens to both, in their order, and to nothing else. */
	assert_int_equal(
		evx_exhibit_keys_open_file(c.f.custodian, custody_file.data, custody_file.len,
			(const uint8_t(*)[32])pubs, 2, "key file", opened, NULL),
		EVX_OK);
	evx_secret_free(opened[0]);
	evx_secret_free(opened[1]);
	assert_int_equal(
		evx_exhibit_keys_open_file(c.f.custodian, custody_file.data, custody_file.len,
			(const uint8_t(*)[32])pubs, 1, "key file", opened, NULL),
		EVX_E_CORRUPT);
	memcpy(wrong[0], pubs[1], 32);
	memcpy(wrong[1], pubs[0], 32);
	assert_int_equal(
		evx_exhibit_keys_open_file(c.f.custodian, custody_file.data, custody_file.len,
			(const uint8_t(*)[32])wrong, 2, "key file", opened, NULL),
		EVX_E_FORGED);
	assert_null(opened[0]);
	assert_int_equal(
		evx_exhibit_keys_open_file(c.f.custodian, content_file.data, content_file.len,
			(const uint8_t(*)[32])pubs, 1, "key file", opened, NULL),
		EVX_E_KEY);
	assert_int_equal(evx_exhibit_keys_open_file(c.f.reader, content_file.data, content_file.len,
				 (const uint8_t(*)[32])pubs, 2, "key file", opened, NULL),
		EVX_E_FORGED);
	memcpy(wrong[0], c.f.keys.content_pub, 32);
	assert_int_equal(evx_exhibit_keys_open_file(c.f.reader, content_file.data, content_file.len,
				 (const uint8_t(*)[32])wrong, 2, "key file", opened, NULL),
		EVX_E_CORRUPT);
	/* A key file exchanged for another of the same readers is not the one signed. */
	evx_buf_reset(&fix_file(&c.members, "keys/0001-content.age")->bytes);
	assert_int_equal(evx_buf_add(&fix_file(&c.members, "keys/0001-content.age")->bytes,
				 c.f.key_files.content.data, c.f.key_files.content.len),
		EVX_OK);
	cus_judge(&c);
	cus_has(&c, "C-FILES", EVX_WEIGHT_BROKEN, 1);
	evx_secret_free(fresh);
	evx_receipt_free(&r);
	evx_buf_free(&custody_file);
	evx_buf_free(&content_file);
	done(&w);
	cus_free(&c);
}

/* Key files that no rewrap names. */
static void key_files_of_others(void **state)
{
	struct custody c;

	(void)state;
	cus_new(&c, NULL);
	cus_plain(&c, "note", 0);
	cus_put(&c, "keys/0001-custody.age", c.f.key_files.custody.data, c.f.key_files.custody.len);
	cus_judge(&c);
	cus_has(&c, "C-FILES", EVX_WEIGHT_BROKEN, 1);
	cus_free(&c);
}

/* The document names the time-stamps that its author saw, and the record of the event before. */
static void stamps_are_named(void **state)
{
	struct custody c;
	uint8_t record[32];

	(void)state;
	cus_new(&c, NULL);
	cus_put(&c, "custody/0000-seal.tsr", "one", 3);
	cus_put(&c, "custody/0000-seal.tsr2", "two", 3);
	cus_plain(&c, "note", 0);
	cus_judge(&c);
	cus_verdict(&c, "custody: intact, 2 events", 0, 0);
	assert_int_equal(c.result->nstamps, 2);
	assert_int_equal(c.result->at[1].event.nstamps, 2);
	assert_int_equal(c.result->stamps[1].named_by, 1);
	evx_sha256(fix_file(&c.members, "custody/0000-seal.record")->bytes.data,
		fix_file(&c.members, "custody/0000-seal.record")->bytes.len, record);
	assert_memory_equal(c.result->at[1].event.record, record, 32);
	assert_memory_equal(c.result->at[0].record, record, 32);
	assert_true(c.result->at[1].same_record);
	/* Under another number, the same; exchanged, the document misses it. */
	snprintf(
		fix_file(&c.members, "custody/0000-seal.tsr2")->name, 32, "custody/0000-seal.tsr3");
	cus_judge(&c);
	cus_verdict(&c, "custody: intact, 2 events", 0, 0);
	fix_file(&c.members, "custody/0000-seal.tsr3")->bytes.data[0] ^= 1;
	cus_judge(&c);
	cus_has(&c, "C-STAMP-MISSING", EVX_WEIGHT_GAP, 1);
	cus_verdict(&c, "custody: intact with remarks, 2 events", 5, 0);
	cus_free(&c);
}

/* A receipt carries the time-stamps that its event names, and no others; a receipt that lost one is
 * still what its signers signed. */
static void stamps_in_a_receipt(void **state)
{
	struct custody c;
	struct evx_receipt r, again;
	struct evx_receipt_stamp *extra;
	struct evx_event e;

	(void)state;
	cus_new(&c, NULL);
	cus_put(&c, "custody/0000-seal.tsr", "one", 3);
	cus_put(&c, "custody/0000-seal.tsr2", "two", 3);
	cus_plain(&c, "note", 0);
	cus_put(&c, "custody/0001-note.tsr", "three", 5);
	assert_int_equal(evx_event_files_receipt(&c.members, 1, &r, NULL), EVX_OK);
	assert_int_equal(r.nstamps, 2);
	assert_int_equal(r.stamps[1].event, 0);
	assert_memory_equal(r.stamps[1].bytes.data, "two", 3);
	cus_judge(&c);
	assert_int_equal(c.result->nstamps, 3);
	/* In another order, of the event itself, changed in its last byte, or one more: not what
	 * the event says. */
	again = r;
	again.stamps = (struct evx_receipt_stamp[2]){ r.stamps[1], r.stamps[0] };
	assert_int_equal(evx_event_read(&again, &e, NULL, NULL), EVX_E_FORGED);
	r.stamps[1].event = 1;
	assert_int_equal(evx_event_read(&r, &e, NULL, NULL), EVX_E_FORGED);
	r.stamps[1].event = 0;
	r.stamps[1].bytes.data[2] ^= 1;
	assert_int_equal(evx_event_read(&r, &e, NULL, NULL), EVX_E_FORGED);
	r.stamps[1].bytes.data[2] ^= 1;
	assert_int_equal(evx_receipt_add_stamp(&r, 0, &extra), EVX_OK);
	assert_int_equal(evx_buf_adds(&extra->bytes, "two"), EVX_OK);
	assert_int_equal(evx_event_read(&r, &e, NULL, NULL), EVX_E_FORGED);
	evx_buf_free(&r.stamps[--r.nstamps].bytes);
	/* Without the first: the second stands in the same order. */
	again = r;
	again.stamps = &r.stamps[1];
	again.nstamps = 1;
	assert_int_equal(evx_event_read(&again, &e, NULL, NULL), EVX_OK);
	evx_event_free(&e);
	/* Judged with a bundle that has neither: the receipt brings them. */
	c.members.n -= 7; /* two time-stamps of the seal, the note's files, its time-stamp */
	cus_judge_with(&c, &again, 1);
	cus_has(&c, "C-STAMP-MISSING", EVX_WEIGHT_GAP, 1);
	cus_judge_with(&c, &r, 1);
	assert_int_equal(cus_count(&c, "C-STAMP-MISSING", EVX_WEIGHT_GAP, 1), 0);
	assert_int_equal(c.result->n, 2);
	c.members.n += 7;
	evx_receipt_free(&r);
	cus_free(&c);
}

static void not_built(void **state)
{
	struct custody c;
	struct work w;
	struct evx_receipt r;
	struct evx_chain_result empty = { 0 };

	(void)state;
	cus_new(&c, NULL);
	prepare(&c, &w, "seal", 1);
	assert_int_equal(evx_event_build_draft(&w.request, &r, NULL), EVX_E_USAGE);
	done(&w);
	prepare(&c, &w, "dance", 1);
	assert_int_equal(evx_event_build_draft(&w.request, &r, NULL), EVX_E_USAGE);
	done(&w);
	prepare(&c, &w, "note", 0);
	assert_int_equal(evx_event_build_draft(&w.request, &r, NULL), EVX_E_USAGE);
	w.request.nsigners = 1;
	w.request.chain = &empty;
	assert_int_equal(evx_event_build_draft(&w.request, &r, NULL), EVX_E_USAGE);
	w.request.chain = c.result;
	w.request.details = NULL;
	assert_int_equal(evx_event_build_draft(&w.request, &r, NULL), EVX_E_USAGE); /* an attachment
										 that nothing names
									       */
	done(&w);
	prepare(&c, &w, "release", 1); /* to nobody */
	assert_int_equal(evx_event_build_draft(&w.request, &r, NULL), EVX_E_USAGE);
	assert_null(r.json.data);
	done(&w);
	prepare(&c, &w, "note", 1);
	w.request.custody_file = &c.f.key_files.custody;
	assert_int_equal(evx_event_build_draft(&w.request, &r, NULL), EVX_E_USAGE);
	done(&w);
	cus_free(&c);
}

/* What a receipt holds is compared with what its event signs. */
static void not_read(void **state)
{
	struct custody c;
	struct evx_receipt r, other;
	struct evx_event e = { 0 };
	struct evx_event_files files;
	struct evx_buf sig;
	uint8_t hash[32];

	(void)state;
	cus_new(&c, NULL);
	cus_plain(&c, "note", 0);
	cus_plain(&c, "note", 0);
	assert_int_equal(evx_event_files_receipt(&c.members, 1, &r, NULL), EVX_OK);
	assert_int_equal(evx_event_files_receipt(&c.members, 2, &other, NULL), EVX_OK);
	r.parts[0].bytes.data[9] ^= 1;
	assert_int_equal(evx_event_read(&r, &e, NULL, NULL), EVX_E_FORGED);
	r.parts[0].bytes.data[9] ^= 1;
	r.nparts = 0;
	assert_int_equal(evx_event_read(&r, &e, NULL, NULL), EVX_E_CORRUPT);
	r.nparts = 1;
	snprintf(r.parts[0].name, sizeof(r.parts[0].name), "custody/0002-note.details.age");
	assert_int_equal(evx_event_read(&r, &e, NULL, NULL), EVX_E_CORRUPT);
	snprintf(r.parts[0].name, sizeof(r.parts[0].name), "custody/0001-note.details.age");
	sig = r.sigs[0];
	r.sigs[0] = other.sigs[0];
	assert_int_equal(evx_event_read(&r, &e, NULL, NULL), EVX_E_FORGED);
	r.sigs[0] = sig;
	r.nsigs = 2;
	r.sigs[1] = sig; /* the same hand twice */
	assert_int_equal(evx_event_read(&r, &e, NULL, NULL), EVX_E_CORRUPT);
	r.sigs[1] = (struct evx_buf)EVX_BUF_INIT;
	r.nsigs = 0;
	assert_int_equal(evx_event_read(&r, &e, NULL, NULL), EVX_E_CUSTODY);
	r.nsigs = 1;
	r.record.data[0] = r.record.data[0] == 'a' ? 'b' : 'a';
	assert_int_equal(evx_event_read(&r, &e, NULL, NULL), EVX_E_FORGED);
	r.record.len--;
	assert_int_equal(evx_event_read(&r, &e, NULL, NULL), EVX_E_FORGED);
	evx_buf_reset(&r.record);
	assert_int_equal(evx_event_files_of(&r, &files, NULL), EVX_E_USAGE);
	assert_int_equal(evx_event_sign_complete(&r, hash, NULL), EVX_OK);
	assert_int_equal(evx_event_read(&r, &e, NULL, NULL), EVX_OK);
	evx_event_free(&e);
	assert_int_equal(evx_buf_adds(&r.record,
				 "0000000000000000000000000000000000000000000000000000000000000000 "
				 " custody/0001-note.tsr\n"),
		EVX_OK);
	assert_int_equal(evx_event_read(&r, &e, NULL, NULL), EVX_E_FORGED); /* a record has no
									       time-stamps */
	evx_receipt_free(&r);
	evx_receipt_free(&other);
	cus_free(&c);
}

/* A key file is for X25519 keys: none that a passphrase opens is taken. */
static void key_files_of_other_readers(void **state)
{
	struct evx_secret *pass = evx_secret_new(9), *fresh = NULL;
	struct evx_buf file = EVX_BUF_INIT;
	struct evx_receipt r;
	struct evx_diag diag = { 0 };
	struct custody c;
	struct work w;
	const uint8_t *at;
	uint8_t pub[32];
	size_t n;

	(void)state;
	assert_non_null(pass);
	memset(evx_secret_writable(pass), 'p', 9);
	cus_new(&c, NULL);
	prepare(&c, &w, "rewrap", 1);
	assert_int_equal(evx_age_identity_new(&fresh, NULL), EVX_OK);
	assert_int_equal(evx_age_public(fresh, pub), EVX_OK);
	assert_int_equal(evx_age_recipient_encode(pub, w.event.fields.custody_key), EVX_OK);
	assert_int_equal(evx_age_encrypt_passphrase(pass, 10, false, "x", 1, &file, NULL), EVX_OK);
	w.request.custody_file = &file;
	assert_int_equal(evx_event_build_draft(&w.request, &r, &diag), EVX_E_USAGE);
	assert_non_null(strstr(diag.text, "X25519 readers and no others"));
	done(&w);
	/* Nor one that something else opens beside a key. */
	evx_buf_free(&file);
	prepare(&c, &w, "rewrap", 1);
	assert_int_equal(evx_age_recipient_encode(pub, w.event.fields.custody_key), EVX_OK);
	at = memmem(c.f.key_files.custody.data, c.f.key_files.custody.len, "\n---", 4);
	assert_non_null(at);
	n = (size_t)(at + 1 - c.f.key_files.custody.data);
	assert_int_equal(evx_buf_add(&file, c.f.key_files.custody.data, n), EVX_OK);
	assert_int_equal(evx_buf_adds(&file, "-> other x\n\n"), EVX_OK);
	assert_int_equal(evx_buf_add(&file, at + 1, c.f.key_files.custody.len - n), EVX_OK);
	w.request.custody_file = &file;
	assert_int_equal(evx_event_build_draft(&w.request, &r, NULL), EVX_E_USAGE);
	done(&w);
	evx_buf_free(&file);
	evx_secret_free(pass);
	evx_secret_free(fresh);
	cus_free(&c);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(members_in_order),
		cmocka_unit_test(signed_one_by_one), cmocka_unit_test(private_details),
		cmocka_unit_test(rewrapped), cmocka_unit_test(key_files_of_other_readers),
		cmocka_unit_test(key_files_of_others), cmocka_unit_test(stamps_are_named),
		cmocka_unit_test(stamps_in_a_receipt), cmocka_unit_test(not_built),
		cmocka_unit_test(not_read) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
