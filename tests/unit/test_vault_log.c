/* vault.json and the entries of a vault's log: what is written is read, and nothing else. */
#include "format/limits.h"
#include "format/vault_log.h"
#include "edits.h"
#include "mutate.h"

#define VAULT "0f8fad5b-d9cb-469f-a165-70867728950e"
#define CASE1 "11111111-1111-4111-8111-111111111111"
#define CASE2 "22222222-2222-4222-8222-222222222222"
#define SSH "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJqVmKBVfZJNCPiW9ZHDTsbqDBYZ5N6wyLRvE2rAxYZa"
#define AGE "age1qqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqq"

/* An entry of a type with everything that the type can have. */
static struct evx_vault_entry entry_of(enum evx_vault_type type)
{
	struct evx_vault_entry e = {
		.vault = VAULT, .type = type, .time = 1767323045, .signer = SSH
	};

	e.sequence = type == EVX_VAULT_INIT ? 0 : 7;
	memset(e.previous, type == EVX_VAULT_INIT ? 0 : 0xab, sizeof(e.previous));
	assert_int_equal(evx_buf_add(&e.sealed, "age-encryption.org/v1 …", 21), EVX_OK);
	if (type == EVX_VAULT_INIT || type == EVX_VAULT_MEMBER_REMOVE) {
		memcpy(e.epoch.custody, AGE, sizeof(AGE));
		memcpy(e.epoch.content, AGE, sizeof(AGE));
		e.epoch.content[20] = 'p';
	}
	if (type == EVX_VAULT_INIT || type == EVX_VAULT_MEMBER_ADD) {
		memcpy(e.member_signing, SSH, sizeof(SSH));
		memcpy(e.member_encryption, AGE, sizeof(AGE));
		e.content = true;
	}
	if (type == EVX_VAULT_INIT) {
		e.escrow = calloc(2, sizeof(*e.escrow));
		assert_non_null(e.escrow);
		e.nescrow = 2;
		memcpy(e.escrow[0], AGE, sizeof(AGE));
		memcpy(e.escrow[1], AGE, sizeof(AGE));
		e.escrow[1][10] = 'z';
	}
	if (type == EVX_VAULT_MEMBER_REMOVE)
		memset(e.fingerprint, 0x5a, sizeof(e.fingerprint));
	if (type >= EVX_VAULT_CASE_NEW && type <= EVX_VAULT_INVENTORY)
		memcpy(e.case_id, CASE1, sizeof(CASE1));
	if (type == EVX_VAULT_CASE_MERGE)
		memcpy(e.into, CASE2, sizeof(CASE2));
	if (type == EVX_VAULT_INVENTORY)
		memset(e.list, 0x11, sizeof(e.list));
	if (type == EVX_VAULT_REMOVAL) {
		memcpy(e.uuid, CASE2, sizeof(CASE2));
		memset(e.event, 0x22, sizeof(e.event));
	}
	if (type == EVX_VAULT_ROLLBACK) {
		e.entries = 9;
		memset(e.head, 0x33, sizeof(e.head));
		memset(e.list, 0x44, sizeof(e.list));
	}
	if (type == EVX_VAULT_CASE_FILE) {
		memcpy(e.uuid, CASE2, sizeof(CASE2));
		memcpy(e.case_id, CASE1, sizeof(CASE1));
	}
	return e;
}

static struct evx_buf line_of(enum evx_vault_type type)
{
	struct evx_vault_entry e = entry_of(type);
	struct evx_buf out = EVX_BUF_INIT;
	struct evx_diag diag = { 0 };

	if (evx_vault_entry_encode(&e, &out, &diag) != EVX_OK)
		fail_msg("%s", diag.text);
	evx_vault_entry_free(&e);
	return out;
}

static enum evx_err decode(const void *p, size_t n)
{
	struct evx_vault_entry e;
	struct evx_diag diag = { 0 };
	enum evx_err err = evx_vault_entry_decode(p, n, &e, &diag);

	assert_int_equal(err, diag.code);
	evx_vault_entry_free(&e);
	return err;
}

