/* Keys held by an agent (ssh-agent, a token behind it) that signs on request. What it answers is
 * hostile until it verifies. */
#ifndef EVX_CUSTODY_AGENT_H
#define EVX_CUSTODY_AGENT_H

#include "base/cancel.h"
#include "custody/signer.h"

/* How a key in an agent is written where an identity's name could stand, too: this and its
 * fingerprint. */
#define EVX_AGENT_PREFIX "agent:"
/* True for such a text, "agent:SHA256:…"; *fingerprint (NULL allowed) is its end. */
bool evx_agent_named(const char *s, const char **fingerprint);

struct evx_agent;
/* Connects to the agent whose socket is at path (NULL: EVX_E_KEY, there is none) and makes sure
 * that it has the key with this fingerprint. From here on nothing is opened anew: a confined
 * process can sign. cancel (NULL allowed) must outlive it. EVX_E_IO, EVX_E_NOT_FOUND when it cannot
 * be reached, EVX_E_KEY when it has not that key, answers as no agent does, or not within two
 * minutes. */
enum evx_err evx_agent_open(const char *path, const char *fingerprint,
	const struct evx_cancel *cancel, struct evx_agent **out,
	struct evx_diag *diag) EVX_MUST_CHECK;
/* The same over a connected socket, whose descriptor it takes over, also after a failure. */
enum evx_err evx_agent_over(int fd, const char *fingerprint, const struct evx_cancel *cancel,
	struct evx_agent **out, struct evx_diag *diag) EVX_MUST_CHECK;
void evx_agent_free(struct evx_agent *a);
/* A signer for that key; a must outlive it. It gives out only what verifies; EVX_E_KEY for any
 * other answer, EVX_E_IO when the agent is gone, EVX_E_INTERRUPTED. */
struct evx_signer evx_agent_signer(struct evx_agent *a);

#endif
