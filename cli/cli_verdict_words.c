/* The words of a verdict, and the sentence that goes with them. */
#include <string.h>

#include "cli_language.h"
#include "cli_report.h"
#include "cli_verdict.h"
#include "cli_verdict_inner.h"

const char *cli_verdict_word(int code)
{
	switch (code) {
	case CLI_GOOD:
		return N_("GOOD");
	case CLI_BAD:
		return N_("BAD");
	case CLI_NEWER:
		return N_("TOO NEW");
	case CLI_CUSTODY:
		return N_("OPEN QUESTIONS");
	default:
		return N_("NOT CHECKED");
	}
}

const char *cli_verdict_first(const struct evx_report *r, int code)
{
	return r->code == EVX_CODE_OTHER ? N_("WRONG EXHIBIT") : cli_verdict_word(code);
}

uint64_t cli_verdict_count(
	const struct evx_report *r, enum evx_verdict_line line, enum evx_weight from)
{
	uint64_t n = 0;

	for (int w = (int)from; w < EVX_WEIGHTS; w++)
		n += r->counts[line][w];
	return n;
}

const char *cli_verdict_data(const struct evx_report *r)
{
	if (cli_verdict_count(r, EVX_ON_DATA, EVX_WEIGHT_BROKEN) > 0)
		return N_("CHANGED");
	return r->walked && cli_verdict_count(r, EVX_ON_DATA, EVX_WEIGHT_UNCHECKED) == 0 ?
		N_("unchanged") :
		N_("not checked");
}

const char *cli_verdict_custody(const struct evx_report *r, char buf[CLI_VERDICT_CAP])
{
	const uint64_t gaps = r->counts[EVX_ON_CUSTODY][EVX_WEIGHT_GAP];

	if (cli_verdict_count(r, EVX_ON_CUSTODY, EVX_WEIGHT_BROKEN) > 0)
		return N_("BROKEN");
	/* What a file that ends early had behind its end may be entries. */
	if (cli_verdict_count(r, EVX_ON_CUSTODY, EVX_WEIGHT_UNCHECKED) > 0 || r->nevents == 0 ||
		cli_report_has(r, "D-TRUNCATED"))
		return N_("not checked");
	if (gaps == 0)
		return N_("complete");
	snprintf(buf, CLI_VERDICT_CAP, "GAPS (%llu)", (unsigned long long)gaps);
	return buf;
}

const char *cli_verdict_custody_told(const struct evx_report *r, char buf[CLI_VERDICT_CAP])
{
	const char *word = cli_verdict_custody(r, buf);

	if (word != buf)
		return _(word);
	snprintf(buf, CLI_VERDICT_CAP, _("GAPS (%llu)"),
		(unsigned long long)r->counts[EVX_ON_CUSTODY][EVX_WEIGHT_GAP]);
	return buf;
}

static bool is_trust(const struct evx_report_finding *f)
{
	return f->line == EVX_ON_TRUST && f->weight >= EVX_WEIGHT_GAP;
}

static bool is_stamp(const struct evx_report_finding *f)
{
	return strncmp(f->code, "T-STAMP-", 8) == 0;
}

/* How many findings of trust weigh a gap or more: of all, those about time-stamps; those about keys
 * that nobody here knows; and those about cards and rosters that cannot be used. */
struct trust {
	uint64_t all, stamps, unknown, unusable;
};

static struct trust trust_of(const struct evx_report *r)
{
	struct trust t = { .all = cli_verdict_count(r, EVX_ON_TRUST, EVX_WEIGHT_GAP) };

	for (size_t i = 0; i < r->nfindings; i++) {
		const struct evx_report_finding *f = &r->findings[i];

		if (!is_trust(f))
			continue;
		if (is_stamp(f))
			t.stamps++;
		else if (strcmp(f->code, "T-UNTRUSTED") == 0 || strcmp(f->code, "T-NO-CARDS") == 0)
			t.unknown++;
		else if (strcmp(f->code, "T-CARD") == 0 || strcmp(f->code, "T-ROSTER") == 0)
			t.unusable++;
	}
	return t;
}

uint64_t cli_verdict_stamps(const struct evx_report *r)
{
	return trust_of(r).stamps;
}

const char *cli_verdict_signers(const struct evx_report *r)
{
	const struct trust t = trust_of(r);

	if (r->nevents == 0)
		return N_("not checked");
	if (t.all == t.stamps)
		return N_("known");
	if (t.all > t.stamps + t.unknown + t.unusable)
		return N_("UNTRUSTED");
	return t.unknown > 0 ? N_("UNKNOWN") : N_("not checked");
}

