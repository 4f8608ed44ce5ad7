/* A seal's policy, in and out. */
#include "format/policy.h"

#include "base/array.h"

#include <stdlib.h>
#include <string.h>

static const char *const rule_keys[] = { "of", "need", "witness", NULL };

void evx_policy_free(struct evx_policy *policy)
{
	size_t i;

	if (policy == NULL)
		return;
	for (i = 0; i < policy->n; i++)
		free(policy->at[i].of);
	free(policy->at);
	memset(policy, 0, sizeof(*policy));
}

static bool is_act(const char *name)
{
	return strcmp(name, EVX_POLICY_OPEN) == 0 || evx_event_type(name) != NULL;
}

enum evx_err evx_policy_add(struct evx_policy *policy, const char *act, uint32_t need, bool witness,
	struct evx_policy_rule **out)
{
	size_t i;

	*out = NULL;
	if (!is_act(act))
		return EVX_E_USAGE;
	for (i = 0; i < policy->n; i++)
		if (strcmp(policy->at[i].act, act) == 0)
			return EVX_E_USAGE;
	if (policy->n >= EVX_POLICY_RULES_MAX)
		return EVX_E_LIMIT;
	*out = EVX_ARRAY_ADD(policy->at, policy->n);
	if (*out == NULL)
		return EVX_E_MEMORY;
	memcpy((*out)->act, act, strlen(act) + 1);
	(*out)->need = need;
	(*out)->witness = witness;
	return EVX_OK;
}

bool evx_policy_rule_lists(const struct evx_policy_rule *rule, const char *key)
{
	size_t i;

	for (i = 0; i < rule->nof; i++)
		if (strcmp(rule->of[i], key) == 0)
			return true;
	return false;
}

static bool is_key(const char *text)
{
	return evx_key_text_signing(text, strlen(text));
}

enum evx_err evx_policy_add_key(struct evx_policy_rule *rule, const char *key)
{
	char(*one)[EVX_KEY_TEXT_CAP];

	if (!is_key(key) || evx_policy_rule_lists(rule, key))
		return EVX_E_USAGE;
	if (rule->nof >= EVX_POLICY_KEYS_MAX)
		return EVX_E_LIMIT;
	one = EVX_ARRAY_ADD(rule->of, rule->nof);
	if (one == NULL)
		return EVX_E_MEMORY;
	memcpy(*one, key, strlen(key) + 1);
	return EVX_OK;
}

bool evx_policy_rule_covers(const struct evx_policy_rule *rule, enum evx_event_kind kind)
{
	const struct evx_event_type *type = evx_event_type_of(kind);

	if (type == NULL)
		return false;
	return strcmp(rule->act, EVX_POLICY_OPEN) == 0 ? type->opens :
							 strcmp(rule->act, type->name) == 0;
}

struct reading {
	struct evx_policy *out;
	struct evx_diag *diag;
	evx_policy_name_fn name;
	void *ctx;
};

static enum evx_err read_of(
	const struct reading *r, const struct evx_json *arr, struct evx_policy_rule *rule)
{
	char key[EVX_KEY_TEXT_CAP];
	size_t i, n;
	enum evx_err err;

	for (i = 0; i < evx_json_len(arr); i++) {
		const char *s = evx_json_text(evx_json_at(arr, i), &n);

		if (s == NULL)
			return evx_fail(r->diag, EVX_E_CORRUPT,
				"policy: expected texts in of, found another value");
		if (!is_key(s)) {
			if (r->name == NULL)
				return evx_fail(r->diag, EVX_E_CORRUPT,
					"policy: expected a public key that signs in of, found "
					"another text");
			memset(key, 0, sizeof(key));
			if ((err = r->name(r->ctx, s, key, r->diag)) != EVX_OK)
				return evx_fail(r->diag, err,
					"policy: expected the name of a card in of, found another "
					"text");
			s = key;
		}
		err = evx_policy_add_key(rule, s);
		if (err == EVX_E_USAGE)
			return evx_fail(r->diag, EVX_E_CORRUPT,
				"policy: expected each key once in %s, found one twice", rule->act);
		if (err != EVX_OK)
			return evx_fail(r->diag, err,
				"policy: found more keys than a rule can have (limit %u)",
				EVX_POLICY_KEYS_MAX);
	}
	return EVX_OK;
}

