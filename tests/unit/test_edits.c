/* Short texts of bundles and of homes: no byte of them goes unread. */
#include "edits.h"
#include "format/bagit.h"
#include "format/card.h"
#include "format/manifest.h"
#include "format/signed_text.h"
#include "format/text.h"
#include "format/time.h"
#include "format/vault_log.h"
#include "custody/roster_scope.h"
#include "mirror/mirror_memory.h"
#include "scratch.h"
#include "ship/remotes.h"
#include "store/heads_inner.h"
#include "store/memory.h"
#include "store/vault_inner.h"

#define H1 "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff"
#define H2 "ffeeddccbbaa99887766554433221100ffeeddccbbaa99887766554433221100"
#define UUID_A "11111111-1111-4111-8111-111111111111"
#define UUID_B "22222222-2222-4222-8222-222222222222"
#define KEY "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIO1A+u3BZKkALDpcCwsvmX/KnHmfgDVnmzz6PMhnG+Ze"
#define AGE "age1qqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqq"
#define ID "00112233445566778899aabbccddeeff"

static struct scratch s;

static void good(const char *text, edits_again *again)
{
	edits(text, strlen(text), 1, "09az -\n", again);
}

/* Each try writes a file. */
static void good_file(const char *text, edits_again *again)
{
	edits(text, strlen(text), 3, "09 -\n", again);
}

static enum evx_err bagit_again(const void *p, size_t n, struct evx_buf *out)
{
	uint64_t bytes, packs;
	enum evx_err err = evx_bagit_info_decode(p, n, &bytes, &packs, NULL);

	return err == EVX_OK ? evx_bagit_info_encode(bytes, packs, out) : err;
}

static enum evx_err manifest_again(const void *p, size_t n, struct evx_buf *out)
{
	struct evx_cursor c = evx_cursor_over(p, n);
	struct evx_manifest_line line;
	enum evx_err err = EVX_OK;

	while (err == EVX_OK && evx_cursor_left(&c) > 0) {
		err = evx_manifest_next(&c, &line, NULL);
		if (err == EVX_OK)
			err = evx_manifest_add(out, line.hash, line.name);
	}
	return err;
}

static enum evx_err signed_again(const void *p, size_t n, struct evx_buf *out)
{
	struct evx_signed_text parts;
	enum evx_err err = evx_signed_text_split(p, n, &parts, NULL);

	return err == EVX_OK ? evx_signed_text_join(&parts, out) : err;
}

static enum evx_err vault_again(const void *p, size_t n, struct evx_buf *out)
{
	char uuid[EVX_UUID_CAP];
	enum evx_err err = evx_vault_json_decode(p, n, uuid, NULL);

	return err == EVX_OK ? evx_vault_json_encode(uuid, out) : err;
}

static enum evx_err scope_again(const void *p, size_t n, struct evx_buf *out)
{
	struct evx_roster_scope scope = { .stated = false };
	enum evx_err err = evx_roster_scope_decode(p, n, &scope, NULL);

	if (err == EVX_OK)
		err = evx_roster_scope_encode(&scope, out);
	evx_roster_scope_free(&scope);
	return err;
}

static enum evx_err remote_again(const void *p, size_t n, struct evx_buf *out)
{
	struct evx_remotes_entry entry;
	enum evx_err err = evx_remotes_decode(p, n, "stick", &entry, NULL);

	return err == EVX_OK ? evx_remotes_encode(&entry, out, NULL) : err;
}

static enum evx_err card_again(const void *p, size_t n, struct evx_buf *out)
{
	struct evx_card card;
	enum evx_err err = evx_card_decode(p, n, &card, NULL);

	return err == EVX_OK ? evx_card_encode(&card, out, NULL) : err;
}

static void texts(void **state)
{
	static const char card[] =
		"{\"format\":\"evx-card/1\",\"person\":\"Ann\",\"organisation\":\"Office\","
		"\"country\":\"NL\",\"role\":\"expert\",\"encryption\":\"" AGE
		"\",\"signing\":\"" KEY "\",\"created\":\"2025-01-02T03:04:05Z\",\"retired\":"
		"\"2025-03-01T00:00:00Z\",\"declared\":\"2025-04-01T00:00:00Z\",\"signers\":[\"" KEY
		"\"]}\n";
	struct evx_buf vault = EVX_BUF_INIT;

	(void)state;
	good("Payload-Oxum: 33554432.12\n", bagit_again);
	good(H1 "  custody/0000-seal.json\n" H2 "  data/" H1 ".pack\n", manifest_again);
	good("{}\n-----BEGIN SSH SIGNATURE-----\nAA==\n-----END SSH SIGNATURE-----\n"
	     "-----BEGIN SSH SIGNATURE-----\nAA==\n-----END SSH SIGNATURE-----\n",
		signed_again);
	assert_int_equal(evx_vault_json_encode(UUID_A, &vault), EVX_OK);
	assert_int_equal(evx_buf_cstr(&vault), EVX_OK);
	good((const char *)vault.data, vault_again);
	evx_buf_free(&vault);
	good("evx-remote-memory/1\nurl dir:/media/stick\nid " ID "\n", remote_again);
	good("evx-remote-memory/1\nurl dir:/media/stick\nid -\n", remote_again);
	edits(card, strlen(card), 1, "09z", card_again);
	good("evx-roster-scope/1\nGB Court\nGB Police\nNL Court\n", scope_again);
}

