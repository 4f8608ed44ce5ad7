/* What was seen of exhibits before, by inventories and by this machine. */
#include "store/heads.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/hash_equal.h"
#include "base/io.h"
#include "format/decimal.h"
#include "format/text.h"
#include "store/case.h"
#include "store/inventory.h"
#include "store/vault_inner.h"

#define FIRST_LINE "evx-vault-heads/1\n"
#define HEADS_MAX ((size_t)EVX_HEADS_KEPT * 256)
#define FIELDS 5u

/* What the inventories say last of an exhibit. */
struct last_word {
	char uuid[EVX_UUID_CAP];
	bool missing; /* signed by a content member, behind every other word */
};

struct evx_heads {
	struct evx_head_seen *at; /* in order of UUID, events, head */
	size_t n;
	struct last_word *words; /* in order of UUID */
	size_t nwords;
	struct evx_head_seen *notes;
	size_t nnotes;
};

void evx_heads_free(struct evx_heads *h)
{
	if (h == NULL)
		return;
	free(h->at);
	free(h->words);
	free(h->notes);
	free(h);
}

/* ---- The memory of this machine */

static void file_name(const struct evx_vault *v, char out[EVX_UUID_CAP + 8])
{
	(void)snprintf(out, EVX_UUID_CAP + 8, "%s.heads", v->uuid);
}

static bool is_same(const struct evx_head_seen *a, const struct evx_head_seen *b)
{
	return strcmp(a->uuid, b->uuid) == 0 && evx_hash_equal(a->seal, b->seal) &&
		evx_hash_equal(a->head, b->head) && a->events == b->events &&
		strcmp(a->case_id, b->case_id) == 0;
}

static bool remembers(const struct evx_vault *v)
{
	return v->pins >= 0 && v->changed.code == EVX_OK;
}

/* UUID SEAL EVENTS HEAD CASE, or "-" in place of a case. */
static bool parse(const char *p, size_t n, struct evx_head_seen *out)
{
	const char *f[FIELDS] = { NULL };
	size_t len[FIELDS] = { 0 }, i = 0, start = 0;

	memset(out, 0, sizeof(*out));
	for (size_t k = 0; k <= n; k++) {
		if (k < n && p[k] != ' ')
			continue;
		if (i == FIELDS)
			return false;
		f[i] = p + start;
		len[i++] = k - start;
		start = k + 1;
	}
	if (i != FIELDS || !evx_uuid_valid(f[0], len[0]) ||
		evx_hex_decode(f[1], len[1], out->seal, 32) != EVX_OK ||
		!evx_decimal_parse(f[2], len[2], &out->events) || out->events == 0 ||
		evx_hex_decode(f[3], len[3], out->head, 32) != EVX_OK)
		return false;
	memcpy(out->uuid, f[0], EVX_UUID_LEN);
	out->inventory = EVX_HEAD_MACHINE;
	if (len[4] == 1 && *f[4] == '-')
		return true;
	if (!evx_uuid_valid(f[4], len[4]))
		return false;
	memcpy(out->case_id, f[4], EVX_UUID_LEN);
	return true;
}

struct memory {
	struct evx_head_seen *at; /* in order of UUID, none twice */
	size_t n;
};

static enum evx_err read_lines(const char *p, size_t n, struct memory *m)
{
	const char *at = p + strlen(FIRST_LINE), *end = p + n;

	if (n < strlen(FIRST_LINE) || memcmp(p, FIRST_LINE, strlen(FIRST_LINE)) != 0)
		return EVX_E_CORRUPT;
	while (at < end) {
		const char *lf = memchr(at, '\n', (size_t)(end - at));
		struct evx_head_seen one;

		if (lf == NULL || m->n == EVX_HEADS_KEPT || !parse(at, (size_t)(lf - at), &one) ||
			(m->n > 0 && strcmp(m->at[m->n - 1].uuid, one.uuid) >= 0))
			return EVX_E_CORRUPT;
		if (evx_vault_grow((void **)&m->at, m->n, sizeof(one)) != EVX_OK)
			return EVX_E_MEMORY;
		m->at[m->n++] = one;
		at = lf + 1;
	}
	return EVX_OK;
}

/* *m is empty where nothing is remembered. */
static enum evx_err read_memory(const struct evx_vault *v, struct memory *m, struct evx_diag *diag)
{
	struct evx_buf text = { NULL, 0, 0, HEADS_MAX };
	char name[EVX_UUID_CAP + 8];
	enum evx_err err;