static void test_round_trip(void **state)
{
	(void)state;
	for (size_t t = 0; t < EVX_VAULT_TYPES; t++) {
		struct evx_buf line = line_of((enum evx_vault_type)t), again = EVX_BUF_INIT;
		struct evx_vault_entry e;

		assert_int_equal(evx_vault_entry_decode(line.data, line.len, &e, NULL), EVX_OK);
		assert_int_equal(e.type, t);
		assert_int_equal(e.sealed.len, 21);
		assert_int_equal(evx_vault_entry_encode(&e, &again, NULL), EVX_OK);
		assert_int_equal(again.len, line.len);
		assert_memory_equal(again.data, line.data, line.len);
		for (size_t i = 0; i < line.len; i++)
			assert_int_not_equal(decode(line.data, i), EVX_OK);
		evx_vault_entry_free(&e);
		evx_buf_free(&line);
		evx_buf_free(&again);
	}
}

/* A line of type with one text replaced. */
static enum evx_err with(enum evx_vault_type type, const char *from, const char *to)
{
	struct evx_buf line = line_of(type), bad = mutated(line.data, line.len, from, to);
	enum evx_err err = decode(bad.data, bad.len);

	evx_buf_free(&line);
	evx_buf_free(&bad);
	return err;
}

static void test_refused(void **state)
{
	(void)state;
	assert_int_equal(with(EVX_VAULT_INIT, "evx-vault/1", "evx-vault/2"), EVX_E_UNSUPPORTED);
	assert_int_equal(with(EVX_VAULT_INIT, "evx-vault/1", "evx-event/1"), EVX_E_CORRUPT);
	assert_int_equal(with(EVX_VAULT_CASE_NEW, "case-new", "case-old"), EVX_E_UNSUPPORTED);
	assert_int_equal(
		with(EVX_VAULT_CASE_NEW, "\"time\"", "\"more\":1,\"time\""), EVX_E_UNSUPPORTED);
	assert_int_equal(with(EVX_VAULT_CASE_NEW, "\"time\"", "\"into\":\"" CASE2 "\",\"time\""),
		EVX_E_UNSUPPORTED);
	assert_int_equal(with(EVX_VAULT_CASE_NEW, VAULT, "0F8FAD5B-d9cb-469f-a165-70867728950e"),
		EVX_E_CORRUPT);
	assert_int_equal(
		with(EVX_VAULT_CASE_NEW, "\"sequence\":7", "\"sequence\":-1"), EVX_E_CORRUPT);
	/* EVX_VAULT_ENTRIES_MAX */
	assert_int_equal(with(EVX_VAULT_CASE_NEW, "\"sequence\":7", "\"sequence\":999999"), EVX_OK);
	assert_int_equal(
		with(EVX_VAULT_CASE_NEW, "\"sequence\":7", "\"sequence\":1000000"), EVX_E_LIMIT);
	assert_int_equal(
		with(EVX_VAULT_CASE_NEW, "\"sequence\":7", "\"sequence\":0"), EVX_E_CORRUPT);
	assert_int_equal(with(EVX_VAULT_INIT, "\"sequence\":0", "\"sequence\":1"), EVX_E_CORRUPT);
	assert_int_equal(
		with(EVX_VAULT_CASE_NEW, "\"previous\":\"ab", "\"previous\":\"AB"), EVX_E_CORRUPT);
	assert_int_equal(with(EVX_VAULT_CASE_NEW, "2026-01-02T", "2026-02-30T"), EVX_E_CORRUPT);
	assert_int_equal(with(EVX_VAULT_CASE_NEW, "[\"" SSH "\"]", "[]"), EVX_E_CORRUPT);
	assert_int_equal(with(EVX_VAULT_CASE_NEW, "[\"" SSH "\"]", "[\"" SSH "\",\"" SSH "\"]"),
		EVX_E_CORRUPT);
	assert_int_equal(with(EVX_VAULT_CASE_NEW, "[\"" SSH "\"]", "[\"" AGE "\"]"), EVX_E_CORRUPT);
	assert_int_equal(
		with(EVX_VAULT_CASE_NEW, "\"private\":\"", "\"private\":\"!"), EVX_E_CORRUPT);
	assert_int_equal(with(EVX_VAULT_CASE_NEW, "\"case\":\"" CASE1,
				 "\"case\":\""
				 "x"),
		EVX_E_CORRUPT);
	assert_int_equal(with(EVX_VAULT_MEMBER_ADD, "\"content\"", "\"all\""), EVX_E_CORRUPT);
	assert_int_equal(with(EVX_VAULT_MEMBER_ADD, "{\"signing\":", "{\"more\":1,\"signing\":"),
		EVX_E_UNSUPPORTED);
	assert_int_equal(
		with(EVX_VAULT_MEMBER_ADD, "\"encryption\":\"age1", "\"encryption\":\"agf1"),
		EVX_E_CORRUPT);
	assert_int_equal(
		with(EVX_VAULT_MEMBER_REMOVE, "\"fingerprint\":\"5a", "\"fingerprint\":\"5"),
		EVX_E_CORRUPT);
	assert_int_equal(with(EVX_VAULT_CASE_MERGE, CASE2, CASE1), EVX_E_CORRUPT);
	assert_int_equal(
		with(EVX_VAULT_INVENTORY, "\"list\":\"11", "\"list\":\"1g"), EVX_E_CORRUPT);
	assert_int_equal(with(EVX_VAULT_REMOVAL, "\"uuid\":\"" CASE2 "\",", ""), EVX_E_CORRUPT);
	assert_int_equal(with(EVX_VAULT_CASE_FILE, "\"uuid\":\"" CASE2 "\",", ""), EVX_E_CORRUPT);
	assert_int_equal(with(EVX_VAULT_CASE_FILE, "\"case\":\"" CASE1 "\",", ""), EVX_E_CORRUPT);
	assert_int_equal(with(EVX_VAULT_CASE_FILE, CASE1, "x"), EVX_E_CORRUPT);
	assert_int_equal(with(EVX_VAULT_ROLLBACK, "\"entries\":9", "\"entries\":0"), EVX_E_CORRUPT);
	assert_int_equal(
		with(EVX_VAULT_ROLLBACK, "\"entries\":9", "\"entries\":1000001"), EVX_E_CORRUPT);
	assert_int_equal(
		with(EVX_VAULT_ROLLBACK, "\"exhibits\":0", "\"exhibits\":-1"), EVX_E_CORRUPT);
	assert_int_equal(with(EVX_VAULT_ROLLBACK, "\"head\":\"33", "\"head\":\"3"), EVX_E_CORRUPT);
	assert_int_equal(with(EVX_VAULT_ROLLBACK, "\"list\":\"44", "\"list\":\"4"), EVX_E_CORRUPT);
	assert_int_equal(
		with(EVX_VAULT_INIT, "\"escrow\":[\"" AGE, "\"escrow\":[\"" SSH), EVX_E_CORRUPT);
}

