/* Small bundles with made-up contents for the container's tests, and sparse huge ones for
 * measuring. The custody files in them are filler: only the container is real. */
#ifndef EVX_TESTS_BUNDLE_SIM_H
#define EVX_TESTS_BUNDLE_SIM_H

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "bundle/writer.h"
#include "crypto/hash.h"
#include "format/bagit.h"
#include "format/index.h"
#include "format/manifest.h"
#include "format/tar.h"
#include "base/io.h"

#define SIM_UUID "5f0c3a52-7d1e-4c8b-9a3f-2b6d1e0f4a77"
#define SIM_SEAL_CAP 1024

/* Writes the members in front of the packs. */
static inline enum evx_err sim_front(struct evx_writer *w, struct evx_diag *diag)
{
	enum evx_err err = evx_writer_member(w, "README.txt", "read me\n", 8, diag);

	if (err == EVX_OK)
		err = evx_writer_member(w, "keys/0000-custody.age", "custody key", 11, diag);
	return err != EVX_OK ?
		err :
		evx_writer_member(w, "keys/0000-content.age", "content key", 11, diag);
}

/* The document of a seal over sequences of these lengths, which nobody signed: as much of it as the
 * container reads. */
static inline void sim_seal_json(uint64_t len0, uint64_t len1, char out[SIM_SEAL_CAP])
{
	static const char zeros[] =
		"0000000000000000000000000000000000000000000000000000000000000000";

	(void)snprintf(out, SIM_SEAL_CAP,
		"{\"format\":\"evx-event/1\",\"type\":\"seal\",\"uuid\":\"" SIM_UUID
		"\",\"sequence\":0,"
		"\"time\":\"2025-01-02T03:04:05Z\",\"signers\":[\"ssh-ed25519 "
		"AAAAC3NzaC1lZDI1NTE5AAAAIAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8g\"],"
		"\"files\":{},\"shape\":\"whole\",\"complete\":\"yes\",\"tagmanifest\":\"%s\","
		"\"listing_root\":\"%s\",\"sequences\":[\"%llu\",\"%llu\"],"
		"\"custody_key\":\"age1q%.57s\",\"content_key\":\"age1p%.57s\",\"readers\":{"
		"\"custody\":1,\"content\":1}}\n",
		zeros, zeros, (unsigned long long)len0, (unsigned long long)len1, zeros, zeros);
}

/* Writes the files of an event of the given number and type; its document is json, unless that is
 * NULL. */
static inline enum evx_err sim_event(struct evx_writer *w, unsigned event, const char *type,
	const char *json, struct evx_diag *diag)
{
	static const char *const parts[] = { ".json", ".json.sig1", ".details.age", ".record" };
	enum evx_err err = EVX_OK;
	char name[80], text[120];
	size_t i;

	for (i = 0; err == EVX_OK && i < sizeof(parts) / sizeof(parts[0]); i++) {
		(void)snprintf(name, sizeof(name), "custody/%04u-%s%s", event, type, parts[i]);
		(void)snprintf(text, sizeof(text), "filler for %s\n", name);
		if (i == 0 && json != NULL)
			err = evx_writer_member(w, name, json, strlen(json), diag);
		else
			err = evx_writer_member(w, name, text, strlen(text), diag);
	}
	return err;
}

/* The files of event 0000, a seal over packs of these lengths: the first short one ends sequence 0.
 */
static inline enum evx_err sim_seal(
	struct evx_writer *w, const size_t *lens, size_t packs, struct evx_diag *diag)
{
	uint64_t len[2] = { 0, 0 };
	char json[SIM_SEAL_CAP];
	size_t i, at = 0;

	for (i = 0; i < packs; i++) {
		len[at] += lens[i];
		at = lens[i] < EVX_PACK_LEN ? 1 : at;
	}
	sim_seal_json(len[0], len[1], json);
	return sim_event(w, 0, "seal", json, diag);
}

/* A whole bundle to w with packs of the given lengths (bytes count up from a different start in
 * each). */
static inline enum evx_err sim_bundle(
	struct evx_writer *w, const size_t *lens, size_t packs, struct evx_diag *diag)
{
	enum evx_err err = sim_front(w, diag);
	uint8_t hash[32];
	size_t i, j;

	for (i = 0; err == EVX_OK && i < packs; i++) {
		uint8_t *p = malloc(lens[i]);

		if (p == NULL)
			return EVX_E_MEMORY;
		for (j = 0; j < lens[i]; j++)
			p[j] = (uint8_t)(j * 7 + i + (j >> 12));
		err = evx_writer_pack(w, p, lens[i], hash, diag);
		free(p);
	}
	if (err == EVX_OK)
		err = evx_writer_finish_payload(w, hash, diag);
	if (err == EVX_OK)
		err = sim_seal(w, lens, packs, diag);
	return err != EVX_OK ? err : evx_writer_end(w, diag);
}

/* State of a sparse archive being laid out. */
struct sim_sparse {
	int fd;
	uint64_t offset;
	struct evx_buf lines;
	uint8_t tags[6][32];
};

