/* Receipts: what decodes encodes to the same bytes, and what is in them is compared without trust.
 */
#include "custody/event_build.h"
#include "format/mailed_text.h"
#include "fuzz/fuzz.h"

/* As mail left it: undone once is undone for good. */
static void mailed(const uint8_t *p, size_t n)
{
	struct evx_buf once = EVX_BUF_INIT, twice = EVX_BUF_INIT;

	fuzz_check(evx_buf_add(&once, p, n) == EVX_OK);
	fuzz_check(evx_mailed_text_restore(&once) == EVX_OK);
	fuzz_check(evx_buf_add(&twice, once.data, once.len) == EVX_OK);
	fuzz_check(evx_mailed_text_restore(&twice) == EVX_OK);
	fuzz_check(fuzz_equal(&twice, once.data, once.len));
	(void)evx_mailed_text_damage(p, n);
	evx_buf_free(&once);
	evx_buf_free(&twice);
}

static void fuzz_one(const uint8_t *p, size_t n)
{
	struct evx_buf again = EVX_BUF_INIT;
	struct evx_event_missing missing;
	struct evx_receipt r;
	struct evx_event e;
	struct evx_diag diag = { 0 };
	enum evx_err err = evx_receipt_decode(p, n, &r, &diag);

	mailed(p, n);
	fuzz_check(err == diag.code);
	if (err != EVX_OK)
		return;
	fuzz_check(evx_receipt_encode(&r, &again, NULL) == EVX_OK);
	fuzz_check(fuzz_equal(&again, p, n));
	err = evx_event_read(&r, &e, &missing, &diag);
	fuzz_check(err == diag.code);
	if (err == EVX_OK) {
		fuzz_check(missing.n == 0 || r.record.len == 0);
		evx_event_free(&e);
	}
	evx_buf_free(&again);
	evx_receipt_free(&r);
}

#define EVENT \
	"{\"format\":\"evx-event/" \
	"1\",\"type\":\"note\",\"uuid\":\"01234567-89ab-4def-8123-456789abcdef\",\"sequence\":1," \
	"\"exhibit\":\"4747474747474747474747474747474747474747474747474747474747474747\"," \
	"\"previous\":\"4747474747474747474747474747474747474747474747474747474747474747\"," \
	"\"record\":\"4747474747474747474747474747474747474747474747474747474747474747\"," \
	"\"time\":\"2026-01-02T03:04:05Z\"," \
	"\"signers\":[\"ssh-ed25519 " \
	"AAAAC3NzaC1lZDI1NTE5AAAAIGm5dRTyhY6IjyLWbsyGvEIAtWDOhx0dLzjU7xMtzRFl\"],\"files\":{}}\n"
#define SIGNATURE "-----BEGIN SSH SIGNATURE-----\nAAAA\n-----END SSH SIGNATURE-----\n"
#define PART(name) "-----BEGIN EVX PART " name "-----\nQUJD\n-----END EVX PART " name "-----\n"

static void fuzz_seeds(void)
{
	fuzz_seed_text(EVENT);
	fuzz_seed_text(EVENT SIGNATURE "-----BEGIN EVX RECORD-----\n"
				       "47474747474747474747474747474747474747474747474747474747474"
				       "74747  custody/0001-note.json\n-----END EVX RECORD-----\n");
	fuzz_seed_text("{}\n" PART("custody/0003-accept.details.age")
			PART("custody/0003-accept.attach1.age") PART("keys/0003-custody.age"));
}