	file_name(v, name);
	err = evx_place_read(v->pins, name, HEADS_MAX, &text, diag);
	if (err == EVX_E_NOT_FOUND) {
		evx_diag_clear(diag);
		return EVX_OK;
	}
	if (err == EVX_OK)
		err = text.len == 0 ? EVX_E_CORRUPT :
				      read_lines((const char *)text.data, text.len, m);
	evx_buf_free(&text);
	if (err == EVX_OK)
		return EVX_OK;
	free(m->at);
	memset(m, 0, sizeof(*m));
	evx_diag_clear(diag);
	if (err == EVX_E_MEMORY)
		return evx_fail_memory(diag);
	return evx_diag_in(diag, name,
		evx_fail(diag, err,
			"The file in which this machine remembers the exhibits of this "
			"vault is damaged. Check the whole vault, then delete the file."));
}

static enum evx_err write_memory(
	const struct evx_vault *v, const struct memory *m, struct evx_diag *diag)
{
	struct evx_buf text = { NULL, 0, 0, HEADS_MAX };
	char name[EVX_UUID_CAP + 8], seal[65], head[65];
	struct evx_diag why = { 0 };
	enum evx_err err = evx_buf_adds(&text, FIRST_LINE);

	for (size_t i = 0; i < m->n && err == EVX_OK; i++) {
		evx_hex_encode(m->at[i].seal, 32, seal);
		evx_hex_encode(m->at[i].head, 32, head);
		err = evx_buf_addf(&text, "%s %s %llu %s %s\n", m->at[i].uuid, seal,
			(unsigned long long)m->at[i].events, head,
			m->at[i].case_id[0] != '\0' ? m->at[i].case_id : "-");
	}
	file_name(v, name);
	if (err == EVX_OK)
		err = evx_replace_file(v->pins, name, 0600, text.data, text.len, &why);
	evx_buf_free(&text);
	if (err == EVX_OK ||
		(err == EVX_E_IO &&
			(why.sys_errno == EROFS || why.sys_errno == EACCES ||
				why.sys_errno == EPERM)))
		return EVX_OK;
	return evx_fail(
		diag, err, "vault: this machine cannot remember its exhibits: %s", why.text);
}

static int by_uuid(const void *a, const void *b)
{
	return strcmp(
		((const struct evx_head_seen *)a)->uuid, ((const struct evx_head_seen *)b)->uuid);
}

/* The longer chain counts, and the case that was seen first: no entry changes it, and who moves a
 * mark must not have the next event hide that. New exhibits come in their order, as far as there is
 * room. */
static enum evx_err merge(
	struct memory *m, const struct evx_head_seen *news, size_t n, bool *changed)
{
	const size_t old = m->n;

	for (size_t i = 0; i < n; i++) {
		struct evx_head_seen *known = old == 0 ?
			NULL :
			bsearch(&news[i], m->at, old, sizeof(*m->at), by_uuid);

		if (known != NULL) {
			struct evx_head_seen now = news[i];

			memcpy(now.case_id, known->case_id, sizeof(now.case_id));
			now.case_open = false;
			if (now.events >= known->events && !is_same(known, &now)) {
				*known = now;
				*changed = true;
			}
			continue;
		}
		if (m->n == EVX_HEADS_KEPT || news[i].case_open)
			continue;
		if (evx_vault_grow((void **)&m->at, m->n, sizeof(*m->at)) != EVX_OK)
			return EVX_E_MEMORY;
		m->at[m->n++] = news[i];
		*changed = true;
	}
	if (m->n > old)
		qsort(m->at, m->n, sizeof(*m->at), by_uuid);
	return EVX_OK;
}

static enum evx_err remember(const struct evx_vault *v, const struct evx_head_seen *news, size_t n,
	struct evx_diag *diag)
{
	struct memory m = { NULL, 0 };
	struct evx_diag why = { 0 };
	bool changed = false;
	int lock = -1;
	enum evx_err err;

	if (n == 0 || !remembers(v))
		return EVX_OK;
	err = evx_memory_lock(v->pins, v->cancel, &lock, diag);
	if (err == EVX_OK) {
		err = read_memory(v, &m, &why);
		/* Nothing is written over what is damaged: it stays among the findings until
		 * somebody looked into it. */
		if (err == EVX_E_CORRUPT || err == EVX_E_LIMIT) {
			evx_close_quiet(&lock);
			return EVX_OK;
		}
		if (err != EVX_OK)
			err = evx_fail(diag, err, "%s", why.text);
	}
	if (err == EVX_OK && merge(&m, news, n, &changed) != EVX_OK)
		err = evx_fail_memory(diag);
	if (err == EVX_OK && changed)
		err = write_memory(v, &m, diag);
	evx_close_quiet(&lock);
	free(m.at);
	return err;
}

