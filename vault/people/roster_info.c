/* Rosters as the public header shows them. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "format/text.h"
#include "people/card_info.h"
#include "people/roster_use.h"

void evx_roster_info_free(struct evx_roster_info *info)
{
	if (info == NULL)
		return;
	for (size_t i = 0; i < info->nkeys; i++)
		free(info->keys[i].acts_for);
	free(info->keys);
	free(info->roots);
	free(info->signers);
	free(info->agencies);
	memset(info, 0, sizeof(*info));
}

static enum evx_err fingerprint_of(
	const char *signing, char out[EVX_FINGERPRINT_CAP], struct evx_diag *diag)
{
	struct evx_sshkey pub;
	enum evx_err err = evx_sshkey_decode(signing, strlen(signing), &pub, diag);

	if (err == EVX_OK)
		evx_sshkey_fingerprint(&pub, out);
	return err;
}

static enum evx_err key_info(const struct evx_roster_member *member,
	const struct evx_roster_key *key, struct evx_roster_key_info *out, struct evx_diag *diag)
{
	enum evx_err err = evx_card_info_of_rostered(member, key, &out->card, diag);

	out->approver = key->approver;
	if (err == EVX_OK)
		err = evx_time_encode(key->from, out->from);
	if (err == EVX_OK && key->has_until)
		err = evx_time_encode(key->until, out->until);
	if (err == EVX_OK && key->is_revoked) {
		err = evx_time_encode(key->revoked, out->revoked);
		(void)snprintf(out->reason, sizeof(out->reason), "%s",
			evx_roster_reason_name(key->reason));
	}
	if (err == EVX_OK && key->nacts_for > 0) {
		out->acts_for = calloc(key->nacts_for, sizeof(*out->acts_for));
		if (out->acts_for == NULL)
			return evx_fail_memory(diag);
	}
	for (size_t i = 0; i < key->nacts_for && err == EVX_OK; i++) {
		err = fingerprint_of(key->acts_for[i], out->acts_for[i], diag);
		out->nacts_for++;
	}
	return err;
}

static enum evx_err fill_keys(
	const struct evx_roster *r, struct evx_roster_info *info, struct evx_diag *diag)
{
	enum evx_err err = EVX_OK;
	size_t n = 0;

	for (size_t i = 0; i < r->nmembers; i++)
		n += r->members[i].nkeys;
	info->keys = calloc(n + 1, sizeof(*info->keys));
	if (info->keys == NULL)
		return evx_fail_memory(diag);
	for (size_t i = 0; i < r->nmembers; i++)
		for (size_t k = 0; k < r->members[i].nkeys && err == EVX_OK; k++)
			err = key_info(&r->members[i], &r->members[i].keys[k],
				&info->keys[info->nkeys++], diag);
	return err;
}

static enum evx_err fill_roots(const struct evx_roster_file *f, const struct evx_roster *r,
	struct evx_roster_info *info, struct evx_diag *diag)
{
	enum evx_err err = EVX_OK;

	info->roots = calloc(r->nroots, sizeof(*info->roots));
	info->signers = calloc(r->nsigners, sizeof(*info->signers));
	if (info->roots == NULL || info->signers == NULL)
		return evx_fail_memory(diag);
	for (size_t i = 0; i < r->nroots && err == EVX_OK; i++, info->nroots++) {
		memcpy(info->roots[i].name, r->roots[i].name, sizeof(r->roots[i].name));
		err = fingerprint_of(r->roots[i].signing, info->roots[i].fingerprint, diag);
	}
	for (size_t i = 0; i < r->nsigners && err == EVX_OK; i++, info->nsigners++) {
		info->signers[i].is_signed = !f->has_draft || f->draft_signed[i];
		err = fingerprint_of(r->signers[i], info->signers[i].fingerprint, diag);
	}
	return err;
}

static enum evx_err fill_agencies(const struct evx_roster *r, const struct evx_roster_scope *scope,
	struct evx_roster_info *info, struct evx_diag *diag)
{
	info->agencies = calloc(r->nmembers + 1, sizeof(*info->agencies));
	if (info->agencies == NULL)
		return evx_fail_memory(diag);
	for (size_t i = 0; i < r->nmembers; i++) {
		struct evx_roster_agency_info *to = &info->agencies[info->nagencies++];

		memcpy(to->agency, r->members[i].agency, sizeof(r->members[i].agency));
		memcpy(to->country, r->members[i].country, sizeof(to->country));
		to->keys = r->members[i].nkeys;
	}
	evx_roster_use_scope(info, scope);
	return EVX_OK;
}

void evx_roster_use_scope(struct evx_roster_info *info, const struct evx_roster_scope *scope)
{
	for (size_t i = 0; i < info->nagencies; i++)
		info->agencies[i].accepted = scope != NULL &&
			evx_roster_scope_has(
				scope, info->agencies[i].agency, info->agencies[i].country);
}

static void fill_known(const struct evx_roster_file *f, const struct evx_rosters *known,
	struct evx_roster_info *info)
{
	static const enum evx_roster_known words[] = { [EVX_ROSTER_SAME] = EVX_KNOWN_SAME,
		[EVX_ROSTER_NEWER] = EVX_KNOWN_NEWER,
		[EVX_ROSTER_OLDER] = EVX_KNOWN_OLDER,
		[EVX_ROSTER_FORKED] = EVX_KNOWN_FORKED,
		[EVX_ROSTER_OTHER] = EVX_KNOWN_NOT };
	const struct evx_roster_file *there = known != NULL ? evx_rosters_find(known, f) : NULL;

	if (there == NULL)
		return;
	info->known = words[evx_roster_relation_of(f, there, &info->known_version)];
	if (info->known != EVX_KNOWN_FORKED)
		info->known_version = (uint32_t)there->n;
}

enum evx_err evx_roster_use_info(const struct evx_roster_file *f, const struct evx_rosters *known,
	struct evx_roster_info *info, struct evx_diag *diag)
{
	const struct evx_roster *r = f->has_draft ? &f->draft : &f->newest;
	enum evx_err err;

	memset(info, 0, sizeof(*info));
	memcpy(info->name, r->name, sizeof(r->name));
	info->version = r->version;
	info->draft = f->has_draft;
	info->good = (uint32_t)f->n;
	info->threshold = r->threshold;
	if (f->n > 0)
		evx_hex_encode(f->hashes[0], 32, info->origin);
	if (!f->has_draft)
		evx_hex_encode(f->hashes[f->n - 1], 32, info->hash);
	fill_known(f, known, info);
	if ((err = evx_time_encode(r->time, info->time)) != EVX_OK ||
		(err = fill_roots(f, r, info, diag)) != EVX_OK ||
		(err = fill_agencies(r, known != NULL ? evx_rosters_scope(known, f) : NULL, info,
			 diag)) != EVX_OK)
		goto out;
	err = fill_keys(r, info, diag);
out:
	if (err != EVX_OK)
		evx_roster_info_free(info);
	return err;
}
