/* RFC 6962 trees: the public proofs, good and bad, and every small tree against the definition. */
#include "testdata.h"

#include <dirent.h>

#include "crypto/hash.h"
#include "crypto/merkle.h"
#include "crypto/merkle_prove.h"

#define MOST 70

/* MTH of RFC 6962 section 2.1, word for word. */
static void mth(const uint8_t (*leaves)[32], size_t n, uint8_t out[32])
{
	uint8_t in[65] = { 1 };
	size_t k = 1;

	if (n == 0) {
		evx_sha256(NULL, 0, out);
		return;
	}
	if (n == 1) {
		memcpy(out, leaves[0], 32);
		return;
	}
	while (k * 2 < n)
		k *= 2;
	mth(leaves, k, in + 1);
	mth(leaves + k, n - k, in + 33);
	evx_sha256(in, 65, out);
}

/* SUBPROOF of RFC 6962 section 2.1.2, word for word. */
static void subproof(size_t m, const uint8_t (*leaves)[32], size_t n, bool whole,
	uint8_t (*proof)[32], size_t *count)
{
	size_t k = 1;

	if (m == n) {
		if (!whole)
			mth(leaves, n, proof[(*count)++]);
		return;
	}
	while (k * 2 < n)
		k *= 2;
	if (m <= k) {
		subproof(m, leaves, k, whole, proof, count);
		mth(leaves + k, n - k, proof[(*count)++]);
	} else {
		subproof(m - k, leaves + k, n - k, false, proof, count);
		mth(leaves, k, proof[(*count)++]);
	}
}

static void some_leaves(uint8_t leaves[MOST][32])
{
	size_t i;

	for (i = 0; i < MOST; i++)
		evx_sha256(&i, sizeof(i), leaves[i]);
}

static void roots(void **state)
{
	uint8_t leaves[MOST][32], want[32], got[32];
	const uint8_t(*l)[32] = (const uint8_t(*)[32])leaves;
	struct evx_merkle m;
	size_t n;

	(void)state;
	some_leaves(leaves);
	evx_merkle_init(&m);
	for (n = 0;; n++) {
		mth(l, n, want);
		evx_merkle_root(&m, got);
		assert_memory_equal(got, want, 32);
		if (n == MOST)
			break;
		evx_merkle_add(&m, leaves[n]);
	}
}

static void inclusion_all_small_trees(void **state)
{
	uint8_t leaves[MOST][32], root[32], proof[65][32] = { { 0 } };
	const uint8_t(*l)[32] = (const uint8_t(*)[32])leaves,
	      (*p)[32] = (const uint8_t(*)[32])proof;
	size_t n, i, k, count;

	(void)state;
	some_leaves(leaves);
	for (n = 1; n <= MOST; n++) {
		mth(l, n, root);
		for (i = 0; i < n; i++) {
			assert_int_equal(
				evx_merkle_prove_inclusion(l, n, i, proof, &count), EVX_OK);
			assert_int_equal(
				evx_merkle_verify_inclusion(i, n, leaves[i], p, count, root),
				EVX_OK);
			assert_int_equal(evx_merkle_verify_inclusion(
						 i, n, leaves[(i + 1) % MOST], p, count, root),
				EVX_E_FORGED);
			assert_int_equal(
				evx_merkle_verify_inclusion(i, n, leaves[i], p, count + 1, root),
				EVX_E_CORRUPT);
			assert_int_equal(
				evx_merkle_verify_inclusion(n, n, leaves[i], p, count, root),
				EVX_E_CORRUPT);
			if (count > 0)
				assert_int_equal(evx_merkle_verify_inclusion(
							 i, n, leaves[i], p, count - 1, root),
					EVX_E_CORRUPT);
			for (k = 0; k < count; k++) {
				proof[k][k % 32] ^= 4;
				assert_int_equal(evx_merkle_verify_inclusion(
							 i, n, leaves[i], p, count, root),
					EVX_E_FORGED);
				proof[k][k % 32] ^= 4;
			}
			if (n > 1)
				assert_int_not_equal(evx_merkle_verify_inclusion((i + 1) % n, n,
							     leaves[i], p, count, root),
					EVX_OK);
		}
		assert_int_equal(evx_merkle_prove_inclusion(l, n, n, proof, &count), EVX_E_USAGE);
		assert_int_equal(count, 0);
	}
	assert_int_equal(
		evx_merkle_verify_inclusion(0, 0, leaves[0], p, 0, leaves[0]), EVX_E_CORRUPT);
	assert_int_equal(evx_merkle_prove_inclusion(l, 0, 0, proof, &count), EVX_E_USAGE);
}

