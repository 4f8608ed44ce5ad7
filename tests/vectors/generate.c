/* Makes the test vectors: vectors-generate DIR. README.md beside this file says what comes out. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "good.h"

int main(int argc, char **argv)
{
	struct person people[PEOPLE];
	char *dir;

	if (argc != 2) {
		fprintf(stderr, "usage: vectors-generate DIR\n");
		return 2;
	}
	MUST(evx_crypto_init(NULL));
	if (mkdir(argv[1], 0755) != 0) {
		perror(argv[1]);
		return 1;
	}
	people_make(people);
	people_write(people, argv[1]);
	dir = make_dir(argv[1], "good", 0755);
	for (size_t i = 0; i < good_vectors_count; i++)
		good_write(&good_vectors[i], people, dir, NULL, NULL);
	free(dir);
	people_free(people);
	return 0;
}
