/* Exhibits compared with what was seen of them before. */
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "base/array.h"
#include "base/hash_equal.h"
#include "store/case.h"
#include "store/heads_inner.h"
#include "store/vault_inner.h"

static size_t first_of(const struct evx_heads *h, const char *uuid)
{
	size_t low = 0, high = h->n;

	while (low < high) {
		const size_t mid = low + (high - low) / 2;

		if (strcmp(h->at[mid].uuid, uuid) < 0)
			low = mid + 1;
		else
			high = mid;
	}
	return low;
}

/* "Inventory 7 says", "This machine saw". */
static void who(const struct evx_head_seen *s, char out[48])
{
	if (s->inventory == EVX_HEAD_MACHINE)
		(void)snprintf(out, 48, "This machine has seen");
	else
		(void)snprintf(
			out, 48, "The inventory of log entry %u lists", (unsigned)s->inventory);
}

/* How a chain contradicts a word. */
enum against { AGREES, OTHER_SEAL, SHORTER, OTHER_EVENT };

static enum against compare(const struct evx_head_seen *s, const struct evx_chain_result *chain)
{
	if (chain->in_bundle == 0 || !evx_hash_equal(chain->exhibit, s->seal))
		return OTHER_SEAL;
	if (chain->in_bundle < s->events)
		return SHORTER;
	return evx_hash_equal(chain->at[s->events - 1].hash, s->head) ? AGREES : OTHER_EVENT;
}

#define OPENLY \
	" Only custody members signed that, and a content member signed later for what is here: " \
	"one of them is wrong. Ask them."

static enum evx_err tell(const struct evx_head_seen *s, enum against how,
	const struct evx_chain_result *chain, bool openly, struct evx_findings *findings)
{
	const enum evx_weight weight = openly ? EVX_WEIGHT_GAP : EVX_WEIGHT_BROKEN;
	char says[48];

	who(s, says);
	if (how == OTHER_SEAL)
		return evx_findings_add(findings, "V-HEAD", weight, 0, NULL,
			"%s another seal under this UUID.%s", says,
			openly ? OPENLY : " The exhibit was exchanged.");
	if (how == SHORTER)
		return evx_findings_add(findings, "V-HEAD", weight, EVX_NO_EVENT, NULL,
			"%s %llu %s of this exhibit, and %zu %s there.%s", says,
			(unsigned long long)s->events, s->events == 1 ? "entry" : "entries",
			chain->in_bundle, chain->in_bundle == 1 ? "is" : "are",
			openly ? OPENLY :
				 " Somebody removed entries, or the vault was put back from a "
				 "backup. Look for receipts and other copies, and ask who can "
				 "write to the vault. For a backup: evx init --accept-rollback");
	return evx_findings_add(findings, "V-HEAD", weight, (uint32_t)(s->events - 1), NULL,
		"%s another entry at this place.%s", says,
		openly ? OPENLY :
			 " Somebody replaced the custody record, or the vault was put back from a "
			 "backup. Look for receipts and other copies, and ask who can write to the "
			 "vault. For a backup: evx init --accept-rollback");
}

/* The first contradiction says it; one that a content member's later inventory takes the weight of,
 * only where no other stands. */
static enum evx_err judge_chain(const struct evx_heads *h, size_t first, const char *uuid,
	const struct evx_chain_result *chain, struct evx_findings *findings)
{
	const struct evx_head_seen *open = NULL;
	uint32_t vouched = 0; /* the last inventory of a content member that lists what is there */

	for (size_t i = first; i < h->n && strcmp(h->at[i].uuid, uuid) == 0; i++)
		if (h->at[i].content > vouched && compare(&h->at[i], chain) == AGREES)
			vouched = h->at[i].content;
	for (size_t i = first; i < h->n && strcmp(h->at[i].uuid, uuid) == 0; i++) {
		const struct evx_head_seen *s = &h->at[i];
		const enum against how = compare(s, chain);

		if (how == AGREES)
			continue;
		if (s->trusted || s->inventory > vouched)
			return tell(s, how, chain, false, findings);
		open = open != NULL ? open : s;
	}
	return open == NULL ? EVX_OK : tell(open, compare(open, chain), chain, true, findings);
}

