/* Holds a list of hashes that somebody noted elsewhere against what is sealed. */
#include "seal/seal_expected.h"

#include <string.h>

#include "base/path.h"
#include "format/text.h"

#define TOLD_MAX 20u /* lines that are told of one by one, of each outcome */

enum evx_err evx_seal_expected_sources(
	struct evx_digest_list *list, const struct evx_seal_sources *sources)
{
	enum evx_err err = EVX_OK;

	if (sources->stream != NULL)
		return evx_digest_list_source(list, sources->stream, "-", NULL);
	for (size_t i = 0; i < sources->n && err == EVX_OK; i++)
		err = evx_digest_list_source(
			list, sources->at[i].name, sources->at[i].path, sources->real[i]);
	return err;
}

/* One line that did not match. *told: those of this outcome that came before. */
static enum evx_err add(const struct evx_digest_result *r, const char *what, const char *sentence,
	const struct evx_seal_options *opt, uint64_t *told, struct evx_details *d)
{
	char expected[65], found[65] = "";

	if (opt->remark != NULL && (*told)++ < TOLD_MAX)
		opt->remark(opt->remark_ctx, r->path, strlen(r->path), sentence);
	evx_hex_encode(r->expected, r->len, expected);
	if (r->found != NULL)
		evx_hex_encode(r->found, r->len, found);
	return evx_details_add_case(&d->expected_hashes.first, r->path, strlen(r->path), what,
		r->algorithm, expected, r->found != NULL ? found : NULL);
}

enum evx_err evx_seal_expected_describe(const struct evx_digest_list *list,
	const struct evx_seal_options *opt, struct evx_details *d)
{
	static const struct {
		const char *what, *sentence;
	} texts[] = {
		[EVX_DIGEST_MISMATCHED] = { "mismatch",
			"This file has another hash than the list says." },
		[EVX_DIGEST_MISSING] = { "missing",
			"The list of hashes names this file, and no such file was sealed." },
		[EVX_DIGEST_AMBIGUOUS] = { "ambiguous",
			"This name in the list of hashes fits two files, and one has another "
			"hash." },
	};
	uint64_t counts[4] = { 0 }, told[4] = { 0 };
	struct evx_digest_result r;
	enum evx_err err = EVX_OK;

	for (size_t i = 0; err == EVX_OK && evx_digest_list_result(list, i, &r); i++) {
		counts[r.outcome]++;
		if (r.outcome != EVX_DIGEST_MATCHED)
			err = add(&r, texts[r.outcome].what, texts[r.outcome].sentence, opt,
				&told[r.outcome], d);
	}
	d->expected_hashes.present = true;
	d->expected_hashes.matched = counts[EVX_DIGEST_MATCHED];
	d->expected_hashes.mismatched = counts[EVX_DIGEST_MISMATCHED];
	d->expected_hashes.missing = counts[EVX_DIGEST_MISSING] + counts[EVX_DIGEST_AMBIGUOUS];
	d->expected_hashes.unlisted = evx_digest_list_unlisted(list);
	return err == EVX_OK ?
		evx_details_set(&d->expected_hashes.file, evx_path_base(opt->expect_hash)) :
		err;
}