enum evx_err evx_heads_remember_one(
	const struct evx_vault *v, const struct evx_head_seen *seen, struct evx_diag *diag)
{
	return remember(v, seen, 1, diag);
}

enum evx_err evx_heads_remember(
	const struct evx_heads *h, const struct evx_vault *v, struct evx_diag *diag)
{
	return remember(v, h->notes, h->nnotes, diag);
}

/* ---- Everything that was seen */

struct loading {
	struct evx_heads *h;
	const char *only;
	const struct evx_vault_count *count;
};

static struct last_word *word_of(const struct evx_heads *h, const char *uuid, size_t known)
{
	return known == 0 ? NULL :
			    bsearch(uuid, h->words, known, sizeof(*h->words),
				    (int (*)(const void *, const void *))strcmp);
}

static enum evx_err add(struct evx_heads *h, const struct evx_head_seen *seen)
{
	enum evx_err err = evx_vault_grow((void **)&h->at, h->n, sizeof(*seen));

	if (err == EVX_OK)
		h->at[h->n++] = *seen;
	return err;
}

static enum evx_err see_line(void *ctx, const struct evx_inventory_line *line)
{
	static const uint8_t none[32];
	const struct loading *l = ctx;
	struct evx_head_seen seen = { .inventory = l->count->sequence, .events = line->events };
	struct last_word word = { .missing = line->result == EVX_INVENTORY_MISSING &&
			l->count->content };
	enum evx_err err;

	if (l->only != NULL && strcmp(l->only, line->uuid) != 0)
		return EVX_OK;
	memcpy(word.uuid, line->uuid, sizeof(word.uuid));
	memcpy(seen.uuid, line->uuid, sizeof(seen.uuid));
	memcpy(seen.seal, line->seal, 32);
	memcpy(seen.head, line->head, 32);
	memcpy(seen.case_id, line->case_id, sizeof(seen.case_id));
	seen.trusted = l->count->content;
	seen.content = l->count->content ? l->count->sequence : 0;
	/* Who signs that it is missing without the right to gives no word at all, and takes none.
	 */
	err = evx_vault_grow((void **)&l->h->words, l->h->nwords, sizeof(word));
	if (err == EVX_OK)
		l->h->words[l->h->nwords++] = word;
	if (err == EVX_OK && line->events > 0 && !evx_hash_equal(line->head, none))
		err = add(l->h, &seen);
	return err;
}

static int by_place(const void *a, const void *b)
{
	const struct evx_head_seen *x = a, *y = b;
	int r = strcmp(x->uuid, y->uuid);

	if (r == 0)
		r = x->events < y->events ? -1 : x->events > y->events;
	if (r == 0)
		r = evx_hash_order(x->head, y->head);
	if (r == 0)
		r = evx_hash_order(x->seal, y->seal);
	if (r == 0)
		r = strcmp(x->case_id, y->case_id);
	return r != 0 ? r : x->inventory < y->inventory ? -1 : x->inventory > y->inventory;
}

static int by_word(const void *a, const void *b)
{
	return strcmp(((const struct last_word *)a)->uuid, ((const struct last_word *)b)->uuid);
}

/* The same word of several inventories stands once, as that of the first, with the weight of
 * whoever of them has the most. */
static void settle_heads(struct evx_heads *h)
{
	size_t k = 0;

	if (h->n > 0)
		qsort(h->at, h->n, sizeof(*h->at), by_place);
	for (size_t i = 0; i < h->n; i++) {
		struct evx_head_seen *last = k > 0 ? &h->at[k - 1] : NULL;

		if (last != NULL && strcmp(last->uuid, h->at[i].uuid) == 0 &&
			last->events == h->at[i].events &&
			evx_hash_equal(last->head, h->at[i].head) &&
			evx_hash_equal(last->seal, h->at[i].seal) &&
			strcmp(last->case_id, h->at[i].case_id) == 0) {
			last->trusted = last->trusted || h->at[i].trusted;
			if (h->at[i].content > last->content)
				last->content = h->at[i].content;
			continue;
		}
		h->at[k++] = h->at[i];
	}
	h->n = k;
}

/* Words of one inventory after the other: the last one of each exhibit stays. Called behind each
 * inventory, so that as many are held as there are exhibits. */
static enum evx_err settle_words(struct evx_heads *h, size_t before, bool trusted)
{
	struct last_word *all;
	size_t k = before;

