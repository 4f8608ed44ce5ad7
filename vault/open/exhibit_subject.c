/* The names of an exhibit: case, number and description. */
#include "open/exhibit_subject.h"

#include <stdlib.h>
#include <string.h>

static const char details_name[] = "custody/0000-seal.details.age";

/* Opens the details of the seal; they stay zeros where no key does. Fails for memory only. */
static enum evx_err open_details(
	const struct evx_exhibit *ex, struct evx_details *out, struct evx_diag *diag)
{
	const struct evx_event *seal = evx_exhibit_seal(ex);
	const struct evx_secret *key = ex->unlocked.keys.ncustody > 0 ?
		evx_keyring_custody_of(&ex->unlocked.keys, 0) :
		NULL;
	struct evx_buf part = EVX_BUF_INIT;
	enum evx_err err = EVX_OK;

	memset(out, 0, sizeof(*out));
	if (seal == NULL || key == NULL || evx_chain_result(ex->loaded.chain)->rightful == 0)
		return EVX_OK;
	err = evx_exhibit_part(ex, seal, details_name, &part, NULL);
	if (err == EVX_OK)
		err = evx_seal_open_details(seal, details_name,
			(struct evx_bytes){ part.data, part.len }, key, out, NULL);
	evx_buf_free(&part);
	if (err != EVX_OK)
		evx_details_free(out);
	return err == EVX_E_MEMORY ? evx_fail_memory(diag) : EVX_OK;
}

static bool copy(char **to, const char *first, const char *second)
{
	const char *from = first != NULL ? first : second;

	*to = from != NULL ? strdup(from) : NULL;
	return from == NULL || *to != NULL;
}

enum evx_err evx_exhibit_subject_read(
	const struct evx_exhibit *ex, struct evx_exhibit_subject *out, struct evx_diag *diag)
{
	const struct evx_event *seal = evx_exhibit_seal(ex);
	struct evx_details details;
	enum evx_err err;

	memset(out, 0, sizeof(*out));
	err = open_details(ex, &details, diag);
	if (err != EVX_OK)
		return err;
	if (!copy(&out->case_label, details.case_label,
		    seal != NULL ? seal->seal.case_label : NULL) ||
		!copy(&out->exhibit_number, details.exhibit_number,
			seal != NULL ? seal->seal.exhibit_number : NULL) ||
		!copy(&out->description, details.description, NULL)) {
		evx_exhibit_subject_free(out);
		err = evx_fail_memory(diag);
	}
	evx_details_free(&details);
	return err;
}

void evx_exhibit_subject_free(struct evx_exhibit_subject *s)
{
	if (s == NULL)
		return;
	free(s->case_label);
	free(s->exhibit_number);
	free(s->description);
	memset(s, 0, sizeof(*s));
}
