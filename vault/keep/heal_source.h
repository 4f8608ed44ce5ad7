/* Where packs come from that are to replace damaged ones: a bundle, an unpacked one, or another
 * vault. It is believed in nothing: a pack is what its hash says. */
#ifndef EVX_KEEP_HEAL_SOURCE_H
#define EVX_KEEP_HEAL_SOURCE_H

#include "base/cancel.h"
#include "base/start.h"
#include "bundle/bundle.h"
#include "store/vault.h"

struct evx_heal_source;

/* A part of an operation's start (base/start.h): opens path, parsing nothing, and lets it be read.
 * EVX_E_USAGE for a pipe; else as evx_bundle_open. *out is NULL after a failure. */
void evx_heal_source_start(struct evx_start *s, const char *path, struct evx_heal_source **out);
void evx_heal_source_free(struct evx_heal_source *s); /* NULL does nothing */
/* Reads what there is. */
enum evx_err evx_heal_source_load(struct evx_heal_source *s, const struct evx_cancel *cancel,
	struct evx_diag *diag) EVX_MUST_CHECK;
/* Reads the pack of this hash, looking at exhibit uuid first, into p (EVX_PACK_LEN bytes); *n is
 * its length. Its bytes are not compared yet. EVX_E_NOT_FOUND. */
enum evx_err evx_heal_source_pack(struct evx_heal_source *s, const char *uuid,
	const uint8_t hash[32], uint8_t *p, size_t *n, struct evx_diag *diag) EVX_MUST_CHECK;

#endif
