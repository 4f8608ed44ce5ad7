#include <fcntl.h>
#include <stdio.h>
#include <string.h>

#include "base/io.h"
#include "crypto/hash.h"
#include "format/text.h"
#include "format/time.h"
#include "ops/event_store.h"
#include "ops/inputs.h"
#include "ops/stamps.h"

struct run {
	const struct evx_timestamp_options *opt;
	struct evx_timestamp_result *result;
	struct evx_append *append; /* NULL when only a request is wanted */
	struct evx_exhibit ex;     /* its bundle is append's when there is one */
	struct evx_inputs response, request;
	struct evx_buf ca;         /* PEM */
	uint32_t event;
	struct evx_buf record;
};

static enum evx_err read_inputs(struct run *run, struct evx_diag *diag)
{
	const struct evx_timestamp_options *o = run->opt;
	enum evx_err err;

	if (o->response == NULL)
		return EVX_OK;
	err = evx_inputs_read(&o->response, 1, EVX_TIMESTAMP_MAX, &run->response, diag);
	if (err == EVX_OK && o->request != NULL)
		err = evx_inputs_read(&o->request, 1, EVX_TIMESTAMP_MAX, &run->request, diag);
	if (err == EVX_OK && o->tsa_ca != NULL)
		err = evx_read_file(AT_FDCWD, o->tsa_ca, EVX_AUTHORITIES_MAX, &run->ca, diag);
	else if (err == EVX_OK)
		err = evx_timestamp_authorities_system(&run->ca, diag);
	return err;
}

static enum evx_err open_bundle(struct run *run, struct evx_diag *diag)
{
	enum evx_err err;

	if (run->opt->response == NULL)
		return evx_exhibit_open(&run->ex, NULL, run->opt->bundle, NULL, EVX_NO_KEY, NULL, diag);
	err = evx_append_open(run->opt->bundle, &run->append, diag);
	if (err == EVX_OK)
		run->ex.bundle = evx_append_bundle(run->append);
	return err;
}

/* Which event is meant, and its record. */
static enum evx_err choose(struct run *run, struct evx_diag *diag)
{
	const struct evx_chain_result *chain = evx_chain_result(run->ex.chain);
	enum evx_err err = evx_exhibit_usable(&run->ex, diag);

	if (err != EVX_OK)
		return err;
	if (run->opt->event >= 0 && (size_t)run->opt->event >= chain->n)
		return evx_fail(diag, EVX_E_NOT_FOUND, "event %04d: the last one is %04zu", run->opt->event, chain->n - 1);
	if (run->opt->event < 0 && chain->rightful < chain->n)
		return evx_fail(diag, EVX_E_CUSTODY, "the chain is good up to event %04zu only: name that one, or an earlier one, with --event", chain->rightful - 1);
	run->event = run->opt->event < 0 ? (uint32_t)chain->n - 1 : (uint32_t)run->opt->event;
	if (run->event >= chain->rightful)
		return evx_fail(diag, EVX_E_CUSTODY, "event %04u: the chain is good up to event %04zu only", (unsigned)run->event, chain->rightful - 1);
	run->result->event = (int)run->event;
	evx_hex_encode(chain->at[run->event].hash, 32, run->result->hash);
	return evx_stamps_record(&run->ex, run->event, &run->record, diag);
}

static enum evx_err write_request(struct run *run, struct evx_diag *diag)
{
	struct evx_buf request = EVX_BUF_INIT;
	enum evx_err err = evx_timestamp_request(run->opt->sha512 ? EVX_TIMESTAMP_SHA512 : EVX_TIMESTAMP_SHA256, run->record.data, run->record.len,
		&request, diag);

	if (err == EVX_OK)
		err = evx_write_new_file(AT_FDCWD, run->opt->request_out, 0644, request.data, request.len, diag);
	evx_buf_free(&request);
	return err;
}

static enum evx_err check(struct run *run, struct evx_diag *diag)
{
	const struct evx_buf *response = &run->response.at[0].bytes;
	struct evx_timestamp_result *r = run->result;
	struct evx_timestamp_authorities *trusted = NULL;
	struct evx_timestamp t = { 0 };
	struct evx_diag why = { 0 };
	enum evx_err err = evx_timestamp_authorities_read(run->ca.data, run->ca.len, &trusted, diag);

