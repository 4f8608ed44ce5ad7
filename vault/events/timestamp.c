/* Writes requests for time-stamps; checks and appends the responses. */
#include "events/timestamp.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "crypto/hash.h"
#include "events/event_store.h"
#include "format/text.h"
#include "format/time.h"
#include "judge/stamps.h"
#include "open/exhibit_vault.h"
#include "people/known.h"
#include "remote/tsa.h"

struct evx_timestamp_run {
	struct evx_home *home;   /* whose memory of a vault around it counts, NULL: nobody's */
	struct evx_known *known; /* what the home says of the signers, parsed once the process is
				    confined; NULL: the caller has done so */
	bool enters;             /* its door was not passed before */
	const struct evx_timestamp_options *opt;
	struct evx_timestamp_result *result;
	const struct evx_cancel *cancel;
	struct evx_tsa *tsa;       /* NULL unless an authority is asked */
	struct evx_append *append; /* NULL when only a request is wanted */
	struct evx_output output;  /* of that request, once it is opened */
	struct evx_exhibit ex;     /* its bundle is append's when there is one */
	struct evx_buf response, request;
	struct evx_buf ca; /* PEM */
	uint32_t event;
	struct evx_buf record;
};

/* Reads what the caller named, to be parsed later. */
static enum evx_err read_inputs(struct evx_timestamp_run *run, struct evx_diag *diag)
{
	const struct evx_timestamp_options *o = run->opt;
	struct evx_start s = { .diag = diag };

	if (o->request_out != NULL)
		return EVX_OK;
	evx_start_read(&s, o->response, EVX_TIMESTAMP_MAX, &run->response);
	evx_start_read(&s, o->request, EVX_TIMESTAMP_MAX, &run->request);
	evx_start_read(&s, o->tsa_ca, EVX_AUTHORITIES_MAX, &run->ca);
	if (evx_start_good(&s) && o->tsa_ca == NULL)
		s.err = evx_timestamp_authorities_system(&run->ca, diag);
	return s.err;
}

enum evx_err evx_timestamp_prepare(const struct evx_timestamp_options *opt,
	struct evx_timestamp_run **out, struct evx_diag *diag)
{
	struct evx_timestamp_run *run;
	enum evx_err err = EVX_OK;

	*out = NULL;
	if ((opt->url != NULL) + (opt->request_out != NULL) + (opt->response != NULL) != 1)
		return evx_fail(diag, EVX_E_USAGE,
			"Give one of the three: an authority (--tsa URL), a file for the request "
			"(--tsa-request FILE) or a response (--tsa-response FILE).");
	run = calloc(1, sizeof(*run));
	if (run == NULL)
		return evx_fail_memory(diag);
	run->opt = opt;
	if (opt->url != NULL)
		err = evx_tsa_start(opt->url, &run->tsa, diag);
	if (err == EVX_OK)
		err = read_inputs(run, diag);
	if (err != EVX_OK) {
		evx_timestamp_run_free(run);
		return err;
	}
	*out = run;
	return EVX_OK;
}

static enum evx_err open_to_append(struct evx_timestamp_run *run, struct evx_diag *diag)
{
	enum evx_err err = evx_append_open(run->opt->bundle, &run->append, diag);

	if (err == EVX_OK)
		err = evx_exhibit_over_in(&run->ex, evx_append_bundle(run->append),
			run->opt->bundle, run->home, NULL, diag);
	if (err == EVX_OK && run->ex.opened.vault != NULL)
		run->ex.opened.vault->writes = run->enters;
	return err;
}

static void start_bundle(struct evx_start *s, struct evx_timestamp_run *run)
{
	if (run->opt->request_out != NULL) {
		evx_exhibit_start(s, &run->ex, NULL, run->opt->bundle, NULL, EVX_NO_KEY, NULL);
		evx_output_file_start(s, run->opt->request_out, &run->output);
		return;
	}
	if (evx_start_good(s))
		s->err = open_to_append(run, s->diag);
	evx_event_store_start(s, &run->ex, run->opt->bundle);
}

/* Which event is meant, and its record. */
static enum evx_err choose(struct evx_timestamp_run *run, struct evx_diag *diag)
{
	const struct evx_chain_result *chain = evx_chain_result(run->ex.loaded.chain);
	enum evx_err err = evx_exhibit_usable(&run->ex, diag);