static enum evx_err read_rule(const char *act, const struct evx_json *value, void *ctx)
{
	const struct reading *r = ctx;
	const struct evx_json *of;
	struct evx_policy_rule *rule;
	int64_t need;
	bool witness;
	enum evx_err err;

	/* In a file that a person wrote it is a slip, in a document something that a reader passes
	 * over. */
	if (r->name == NULL && strncmp(act, "x-", 2) == 0)
		return EVX_OK;
	if (!is_act(act))
		return evx_fail(r->diag, EVX_E_UNSUPPORTED,
			"policy: expected event types, found one that this program does not know");
	if ((err = evx_json_only(value, rule_keys, r->diag)) != EVX_OK ||
		(err = evx_json_arr(value, "of", false, &of, r->diag)) != EVX_OK ||
		(err = evx_json_int(value, "need", false, &need, r->diag)) != EVX_OK ||
		(err = evx_json_bool(value, "witness", false, &witness, r->diag)) != EVX_OK)
		return err;
	if (need < 1 || (uint64_t)need > evx_json_len(of) || need > EVX_SIGNERS_MAX)
		return evx_fail(r->diag, EVX_E_CORRUPT,
			"policy: expected need to be 1 to the number of keys, at most %u",
			EVX_SIGNERS_MAX);
	err = evx_policy_add(r->out, act, (uint32_t)need, witness, &rule);
	if (err != EVX_OK)
		return evx_fail(r->diag, err,
			"policy: found more rules than one can have (limit %u)",
			EVX_POLICY_RULES_MAX);
	return read_of(r, of, rule);
}

static enum evx_err read_policy(const struct evx_json *obj, struct reading *r)
{
	enum evx_err err;

	memset(r->out, 0, sizeof(*r->out));
	err = evx_json_each(obj, read_rule, r);
	if (err == EVX_OK && r->out->n == 0)
		err = evx_fail(
			r->diag, EVX_E_CORRUPT, "policy: expected at least one rule, found none");
	if (err != EVX_OK)
		evx_policy_free(r->out);
	return err;
}

enum evx_err evx_policy_read(
	const struct evx_json *obj, struct evx_policy *out, struct evx_diag *diag)
{
	struct reading r = { out, diag, NULL, NULL };

	return read_policy(obj, &r);
}

void evx_policy_write(struct evx_jw *w, const struct evx_policy *policy)
{
	size_t i, k;

	evx_jw_obj(w, "policy");
	for (i = 0; i < policy->n; i++) {
		const struct evx_policy_rule *rule = &policy->at[i];

		evx_jw_obj(w, rule->act);
		evx_jw_arr(w, "of");
		for (k = 0; k < rule->nof; k++)
			evx_jw_str(w, NULL, rule->of[k]);
		evx_jw_close(w);
		evx_jw_int(w, "need", rule->need);
		evx_jw_bool(w, "witness", rule->witness);
		evx_jw_close(w);
	}
	evx_jw_close(w);
}

enum evx_err evx_policy_decode_file(const void *p, size_t n, evx_policy_name_fn name, void *ctx,
	struct evx_policy *out, struct evx_diag *diag)
{
	struct evx_diag why = { 0 };
	struct reading r = { out, &why, name, ctx };
	struct evx_json *root = NULL;
	enum evx_err err = evx_json_parse_file(p, n, EVX_DOCUMENT_MAX, &root, &why);

	memset(out, 0, sizeof(*out));
	if (err == EVX_OK)
		err = read_policy(root, &r);
	evx_json_free(root);
	if (err == EVX_E_CORRUPT || err == EVX_E_UNSUPPORTED || err == EVX_E_TRUNCATED)
		err = EVX_E_USAGE;
	return err == EVX_OK ? EVX_OK : evx_fail(diag, err, "%s", why.text);
}