static const char *bad(const struct evx_report *r)
{
	if (cli_verdict_count(r, EVX_ON_DATA, EVX_WEIGHT_BROKEN) > 0)
		return N_("This is not what was sealed: it was changed, damaged or cut off. Do not "
			  "rely on it.");
	if (!r->walked || cli_verdict_count(r, EVX_ON_DATA, EVX_WEIGHT_UNCHECKED) > 0)
		return N_("The custody record is broken, and the data was not checked.");
	if (cli_verdict_count(r, EVX_ON_CUSTODY, EVX_WEIGHT_BROKEN) > 0)
		return N_("The data is as it was sealed, but the custody record is broken.");
	return N_("The data is as it was sealed, but who signed cannot be relied on.");
}

bool cli_verdict_only_cards(const struct evx_report *r)
{
	return cli_report_has(r, "T-NO-CARDS") && r->counts[EVX_ON_CUSTODY][EVX_WEIGHT_GAP] == 0 &&
		!cli_report_goes_on(r);
}

static const char *open_question(const struct evx_report *r)
{
	const struct trust t = trust_of(r);

	if (cli_report_goes_on(r))
		return r->walked ?
			N_("The data is as it was sealed, but extra bytes follow the end of "
			   "the bundle. Nobody signed them.") :
			N_("Extra bytes follow the end of the bundle. Nobody signed them. "
			   "Run 'evx verify'.");
	if (cli_verdict_only_cards(r))
		return N_("Nothing was changed since it was sealed. Who sealed it was not checked: "
			  "name the sealer's card with --trust CARD.");
	if (r->counts[EVX_ON_CUSTODY][EVX_WEIGHT_GAP] > 0)
		return t.all > t.stamps ?
			N_("The data is as it was sealed, but the custody record "
			   "has gaps, and not every signer is known and trusted.") :
			N_("The data is as it was sealed, but the custody record "
			   "has gaps.");
	if (t.all > t.stamps)
		return N_(
			"The data is as it was sealed, but not every signer is known and trusted.");
	return N_("The data is as it was sealed, but no trusted time-stamp proves when.");
}

static const char *unchecked(const struct evx_report *r)
{
	if (r->holding.disposal >= 0 && cli_report_has(r, "D-DISPOSED"))
		return N_(
			"This exhibit was destroyed, as its custody record says. There is no data "
			"left to check.");
	if (cli_report_has(r, "D-TRUNCATED"))
		return r->nevents > 0 ?
			N_("The file ends early: the copy is incomplete, and its end could not be "
			   "checked. Copy it again from where it came.") :
			N_("The file ends early: the copy is incomplete, and nothing is known yet. "
			   "Copy it again from where it came.");
	if (r->walked && cli_verdict_count(r, EVX_ON_DATA, EVX_WEIGHT_UNCHECKED) == 0)
		return N_(
			"The data is as it was sealed, but the custody record could not be checked "
			"to the end.");
	return N_("The data could not be checked to the end, so nothing is known yet.");
}

/* Of a disclosure that is good. */
static const char *part_of_exhibit(const struct evx_report *r)
{
	if (r->deep)
		return N_("This is a part of an exhibit. Nothing of it was changed, all of it is "
			  "proved to be part of what was sealed, and both custody records are "
			  "complete "
			  "up to their last entries.");
	return N_("This is a part of an exhibit. Nothing was changed since it was given out, and "
		  "both "
		  "custody records are complete up to their last entries. That it is part of what "
		  "was "
		  "sealed can be checked with a key: --deep");
}

const char *cli_verdict_sentence(const struct evx_report *r, int code)
{
	if (r->code == EVX_CODE_OTHER)
		return N_(
			"The seal code that you gave is not the one of this exhibit. Look for the "
			"exhibit with your seal code.");
	switch (code) {
	case CLI_GOOD:
		if (r->origin.present)
			return part_of_exhibit(r);
		return N_("Nothing was changed since it was sealed, and the custody record is "
			  "complete up to its last entry.");
	case CLI_BAD:
		return bad(r);
	case CLI_NEWER:
		return N_("It was made by a newer evx. Check it with a newer version of this "
			  "program.");
	case CLI_CUSTODY:
		return open_question(r);
	default:
		return unchecked(r);
	}
}