/* Every case that marks it must be filed as the one in which says ("This machine has seen") has
 * it. */
static enum evx_err judge_marks(const struct evx_heads *h, const struct evx_vault *v,
	const char *uuid, const char *case_id, const char *says, struct evx_findings *findings)
{
	const char *filed = evx_case_filed(v, case_id);
	bool there = false;

	for (size_t i = evx_marks_next(h->marks, v, uuid, 0); i < v->ncases;
		i = evx_marks_next(h->marks, v, uuid, i + 1)) {
		if (strcmp(evx_case_filed(v, v->cases[i].id), filed) != 0)
			return evx_findings_add(findings, "V-CASE", EVX_WEIGHT_GAP, EVX_NO_EVENT,
				NULL,
				"%s it in case %s, and now it stands in case %s. No later entry of "
				"the log says so. Either somebody moved the mark, or evx case file "
				"was interrupted. To finish, or to file it anew, run: evx case "
				"file",
				says, filed, v->cases[i].id);
		there = true;
	}
	return there ? EVX_OK :
		       evx_findings_add(findings, "V-CASE", EVX_WEIGHT_GAP, EVX_NO_EVENT, NULL,
			       "%s it in case %s, and now it stands in no case. Somebody took the "
			       "mark away. To file it anew, run: evx case file",
			       says, filed);
}

static enum evx_err judge_case(const struct evx_heads *h, const struct evx_vault *v,
	const struct evx_head_seen *s, struct evx_findings *findings)
{
	char says[48];

	who(s, says);
	return judge_marks(h, v, s->uuid, s->case_id, says, findings);
}

/* The log has the last word: what was seen before it, or signed behind it on the word of a mark,
 * does not count. */
static enum evx_err judge_filing(const struct evx_heads *h, const struct evx_vault *v,
	const char *uuid, const struct evx_vault_filing *filing, struct evx_findings *findings)
{
	char says[48];

	(void)snprintf(
		says, sizeof(says), "Entry %u of the vault log files", (unsigned)filing->sequence);
	return judge_marks(h, v, uuid, filing->case_id, says, findings);
}

/* What came in without a case is filed in none afterwards. */
static enum evx_err judge_unfiled(const struct evx_heads *h, const struct evx_vault *v,
	const struct evx_head_seen *s, struct evx_findings *findings)
{
	char says[48], now[EVX_UUID_CAP];

	evx_marks_case(h->marks, v, s->uuid, now);
	if (now[0] == '\0')
		return EVX_OK;
	who(s, says);
	return evx_findings_add(findings, "V-CASE", EVX_WEIGHT_GAP, EVX_NO_EVENT, NULL,
		"%s it in no case, and now it stands in case %s. No entry of the log says so: "
		"somebody made the mark.",
		says, now);
}

enum evx_err evx_heads_judge(const struct evx_heads *h, const struct evx_vault *v, const char *uuid,
	const struct evx_chain_result *chain, struct evx_findings *findings, struct evx_diag *diag)
{
	const struct evx_vault_filing *filing = evx_vault_filing(v, uuid);
	const size_t first = first_of(h, uuid);
	const struct evx_head_seen *word = NULL; /* NULL as well where one of them names a case */
	bool filed = false, named = false;
	enum evx_err err = judge_chain(h, first, uuid, chain, findings);

	if (filing != NULL) {
		if (err == EVX_OK)
			err = judge_filing(h, v, uuid, filing, findings);
		return evx_fail_buf(diag, err);
	}
	for (size_t i = first; i < h->n && strcmp(h->at[i].uuid, uuid) == 0 && err == EVX_OK; i++) {
		const uint64_t gaps = findings->count[EVX_ON_CUSTODY][EVX_WEIGHT_GAP];

		named = named || h->at[i].case_id[0] != '\0';
		word = named ? NULL : &h->at[i];
		if (!filed && h->at[i].case_id[0] != '\0') {
			err = judge_case(h, v, &h->at[i], findings);
			filed = findings->count[EVX_ON_CUSTODY][EVX_WEIGHT_GAP] != gaps;
		}
	}
	if (err == EVX_OK && word != NULL)
		err = judge_unfiled(h, v, word, findings);
	return evx_fail_buf(diag, err);
}

