/* Details: the encrypted part, and the file a person writes. What decodes encodes, to what decodes
 * to the same. */
#include "fuzz/fuzz.h"

#include "format/details.h"

static void encode_again(const struct evx_details *d)
{
	struct evx_buf first = EVX_BUF_INIT, second = EVX_BUF_INIT;
	struct evx_details again;
	enum evx_err err = evx_details_encode(d, &first, NULL);

	/* Escapes may make the line longer than the one it came from. */
	fuzz_check(err == EVX_OK || err == EVX_E_LIMIT);
	if (err == EVX_OK) {
		fuzz_check(evx_details_decode(first.data, first.len, &again, NULL) == EVX_OK);
		fuzz_check(evx_details_encode(&again, &second, NULL) == EVX_OK);
		fuzz_check(fuzz_equal(&first, second.data, second.len));
		evx_details_free(&again);
	}
	evx_buf_free(&first);
	evx_buf_free(&second);
}

static void binding(struct evx_binding *b)
{
	memset(b, 0, sizeof(*b));
	memcpy(b->uuid, "5f0c3a52-7d1e-4c8b-9a3f-2b6d1e0f4a77", sizeof(b->uuid));
	memcpy(b->author,
		"ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIGm5dRTyhY6IjyLWbsyGvEIAtWDOhx0dLzjU7xMtzRFl",
		81);
}

static void fuzz_one(const uint8_t *p, size_t n)
{
	struct evx_details d;
	struct evx_diag diag = { 0 };
	enum evx_err err = evx_details_decode(p, n, &d, &diag);

	fuzz_check(err == diag.code);
	if (err == EVX_OK) {
		encode_again(&d);
		evx_details_free(&d);
	}
	memset(&d, 0, sizeof(d));
	if (evx_details_decode_file(p, n, &d, NULL) == EVX_OK) {
		binding(&d.binding);
		encode_again(&d);
	}
	evx_details_free(&d);
}

static void seed_part(void)
{
	struct evx_details d = { 0 };
	struct evx_details_person *person;
	struct evx_source_details *source;
	struct evx_buf out = EVX_BUF_INIT;

	binding(&d.binding);
	fuzz_check(evx_details_set(&d.case_label, "2026-17") == EVX_OK &&
		evx_details_set(&d.place, "Z\xc3\xbcrich") == EVX_OK);
	fuzz_check(evx_details_set_pair(&d.device, "make", "Acme") == EVX_OK &&
		evx_details_set_pair(&d.custom, "k", "v") == EVX_OK);
	fuzz_check(evx_details_add_source(&d, &source) == EVX_OK &&
		evx_details_set(&source->name, "bad\xff") == EVX_OK);
	fuzz_check(evx_details_set(&source->path, "/evidence/bad\xff") == EVX_OK);
	source->has_size = true;
	source->size = 7;
	d.has_completeness = true;
	d.completeness.unreadable_files = 1;
	fuzz_check(evx_details_add_case(
			   &d.completeness.first, "a\xfe", 2, "EIO", NULL, NULL, NULL) == EVX_OK);
	fuzz_check(evx_details_add_person(&d.witnesses, &person) == EVX_OK);
	fuzz_check(evx_details_set(&person->person, "Bo") == EVX_OK &&
		evx_details_set(&person->organisation, "O") == EVX_OK);
	fuzz_check(evx_details_set(&person->country, "SE") == EVX_OK);
	fuzz_check(evx_details_set(&person->signing, d.binding.author) == EVX_OK);
	fuzz_check(evx_details_encode(&d, &out, NULL) == EVX_OK);
	fuzz_seed(out.data, out.len);
	evx_buf_free(&out);
	evx_details_free(&d);
}

static void fuzz_seeds(void)
{
	seed_part();
	fuzz_seed_text("{\n  \"place\": \"here\",\n  \"device\": {\"make\": \"Acme\"},\n  "
		       "\"custom\": {\"k\": \"v\"},\n"
		       "  \"clock\": {\"utc_offset\": \"+02:00\"},\n  \"notes\": \"n\\nm\"\n}\n");
}
