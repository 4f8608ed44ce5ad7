/* What the catalog says of an exhibit, compared with its small files. */
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/hash_equal.h"
#include "base/io.h"
#include "crypto/hash.h"
#include "find/vault_index.h"
#include "format/bagit.h"
#include "format/event.h"
#include "format/limits.h"
#include "store/place.h"

#define DIGITS 4u
#define SEAL_JSON "0000-seal.json"

/* Documents of events in custody/. */
struct documents {
	uint64_t n;
	unsigned newest;
	char name[64];      /* of the newest */
	char handed[64];    /* of the newest that made somebody the holder, "" the seal */
	unsigned handed_by; /* its number */
	bool disposed, held;
};

static enum evx_err see_document(void *ctx, const char *name)
{
	struct documents *r = ctx;
	const size_t len = strlen(name);
	unsigned number;

	if (len >= sizeof(r->name) || len < DIGITS + 6 || strspn(name, "0123456789") != DIGITS ||
		name[DIGITS] != '-' || strcmp(name + len - 5, ".json") != 0)
		return EVX_OK;
	number = (unsigned)strtoul(name, NULL, 10);
	if (r->n++ == 0 || number > r->newest) {
		r->newest = number;
		memcpy(r->name, name, len + 1);
	}
	if (strcmp(name + DIGITS, "-dispose.json") == 0)
		r->disposed = true;
	if (strcmp(name + DIGITS, "-hold.json") == 0)
		r->held = true;
	if ((strcmp(name + DIGITS, "-accept.json") == 0 ||
		    strcmp(name + DIGITS, "-take-over.json") == 0) &&
		(r->handed[0] == '\0' || number > r->handed_by)) {
		r->handed_by = number;
		memcpy(r->handed, name, len + 1);
	}
	return EVX_OK;
}

/* Reads a file of the directory; *hash is of its bytes. */
static bool read_hashed(int dir, const char *name, struct evx_buf *out, uint8_t hash[32])
{
	evx_buf_reset(out);
	if (evx_place_read(dir, name, EVX_DOCUMENT_MAX, out, NULL) != EVX_OK)
		return false;
	evx_sha256(out->data, out->len, hash);
	return true;
}

static bool seal_says(const struct evx_buf *json, const struct evx_catalog_exhibit *e)
{
	struct evx_event seal;
	uint8_t signer[32];
	bool same;

	if (evx_event_decode(json->data, json->len, &seal, NULL) != EVX_OK)
		return false;
	same = evx_event_is_seal(&seal) && seal.time == e->sealed &&
		seal.seal.complete == e->complete &&
		evx_vault_index_signer(seal.signers[0], signer, NULL) == EVX_OK &&
		evx_hash_equal(signer, e->signer);
	evx_event_free(&seal);
	return same;
}

/* The holder is who signed for it last. Where somebody signed for an office, and where a hold was
 * ever set, the chain says it, and not this glance. */
static bool holder_says(int custody, const struct documents *r, const struct evx_catalog_exhibit *e)
{
	struct evx_buf json = EVX_BUF_INIT;
	struct evx_event event;
	uint8_t holder[32];
	bool same = false;

	if (r->held || e->hold)
		return false;
	if (r->handed[0] == '\0')
		return evx_hash_equal(e->holder, e->signer);
	if (evx_place_read(custody, r->handed, EVX_DOCUMENT_MAX, &json, NULL) == EVX_OK &&
		evx_event_decode(json.data, json.len, &event, NULL) == EVX_OK) {
		same = event.nsigners > 0 &&
			evx_vault_index_signer(event.signers[0], holder, NULL) == EVX_OK &&
			evx_hash_equal(holder, e->holder);
		evx_event_free(&event);
	}
	evx_buf_free(&json);
	return same;
}

static bool custody_says(int custody, const struct evx_catalog_exhibit *e)
{
	struct evx_buf json = EVX_BUF_INIT;
	struct documents r = { 0 };
	uint8_t hash[32];
	bool same = evx_place_each(custody, see_document, &r, NULL) == EVX_OK && r.n == e->events &&
		r.newest == r.n - 1 && r.disposed == e->disposed;

	same = same && holder_says(custody, &r, e);
	same = same && read_hashed(custody, r.name, &json, hash) && evx_hash_equal(hash, e->head);
	same = same && read_hashed(custody, SEAL_JSON, &json, hash) &&
		evx_hash_equal(hash, e->seal) && seal_says(&json, e);
	evx_buf_free(&json);
	return same;
}

static bool payload_says(int dir, const struct evx_catalog_exhibit *e)
{
	struct evx_buf text = EVX_BUF_INIT;
	uint64_t bytes, packs;
	bool same = evx_place_read(dir, "bag-info.txt", EVX_DOCUMENT_MAX, &text, NULL) == EVX_OK &&
		evx_bagit_info_decode(text.data, text.len, &bytes, &packs, NULL) == EVX_OK &&
		bytes == e->payload;

	evx_buf_free(&text);
	return same;
}

bool evx_vault_index_agrees(const struct evx_vault *v, const struct evx_catalog_exhibit *e)
{
	char uuid[EVX_UUID_CAP];
	int dir = -1, custody = -1;
	bool same;

	evx_uuid_text(e->uuid, uuid);
	same = evx_vault_exhibit(v, uuid, &dir, NULL) == EVX_OK &&
		evx_place_open(dir, "custody", &custody, NULL) == EVX_OK &&
		custody_says(custody, e) && payload_says(dir, e) &&
		evx_vault_index_branches(v, uuid) == e->branches;
	evx_close_quiet(&custody);
	evx_close_quiet(&dir);
	return same;
}
