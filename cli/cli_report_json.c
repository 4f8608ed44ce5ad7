/* What evx_verify found, as JSON. */
#include "cli_json.h"
#include "cli_report.h"

#include "cli_corrections.h"
#include "cli_entry.h"
#include "cli_holders.h"
#include "cli_verdict.h"

static const char *const line_names[] = { "data", "custody", "trust" };
static const char *const grade_names[] = { "intact", "intact_with_remarks", "broken",
	"not_checked" };
static const char *const tier_names[] = { "none", "custody", "content" };

void cli_report_json_finding(struct cli_json *j, const struct evx_report_finding *f)
{
	cli_json_object(j, NULL);
	cli_json_text(j, "code", f->code);
	cli_json_text(j, "weight", evx_weight_name(f->weight));
	cli_json_text(j, "line", line_names[f->line]);
	if (f->event >= 0)
		cli_json_count(j, "event", (uint64_t)f->event);
	if (f->origin)
		cli_json_bool(j, "origin", true);
	cli_json_text(j, "text", f->text);
	cli_json_text(j, "where", f->where);
	if (f->has_offset)
		cli_json_size(j, "offset", f->offset);
	cli_json_close(j);
}

static void findings(struct cli_json *j, const struct evx_report *r)
{
	size_t i;

	cli_json_array(j, "findings");
	for (i = 0; i < r->nfindings; i++)
		cli_report_json_finding(j, &r->findings[i]);
	cli_json_close(j);
	if (r->findings_left_out > 0)
		cli_json_size(j, "findings_left_out", r->findings_left_out);
}

static void party(struct cli_json *j, const char *key, const struct evx_report_party *p)
{
	if (p->fingerprint[0] == '\0')
		return;
	cli_json_object(j, key);
	cli_json_text(j, "key", p->fingerprint);
	cli_json_bool(j, "trusted", p->trusted);
	if (p->card.person[0] != '\0')
		cli_json_card(j, "card", &p->card);
	cli_json_close(j);
}

static void number(struct cli_json *j, const char *key, int v)
{
	if (v >= 0)
		cli_json_count(j, key, (uint64_t)v);
}

static void numbers(struct cli_json *j, const char *key, const int *at, size_t n)
{
	size_t i;

	cli_json_array(j, key);
	for (i = 0; i < n; i++)
		cli_json_count(j, NULL, (uint64_t)at[i]);
	cli_json_close(j);
}

static void holding(struct cli_json *j, const struct evx_report_holding *h)
{
	size_t i;

	if (h->holder.fingerprint[0] == '\0')
		return;
	cli_json_object(j, "holding");
	party(j, "holder", &h->holder);
	number(j, "since", h->since);
	cli_json_text(j, "since_time", h->since_time);
	number(j, "open_release", h->release);
	party(j, "receiver", &h->receiver);
	numbers(j, "holds", h->holds, h->nholds);
	numbers(j, "open_inquiries", h->inquiries, h->ninquiries);
	number(j, "disposal_authorised", h->authorisation);
	number(j, "disposal", h->disposal);
	cli_json_array(j, "missing");
	for (i = 0; i < h->nmissing; i++)
		cli_json_text(j, NULL, h->missing[i]);
	cli_json_close(j);
	cli_json_close(j);
}

/* What the event's type says in public. */
static void fields(struct cli_json *j, const struct evx_report_event *e)
{
	party(j, "party", &e->party);
	number(j, "refers", e->refers);
	cli_json_text(j, "keeps", e->keeps);
	cli_json_text(j, "result", e->result);
	cli_json_text(j, "reason", e->reason);
	cli_json_text(j, "state", e->state);
	if (e->disclosed[0] != '\0')
		cli_json_text(j, "disclosed", e->disclosed);
	if (e->inventoried >= 0)
		cli_json_bool(j, "inventoried", e->inventoried == 1);
}