	if (err != EVX_OK)
		return evx_diag_in(diag, run->opt->tsa_ca, err);
	err = evx_timestamp_check(response->data, response->len, run->record.data, run->record.len,
		run->request.n > 0 ? &run->request.at[0].bytes : NULL, trusted, &t, &why);
	evx_timestamp_authorities_free(trusted);
	r->trusted = err == EVX_OK;
	(void)snprintf(r->why_not, sizeof(r->why_not), "%.255s", why.text);
	if (err == EVX_E_KEY && run->opt->unverified)
		err = EVX_OK;
	if (err != EVX_OK)
		return evx_diag_in(diag, run->response.at[0].path, evx_fail(diag, err, "%s", why.text));
	memcpy(r->authority, t.authority, sizeof(r->authority));
	memcpy(r->policy, t.policy, sizeof(r->policy));
	memcpy(r->serial, t.serial, sizeof(r->serial));
	return evx_time_encode(t.time, r->time) == EVX_OK ? EVX_OK
		: evx_fail(diag, EVX_E_CORRUPT, "time-stamp: expected a time before the year 10000, found one after");
}

/* The next free name for a response over the event's record, in result->member. */
static enum evx_err name_member(struct run *run, struct evx_diag *diag)
{
	struct evx_member_id id = { .event = run->event, .kind = EVX_MEMBER_TSR, .number = 1 };
	const struct evx_buf *response = &run->response.at[0].bytes;
	size_t n = evx_bundle_count(run->ex.bundle);
	enum evx_err err = EVX_OK;

	(void)snprintf(id.type, sizeof(id.type), "%s", evx_chain_result(run->ex.chain)->at[run->event].event.type);
	for (size_t i = 0; i < n && err == EVX_OK; i++) {
		const struct evx_bundle_member *m = evx_bundle_at(run->ex.bundle, i);
		struct evx_buf bytes = EVX_BUF_INIT;

		if (m->id.kind != EVX_MEMBER_TSR || m->id.event != run->event)
			continue;
		id.number++;
		err = evx_exhibit_member(&run->ex, m->name, &bytes, diag);
		if (err == EVX_OK && bytes.len == response->len && memcmp(bytes.data, response->data, bytes.len) == 0)
			err = evx_fail(diag, EVX_E_EXISTS, "time-stamp: this response is in the bundle, as %s", m->name);
		evx_buf_free(&bytes);
	}
	if (err == EVX_OK && id.number > EVX_STAMPS_MAX)
		err = evx_fail(diag, EVX_E_LIMIT, "time-stamp: found more over one event (limit %u)", EVX_STAMPS_MAX);
	return err == EVX_OK ? evx_member_name(&id, run->result->member) : err;
}

static enum evx_err append(struct run *run, struct evx_diag *diag)
{
	const struct evx_buf *response = &run->response.at[0].bytes;
	enum evx_err err = name_member(run, diag);

	if (err == EVX_OK)
		err = evx_append_begin(run->append, diag);
	if (err == EVX_OK)
		err = evx_append_member(run->append, run->result->member, response->data, response->len, diag);
	return err == EVX_OK ? evx_append_commit(run->append, diag) : err;
}

static void release(struct run *run)
{
	if (run->append != NULL)
		run->ex.bundle = NULL;
	evx_exhibit_free(&run->ex);
	evx_append_free(run->append);
	evx_inputs_free(&run->response);
	evx_inputs_free(&run->request);
	evx_buf_free(&run->ca);
	evx_buf_free(&run->record);
}

enum evx_err evx_timestamp(const struct evx_timestamp_options *opt, struct evx_timestamp_result *result, struct evx_diag *diag)
{
	struct run run = { .opt = opt, .result = result, .ex = { .rule_fd = -1 } };
	const struct evx_exhibit_load load = { .index_only = true, .jobs = 1 };
	enum evx_err err;

	memset(result, 0, sizeof(*result));
	if ((opt->request_out == NULL) == (opt->response == NULL))
		return evx_fail(diag, EVX_E_USAGE, "time-stamp: expected either a file for the request or a response");
	err = read_inputs(&run, diag);
	if (err == EVX_OK)
		err = open_bundle(&run, diag);
	if (err == EVX_OK && opt->confine)
		err = evx_event_store_confine(&run.ex, opt->bundle, run.append != NULL, opt->request_out, diag);
	result->confinement = run.ex.confinement;
	if (err == EVX_OK)
		err = evx_exhibit_load(&run.ex, &load, diag);
	if (err == EVX_OK)
		err = choose(&run, diag);
	if (err == EVX_OK && run.append == NULL)
		err = write_request(&run, diag);
	if (err == EVX_OK && run.append != NULL)
		err = check(&run, diag);
	if (err == EVX_OK && run.append != NULL)
		err = append(&run, diag);
	release(&run);
	return err;
}