	if (h->nwords == before)
		return EVX_OK;
	for (size_t i = before; i < h->nwords; i++) {
		struct last_word *known = word_of(h, h->words[i].uuid, before);

		if (known == NULL)
			h->words[k++] = h->words[i];
		else if (trusted || !known->missing)
			known->missing = h->words[i].missing;
	}
	h->nwords = k;
	all = h->words;
	if (k > before)
		qsort(all, k, sizeof(*all), by_word);
	return EVX_OK;
}

static enum evx_err read_inventories(
	const struct evx_vault *v, struct loading *l, struct evx_findings *findings)
{
	enum evx_err err = EVX_OK;

	for (size_t i = 0; i < v->ncounts && err == EVX_OK; i++) {
		struct evx_diag why = { 0 };
		const size_t before = l->h->nwords;
		char where[EVX_INVENTORY_NAME_CAP + 8], name[EVX_INVENTORY_NAME_CAP];

		l->count = &v->counts[i];
		if (evx_cancelled(v->cancel))
			return EVX_E_INTERRUPTED;
		err = evx_inventory_read(
			v, v->counts[i].sequence, v->counts[i].list, see_line, l, &why);
		if (err == EVX_E_MEMORY)
			return err;
		if (err != EVX_OK) {
			evx_inventory_name(v->counts[i].sequence, name);
			(void)snprintf(where, sizeof(where), "log/%s", name);
			err = evx_findings_add(findings, "V-INVENTORY",
				err == EVX_E_IO || l->only != NULL ? EVX_WEIGHT_UNCHECKED :
								     EVX_WEIGHT_BROKEN,
				EVX_NO_EVENT, where, "%s", why.text);
		}
		if (err == EVX_OK)
			err = settle_words(l->h, before, v->counts[i].content);
	}
	return err;
}

static enum evx_err read_own(
	const struct evx_vault *v, struct loading *l, struct evx_findings *findings)
{
	struct memory m = { NULL, 0 };
	struct evx_diag why = { 0 };
	const size_t before = l->h->nwords, seen = l->h->n;
	bool full;
	enum evx_err err;

	if (v->pins < 0)
		return EVX_OK;
	err = read_memory(v, &m, &why);
	if (err == EVX_E_MEMORY)
		return err;
	if (err != EVX_OK)
		return evx_findings_add(findings, "V-HEAD", EVX_WEIGHT_UNCHECKED, EVX_NO_EVENT,
			why.path, "%s", why.text);
	for (size_t i = 0; i < m.n && err == EVX_OK; i++) {
		struct last_word word = { .missing = false };

		if (l->only != NULL && strcmp(l->only, m.at[i].uuid) != 0)
			continue;
		memcpy(word.uuid, m.at[i].uuid, sizeof(word.uuid));
		m.at[i].trusted = true;
		err = add(l->h, &m.at[i]);
		if (err == EVX_OK)
			err = evx_vault_grow((void **)&l->h->words, l->h->nwords, sizeof(word));
		if (err == EVX_OK)
			l->h->words[l->h->nwords++] = word;
	}
	full = m.n == EVX_HEADS_KEPT && (l->only == NULL || l->h->n == seen);
	free(m.at);
	if (err == EVX_OK && full)
		err = evx_findings_add(findings, "V-HEAD", EVX_WEIGHT_REMARK, EVX_NO_EVENT, NULL,
			"This machine remembers %u exhibits of this vault, and has no room for "
			"more. Others are compared with inventories only. Sign inventories often "
			"(evx inventory).",
			EVX_HEADS_KEPT);
	/* That this machine saw it once takes nothing back of what a content member signed. */
	if (err == EVX_OK) {
		size_t k = before;

		for (size_t i = before; i < l->h->nwords; i++)
			if (word_of(l->h, l->h->words[i].uuid, before) == NULL)
				l->h->words[k++] = l->h->words[i];
		l->h->nwords = k;
		if (k > before)
			qsort(l->h->words, k, sizeof(*l->h->words), by_word);
	}
	return err;
}

enum evx_err evx_heads_load(const struct evx_vault *v, const char *only,
	struct evx_findings *findings, struct evx_heads **out, struct evx_diag *diag)
{
	struct loading l = { calloc(1, sizeof(*l.h)), only, NULL };
	enum evx_err err = l.h != NULL ? EVX_OK : EVX_E_MEMORY;

	*out = NULL;
	if (err == EVX_OK)
		err = read_inventories(v, &l, findings);
	if (err == EVX_OK)
		err = read_own(v, &l, findings);
	if (err != EVX_OK) {
		evx_heads_free(l.h);
		if (err == EVX_E_INTERRUPTED)
			return evx_vault_go_on(v, diag);
		return evx_fail(diag, err, "vault: what was seen of its exhibits cannot be read");
	}
	settle_heads(l.h);
	*out = l.h;
	return EVX_OK;
}

