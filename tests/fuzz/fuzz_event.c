/* Event documents: what decodes encodes, to what decodes to the same. */
#include "fuzz/fuzz.h"
#include "fuzz/small_seal.h"

static void fuzz_one(const uint8_t *p, size_t n)
{
	struct evx_buf first = EVX_BUF_INIT, second = EVX_BUF_INIT;
	struct evx_event event, again;
	struct evx_diag diag = { 0 };
	enum evx_err err = evx_event_decode(p, n, &event, &diag);

	fuzz_check(err == diag.code);
	if (err != EVX_OK)
		return;
	fuzz_check(event.nsigners >= 1 && event.nsigners <= EVX_SIGNERS_MAX);
	err = evx_event_encode(&event, &first, NULL);
	fuzz_check(err == EVX_OK || !event.known);
	if (err == EVX_OK) {
		fuzz_check(evx_event_decode(first.data, first.len, &again, NULL) == EVX_OK);
		fuzz_check(evx_event_encode(&again, &second, NULL) == EVX_OK);
		fuzz_check(fuzz_equal(&first, second.data, second.len));
		evx_event_free(&again);
	}
	evx_event_free(&event);
	evx_buf_free(&first);
	evx_buf_free(&second);
}

static void fuzz_seeds(void)
{
	const uint8_t tagmanifest[32] = { 7 };
	struct evx_exhibit_keys keys;
	struct evx_event_files files;

	fuzz_check(evx_exhibit_keys_new(&keys, NULL) == EVX_OK);
	small_seal(&keys, tagmanifest, &files);
	fuzz_seed(files.at[0].bytes.data, files.at[0].bytes.len);
	/* The least that another event says. */
	fuzz_seed_text(
		"{\"format\":\"evx-event/1\",\"type\":\"note\",\"uuid\":\"" SMALL_UUID
		"\",\"sequence\":1,"
		"\"exhibit\":\"4747474747474747474747474747474747474747474747474747474747474747\","
		"\"previous\":\"4747474747474747474747474747474747474747474747474747474747474747\","
		"\"record\":\"4747474747474747474747474747474747474747474747474747474747474747\","
		"\"time\":\"2026-01-02T03:04:05Z\","
		"\"signers\":[\"ssh-ed25519 "
		"AAAAC3NzaC1lZDI1NTE5AAAAIGm5dRTyhY6IjyLWbsyGvEIAtWDOhx0dLzjU7xMtzRFl\"],\"files\":"
		"{}}\n");
	evx_event_files_free(&files);
	evx_exhibit_keys_free(&keys);
}
