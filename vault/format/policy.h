/* A seal's policy: who else must sign which events (format-spec/events.md "Policy"). */
#ifndef EVX_FORMAT_POLICY_H
#define EVX_FORMAT_POLICY_H

#include "base/json.h"
#include "format/event_type.h"
#include "format/key_text.h"
#include "format/limits.h"

#define EVX_POLICY_OPEN "open" /* the rule that stands for access, copy and disclose */

struct evx_policy_rule {
	char act[EVX_TYPE_MAX + 1];   /* an event type, or EVX_POLICY_OPEN */
	char (*of)[EVX_KEY_TEXT_CAP]; /* owned; public signing keys, none twice */
	size_t nof;
	uint32_t need; /* so many distinct keys of them must sign: 1 to nof */
	bool witness;  /* and one more, who is on no such list and never held the exhibit */
};

/* Zero-initialise. No act twice. */
struct evx_policy {
	struct evx_policy_rule *at;
	size_t n;
};

/* Releases what policy owns and zeroes it. NULL does nothing. */
void evx_policy_free(struct evx_policy *policy);
/* Appends a rule without keys for act; *out is valid until the next one. EVX_E_USAGE for an act
 * that is no event type or has a rule, EVX_E_LIMIT, EVX_E_MEMORY. */
enum evx_err evx_policy_add(struct evx_policy *policy, const char *act, uint32_t need, bool witness,
	struct evx_policy_rule **out) EVX_MUST_CHECK;
/* Appends a public signing key to the rule. EVX_E_USAGE for another text or a key it has,
 * EVX_E_LIMIT, EVX_E_MEMORY. */
enum evx_err evx_policy_add_key(struct evx_policy_rule *rule, const char *key) EVX_MUST_CHECK;
/* True when the rule is about events of this type. */
bool evx_policy_rule_covers(const struct evx_policy_rule *rule, enum evx_event_kind kind);
/* True when key is on the rule's list. */
bool evx_policy_rule_lists(const struct evx_policy_rule *rule, const char *key);

/* Reads the object of a seal's `policy`. EVX_E_UNSUPPORTED for an act or key this program does not
 * know, EVX_E_CORRUPT, EVX_E_LIMIT. */
enum evx_err evx_policy_read(
	const struct evx_json *obj, struct evx_policy *out, struct evx_diag *diag) EVX_MUST_CHECK;
/* Writes it under key "policy" into the open object. */
void evx_policy_write(struct evx_jw *w, const struct evx_policy *policy);

/* Turns the name of a card, as a person wrote it, into its public signing key. EVX_E_NOT_FOUND when
 * there is none. */
typedef enum evx_err (*evx_policy_name_fn)(
	void *ctx, const char *name, char out[EVX_KEY_TEXT_CAP], struct evx_diag *diag);
/* Reads a --policy file: the same object in any layout; where a text is no public signing key, name
 * (NULL: none can be named) is asked for it. EVX_E_USAGE for all that makes no policy. */
enum evx_err evx_policy_decode_file(const void *p, size_t n, evx_policy_name_fn name, void *ctx,
	struct evx_policy *out, struct evx_diag *diag) EVX_MUST_CHECK;

#endif
