/* Exact limits, on both sides: what stands at the limit passes, one more is refused. The numbers
 * are those of format-spec/, not of the code. */
#include "testdata.h"

#include "crypto/hash.h"
#include "crypto/secret.h"
#include "crypto/sshsig.h"
#include "format/event_type.h"
#include "format/frame.h"
#include "format/limits.h"
#include "format/member.h"
#include "format/node.h"
#include "format/policy.h"

static char *type_of(size_t n)
{
	static char type[64];

	assert_true(n < sizeof(type));
	memset(type, 'a', n);
	type[n] = '\0';
	return type;
}

/* A name is one when its number is at most the limit, in parsing and in writing: EVX_SIGNERS_MAX,
 * EVX_ATTACHMENTS_MAX, EVX_STAMPS_MAX, EVX_EVENTS_MAX, EVX_GROUPS_MAX, EVX_TYPE_MAX. */
static void names(void **state)
{
	static const struct {
		const char *at, *above;
	} pairs[] = { { "custody/0001-note.json.sig16", "custody/0001-note.json.sig17" },
		{ "custody/0001-note.json.sig1", "custody/0001-note.json.sig0" },
		{ "custody/0001-note.attach999.age", "custody/0001-note.attach1000.age" },
		{ "custody/0001-note.attach1.age", "custody/0001-note.attach0.age" },
		{ "custody/0001-note.tsr999", "custody/0001-note.tsr1000" },
		{ "custody/0001-note.tsr2", "custody/0001-note.tsr1" },
		{ "custody/9999-note.json", "custody/10000-note.json" },
		{ "keys/9999-content.age", "keys/10000-content.age" },
		{ "index-9999", "index-10000" }, { "append-9999", "append-10000" },
		{ "append-0001", "append-0000" }, { "index-0000", "index-000" } };
	struct evx_member_id id, none = { .kind = EVX_MEMBER_BAGIT };
	char name[64 + 64], out[EVX_MEMBER_NAME_CAP];
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(pairs) / sizeof(pairs[0]); i++) {
		if (evx_member_parse(pairs[i].at, &id, NULL) != EVX_OK)
			fail_msg("%s", pairs[i].at);
		assert_int_equal(evx_member_name(&id, out), EVX_OK);
		assert_string_equal(out, pairs[i].at);
		if (evx_member_parse(pairs[i].above, &id, NULL) != EVX_E_CORRUPT)
			fail_msg("%s", pairs[i].above);
		assert_memory_equal(&id, &none, sizeof(id.kind));
	}
	for (i = 0; i < 34; i++) {
		(void)snprintf(name, sizeof(name), "custody/0001-%s.json", type_of(i));
		assert_int_equal(evx_member_parse(name, &id, NULL),
			i >= 1 && i <= 32 ? EVX_OK : EVX_E_CORRUPT);
	}
	for (unsigned over = 0; over < 2; over++) {
		const enum evx_err wanted = over ? EVX_E_USAGE : EVX_OK;

		id = (struct evx_member_id){
			.kind = EVX_MEMBER_SIG, .event = 1, .number = 16 + over, .type = "note"
		};
		assert_int_equal(evx_member_name(&id, out), wanted);
		id = (struct evx_member_id){
			.kind = EVX_MEMBER_JSON, .event = 9999 + over, .type = "note"
		};
		assert_int_equal(evx_member_name(&id, out), wanted);
		id = (struct evx_member_id){ .kind = EVX_MEMBER_KEY_CUSTODY, .event = 9999 + over };
		assert_int_equal(evx_member_name(&id, out), wanted);
		id = (struct evx_member_id){ .kind = EVX_MEMBER_INDEX, .number = 9999 + over };
		assert_int_equal(evx_member_name(&id, out), wanted);
	}
}