static void events(struct cli_json *j, const struct evx_report_event *at, size_t n)
{
	const struct evx_report_event *e;
	size_t i;

	cli_json_array(j, "events");
	for (i = 0; i < n; i++) {
		e = &at[i];
		cli_json_object(j, NULL);
		cli_json_count(j, "sequence", (uint64_t)e->number);
		cli_json_text(j, "type", e->type);
		cli_json_text(j, "time", e->time);
		cli_json_text(j, "hash", e->hash);
		cli_json_text(j, "signer", e->signer);
		cli_json_count(j, "signers", e->nsigners);
		cli_json_bool(j, "trusted", e->trusted);
		if (e->card.person[0] != '\0')
			cli_json_card(j, "card", &e->card);
		cli_json_bool(j, "detached", e->detached);
		cli_json_bool(j, "claim", e->claim);
		cli_json_bool(j, "void", e->is_void);
		fields(j, e);
		if (e->proven) {
			cli_json_object(j, "proven");
			cli_json_text(j, "time", e->proven_time);
			cli_json_count(j, "event", (uint64_t)e->proven_by);
			cli_json_text(j, "authority", e->proven_authority);
			cli_json_close(j);
		}
		if (e->details_opened)
			cli_json_value(j, "details", e->details_json);
		cli_json_close(j);
	}
	cli_json_close(j);
}

/* Of a disclosure, the files in part that were proved. */
static void parts(struct cli_json *j, const struct evx_report *r)
{
	size_t i;

	if (r->deep_parts == 0)
		return;
	cli_json_count(j, "deep_parts", r->deep_parts);
	cli_json_array(j, "parts");
	for (i = 0; i < r->nparts; i++) {
		cli_json_object(j, NULL);
		cli_json_bytes(j, "path", r->parts[i].path, r->parts[i].path_len);
		cli_json_size(j, "size", r->parts[i].size);
		cli_json_size(j, "shown", r->parts[i].shown);
		cli_entry_ranges_json(j, "ranges", r->parts[i].ranges, r->parts[i].nranges);
		cli_json_close(j);
	}
	cli_json_close(j);
}

/* The original of a disclosure. */
static void origin(struct cli_json *j, const struct evx_report_origin *o)
{
	cli_json_object(j, "origin");
	cli_json_text(j, "uuid", o->uuid);
	cli_json_text(j, "seal_hash", o->seal_hash);
	cli_json_text(j, "seal_code", o->seal_code);
	cli_json_text(j, "public_case", o->public_case);
	cli_json_text(j, "public_exhibit", o->public_exhibit);
	party(j, "sealer", &o->sealer);
	cli_json_text(j, "sealed", o->sealed);
	cli_json_size(j, "lines", o->lines);
	cli_json_size(j, "shown", o->shown);
	cli_json_size(j, "names_only", o->names_only);
	cli_json_size(j, "in_part", o->in_part);
	cli_json_size(j, "withheld", o->withheld);
	if (o->entry >= 0) {
		number(j, "entry", o->entry);
		cli_json_text(j, "disclosed", o->disclosed);
		party(j, "by", &o->by);
		party(j, "to", &o->to);
	}
	events(j, o->events, o->nevents);
	cli_json_close(j);
}

static void branches(struct cli_json *j, const struct evx_report *r)
{
	const struct evx_report_branch *b;
	size_t i;

	cli_json_array(j, "branches");
	for (i = 0; i < r->nbranches; i++) {
		b = &r->branches[i];
		cli_json_object(j, NULL);
		cli_json_count(j, "sequence", (uint64_t)b->number);
		cli_json_text(j, "type", b->type);
		cli_json_text(j, "time", b->time);
		cli_json_text(j, "hash", b->hash);
		cli_json_text(j, "signer", b->signer);
		number(j, "after", b->after);
		number(j, "behind", b->behind);
		cli_json_bool(j, "rightful", b->rightful);
		cli_json_text(j, "receipt", b->where);
		cli_json_close(j);
	}
	cli_json_close(j);
}

static void line(struct cli_json *j, const char *key, const char *word,
	enum evx_verdict_grade grade, const char *text)
{
	cli_json_object(j, key);
	cli_json_text(j, "word", word);
	cli_json_text(j, "grade", grade_names[grade]);
	cli_json_text(j, "text", text);
	cli_json_close(j);
}

static void key_file(struct cli_json *j, const char *key, const struct evx_report_key_file *file)
{
	cli_json_object(j, key);
	cli_json_count(j, "event", (uint64_t)file->event);
	cli_json_count(j, "readers", file->readers);
	cli_json_close(j);
}