/* ---- Compared */

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
			"%s %llu events of this exhibit, and %zu are there.%s", says,
			(unsigned long long)s->events, chain->in_bundle,
			openly ? OPENLY :
				 " Events were taken away. Ask who can write to the vault; look "
				 "for receipts and other copies.");
	return evx_findings_add(findings, "V-HEAD", weight, (uint32_t)(s->events - 1), NULL,
		"%s another event at this place.%s", says,
		openly ? OPENLY :
			 " The chain was exchanged. Ask who can write to the vault; look for "
			 "receipts and other copies.");
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

static bool is_marked(const struct evx_vault *v, const char *case_id, const char *uuid)
{
	char path[128];
	struct stat st;

	(void)snprintf(path, sizeof(path), "cases/%s/exhibits/%s", case_id, uuid);
	return fstatat(v->fd, path, &st, AT_SYMLINK_NOFOLLOW) == 0;
}

void evx_heads_case(const struct evx_vault *v, const char *uuid, char case_id[EVX_UUID_CAP])
{
	case_id[0] = '\0';
	for (size_t i = 0; i < v->ncases; i++)
		if (is_marked(v, v->cases[i].id, uuid)) {
			memcpy(case_id, evx_case_filed(v, v->cases[i].id), EVX_UUID_CAP);
			return;
		}
}

/* Every case that marks it must be filed as the one it was seen in. */
static enum evx_err judge_case(
	const struct evx_vault *v, const struct evx_head_seen *s, struct evx_findings *findings)
{
	const char *filed = evx_case_filed(v, s->case_id);
	bool there = false;
	char says[48];

	who(s, says);
	for (size_t i = 0; i < v->ncases; i++) {
		if (!is_marked(v, v->cases[i].id, s->uuid))
			continue;
		if (strcmp(evx_case_filed(v, v->cases[i].id), filed) != 0)
			return evx_findings_add(findings, "V-CASE", EVX_WEIGHT_GAP, EVX_NO_EVENT,
				NULL,
				"%s it in case %s, and now it stands in case %s. No entry of the "
				"log says so: somebody moved the mark.",
				says, filed, v->cases[i].id);
		there = true;
	}
	return there ? EVX_OK :
		       evx_findings_add(findings, "V-CASE", EVX_WEIGHT_GAP, EVX_NO_EVENT, NULL,
			       "%s it in case %s, and now it stands in no case. Somebody took the "
			       "mark away.",
			       says, filed);
}

/* What came in without a case is filed in none afterwards. */
static enum evx_err judge_unfiled(
	const struct evx_vault *v, const struct evx_head_seen *s, struct evx_findings *findings)
{
	char says[48], now[EVX_UUID_CAP];

	evx_heads_case(v, s->uuid, now);
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
	const size_t first = first_of(h, uuid);
	const struct evx_head_seen *word = NULL; /* NULL as well where one of them names a case */
	bool filed = false, named = false;
	enum evx_err err = judge_chain(h, first, uuid, chain, findings);

	for (size_t i = first; i < h->n && strcmp(h->at[i].uuid, uuid) == 0 && err == EVX_OK; i++) {
		const uint64_t gaps = findings->count[EVX_ON_CUSTODY][EVX_WEIGHT_GAP];

		named = named || h->at[i].case_id[0] != '\0';
		word = named ? NULL : &h->at[i];
		if (!filed && h->at[i].case_id[0] != '\0') {
			err = judge_case(v, &h->at[i], findings);
			filed = findings->count[EVX_ON_CUSTODY][EVX_WEIGHT_GAP] != gaps;
		}
	}
	if (err == EVX_OK && word != NULL)
		err = judge_unfiled(v, word, findings);
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

/* ---- To be remembered */

enum evx_err evx_heads_note(struct evx_heads *h, const struct evx_vault *v, const char *uuid,
	const struct evx_chain_result *chain, struct evx_diag *diag)
{
	struct evx_head_seen seen = { .inventory = EVX_HEAD_MACHINE, .events = chain->in_bundle };
	struct evx_findings against = { 0 };
	bool good;
	enum evx_err err;

	if (chain->in_bundle == 0 || chain->rightful < chain->in_bundle || !remembers(v))
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
	evx_heads_case(v, uuid, seen.case_id);
	err = evx_vault_grow((void **)&h->notes, h->nnotes, sizeof(seen));
	if (err != EVX_OK)
		return evx_fail_buf(diag, err);
	h->notes[h->nnotes++] = seen;
	return EVX_OK;
}