static void test_escrow_once(void **state)
{
	struct evx_vault_entry e = entry_of(EVX_VAULT_INIT);
	struct evx_buf out = EVX_BUF_INIT;

	(void)state;
	memcpy(e.escrow[1], e.escrow[0], sizeof(e.escrow[0]));
	assert_int_equal(evx_vault_entry_encode(&e, &out, NULL), EVX_E_USAGE);
	assert_int_equal(out.len, 0);
	e.nescrow = 0;
	assert_int_equal(evx_vault_entry_encode(&e, &out, NULL), EVX_OK);
	evx_vault_entry_free(&e);
	evx_buf_free(&out);
	e = entry_of(EVX_VAULT_INIT);
	free(e.escrow);
	e.nescrow = EVX_VAULT_ESCROW_MAX + 1;
	e.escrow = calloc(e.nescrow, sizeof(*e.escrow));
	assert_non_null(e.escrow);
	for (size_t i = 0; i < e.nescrow; i++) {
		memcpy(e.escrow[i], AGE, sizeof(AGE));
		e.escrow[i][10] = (char)('a' + i % 26);
		e.escrow[i][11] = (char)('a' + i / 26);
	}
	assert_int_equal(evx_vault_entry_encode(&e, &out, NULL), EVX_E_LIMIT);
	evx_vault_entry_free(&e);
	evx_buf_free(&out);
}

