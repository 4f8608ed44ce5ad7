/* Who signed a custody record and who is named in it, as identities and organisations. */
#include <stdlib.h>
#include <string.h>

#include "case_uco_node.h"

/* One key as one place of the record has it. */
struct mention {
	const char *fingerprint;
	bool trusted;
	const struct evx_card_info *card;
	size_t place; /* of all */
};

struct mentions {
	struct mention *at;
	size_t n;
};

static void add(
	struct mentions *m, const char *fingerprint, bool trusted, const struct evx_card_info *card)
{
	if (fingerprint[0] != '\0') {
		m->at[m->n] = (struct mention){ fingerprint, trusted, card, m->n };
		m->n++;
	}
}

static void add_party(struct mentions *m, const struct evx_report_party *p)
{
	add(m, p->fingerprint, p->trusted, &p->card);
}

static void add_events(struct mentions *m, const struct evx_report_event *events, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++) {
		add(m, events[i].signer, events[i].trusted, &events[i].card);
		add_party(m, &events[i].party);
	}
}

/* Of one key the trusted card first, then what names somebody, then as in the record. */
static int order(const void *x, const void *y)
{
	const struct mention *a = x, *b = y;
	const int by_key = strcmp(a->fingerprint, b->fingerprint);
	const bool named_a = a->card->person[0] != '\0', named_b = b->card->person[0] != '\0';

	if (by_key != 0)
		return by_key;
	if (a->trusted != b->trusted)
		return a->trusted ? -1 : 1;
	if (named_a != named_b)
		return named_a ? -1 : 1;
	return a->place < b->place ? -1 : a->place > b->place;
}

static bool same_office(const struct evx_card_info *a, const struct evx_card_info *b)
{
	return strcmp(a->organisation, b->organisation) == 0 && strcmp(a->country, b->country) == 0;
}

static void fingerprint_of(
	struct case_uco *c, const struct case_uco_part *part, const char *fingerprint)
{
	case_uco_node(
		c, "uco-core:externalReference", "uco-core:ExternalReference", part, "reference");
	cli_json_text(&c->j, "uco-core:definingContext", "fingerprint of a signing key (OpenSSH)");
	cli_json_text(&c->j, "uco-core:externalIdentifier", fingerprint);
	cli_json_close(&c->j);
}

static void identity(struct case_uco *c, const struct mention *m)
{
	const struct case_uco_part part = case_uco_part("key/%s", m->fingerprint);
	const bool named = m->card->person[0] != '\0';

	case_uco_node(c, NULL, "uco-identity:Identity", &part, NULL);
	case_uco_text(c, "uco-core:name", named ? m->card->person : m->fingerprint);
	cli_json_text(&c->j, "uco-core:description",
		m->trusted ?
			"Known signer: the maker of this file trusts a card or roster with this "
			"key." :
			named ?
			"Unknown signer: the record says who this is, and no card or roster that "
			"the maker of this file trusts confirms it." :
			"Unknown signer: nobody says here whose key this is.");
	case_uco_text(c, "uco-core:tag", m->card->role);
	fingerprint_of(c, &part, m->fingerprint);
	cli_json_close(&c->j);
}

static void organisation(struct case_uco *c, const struct mention *m)
{
	const struct case_uco_part part = case_uco_part("organisation/%s", m->fingerprint);

	case_uco_node(c, NULL, "uco-identity:Organization", &part, NULL);
	case_uco_text(c, "uco-core:name", m->card->organisation);
	if (m->card->country[0] != '\0') {
		case_uco_node(c, "uco-core:hasFacet", "uco-identity:AddressFacet", &part, "facet");
		case_uco_node(c, "uco-identity:address", "uco-location:Location", &part, "address");
		case_uco_node(c, "uco-core:hasFacet", "uco-location:SimpleAddressFacet", &part,
			"country");
		case_uco_text(c, "uco-location:country", m->card->country);
		cli_json_close(&c->j);
		cli_json_close(&c->j);
		cli_json_close(&c->j);
	}
	cli_json_close(&c->j);
}

static void belongs(
	struct case_uco *c, const struct mention *m, const struct mention *first_of_office)
{
	const struct case_uco_part part = case_uco_part("key/%s", m->fingerprint);
	const struct case_uco_part office = case_uco_part(
		"organisation/%s", first_of_office->fingerprint);

	case_uco_node(c, NULL, "uco-core:Relationship", &part, "organisation");
	case_uco_ref(c, "uco-core:source", &part, NULL);
	case_uco_ref(c, "uco-core:target", &office, NULL);
	cli_json_text(&c->j, "uco-core:kindOfRelationship", "Member_Of");
	cli_json_bool(&c->j, "uco-core:isDirectional", true);
	cli_json_close(&c->j);
}

/* One mention of each key, the best one; those stand at the beginning then. */
static void one_each(struct mentions *m)
{
	size_t i, n = 0;

	if (m->n > 0)
		qsort(m->at, m->n, sizeof(*m->at), order);
	for (i = 0; i < m->n; i++)
		if (n == 0 || strcmp(m->at[n - 1].fingerprint, m->at[i].fingerprint) != 0)
			m->at[n++] = m->at[i];
	m->n = n;
}

void case_uco_people(struct case_uco *c, const struct evx_report *r)
{
	struct mentions m = { calloc(2 * (r->nevents + r->origin.nevents) + 5, sizeof(*m.at)), 0 };
	size_t i, k;

	if (m.at == NULL) {
		c->err = EVX_E_MEMORY;
		return;
	}
	add_events(&m, r->events, r->nevents);
	add_events(&m, r->origin.events, r->origin.nevents);
	add_party(&m, &r->holding.holder);
	add_party(&m, &r->holding.receiver);
	add_party(&m, &r->origin.sealer);
	add_party(&m, &r->origin.by);
	add_party(&m, &r->origin.to);
	one_each(&m);
	for (i = 0; i < m.n; i++) {
		identity(c, &m.at[i]);
		if (m.at[i].card->organisation[0] == '\0')
			continue;
		for (k = 0; !same_office(m.at[k].card, m.at[i].card); k++)
			;
		if (k == i)
			organisation(c, &m.at[i]);
		belongs(c, &m.at[i], &m.at[k]);
	}
	free(m.at);
}
