/* Rosters: the JSON line decoded and encoded to a fixed point, a scope that has one spelling, and a
 * whole file verified: only versions that the roots signed are good. */
#include "fuzz/fuzz.h"

#include "crypto/age.h"
#include "custody/roster_versions.h"
#include "custody/roster_scope.h"

static struct evx_buf good = EVX_BUF_INIT; /* two versions and a draft */

static void document(const uint8_t *p, size_t n)
{
	struct evx_buf first = EVX_BUF_INIT, second = EVX_BUF_INIT;
	struct evx_roster r, again;
	struct evx_diag diag = { 0 };
	enum evx_err err = evx_roster_decode(p, n, &r, &diag);

	fuzz_check(err == diag.code);
	if (err == EVX_OK) {
		fuzz_check(evx_roster_encode(&r, &first, NULL) == EVX_OK);
		fuzz_check(evx_roster_decode(first.data, first.len, &again, NULL) == EVX_OK);
		fuzz_check(evx_roster_encode(&again, &second, NULL) == EVX_OK);
		fuzz_check(fuzz_equal(&first, second.data, second.len));
		evx_roster_free(&again);
	}
	evx_roster_free(&r);
	evx_buf_free(&first);
	evx_buf_free(&second);
}

/* What is read is what would be written. */
static void scope(const uint8_t *p, size_t n)
{
	struct evx_roster_scope s;
	struct evx_buf again = EVX_BUF_INIT;
	struct evx_diag diag = { 0 };
	enum evx_err err = evx_roster_scope_decode(p, n, &s, &diag);

	fuzz_check(err == diag.code);
	if (err == EVX_OK)
		fuzz_check(
			evx_roster_scope_encode(&s, &again) == EVX_OK && fuzz_equal(&again, p, n));
	evx_roster_scope_free(&s);
	evx_buf_free(&again);
}

static void fuzz_one(const uint8_t *p, size_t n)
{
	struct evx_roster_file f;
	struct evx_diag diag = { 0 };
	enum evx_err err = evx_roster_file_read(p, n, NULL, &f, &diag);

	fuzz_check(err == diag.code);
	/* Nobody here signs anew: what is good is what was signed, byte for byte. */
	if (err == EVX_OK && f.n > 0)
		fuzz_check(f.draft_at <= good.len && memcmp(good.data, p, f.draft_at) == 0);
	if (err == EVX_OK)
		fuzz_check(evx_roster_relation_of(&f, &f, NULL) ==
			(f.n > 0 ? EVX_ROSTER_SAME : EVX_ROSTER_OTHER));
	evx_roster_file_free(&f);
	document(p, n);
	scope(p, n);
}

static struct evx_secret *seeds[3];
static struct evx_signer signers[3];
static struct evx_roster_root roots[3];

/* Adds next to good, signed by both its signers when sign is set. */
static void put(const struct evx_roster *next, bool sign)
{
	struct evx_roster_file f = { .n = 0 };
	struct evx_buf out = EVX_BUF_INIT;
	size_t i;

	fuzz_check(good.len == 0 ||
		evx_roster_file_read(good.data, good.len, NULL, &f, NULL) == EVX_OK);
	fuzz_check(evx_roster_file_draft(&f, next, &out, NULL) == EVX_OK);
	for (i = 0; i < 2; i++) {
		evx_roster_file_free(&f);
		evx_buf_free(&good);
		good = out;
		fuzz_seed(good.data, good.len);
		out = (struct evx_buf)EVX_BUF_INIT;
		fuzz_check(evx_roster_file_read(good.data, good.len, NULL, &f, NULL) == EVX_OK);
		if (!sign)
			break;
		fuzz_check(evx_roster_file_sign(&f, &signers[i], &out, NULL) == EVX_OK);
	}
	if (sign) {
		evx_buf_free(&good);
		good = out;
		fuzz_seed(good.data, good.len);
	}
	evx_roster_file_free(&f);
}

static void fuzz_seeds(void)
{
	struct evx_roster_key key = { .person = "Ada \"A\" Green",
		.role = "examiner",
		.from = 1700000000,
		.has_until = true,
		.until = 1800000000,
		.approver = true,
		.is_revoked = true,
		.reason = EVX_REVOKED_LOST,
		.revoked = 1750000000 },
			      *added;
	struct evx_roster first = { .name = "North Sea",
		.version = 1,
		.time = 1700000000,
		.nroots = 2,
		.threshold = 2,
		.nsigners = 2 },
			  next;
	struct evx_roster_file f;
	struct evx_secret *identity;
	struct evx_sshkey pub;
	uint8_t age[32];
	size_t i;

	fuzz_seed_text("evx-roster-scope/1\nDE Polizei\nGB Court\nGB Police\n");
	for (i = 0; i < 3; i++) {
		fuzz_check(evx_sshkey_new(&seeds[i], &pub, NULL) == EVX_OK &&
			evx_sshkey_encode(&pub, roots[i].signing) == EVX_OK);
		signers[i] = evx_signer_of_seed(seeds[i], &pub);
		roots[i].name[0] = (char)('A' + i);
		if (i < 2) {
			first.roots[i] = roots[i];
			memcpy(first.signers[i], roots[i].signing, EVX_KEY_TEXT_CAP);
		}
	}
	fuzz_check(evx_age_identity_new(&identity, NULL) == EVX_OK &&
		evx_age_public(identity, age) == EVX_OK);
	fuzz_check(evx_age_recipient_encode(age, key.encryption) == EVX_OK);
	memcpy(key.signing, roots[2].signing, EVX_KEY_TEXT_CAP);
	fuzz_check(evx_roster_add_key(&first, "Police", "GB", &key, &added) == EVX_OK);
	put(&first, true);
	fuzz_check(evx_roster_file_read(good.data, good.len, NULL, &f, NULL) == EVX_OK &&
		evx_roster_file_next(&f, 1700000001, &next, NULL) == EVX_OK);
	next.members[0].keys[0].reason = EVX_REVOKED_COMPROMISED;
	memcpy(next.signers, first.signers, sizeof(next.signers));
	next.nsigners = 2;
	put(&next, true);
	evx_roster_free(&next);
	evx_roster_file_free(&f);
	fuzz_check(evx_roster_file_read(good.data, good.len, NULL, &f, NULL) == EVX_OK &&
		evx_roster_file_next(&f, 1700000002, &next, NULL) == EVX_OK);
	next.nroots = 1;
	next.threshold = 1;
	fuzz_check(evx_roster_file_all_sign(&f, &next, NULL) == EVX_OK);
	put(&next, false);
	evx_roster_free(&next);
	evx_roster_free(&first);
	evx_roster_file_free(&f);
	evx_secret_free(identity);
	for (i = 0; i < 3; i++)
		evx_secret_free(seeds[i]);
}