static void consistency_all_small_trees(void **state)
{
	uint8_t leaves[MOST][32], root1[32], root2[32], proof[65][32] = { { 0 } };
	const uint8_t(*l)[32] = (const uint8_t(*)[32])leaves,
	      (*p)[32] = (const uint8_t(*)[32])proof;
	size_t n, m, k, count;

	(void)state;
	some_leaves(leaves);
	for (n = 1; n <= 40; n++) {
		mth(l, n, root2);
		for (m = 1; m <= n; m++) {
			mth(l, m, root1);
			count = 0;
			subproof(m, l, n, true, proof, &count);
			assert_int_equal(
				evx_merkle_verify_consistency(m, n, p, count, root1, root2),
				EVX_OK);
			assert_int_equal(
				evx_merkle_verify_consistency(m, n, p, count + 1, root1, root2),
				EVX_E_CORRUPT);
			if (count > 0)
				assert_int_equal(evx_merkle_verify_consistency(
							 m, n, p, count - 1, root1, root2),
					EVX_E_CORRUPT);
			for (k = 0; k < count; k++) {
				proof[k][k % 32] ^= 4;
				assert_int_equal(
					evx_merkle_verify_consistency(m, n, p, count, root1, root2),
					EVX_E_FORGED);
				proof[k][k % 32] ^= 4;
			}
			root1[0] ^= 1;
			assert_int_equal(
				evx_merkle_verify_consistency(m, n, p, count, root1, root2),
				EVX_E_FORGED);
		}
		assert_int_equal(
			evx_merkle_verify_consistency(0, n, p, 0, root1, root2), EVX_E_CORRUPT);
		assert_int_equal(
			evx_merkle_verify_consistency(n + 1, n, p, 1, root1, root2), EVX_E_CORRUPT);
	}
}

/* What the public proofs hold, with what does not fit 32 bytes marked. */
struct proof {
	uint8_t node[64][32];
	size_t count;
	bool fits;
};

/* Placeholder roots of other lengths ("Don't care 1") are padded: they are only ever compared with
 * each other. */
static void hash_field(const json_t *root, const char *key, bool pad, uint8_t out[32], bool *fits)
{
	struct evx_buf b = testdata_b64(json_string_value(json_object_get(root, key)));

	memset(out, 0, 32);
	if (b.len == 32 || (pad && b.len < 32))
		memcpy(out, b.data == NULL ? (const uint8_t *)"" : b.data, b.len);
	else
		*fits = false;
	evx_buf_free(&b);
}

static void read_proof(const json_t *root, struct proof *out)
{
	const json_t *node;
	size_t i;

	out->count = 0;
	json_array_foreach(json_object_get(root, "proof"), i, node)
	{
		struct evx_buf b = testdata_b64(json_string_value(node));

		if (b.len == 32 && out->count < 64)
			memcpy(out->node[out->count++], b.data, 32);
		else
			out->fits = false;
		evx_buf_free(&b);
	}
}

/* One of the files holds 2^64 - 1, which jansson reads as a real only. */
static uint64_t number(const json_t *root, const char *key)
{
	double v = json_real_value(json_object_get(root, key));

	return v >= 0x1p63 ? UINT64_MAX : (uint64_t)v;
}

static unsigned run, unfit;

static void judge(const char *path, const json_t *root, const struct proof *p, enum evx_err err)
{
	bool want_err = json_is_true(json_object_get(root, "wantErr"));

	if (!p->fits) { /* our arguments cannot even say it */
		assert_true(want_err);
		unfit++;
		return;
	}
	if ((err != EVX_OK) != want_err)
		fail_msg("%s: %s", path, evx_err_name(err));
	run++;
}