static inline enum evx_err sim_header(
	struct sim_sparse *s, const char *name, uint64_t size, struct evx_diag *diag)
{
	uint8_t block[EVX_TAR_BLOCK];
	char path[EVX_TAR_PATH_CAP];
	enum evx_err err;

	(void)snprintf(path, sizeof(path), SIM_UUID "/%s", name);
	err = evx_tar_encode(path, size, block);
	return err != EVX_OK ? err :
			       evx_pwrite_full(s->fd, block, sizeof(block), s->offset, name, diag);
}

static inline enum evx_err sim_member(struct sim_sparse *s, const char *name, const void *p,
	size_t n, int tag, struct evx_diag *diag)
{
	enum evx_err err = sim_header(s, name, n, diag);

	if (err == EVX_OK)
		err = evx_pwrite_full(s->fd, p, n, s->offset + EVX_TAR_BLOCK, name, diag);
	if (err == EVX_OK)
		err = evx_index_add(&s->lines, s->offset, n, name);
	if (tag >= 0)
		evx_sha256(p, n, s->tags[tag]);
	s->offset += evx_tar_span(n);
	return err;
}

/* A bundle of `packs` full packs in a sparse file at path: all small members are there and agree,
 * packs are holes with made-up names, so that opening it can be measured without writing the
 * payload (verification finds every pack forged). With headers false the packs' header blocks are
 * holes, too: enough for opening by the index. On disk it takes about 300 bytes a pack, with
 * headers 4 KiB more. */
static inline enum evx_err sim_sparse(
	const char *path, uint64_t packs, bool headers, struct evx_diag *diag)
{
	static const char *const tagged[6] = { "bag-info.txt", "bagit.txt", "keys/0000-content.age",
		"keys/0000-custody.age", "manifest-sha256.txt", "README.txt" };
	static const char *const custody[4] = { "custody/0000-seal.json",
		"custody/0000-seal.json.sig1", "custody/0000-seal.details.age",
		"custody/0000-seal.record" };
	struct evx_buf manifest = EVX_BUF_INIT, text = EVX_BUF_INIT;
	struct evx_member_id id = { .kind = EVX_MEMBER_PACK };
	struct sim_sparse s = { -1, 0, EVX_BUF_INIT, { { 0 } } };
	char name[EVX_MEMBER_NAME_CAP], json[SIM_SEAL_CAP];
	enum evx_err err;
	uint64_t i, at;

	s.fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
	if (s.fd < 0)
		return evx_fail_errno(diag, path, "create: failed");
	err = evx_index_begin(&s.lines);
	if (err == EVX_OK)
		err = sim_member(&s, tagged[1], evx_bagit_declaration(),
			strlen(evx_bagit_declaration()), 1, diag);
	if (err == EVX_OK)
		err = sim_member(&s, tagged[5], "read me\n", 8, 5, diag);
	if (err == EVX_OK)
		err = sim_member(&s, tagged[3], "custody key", 11, 3, diag);
	if (err == EVX_OK)
		err = sim_member(&s, tagged[2], "content key", 11, 2, diag);
	at = s.offset;
	for (i = 0; err == EVX_OK && i < packs; i++) {
		evx_sha256(&i, sizeof(i), id.hash);
		err = evx_member_name(&id, name);
		if (err == EVX_OK && headers)
			err = sim_header(&s, name, EVX_PACK_LEN, diag);
		if (err == EVX_OK)
			err = evx_manifest_add(&manifest, id.hash, name);
		s.offset += evx_tar_span(EVX_PACK_LEN);
	}
	if (err == EVX_OK)
		err = evx_index_add_packs(&s.lines, at, packs);
	if (err == EVX_OK)
		err = sim_member(&s, tagged[4], manifest.data, manifest.len, 4, diag);
	if (err == EVX_OK)
		err = evx_bagit_info_encode(packs * EVX_PACK_LEN, packs, &text);
	if (err == EVX_OK)
		err = sim_member(&s, tagged[0], text.data, text.len, 0, diag);
	evx_buf_reset(&text);
	for (i = 0; err == EVX_OK && i < 6; i++)
		err = evx_manifest_add(&text, s.tags[i], tagged[i]);
	if (err == EVX_OK)
		err = sim_member(&s, "tagmanifest-sha256.txt", text.data, text.len, -1, diag);
	sim_seal_json(packs * EVX_PACK_LEN, 0, json);
	for (i = 0; err == EVX_OK && i < 4; i++)
		err = sim_member(&s, custody[i], i == 0 ? json : custody[i],
			strlen(i == 0 ? json : custody[i]), -1, diag);
	evx_buf_reset(&text);
	if (err == EVX_OK)
		err = evx_index_encode(&s.lines, s.offset, &text);
	if (err == EVX_OK)
		err = sim_member(&s, "index-0000", text.data, text.len, -1, diag);
	if (err == EVX_OK && ftruncate(s.fd, (off_t)(s.offset + 2 * (uint64_t)EVX_TAR_BLOCK)) != 0)
		err = evx_fail_errno(diag, path, "truncate: failed");
	evx_close_quiet(&s.fd);
	evx_buf_free(&manifest);
	evx_buf_free(&text);
	evx_buf_free(&s.lines);
	return err;
}

#endif