static void test_names(void **state)
{
	char name[EVX_VAULT_NAME_CAP];
	uint32_t sequence;
	enum evx_vault_type type;

	(void)state;
	evx_vault_entry_name(12, EVX_VAULT_MEMBER_REMOVE, name);
	assert_string_equal(name, "00000012-member-remove");
	assert_true(evx_vault_entry_name_parse(name, &sequence, &type));
	assert_int_equal(sequence, 12);
	assert_int_equal(type, EVX_VAULT_MEMBER_REMOVE);
	assert_false(evx_vault_entry_name_parse("0000001-init", &sequence, &type));
	assert_false(evx_vault_entry_name_parse("00000001init", &sequence, &type));
	assert_false(evx_vault_entry_name_parse("00000001-inventory.list", &sequence, &type));
	assert_false(evx_vault_entry_name_parse("00000001-", &sequence, &type));
	assert_false(evx_vault_entry_name_parse("", &sequence, &type));
}

static enum evx_err json_class(const char *text, size_t n)
{
	char uuid[EVX_UUID_CAP];
	struct evx_diag diag = { 0 };
	enum evx_err err = evx_vault_json_decode(text, n, uuid, &diag);

	assert_int_equal(err, diag.code);
	return err;
}

static void test_vault_json(void **state)
{
	struct evx_buf text = EVX_BUF_INIT;
	char uuid[EVX_UUID_CAP];

	(void)state;
	assert_int_equal(evx_vault_json_encode(VAULT, &text), EVX_OK);
	assert_int_equal(text.len, EVX_VAULT_JSON_LEN);
	assert_int_equal(evx_vault_json_decode(text.data, text.len, uuid, NULL), EVX_OK);
	assert_string_equal(uuid, VAULT);
	for (size_t i = 0; i < text.len; i++)
		assert_int_equal(json_class((const char *)text.data, i),
			i < 22 ? EVX_E_NOT_OURS : EVX_E_TRUNCATED);
	/* Every byte but those of the UUID is as it must be. */
	for (size_t i = 0; i < text.len; i++) {
		if (i >= text.len - 3 - EVX_UUID_LEN && i < text.len - 3)
			continue;
		text.data[i] ^= 1;
		assert_int_not_equal(json_class((const char *)text.data, text.len), EVX_OK);
		text.data[i] ^= 1;
	}
	assert_int_equal(evx_buf_adds(&text, " "), EVX_OK);
	assert_int_equal(json_class((const char *)text.data, text.len), EVX_E_CORRUPT);
	text.data[30] = 'X';
	assert_int_equal(json_class((const char *)text.data, text.len - 1), EVX_E_CORRUPT);
	assert_int_equal(json_class("{\"format\":\"evx-vault/2\"}\n", 26), EVX_E_UNSUPPORTED);
	assert_int_equal(json_class("{\"format\":\"evx-vault/10\"}\n", 27), EVX_E_UNSUPPORTED);
	assert_int_equal(json_class("", 0), EVX_E_NOT_OURS);
	evx_buf_free(&text);
}

static struct evx_buf private_line(void)
{
	char card[] = "{card}\nsignature\n", more[] = "{other}", *cards[] = { more, more };
	char label[] = "7 Js 1/26 \"a\"", office[] = "Berlin", reason[] = "same", notes[] = "n\tn";
	struct evx_vault_private p = { .vault = VAULT,
		.sequence = 7,
		.author = SSH,
		.label = label,
		.office = office,
		.reason = reason,
		.notes = notes,
		.card = card,
		.cards = cards,
		.ncards = 2 };
	struct evx_buf out = EVX_BUF_INIT;

	assert_int_equal(evx_vault_private_encode(&p, &out, NULL), EVX_OK);
	return out;
}

static enum evx_err private_with(const char *from, const char *to)
{
	struct evx_buf line = private_line(), bad = mutated(line.data, line.len, from, to);
	struct evx_vault_private p;
	struct evx_diag diag = { 0 };
	enum evx_err err = evx_vault_private_decode(bad.data, bad.len, &p, &diag);

	assert_int_equal(err, diag.code);
	evx_vault_private_free(&p);
	evx_buf_free(&line);
	evx_buf_free(&bad);
	return err;
}