enum evx_err evx_heads_missing(const struct evx_heads *h, const struct evx_vault *v,
	struct evx_findings *findings, struct evx_diag *diag)
{
	enum evx_err err = EVX_OK;

	for (size_t i = 0; i < h->nwords && err == EVX_OK; i++) {
		const struct evx_head_seen *s = NULL;
		const size_t first = first_of(h, h->words[i].uuid);
		char path[64], says[48];
		struct stat st;

		err = evx_vault_go_on(v, diag);
		if (err != EVX_OK)
			return err;
		if (evx_marks_saw(h->marks, h->words[i].uuid))
			continue;
		(void)snprintf(path, sizeof(path), "exhibits/%s", h->words[i].uuid);
		if (fstatat(v->fd, path, &st, AT_SYMLINK_NOFOLLOW) == 0)
			continue;
		if (h->words[i].missing) {
			err = evx_findings_add(findings, "V-MISSING", EVX_WEIGHT_GAP, EVX_NO_EVENT,
				path,
				"This exhibit is not there. A content member signed for that in a "
				"later inventory.");
			continue;
		}
		if (first < h->n && strcmp(h->at[first].uuid, h->words[i].uuid) == 0)
			s = &h->at[first];
		if (s != NULL)
			who(s, says);
		err = evx_findings_add(findings, "V-MISSING", EVX_WEIGHT_BROKEN, EVX_NO_EVENT, path,
			"%s this exhibit, and it is not there. Look for exported bundles and "
			"backups; ask who can write to the vault.",
			s != NULL ? says : "An inventory lists");
	}
	return evx_fail_buf(diag, err);
}

bool evx_heads_saw(const struct evx_heads *h, const char *uuid)
{
	return evx_marks_saw(h->marks, uuid);
}

/* ---- To be remembered */

enum evx_err evx_heads_note(struct evx_heads *h, const struct evx_vault *v, const char *uuid,
	const struct evx_chain_result *chain, struct evx_diag *diag)
{
	struct evx_head_seen seen = { .inventory = EVX_HEAD_MACHINE, .events = chain->in_bundle };
	struct evx_head_seen *note;
	struct evx_findings against = { 0 };
	bool good;
	enum evx_err err;

	if (chain->in_bundle == 0 || chain->rightful < chain->in_bundle || !evx_heads_remembers(v))
		return EVX_OK;
	err = evx_heads_judge(h, v, uuid, chain, &against, diag);
	good = err == EVX_OK && against.count[EVX_ON_CUSTODY][EVX_WEIGHT_BROKEN] == 0;
	for (size_t i = 0; i < against.n; i++)
		seen.case_open = seen.case_open || strcmp(against.at[i].code, "V-CASE") == 0;
	evx_findings_free(&against);
	if (!good)
		return err;
	(void)snprintf(seen.uuid, sizeof(seen.uuid), "%s", uuid);
	memcpy(seen.seal, chain->exhibit, 32);
	memcpy(seen.head, chain->at[chain->in_bundle - 1].hash, 32);
	evx_marks_case(h->marks, v, uuid, seen.case_id);
	note = EVX_ARRAY_ADD(h->notes, h->nnotes);
	if (note == NULL)
		return evx_fail_memory(diag);
	*note = seen;
	return EVX_OK;
}