static void inclusion_file(const char *path)
{
	json_t *root = testdata_json(path, JSON_DECODE_INT_AS_REAL);
	struct proof p = { .fits = true };
	uint8_t leaf[32], want[32];

	hash_field(root, "leafHash", false, leaf, &p.fits);
	hash_field(root, "root", false, want, &p.fits);
	read_proof(root, &p);
	judge(path, root, &p,
		evx_merkle_verify_inclusion(number(root, "leafIdx"), number(root, "treeSize"), leaf,
			(const uint8_t(*)[32])p.node, p.count, want));
	json_decref(root);
}

static void consistency_file(const char *path)
{
	json_t *root = testdata_json(path, JSON_DECODE_INT_AS_REAL);
	struct proof p = { .fits = true };
	uint8_t root1[32], root2[32];

	hash_field(root, "root1", true, root1, &p.fits);
	hash_field(root, "root2", true, root2, &p.fits);
	read_proof(root, &p);
	judge(path, root, &p,
		evx_merkle_verify_consistency(number(root, "size1"), number(root, "size2"),
			(const uint8_t(*)[32])p.node, p.count, root1, root2));
	json_decref(root);
}

static void walk(const char *dir, void (*file)(const char *path))
{
	DIR *d = opendir(dir);
	const struct dirent *e;

	assert_non_null(d);
	while ((e = readdir(d)) != NULL) {
		char path[4096];
		size_t n;

		if (e->d_name[0] == '.')
			continue;
		n = (size_t)snprintf(path, sizeof(path), "%s/%s", dir, e->d_name);
		assert_in_range(n, 1, sizeof(path) - 1);
		if (n > 5 && strcmp(path + n - 5, ".json") == 0)
			file(path);
		else
			walk(path, file);
	}
	closedir(d);
}

/* Gathered while the leaves pass, for every second leaf, every third …: the same proofs. */
static void proofs_as_leaves_pass(void **state)
{
	uint8_t leaves[MOST][32], root[32], want_root[32], want[64][32];
	size_t n, step, i, count, found;

	(void)state;
	for (i = 0; i < MOST; i++)
		memset(leaves[i], (int)i, 32);
	for (n = 1; n <= MOST; n++)
		for (step = 1; step <= n; step++) {
			struct evx_merkle_prover *p = evx_merkle_prover_new(n);

			assert_non_null(p);
			assert_int_equal(evx_merkle_prover_finish(p, root), EVX_E_USAGE);
			for (i = 0; i < n; i++)
				assert_int_equal(
					evx_merkle_prover_add(p, leaves[i], i % step == step - 1),
					EVX_OK);
			assert_int_equal(evx_merkle_prover_add(p, leaves[0], true), EVX_E_USAGE);
			assert_int_equal(evx_merkle_prover_finish(p, root), EVX_OK);
			mth((const uint8_t(*)[32])leaves, n, want_root);
			assert_memory_equal(root, want_root, 32);
			for (i = 0, found = 0; i < n; i++) {
				const uint8_t(*proof)[32];
				size_t m;

				if (i % step != step - 1)
					continue;
				assert_int_equal(
					evx_merkle_prove_inclusion(
						(const uint8_t(*)[32])leaves, n, i, want, &count),
					EVX_OK);
				proof = evx_merkle_prover_proof(p, found++, &m);
				assert_int_equal(m, count);
				if (m > 0)
					assert_memory_equal(proof, want, 32 * m);
			}
			evx_merkle_prover_free(p);
		}
	evx_merkle_prover_free(NULL);
}

static void public_inclusion(void **state)
{
	(void)state;
	run = unfit = 0;
	walk(testdata("rfc6962/inclusion"), inclusion_file);
	assert_int_equal(run + unfit, 98);
	assert_in_range(run, 70, 98);
}

static void public_consistency(void **state)
{
	(void)state;
	run = unfit = 0;
	walk(testdata("rfc6962/consistency"), consistency_file);
	assert_int_equal(run + unfit, 98);
	assert_in_range(run, 70, 98);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(roots),
		cmocka_unit_test(inclusion_all_small_trees),
		cmocka_unit_test(consistency_all_small_trees),
		cmocka_unit_test(proofs_as_leaves_pass),
		cmocka_unit_test(public_inclusion),
		cmocka_unit_test(public_consistency),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
