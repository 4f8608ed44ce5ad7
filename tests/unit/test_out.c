/* What a function was to fill is empty after a failure, whatever was in it before: nobody who
 * overlooks a result, or frees what a failure left, finds the bytes of something else. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "crypto/age.h"
#include "crypto/agent_message.h"
#include "crypto/sshsig.h"
#include "crypto/sshwire.h"
#include "crypto/timestamp_token.h"
#include "custody/cards.h"
#include "custody/identity.h"
#include "custody/rosters.h"
#include "format/card.h"
#include "format/content_part.h"
#include "format/decimal.h"
#include "format/details.h"
#include "format/event.h"
#include "format/frame.h"
#include "format/index.h"
#include "format/listing.h"
#include "format/manifest.h"
#include "format/receipt.h"
#include "format/recipe.h"
#include "format/roster.h"
#include "format/signed_text.h"
#include "format/tar.h"
#include "format/time.h"
#include "format/uuid.h"
#include "format/vault_log.h"

static void empty(const char *what, const void *out, size_t n)
{
	const uint8_t *p = out;

	for (size_t i = 0; i < n; i++)
		if (p[i] != 0)
			fail_msg("%s: byte %zu of %zu is left", what, i, n);
}

/* CALL fails, and leaves nothing in out, a TYPE. */
#define EMPTY(type, call) \
	do { \
		type out; \
\
		memset(&out, 0xa5, sizeof(out)); \
		if ((call) == EVX_OK) \
			fail_msg("%s succeeds", #call); \
		empty(#call, &out, sizeof(out)); \
	} while (0)

/* Texts and bytes that are none of what is decoded. */
static void decoders(void **state)
{
	static const uint64_t sequences[2] = { 1, 1 };
	static const uint8_t block[EVX_TAR_BLOCK] = { 1 };
	struct evx_cursor c = evx_cursor_over("x", 1), lines = evx_cursor_over("x\n", 2);
	size_t used = 7;

	(void)state;
	EMPTY(struct evx_event, evx_event_decode("x", 1, &out, NULL));
	EMPTY(struct evx_event, evx_event_decode_skeleton("x", 1, &out, NULL));
	EMPTY(struct evx_card, evx_card_decode("x", 1, &out, NULL));
	EMPTY(struct evx_card, evx_card_text_read("x", 1, &out, NULL));
	EMPTY(struct evx_roster, evx_roster_decode("x", 1, &out, NULL));
	EMPTY(struct evx_roster_file, evx_roster_file_read("x", 1, NULL, &out, NULL));
	EMPTY(struct evx_roster_scope, evx_roster_scope_decode("x", 1, &out, NULL));
	EMPTY(struct evx_content_part,
		evx_content_part_decode("x", 1, false, sequences, &out, NULL));
	EMPTY(struct evx_details, evx_details_decode("x", 1, &out, NULL));
	EMPTY(struct evx_receipt, evx_receipt_decode("x", 1, &out, NULL));
	EMPTY(struct evx_recipe, evx_recipe_decode((const uint8_t *)"x", 1, &out, NULL));
	EMPTY(struct evx_vault_entry, evx_vault_entry_decode("x", 1, &out, NULL));
	EMPTY(struct evx_vault_private, evx_vault_private_decode("x", 1, &out, NULL));
	EMPTY(struct evx_signed_text, evx_signed_text_split("x", 1, &out, NULL));
	EMPTY(struct evx_signed_text, evx_signed_text_split_front("x", 1, &out, &used, NULL));
	assert_int_equal(used, 0);
	EMPTY(struct evx_tar_header, evx_tar_decode(block, &out, NULL));
	EMPTY(struct evx_frame_header, evx_frame_header_decode(block, &out, NULL));
	EMPTY(struct evx_member_id, evx_member_parse("x", &out, NULL));
	EMPTY(struct evx_manifest_line, evx_manifest_next(&c, &out, NULL));
	EMPTY(struct evx_index_line, evx_index_next(&lines, &out, NULL));
	EMPTY(uint64_t, evx_index_trailer(block, &out, NULL));
	EMPTY(int64_t, evx_time_decode("x", 1, &out));
	used = 7;
	EMPTY(struct evx_record,
		evx_listing_split((const uint8_t *)"x", 1, false, &out, &used, NULL));
	assert_int_equal(used, 0);
}

/* Numbers, names and rules. */
static void parts(void **state)
{
	struct evx_policy policy = { .n = 0 };
	uint8_t uuid[16];
	char text[EVX_UUID_CAP];
	uint64_t number = 7;

	(void)state;
	memset(uuid, 1, sizeof(uuid));
	memset(text, 1, sizeof(text));
	assert_false(evx_uuid_bytes("x", 1, uuid));
	empty("evx_uuid_bytes", uuid, sizeof(uuid));
	assert_int_not_equal(evx_vault_json_decode("x", 1, text, NULL), EVX_OK);
	empty("evx_vault_json_decode", text, sizeof(text));
	assert_false(evx_decimal_parse("x", 1, &number));
	assert_int_equal(number, 0);
	EMPTY(struct evx_policy_rule *, evx_policy_add(&policy, "dance", 1, false, &out));
	{
		const uint8_t *sig = uuid;
		size_t n = 7;

		assert_int_not_equal(evx_agent_message_signature("x", 1, &sig, &n, NULL), EVX_OK);
		assert_true(sig == NULL && n == 0);
	}
}

static void keys(void **state)
{
	uint8_t pub[32];

	(void)state;
	EMPTY(struct evx_sshkey, evx_sshkey_decode("x", 1, &out, NULL));
	EMPTY(struct evx_sshkey, evx_sshwire_public(evx_cursor_over("x", 1), &out));
	EMPTY(struct evx_sshkey, evx_agent_message_find("x", 1, "SHA256:x", &out, NULL));
	EMPTY(struct evx_secret *, evx_age_identity_decode("x", 1, &out, NULL));
	memset(pub, 1, sizeof(pub));
	assert_int_not_equal(evx_age_recipient_decode("x", 1, pub, NULL), EVX_OK);
	empty("evx_age_recipient_decode", pub, sizeof(pub));
	{
		struct evx_secret *seed = (void *)&seed;
		struct evx_sshkey key;

		memset(&key, 1, sizeof(key));
		assert_int_not_equal(evx_sshkey_private_decode("x", 1, &seed, &key, NULL), EVX_OK);
		assert_null(seed);
		empty("evx_sshkey_private_decode", &key, sizeof(key));
	}
	EMPTY(struct evx_timestamp_authorities *,
		evx_timestamp_authorities_read("x", 1, &out, NULL));
	EMPTY(struct evx_timestamp, evx_timestamp_check("x", 1, "x", 1, NULL, NULL, &out, NULL));
}

/* A home that is none. */
static void homes(void **state)
{
	(void)state;
	EMPTY(struct evx_cards, evx_cards_load(-1, EVX_CARDS_KNOWN, &out, NULL));
	EMPTY(struct evx_rosters, evx_rosters_load(-1, &out, NULL));
	EMPTY(struct evx_identity, evx_identity_unlock(-1, "x", NULL, &out, NULL));
	EMPTY(struct evx_card, evx_identity_card(-1, "x", &out, NULL, NULL));
	{
		evx_identity_name *names = (void *)&names;
		size_t n = 7;

		assert_int_not_equal(evx_identity_list(-1, &names, &n, NULL), EVX_OK);
		assert_null(names);
		assert_int_equal(n, 0);
	}
}

static int start(void **state)
{
	(void)state;
	return evx_crypto_init(NULL) == EVX_OK ? 0 : -1;
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(decoders), cmocka_unit_test(parts),
		cmocka_unit_test(keys), cmocka_unit_test(homes) };

	return cmocka_run_group_tests(tests, start, NULL);
}
