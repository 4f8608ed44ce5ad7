/* Where packs come from that are to replace damaged ones: a bundle, an unpacked one, or another
 * vault. It is believed in nothing: a pack is what its hash says. */
#ifndef EVX_KEEP_HEAL_SOURCE_H
#define EVX_KEEP_HEAL_SOURCE_H

#include "base/cancel.h"
#include "base/confine.h"
#include "bundle/bundle.h"
#include "store/vault.h"

struct evx_heal_source;

/* Opens path, parsing nothing. EVX_E_USAGE for a pipe; else as evx_bundle_open. */
enum evx_err evx_heal_source_open(
	const char *path, struct evx_heal_source **out, struct evx_diag *diag) EVX_MUST_CHECK;
void evx_heal_source_free(struct evx_heal_source *s); /* NULL does nothing */
/* What the confinement must let it read; fd -1: nothing beyond what is open. */
struct evx_confine_dir evx_heal_source_rule(const struct evx_heal_source *s);
/* Reads what there is. */
enum evx_err evx_heal_source_load(struct evx_heal_source *s, const struct evx_cancel *cancel,
	struct evx_diag *diag) EVX_MUST_CHECK;
/* Reads the pack of this hash, looking at exhibit uuid first, into p (EVX_PACK_LEN bytes); *n is
 * its length. Its bytes are not compared yet. EVX_E_NOT_FOUND. */
enum evx_err evx_heal_source_pack(struct evx_heal_source *s, const char *uuid,
	const uint8_t hash[32], uint8_t *p, size_t *n, struct evx_diag *diag) EVX_MUST_CHECK;

#endif
