/* vectors-generate DIR makes the test vectors (README.md beside this file says what comes out),
 * vectors-generate --explain prints format-spec/example.md. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "craft.h"
#include "explain.h"
#include "good.h"

static void large_file(struct craft *c)
{
	craft_big(c, c->nlines);
}

/* Made by the same hands as the faults: without one, and with what is unusual and allowed. */
static const struct fault allowed[] = {
	{ "crafted", AT_ARCHIVE, NULL, NULL, NULL, NULL, 0 },
	{ "crafted-large-file", AT_LINES, NULL, large_file, NULL, NULL, 0 },
	{ "crafted-blank-in-line", AT_LINES, NULL, craft_in_line, "}\n", "} \n", 1 },
	{ "crafted-blank-in-seal", AT_JSON, NULL, craft_in_json, "}\n", "} \n", 0 },
	{ "crafted-x-key-in-line", AT_LINES, NULL, craft_in_line, "}\n", ",\"x-note\":[1]}\n", 1 },
	{ "disclosure", AT_ARCHIVE, NULL, NULL, NULL, NULL, 0 },
	{ "disclosure-link", AT_ARCHIVE, NULL, NULL, NULL, NULL, 0 },
	{ "disclosure-range", AT_ARCHIVE, NULL, NULL, NULL, NULL, 0 },
	{ "crafted-x-key-in-seal", AT_JSON, NULL, craft_in_json, "}\n", ",\"x-note\":{}}\n", 0 },
};

static void make_good(const struct person people[PEOPLE], const char *root)
{
	char *dir = make_dir(root, "good", 0755);

	for (size_t i = 0; i < good_vectors_count; i++)
		good_write(&good_vectors[i], people, dir, NULL, NULL);
	for (size_t i = 0; i < sizeof(allowed) / sizeof(allowed[0]); i++)
		craft_write(&allowed[i], people, dir);
	craft_write(&appended_vector, people, dir);
	free(dir);
}

static void make_faults(const struct person people[PEOPLE], const char *root)
{
	const struct {
		const struct fault *at;
		size_t n;
	} sets[] = {
		{ listing_faults, listing_faults_count },
		{ payload_faults, payload_faults_count },
		{ tiling_faults, tiling_faults_count },
		{ part_faults, part_faults_count },
		{ seal_faults, seal_faults_count },
		{ tar_faults, tar_faults_count },
		{ bag_faults, bag_faults_count },
		{ disclosure_faults, disclosure_faults_count },
	};
	char *dir = make_dir(root, "fault", 0755);

	for (size_t i = 0; i < sizeof(sets) / sizeof(sets[0]); i++)
		for (size_t k = 0; k < sets[i].n; k++)
			craft_write(&sets[i].at[k], people, dir);
	free(dir);
}

static void make_page(const struct person people[PEOPLE])
{
	char dir[] = "/tmp/evx-explain-XXXXXX";

	must(mkdtemp(dir) != NULL ? EVX_OK : EVX_E_IO, NULL, dir);
	explain(people, dir);
	(void)rmdir(dir);
}

static void make_vectors(struct person people[PEOPLE], const char *root)
{
	must(mkdir(root, 0755) == 0 ? EVX_OK : EVX_E_IO, NULL, root);
	people_write(people, root);
	make_good(people, root);
	make_faults(people, root);
}

int main(int argc, char **argv)
{
	struct person people[PEOPLE];

	if (argc != 2) {
		fprintf(stderr, "usage: vectors-generate DIR | --explain\n");
		return 2;
	}
	MUST(evx_crypto_init(NULL));
	people_make(people);
	if (strcmp(argv[1], "--explain") == 0)
		make_page(people);
	else
		make_vectors(people, argv[1]);
	people_free(people);
	return fflush(stdout) == 0 ? 0 : 1;
}