/* ---- Files of the home, read from where they stand and written here by hand */

static enum evx_err memory_again(const void *p, size_t n, struct evx_buf *out)
{
	struct evx_vault_memory m;
	char head[65];
	bool there;
	enum evx_err err;

	scratch_file(&s, UUID_A, p, n);
	err = evx_memory_read(s.fd, UUID_A, &m, &there, NULL);
	if (err != EVX_OK)
		return err;
	assert_true(there);
	evx_hex_encode(m.head, sizeof(m.head), head);
	err = evx_buf_adds(out, "evx-vault-memory/1\npath ");
	if (err == EVX_OK)
		err = m.path[0] == '\0' ? evx_buf_adds(out, "-") :
					  evx_base64_encode(m.path, strlen(m.path), true, out);
	return err != EVX_OK ? err :
			       evx_buf_addf(out, "\nfounder %s\naccepted %s\nlog %u %s\n",
				       m.founder, m.accepted ? "yes" : "no", m.entries, head);
}

static enum evx_err heads_again(const void *p, size_t n, struct evx_buf *out)
{
	struct evx_vault v = { .uuid = UUID_A, .pins = s.fd };
	struct evx_heads_memory m = { NULL, 0 };
	enum evx_err err;

	scratch_file(&s, UUID_A ".heads", p, n);
	err = evx_heads_memory_read(&v, &m, NULL);
	if (err == EVX_OK)
		err = evx_buf_adds(out, "evx-vault-heads/1\n");
	for (size_t i = 0; err == EVX_OK && i < m.n; i++) {
		char seal[65], head[65];

		evx_hex_encode(m.at[i].seal, 32, seal);
		evx_hex_encode(m.at[i].head, 32, head);
		err = evx_buf_addf(out, "%s %s %llu %s %s\n", m.at[i].uuid, seal,
			(unsigned long long)m.at[i].events, head,
			m.at[i].case_id[0] != '\0' ? m.at[i].case_id : "-");
	}
	free(m.at);
	return err;
}

static enum evx_err mirror_again(const void *p, size_t n, struct evx_buf *out)
{
	struct evx_lanes lanes = EVX_LANES_INIT;
	struct evx_mirror_memory m;
	char note[65], keys[65];
	enum evx_err err;

	scratch_file(&s, "mirror-" ID "-" ID, p, n);
	lanes.lanes = s.fd;
	err = evx_mirror_memory_read(&lanes, ID, ID, false, &m, NULL);
	if (err != EVX_OK)
		return err;
	evx_hex_encode(m.note, 32, note);
	evx_hex_encode(m.keys, 32, keys);
	err = evx_buf_addf(
		out, "evx-mirror-memory/1\nnote %08u %s\nkeys %s\n", m.number, note, keys);
	if (err == EVX_OK)
		err = evx_mirror_index_encode(&m.index, out);
	evx_mirror_memory_free(&m);
	return err;
}

static void memories(void **state)
{
	static const char *const bad[] = { "evx-vault-memory/1\npath -\nfounder SHA256;abc\n",
		"evx-vault-memory/1\npath -\nfounder sHA256:abc\n",
		"evx-vault-memory/1\npath -\nfounder SHA256:\n" };
	struct evx_buf text = EVX_BUF_INIT, out = EVX_BUF_INIT;

	(void)state;
	umask(077);
	s = scratch_make();
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		evx_buf_reset(&text);
		assert_int_equal(evx_buf_adds(&text, bad[i]), EVX_OK);
		assert_int_equal(evx_buf_adds(&text, "accepted yes\nlog 1 " H1 "\n"), EVX_OK);
		assert_int_equal(memory_again(text.data, text.len, &out), EVX_E_CORRUPT);
	}
	evx_buf_free(&text);
	evx_buf_free(&out);
	good_file("evx-vault-memory/1\npath L3RtcC92\nfounder SHA256:abc\naccepted yes\nlog 10 " H1
		  "\n",
		memory_again);
	good_file("evx-vault-memory/1\npath -\nfounder SHA256:abc\naccepted no\nlog 1 " H1 "\n",
		memory_again);
	good_file("evx-vault-heads/1\n" UUID_A " " H1 " 10 " H2 " " UUID_B "\n" UUID_B " " H2
		  " 2 " H1 " -\n",
		heads_again);
	good_file("evx-mirror-memory/1\nnote 00000010 " H1 "\nkeys " H2
		  "\nevx-mirror-index/1\nfile " H1 " 72 vault.json\n",
		mirror_again);
	scratch_remove(&s);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(texts), cmocka_unit_test(memories) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