static void test_private(void **state)
{
	struct evx_buf line = private_line(), again = EVX_BUF_INIT;
	struct evx_vault_private p;
	struct evx_vault_entry e = { .vault = VAULT, .sequence = 7, .signer = SSH };

	(void)state;
	assert_int_equal(evx_vault_private_decode(line.data, line.len, &p, NULL), EVX_OK);
	assert_string_equal(p.label, "7 Js 1/26 \"a\"");
	assert_string_equal(p.card, "{card}\nsignature\n");
	assert_int_equal(p.ncards, 2);
	assert_int_equal(evx_vault_private_encode(&p, &again, NULL), EVX_OK);
	assert_int_equal(again.len, line.len);
	assert_memory_equal(again.data, line.data, line.len);
	assert_true(evx_vault_private_of(&p, &e));
	e.sequence = 8;
	assert_false(evx_vault_private_of(&p, &e));
	e.sequence = 7;
	e.previous[3] = 1;
	assert_false(evx_vault_private_of(&p, &e));
	e.previous[3] = 0;
	e.signer[70] ^= 1;
	assert_false(evx_vault_private_of(&p, &e));
	evx_vault_private_free(&p);
	evx_buf_free(&line);
	evx_buf_free(&again);
	assert_int_equal(
		private_with("evx-vault-private/1", "evx-vault-private/2"), EVX_E_UNSUPPORTED);
	assert_int_equal(private_with("evx-vault-private/1", "evx-vault/1"), EVX_E_CORRUPT);
	assert_int_equal(private_with("\"label\"", "\"more\":1,\"label\""), EVX_E_UNSUPPORTED);
	assert_int_equal(private_with(VAULT, "x"), EVX_E_CORRUPT);
	assert_int_equal(private_with("\"sequence\":7", "\"sequence\":0"), EVX_E_CORRUPT);
	assert_int_equal(
		private_with("\"cards\":[\"{other}\",\"{other}\"]", "\"cards\":[]"), EVX_E_CORRUPT);
	assert_int_equal(private_with("\"cards\":[\"{other}\"", "\"cards\":[1"), EVX_E_CORRUPT);
}

static void test_private_limits(void **state)
{
	char text[EVX_VAULT_TEXT_MAX + 2];
	struct evx_vault_private p = { .vault = VAULT, .author = SSH, .label = text };
	struct evx_buf out = EVX_BUF_INIT;

	(void)state;
	memset(text, 'x', sizeof(text));
	text[EVX_VAULT_TEXT_MAX + 1] = '\0';
	assert_int_equal(evx_vault_private_encode(&p, &out, NULL), EVX_E_LIMIT);
	text[EVX_VAULT_TEXT_MAX] = '\0';
	assert_int_equal(evx_vault_private_encode(&p, &out, NULL), EVX_OK);
	text[0] = (char)0xff;
	evx_buf_reset(&out);
	assert_int_equal(evx_vault_private_encode(&p, &out, NULL), EVX_E_USAGE);
	evx_buf_free(&out);
}

static enum evx_err entry_again(const void *p, size_t n, struct evx_buf *out)
{
	struct evx_vault_entry e;
	enum evx_err err = evx_vault_entry_decode(p, n, &e, NULL);

	if (err == EVX_OK)
		err = evx_vault_entry_encode(&e, out, NULL);
	evx_vault_entry_free(&e);
	return err;
}

static enum evx_err private_again(const void *p, size_t n, struct evx_buf *out)
{
	struct evx_vault_private e;
	enum evx_err err = evx_vault_private_decode(p, n, &e, NULL);

	if (err == EVX_OK)
		err = evx_vault_private_encode(&e, out, NULL);
	evx_vault_private_free(&e);
	return err;
}

static void every_byte_is_read(void **state)
{
	struct evx_buf line;

	(void)state;
	for (size_t t = 0; t < EVX_VAULT_TYPES; t++) {
		line = line_of((enum evx_vault_type)t);
		edits(line.data, line.len, 3, "09z", entry_again);
		evx_buf_free(&line);
	}
	line = private_line();
	edits(line.data, line.len, 1, "09z", private_again);
	evx_buf_free(&line);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_round_trip),
		cmocka_unit_test(test_refused), cmocka_unit_test(test_escrow_once),
		cmocka_unit_test(test_names), cmocka_unit_test(test_vault_json),
		cmocka_unit_test(test_private), cmocka_unit_test(test_private_limits),
		cmocka_unit_test(every_byte_is_read) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