	if (err != EVX_OK)
		return err;
	if (run->opt->event >= 0 && (size_t)run->opt->event >= chain->n)
		return evx_fail(diag, EVX_E_NOT_FOUND,
			"There is no entry %04d. The last entry is %04zu. Nothing was written.",
			run->opt->event, chain->n - 1);
	if (run->opt->event < 0 && chain->rightful < chain->n)
		return evx_fail(diag, EVX_E_CUSTODY,
			"The custody record is valid only up to entry %04zu. Nothing was written. "
			"Name that entry or an earlier one: --event N.",
			chain->rightful - 1);
	run->event = run->opt->event < 0 ? (uint32_t)chain->n - 1 : (uint32_t)run->opt->event;
	if (run->event >= chain->rightful)
		return evx_fail(diag, EVX_E_CUSTODY,
			"Entry %04u does not count. The custody record is valid only up to entry "
			"%04zu. Nothing was written. Name that entry or an earlier one: --event N.",
			(unsigned)run->event, chain->rightful - 1);
	run->result->event = (int)run->event;
	evx_hex_encode(chain->at[run->event].hash, 32, run->result->hash);
	return evx_stamps_record(&run->ex, run->event, &run->record, diag);
}

/* Makes a request; writes it to a file, or sends it to the authority and takes the response. */
static enum evx_err request(struct evx_timestamp_run *run, struct evx_diag *diag)
{
	enum evx_err err = evx_timestamp_request(
		run->opt->sha512 ? EVX_TIMESTAMP_SHA512 : EVX_TIMESTAMP_SHA256, run->record.data,
		run->record.len, &run->request, diag);

	if (err == EVX_OK && run->tsa != NULL)
		return evx_tsa_ask(run->tsa, run->request.data, run->request.len, run->cancel,
			&run->response, diag);
	return err == EVX_OK ?
		evx_output_put(&run->output, run->request.data, run->request.len, diag) :
		err;
}

static enum evx_err check(struct evx_timestamp_run *run, struct evx_diag *diag)
{
	struct evx_timestamp_result *r = run->result;
	struct evx_timestamp_authorities *trusted = NULL;
	struct evx_timestamp t = { 0 };
	struct evx_diag why = { 0 };
	enum evx_err err = evx_timestamp_authorities_read(
		run->ca.data, run->ca.len, &trusted, diag);

	if (err != EVX_OK)
		return evx_diag_in(diag, run->opt->tsa_ca, err);
	err = evx_timestamp_check(run->response.data, run->response.len, run->record.data,
		run->record.len,
		run->tsa != NULL || run->opt->request != NULL ? &run->request : NULL, trusted, &t,
		&why);
	evx_timestamp_authorities_free(trusted);
	r->trusted = err == EVX_OK;
	(void)snprintf(r->why_not, sizeof(r->why_not), "%.255s", why.text);
	if (err == EVX_E_KEY && run->opt->unverified)
		err = EVX_OK;
	if (err != EVX_OK)
		return evx_diag_in(diag, run->tsa != NULL ? run->opt->url : run->opt->response,
			evx_fail(diag, err, "%s", why.text));
	memcpy(r->authority, t.authority, sizeof(r->authority));
	memcpy(r->policy, t.policy, sizeof(r->policy));
	memcpy(r->serial, t.serial, sizeof(r->serial));
	return evx_time_encode(t.time, r->time) == EVX_OK ?
		EVX_OK :
		evx_fail(diag, EVX_E_CORRUPT,
			"time-stamp: expected a time before the year 10000, found one after");
}

/* The next free name for a response over the event's record, in result->member. */
static enum evx_err name_member(struct evx_timestamp_run *run, struct evx_diag *diag)
{
	struct evx_member_id id = { .event = run->event, .kind = EVX_MEMBER_TSR, .number = 1 };
	const struct evx_buf *response = &run->response;
	size_t n = evx_bundle_count(run->ex.opened.bundle);
	enum evx_err err = EVX_OK;