/* By enum evx_code_answer. */
static const char *const code_answers[] = { "not_given", "same", "other", "not_compared" };

static void facts(struct cli_json *j, const struct evx_report *r)
{
	cli_json_text(j, "uuid", r->uuid);
	cli_json_text(j, "seal_hash", r->seal_hash);
	cli_json_text(j, "seal_code", r->seal_code);
	if (r->code != EVX_CODE_NOT_GIVEN)
		cli_json_text(j, "code", code_answers[r->code]);
	cli_json_text(j, "head", r->head);
	cli_json_text(j, "shape", r->shape);
	cli_json_bool(j, "complete", r->complete);
	cli_json_text(j, "public_case", r->public_case);
	cli_json_text(j, "public_exhibit", r->public_exhibit);
	cli_json_size(j, "bundle_bytes", r->bundle_bytes);
	if (r->sealed_bytes > 0)
		cli_json_size(j, "sealed_bytes", r->sealed_bytes);
	if (r->sealed_sha256[0] != '\0') {
		cli_json_text(j, "sealed_sha256", r->sealed_sha256);
		cli_json_text(j, "present_sha256", r->present_sha256);
	}
	cli_json_size(j, "payload_bytes", r->payload_bytes);
	cli_json_count(j, "packs", r->packs);
	cli_json_count(j, "custody_readers", r->custody_readers);
	cli_json_count(j, "content_readers", r->content_readers);
	cli_json_text(j, "custody_key", r->custody_key);
	cli_json_text(j, "content_key", r->content_key);
	cli_json_text(j, "details_key", r->details_key);
	key_file(j, "newest_custody_key_file", &r->newest_custody);
	key_file(j, "newest_content_key_file", &r->newest_content);
	cli_json_bool(j, "walked", r->walked);
	cli_json_bool(j, "deep", r->deep);
	if (r->deep) {
		cli_json_count(j, "deep_files", r->deep_files);
		cli_json_size(j, "deep_bytes", r->deep_bytes);
		cli_json_count(j, "deep_lines", r->deep_lines);
		parts(j, r);
	}
	cli_json_text(j, "opened", tier_names[r->tier]);
	cli_json_text(j, "custody_identity", r->revealed);
}

static void corrections(struct cli_json *j, const struct evx_report *r)
{
	struct cli_corrections c;
	size_t i;

	if (!cli_corrections_find(r, &c))
		return;
	if (c.n > 0) {
		cli_json_array(j, "corrections");
		for (i = 0; i < c.n; i++) {
			cli_json_object(j, NULL);
			cli_json_count(j, "event", (uint64_t)c.at[i].of);
			cli_json_text(j, "key", c.at[i].key);
			cli_json_text(j, "was", c.at[i].was);
			cli_json_text(j, "corrected_to", c.at[i].text);
			cli_json_count(j, "by", (uint64_t)c.at[i].by);
			cli_json_close(j);
		}
		cli_json_close(j);
	}
	cli_corrections_free(&c);
}

void cli_report_json(FILE *f, const char *bundle, const struct evx_report *r)
{
	struct cli_json j = cli_json_begin(f);
	char word[CLI_VERDICT_CAP];
	size_t i;

	cli_json_text(&j, "bundle", bundle);
	facts(&j, r);
	events(&j, r->events, r->nevents);
	if (r->origin.present)
		origin(&j, &r->origin);
	corrections(&j, r);
	if (r->nbranches > 0)
		branches(&j, r);
	holding(&j, &r->holding);
	cli_holders_json(&j, r);
	findings(&j, r);
	cli_json_array(&j, "not_checked");
	for (i = 0; i < r->nnot_checked; i++)
		cli_json_text(&j, NULL, r->not_checked[i]);
	cli_json_close(&j);
	line(&j, "data", cli_verdict_data(r), r->data, r->data_text);
	line(&j, "custody", cli_verdict_custody(r, word), r->custody, r->custody_text);
	line(&j, "trust", cli_verdict_signers(r), r->trust, r->trust_text);
	cli_json_text(&j, "verdict", cli_verdict_first(r, r->exit_class));
	cli_json_count(&j, "exit", (uint64_t)r->exit_class);
	cli_json_end(&j);
}
