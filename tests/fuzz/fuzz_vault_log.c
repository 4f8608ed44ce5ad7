/* A vault's log: vault.json, an entry and its private part decoded, and encoded to a fixed point.
 */
#include "fuzz/fuzz.h"

#include "format/vault_log.h"

static void entry(const uint8_t *p, size_t n)
{
	struct evx_buf first = EVX_BUF_INIT, second = EVX_BUF_INIT;
	struct evx_vault_entry e, again;
	struct evx_diag diag = { 0 };
	enum evx_err err = evx_vault_entry_decode(p, n, &e, &diag);

	fuzz_check(err == diag.code);
	if (err == EVX_OK) {
		fuzz_check(evx_vault_entry_encode(&e, &first, NULL) == EVX_OK);
		fuzz_check(evx_vault_entry_decode(first.data, first.len, &again, NULL) == EVX_OK);
		fuzz_check(evx_vault_entry_encode(&again, &second, NULL) == EVX_OK);
		fuzz_check(fuzz_equal(&first, second.data, second.len));
		evx_vault_entry_free(&again);
	}
	evx_vault_entry_free(&e);
	evx_buf_free(&first);
	evx_buf_free(&second);
}

static void private(const uint8_t *p, size_t n)
{
	struct evx_buf first = EVX_BUF_INIT, second = EVX_BUF_INIT;
	struct evx_vault_private part, again;
	struct evx_diag diag = { 0 };
	enum evx_err err = evx_vault_private_decode(p, n, &part, &diag);

	fuzz_check(err == diag.code);
	if (err == EVX_OK) {
		fuzz_check(evx_vault_private_encode(&part, &first, NULL) == EVX_OK);
		fuzz_check(evx_vault_private_decode(first.data, first.len, &again, NULL) == EVX_OK);
		fuzz_check(evx_vault_private_encode(&again, &second, NULL) == EVX_OK);
		fuzz_check(fuzz_equal(&first, second.data, second.len));
		evx_vault_private_free(&again);
	}
	evx_vault_private_free(&part);
	evx_buf_free(&first);
	evx_buf_free(&second);
}

static void fuzz_one(const uint8_t *p, size_t n)
{
	struct evx_diag diag = { 0 };
	char uuid[EVX_UUID_CAP];
	enum evx_err err = evx_vault_json_decode(p, n, uuid, &diag);

	fuzz_check(err == diag.code);
	fuzz_check(err != EVX_OK || evx_uuid_valid(uuid, strlen(uuid)));
	entry(p, n);
	private(p, n);
}

static void fuzz_seeds(void)
{
	static const char
		vault[] = "0f8fad5b-d9cb-469f-a165-70867728950e",
		ssh[] = "ssh-ed25519 "
			"AAAAC3NzaC1lZDI1NTE5AAAAIJqVmKBVfZJNCPiW9ZHDTsbqDBYZ5N6wyLRvE2rAxYZa",
		age[] = "age1qqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqq";
	struct evx_buf line = EVX_BUF_INIT;
	char label[] = "7 Js 1/26", card[] = "{}\n", *cards[] = { card };
	struct evx_vault_private part = {
		.sequence = 3, .label = label, .card = card, .cards = cards, .ncards = 1
	};
	size_t t;

	for (t = 0; t < EVX_VAULT_TYPES; t++) {
		struct evx_vault_entry e = { .type = (enum evx_vault_type)t,
			.sequence = t > 0,
			.content = true,
			.entries = 1 };

		memcpy(e.vault, vault, sizeof(vault));
		memcpy(e.signer, ssh, sizeof(ssh));
		memcpy(e.member_signing, ssh, sizeof(ssh));
		memcpy(e.member_encryption, age, sizeof(age));
		memcpy(e.epoch.custody, age, sizeof(age));
		memcpy(e.epoch.content, age, sizeof(age));
		memcpy(e.case_id, vault, sizeof(vault));
		memcpy(e.into, vault, sizeof(vault));
		e.into[0] = '1';
		memcpy(e.uuid, vault, sizeof(vault));
		fuzz_check(evx_buf_adds(&e.sealed, "sealed") == EVX_OK);
		fuzz_check(evx_vault_entry_encode(&e, &line, NULL) == EVX_OK);
		fuzz_seed(line.data, line.len);
		evx_buf_reset(&line);
		evx_vault_entry_free(&e);
	}
	memcpy(part.vault, vault, sizeof(vault));
	memcpy(part.author, ssh, sizeof(ssh));
	fuzz_check(evx_vault_private_encode(&part, &line, NULL) == EVX_OK);
	fuzz_seed(line.data, line.len);
	evx_buf_reset(&line);
	fuzz_check(evx_vault_json_encode(vault, &line) == EVX_OK);
	fuzz_seed(line.data, line.len);
	evx_buf_free(&line);
}