	(void)snprintf(id.type, sizeof(id.type), "%s",
		evx_chain_result(run->ex.loaded.chain)->at[run->event].event.type);
	for (size_t i = 0; i < n && err == EVX_OK; i++) {
		const struct evx_bundle_member *m = evx_bundle_at(run->ex.opened.bundle, i);
		struct evx_buf bytes = EVX_BUF_INIT;

		if (m->id.kind != EVX_MEMBER_TSR || m->id.event != run->event)
			continue;
		id.number++;
		err = evx_exhibit_member(&run->ex, m->name, &bytes, diag);
		if (err == EVX_OK && bytes.len == response->len &&
			memcmp(bytes.data, response->data, bytes.len) == 0)
			err = evx_fail(diag, EVX_E_EXISTS,
				"The bundle already has this time-stamp, as %s. Nothing was "
				"written.",
				m->name);
		evx_buf_free(&bytes);
	}
	if (err == EVX_OK && id.number > EVX_STAMPS_MAX)
		err = evx_fail(diag, EVX_E_LIMIT,
			"Entry %04u already has the most time-stamps that an entry can have (limit "
			"%u). Nothing was written.",
			(unsigned)run->event, EVX_STAMPS_MAX);
	return err == EVX_OK ? evx_member_name(&id, run->result->member) : err;
}

static enum evx_err append(struct evx_timestamp_run *run, struct evx_diag *diag)
{
	const struct evx_buf *response = &run->response;
	enum evx_err err = name_member(run, diag);

	if (err == EVX_OK)
		err = evx_append_begin(run->append, diag);
	if (err == EVX_OK)
		err = evx_append_member(
			run->append, run->result->member, response->data, response->len, diag);
	if (err == EVX_OK)
		err = evx_append_commit(run->append, diag);
	if (err == EVX_OK)
		run->result->removed = evx_append_removed(run->append);
	return err;
}

void evx_timestamp_run_free(struct evx_timestamp_run *run)
{
	if (run == NULL)
		return;
	evx_tsa_free(run->tsa);
	evx_output_close(&run->output);
	if (run->append != NULL)
		run->ex.opened.bundle = NULL;
	evx_exhibit_free(&run->ex);
	evx_append_free(run->append);
	evx_buf_free(&run->response);
	evx_buf_free(&run->request);
	evx_buf_free(&run->ca);
	evx_buf_free(&run->record);
	free(run);
}

enum evx_err evx_timestamp_finish(struct evx_timestamp_run *run,
	const struct evx_rules_roster *roster, const struct evx_cancel *cancel,
	struct evx_timestamp_result *result, struct evx_diag *diag)
{
	const struct evx_exhibit_load load = { .index_only = true, .jobs = 1, .roster = roster };
	struct evx_start s = { .diag = diag };
	enum evx_err err;

	memset(result, 0, sizeof(*result));
	run->result = result;
	run->cancel = cancel;
	start_bundle(&s, run);
	err = evx_start_confine(&s, 0, run->opt->confine ? &run->ex.opened.confinement : NULL);
	result->confinement = run->ex.opened.confinement;
	if (err == EVX_OK && run->known != NULL)
		err = evx_known_load(run->known, run->home, diag);
	if (err == EVX_OK)
		err = evx_exhibit_load(&run->ex, &load, diag);
	if (err == EVX_OK)
		err = choose(run, diag);
	if (err == EVX_OK && run->opt->response == NULL)
		err = request(run, diag);
	if (err == EVX_OK && run->append != NULL)
		err = check(run, diag);
	if (err == EVX_OK && run->append != NULL)
		err = append(run, diag);
	return err;
}

enum evx_err evx_timestamp(struct evx_home *h, const struct evx_timestamp_options *opt,
	struct evx_cancel *cancel, struct evx_timestamp_result *result, struct evx_diag *diag)
{
	struct evx_timestamp_run *run;
	struct evx_known known = { .cards = { NULL, 0 } };
	const struct evx_rules_roster rules = evx_known_rules(&known);
	enum evx_err err;

	memset(result, 0, sizeof(*result));
	err = evx_timestamp_prepare(opt, &run, diag);
	if (err == EVX_OK) {
		evx_home_read(h);
		run->home = h;
		run->known = &known;
		run->enters = true;
	}
	if (err == EVX_OK)
		err = evx_timestamp_finish(run, &rules, cancel, result, diag);
	evx_timestamp_run_free(run);
	evx_known_free(&known);
	return err;
}