/* EVX_TREE_LEVELS_MAX, EVX_FRAME_PLAIN_MAX. */
static void frames(void **state)
{
	static const struct {
		uint8_t type;
		uint32_t stored, plain;
		enum evx_err err;
	} cases[] = { { EVX_FRAME_DATA, 4194304 + 77, 4194304, EVX_OK },
		{ EVX_FRAME_DATA, 4194305 + 77, 4194305, EVX_E_LIMIT },
		{ EVX_FRAME_DATA, 78, 1, EVX_OK }, { EVX_FRAME_DATA, 79, 1, EVX_E_CORRUPT },
		{ EVX_FRAME_DATA, 77, 1, EVX_E_CORRUPT }, { EVX_FRAME_DATA, 78, 0, EVX_E_CORRUPT },
		{ EVX_FRAME_DATA, 78, 4194304, EVX_OK }, { EVX_FRAME_LISTING, 78, 1000, EVX_OK },
		{ EVX_FRAME_CONTENT_NODE, 181, 104, EVX_OK },
		{ EVX_FRAME_CONTENT_NODE, 180, 104, EVX_E_CORRUPT },
		{ EVX_FRAME_CONTENT_NODE, 182, 104, EVX_E_CORRUPT } };

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		if (evx_frame_lengths_check(cases[i].type, cases[i].stored, cases[i].plain, NULL) !=
			cases[i].err)
			fail_msg("case %zu", i);
	for (uint8_t level = 0; level < 10; level++) {
		struct evx_frame_header h = {
			.type = EVX_FRAME_CONTENT_NODE, .level = level, .stored = 181, .plain = 104
		};
		uint8_t bytes[44] = { 0 };

		evx_frame_header_encode(&h, bytes);
		assert_int_equal(evx_frame_header_decode(bytes, &h, NULL),
			level <= 7 ? EVX_OK : EVX_E_LIMIT);
	}
}

/* A node has 1 to 1,024 references (EVX_NODE_REFS_MAX). */
static void nodes(void **state)
{
	static uint8_t bytes[12 + 1025 * 92];
	static struct evx_ref refs[1025];
	static struct evx_node node;

	(void)state;
	for (uint32_t i = 0; i < 1025; i++)
		refs[i] = (struct evx_ref){
			.position = i * 78, .stored = 78, .plain = 1, .span = 1
		};
	for (uint32_t n = 1023; n <= 1025; n++) {
		size_t len = evx_node_encode(0, refs, n, bytes);

		assert_int_equal(len, 12 + n * 92);
		assert_int_equal(evx_node_decode(bytes, len, 0, 0, 0, n, &node, NULL),
			n <= 1024 ? EVX_OK : EVX_E_LIMIT);
	}
}

/* A rule of a policy lists at most 64 keys (EVX_POLICY_KEYS_MAX), each once. */
static void policies(void **state)
{
	struct evx_policy policy = { 0 };
	struct evx_policy_rule *rule;

	(void)state;
	assert_int_equal(evx_policy_add(&policy, "access", 1, false, &rule), EVX_OK);
	assert_int_equal(evx_policy_add(&policy, "access", 1, false, &rule), EVX_E_USAGE);
	rule = &policy.at[0];
	for (unsigned i = 0; i < 66; i++) {
		struct evx_sshkey pub = { 0 };
		uint8_t seed[32] = { (uint8_t)i, 1 };
		char text[EVX_SSHKEY_CAP];

		evx_sha256(seed, sizeof(seed), pub.point);
		if (evx_sshkey_encode(&pub, text) != EVX_OK)
			fail_msg("key %u", i);
		assert_int_equal(evx_policy_add_key(rule, text), i < 64 ? EVX_OK : EVX_E_LIMIT);
	}
	assert_int_equal(rule->nof, 64);
	evx_policy_free(&policy);
}

static int init(void **state)
{
	(void)state;
	return evx_crypto_init(NULL) == EVX_OK ? 0 : -1;
}

/* EVX_POLICY_RULES_MAX: an act has one rule, and there are fewer acts than rules. */
static void every_rule(void **state)
{
	struct evx_policy policy = { 0 };
	struct evx_policy_rule *rule;
	const struct evx_event_type *type;

	(void)state;
	assert_int_equal(evx_policy_add(&policy, EVX_POLICY_OPEN, 1, false, &rule), EVX_OK);
	for (int kind = EVX_EVENT_OTHER + 1;
		(type = evx_event_type_of((enum evx_event_kind)kind)) != NULL; kind++)
		assert_int_equal(evx_policy_add(&policy, type->name, 1, false, &rule), EVX_OK);
	assert_in_range(policy.n, 10, EVX_POLICY_RULES_MAX);
	evx_policy_free(&policy);
}

/* EVX_MANIFEST_MAX: no member but the manifest may be so long, and no pack is longer than one. */
static void members(void **state)
{
	(void)state;
	assert_int_equal(evx_member_limit(EVX_MEMBER_MANIFEST), EVX_MANIFEST_MAX);
	assert_int_equal(EVX_MANIFEST_MAX, 268435456);
	assert_int_equal(evx_member_limit(EVX_MEMBER_PACK), 33554432);
	assert_int_equal(evx_member_limit(EVX_MEMBER_TAGMANIFEST), 67108864);
	assert_int_equal(evx_member_limit(EVX_MEMBER_JSON), 67108864);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(names), cmocka_unit_test(every_rule),
		cmocka_unit_test(members), cmocka_unit_test(frames), cmocka_unit_test(nodes),
		cmocka_unit_test(policies) };

	return cmocka_run_group_tests(tests, init, NULL);
}
